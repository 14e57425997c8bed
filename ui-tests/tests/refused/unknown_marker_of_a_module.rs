//! # Markers and functions: A misspelt marker of a module
//!
//! A module gives its markers to each check in it: a misspelt one is an error once, not once a check. What the module
//! gives is not repeated further inside.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(uses = "float46")]
mod wide {
    use super::*;

    #[conformance]
    fn one_is_doubled(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }

    mod deeper {
        use super::*;

        #[conformance(uses("float46", "dynamic_offsets"))]
        fn two_is_doubled(ops: &dyn Ops) {
            assert_eq!(ops.double(2.0), 4.0);
        }
    }
}

fn main() {}
