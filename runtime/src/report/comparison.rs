//! How the values of differential tests were compared: how near to its limit each function is, and which tests set limits of
//! their own.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{LineStyle, Table, presets};

use super::outlier::{Finding, Vote};
use crate::compare::Agreement;
use crate::plan::Plan;
use crate::record::CellRecord;
use crate::{sorted, text};

/// The row of tests that say of no function that they are about it.
const UNNAMED: &str = "(no function)";

/// How well the values agree, by function and backend.
pub fn agreements(cells: &[CellRecord]) -> BTreeMap<(&str, &str), Agreement> {
    let mut agreements: BTreeMap<_, Agreement> = BTreeMap::new();
    for (cell, agreement) in compared(cells) {
        let function = cell.function.as_deref().unwrap_or(UNNAMED);
        agreements.entry((function, cell.backend.as_str())).or_default().merge(agreement);
    }
    agreements
}

/// How much of what is allowed was used at the worst, a function and backend, and how the elements are spread below that.
///
/// Eight signs stand for the elements that are equal, and for those that use at most 1/64, 1/32, … 1/2 and all of what they
/// are allowed; their height for how many there are, each step ten times as many.
pub fn headroom(cells: &[CellRecord]) -> String {
    let worst = agreements(cells);
    let backends = sorted::set(worst.keys().map(|(_, backend)| *backend));
    if worst.is_empty() {
        return String::new();
    }
    let mut functions: Vec<_> = worst.keys().map(|(function, _)| *function).collect();
    functions.dedup();
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_header(std::iter::once("headroom".into()).chain(backends.iter().copied().map(text::line)));
    for function in functions {
        let columns = backends.iter().map(|backend| match worst.get(&(function, *backend)) {
            Some(agreement) => format!("{:>5} {}", share(agreement.used), spread(agreement)),
            None => "–".to_owned(),
        });
        table.add_row(std::iter::once(text::line(function).into_owned()).chain(columns));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The cell that is nearest to its limit.
pub fn tightest(cells: &[CellRecord]) -> String {
    let worst = compared(cells).max_by(|(cell, a), (other, b)| {
        // Of several the last one, by name.
        a.used.total_cmp(&b.used).then_with(|| cell.name.cmp(&other.name))
    });
    match worst {
        Some((cell, agreement)) if agreement.used > 0.0 => {
            format!(
                "nearest to its limit: {} uses {} of what is allowed\n",
                text::line(&cell.name),
                share(agreement.used)
            )
        }
        _ => String::new(),
    }
}

/// The outliers where values disagree, for those cases that can tell.
pub fn outliers(votes: &[Vote]) -> String {
    let votes = votes.iter().filter(|vote| vote.finding() != Finding::TooFew);
    let lines: String = votes.map(|vote| format!("  {}\n", text::line(&vote.to_string()))).collect();
    if lines.is_empty() { lines } else { format!("outliers\n{lines}") }
}

/// The tests of the plan that set something for the comparison themselves: how many there are, or which ones and why.
pub fn own_terms(plan: &Plan, listed: bool) -> String {
    let mut tests: Vec<_> =
        plan.cells.iter().map(|cell| plan.test(cell)).filter(|test| !test.terms.is_empty()).collect();
    tests.dedup_by_key(|test| &test.path);
    if tests.is_empty() {
        return String::new();
    }
    let plural = if tests.len() == 1 { "" } else { "s" };
    if !listed {
        return format!("terms of their own: {} test{plural} (--headroom says which and why)\n", tests.len());
    }
    let mut listed = format!("terms of their own: {} test{plural}\n", tests.len());
    for test in tests {
        for terms in &test.terms {
            let _ = writeln!(listed, "  {}: {}", text::line(&test.path), text::line(terms));
        }
    }
    listed
}

fn compared(cells: &[CellRecord]) -> impl Iterator<Item = (&CellRecord, &Agreement)> {
    cells.iter().filter_map(|cell| Some((cell, cell.agreement.as_deref()?))).filter(|(_, it)| it.elements > 0)
}

/// `3 %`; a use that is there is never 0, and one that is not all never 100.
fn share(used: f64) -> String {
    let percent = if used > 0.0 { (100.0 * used).clamp(1.0, if used < 1.0 { 99.0 } else { 100.0 }) } else { 0.0 };
    format!("{} %", percent.round())
}

/// A sign for each bucket.
fn spread(agreement: &Agreement) -> String {
    let sign = |count: &u64| match count {
        0 => '·',
        _ => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][count.ilog10().min(7) as usize],
    };
    agreement.histogram.iter().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Selection, plan};
    use crate::suite::spec::{BackendSpec, Origin, SuiteSpec, TestSpec};

    fn cell(name: &str, function: Option<&str>, used: f64, histogram: [u64; 8]) -> CellRecord {
        let backend = name.rsplit("::").next().unwrap();
        let agreement = Agreement { used, elements: histogram.iter().sum(), histogram, ..Agreement::default() };
        let text = format!(
            r#"{{"name":"{name}","test":"t","backend":"{backend}","markers":[],"row":null,"outcome":"passed","origin":"","duration_us":0}}"#
        );
        let function = function.map(str::to_owned);
        CellRecord { function, agreement: Some(Box::new(agreement)), ..serde_json::from_str(&text).unwrap() }
    }

    #[test]
    fn the_worst_cell_of_a_function_counts_and_all_elements_do() {
        let cells = [
            cell("a::x::mlx", Some("add"), 0.25, [9, 0, 0, 0, 0, 1, 0, 0]),
            cell("a::y::mlx", Some("add"), 0.5, [1, 0, 0, 0, 0, 0, 1, 0]),
            cell("b::x::mlx", None, 0.999, [0, 0, 0, 0, 0, 0, 0, 1000]),
            cell("a::x::candle", Some("add"), 0.0, [10, 0, 0, 0, 0, 0, 0, 0]),
            // Nothing was compared.
            cell("c::x::mlx", Some("sub"), 0.0, [0; 8]),
        ];
        let table = headroom(&cells);
        let rows: Vec<_> = table.lines().filter(|line| line.contains('%')).map(str::trim).collect();
        assert_eq!(
            rows,
            ["(no function)   –                 99 % ·······▄", "add               0 % ▂·······    50 % ▂····▁▁·"]
        );
        assert_eq!(tightest(&cells), "nearest to its limit: b::x::mlx uses 99 % of what is allowed\n");
        assert_eq!((headroom(&cells[4..]), tightest(&cells[3..])), (String::new(), String::new()));
    }

    #[test]
    fn what_a_test_sets_for_itself_is_listed_once() {
        let origin = Origin { module: "suite", file: "a.rs", line: 1 };
        let terms = vec!["rtol 1e0, atol 0e0 (so it is)".to_owned()];
        let suite = SuiteSpec {
            backends: ["reference", "mlx", "candle"].map(|name| BackendSpec::new(name, origin)).to_vec(),
            tests: vec![TestSpec::new("a", origin), TestSpec { terms, ..TestSpec::new("b", origin) }],
            ..SuiteSpec::new("dyn Ops", "reference")
        };
        let plan = plan([suite].into(), &Selection::default());
        let counted = "terms of their own: 1 test (--headroom says which and why)\n";
        assert_eq!(own_terms(&plan, false), counted);
        assert_eq!(own_terms(&plan, true), "terms of their own: 1 test\n  b: rtol 1e0, atol 0e0 (so it is)\n");
    }
}
