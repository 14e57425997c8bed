//! # Axes, tolerances and signatures: Time limits, tags and executors
//!
//! A time limit is a number with a unit, a tag is one word, and an executor is for checks that are `async`.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(timeout = "5", tags("and"), block_on = run)]
fn without_a_unit(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(timeout = 5, tags = "slow")]
fn of_another_kind(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(timeout = "0s", tags("very slow", "slow", "slow"))]
fn no_time_at_all(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(timeout("5s"), block_on = 5)]
async fn in_parentheses(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(tags("slow"))]
mod slow {
    use super::*;

    #[conformance(tags("slow"))]
    fn twice(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

#[conformance(block_on = run)]
async fn by_nobody(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
