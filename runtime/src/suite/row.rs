//! The exclusion matrix as data: a row each, whether it was written as Rust or read from a file.

use std::borrow::Cow;

use super::action::{Action, Debt, Kind, is_blank, knows_its_keys, render};
use super::date::Date;
use super::expectation::{Bounds, Failure};
use super::scope::Scope;
use super::spec::Source;

/// What stands for the marker in a row that excludes a whole backend.
pub const ALL: &str = "all";

/// One row of the exclusion matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The backend's name.
    pub backend: Cow<'static, str>,
    /// What it hangs on.
    pub scope: Scope,
    /// The same in words: the feature's marker, `ALL`, or the tests and cases.
    pub marker: Cow<'static, str>,
    /// What to do.
    pub kind: Exclusion,
    /// What the opened backend is asked, for the row to apply.
    pub condition: Option<Condition>,
    /// The reason, its template keys replaced.
    pub message: String,
    /// Why the exclusion exists.
    pub debt: Option<Debt>,
    /// Where it is followed up.
    pub tracking: Option<Cow<'static, str>>,
    /// The version since which it is so.
    pub since: Option<Cow<'static, str>>,
    /// The last day on which it excuses anything.
    pub until: Option<Date>,
    /// The cell in which the fault is to be seen, without the backend; while it passes, the row is stale.
    pub seen_in: Option<Cow<'static, str>>,
    /// Where it was written, as `file:line`.
    pub location: Option<String>,
    /// The item that it is written in.
    pub source: Option<Source>,
}

/// A question to an opened backend, answered by yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The function that asks it, as it was written.
    pub name: &'static str,
    /// Its position among the suite's.
    pub at: usize,
}

/// The kinds of rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Exclusion {
    /// The body is not run.
    Skip,
    /// The body has to fail.
    XFail {
        /// How; `None` for any way.
        failure: Option<Failure>,
        /// What the failure's text has to contain.
        text: Option<Cow<'static, str>>,
        /// How far off the values must be, for a mismatch.
        bounds: Bounds,
    },
    /// The body may fail before it passes.
    Flaky,
    /// It is the baseline's value that is wrong: the others have to disagree with it.
    BaselineWrong {
        /// What the text of the disagreement has to contain.
        text: Option<Cow<'static, str>>,
        /// How far off the others' values must be.
        bounds: Bounds,
    },
    /// The body runs and has to pass, whatever a wider row says.
    Run,
}

impl Exclusion {
    /// An expected failure of any kind.
    pub const XFAIL: Self = Self::XFail { failure: None, text: None, bounds: Bounds::ANY };
}

/// A message that no row may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It says nothing.
    #[error("the message of a row is empty: what did you see the backend do?")]
    Blank,
    /// It has a key that stands for nothing.
    #[error(
        "unknown template key in \"{template}\" (known: {{marker}}, {{backend}}); a brace that stands for itself is written \
         twice: `{{{{` and `}}}}`"
    )]
    Key {
        /// The message.
        template: String,
    },
}

impl Row {
    /// A row out of data, such as a file that another tool wrote; a typed matrix function makes rows of the same kind.
    ///
    /// `marker` may be [`ALL`]. `{marker}` and `{backend}` in `template` are replaced, and a brace that is written twice by one.
    ///
    /// # Errors
    /// When the template is blank, or has another key.
    pub fn new(backend: &str, marker: &str, kind: Exclusion, template: &str) -> Result<Self, MessageError> {
        if is_blank(template) {
            return Err(MessageError::Blank);
        }
        if !knows_its_keys(template) {
            return Err(MessageError::Key { template: template.to_owned() });
        }
        Ok(Self {
            backend: Cow::Owned(backend.to_owned()),
            scope: Scope::of_marker(Cow::Owned(marker.to_owned())),
            marker: Cow::Owned(marker.to_owned()),
            kind,
            condition: None,
            message: render(template, marker, backend),
            debt: None,
            tracking: None,
            since: None,
            until: None,
            seen_in: None,
            location: None,
            source: None,
        })
    }

    /// The row that an action in a matrix function stands for; none when the feature is supported.
    pub(crate) fn of_action(backend: &'static str, marker: &'static str, action: &Action) -> Option<Self> {
        let row = Self::apart(backend, Scope::of_marker(Cow::Borrowed(marker)), action);
        (row.kind != Exclusion::Run).then_some(row)
    }

    /// The row that an action stands for by itself.
    pub(crate) fn apart(backend: &'static str, scope: Scope, action: &Action) -> Self {
        let kind = match action.kind {
            Kind::Run | Kind::Unclassified => Exclusion::Run,
            Kind::Skip => Exclusion::Skip,
            Kind::Flaky => Exclusion::Flaky,
            Kind::XFail => Exclusion::XFail {
                failure: action.signature.failure,
                text: action.signature.text.map(Cow::Borrowed),
                bounds: action.signature.bounds,
            },
            Kind::BaselineWrong => Exclusion::BaselineWrong {
                text: action.signature.text.map(Cow::Borrowed),
                bounds: action.signature.bounds,
            },
        };
        let marker = scope.to_string();
        Self {
            backend: Cow::Borrowed(backend),
            message: render(action.message, &marker, backend),
            scope,
            marker: Cow::Owned(marker),
            kind,
            condition: None,
            debt: action.debt,
            tracking: action.tracking.map(Cow::Borrowed),
            since: action.since.map(Cow::Borrowed),
            until: action.until,
            seen_in: action.seen_in.map(Cow::Borrowed),
            location: action.location.map(|at| format!("{}:{}", at.file(), at.line())),
            source: None,
        }
    }

    /// Whether it says of its backend's own cells what to do with them; the others speak of the baseline's value.
    #[cfg(feature = "harness")]
    pub(crate) fn is_of_its_backend(&self) -> bool {
        !matches!(self.kind, Exclusion::BaselineWrong { .. })
    }

    /// What it allows a mismatch to be like; nothing where it expects none.
    #[cfg(feature = "harness")]
    pub(crate) fn bounds(&self) -> Option<Bounds> {
        match &self.kind {
            Exclusion::XFail { failure: None | Some(Failure::Mismatch), bounds, .. } => Some(*bounds),
            Exclusion::BaselineWrong { bounds, .. } => Some(*bounds),
            _ => None,
        }
    }

    /// Whether it expects the body to end its process, or never to end.
    #[cfg(feature = "harness")]
    pub(crate) fn takes_its_process_down(&self) -> bool {
        matches!(self.kind, Exclusion::XFail { failure: Some(Failure::Crash | Failure::Timeout), .. })
    }

    /// The row in a sentence: `` row `nan_argmax` of `mlx_cpu` at backends/src/exclusions/mlx_cpu.rs:12 ``.
    pub fn describe(&self) -> String {
        let at = self.location.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
        format!("row `{}` of `{}`{at}", self.marker, self.backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_out_of_data_follows_the_rules_of_a_typed_one() {
        let row = |template| Row::new("mlx", "float64", Exclusion::Skip, template).map(|row| row.message);
        assert_eq!(row("no {marker} on {backend}").as_deref(), Ok("no float64 on mlx"));
        for (template, message) in [
            ("got {{\"a\": 1}}", "got {\"a\": 1}"),
            ("{{marker}} of {{{marker}}}", "{marker} of {float64}"),
            ("{{}} and }", "{} and }"),
            ("{marker}{{{backend}", "float64{mlx"),
        ] {
            assert_eq!(row(template).as_deref(), Ok(message));
        }
        for template in ["{", "{{{", "{ {", "{{{{{x}", "{marker", "{Marker}"] {
            assert_eq!(row(template), Err(MessageError::Key { template: template.to_owned() }), "{template}");
        }
        assert_eq!(row(" "), Err(MessageError::Blank));
        assert_eq!(row("no {feature}"), Err(MessageError::Key { template: "no {feature}".to_owned() }));
    }
}
