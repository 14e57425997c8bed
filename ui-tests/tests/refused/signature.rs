use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn nothing_under_test() {}

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
