//! # Axes, tolerances and signatures: A function that is no check
//!
//! A check is a free function whose first parameter is the backend, as a shared reference to the trait object: that is
//! what crosscheck has to give.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn without_a_backend() {}

#[conformance]
fn by_value(ops: Box<dyn Ops>) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance]
async fn later<T>(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

struct Suite;

impl Suite {
    #[conformance]
    fn method(&self) {}
}

fn main() {}
