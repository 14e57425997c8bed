//! A run in one sentence, fit for the message of a commit.

use super::counted;
use super::debt::{SOON, expiring};
use crate::judge::Outcome;
use crate::plan::Plan;
use crate::record::CellRecord;
use crate::suite::date::Date;
use crate::text;

/// How many backends are named.
const MOST: usize = 4;

/// `kernels: 3,517 passed, 82 xfailed on mlx_cpu and reference; 45 skipped; 3 rows expire within 14 days`
pub fn sentence(name: &str, plan: &Plan, cells: &[CellRecord], selected: &str, today: Date) -> String {
    let counts = Outcome::counts(cells.iter().map(|cell| cell.outcome));
    let count = |outcome: &Outcome| {
        let count = counts[*outcome as usize];
        (count > 0).then(|| format!("{} {outcome}", counted(count)))
    };
    let (ran, not_run): (Vec<&Outcome>, Vec<&Outcome>) = Outcome::ALL.iter().partition(|outcome| outcome.ran());
    let (mut failed, mut good): (Vec<&Outcome>, Vec<&Outcome>) =
        ran.into_iter().partition(|outcome| outcome.fails_the_run());
    // What a reader has to know first stands first.
    failed.append(&mut good);
    let ran: Vec<_> = failed.into_iter().filter_map(count).collect();
    let not_run: Vec<_> = not_run.into_iter().filter_map(count).collect();
    let mut backends: Vec<&str> = Vec::new();
    for cell in cells.iter().filter(|cell| cell.outcome.ran()) {
        if !backends.contains(&cell.backend.as_str()) {
            backends.push(&cell.backend);
        }
    }
    backends.sort_unstable();
    let ran =
        if ran.is_empty() { "nothing ran".to_owned() } else { format!("{} on {}", ran.join(", "), named(&backends)) };
    let rows = match expiring(plan, today) {
        0 => None,
        1 => Some(format!("1 row expires within {SOON} days")),
        rows => Some(format!("{} rows expire within {SOON} days", counted(rows))),
    };
    let part = (!selected.is_empty()).then(|| "only a part of the suite".to_owned());
    let rest = (!not_run.is_empty()).then(|| not_run.join(", ")).into_iter().chain(rows).chain(part);
    let line = format!("{name}: {}", [ran].into_iter().chain(rest).collect::<Vec<_>>().join("; "));
    format!("{}\n", text::line(&line))
}

/// `a`, `a and b`, `a, b and c`, `7 backends`
fn named(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= MOST => format!("{} and {last}", first.join(", ")),
        all => format!("{} backends", all.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Selection, plan};
    use crate::suite::row::{Exclusion, Row};
    use crate::suite::spec::{BackendSpec, Origin, SuiteSpec, TestSpec};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };

    /// A plan with so many rows that expire on one day.
    fn with_rows(rows: usize) -> Plan {
        let markers: Vec<&'static str> = ["a", "b", "c"].into_iter().take(rows).collect();
        let row = |marker: &&'static str| Row {
            until: Date::parse("2026-12-01"),
            ..Row::new("mlx", marker, Exclusion::Skip, "no").unwrap()
        };
        let suite = SuiteSpec {
            backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
            tests: markers.iter().map(|m| TestSpec { markers: vec![m], ..TestSpec::new(*m, HERE) }).collect(),
            rows: markers.iter().map(row).collect(),
            ..SuiteSpec::new("dyn Ops", "reference")
        };
        plan([suite].into(), &Selection::default())
    }

    fn said(rows: usize, cells: &[(usize, Outcome, &str)]) -> String {
        let cells: Vec<_> = cells
            .iter()
            .flat_map(|(count, outcome, backend)| {
                let cell = CellRecord { outcome: *outcome, ..CellRecord::missing(&format!("t::{backend}")) };
                std::iter::repeat_n(cell, *count)
            })
            .collect();
        sentence("kernels", &with_rows(rows), &cells, "", Date::parse("2026-11-28").unwrap())
    }

    #[test]
    fn a_run_is_one_sentence() {
        use Outcome::{Failed, Passed, Skipped, TimedOut, Unavailable, XFailed};
        assert_eq!(
            said(3, &[(3517, Passed, "reference"), (82, XFailed, "mlx_cpu")]),
            "kernels: 3,517 passed, 82 xfailed on mlx_cpu and reference; 3 rows expire within 14 days\n",
        );
        assert_eq!(
            said(
                1,
                &[(2, Passed, "a"), (1, Failed, "b"), (1, TimedOut, "c"), (4, Skipped, "d"), (5, Unavailable, "e")]
            ),
            "kernels: 1 FAILED, 1 TIMED OUT, 2 passed on a, b and c; 4 skipped, 5 unavailable; 1 row expires within 14 days\n",
        );
        assert_eq!(said(0, &[(1, Passed, "a")]), "kernels: 1 passed on a\n");
        assert_eq!(said(0, &[(1, Skipped, "a")]), "kernels: nothing ran; 1 skipped\n");
        assert_eq!(said(0, &[]), "kernels: nothing ran\n");
        let many = ["a", "b", "c", "d", "e"].map(|backend| (1, Passed, backend));
        assert_eq!(said(0, &many), "kernels: 5 passed on 5 backends\n");
        assert_eq!(said(0, &many[..4]), "kernels: 4 passed on a, b, c and d\n");
        assert_eq!(said(0, &[(1, Passed, "a\u{1b}\n")]), "kernels: 1 passed on a\\u{1b}\\n\n");
    }

    /// Every outcome has its place in it.
    #[test]
    fn nothing_is_left_out() {
        for outcome in Outcome::ALL {
            assert!(said(0, &[(1, outcome, "a")]).contains(&format!("1 {outcome}")), "{outcome}");
        }
    }
}
