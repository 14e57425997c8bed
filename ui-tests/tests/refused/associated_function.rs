//! # Axes, tolerances and signatures: A function in an `impl` block
//!
//! A check is a free function: what registers it stands beside it, where an `impl` block has no place for that.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

struct Suite;

impl Suite {
    #[conformance]
    fn associated(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

fn main() {}
