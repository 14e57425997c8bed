//! The cells in which rows say that their faults are to be seen. Judged over everything that is linked, whatever was selected.

use std::fmt;

use super::resolve::{Resolver, disputed};
use crate::nearest::nearest;
use crate::suite::row::Row;
use crate::suite::spec::{SuiteSpec, TestSpec};

/// A row that names a cell that it does not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSeen {
    /// The row, in words.
    row: String,
    /// The cell that it names.
    named: String,
    /// Whether there is such a cell.
    is_known: bool,
    /// One that it may mean.
    hint: Option<String>,
}

impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, named, is_known, hint } = self;
        match is_known {
            true => write!(f, "{row} does not decide the cell that it is said to be seen in, `{named}`")?,
            false => write!(f, "{row} is said to be seen in an unknown cell, `{named}`")?,
        }
        match (hint, is_known) {
            (Some(hint), true) => write!(f, "; it decides `{hint}`"),
            (Some(hint), false) => write!(f, "; did you mean `{hint}`?"),
            (None, _) => Ok(()),
        }?;
        f.write_str(" (`seen_in` takes `module::test::case`, without the backend)")
    }
}

/// The rows whose cells are not there, or are decided by others. A row that stands at several places, or in several suites, has its
/// cell in one of them.
pub fn not_seen(suites: &[SuiteSpec]) -> Vec<NotSeen> {
    let mut told: Vec<&Row> = Vec::new();
    let mut wrong = Vec::new();
    let rows = || suites.iter().flat_map(|suite| suite.rows.iter().enumerate().map(move |(at, row)| (suite, at, row)));
    for (_, _, row) in rows() {
        let Some(named) = row.seen_in.as_deref() else { continue };
        if told.iter().any(|other| is_one_with(row, other)) {
            continue;
        }
        told.push(row);
        let places: Vec<_> = rows().filter(|(_, _, other)| is_one_with(row, other)).collect();
        if !places
            .iter()
            .any(|(suite, at, _)| cells(suite).any(|cell| cell.is_called(named) && decides(suite, *at, &cell)))
        {
            wrong.push(NotSeen::of(row, named, suites, &places));
        }
    }
    wrong
}

/// Whether both are written in one place.
fn is_one_with(row: &Row, other: &Row) -> bool {
    row.seen_in == other.seen_in
        && match &row.location {
            Some(_) => row.location == other.location,
            None => row == other,
        }
}

/// A case of a test.
struct Case<'a> {
    number: u32,
    test: &'a TestSpec,
    case: u32,
}

impl Case<'_> {
    fn is_called(&self, name: &str) -> bool {
        // Few tests are called as the name begins, and a label is put together of several.
        let may_be = [self.test.own_path(), &self.test.path].iter().any(|path| name.starts_with(path));
        may_be && self.test.is_called(&self.test.case_label(self.case), name)
    }

    fn name(&self) -> String {
        match self.test.axes {
            [] => self.test.path.clone(),
            _ => format!("{}::{}", self.test.path, self.test.case_label(self.case)),
        }
    }
}

fn cells(suite: &SuiteSpec) -> impl Iterator<Item = Case<'_>> {
    let tests = (0..).zip(&suite.tests);
    tests.flat_map(|(number, test)| (0..test.cases()).map(move |case| Case { number, test, case }))
}

/// Whether the row may decide the cell of this case.
fn decides(suite: &SuiteSpec, at: usize, cell: &Case<'_>) -> bool {
    match suite.rows[at].is_of_its_backend() {
        true => decides_by(&Resolver::new(suite), at, cell),
        false => disputed(suite).get(&(cell.number, cell.case)) == Some(&at),
    }
}

fn decides_by<'a>(resolver: &Resolver<'a>, at: usize, Case { test, case, .. }: &Case<'a>) -> bool {
    let columns: Vec<_> = resolver.columns(test).collect();
    let marked = resolver.marked(&columns, test, *case);
    let backend = &resolver.suite.rows[at].backend;
    let mut of_row = columns.iter().filter(|column| column.backend.declared() == backend);
    of_row.any(|column| column.resolve(resolver, &marked, test, *case).rows().contains(&at))
}

/// The first cell that the row may decide.
fn decided(suite: &SuiteSpec, at: usize) -> Option<String> {
    let resolver = Resolver::new(suite);
    let disputed = disputed(suite);
    let is_decided = |cell: &Case<'_>| match suite.rows[at].is_of_its_backend() {
        true => decides_by(&resolver, at, cell),
        false => disputed.get(&(cell.number, cell.case)) == Some(&at),
    };
    cells(suite).find(is_decided).map(|cell| cell.name())
}

impl NotSeen {
    fn of(row: &Row, named: &str, suites: &[SuiteSpec], places: &[(&SuiteSpec, usize, &Row)]) -> Self {
        let all = || suites.iter().flat_map(cells);
        let is_known = all().any(|cell| cell.is_called(named));
        let hint = if is_known {
            places.iter().find_map(|(suite, at, _)| decided(suite, *at))
        } else {
            // The name of a cell has its backend behind it.
            let without = named.rsplit_once("::").map(|(without, _)| without);
            let without = without.and_then(|without| all().find(|cell| cell.is_called(without)));
            let names: Vec<_> = all().map(|cell| cell.name()).collect();
            let near = || nearest(named, names.iter().map(String::as_str)).map(str::to_owned);
            without.map(|cell| cell.name()).or_else(near)
        };
        Self { row: row.describe(), named: named.to_owned(), is_known, hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::row::Exclusion;
    use crate::suite::scope::{CaseName, Scope, TestName};
    use crate::suite::spec::{AxisSpec, BackendSpec, Origin};

    const HERE: Origin = Origin { module: "suite::ops", file: "ops.rs", line: 1 };
    const AXES: &[AxisSpec] = &[AxisSpec { name: "n", labels: &["n_1", "n_2"] }];

    fn suite(rows: Vec<Row>) -> SuiteSpec {
        let add = TestSpec { axes: AXES, differential: true, ..TestSpec::new("ops::add", HERE) };
        SuiteSpec {
            backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
            tests: vec![add, TestSpec { prefix: Some("b"), ..TestSpec::new("b::ops::one", HERE) }],
            rows,
            ..SuiteSpec::new("dyn Ops", "reference")
        }
    }

    fn row(backend: &str, test: &'static str, kind: Exclusion, seen_in: &'static str) -> Row {
        let tests = Box::leak(Box::new([TestName::Pattern(test)]));
        let scope = Scope::Tests(tests);
        Row {
            marker: scope.to_string().into(),
            scope,
            seen_in: Some(seen_in.into()),
            ..Row::new(backend, "-", kind, "no").unwrap()
        }
    }

    fn said(rows: Vec<Row>) -> Vec<String> {
        not_seen(&[suite(rows)]).iter().map(ToString::to_string).collect()
    }

    /// Each kind of row, and each way in which a name can be wrong.
    #[test]
    fn a_row_is_seen_in_a_cell_that_it_decides() {
        let wrong = Exclusion::BaselineWrong { text: None, bounds: crate::suite::expectation::Bounds::ANY };
        for (backend, kind) in [("mlx", Exclusion::Skip), ("mlx", Exclusion::XFAIL), ("reference", wrong)] {
            let said = |seen_in| said(vec![row(backend, "ops::add", kind.clone(), seen_in)]);
            assert_eq!(said("ops::add::n_2"), [""; 0]);
            for (seen_in, complaint) in [
                (
                    "ops::add::n_3",
                    " is said to be seen in an unknown cell, `ops::add::n_3`; did you mean `ops::add::n_1`?",
                ),
                (
                    "ops::add::n_1::mlx",
                    " is said to be seen in an unknown cell, `ops::add::n_1::mlx`; did you mean `ops::add::n_1`?",
                ),
                ("ops::add", " is said to be seen in an unknown cell, `ops::add`; did you mean"),
                (
                    "ops::one",
                    " does not decide the cell that it is said to be seen in, `ops::one`; it decides `ops::add::n_1`",
                ),
                ("zzz", " is said to be seen in an unknown cell, `zzz` (`seen_in` takes "),
            ] {
                let found = said(seen_in);
                assert!(
                    matches!(&*found, [one] if one.starts_with(&format!("row `ops::add` of `{backend}`{complaint}"))),
                    "{found:?}"
                );
            }
        }
        // With the name that `main!` gives to the crate, and without it.
        for name in ["ops::one", "b::ops::one"] {
            assert_eq!(said(vec![row("mlx", "ops::one", Exclusion::Skip, name)]), [""; 0]);
        }
        // A backend without the cell, and a cell that another row decides.
        assert_eq!(said(vec![row("reference", "ops::add", Exclusion::XFAIL, "ops::add::n_1")]).len(), 1);
        let cases: &'static [CaseName] = &[CaseName::Patterns(&["n_1"])];
        let narrow = Row {
            scope: Scope::Cases(&[TestName::Pattern("ops::add")], cases),
            seen_in: None,
            ..row("mlx", "ops::add", Exclusion::XFAIL, "-")
        };
        let found = said(vec![row("mlx", "ops::add", Exclusion::XFAIL, "ops::add::n_1"), narrow]);
        assert!(matches!(&*found, [one] if one.contains("; it decides `ops::add::n_2`")), "{found:?}");
    }

    /// A constant that is another one, or an arm of several features, stands at one place.
    #[test]
    fn a_row_of_several_places_is_seen_in_one_of_them() {
        let at = |row: Row, at: &str| Row { location: Some(at.to_owned()), ..row };
        let rows = |of_add: &str, of_one: &str| {
            let row = |test| row("mlx", test, Exclusion::XFAIL, "ops::one");
            vec![at(row("ops::add"), of_add), at(row("ops::one"), of_one)]
        };
        assert_eq!(said(rows("m.rs:1", "m.rs:1")), [""; 0]);
        let found = said(rows("m.rs:1", "m.rs:2"));
        assert!(
            matches!(&*found, [one] if one.starts_with("row `ops::add` of `mlx` at m.rs:1 does not decide")),
            "{found:?}"
        );
    }
}
