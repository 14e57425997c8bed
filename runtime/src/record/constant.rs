//! Values that only all cases of a test together can be judged by.

use std::collections::BTreeMap;

use super::{CellRecord, Scalar};
use crate::judge::{Judgement, Outcome, constant};

/// Judges the cells of which the value is a number or a few: those of one test on one backend are vacuous where all of them have
/// the same value. Returns the positions of those that passed until then.
///
/// One case alone tells nothing, and neither do some of the cases where others are elsewhere or their value is not known: another
/// shard has them, they were not selected, or something failed before their turn. Of cases that are not run on the backend nothing
/// is asked.
pub fn judge_constants(cells: &mut [CellRecord]) -> Vec<usize> {
    if cells.iter().all(|cell| cell.scalar.is_none()) {
        return Vec::new();
    }
    let mut tests: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, cell) in cells.iter().enumerate() {
        tests.entry((&cell.test, &cell.backend)).or_default().push(at);
    }
    let mut judged = Vec::new();
    for group in tests.into_values() {
        let Some(judgement) = judge_test(group.iter().map(|at| &cells[*at])) else { continue };
        let passed = group.into_iter().filter(|at| {
            cells[*at].scalar.is_some() && matches!(cells[*at].outcome, Outcome::Passed | Outcome::XPassed)
        });
        judged.extend(passed.map(|at| (at, judgement.clone())));
    }
    judged.sort_unstable_by_key(|(at, _)| *at);
    let judged = judged.into_iter().map(|(at, Judgement { outcome, reason })| {
        (cells[at].outcome, cells[at].reason) = (outcome, reason);
        at
    });
    judged.collect()
}

/// What the cells of a test on a backend come to, where their values are all the same.
fn judge_test<'a>(cells: impl Iterator<Item = &'a CellRecord>) -> Option<Judgement> {
    let (mut values, mut not_run) = (Vec::new(), 0);
    for cell in cells {
        match &cell.scalar {
            Some(scalar) => values.push(&**scalar),
            None => not_run += usize::from(!cell.outcome.ran() && cell.outcome != Outcome::Missing),
        }
    }
    let (Scalar { value, cases }, others) = values.split_first()?;
    let is_complete = values.len() + not_run >= *cases as usize;
    let is_constant = !others.is_empty() && others.iter().all(|other| other.value == *value);
    (is_complete && is_constant).then(|| constant(value, values.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::*;

    /// Cases of a test, each with its value and outcome; `-` is none.
    fn judged(cases: u32, cells: &[(&str, Outcome)]) -> Vec<Outcome> {
        let record = |(at, (value, outcome)): (usize, &(&str, Outcome))| CellRecord {
            test: "a".to_owned(),
            outcome: *outcome,
            scalar: (*value != "-").then(|| Box::new(Scalar { value: (*value).to_owned(), cases })),
            ..CellRecord::missing(&format!("a::{at}::cpu"))
        };
        let mut records: Vec<_> = cells.iter().enumerate().map(record).collect();
        let changed = judge_constants(&mut records);
        let expected = (0..cells.len()).filter(|at| records[*at].outcome != cells[*at].1);
        assert_eq!(changed, expected.collect::<Vec<_>>());
        // What was judged once comes to the same again.
        assert!(judge_constants(&mut records).is_empty());
        records.into_iter().map(|record| record.outcome).collect()
    }

    #[test]
    fn values_are_vacuous_where_all_of_them_are_known_and_the_same() {
        for value in ["false", "true", "0", "NaN", "-0.5", "None", "(1, 2)"] {
            assert_eq!(judged(2, &[(value, Passed), (value, Passed)]), [Vacuous, Vacuous]);
            assert_eq!(judged(2, &[(value, Passed), ("7", Passed)]), [Passed, Passed]);
            // One case alone, and one of several.
            assert_eq!(judged(1, &[(value, Passed)]), [Passed]);
            assert_eq!(judged(2, &[(value, Passed)]), [Passed]);
            assert_eq!(judged(3, &[(value, Passed), (value, Passed)]), [Passed, Passed]);
        }
        assert_eq!(judged(2, &[("0.0", Passed), ("-0.0", Passed)]), [Passed, Passed]);
    }

    /// What the third of three cases comes to, without and with a value of its own.
    #[test]
    fn every_outcome_beside_two_equal_values() {
        for outcome in Outcome::ALL {
            let two = |third| judged(3, &[("0", Passed), ("0", XPassed), (third, outcome)]);
            // Of a case that does not run, nothing is asked; of one that does, its value is.
            let is_excused = matches!(outcome, Skipped | NotImplemented | Unavailable);
            let others = if is_excused { [Vacuous, Vacuous] } else { [Passed, XPassed] };
            assert_eq!(two("-"), [&others[..], &[outcome]].concat(), "{outcome}");
            assert_eq!(two("1"), [Passed, XPassed, outcome], "{outcome}");
            let becomes = if matches!(outcome, Passed | XPassed) { Vacuous } else { outcome };
            assert_eq!(two("0"), [Vacuous, Vacuous, becomes], "{outcome}");
        }
    }

    #[test]
    fn each_backend_and_each_test_is_judged_for_itself() {
        let record = |test: &str, case: usize, backend: &str, value: &str| CellRecord {
            test: test.to_owned(),
            outcome: Passed,
            scalar: Some(Box::new(Scalar { value: value.to_owned(), cases: 2 })),
            ..CellRecord::missing(&format!("{test}::{case}::{backend}"))
        };
        let mut records = vec![
            record("a", 1, "cpu", "0"),
            record("b", 1, "cpu", "0"),
            record("a", 1, "gpu", "0"),
            record("b", 2, "cpu", "1"),
            record("a", 2, "cpu", "0"),
        ];
        assert_eq!(judge_constants(&mut records), [0, 4]);
        assert_eq!(
            records[4].reason,
            "agrees, but so would `0` in each of the 2 cases that ran: add a case with another value, or say why it is always \
             this one (`expects_constant(reason = \"…\")`)"
        );
    }
}
