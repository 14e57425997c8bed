//! toml-span, which leaves times out on purpose and keeps where each value stands.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, Unavailable, xfail};
use toml_span::value::ValueInner;

use super::text;
use crate::{Feature, Kind, Toml, Value};

struct Crate;

impl Toml for Crate {
    fn parse(&self, document: &[u8]) -> Result<Value, String> {
        let tree = toml_span::parse(text(document)?).map_err(|error| error.to_string())?;
        Ok(value(&tree))
    }
}

fn value(tree: &toml_span::Value<'_>) -> Value {
    match tree.as_ref() {
        ValueInner::String(text) => Value::Scalar(Kind::String, text.to_string()),
        ValueInner::Integer(integer) => Value::integer(*integer),
        ValueInner::Float(float) => Value::float(*float),
        ValueInner::Boolean(bool) => Value::Scalar(Kind::Bool, bool.to_string()),
        ValueInner::Array(elements) => Value::Array(elements.iter().map(value).collect()),
        ValueInner::Table(members) => {
            Value::Table(members.iter().map(|(name, of)| (name.name.to_string(), value(of))).collect())
        }
    }
}

#[crosscheck::backend(name = "toml_span")]
fn open() -> Result<Box<dyn Toml>, Unavailable> {
    Ok(Box::new(Crate))
}

#[crosscheck::exclusions("toml_span")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::Times => xfail("1979-05-27 → invalid number: it has no times").because(WontFix).by(Failure::Error),
    }
}

#[crosscheck::exclusions("toml_span", test = crate::corpus::is_refused, case(document = "integer/positive-*"))]
const TAKES_A_PLUS: Action = xfail("`+0xff` → 255: a sign is for decimal numbers only")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("it is taken for Ok(Table({\"positive-");

#[crosscheck::exclusions("toml_span", test = crate::corpus::is_refused, case(document = "control/comment-del"))]
const TAKES_DELETE: Action =
    xfail("U+007F in a comment → nothing is said").because(Upstream).by(Failure::Panic).saying("it is taken for Ok");
