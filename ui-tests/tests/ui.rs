//! One file a case: `refused/*.rs` must not compile and must say what stands beside it in `*.stderr`. What must compile is in
//! the crate `accepted`: without a case that is run, trybuild checks all of them in one call of Cargo.

#[test]
#[ignore = "compiles for a minute: `cargo xtask test` runs it"]
fn what_the_compiler_refuses() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
