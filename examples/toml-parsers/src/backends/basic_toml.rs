//! basic-toml, which has no tree: it writes into that of serde_json.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, Unavailable, xfail};
use serde_json::Value as Tree;

use crate::{Feature, Kind, Toml, Value};

struct Crate;

impl Toml for Crate {
    fn parse(&self, document: &[u8]) -> Result<Value, String> {
        let tree = basic_toml::from_slice(document).map_err(|error| error.to_string())?;
        value(&tree)
    }
}

fn value(tree: &Tree) -> Result<Value, String> {
    Ok(match tree {
        // The tree of JSON has none for NaN and the infinities.
        Tree::Null => return Err("a float that the tree cannot hold".to_owned()),
        Tree::String(text) => Value::Scalar(Kind::String, text.clone()),
        Tree::Number(number) => match number.as_i64() {
            Some(integer) => Value::integer(integer),
            None => Value::float(number.as_f64().ok_or("a number that is neither")?),
        },
        Tree::Bool(bool) => Value::Scalar(Kind::Bool, bool.to_string()),
        Tree::Array(elements) => Value::Array(elements.iter().map(value).collect::<Result<_, _>>()?),
        Tree::Object(members) => {
            let members = members.iter().map(|(name, of)| Ok((name.clone(), value(of)?)));
            Value::Table(members.collect::<Result<_, String>>()?)
        }
    })
}

#[crosscheck::backend(name = "basic_toml")]
fn open() -> Result<Box<dyn Toml>, Unavailable> {
    Ok(Box::new(Crate))
}

#[crosscheck::exclusions("basic_toml")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::Times => xfail("1979-05-27 → invalid number: it has no times").because(WontFix).by(Failure::Error),
    }
}

#[crosscheck::exclusions(
    "basic_toml",
    test = crate::corpus::is_understood,
    case(document = "inline-table/newline*" | "key/empty-05" | "spec-1.1.0/common-47")
)]
const NO_LINES_IN_TABLES: Action = xfail("`a = {{` and a line break → expected a table key: that is of TOML 1.1")
    .because(WontFix)
    .by(Failure::Error)
    .saying("expected a table key, found a ");

#[crosscheck::exclusions(
    "basic_toml",
    test = crate::corpus::is_understood,
    case(document = "string/escape-esc" | "string/hex-escape" | "spec-1.1.0/common-12")
)]
const NO_NEW_ESCAPES: Action = xfail(r#""\e" and "\x41" → invalid escape character: they are of TOML 1.1"#)
    .because(WontFix)
    .by(Failure::Error)
    .saying("invalid escape character in string: `");

#[crosscheck::exclusions(
    "basic_toml",
    test = crate::corpus::is_understood,
    case(document = "comment/after-literal-no-ws" | "float/inf-and-nan" | "spec-1.1.0/common-25")
)]
const NO_INFINITIES: Action =
    xfail("`inf` and `nan` → null in the tree of serde_json, which stands in for one of its own")
        .because(WontFix)
        .by(Failure::Error)
        .saying("a float that the tree cannot hold");

#[crosscheck::exclusions(
    "basic_toml",
    test = crate::corpus::is_understood,
    case(document = "table/array-within-dotted" | "spec-1.1.0/common-46")
)]
const NO_TABLES_UNDER_DOTTED_KEYS: Action =
    xfail("`[fruit]`, `apple.color = 1`, `[[fruit.apple.seeds]]` → duplicate key: `apple`")
        .because(Upstream)
        .by(Failure::Error)
        .saying("duplicate key: `apple` for key `fruit`");

#[crosscheck::exclusions("basic_toml", test = crate::corpus::is_refused, case(document = "integer/positive-*"))]
const TAKES_A_PLUS: Action = xfail("`+0xff` → 255: a sign is for decimal numbers only")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("it is taken for Ok(Table({\"positive-");

#[crosscheck::exclusions("basic_toml", test = crate::corpus::is_refused, case(document = "control/comment-del"))]
const TAKES_DELETE: Action =
    xfail("U+007F in a comment → nothing is said").because(Upstream).by(Failure::Panic).saying("it is taken for Ok");
