//! simd-json, by its own tree.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};
use simd_json::prelude::{ValueAsScalar, ValueObjectAccess, Writable};
use simd_json::{OwnedValue, StaticNode};

use crate::{Feature, Json, Parser};

struct SimdJson;

impl Parser for SimdJson {
    fn parse(&self, text: &[u8]) -> Result<Json, String> {
        Ok(tree(&value(text)?))
    }

    fn look_up(&self, text: &[u8], name: &str) -> Result<Option<i64>, String> {
        Ok(value(text)?.get(name).and_then(ValueAsScalar::as_i64))
    }

    fn print(&self, text: &[u8]) -> Result<String, String> {
        Ok(value(text)?.encode())
    }
}

/// It decodes strings in place.
fn value(text: &[u8]) -> Result<OwnedValue, String> {
    simd_json::to_owned_value(&mut text.to_vec()).map_err(|error| error.to_string())
}

fn tree(value: &OwnedValue) -> Json {
    match value {
        OwnedValue::Static(StaticNode::Null) => Json::Null,
        OwnedValue::Static(StaticNode::Bool(bool)) => Json::Bool(*bool),
        OwnedValue::Static(StaticNode::I64(integer)) => Json::Integer((*integer).into()),
        OwnedValue::Static(StaticNode::U64(integer)) => Json::Integer((*integer).into()),
        OwnedValue::Static(StaticNode::F64(float)) => Json::Float(*float),
        OwnedValue::String(string) => Json::String(string.clone()),
        OwnedValue::Array(elements) => Json::Array(elements.iter().map(tree).collect()),
        OwnedValue::Object(members) => {
            Json::Object(members.iter().map(|(name, of)| (name.clone(), tree(of))).collect())
        }
    }
}

#[crosscheck::backend(name = "simd_json")]
fn open() -> Result<Box<dyn Parser>, Unavailable> {
    Ok(Box::new(SimdJson))
}

#[crosscheck::exclusions("simd_json")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::LargeIntegers => xfail("18446744073709551616 → an error, without the feature `128bit`")
            .because(WontFix)
            .by(Failure::Error)
            .saying("InvalidNumber"),
        Feature::DeepNesting | Feature::LastMemberWins | Feature::MemberOrder | Feature::NegativeZero => RUN,
    }
}

#[crosscheck::exclusions("simd_json", test = crate::objects::of_a_name_twice_the_last_is_found, case(members = 2))]
const FINDS_THE_FIRST: Action =
    xfail("`a` twice among 2 members → the first one, among 33 the last one: up to 32 are a list, more a table")
        .because(Upstream)
        .by(Failure::Mismatch)
        .saying("-1 instead of 2");

#[crosscheck::exclusions("simd_json", test = crate::objects::a_name_twice_is_listed_once, case(members = 2))]
const LISTS_BOTH: Action = xfail("`a` twice among 2 members → both are in the tree, among 33 one: the same threshold")
    .because(Upstream)
    .by(Failure::Panic)
    .saying("left: 2");

#[crosscheck::exclusions("simd_json", test = crate::numbers::negative_zero, case(text = integer))]
const ZERO_IS_AN_INTEGER: Action = xfail("-0 → the integer 0; -0.0 stays what it is").because(WontFix).ulps(0.0..=0.0);

#[crosscheck::exclusions("simd_json", test = crate::printing::of_a_tree, case(text = large_float))]
const NO_PLUS: Action = xfail("1e300 → `1e300`, by serde_json `1e+300`: both are the same number in JSON")
    .because(WontFix)
    .by(Failure::Mismatch)
    .saying("1e300");
