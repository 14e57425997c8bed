//! The outcomes that a cell can have.

use std::fmt;

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Outcome {
    /// Ran and agreed.
    Passed,
    /// Ran and did not agree, and nothing excuses it.
    Failed,
    /// The matrix says that the backend cannot; the body was not run.
    Skipped,
    /// The backend does not implement the function under test.
    NotImplemented,
    /// The backend could not be opened on this machine.
    Unavailable,
    /// Ran, and failed as the matrix expects.
    XFailed,
    /// Ran, and passed although the matrix expects a failure: the row is stale.
    XPassed,
    /// Failed in another way than the row says.
    XChanged,
    /// What the row says is so, but it excuses nothing any more: its last day is over.
    Expired,
    /// Passed, and shows nothing: the comparison would also accept an output for which nothing was computed, or nothing was
    /// checked.
    Vacuous,
    /// Failed before it passed, as the matrix knows.
    KnownFlaky,
    /// Failed before it passed.
    Flaky,
    /// Did not end in time.
    TimedOut,
    /// Ended its process.
    Crashed,
    /// Was planned, and is in no record.
    Missing,
}

impl Outcome {
    /// Every outcome, in the order of the report.
    pub const ALL: [Self; 15] = [
        Self::Passed,
        Self::XFailed,
        Self::KnownFlaky,
        Self::Skipped,
        Self::NotImplemented,
        Self::Unavailable,
        Self::Failed,
        Self::XPassed,
        Self::XChanged,
        Self::Expired,
        Self::Vacuous,
        Self::Flaky,
        Self::TimedOut,
        Self::Crashed,
        Self::Missing,
    ];

    /// How often each is among these, by its number.
    #[cfg(feature = "harness")]
    pub(crate) fn counts(outcomes: impl IntoIterator<Item = Self>) -> [usize; Self::ALL.len()] {
        let mut counts = [0; Self::ALL.len()];
        for outcome in outcomes {
            counts[outcome as usize] += 1;
        }
        counts
    }

    /// Whether one such cell fails the run.
    pub const fn fails_the_run(self) -> bool {
        match self {
            Self::Passed
            | Self::XFailed
            | Self::KnownFlaky
            | Self::Skipped
            | Self::NotImplemented
            | Self::Unavailable => false,
            Self::Failed
            | Self::XPassed
            | Self::XChanged
            | Self::Expired
            | Self::Vacuous
            | Self::Flaky
            | Self::TimedOut
            | Self::Crashed
            | Self::Missing => true,
        }
    }

    /// Whether one such cell fails the run, and might not if it were run again.
    pub(crate) const fn may_change(self) -> bool {
        self.fails_the_run() && !matches!(self, Self::Vacuous | Self::Expired)
    }

    /// Whether the body was run to find out.
    pub const fn ran(self) -> bool {
        !matches!(self, Self::Skipped | Self::NotImplemented | Self::Unavailable | Self::Missing)
    }

    /// The outcome as the report writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
            Self::NotImplemented => "not implemented",
            Self::Unavailable => "unavailable",
            Self::XFailed => "xfailed",
            Self::XPassed => "XPASSED",
            Self::XChanged => "XCHANGED",
            Self::Expired => "EXPIRED",
            Self::Vacuous => "VACUOUS",
            Self::KnownFlaky => "known flaky",
            Self::Flaky => "FLAKY",
            Self::TimedOut => "TIMED OUT",
            Self::Crashed => "CRASHED",
            Self::Missing => "MISSING",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
