//! The whole report of a run, as the terminal shows it.

use std::path::Path;

use super::outlier::Vote;
use super::{
    audit, debt, exclusions, headroom, of_run, outliers, own_terms, sentence, slowest, tightest, totals, unavailable,
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
    /// The day on which rows expire or not.
    pub today: Date,
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
    let rows = if ran.run_excluded { audit(&plan.suites, cells) } else { exclusions(plan) };
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
        record,
        sentence(name, plan, cells, today),
    ]
    .concat()
}
