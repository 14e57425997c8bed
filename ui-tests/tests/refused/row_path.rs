//! # The matrix: A row of a check that is not there
//!
//! `test = path` is the path of a function, so that a check that is renamed or taken away breaks the rows that mean it. A name as
//! a string (`test("module::check")`) is looked for when the run starts.

use crosscheck::Debt::Upstream;
use crosscheck::{Action, conformance, skip};
use crosscheck_ui_tests::Ops;

mod suite {
    use super::*;

    #[conformance]
    pub fn doubles(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }

    #[conformance]
    fn hidden(ops: &dyn Ops) {
        assert_eq!(ops.double(1.0), 2.0);
    }
}

#[crosscheck::exclusions("metal", test = suite::dobules)]
const MISSPELT: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = suit::doubles)]
const OF_NO_MODULE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("metal", test = suite::hidden)]
const PRIVATE: Action = skip("no").because(Upstream);

fn main() {}
