//! What is reported of a cell that has ended, wherever it ran.

use serde::{Deserialize, Serialize};

use super::Executable;
use crate::execute::Observation;
use crate::judge::{Finished, Judgement};
use crate::plan::{Cell, Decision};
use crate::record::CellRecord;
use crate::report;
use crate::session::Session;
use crate::text;

/// What became of a cell, for the record and for the terminal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CellReport {
    pub(super) record: Box<CellRecord>,
    /// What the terminal says of it where it fails the run.
    pub(super) message: Option<String>,
    /// What was done with it.
    pub(super) decision: Decision,
}

impl CellReport {
    pub(super) fn new(session: &Session, executable: &Executable, cell: &Cell, finished: &Finished) -> Self {
        Self::of(CellRecord::new(&session.plan, cell, finished), session, executable, finished)
    }

    /// Of a cell with this record.
    pub(super) fn of(record: CellRecord, session: &Session, executable: &Executable, finished: &Finished) -> Self {
        let record = Box::new(record);
        let backtrace = match &finished.observation {
            Observation::Panicked(panic) if record.outcome.fails_the_run() => panic.backtrace(),
            _ => None,
        };
        let backtrace = backtrace.unwrap_or_default();
        let message = record.outcome.fails_the_run().then(|| message(session, executable, &record, &backtrace));
        Self { record, message, decision: finished.decision }
    }

    /// The same with another judgement.
    pub(super) fn judged_again(
        mut self,
        session: &Session,
        executable: &Executable,
        Judgement { outcome, reason }: Judgement,
    ) -> Self {
        (self.record.outcome, self.record.reason) = (outcome, reason);
        self.message = outcome.fails_the_run().then(|| message(session, executable, &self.record, ""));
        self
    }

    /// With what it printed, which belongs to what went wrong.
    #[cfg(unix)]
    pub(super) fn with_output(mut self, output: String) -> Self {
        if let Some(message) = self.message.as_mut().filter(|_| !output.trim().is_empty()) {
            message.push_str("\n  it printed:");
            message.push_str(&text::barred(output.trim_end()));
            self.record.output = Some(output);
        }
        self
    }
}

fn message(session: &Session, executable: &Executable, record: &CellRecord, backtrace: &str) -> String {
    let CellRecord { reason, outcome, seed, test, origin, case_at, .. } = record;
    let case = case_at.as_ref().map(|place| format!("\n  of a case at {}", text::line(place))).unwrap_or_default();
    let judgement = Judgement { outcome: *outcome, reason: reason.clone() };
    let seed = seed.map(|seed| format!("\n  seed of its inputs: {seed:#018x}")).unwrap_or_default();
    let rerun = report::rerun(executable.package, executable.target, record, session.base_seed());
    format!(
        "{judgement}\n{backtrace}  in {} ({}){case}{seed}\n  run only this: {rerun}",
        text::line(test),
        text::line(origin),
    )
}
