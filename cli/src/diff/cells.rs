//! What became of the cells.

use std::collections::{BTreeMap, BTreeSet};

use crosscheck::Outcome;
use crosscheck::record::CellRecord;

use super::Kind;

/// A cell with another outcome.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What that is.
    pub kind: Kind,
    /// What it was.
    pub old: Option<&'a CellRecord>,
    /// What it is.
    pub new: Option<&'a CellRecord>,
}

impl<'a> Change<'a> {
    /// The cell, as it is; where it is gone, as it was.
    pub fn cell(&self) -> &'a CellRecord {
        self.new.or(self.old).expect("a cell that is different is in one of the runs")
    }
}

/// A cell that is nearer to its limit.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'a> {
    /// The cell.
    pub cell: &'a CellRecord,
    /// Which share of what is allowed it used.
    pub before: f64,
    /// Which share it uses.
    pub after: f64,
}

type Cells<'a> = BTreeMap<&'a str, &'a CellRecord>;

/// The cells with another outcome, by kind and name.
pub fn changes<'a>(before: &Cells<'a>, after: &Cells<'a>) -> Vec<Change<'a>> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changes = names.into_iter().filter_map(|name| {
        let (old, new) = (before.get(name).copied(), after.get(name).copied());
        let kind = kind(old.map(|cell| cell.outcome), new.map(|cell| cell.outcome))?;
        Some(Change { kind, old, new })
    });
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by_key(|change| change.kind);
    changes
}

/// What it means that a cell has another outcome.
fn kind(old: Option<Outcome>, new: Option<Outcome>) -> Option<Kind> {
    let (old, new) = match (old, new) {
        (None, Some(new)) if new.fails_the_run() => return Some(Kind::Failing),
        (None, Some(_)) => return Some(Kind::Added),
        (Some(_), None) => return Some(Kind::Removed),
        (None, None) => return None,
        (Some(old), Some(new)) if old == new => return None,
        (Some(old), Some(new)) => (old, new),
    };
    Some(match new {
        _ if new.fails_the_run() && !old.fails_the_run() => Kind::Failing,
        Outcome::Unavailable => Kind::Unavailable,
        Outcome::Passed => Kind::Passing,
        _ if excused(new) > excused(old) => Kind::Excused,
        _ => Kind::Changed,
    })
}

/// From how much an outcome is excused: from nothing, from passing, from running.
fn excused(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::XFailed | Outcome::KnownFlaky => 1,
        Outcome::Skipped | Outcome::NotImplemented | Outcome::Unavailable => 2,
        _ => 0,
    }
}

/// The cells of which at most half of what was left is left; those that are nearest to their limit first.
pub fn lost<'a>(both: &[(&'a CellRecord, &'a CellRecord)]) -> Vec<Lost<'a>> {
    let used = |cell: &CellRecord| cell.agreement.as_ref().filter(|it| it.elements > 0).map(|it| it.used);
    let pairs = both.iter().filter_map(|(old, new)| Some((*new, used(old)?, used(new)?)));
    let mut lost: Vec<_> = pairs
        .filter(|(_, before, after)| before < after && 1.0 - after <= (1.0 - before) / 2.0)
        .map(|(cell, before, after)| Lost { cell, before, after })
        .collect();
    lost.sort_by(|a, b| b.after.total_cmp(&a.after).then_with(|| a.cell.name.cmp(&b.cell.name)));
    lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::*;

    /// Every two outcomes: what proves less than before is a regression, and nothing else is.
    #[test]
    fn a_cell_that_proves_less_is_a_regression() {
        let proves = |outcome: Outcome| match outcome {
            Passed => 3,
            XFailed | KnownFlaky => 2,
            Skipped | NotImplemented => 1,
            // What fails is mended first, whatever it proves.
            _ => 0,
        };
        for (old, new) in Outcome::ALL.into_iter().flat_map(|old| Outcome::ALL.map(|new| (old, new))) {
            let found = kind(Some(old), Some(new));
            let is_regression = found.is_some_and(|kind| Kind::REGRESSIONS.contains(&kind));
            let hides_a_failure = old.fails_the_run() && !matches!(new, Passed) && !new.fails_the_run();
            let fails = new.fails_the_run() && !old.fails_the_run();
            let lost = !old.fails_the_run() && !new.fails_the_run() && proves(new) < proves(old);
            assert_eq!(is_regression, fails || lost || hides_a_failure, "{old} to {new}: {found:?}");
            assert_eq!(found.is_none(), old == new, "{old} to {new}");
            assert_eq!(found == Some(Kind::Passing), new == Passed && old != Passed, "{old} to {new}");
        }
        for outcome in Outcome::ALL {
            let added = if outcome.fails_the_run() { Kind::Failing } else { Kind::Added };
            assert_eq!(kind(None, Some(outcome)), Some(added));
            assert_eq!(kind(Some(outcome), None), Some(Kind::Removed));
        }
        assert_eq!(kind(Some(Passed), Some(Skipped)), Some(Kind::Excused));
        assert_eq!(kind(Some(XFailed), Some(Skipped)), Some(Kind::Excused));
        assert_eq!(kind(Some(Skipped), Some(XFailed)), Some(Kind::Changed));
        assert_eq!(kind(Some(Failed), Some(Crashed)), Some(Kind::Changed));
    }

    #[test]
    fn headroom_is_lost_where_half_of_it_is() {
        use crosscheck::internals::{Agreement, missing};
        let cell = |used: f64| {
            let mut agreement = Agreement::default();
            (agreement.used, agreement.elements) = (used, 4);
            let mut cell = missing("a::cpu");
            cell.agreement = Some(Box::new(agreement));
            cell
        };
        for (before, after, is_lost) in [
            (0.0, 0.5, true),
            (0.0, 0.49, false),
            (0.5, 0.75, true),
            (0.5, 0.7, false),
            (0.98, 0.99, true),
            (1.0, 1.0, false),
            (0.75, 0.5, false),
        ] {
            let (old, new) = (cell(before), cell(after));
            assert_eq!(lost(&[(&old, &new)]).len(), usize::from(is_lost), "{before} to {after}");
        }
        // Where nothing was compared, nothing is left.
        let (old, mut new) = (cell(0.0), cell(1.0));
        new.agreement.as_mut().unwrap().elements = 0;
        assert!(lost(&[(&old, &new)]).is_empty());
    }
}
