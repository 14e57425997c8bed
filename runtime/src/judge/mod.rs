//! From what the matrix says and what happened to an outcome: pure, and the only place that decides.

mod outcome;

use std::fmt;

use crate::compare::{Agreed, Mismatch, Null};
use crate::execute::{Answers, Listed, Observation};
use crate::plan::Decision;
use crate::suite::date::Date;
use crate::suite::expectation::{Bounds, Failure};
use crate::suite::row::{Exclusion, Row};
use crate::suite::subject::Receipt;
use crate::text;

pub use outcome::Outcome;

/// What is said of a cell whose backend is not there and has to be.
pub(crate) const REQUIRED: &str = "the backend is required, but not available";

/// How many lines a text names.
const MOST_LINES: usize = 8;

/// An outcome, and why. It displays as the report shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What became of the cell.
    pub outcome: Outcome,
    /// Why; empty when it simply passed.
    pub reason: String,
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, reason } = self;
        if reason.is_empty() { write!(f, "{outcome}") } else { write!(f, "{outcome}: {}", text::block(reason)) }
    }
}

/// A cell that has ended.
#[derive(Debug)]
pub struct Finished {
    /// What happened.
    pub observation: Observation,
    /// What that means.
    pub judgement: Judgement,
    /// What was done with the cell, after whatever that depended on was answered.
    pub decision: Decision,
    /// What was asked of its backend for that.
    pub answers: Answers,
    /// The outcome that it would have had, had its row not been set aside.
    pub with_row: Option<Outcome>,
    /// The seed of its random inputs, if the body asked for one.
    pub seed: Option<u64>,
    /// The baseline's value as text, where it is a number or a few, to be judged with the other cases of the test.
    pub scalar: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

impl Finished {
    pub(crate) fn outcome(&self) -> Outcome {
        self.judgement.outcome
    }

    /// How the body failed, if it did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        failure(&self.observation)
    }
}

/// What a cell is judged by besides its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgeContext<'a> {
    /// The row that says that the baseline's value is wrong, with which the cell's is compared.
    pub disputed: Option<&'a Row>,
    /// Whether the backend must be available.
    pub required: bool,
    /// The day on which the run takes place, in UTC.
    pub today: Date,
}

/// Judges a cell to which `row` of the matrix applies.
pub fn judge(row: Option<&Row>, context: JudgeContext<'_>, observation: &Observation) -> Judgement {
    let (outcome, reason) = match observation {
        Observation::NotRun => (Outcome::Skipped, row.map(not_run).unwrap_or_default()),
        Observation::Unavailable { reason } if context.required => (Outcome::Failed, format!("{REQUIRED}: {reason}")),
        Observation::Unavailable { reason } => (Outcome::Unavailable, reason.clone()),
        // No row excuses a failure outside of the body.
        Observation::SetupFailed { message } => (Outcome::Failed, message.clone()),
        Observation::NotImplemented { function, listed } => not_implemented(row, function, *listed),
        Observation::Returned { comparison: Some(comparison), receipt } if let Some(disputed) = context.disputed => {
            beside_a_wrong_baseline(row, disputed, comparison, receipt.as_ref())
        }
        Observation::Returned { comparison: Some(Ok(agreed)), receipt } => {
            passed(row, receipt.as_ref(), agreed.null.or(agreed.narrower).map(accepts))
        }
        Observation::Returned { comparison: None, receipt } => passed(row, receipt.as_ref(), None),
        Observation::CheckedNothing { points, receipt } => passed(row, receipt.as_ref(), Some(checked_nothing(points))),
        Observation::Errored { .. }
        | Observation::Panicked(_)
        | Observation::Returned { comparison: Some(Err(_)), .. }
        | Observation::LeftChanged { .. }
        | Observation::TimedOut { .. }
        | Observation::Crashed { .. } => {
            let text = describe(observation);
            failed(row, &Failing { text: &text, ..Failing::of(observation) })
        }
    };
    expire(row, context, Judgement { outcome, reason })
}

/// Judges a cell that passed only after it had failed, for these reasons.
pub fn flaky(row: Option<&Row>, context: JudgeContext<'_>, failures: &[String]) -> Judgement {
    let first = failures.first().and_then(|failure| failure.lines().next()).unwrap_or_default();
    let what = format!("passed at attempt {}, before that: {first}", failures.len() + 1);
    let judgement = match row {
        Some(row @ Row { kind: Exclusion::Flaky, .. }) => {
            Judgement { outcome: Outcome::KnownFlaky, reason: format!("{}: {what}", row.message) }
        }
        _ => Judgement { outcome: Outcome::Flaky, reason: what },
    };
    expire(row, context, judgement)
}

/// Judges a cell whose value agrees, and is this one in each of so many cases of its test.
pub(crate) fn constant(value: &str, cases: usize) -> Judgement {
    let reason = format!(
        "agrees, but so would `{value}` in each of the {cases} cases that ran: add a case with another value, or say why it is \
         always this one (`expects_constant(reason = \"…\")`)"
    );
    Judgement { outcome: Outcome::Vacuous, reason }
}

/// What a row excuses is excused up to its last day.
fn expire(row: Option<&Row>, context: JudgeContext<'_>, Judgement { outcome, reason }: Judgement) -> Judgement {
    // What passes beside a baseline that is wrong passes because a row says so.
    let disputed = context.disputed.filter(|_| outcome == Outcome::Passed && !reason.is_empty());
    match disputed.or(row) {
        Some(row)
            if (excuses(outcome) || disputed.is_some()) && row.until.is_some_and(|until| until < context.today) =>
        {
            let until = row.until.map(|until| until.to_string()).unwrap_or_default();
            let why =
                format!("{} was good until {until}: follow it up, or give it another day ({reason})", row.describe());
            Judgement { outcome: Outcome::Expired, reason: why }
        }
        _ => Judgement { outcome, reason },
    }
}

/// Whether it is the row that makes the outcome a good one.
fn excuses(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Skipped | Outcome::XFailed | Outcome::KnownFlaky)
}

/// How a body failed, if it did.
pub fn failure(observation: &Observation) -> Option<Failure> {
    match observation {
        Observation::NotRun
        | Observation::Unavailable { .. }
        | Observation::SetupFailed { .. }
        | Observation::NotImplemented { .. }
        | Observation::CheckedNothing { .. }
        | Observation::Returned { comparison: Some(Ok(_)) | None, .. } => None,
        Observation::Errored { .. } | Observation::LeftChanged { .. } => Some(Failure::Error),
        Observation::Panicked(_) => Some(Failure::Panic),
        Observation::Returned { comparison: Some(Err(_)), .. } => Some(Failure::Mismatch),
        Observation::TimedOut { .. } => Some(Failure::Timeout),
        Observation::Crashed { .. } => Some(Failure::Crash),
    }
}

/// Why a body is not run: it cannot, or it would take the run down with it.
fn not_run(row: &Row) -> String {
    match &row.kind {
        Exclusion::XFail { failure: Some(failure), .. } => {
            format!("{} (not run: {} would end the whole run)", row.message, failure.with_article())
        }
        _ => row.message.clone(),
    }
}

/// Whoever says that something is not implemented says it in the list too, or in a row: an error that an adapter turns into this
/// one excuses nothing.
fn not_implemented(row: Option<&Row>, function: &str, listed: Listed) -> (Outcome, String) {
    let what = format!("`{function}` is not implemented");
    match (row, listed) {
        (Some(row @ Row { kind: Exclusion::XFail { .. }, .. }), _) => {
            let advice = match listed {
                Listed::No => "delete the row, or narrow it if other cells need it",
                Listed::Yes => "take it out of the list of what the backend implements, and delete the row",
                Listed::NoList => "let the row say `skip`",
            };
            (Outcome::XChanged, format!("{} expects a failure, but {what}: {advice}", row.describe()))
        }
        (_, Listed::No) => (Outcome::NotImplemented, what),
        (_, Listed::Yes) => {
            (Outcome::Failed, format!("the backend says that {what}, although its list of what it implements has it"))
        }
        (_, Listed::NoList) => {
            let why = "it has no list of what it implements: give it one (`#[crosscheck::implements]`), or skip this in a row";
            (Outcome::Failed, format!("the backend says that {what}, but {why}"))
        }
    }
}

/// `vacuous` is why that shows nothing.
fn passed(row: Option<&Row>, receipt: Option<&Receipt>, vacuous: Option<String>) -> (Outcome, String) {
    if let Some(doubt) = receipt.and_then(doubt) {
        return (Outcome::Failed, doubt);
    }
    if let Some(why) = vacuous {
        return (Outcome::Vacuous, why);
    }
    match row {
        Some(row @ Row { kind: Exclusion::XFail { .. }, .. }) => {
            let why = format!(
                "passed, although the matrix expects it to fail: delete {}, or narrow it if other cells need it ({})",
                row.describe(),
                row.message
            );
            (Outcome::XPassed, why)
        }
        // A Skip says nothing of the result of a body that was run anyway.
        _ => (Outcome::Passed, String::new()),
    }
}

fn accepts(null: Null) -> String {
    let advice = match null {
        Null::Narrowed { .. } => {
            "give it a narrower tolerance, or one that says why it is so wide (`tolerance(rtol = …, atol = …, reason = \"…\")`)"
        }
        _ => "choose other inputs, or say why the value is such (`expects_constant(reason = \"…\")`)",
    };
    format!("agrees, but so would {null}: {advice}")
}

/// `points` are the lines on which it would have checked something.
fn checked_nothing(points: &[u32]) -> String {
    let mut lines: Vec<_> = points.to_vec();
    lines.sort_unstable();
    lines.dedup();
    let (shown, more) = lines.split_at(lines.len().min(MOST_LINES));
    let shown: Vec<_> = shown.iter().map(ToString::to_string).collect();
    let what = match (shown.as_slice(), more.len()) {
        ([], _) => {
            "nothing in its body is known to assert (a `?` alone is none, nor is `debug_assert!`); the name of a helper that does begins with \
             `assert` or `check`, or it has `#[crosscheck::asserts]`"
                .to_owned()
        }
        ([line], _) => format!("never reached: line {line}"),
        (lines, 0) => format!("never reached: lines {}", lines.join(", ")),
        (lines, more) => format!("never reached: lines {} and {more} more", lines.join(", ")),
    };
    format!(
        "finished without checking anything: {what}. Where that is meant, say why \
         (`allow(no_assertion, reason = \"…\")`)"
    )
}

/// What keeps a receipt from being evidence.
fn doubt(receipt: &Receipt) -> Option<String> {
    let Receipt { device, evaluations, refusals, fallbacks, .. } = receipt;
    if !fallbacks.is_empty() {
        return Some(format!("passed, but not on {device} alone: it left {} to another backend", fallbacks.join(", ")));
    }
    (*evaluations == 0 && *refusals == 0)
        .then(|| format!("passed, but {device} neither evaluated nor refused anything: whose result was it?"))
}

/// Where the baseline's value is wrong, a backend is right when it disagrees, as far as the row says; what agrees is as wrong.
fn beside_a_wrong_baseline(
    row: Option<&Row>,
    disputed: &Row,
    comparison: &Result<Agreed, Mismatch>,
    receipt: Option<&Receipt>,
) -> (Outcome, String) {
    let name = disputed.describe();
    let Err(mismatch) = comparison else {
        let text = format!(
            "agrees with the baseline, of which {name} says that it is wrong ({}): this backend has the same fault, or, where none \
             disagrees any more, the row is stale",
            disputed.message
        );
        return failed(row, &Failing { how: Some(Failure::Mismatch), text: &text, ..Failing::default() });
    };
    let whole = mismatch.to_string();
    let text = text::cut(&whole);
    let is_of_values = !matches!(
        mismatch,
        Mismatch::Structure { .. }
            | Mismatch::View { .. }
            | Mismatch::Dtype { .. }
            | Mismatch::Shape { .. }
            | Mismatch::Budget { .. }
    );
    let unlike = match &disputed.kind {
        Exclusion::BaselineWrong { text: Some(part), .. } if !whole.contains(part.as_ref()) => {
            Some(unlike("a disagreement", part))
        }
        // What is no such value at all is not right because another one is wrong.
        Exclusion::BaselineWrong { text: None, .. } if !is_of_values => Some(format!(
            "values that disagree, but these disagree {}; if that is meant, quote it in `.saying(…)`",
            mismatch.what()
        )),
        Exclusion::BaselineWrong { bounds, .. } => outside(*bounds, mismatch),
        _ => None,
    };
    match (unlike, passed(row, receipt, None)) {
        (Some(_), _) if matches!(row, Some(Row { kind: Exclusion::XFail { .. }, .. })) => {
            let how = Some(Failure::Mismatch);
            failed(row, &Failing { how, text: &whole, mismatch: Some(mismatch), ..Failing::default() })
        }
        (Some(why), _) => (Outcome::XChanged, format!("{name} expects {why}: {text}")),
        (None, (Outcome::Passed, _)) => {
            (Outcome::Passed, format!("disagrees with the baseline, which is wrong: {}", disputed.message))
        }
        (None, other) => other,
    }
}

/// A failure, as rows expect it.
#[derive(Clone, Copy, Debug, Default)]
struct Failing<'a> {
    how: Option<Failure>,
    /// What is said of it.
    text: &'a str,
    /// How long that is which stands in front of the body's own words: how it failed, and where.
    heading: usize,
    mismatch: Option<&'a Mismatch>,
    /// Whether the body did all that it was to do, and the failure is something besides.
    is_aside: bool,
}

impl<'a> Failing<'a> {
    /// All but what is said.
    fn of(observation: &'a Observation) -> Self {
        let heading = match observation {
            Observation::Panicked(panic) => panic.heading().len(),
            Observation::Errored { .. } => ERRED.len(),
            Observation::Crashed { .. } => CRASHED.len(),
            _ => 0,
        };
        let is_aside = matches!(observation, Observation::LeftChanged { .. });
        Self { how: failure(observation), text: "", heading, mismatch: observation.mismatch(), is_aside }
    }

    /// Whether the body says this: the name of the file that it stands in is no word of its own, though one may begin with it.
    fn says(&self, part: &str) -> bool {
        let from = (self.heading + 1).saturating_sub(part.len()).min(self.text.len());
        let from = (from..).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len());
        self.text[from..].contains(part)
    }
}

/// What became of a body that failed.
fn failed(row: Option<&Row>, failing: &Failing<'_>) -> (Outcome, String) {
    let Failing { how, text: whole, mismatch, .. } = *failing;
    let text = text::cut(whole);
    let unexcused = match how {
        Some(Failure::Timeout) => Outcome::TimedOut,
        Some(Failure::Crash) => Outcome::Crashed,
        _ => Outcome::Failed,
    };
    let Some(row @ Row { kind: Exclusion::XFail { failure: expected, text: part, bounds }, .. }) = row else {
        return (unexcused, text);
    };
    let changed = |why: String| (Outcome::XChanged, format!("{} expects {why}: {text}", row.describe()));
    match (*expected, how) {
        (Some(expected), Some(failure)) if expected != failure => {
            let grave = |failure| matches!(failure, Failure::Crash | Failure::Timeout);
            let better = if grave(expected) && !grave(failure) { ", an improvement" } else { "" };
            let found = failure.with_article();
            return changed(format!("{}, but this is {found}{better}{}", expected.with_article(), by(failure)));
        }
        // What takes the process or its time away is never what "some failure" means.
        (None, Some(failure @ (Failure::Timeout | Failure::Crash))) => {
            return changed(format!("a failure, but this is {}{}", failure.with_article(), by(failure)));
        }
        // Nor is what comes on top of a body that has passed.
        (_, Some(failure)) if failing.is_aside && part.is_none() => {
            let by = format!(".by(Failure::{failure:?}).saying(\"floating-point state\")");
            return changed(format!("a failure, but this body passed otherwise; if that is meant, say `{by}` there"));
        }
        _ => {}
    }
    if let Some(part) = part.as_ref().filter(|part| !failing.says(part)) {
        return changed(unlike("a failure", part));
    }
    if let Some(mismatch) = mismatch
        && let Some(why) = outside(*bounds, mismatch)
    {
        return changed(why);
    }
    (Outcome::XFailed, format!("{}: {text}", row.message))
}

/// How a row says that this failure is meant.
fn by(failure: Failure) -> String {
    format!("; if that is meant, say `.by(Failure::{failure:?})` there")
}

/// How a text is not the one that its row expects.
fn unlike(what: &str, part: &str) -> String {
    format!("{what} that says \"{part}\", but this one does not; if this is meant, quote it in `.saying(…)`")
}

/// How a mismatch leaves the bounds that its row gives, and which ones it is in.
fn outside(bounds: Bounds, mismatch: &Mismatch) -> Option<String> {
    if let Some((least, greatest)) = bounds.ulps {
        let expected = format!("{least} to {greatest} units in the last place");
        match mismatch.ulps() {
            Some(ulps) if (least..=greatest).contains(&ulps) => {}
            Some(ulps) => {
                let meant = range(least.min(ulps.floor()), greatest.max(ulps.ceil()));
                return Some(format!(
                    "{expected}, but it is {ulps:.6} off; if that is meant, say `.ulps({meant})` there"
                ));
            }
            None => {
                return Some(format!(
                    "{expected}, which these elements do not have; if that is meant, leave out `.ulps(…)`"
                ));
            }
        }
    }
    let (least, greatest) = bounds.share?;
    let share = mismatch.share();
    if (least..=greatest).contains(&share) {
        return None;
    }
    let to_thousandths = |round: fn(f64) -> f64| round(share * 1000.0) / 1000.0;
    let meant = range(least.min(to_thousandths(f64::floor)), greatest.max(to_thousandths(f64::ceil)));
    Some(format!(
        "a share of {least} to {greatest} of the elements, but {share:.6} of them disagree; if that is meant, say \
         `.share({meant})` there"
    ))
}

/// As Rust writes it.
fn range(least: f64, greatest: f64) -> String {
    if greatest.is_finite() { format!("{least:?}..={greatest:?}") } else { format!("{least:?}..=f64::INFINITY") }
}

/// What stands before what an error says, and before how a process ended.
const ERRED: &str = "returned an error: ";
const CRASHED: &str = "ended its process: ";

/// What happened, however long it is.
pub(crate) fn describe(observation: &Observation) -> String {
    match observation {
        Observation::Errored { message } => format!("{ERRED}{message}"),
        Observation::Panicked(panic) => panic.whole(),
        Observation::LeftChanged { what } => {
            format!("left the floating-point state of its thread changed, for whatever comes next: {what}")
        }
        Observation::Returned { comparison: Some(Err(mismatch)), .. } => mismatch.to_string(),
        Observation::TimedOut { limit, doing } => {
            let doing = doing.as_ref().map(|doing| format!(" (it was {doing})")).unwrap_or_default();
            format!("did not end within {limit:?}{doing}")
        }
        Observation::Crashed { how } => format!("{CRASHED}{how}"),
        Observation::NotRun
        | Observation::Unavailable { .. }
        | Observation::SetupFailed { .. }
        | Observation::NotImplemented { .. }
        | Observation::CheckedNothing { .. }
        | Observation::Returned { .. } => String::new(),
    }
}

#[cfg(test)]
mod tests;
