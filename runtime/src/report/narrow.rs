//! The narrowest rows that say what a wider one says of the cells that need it.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::CellRecord;
use crate::suite::spec::{SuiteSpec, TestSpec};

/// The attributes of rows of `backend` that mean the failing cells, and of the others that ran none: one a test.
pub fn narrowest(suites: &[SuiteSpec], backend: &str, failing: &[&CellRecord], ran: &[&CellRecord]) -> Vec<String> {
    let tests: BTreeSet<_> = failing.iter().map(|cell| cell.test.as_str()).collect();
    let rows = tests.into_iter().map(|path| {
        let of_test =
            |cells: &[&CellRecord]| cells.iter().filter(|cell| cell.test == path).map(|cell| case_of(cell)).collect();
        let test = suites.iter().flat_map(|suite| &suite.tests).find(|test| test.path == path);
        let cases = cases(test, &of_test(failing), &of_test(ran));
        format!("#[crosscheck::exclusions(\"{backend}\", test(\"{path}\"){cases})]")
    });
    rows.collect()
}

/// What a cell's case is called; empty where the test has one only.
fn case_of(cell: &CellRecord) -> String {
    let case = cell.name.strip_prefix(&cell.test).and_then(|rest| rest.strip_suffix(&cell.backend));
    case.map(|case| case.trim_matches(':').to_owned()).unwrap_or_default()
}

/// `, case(…)`, or nothing where all cases are meant.
fn cases(test: Option<&TestSpec>, failing: &BTreeSet<String>, ran: &BTreeSet<String>) -> String {
    if failing == ran {
        return String::new();
    }
    let by_name = || {
        let names: Vec<_> = failing.iter().map(|case| format!("\"{case}\"")).collect();
        format!(", case({})", names.join(", "))
    };
    let Some(test) = test else { return by_name() };
    // The values that failing cases have on each axis; a case is meant where each of its values is one of them.
    let labels: BTreeMap<_, _> = (0..test.cases()).map(|case| (test.case_label(case), test.positions(case))).collect();
    let positions = |cases: &BTreeSet<String>| cases.iter().filter_map(|case| labels.get(case)).collect::<Vec<_>>();
    let (failed, all) = (positions(failing), positions(ran));
    let values = |axis: usize, of: &[&Vec<usize>]| of.iter().map(|at| at[axis]).collect::<BTreeSet<_>>();
    let meant: Vec<_> = (0..test.axes.len()).map(|axis| values(axis, &failed)).collect();
    let fits = |at: &Vec<usize>| at.iter().zip(&meant).all(|(value, values)| values.contains(value));
    if all.iter().filter(|at| fits(at)).count() != failed.len() {
        return by_name();
    }
    let narrowing =
        test.axes.iter().zip(&meant).enumerate().filter(|(axis, (_, meant))| **meant != values(*axis, &all));
    let axes: Vec<_> = narrowing
        .map(|(_, (axis, meant))| {
            let values: Vec<_> = meant.iter().map(|value| axis.labels[*value]).collect();
            format!("{} = {}", axis.name, values.join(" | "))
        })
        .collect();
    format!(", case({})", axes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::scope::CaseName;
    use crate::suite::spec::{AxisSpec, Origin};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };
    const AXES: &[AxisSpec] =
        &[AxisSpec { name: "dtype", labels: &["f32", "f16", "bf16"] }, AxisSpec { name: "n", labels: &["n_1", "n_2"] }];

    /// Every set of failing cases among six: what is proposed means them, and no other one.
    #[test]
    fn what_is_proposed_means_the_failing_cells_and_no_other() {
        let test = TestSpec { axes: AXES, ..TestSpec::new("ops::t", HERE) };
        let suites = [SuiteSpec { tests: vec![test.clone()], ..SuiteSpec::new("dyn Ops", "reference") }];
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
            let rows = narrowest(&suites, "mlx", &of_failing, &ran);
            let [row] = rows.as_slice() else { panic!("{rows:?}") };
            let start = "#[crosscheck::exclusions(\"mlx\", test(\"ops::t\")";
            let rest = row.strip_prefix(start).and_then(|rest| rest.strip_suffix(")]")).unwrap();
            let names: Vec<_> = match rest.strip_prefix(", case(").and_then(|rest| rest.strip_suffix(')')) {
                None => Vec::new(),
                Some(list) => list.split(", ").map(parsed).collect(),
            };
            let (patterns, axes): (Vec<_>, Vec<_>) =
                names.into_iter().partition(|it| matches!(it, CaseName::Patterns(_)));
            let means = |case: &u32| {
                axes.iter().all(|name| name.means(&test, *case))
                    && (patterns.is_empty() || patterns.iter().any(|name| name.means(&test, *case)))
            };
            assert_eq!((0..6).filter(means).collect::<Vec<_>>(), failing, "{row}");
        }
        let one = narrowest(&suites, "mlx", &[&cells[2], &cells[3]], &ran);
        assert_eq!(one, ["#[crosscheck::exclusions(\"mlx\", test(\"ops::t\"), case(dtype = f16))]"]);
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
