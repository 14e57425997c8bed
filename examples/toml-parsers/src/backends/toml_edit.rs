//! toml_edit, by the tree that keeps how a document is written.

use crosscheck::Unavailable;
use toml_edit::{Document, Item, Value as Tree};

use super::text;
use crate::{Kind, Toml, Value};

struct Crate;

impl Toml for Crate {
    fn parse(&self, document: &[u8]) -> Result<Value, String> {
        let document = Document::parse(text(document)?).map_err(|error| error.to_string())?;
        Ok(table(document.as_table().iter()))
    }
}

fn table<'a>(members: impl Iterator<Item = (&'a str, &'a Item)>) -> Value {
    Value::Table(members.map(|(name, of)| (name.to_owned(), item(of))).collect())
}

fn item(item: &Item) -> Value {
    match item {
        // Where there is none, there is no member either.
        Item::None => Value::Array(Vec::new()),
        Item::Value(of) => value(of),
        Item::Table(of) => table(of.iter()),
        Item::ArrayOfTables(of) => Value::Array(of.iter().map(|of| table(of.iter())).collect()),
    }
}

fn value(tree: &Tree) -> Value {
    match tree {
        Tree::String(text) => Value::Scalar(Kind::String, text.value().clone()),
        Tree::Integer(integer) => Value::integer(*integer.value()),
        Tree::Float(float) => Value::float(*float.value()),
        Tree::Boolean(bool) => Value::Scalar(Kind::Bool, bool.value().to_string()),
        Tree::Datetime(time) => Value::time(&time.value().to_string()),
        Tree::Array(elements) => Value::Array(elements.iter().map(value).collect()),
        Tree::InlineTable(members) => {
            Value::Table(members.iter().map(|(name, of)| (name.to_owned(), value(of))).collect())
        }
    }
}

#[crosscheck::backend(name = "toml_edit")]
fn open() -> Result<Box<dyn Toml>, Unavailable> {
    Ok(Box::new(Crate))
}
