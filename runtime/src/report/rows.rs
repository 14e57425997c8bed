//! The rows of the exclusion matrix: which there are, where they stand, and what they stand for.

use std::collections::BTreeMap;

use crate::judge::Outcome;
use crate::plan::Plan;
use crate::plan::resolve::shadowed;
use crate::record::CellRecord;
use crate::suite::action::Debt;
use crate::suite::row::{Exclusion, Row};
use crate::suite::spec::SuiteSpec;
use crate::{sorted, text};

/// The rows that apply to cells of the plan, and how many there are of each kind of debt. Rows of which each cell turned out to be
/// unavailable decided nothing: of these, only how many they are.
pub fn exclusions(plan: &Plan, cells: &[CellRecord]) -> String {
    let unavailable = cells.iter().filter(|cell| cell.outcome == Outcome::Unavailable);
    let unavailable = sorted::set(unavailable.map(|cell| cell.name.as_str()));
    let mut counts: BTreeMap<_, (usize, bool)> = BTreeMap::new();
    for cell in plan.cells.iter().filter(|cell| plan.has_rows(cell)) {
        let is_available = unavailable.is_empty() || !unavailable.contains(plan.name(cell).as_str());
        // Of a row with a condition, the cells on which it may decide.
        for row in plan.candidates(cell).into_iter().chain(plan.disputed_at(cell)) {
            let (cells, decides) = counts.entry((cell.suite, row)).or_default();
            *cells += 1;
            *decides |= is_available;
        }
    }
    let (mut rows, mut idle) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for ((suite, row), (cells, decides)) in counts {
        let row = &plan.suites[suite as usize].rows[row];
        match decides {
            true => rows.push((row, cells)),
            false => *idle.entry(&row.backend).or_default() += 1,
        }
    }
    let lines = rows.iter().map(|(row, _)| format!("  {}\n", describe(row)));
    let idle = idle.into_iter().map(|(backend, count)| {
        let plural = if count == 1 { "" } else { "s" };
        format!("exclusions: {count} row{plural} of `{}` decided nothing: no cell was available\n", text::line(backend))
    });
    headed(&rows, lines.collect()) + &idle.collect::<String>()
}

/// The matrix of some backends (all of them when none is named) as one table of rows, whatever cells were selected: in the
/// order in which they decide among equals, each with its place, and with what always comes before it.
pub fn flattened(suites: &[SuiteSpec], backends: &[String]) -> String {
    let mut rows = Vec::new();
    let mut lines = String::new();
    for suite in suites {
        let shadowed = sorted::map(shadowed(&suite.rows));
        let wanted = |row: &Row| {
            backends.is_empty()
                || suite
                    .backends
                    .iter()
                    .any(|it| it.declared() == row.backend && backends.iter().any(|name| name == it.name))
        };
        for (at, row) in suite.rows.iter().enumerate().filter(|(_, row)| wanted(row)) {
            rows.push((row, 0));
            lines.push_str(&format!("  {}\n", describe(row)));
            if let Some(by) = shadowed.get(&at) {
                lines.push_str(&format!("        shadowed by {}\n", text::line(&suite.rows[*by].describe())));
            }
        }
    }
    headed(&rows, lines)
}

/// `exclusions: 7 upstream (21 cells), 1 won't fix (3 cells)`; the cells only where they are known.
fn headed(rows: &[(&Row, usize)], lines: String) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let kinds: Vec<_> = Debt::ALL
        .iter()
        .map(|debt| (Some(*debt), debt.as_str()))
        .chain([(None, "no reason given")])
        .filter_map(|(debt, kind)| {
            let of_kind = || rows.iter().filter(|(row, _)| row.debt == debt);
            let cells: usize = of_kind().map(|(_, cells)| cells).sum();
            let plural = if cells == 1 { "" } else { "s" };
            match (of_kind().count(), cells) {
                (0, _) => None,
                (count, 0) => Some(format!("{count} {kind}")),
                (count, cells) => Some(format!("{count} {kind} ({cells} cell{plural})")),
            }
        })
        .collect();
    format!("exclusions: {}\n{lines}", kinds.join(", "))
}

/// What a row does, in five letters.
pub(super) fn kind(row: &Row) -> &'static str {
    match row.kind {
        Exclusion::Skip => "skip ",
        Exclusion::Flaky => "flaky",
        Exclusion::XFail { .. } => "xfail",
        Exclusion::BaselineWrong { .. } => "wrong",
        Exclusion::Run => "run  ",
    }
}

/// `xfail mlx_cpu nan_argmax: argmax overlooks NaN (upstream, exclusions.rs:12)`
pub(super) fn describe(row: &Row) -> String {
    let kind = kind(row);
    let since = row.since.as_ref().map(|since| format!("since {since}"));
    let until = row.until.map(|until| format!("until {until}"));
    let condition = row.condition.map(|condition| format!("if {}", condition.name));
    let details: Vec<_> = [
        condition.as_deref(),
        row.debt.map(Debt::as_str),
        row.tracking.as_deref(),
        since.as_deref(),
        until.as_deref(),
        row.location.as_deref(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    let message = if row.message.is_empty() { String::new() } else { format!(": {}", row.message) };
    text::line(&format!("{kind} {} {}{message}{details}", row.backend, row.marker)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Selection, plan};
    use crate::suite::date::Date;
    use crate::suite::row::ALL;
    use crate::suite::spec::{AxisSpec, BackendSpec, Origin, TestSpec};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };

    /// `mlx` fails at `a`, of which there are two cells, and skips `b`, which makes another row of no use.
    fn suite() -> SuiteSpec {
        const TWO: &[AxisSpec] = &[AxisSpec { name: "n", labels: &["n_1", "n_2"] }];
        let test = |name: &str, marker| TestSpec { markers: vec![marker], ..TestSpec::new(name, HERE) };
        let row = |backend, marker, kind, line| Row {
            location: Some(format!("m.rs:{line}")),
            ..Row::new(backend, marker, kind, "no").unwrap()
        };
        let a = Row {
            debt: Some(Debt::Upstream),
            tracking: Some("issue 7".into()),
            since: Some("0.7".into()),
            ..row("mlx", "a", Exclusion::XFAIL, 1)
        };
        let b =
            Row { debt: Some(Debt::NotYet), until: Date::parse("2027-01-31"), ..row("mlx", "b", Exclusion::Skip, 2) };
        SuiteSpec {
            backends: ["reference", "metal", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
            tests: vec![TestSpec { axes: TWO, ..test("t", "a") }, test("u", "b")],
            rows: vec![a, b, row("mlx", "b", Exclusion::XFAIL, 3), row("metal", ALL, Exclusion::Skip, 4)],
            ..SuiteSpec::new("dyn Ops", "reference")
        }
    }

    #[test]
    fn the_rows_that_decide_are_counted_with_their_cells() {
        let text = |backends: &[&str]| {
            let backends = backends.iter().map(|name| (*name).to_owned()).collect();
            exclusions(&plan([suite()].into(), &Selection { backends, ..Selection::default() }), &[])
        };
        assert_eq!(
            text(&["mlx"]),
            "exclusions: 1 not yet (1 cell), 1 upstream (2 cells)\n  \
             xfail mlx a: no (upstream, issue 7, since 0.7, m.rs:1)\n  \
             skip  mlx b: no (not yet, until 2027-01-31, m.rs:2)\n",
        );
        assert_eq!(text(&["metal"]), "exclusions: 1 no reason given (3 cells)\n  skip  metal all: no (m.rs:4)\n");
        assert_eq!(text(&["reference"]), "");
    }

    /// A row of some cells decides while one of them is available, and a skip decides before anybody asks for the backend.
    #[test]
    fn rows_of_which_no_cell_is_available_are_counted_only() {
        let cell = |(name, outcome): (&str, _)| CellRecord { outcome, ..CellRecord::missing(name) };
        let text = |cells: [(&str, Outcome); 2]| {
            let selection = Selection { backends: vec!["mlx".to_owned()], ..Selection::default() };
            exclusions(&plan([suite()].into(), &selection), &cells.map(cell))
        };
        let skip = "  skip  mlx b: no (not yet, until 2027-01-31, m.rs:2)\n";
        let both = format!(
            "exclusions: 1 not yet (1 cell), 1 upstream (2 cells)\n  xfail mlx a: no (upstream, issue 7, since 0.7, m.rs:1)\n{skip}"
        );
        let (one, two) = ("t::n_1::mlx", "t::n_2::mlx");
        assert_eq!(text([(one, Outcome::XFailed), (two, Outcome::XFailed)]), both);
        assert_eq!(text([(one, Outcome::XFailed), (two, Outcome::Unavailable)]), both);
        assert_eq!(
            text([(one, Outcome::Unavailable), (two, Outcome::Unavailable)]),
            format!(
                "exclusions: 1 not yet (1 cell)\n{skip}exclusions: 1 row of `mlx` decided nothing: no cell was available\n"
            )
        );
    }

    #[test]
    fn the_whole_matrix_is_listed_with_what_shadows_a_row() {
        assert_eq!(
            flattened(&[suite()], &[]),
            "exclusions: 1 not yet, 1 upstream, 2 no reason given\n  \
             xfail mlx a: no (upstream, issue 7, since 0.7, m.rs:1)\n  \
             skip  mlx b: no (not yet, until 2027-01-31, m.rs:2)\n  \
             xfail mlx b: no (m.rs:3)\n        \
             shadowed by row `b` of `mlx` at m.rs:2\n  \
             skip  metal all: no (m.rs:4)\n",
        );
        let metal = "exclusions: 1 no reason given\n  skip  metal all: no (m.rs:4)\n";
        assert_eq!(flattened(&[suite()], &["metal".to_owned()]), metal);
        assert_eq!(flattened(&[suite()], &["reference".to_owned()]), "");
    }
}
