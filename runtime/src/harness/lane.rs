//! What one thread of a run does: it runs one cell after another.

use super::cell_report::CellReport;
use super::in_flight::wait_for_the_end;
use super::run::Run;
use super::threads::{Ended, Runs};
use super::{device, under_nextest};
use crate::buffer::Buffer;
use crate::judge::Outcome;
use crate::record::json;
use crate::text;

/// A thread of a run.
pub(super) struct Lane<'a> {
    run: &'a Run,
    /// The lines that it writes next.
    lines: Buffer,
    /// The cell that began when the one before it ended, by its position in the plan.
    begun: Option<usize>,
}

impl Runs for Lane<'_> {
    /// The text of a failure is for the terminal. The next cell begins when this one ends, so that one write to the record says both.
    fn finish(&mut self, at: usize, next: &mut dyn FnMut() -> Option<usize>) -> Ended {
        let run = self.run;
        let cell = &run.session.plan.cells[at];
        // A cell that waits for a device is not running.
        let device = run.session.device(cell).map(device::lock).transpose();
        if self.begun.take() != Some(at) {
            self.begin(at);
        }
        let CellReport { record, message, decision } = match &device {
            Ok(_) => run.attempts(at),
            Err(error) => run.without_device(at, error),
        };
        let (outcome, reason) = (record.outcome, record.reason.clone());
        if decision != cell.decision {
            run.log().decisions.insert(at, decision);
        }
        self.lines.cut(0);
        let mut line = json::cell(&mut self.lines, &record, run.name(at).is_plain);
        let length = self.lines.length();
        let next = next().filter(|next| run.session.device(&run.session.plan.cells[*next]).is_none());
        if let Some(next) = next {
            line = line.and_then(|()| self.add_beginning(next));
        }
        let lines = &mut self.lines;
        let goes_on = run.in_flight.finish(at, next, |goes_on| {
            if !goes_on {
                lines.cut(length);
            }
            run.note(at, *record, line.map(|()| lines.bytes()));
        });
        match goes_on {
            Some(goes_on) => self.begun = next.filter(|_| goes_on),
            // The run has ended without it.
            None => wait_for_the_end(),
        }
        self.ended(at, outcome, &reason, message)
    }
}

impl<'a> Lane<'a> {
    pub(super) fn new(run: &'a Run) -> Self {
        Self { run, lines: Buffer::default(), begun: None }
    }

    /// A cell begins by itself.
    fn begin(&mut self, at: usize) {
        self.run.in_flight.start(at);
        self.lines.cut(0);
        let line = self.add_beginning(at);
        if self.lines.length() > 0 {
            self.run.log().write(line.map(|()| self.lines.bytes()));
        }
    }

    /// A cell that may take this process down leaves its name first.
    fn add_beginning(&mut self, at: usize) -> std::io::Result<()> {
        if !self.run.may_end_this_process(at) {
            return Ok(());
        }
        let name = self.run.name(at);
        json::begin(&mut self.lines, &name.text, name.is_plain)
    }

    /// What is said of a cell that came to this.
    fn ended(&self, at: usize, outcome: Outcome, reason: &str, message: Option<String>) -> Ended {
        if let Some(message) = message {
            if under_nextest() {
                // nextest takes the message for its JUnit report from a line like this one.
                eprintln!("Error: {message}");
            }
            return Ended::Failed(message);
        }
        let session = &self.run.session;
        if under_nextest() && session.planned_reason(&session.plan.cells[at]).is_some() {
            // nextest lists it as ignored. Whoever starts it must not read that it passed.
            let why =
                format!("{outcome}: {} (its body was not run: CROSSCHECK_RUN_EXCLUDED=1 runs it)", text::line(reason));
            eprintln!("Error: {why}");
            return Ended::Failed(why);
        }
        // What is known only now was not listed as ignored.
        if under_nextest() && matches!(outcome, Outcome::Unavailable | Outcome::Skipped) {
            eprintln!("{outcome}: {}", text::line(reason));
        }
        match outcome {
            Outcome::Skipped => Ended::Ignored(Some(text::line(reason).into_owned())),
            Outcome::Unavailable | Outcome::NotImplemented => {
                Ended::Ignored(Some(format!("{outcome}: {}", text::line(reason))))
            }
            _ => Ended::Ok,
        }
    }
}
