use crosscheck::{backend_matrix, conformance};
use crosscheck_ui_tests::Ops;

#[conformance]
fn leaves(ops: &dyn Ops) {
    if ops.double(1e300).is_infinite() {
        return;
    }
    assert_eq!(ops.double(1e300), 2e300);
}

#[conformance]
fn leaves_in_a_macro(ops: &dyn Ops) -> Result<(), String> {
    let Some(half) = std::env::args().next() else { return Ok(()) };
    assert_eq!(ops.double(0.5), half.parse().unwrap_or_else(|_| return 1.0));
    println!("{}", if half.is_empty() { return Ok(()) } else { 1 });
    Ok(())
}

#[backend_matrix(n(1, 2))]
fn leaves_with_a_value(ops: &dyn Ops, n: u32) -> f64 {
    if n == 1 {
        return 2.0;
    }
    ops.double(n.into())
}

fn main() {}
