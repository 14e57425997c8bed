//! Arrays in arrays. RFC 8259 lets a parser set a limit, but not end the process.

use crosscheck::conformance;

use crate::{Json, Parser};

fn nested(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

/// How many arrays are in each other.
fn depth(mut tree: &Json) -> usize {
    let mut levels = 0;
    while let Json::Array(elements) = tree {
        levels += 1;
        let Some(first) = elements.first() else { break };
        tree = first;
    }
    levels
}

#[conformance(levels(10, 100, 127, 128 uses("deep_nesting"), 1000 uses("deep_nesting")))]
pub fn is_parsed(parser: &dyn Parser, levels: usize) -> Result<(), String> {
    let tree = parser.parse(nested(levels).as_bytes())?;
    assert_eq!(depth(&tree), levels);
    Ok(())
}

#[conformance]
pub fn without_end_is_refused(parser: &dyn Parser) {
    let refusal = parser.parse("[".repeat(100_000).as_bytes());
    assert!(refusal.is_err(), "{} levels", depth(&refusal.unwrap()));
}
