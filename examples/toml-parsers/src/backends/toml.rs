//! toml, the baseline.

use crosscheck::Unavailable;
use toml::Value as Tree;

use super::text;
use crate::{Kind, Toml, Value};

struct Crate;

impl Toml for Crate {
    fn parse(&self, document: &[u8]) -> Result<Value, String> {
        let table: toml::Table = text(document)?.parse().map_err(|error: toml::de::Error| error.to_string())?;
        Ok(value(&Tree::Table(table)))
    }
}

fn value(tree: &Tree) -> Value {
    match tree {
        Tree::String(text) => Value::Scalar(Kind::String, text.clone()),
        Tree::Integer(integer) => Value::integer(*integer),
        Tree::Float(float) => Value::float(*float),
        Tree::Boolean(bool) => Value::Scalar(Kind::Bool, bool.to_string()),
        Tree::Datetime(time) => Value::time(&time.to_string()),
        Tree::Array(elements) => Value::Array(elements.iter().map(value).collect()),
        Tree::Table(members) => Value::Table(members.iter().map(|(name, of)| (name.clone(), value(of))).collect()),
    }
}

#[crosscheck::backend(name = "toml")]
fn open() -> Result<Box<dyn Toml>, Unavailable> {
    Ok(Box::new(Crate))
}
