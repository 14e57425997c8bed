use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix]
fn check(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
