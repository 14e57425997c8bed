//! The suite, and checks and backends of somebody else, who knows crosscheck through the host only.
#![forbid(unsafe_code)]

use crosscheck_ui_tests_renamed::testing::{self, conformance, Action, Unavailable, RUN};
use crosscheck_ui_tests_renamed::{Feature, Store};
use rstest::{fixture, rstest};

struct Elsewhere;

#[testing::implements("elsewhere", crate = crosscheck_ui_tests_renamed::testing)]
impl Store for Elsewhere {
    fn length(&self, key: &str) -> usize {
        key.len()
    }
}

#[testing::backend(name = "elsewhere", crate = crosscheck_ui_tests_renamed::testing)]
fn elsewhere() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Elsewhere))
}

#[testing::exclusions("elsewhere", crate = crosscheck_ui_tests_renamed::testing)]
const fn excluded(_: Feature) -> Action {
    RUN
}

#[fixture]
fn key() -> String {
    "key".to_owned()
}

#[rstest]
#[test_attr(conformance(crate = crosscheck_ui_tests_renamed::testing))]
#[case::once(1)]
#[case::twice(2)]
fn cases(#[ignore] store: &dyn Store, #[case] times: usize, key: String) {
    assert_eq!(store.length(&key.repeat(times)), 3 * times);
}

#[conformance(crate = crosscheck_ui_tests_renamed::testing, of = "length")]
mod given {
    use super::*;

    #[rstest]
    #[test_attr(conformance)]
    fn by_the_module(#[ignore] store: &dyn Store, key: String) {
        assert_eq!(store.length(&key), 3);
    }
}

testing::main!(crosscheck_ui_tests_renamed);
