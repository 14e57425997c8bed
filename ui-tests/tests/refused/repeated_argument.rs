//! # Axes, tolerances and signatures: An argument that is repeated
//!
//! Each argument is given once: what the second one says would be lost, or the first one.
use crosscheck::backend_matrix;
use crosscheck_ui_tests::Ops;

#[backend_matrix(
    uses = "float64",
    uses = "dynamic_offsets",
    of = "double",
    of = "name",
    backends("metal"),
    backends("cuda"),
    tolerance(rtol = 0.0, atol = 0.0, reason = "it is exact"),
    tolerance(rtol = 0.0, atol = 0.0, reason = "it is not")
)]
fn check(ops: &dyn Ops) -> f64 {
    ops.double(1.0)
}

fn main() {}
