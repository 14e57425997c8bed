//! The exclusion matrix as a flat table of rows, and which row decides: one resolver for typed matrix functions, for rows that
//! stand apart, and for rows that come as data.

use std::collections::{HashMap, HashSet};

use crate::hash::FnvMap;
use crate::suite::row::{Exclusion, Row};
use crate::suite::scope::{Level, Scope};
use crate::suite::spec::{BackendSpec, SuiteSpec, TestSpec};

/// The row that decides on a cell with these markers on this backend, by position, where none hangs on tests or conditions.
///
/// A row applies when it names the backend, and one of the markers or `ALL`. A feature's comes before that of the whole backend;
/// of several, Skip beats XFail, because a body that cannot run is never run; among equals the first row wins.
pub fn resolve(rows: &[Row], backend: &str, markers: &[&str]) -> Option<usize> {
    let applies = |row: &Row| match &row.scope {
        Scope::All => true,
        Scope::Feature(marker) => markers.contains(&marker.as_ref()),
        Scope::Tests(_) | Scope::Cases(..) => false,
    };
    let of_backend = (0..rows.len()).filter(|at| rows[*at].backend == backend && applies(&rows[*at]));
    of_backend.min_by_key(|at| (rows[*at].scope.level(), rank(rows, *at)))
}

/// The rows that never decide on any cell because another one, which hangs on the same, always comes first: the shadowed one and
/// the other, by position, in the order of the former.
pub fn shadowed(rows: &[Row]) -> Vec<(usize, usize)> {
    let same = |a: &Row, b: &Row| {
        a.backend == b.backend && a.scope == b.scope && a.is_of_its_backend() == b.is_of_its_backend()
    };
    let by = |at: usize| {
        let others = (0..rows.len()).filter(|other| same(&rows[*other], &rows[at]) && rows[*other].condition.is_none());
        let first = others.min_by_key(|other| rank(rows, *other))?;
        (rank(rows, first) < rank(rows, at)).then_some((at, first))
    };
    (0..rows.len()).filter_map(by).collect()
}

/// The less, the sooner a row decides within its level.
fn rank(rows: &[Row], at: usize) -> (u8, usize) {
    let kind = match rows[at].kind {
        Exclusion::Skip => 0,
        Exclusion::XFail { .. } => 1,
        Exclusion::Flaky => 2,
        Exclusion::BaselineWrong { .. } => 3,
        // What overrides wider rows overrides none of its own level.
        Exclusion::Run => 4,
    };
    (kind, at)
}

/// Rows by backend, each list in the order in which its rows decide.
type ByBackend<'a> = Vec<(&'a str, Vec<usize>)>;

/// The rows of some features.
type Marked<'a> = [&'a ByBackend<'a>];

/// The rows of each backend, looked up instead of searched for; each list in the order in which its rows decide.
struct Index<'a> {
    rows: &'a [Row],
    /// Those of features. Looked up for each marker of each test, mostly in debug builds, where the standard library's hasher takes
    /// most of the time.
    marked: FnvMap<&'a str, ByBackend<'a>>,
    /// Those of whole backends.
    all: ByBackend<'a>,
    /// Those of tests and of cases.
    named: HashMap<&'a str, Vec<usize>>,
    has_conditions: bool,
}

impl<'a> Index<'a> {
    fn new(rows: &'a [Row], wanted: impl Fn(&Row) -> bool) -> Self {
        let mut index =
            Self { rows, marked: FnvMap::default(), all: Vec::new(), named: HashMap::new(), has_conditions: false };
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| wanted(row)) {
            let backend = row.backend.as_ref();
            match &row.scope {
                Scope::All => add(&mut index.all, backend, at),
                Scope::Feature(marker) => add(index.marked.entry(marker).or_default(), backend, at),
                Scope::Tests(_) | Scope::Cases(..) => index.named.entry(backend).or_default().push(at),
            }
            index.has_conditions |= row.condition.is_some();
        }
        let order = |at: &usize| (rows[*at].scope.level(), rank(rows, *at));
        let by_backend = index.marked.values_mut().flatten().chain(&mut index.all).map(|(_, list)| list);
        by_backend.chain(index.named.values_mut()).for_each(|list| list.sort_by_key(order));
        index
    }

    /// The rows of the features that each case of a test uses, whatever the backend.
    fn of_test(&self, test: &TestSpec) -> Vec<&ByBackend<'a>> {
        let mut found = Vec::new();
        for marker in &test.markers {
            if let Some(rows) = self.marked.get(marker) {
                found.push(rows);
            }
        }
        found
    }

    /// The same, with those of the features that the values of a case use.
    fn of_case(&self, test: &TestSpec, case: u32) -> Vec<&ByBackend<'a>> {
        let mut found = self.of_test(test);
        for (axis, values) in test.implied.iter().enumerate() {
            if values.is_empty() {
                continue;
            }
            for marker in &values[test.position(case, axis)] {
                if let Some(rows) = self.marked.get(marker) {
                    found.push(rows);
                }
            }
        }
        found
    }

    /// The row of a feature that decides, where none has a condition. A loop, because a debug build takes several times as long
    /// for a chain of iterators, and this is asked of each cell of a suite.
    fn of_features(&self, backend: &str, marked: &[&ByBackend<'a>]) -> Option<usize> {
        let mut decides = None;
        for rows in marked {
            if let Some(at) = of(rows, backend).first().copied()
                && decides.is_none_or(|other| rank(self.rows, at) < rank(self.rows, other))
            {
                decides = Some(at);
            }
        }
        decides
    }

    /// The rows of a backend that name a test, those of cases first.
    fn naming(&self, backend: &str, test: &TestSpec) -> Vec<usize> {
        if self.named.is_empty() {
            return Vec::new();
        }
        let named = self.named.get(backend).into_iter().flatten().copied();
        named
            .filter(|at| self.rows[*at].scope.tests().is_some_and(|names| names.iter().any(|it| it.means(test))))
            .collect()
    }

    /// What decides on a case of a test on a backend; `naming` are the rows that name the test, `marked` those of the features that
    /// the case uses.
    fn resolve(
        &self,
        backend: &str,
        naming: &[usize],
        marked: &[&ByBackend<'a>],
        test: &TestSpec,
        case: u32,
    ) -> Resolution {
        let means = |at: &usize| match &self.rows[*at].scope {
            Scope::Cases(_, cases) => cases.iter().all(|name| name.means(test, case)),
            _ => true,
        };
        if !self.has_conditions {
            // The first of each list is the only one of it that can decide.
            let marked = || self.of_features(backend, marked);
            let narrow = if naming.is_empty() { None } else { naming.iter().copied().find(means) };
            return Resolution::Row(narrow.or_else(marked).or_else(|| of(&self.all, backend).first().copied()));
        }
        let mut of_features: Vec<_> = marked.iter().flat_map(|rows| of(rows, backend)).copied().collect();
        of_features.sort_by_key(|at| rank(self.rows, *at));
        of_features.dedup();
        let narrow = naming.iter().copied().filter(means);
        let mut asked = Vec::new();
        for at in narrow.chain(of_features).chain(of(&self.all, backend).iter().copied()) {
            match (&self.rows[at].condition, asked.is_empty()) {
                (Some(_), _) => asked.push(at),
                (None, true) => return Resolution::Row(Some(at)),
                (None, false) => {
                    asked.push(at);
                    break;
                }
            }
        }
        if asked.is_empty() { Resolution::Row(None) } else { Resolution::Ask(asked) }
    }
}

/// The rows of a backend.
fn of<'s>(rows: &'s ByBackend<'_>, backend: &str) -> &'s [usize] {
    for (name, list) in rows {
        if *name == backend {
            return list;
        }
    }
    &[]
}

fn add<'a>(rows: &mut ByBackend<'a>, backend: &'a str, at: usize) {
    match rows.iter_mut().find(|(name, _)| *name == backend) {
        Some((_, list)) => list.push(at),
        None => rows.push((backend, vec![at])),
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
    /// The function that the backend does not implement, where that is the same of each case.
    missing: Option<u32>,
    /// Whether cases have functions of their own.
    asks_each: bool,
    /// The rows that name the test.
    naming: Vec<usize>,
    /// What decides on every case, where all of them are alike.
    common: Option<Resolution>,
}

/// What stands behind a cell, before any selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// This row decides.
    Row(Option<usize>),
    /// The first of these rows of which the condition holds; the last one may have none.
    Ask(Vec<usize>),
    NotImplemented(u32),
}

impl Resolution {
    /// The rows that may decide.
    pub(crate) fn rows(&self) -> &[usize] {
        match self {
            Self::Row(row) => row.as_slice(),
            Self::Ask(rows) => rows,
            Self::NotImplemented(_) => &[],
        }
    }
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(suite: &'a SuiteSpec) -> Self {
        Self::over(suite, Row::is_of_its_backend)
    }

    /// One that overlooks other rows.
    pub(super) fn over(suite: &'a SuiteSpec, wanted: impl Fn(&Row) -> bool) -> Self {
        let of_cases = suite.tests.iter().flat_map(TestSpec::all_own).filter_map(|own| own.of.as_deref());
        let of = suite.tests.iter().filter_map(|test| test.of).chain(of_cases);
        let implemented = suite.backends.iter().filter_map(|backend| backend.implements).flatten().copied();
        let contract = of.chain(implemented).chain(suite.elsewhere.iter().copied()).collect();
        Self { suite, index: Index::new(&suite.rows, wanted), contract }
    }

    /// The backends that the test runs on.
    pub(crate) fn columns(&self, test: &'a TestSpec) -> impl Iterator<Item = Column<'a>> {
        let suite = self.suite;
        let of_test = self.index.of_test(test);
        let runs = move |backend: &BackendSpec| test.runs_on(backend.declared(), suite.baseline);
        (0_u32..).zip(&suite.backends).filter(move |(_, backend)| runs(backend)).map(move |(number, backend)| {
            let asks_each = backend.implements.is_some() && test.has_own_functions();
            let missing = if asks_each { None } else { self.missing(backend, test, 0) };
            let naming = self.index.naming(backend.declared(), test);
            let narrows = naming.iter().any(|at| self.suite.rows[*at].scope.level() == Level::Case);
            let alike = test.implied.is_empty() && !narrows;
            let common = alike.then(|| self.index.resolve(backend.declared(), &naming, &of_test, test, 0));
            Column { number, backend, missing, asks_each, naming, common }
        })
    }

    /// The rows of the features that a case uses, on whichever backend: looked up once for all columns.
    pub(crate) fn marked(&self, columns: &[Column<'_>], test: &TestSpec, case: u32) -> Vec<&ByBackend<'a>> {
        if columns.iter().all(Column::is_alike) { Vec::new() } else { self.index.of_case(test, case) }
    }

    /// The position of the first function that a case needs and the backend does not implement.
    fn missing(&self, backend: &BackendSpec, test: &TestSpec, case: u32) -> Option<u32> {
        let implemented = backend.implements?;
        let lacks = |function: &&str| !implemented.contains(function) && self.contract.contains(*function);
        test.functions(case).iter().position(lacks).map(|at| at as u32)
    }
}

impl Column<'_> {
    /// What stands behind a case, of which `marked` are the [rows](Resolver::marked); where cases are alike, none are needed.
    pub(crate) fn resolve(
        &self,
        resolver: &Resolver<'_>,
        marked: &Marked<'_>,
        test: &TestSpec,
        case: u32,
    ) -> Resolution {
        let missing = if self.asks_each { resolver.missing(self.backend, test, case) } else { self.missing };
        match (missing, &self.common) {
            (Some(missing), _) => Resolution::NotImplemented(missing),
            (None, Some(common)) => common.clone(),
            (None, None) => resolver.index.resolve(self.backend.declared(), &self.naming, marked, test, case),
        }
    }

    /// Whether each case of the test has the same resolution.
    pub(super) fn is_alike(&self) -> bool {
        !self.asks_each && (self.missing.is_some() || self.common.is_some())
    }
}

/// The rows that say of the baseline's value that it is wrong, by the test and the case of which they say it.
pub(super) fn disputed(suite: &SuiteSpec) -> HashMap<(u32, u32), usize> {
    let mut found = HashMap::new();
    if suite.rows.iter().all(Row::is_of_its_backend) {
        return found;
    }
    let speaks = |row: &Row| row.condition.is_none() && (row.kind == Exclusion::Run || !row.is_of_its_backend());
    let index = Index::new(&suite.rows, speaks);
    for (number, test) in suite.tests.iter().enumerate().filter(|(_, test)| test.differential) {
        let naming = index.naming(suite.baseline, test);
        for case in 0..test.cases() {
            let marked = index.of_case(test, case);
            if let Resolution::Row(Some(row)) = index.resolve(suite.baseline, &naming, &marked, test, case)
                && !suite.rows[row].is_of_its_backend()
            {
                found.insert((number as u32, case), row);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::row::ALL;
    use crate::suite::spec::Origin;

    fn row(backend: &str, marker: &str, kind: Exclusion) -> Row {
        Row::new(backend, marker, kind, "no").unwrap()
    }

    /// Every table of up to three rows over two markers and `all`, against the rules written a second time, and both ways
    /// of looking a row up against each other.
    #[test]
    fn a_feature_comes_before_the_whole_backend_and_skip_beats_xfail() {
        let choices: Vec<_> = ["a", "b", ALL]
            .iter()
            .flat_map(|marker| [Exclusion::Skip, Exclusion::XFAIL].map(|kind| row("mlx", marker, kind)))
            .chain([row("other", "a", Exclusion::Skip)])
            .collect();
        let tables = (0..choices.len().pow(3)).map(|n| {
            [n, n / choices.len(), n / choices.len().pow(2)].map(|digit| choices[digit % choices.len()].clone())
        });
        let here = Origin { module: "suite", file: "a.rs", line: 1 };
        for rows in tables {
            let index = Index::new(&rows, |_| true);
            for markers in [&[][..], &["a"], &["b"], &["a", "b"], &["b", "a"], &["c"]] {
                let of_kind = |wanted: &dyn Fn(&str) -> bool, kind: Exclusion| {
                    (0..3).find(|at| rows[*at].backend == "mlx" && wanted(&rows[*at].marker) && rows[*at].kind == kind)
                };
                let of_level = |wanted: &dyn Fn(&str) -> bool| {
                    of_kind(wanted, Exclusion::Skip).or_else(|| of_kind(wanted, Exclusion::XFAIL))
                };
                let expected =
                    of_level(&|marker| markers.contains(&marker)).or_else(|| of_level(&|marker| marker == ALL));
                assert_eq!(resolve(&rows, "mlx", markers), expected, "{rows:?} {markers:?}");
                let test = TestSpec { markers: markers.to_vec(), ..TestSpec::new("t", here) };
                let resolved = index.resolve("mlx", &[], &index.of_test(&test), &test, 0);
                assert_eq!(resolved, Resolution::Row(expected), "{rows:?} {markers:?}");
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
