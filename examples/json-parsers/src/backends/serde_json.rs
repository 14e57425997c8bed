//! serde_json, the baseline.

use crosscheck::Debt::WontFix;
use crosscheck::{Action, Failure, RUN, Unavailable, baseline_wrong, xfail};
use serde_json::Value;

use crate::{Feature, Json, Parser};

struct SerdeJson;

impl Parser for SerdeJson {
    fn parse(&self, text: &[u8]) -> Result<Json, String> {
        Ok(tree(&value(text)?))
    }

    fn look_up(&self, text: &[u8], name: &str) -> Result<Option<i64>, String> {
        Ok(value(text)?.get(name).and_then(Value::as_i64))
    }

    fn print(&self, text: &[u8]) -> Result<String, String> {
        Ok(value(text)?.to_string())
    }
}

fn value(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

fn tree(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Number(number) => match number.as_i128() {
            Some(integer) => Json::Integer(integer),
            None => Json::Float(number.as_f64().expect("without `arbitrary_precision` it is one of both")),
        },
        Value::String(string) => Json::String(string.clone()),
        Value::Array(elements) => Json::Array(elements.iter().map(tree).collect()),
        Value::Object(members) => Json::Object(members.iter().map(|(name, of)| (name.clone(), tree(of))).collect()),
    }
}

#[crosscheck::backend(name = "serde_json")]
fn open() -> Result<Box<dyn Parser>, Unavailable> {
    Ok(Box::new(SerdeJson))
}

#[crosscheck::exclusions("serde_json")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::DeepNesting => xfail("128 × `[` → an error: the limit is 127, without the feature `unbounded_depth`")
            .because(WontFix)
            .by(Failure::Error)
            .saying("recursion limit exceeded"),
        Feature::MemberOrder => {
            xfail(r#"`b`, `c`, `a` → a, b, c: the tree is sorted, without the feature `preserve_order`"#)
                .because(WontFix)
                .by(Failure::Mismatch)
        }
        Feature::LastMemberWins | Feature::NegativeZero | Feature::LargeIntegers => RUN,
    }
}

#[crosscheck::exclusions("serde_json", test = crate::numbers::floats, case(text = halfway | many_digits))]
const ROUNDS_TWICE: Action =
    baseline_wrong("9007199254740993.0 → 9007199254740994.0 instead of …992.0, without the feature `float_roundtrip`")
        .because(WontFix)
        .ulps(1.0..=1.0);

#[crosscheck::exclusions(
    "serde_json",
    test = crate::numbers::floats,
    case(text = below_the_smallest_normal | half_of_the_smallest | fifteen_digits)
)]
const MULTIPLIES_BY_A_ROUNDED_POWER: Action =
    baseline_wrong("8.988465674311579e307 → 8.98846567431158e307, without the feature `float_roundtrip`")
        .because(WontFix)
        .ulps(0.5..=1.0);
