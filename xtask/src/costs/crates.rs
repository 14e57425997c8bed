//! How many crates a user builds who depends on `crosscheck` with its default features.

use std::collections::BTreeSet;

use crate::cargo::cargo;

/// The most that there may be, `crosscheck` and its macros with them.
const MOST: usize = 40;

#[test]
fn a_first_build_is_of_few_crates() {
    crate::workspace::find().unwrap();
    let tree = cargo(&["tree", "--package", "crosscheck", "--edges", "normal,build", "--prefix", "none", "--offline"]);
    let tree = tree.output().unwrap();
    let crates: BTreeSet<_> =
        tree.lines().filter_map(|line| line.split_once(" (").map_or(Some(line), |(name, _)| Some(name))).collect();
    let list: Vec<_> = crates.iter().copied().collect();
    assert!(crates.len() <= MOST, "{} crates: {}", crates.len(), list.join(", "));
    assert!(crates.iter().any(|name| name.starts_with("linkme ")), "the list is another one: {}", list.join(", "));
}
