//! Fixtures of rstest, with paths instead of imports. Cases need `cfg(test)`, and are tried in `tests/rstest_cases/`.
#![deny(warnings)]

use crosscheck_ui_tests::Ops;

#[rstest::fixture]
fn half() -> f64 {
    1.0 / 2.0
}

#[rstest::rstest]
#[test_attr(crosscheck::conformance)]
fn check(#[ignore] ops: &dyn Ops, half: f64) -> Result<(), String> {
    assert_eq!(ops.double(half), 1.0);
    Ok(())
}

#[rstest::rstest]
#[test_attr(crosscheck::backend_matrix(uses = "float64", n(1, 2)))]
fn differential(#[ignore] ops: &dyn Ops, half: f64, #[ignore] n: u32) -> f64 {
    ops.double(half * f64::from(n))
}

fn main() {}
