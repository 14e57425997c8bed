//! # The body of a check: A body that depends on how it is built
//!
//! A `cfg` in the body is a skip that no report shows. Put it on the whole function, or say in the matrix what a
//! backend cannot do.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn in_a_condition(ops: &dyn Ops) {
    if cfg!(target_os = "macos") {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

#[conformance]
fn in_an_assertion(ops: &dyn Ops) {
    assert!(cfg!(debug_assertions) || ops.double(1.0) == 2.0);
}

#[conformance]
fn on_statements(ops: &dyn Ops) {
    #[cfg(not(target_os = "macos"))]
    assert_eq!(ops.double(1.0), 2.0);
    match ops.double(2.0) {
        #[cfg(target_os = "macos")]
        3.9..4.1 => {}
        doubled => assert_eq!(doubled, 4.0),
    }
}

fn main() {}
