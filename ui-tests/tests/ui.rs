//! One file a case: `refused/*.rs` must not compile and must say what stands beside it in `*.stderr`; `accepted/*.rs`
//! must compile.

#[test]
fn what_the_compiler_says() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/refused/*.rs");
    cases.pass("tests/accepted/*.rs");
}
