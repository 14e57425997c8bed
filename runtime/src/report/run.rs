//! The whole report of a run, as the terminal shows it.

use std::path::Path;

use super::outlier::Vote;
use super::{
    audit, debt, exclusions, headroom, of_run, outliers, own_terms, part, sentence, slowest, tightest, totals,
    unavailable,
};
use crate::plan::Plan;
use crate::record::CellRecord;
use crate::suite::date::Date;
use crate::text;

/// What a run is reported from.
#[derive(Clone, Copy, Debug)]
pub struct Ran<'a> {
    /// What was planned.
    pub plan: &'a Plan,
    /// What became of it; sorted by name, where rows are audited.
    pub cells: &'a [CellRecord],
    /// Which backends agree, where values disagree with the baseline's.
    pub votes: &'a [Vote],
    /// What the run is called.
    pub name: &'a str,
    /// What of the suite was selected, in options; empty where all of it was.
    pub selected: &'a str,
    /// The day on which rows expire or not.
    pub today: Date,
    /// Whether that is not the day of the run, but the one that was asked for.
    pub is_another_day: bool,
    /// Where the record lies.
    pub record: Option<&'a Path>,
    /// Whether to say how near to its limit each function is.
    pub headroom: bool,
    /// Whether the matrix was set aside, so that its rows are audited.
    pub run_excluded: bool,
}

/// The tables, the rows, what stands out, the totals, and the run in one sentence.
pub fn whole(ran: &Ran<'_>) -> String {
    let Ran { plan, cells, votes, name, today, record, .. } = *ran;
    let headroom = if ran.headroom { format!("{}\n", headroom(cells)) } else { String::new() };
    let rows = if ran.run_excluded { audit(&plan.suites, cells) } else { exclusions(plan, cells) };
    let day = if ran.is_another_day { format!("rows are judged as on {today}\n") } else { String::new() };
    let record =
        record.map(|path| format!("record: {}\n", text::line(&path.display().to_string()))).unwrap_or_default();
    [
        format!("{}\n", of_run(&plan.suites, cells)),
        headroom,
        rows,
        debt(plan, today),
        own_terms(plan, ran.headroom),
        tightest(cells),
        outliers(votes),
        unavailable(cells),
        slowest(cells),
        totals(cells),
        part(ran.selected),
        day,
        record,
        sentence(name, plan, cells, ran.selected, today),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Agreement;
    use crate::judge::Outcome;
    use crate::plan::{Selection, plan};
    use crate::suite::spec::{BackendSpec, FeatureSpec, Origin, SuiteSpec, TestSpec};

    const HERE: Origin = Origin { module: "suite", file: "a.rs", line: 1 };

    /// Cells end in any order, of which nothing in the report may depend: here those of every outcome, several of which are equally
    /// near to their limits, and unavailable for different reasons.
    #[test]
    fn the_order_in_which_cells_end_does_not_show() {
        let suite = SuiteSpec {
            features: vec![FeatureSpec { marker: "f64", description: "64-bit floats." }],
            backends: ["reference", "mlx"].map(|name| BackendSpec::new(name, HERE)).to_vec(),
            tests: vec![TestSpec { markers: vec!["f64"], ..TestSpec::new("t", HERE) }],
            ..SuiteSpec::new("dyn Ops", "reference")
        };
        let plan = plan([suite].into(), &Selection::default());
        let cell = |(at, outcome): (usize, Outcome)| CellRecord {
            test: "t".to_owned(),
            markers: if at % 2 == 0 { vec!["f64".to_owned()] } else { Vec::new() },
            outcome,
            agreement: Some(Box::new(Agreement { used: 0.5, elements: 1, ..Agreement::default() })),
            reason: format!("reason {at}"),
            duration_us: 1_000_000,
            ..CellRecord::missing(&format!("t::{at:02}::{}", ["reference", "mlx"][at / 2 % 2]))
        };
        let outcomes = Outcome::ALL.into_iter().chain([Outcome::Unavailable, Outcome::Unavailable]);
        let mut cells: Vec<_> = outcomes.enumerate().map(cell).collect();
        let told = |cells: &[CellRecord]| {
            let today = Date::parse("2026-11-29").unwrap();
            let (votes, record) = (&[], None);
            let name = "ops";
            let ran = Ran {
                plan: &plan,
                cells,
                votes,
                name,
                selected: "",
                today,
                is_another_day: false,
                record,
                headroom: true,
                run_excluded: false,
            };
            whole(&ran)
        };
        let sorted = told(&cells);
        assert!(sorted.contains("nearest to its limit: t::16::reference uses 50 %"), "{sorted}");
        assert!(sorted.contains("unavailable: mlx: reason 15\nunavailable: reference: reason 5\n"), "{sorted}");
        for _ in 0..cells.len() {
            cells.rotate_left(1);
            assert_eq!(told(&cells), sorted);
            assert_eq!(told(&cells.iter().rev().cloned().collect::<Vec<_>>()), sorted);
        }
    }
}
