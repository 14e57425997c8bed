//! The exclusion matrix as a flat table of rows, and which row decides: one resolver for typed matrix functions and for
//! rows that come as data.

use std::collections::{HashMap, HashSet};

use crate::suite::row::{ALL, Exclusion, Row};
use crate::suite::spec::{BackendSpec, SuiteSpec, TestSpec};

/// The row that decides on a cell with these markers on this backend, by position.
///
/// A row applies when it names the backend, and one of the markers or `ALL`. Skip beats XFail, because a body that cannot
/// run is never run; among equals the first row wins.
pub fn resolve(rows: &[Row], backend: &str, markers: &[&str]) -> Option<usize> {
    let applies = |row: &Row| row.backend == backend && (row.marker == ALL || markers.contains(&row.marker.as_ref()));
    (0..rows.len()).filter(|at| applies(&rows[*at])).min_by_key(|at| rank(rows, *at))
}

/// The rows that never decide on any cell because another one always comes first: the shadowed one and the other, by
/// position, in the order of the former.
pub fn shadowed(rows: &[Row]) -> Vec<(usize, usize)> {
    let index = Index::new(rows);
    let by = |at: usize| {
        let Row { backend, marker, .. } = &rows[at];
        let first = index.first(index.of(backend, marker), index.of(backend, ALL))?;
        (first != at).then_some((at, first))
    };
    (0..rows.len()).filter_map(by).collect()
}

/// The less, the sooner a row decides.
fn rank(rows: &[Row], at: usize) -> (u8, usize) {
    let kind = match rows[at].kind {
        Exclusion::Skip => 0,
        Exclusion::XFail { .. } => 1,
        Exclusion::Flaky => 2,
    };
    (kind, at)
}

/// The row that decides on each backend and marker, looked up instead of searched for.
pub(crate) struct Index<'a> {
    rows: &'a [Row],
    deciding: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(rows: &'a [Row]) -> Self {
        let mut deciding = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let first = deciding.entry((row.backend.as_ref(), row.marker.as_ref())).or_insert(at);
            if rank(rows, at) < rank(rows, *first) {
                *first = at;
            }
        }
        Self { rows, deciding }
    }

    /// The row that decides among those of one backend and marker.
    pub(crate) fn of(&self, backend: &str, marker: &str) -> Option<usize> {
        self.deciding.get(&(backend, marker)).copied()
    }

    /// The one of two rows that decides.
    pub(crate) fn first(&self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        a.into_iter().chain(b).min_by_key(|at| rank(self.rows, *at))
    }

    /// The row that decides on a cell with any of these markers.
    pub(crate) fn of_any(&self, backend: &str, markers: &[&str]) -> Option<usize> {
        markers.iter().fold(None, |first, marker| self.first(first, self.of(backend, marker)))
    }
}

/// What is looked up once a suite.
pub(crate) struct Resolver<'a> {
    pub(super) suite: &'a SuiteSpec,
    index: Index<'a>,
    /// The functions of the contract, as far as they are declared: what is called on a backend may as well be a helper that is
    /// written for the trait object.
    contract: HashSet<&'static str>,
}

/// A test on one backend: what is looked up once for all of its cases.
pub(crate) struct Column<'a> {
    pub(super) number: u32,
    pub(crate) backend: &'a BackendSpec,
    missing: Option<u32>,
    /// The row that decides on every case.
    common: Option<usize>,
}

/// What stands behind a cell, before any selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Row(Option<usize>),
    NotImplemented(u32),
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(suite: &'a SuiteSpec) -> Self {
        let of = suite.tests.iter().filter_map(|test| test.of);
        let implemented = suite.backends.iter().filter_map(|backend| backend.implements).flatten().copied();
        Self { suite, index: Index::new(&suite.rows), contract: of.chain(implemented).collect() }
    }

    /// The backends that the test runs on.
    pub(crate) fn columns(&self, test: &'a TestSpec) -> impl Iterator<Item = Column<'a>> {
        let suite = self.suite;
        let runs = move |backend: &BackendSpec| test.runs_on(backend.name, suite.baseline);
        (0_u32..).zip(&suite.backends).filter(move |(_, backend)| runs(backend)).map(|(number, backend)| {
            let marked = self.index.of_any(backend.name, &test.markers);
            let common = self.index.first(marked, self.index.of(backend.name, ALL));
            let left_out = |function: &str| backend.implements.is_some_and(|all| !all.contains(&function));
            let lacks = |function: &str| left_out(function) && self.contract.contains(function);
            let missing = test.functions().position(lacks);
            Column { number, backend, missing: missing.map(|at| at as u32), common }
        })
    }
}

impl Column<'_> {
    pub(crate) fn resolve(&self, resolver: &Resolver<'_>, test: &TestSpec, case: u32) -> Resolution {
        if let Some(missing) = self.missing {
            return Resolution::NotImplemented(missing);
        }
        let Resolver { index, .. } = resolver;
        let implied = test.implied_by(case);
        Resolution::Row(implied.fold(self.common, |row, marker| index.first(row, index.of(self.backend.name, marker))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(backend: &str, marker: &str, kind: Exclusion) -> Row {
        Row::new(backend, marker, kind, "no").unwrap()
    }

    /// Every table of up to three rows over two markers and `all`, against the rules written a second time, and both ways
    /// of looking a row up against each other.
    #[test]
    fn skip_beats_xfail_and_among_equals_the_first_row_wins() {
        let choices: Vec<_> = ["a", "b", ALL]
            .iter()
            .flat_map(|marker| [Exclusion::Skip, Exclusion::XFAIL].map(|kind| row("mlx", marker, kind)))
            .chain([row("other", "a", Exclusion::Skip)])
            .collect();
        let tables = (0..choices.len().pow(3)).map(|n| {
            [n, n / choices.len(), n / choices.len().pow(2)].map(|digit| choices[digit % choices.len()].clone())
        });
        for rows in tables {
            let index = Index::new(&rows);
            for markers in [&[][..], &["a"], &["b"], &["a", "b"], &["b", "a"], &["c"]] {
                let applies = |at: &usize| {
                    rows[*at].backend == "mlx" && (rows[*at].marker == ALL || markers.contains(&&*rows[*at].marker))
                };
                let of_kind = |skip: bool| (0..3).find(|at| applies(at) && (rows[*at].kind == Exclusion::Skip) == skip);
                let expected = of_kind(true).or_else(|| of_kind(false));
                assert_eq!(resolve(&rows, "mlx", markers), expected, "{rows:?} {markers:?}");
                let indexed = index.first(index.of_any("mlx", markers), index.of("mlx", ALL));
                assert_eq!(indexed, expected, "{rows:?} {markers:?}");
            }
            // A shadowed row decides on no set of markers, any other one on that of its own marker.
            for at in 0..3 {
                let (backend, marker) = (&rows[at].backend, rows[at].marker.as_ref());
                let by = shadowed(&rows).into_iter().find(|(row, _)| *row == at).map(|(_, by)| by);
                let decides = resolve(&rows, backend, &[marker]);
                assert_eq!(by.or(Some(at)), decides, "{rows:?} {at}");
            }
        }
    }
}
