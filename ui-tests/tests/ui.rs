//! One file a case: `refused/*.rs` must not compile and must say what stands beside it in `*.stderr`; `accepted/*.rs`
//! must compile and run.

// Two sets: without a case that is run, trybuild checks all of its cases in one call of Cargo.

#[test]
fn what_the_compiler_refuses() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}

#[test]
fn what_the_compiler_accepts() {
    trybuild::TestCases::new().pass("tests/accepted/*.rs");
}
