//! sonic-rs, by its own tree.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};
use sonic_rs::{JsonNumberTrait, JsonValueTrait, Value, ValueRef};

use crate::{Feature, Json, Parser};

struct SonicRs;

impl Parser for SonicRs {
    fn parse(&self, text: &[u8]) -> Result<Json, String> {
        Ok(tree(&value(text)?))
    }

    fn look_up(&self, text: &[u8], name: &str) -> Result<Option<i64>, String> {
        Ok(value(text)?.get(name).as_i64())
    }

    fn print(&self, text: &[u8]) -> Result<String, String> {
        sonic_rs::to_string(&value(text)?).map_err(|error| error.to_string())
    }
}

fn value(text: &[u8]) -> Result<Value, String> {
    sonic_rs::from_slice(text).map_err(|error| error.to_string())
}

fn tree(value: &Value) -> Json {
    match value.as_ref() {
        ValueRef::Null => Json::Null,
        ValueRef::Bool(bool) => Json::Bool(bool),
        ValueRef::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Json::Integer(integer.into()),
            (None, Some(integer)) => Json::Integer(integer.into()),
            (None, None) => Json::Float(number.as_f64().expect("it is one of the three")),
        },
        ValueRef::String(string) => Json::String(string.to_owned()),
        ValueRef::Array(elements) => Json::Array(elements.iter().map(tree).collect()),
        ValueRef::Object(members) => {
            Json::Object(members.iter().map(|(name, of)| (name.to_owned(), tree(of))).collect())
        }
    }
}

#[crosscheck::backend(name = "sonic_rs")]
fn open() -> Result<Box<dyn Parser>, Unavailable> {
    Ok(Box::new(SonicRs))
}

#[crosscheck::exclusions("sonic_rs")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::DeepNesting => {
            xfail("100 × `[` → a stack of 2 MiB overflows, without optimisation: there is no limit")
                .because(Upstream)
                .by(Failure::Crash)
                .saying("SIGABRT")
        }
        Feature::LastMemberWins => {
            xfail("`a` twice → both are in the tree, and the first one is found").because(WontFix)
        }
        Feature::NegativeZero | Feature::MemberOrder | Feature::LargeIntegers => RUN,
    }
}

#[crosscheck::exclusions("sonic_rs", test = crate::nesting::is_parsed, case(levels = 100 | 127))]
const OVERFLOWS: Action = xfail("100 × `[` → a stack of 2 MiB overflows, without optimisation; 10 are parsed")
    .because(Upstream)
    .by(Failure::Crash)
    .saying("SIGABRT");

#[crosscheck::exclusions("sonic_rs", test = crate::nesting::without_end_is_refused)]
const HAS_NO_LIMIT: Action =
    xfail("100,000 × `[` → the stack overflows, where serde_json stops at 128, simd-json at 1025")
        .because(Upstream)
        .by(Failure::Crash)
        .saying("SIGABRT");

#[crosscheck::exclusions("sonic_rs", test = crate::numbers::negative_zero, case(text = integer | float | exponent))]
const LOSES_THE_MINUS: Action = xfail("-0.0 → 0.0, but -1e-400 → -0.0").because(Upstream).ulps(0.0..=0.0);
