//! # The body of a check: A body that asks which backend it runs on
//!
//! This is the `if backend == … { return }` that is never found again. In the matrix, what a backend cannot do is
//! counted, and the run says when it is no longer true. A check of some backends only is narrowed with `backends(…)`.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance]
fn only_elsewhere(ops: &dyn Ops) {
    if ops.name() != "metal" {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

#[conformance]
fn except_on_two(ops: &dyn Ops) {
    match ops.name() {
        "metal" | "cuda" => {}
        _ => assert_eq!(ops.double(1.0), 2.0),
    }
}

#[conformance(n(1, 2))]
fn less_strictly(ops: &dyn Ops, n: u32) {
    let (name, expected) = (ops.name().to_lowercase(), 2.0 * f64::from(n));
    let tolerance = if name.starts_with("mlx") { 1e-3 } else { 0.0 };
    assert!((ops.double(n.into()) - expected).abs() <= tolerance);
}

fn main() {}
