//! The narrowest rows that say what a wider one says of the cells that need it.

use std::collections::BTreeSet;
use std::fmt;

use crate::record::CellRecord;
use crate::record::suite::{AxisRecord, TestRecord};

/// What a row has to hang on to mean some cells and no others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Narrow {
    /// `module::test`.
    pub test: String,
    /// What stands in `case(…)`; empty where all cases are meant.
    pub cases: String,
}

/// As the arguments of `#[crosscheck::exclusions]`.
impl fmt::Display for Narrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { test, cases } = self;
        match cases.is_empty() {
            true => write!(f, "test({test:?})"),
            false => write!(f, "test({test:?}), case({cases})"),
        }
    }
}

/// What rows of one backend hang on that mean the failing cells, and of the others that ran none: one a test.
pub fn narrowest(known: &[TestRecord], failing: &[&CellRecord], ran: &[&CellRecord]) -> Vec<Narrow> {
    let tests: BTreeSet<_> = failing.iter().map(|cell| cell.test.as_str()).collect();
    let rows = tests.into_iter().map(|path| {
        let of_test = |cells: &[&CellRecord]| {
            cells.iter().filter(|cell| cell.test == path).map(|cell| case_of(cell).to_owned()).collect()
        };
        let axes = known.iter().find(|test| test.test == path).map_or(&[][..], |test| &test.axes);
        Narrow { test: path.to_owned(), cases: cases(axes, &of_test(failing), &of_test(ran)) }
    });
    rows.collect()
}

/// What a cell's case is called; empty where the test has one only.
pub(super) fn case_of(cell: &CellRecord) -> &str {
    let case = cell.name.strip_prefix(&cell.test).and_then(|rest| rest.strip_suffix(&cell.backend));
    case.map(|case| case.trim_matches(':')).unwrap_or_default()
}

/// What stands in `case(…)`: nothing where all cases are meant.
fn cases(axes: &[AxisRecord], failing: &BTreeSet<String>, ran: &BTreeSet<String>) -> String {
    if failing == ran {
        return String::new();
    }
    let by_name = || {
        let names: Vec<_> = failing.iter().map(|case| format!("{case:?}")).collect();
        names.join(", ")
    };
    // The positions on the axes; a case is meant where each of its values is one that failing cases have.
    let labels = positions(axes);
    let positions = |cases: &BTreeSet<String>| -> Vec<&Vec<usize>> {
        labels.iter().filter(|(label, _)| cases.contains(label)).map(|(_, at)| at).collect()
    };
    let (failed, all) = (positions(failing), positions(ran));
    let values = |axis: usize, of: &[&Vec<usize>]| of.iter().map(|at| at[axis]).collect::<BTreeSet<_>>();
    let meant: Vec<_> = (0..axes.len()).map(|axis| values(axis, &failed)).collect();
    let fits = |at: &Vec<usize>| at.iter().zip(&meant).all(|(value, values)| values.contains(value));
    let is_told_by_axes = failed.len() == failing.len() && all.iter().filter(|at| fits(at)).count() == failed.len();
    let narrowing: Vec<_> =
        axes.iter().zip(&meant).enumerate().filter(|(axis, (_, meant))| **meant != values(*axis, &all)).collect();
    let named = |values: &BTreeSet<usize>, axis: &AxisRecord| values.iter().all(|at| is_a_name(&axis.values[*at]));
    if !is_told_by_axes || !narrowing.iter().all(|(_, (axis, meant))| named(meant, axis)) {
        return by_name();
    }
    let axes = narrowing.iter().map(|(_, (axis, meant))| {
        let values: Vec<_> = meant.iter().map(|value| axis.values[*value].as_str()).collect();
        format!("{} = {}", axis.name, values.join(" | "))
    });
    axes.collect::<Vec<_>>().join(", ")
}

/// Whether a value can be written as it is called.
fn is_a_name(label: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic();
    label.starts_with(begins) && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !is_keyword(label)
}

fn is_keyword(label: &str) -> bool {
    const KEYWORDS: [&str; 35] = [
        "abstract", "as", "async", "await", "box", "break", "const", "continue", "dyn", "else", "enum", "extern",
        "false", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
        "return", "static", "struct", "true", "try", "type", "use", "while",
    ];
    KEYWORDS.contains(&label) || ["crate", "self", "super", "trait", "unsafe", "where", "yield"].contains(&label)
}

/// What each case is called, and its position on each axis.
fn positions(axes: &[AxisRecord]) -> Vec<(String, Vec<usize>)> {
    let mut cases = vec![(String::new(), Vec::new())];
    for (number, axis) in axes.iter().enumerate() {
        let with = |(label, at): &(String, Vec<usize>)| {
            let joint = if number == 0 { "" } else { "_" };
            let values = axis.values.iter().enumerate();
            values
                .map(|(value, name)| (format!("{label}{joint}{name}"), [at.as_slice(), &[value]].concat()))
                .collect::<Vec<_>>()
        };
        cases = cases.iter().flat_map(with).collect();
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::scope::CaseName;
    use crate::suite::spec::{AxisSpec, Origin, TestSpec};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };
    const AXES: &[AxisSpec] =
        &[AxisSpec { name: "dtype", labels: &["f32", "f16", "bf16"] }, AxisSpec { name: "n", labels: &["n_1", "n_2"] }];

    /// Every set of failing cases among six: what is proposed means them, and no other one.
    #[test]
    fn what_is_proposed_means_the_failing_cells_and_no_other() {
        let test = TestSpec { axes: AXES, ..TestSpec::new("ops::t", HERE) };
        let known = [TestRecord::of(&test)];
        let cell = |case: u32| CellRecord {
            test: "ops::t".to_owned(),
            backend: "mlx".to_owned(),
            ..CellRecord::missing(&test.cell_name(case, "mlx"))
        };
        let cells: Vec<_> = (0..6).map(cell).collect();
        let ran: Vec<_> = cells.iter().collect();
        for bits in 1..64_u32 {
            let failing: Vec<_> = (0..6).filter(|case| bits & (1 << case) != 0).collect();
            let of_failing: Vec<_> = failing.iter().map(|case| &cells[*case as usize]).collect();
            let rows = narrowest(&known, &of_failing, &ran);
            let [row] = rows.as_slice() else { panic!("{rows:?}") };
            assert_eq!(row.test, "ops::t");
            let names: Vec<_> = row.cases.split(", ").filter(|name| !name.is_empty()).map(parsed).collect();
            let (patterns, axes): (Vec<_>, Vec<_>) =
                names.into_iter().partition(|it| matches!(it, CaseName::Patterns(_)));
            let means = |case: &u32| {
                axes.iter().all(|name| name.means(&test, *case))
                    && (patterns.is_empty() || patterns.iter().any(|name| name.means(&test, *case)))
            };
            assert_eq!((0..6).filter(means).collect::<Vec<_>>(), failing, "{row}");
        }
        let one = narrowest(&known, &[&cells[2], &cells[3]], &ran);
        assert_eq!(one[0].to_string(), "test(\"ops::t\"), case(dtype = f16)");
    }

    /// What the proposal says, as the attribute would read it.
    fn parsed(text: &str) -> CaseName {
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        match text.split_once(" = ") {
            None => CaseName::Patterns(Box::leak(Box::new([leak(text.trim_matches('"'))]))),
            Some((axis, values)) => {
                let values: Vec<&'static [&'static str]> = values
                    .split(" | ")
                    .map(|value| -> &'static [&'static str] { Box::leak(Box::new([leak(value)])) })
                    .collect();
                CaseName::Axis { axis: leak(axis), values: values.leak() }
            }
        }
    }
}
