//! Whether two test runners have seen the same.

use std::collections::{BTreeMap, BTreeSet};

use crosscheck::Outcome;
use crosscheck::record::CellRecord;

use crate::error::TaskError;

/// nextest does not start the cells that are skipped, nor those that are known not to be implemented, and what is unavailable runs
/// under neither; every other one has to have the same outcome.
pub fn agree(by_test: &[CellRecord], by_nextest: &[CellRecord]) -> Result<(), TaskError> {
    let ran = |cell: &&CellRecord| !matches!(cell.outcome, Outcome::Skipped | Outcome::Unavailable);
    let test: BTreeMap<_, _> = by_test.iter().filter(ran).map(|cell| (&cell.name, cell.outcome)).collect();
    let nextest: BTreeMap<_, _> = by_nextest.iter().filter(ran).map(|cell| (&cell.name, cell.outcome)).collect();
    let outcome = |outcome: Option<&Outcome>| outcome.map_or("not run", |outcome| outcome.as_str());
    let names: BTreeSet<_> = test.keys().chain(nextest.keys()).collect();
    let differences: Vec<_> = names
        .into_iter()
        .filter(|name| match (test.get(*name), nextest.get(*name)) {
            (Some(Outcome::NotImplemented), None) => false,
            (test, nextest) => test != nextest,
        })
        .map(|name| format!("  {name}: {} and {}", outcome(test.get(name)), outcome(nextest.get(name))))
        .collect();
    if differences.is_empty() && !nextest.is_empty() {
        println!("\n`cargo test` and `cargo nextest` agree on {} cells", nextest.len());
        return Ok(());
    }
    Err(TaskError::RunnersDisagree(differences.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::cell;

    #[test]
    fn equal_outcomes_agree_and_what_is_not_started_does_not_count() {
        let (passed, missing) = (cell("a", Outcome::Passed), cell("d", Outcome::NotImplemented));
        let others = [cell("b", Outcome::Skipped), cell("c", Outcome::Unavailable), missing.clone()];
        let by_test: Vec<_> = [passed.clone()].into_iter().chain(others).collect();
        assert!(agree(&by_test, std::slice::from_ref(&passed)).is_ok());
        // Some of them only the run can tell.
        assert!(agree(&by_test, &[passed, missing]).is_ok());
    }

    #[test]
    fn another_outcome_a_missing_cell_an_additional_one_and_none_at_all_disagree() {
        let passed = [cell("a", Outcome::Passed)];
        for (by_test, by_nextest) in [
            (&passed[..], &[cell("a", Outcome::XFailed)][..]),
            (&passed, &[]),
            (&[cell("a", Outcome::Skipped)], &passed),
            (&[cell("a", Outcome::NotImplemented)], &passed),
            (&[], &[]),
        ] {
            assert!(agree(by_test, by_nextest).is_err(), "{by_test:?} {by_nextest:?}");
        }
    }
}
