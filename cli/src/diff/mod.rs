//! What is different between two runs of one suite: a pure function of both.

mod cells;
mod pace;
mod rows;
mod terms;

use std::collections::BTreeMap;

use crosscheck::record::CellRecord;

pub use cells::{Change, Lost};
pub use pace::{Pace, Slower};
pub use rows::{RowChange, Rows};
pub use terms::TermsChange;

use crate::records::Run;

/// What can be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A cell fails that did not fail, or was not there.
    Failing,
    /// A cell is not there any more.
    Removed,
    /// A row or the backend's own answer excuses a cell, or excuses it from more: from passing, or from running at all.
    Excused,
    /// A cell did not run because its backend could not be opened.
    Unavailable,
    /// What a comparison allows is wider, or not known to be narrower.
    Loosened,
    /// The new run has not concluded.
    Unfinished,
    /// A cell takes longer, beyond what the whole run does and beyond noise.
    Slower,
    /// At most half of what was left up to the limit is left.
    Headroom,
    /// Another outcome that is none of the others here.
    Changed,
    /// A cell passes that did not.
    Passing,
    /// A cell is new, and does not fail.
    Added,
    /// A row of the matrix is new, another one, or gone.
    Rows,
}

impl Kind {
    /// Each one, in the order of the report.
    pub const ALL: [Self; 12] = [
        Self::Failing,
        Self::Removed,
        Self::Excused,
        Self::Unavailable,
        Self::Loosened,
        Self::Unfinished,
        Self::Slower,
        Self::Headroom,
        Self::Changed,
        Self::Passing,
        Self::Added,
        Self::Rows,
    ];
    /// What is a regression where nothing else is said: what can be known for sure, and proves less than before.
    pub const REGRESSIONS: [Self; 6] =
        [Self::Failing, Self::Removed, Self::Excused, Self::Unavailable, Self::Loosened, Self::Unfinished];

    /// On a command line and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Removed => "removed",
            Self::Excused => "excused",
            Self::Unavailable => "unavailable",
            Self::Loosened => "loosened",
            Self::Unfinished => "unfinished",
            Self::Slower => "slower",
            Self::Headroom => "headroom",
            Self::Changed => "changed",
            Self::Passing => "passing",
            Self::Added => "added",
            Self::Rows => "rows",
        }
    }

    /// Behind a number.
    pub const fn counted(self) -> &'static str {
        match self {
            Self::Failing => "newly failing",
            Self::Removed => "removed",
            Self::Excused => "newly excused",
            Self::Unavailable => "newly unavailable",
            Self::Loosened => "loosened",
            Self::Unfinished => "not concluded",
            Self::Slower => "slower",
            Self::Headroom => "nearer to the limit",
            Self::Changed => "with another outcome",
            Self::Passing => "newly passing",
            Self::Added => "added",
            Self::Rows => "in the rows of the matrix",
        }
    }
}

/// What is different.
#[derive(Debug)]
pub struct Diff<'a> {
    /// The run before.
    pub old: &'a Run,
    /// The run after.
    pub new: &'a Run,
    /// The cells of which the outcome is different, by kind and name.
    pub cells: Vec<Change<'a>>,
    /// How many cells have the outcome that they had.
    pub unchanged: usize,
    /// How many of those fail.
    pub still_failing: usize,
    /// How long the cells take.
    pub pace: Pace<'a>,
    /// The cells that are nearer to their limit, the nearest first.
    pub headroom: Vec<Lost<'a>>,
    /// Where comparisons allow something else.
    pub terms: Vec<TermsChange>,
    /// The rows that are different; `None` where a run does not say which ones it has.
    pub rows: Option<Rows<'a>>,
}

impl<'a> Diff<'a> {
    /// Compares two runs of one suite; what takes `slower` times as long as the whole run lets expect is slower.
    pub fn of(old: &'a Run, new: &'a Run, slower: f64) -> Self {
        let before: BTreeMap<_, _> = old.cells.iter().map(|cell| (cell.name.as_str(), cell)).collect();
        let after: BTreeMap<_, _> = new.cells.iter().map(|cell| (cell.name.as_str(), cell)).collect();
        let both: Vec<(&CellRecord, &CellRecord)> =
            before.iter().filter_map(|(name, old)| Some((*old, *after.get(name)?))).collect();
        let same = || both.iter().filter(|(old, new)| old.outcome == new.outcome);
        Self {
            old,
            new,
            cells: cells::changes(&before, &after),
            unchanged: same().count(),
            still_failing: same().filter(|(_, new)| new.outcome.fails_the_run()).count(),
            pace: Pace::of(&both, slower),
            headroom: cells::lost(&both),
            terms: terms::changes(old, new),
            rows: Rows::of(&old.suites, &new.suites),
        }
    }

    /// The cells of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Change<'a>> {
        self.cells.iter().filter(move |change| change.kind == kind)
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Loosened => self.terms.iter().filter(|change| change.is_looser).count(),
            Kind::Unfinished => self.new.open.len(),
            Kind::Slower => self.pace.slower.len(),
            Kind::Headroom => self.headroom.len(),
            Kind::Rows => self.rows.as_ref().map_or(0, Rows::len),
            _ => self.of_kind(kind).count(),
        }
    }

    /// How many there are of each of these kinds, where there are any.
    pub fn counts(&self, kinds: &[Kind]) -> Vec<(Kind, usize)> {
        kinds.iter().map(|kind| (*kind, self.count(*kind))).filter(|(_, count)| *count > 0).collect()
    }

    /// What somebody has to know who reads the rest.
    pub fn notes(&self) -> Vec<String> {
        let (old, new) = (self.old, self.new);
        let mut notes = Vec::new();
        let fingerprint = |run: &Run| run.starts.first().map(|start| start.fingerprint);
        if let (Some(old), Some(new)) = (fingerprint(old), fingerprint(new))
            && old != new
        {
            notes.push(format!("the suite itself is another one than before (fingerprint {old}, now {new})"));
        }
        for (run, which) in [(old, "old"), (new, "new")] {
            if !run.narrowed.is_empty() {
                notes.push(format!("the {which} run was narrowed: {}", run.narrowed.join(", ")));
            }
            if !run.open.is_empty() {
                notes.push(format!("the {which} run has not concluded"));
            }
        }
        if machines(old) != machines(new) {
            notes.push(format!("on other machines: {}, now {}", machines(old), machines(new)));
        }
        if self.rows.is_none() {
            notes.push("rows are not compared: a run does not say which ones it has".to_owned());
        }
        notes
    }
}

/// What a run was made on.
pub fn machines(run: &Run) -> String {
    let mut machines: Vec<_> =
        run.starts.iter().map(|start| start.machine.as_str()).filter(|machine| !machine.is_empty()).collect();
    machines.sort_unstable();
    machines.dedup();
    if machines.is_empty() { "a machine that it does not name".to_owned() } else { machines.join(" and ") }
}
