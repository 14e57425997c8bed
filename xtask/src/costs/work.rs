//! What is measured: the rows of the table.

use super::peer::Peer;

/// How many tests the suites hold that are run and listed.
pub const MANY: usize = 10_000;
/// How many those hold that are compiled.
pub const SOME: usize = 1_000;
/// How many hold those of a first build.
pub const FEW: usize = 3;
/// How many backends each of them is for.
const BACKENDS: usize = 3;
/// How many of the tests nextest runs.
const CHOSEN: usize = 100;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Work {
    FirstBuild,
    Compile,
    Nextest,
    Exact,
    Run,
    List,
}

/// What was measured of it.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds of all processors together.
    pub seconds: f64,
    /// How many crates were compiled that are not the user's own.
    pub crates: Option<usize>,
}

impl Work {
    pub const ALL: [Self; 6] = [Self::FirstBuild, Self::Compile, Self::Nextest, Self::Exact, Self::Run, Self::List];

    /// How many tests the suite has.
    pub fn tests(self) -> usize {
        match self {
            Self::FirstBuild => FEW,
            Self::Compile => SOME,
            Self::Nextest | Self::Exact | Self::Run | Self::List => MANY,
        }
    }

    pub fn title(self) -> String {
        let (some, cells, chosen) = (grouped(SOME), grouped(MANY * BACKENDS), grouped(CHOSEN * BACKENDS));
        match self {
            Self::FirstBuild => "first build of a crate with a few tests".to_owned(),
            Self::Compile => format!("compile {some} annotated functions × 3 backends, dependencies built"),
            Self::Nextest => format!("{chosen} of {cells} cells under nextest"),
            Self::Exact => format!("`--exact` one of {cells}, by nextest"),
            Self::Run => format!("run {cells} cells, record written"),
            Self::List => format!("list {cells}"),
        }
    }

    /// Whom it is measured of.
    pub fn peers(self) -> &'static [Peer] {
        match self {
            Self::FirstBuild => &[Peer::Crosscheck, Peer::Plain, Peer::Rstest, Peer::Mimic],
            Self::Compile => &[Peer::Crosscheck, Peer::Plain, Peer::Rstest],
            Self::Nextest => &[Peer::Crosscheck, Peer::Plain],
            Self::Exact => &[Peer::Crosscheck, Peer::Bare, Peer::Plain, Peer::Mimic],
            Self::Run => &[Peer::Crosscheck, Peer::Plain, Peer::Mimic, Peer::Pytest],
            Self::List => &[Peer::Crosscheck, Peer::Plain, Peer::Mimic],
        }
    }

    /// What is to be reached, and whether it is, where all that it needs was measured.
    pub fn goal(self, of: impl Fn(Peer) -> Option<Cost>) -> (&'static str, Option<bool>) {
        let cells = (MANY * BACKENDS) as f64;
        let ours = of(Peer::Crosscheck);
        let seconds = |peer| of(peer).map(|cost| cost.seconds);
        let against = |peer, met: &dyn Fn(f64, f64) -> bool| Some(met(ours?.seconds, seconds(peer)?));
        match self {
            Self::FirstBuild => (
                "≤ rstest's; ≤ 40 crates",
                against(Peer::Rstest, &|ours, rstest| ours <= rstest)
                    .and_then(|fast| Some(fast && ours?.crates? <= 40)),
            ),
            Self::Compile => ("≤ ½ of plain", against(Peer::Plain, &|ours, plain| ours <= plain / 2.0)),
            Self::Nextest => ("≤ 1.2 × plain", against(Peer::Plain, &|ours, plain| ours <= 1.2 * plain)),
            Self::Exact => ("≤ 5 ms over an empty main", against(Peer::Bare, &|ours, bare| ours <= bare + 0.005)),
            Self::Run => ("≤ 2 µs a cell", ours.map(|ours| ours.seconds / cells <= 2e-6)),
            Self::List => ("≤ 1 µs a name", ours.map(|ours| ours.seconds / cells <= 1e-6)),
        }
    }

    /// A cost in the unit that suits it.
    pub fn show(self, cost: &Cost) -> String {
        let Cost { seconds, crates } = *cost;
        let each = seconds / (MANY * BACKENDS) as f64 * 1e6;
        match (self, crates) {
            (Self::FirstBuild, Some(0)) => format!("{seconds:.1} s"),
            (Self::FirstBuild, Some(1)) => format!("{seconds:.1} s (1 crate)"),
            (Self::FirstBuild, Some(crates)) => format!("{seconds:.1} s ({crates} crates)"),
            (Self::FirstBuild | Self::Compile | Self::Nextest, _) => format!("{seconds:.2} s"),
            (Self::Exact, _) => format!("{:.1} ms", seconds * 1e3),
            (Self::Run | Self::List, _) => format!("{:.0} ms ({each:.1} µs each)", seconds * 1e3),
        }
    }
}

fn grouped(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(work: Work, ours: f64, other: f64, crates: usize) -> Option<bool> {
        work.goal(|peer| {
            let seconds = if peer == Peer::Crosscheck { ours } else { other };
            Some(Cost { seconds, crates: Some(crates) })
        })
        .1
    }

    #[test]
    fn a_goal_is_met_up_to_its_bound_and_unknown_without_its_peer() {
        let bounds = [
            (Work::FirstBuild, 19.0, 19.0),
            (Work::Compile, 1.0, 2.0),
            (Work::Nextest, 3.6, 3.0),
            (Work::Exact, 0.006, 0.001),
            (Work::Run, 0.06, 0.0),
            (Work::List, 0.03, 0.0),
        ];
        assert_eq!(bounds.map(|(work, ..)| work), Work::ALL);
        for (work, ours, other) in bounds {
            assert_eq!(goal(work, ours * 0.999, other, 40), Some(true), "{work:?}");
            assert_eq!(goal(work, ours * 1.001, other, 40), Some(false), "{work:?}");
            assert_eq!(work.goal(|_| None).1, None, "{work:?}");
        }
        assert_eq!(goal(Work::FirstBuild, 1.0, 19.0, 41), Some(false));
    }
}
