use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn nothing_is_asserted(ops: &dyn Ops) {
    let doubled = ops.double(1.0);
    println!("{doubled}");
}

#[conformance]
fn always_ok(ops: &dyn Ops) -> Result<(), String> {
    if ops.double(1.0) == 2.0 {
        Ok(())
    } else {
        println!("not doubled");
        Ok(())
    }
}

fn rounds(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

// A helper is not looked into: its name has to say that it asserts.
#[conformance]
fn hidden_in_a_helper(ops: &dyn Ops) {
    rounds(ops)
}

fn main() {}
