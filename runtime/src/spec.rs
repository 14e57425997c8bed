//! A suite as plain data: what planning, judging and reporting work on.

use std::borrow::Cow;
use std::fmt;

use crate::action::{Action, Bracket, Debt, Failure, Kind, is_blank, knows_its_keys, render};
use crate::date::Date;

/// What stands for the marker in a row that excludes a whole backend.
pub const ALL: &str = "all";

/// Where something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The module's full path, the crate's name first.
    pub module: &'static str,
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl Origin {
    /// The crate's name.
    pub(crate) fn krate(&self) -> &'static str {
        self.module.split("::").next().unwrap_or(self.module)
    }

    /// What tells two items of one name apart, in an order that no linker changes.
    pub(crate) fn place(&self) -> (&'static str, &'static str, u32) {
        (self.module, self.file, self.line)
    }

    /// The path of `name` inside the crate: what a test runner and an IDE ask for.
    pub(crate) fn path(&self, name: &str) -> String {
        match self.module.split_once("::") {
            Some((_, module)) => format!("{module}::{name}"),
            None => name.to_owned(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Everything that is registered for one subject.
#[derive(Clone, Debug)]
pub struct SuiteSpec {
    /// The subject's type.
    pub subject: &'static str,
    /// The name of the backend whose values the others are compared with.
    pub baseline: &'static str,
    /// The features, in the order of declaration.
    pub features: Vec<FeatureSpec>,
    /// The backends, the baseline first.
    pub backends: Vec<BackendSpec>,
    /// The tests, in the order of their paths.
    pub tests: Vec<TestSpec>,
    /// The backends that a matrix function is registered for, known or not.
    pub excluding: Vec<(&'static str, Origin)>,
    /// The backends that a block of implemented functions is registered for, known or not.
    pub implementing: Vec<(&'static str, Origin)>,
    /// The exclusion matrix, flattened: the first row that matches wins among equals.
    pub rows: Vec<Row>,
}

impl SuiteSpec {
    /// A suite without anything in it.
    pub fn new(subject: &'static str, baseline: &'static str) -> Self {
        Self {
            subject,
            baseline,
            features: Vec::new(),
            backends: Vec::new(),
            tests: Vec::new(),
            excluding: Vec::new(),
            implementing: Vec::new(),
            rows: Vec::new(),
        }
    }
}

/// A feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureSpec {
    /// Its name in attributes and reports.
    pub marker: &'static str,
    /// Its doc comment.
    pub description: &'static str,
}

/// A backend.
#[derive(Clone, Copy, Debug)]
pub struct BackendSpec {
    /// Its name.
    pub name: &'static str,
    /// Other names that the command line accepts.
    pub aliases: &'static [&'static str],
    /// Where it is registered.
    pub origin: Origin,
    /// The functions of the contract that it implements; `None` when nothing says so.
    pub implements: Option<&'static [&'static str]>,
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// The device that its cells have for themselves while they run.
    pub device: Option<&'static str>,
}

/// A test.
#[derive(Clone, Debug)]
pub struct TestSpec {
    /// `module::function`, without the crate's name.
    pub path: String,
    /// Where it was written.
    pub origin: Origin,
    /// The markers of the features that each of its cases uses.
    pub markers: Vec<&'static str>,
    /// The markers that the values of its axes carry, by axis and value; empty when none does.
    pub carried: Vec<Vec<Vec<&'static str>>>,
    /// The function of the contract that it is about.
    pub of: Option<&'static str>,
    /// The functions that it calls on the backend, as far as its own body shows.
    pub calls: &'static [&'static str],
    /// The backends it is narrowed to; `None` for all.
    pub backends: Option<&'static [&'static str]>,
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// Its axes.
    pub axes: &'static [AxisSpec],
    /// Whether its value is compared with the baseline's.
    pub differential: bool,
    /// What it sets for the comparison itself, each with its reason, for the reader.
    pub terms: Vec<String>,
}

impl BackendSpec {
    /// A backend without aliases, of which nothing says what it implements.
    pub fn new(name: &'static str, origin: Origin) -> Self {
        Self { name, aliases: &[], origin, implements: None, isolated: false, device: None }
    }
}

impl TestSpec {
    /// A check without markers and axes that runs on all backends.
    pub fn new(path: impl Into<String>, origin: Origin) -> Self {
        Self {
            path: path.into(),
            origin,
            markers: Vec::new(),
            carried: Vec::new(),
            of: None,
            calls: &[],
            backends: None,
            isolated: false,
            axes: &[],
            differential: false,
            terms: Vec::new(),
        }
    }
}

/// An axis of a test.
#[derive(Clone, Copy, Debug)]
pub struct AxisSpec {
    /// The parameter's name.
    pub name: &'static str,
    /// What each value is called in the names of cells.
    pub labels: &'static [&'static str],
}

/// One row of the exclusion matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The backend's name.
    pub backend: Cow<'static, str>,
    /// The feature's marker, or [`ALL`].
    pub marker: Cow<'static, str>,
    /// What to do.
    pub kind: Exclusion,
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
    /// Where it was written, as `file:line`.
    pub location: Option<String>,
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
        /// How far off the values have to be, for a mismatch.
        bracket: Bracket,
    },
    /// The body may fail before it passes.
    Flaky,
}

impl Exclusion {
    /// An expected failure of any kind.
    pub const XFAIL: Self = Self::XFail { failure: None, text: None, bracket: Bracket::ANY };
}

/// A message that no row may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It says nothing.
    #[error("the message of a row is empty: what did you see the backend do?")]
    Blank,
    /// It has a key that stands for nothing.
    #[error("unknown template key in \"{template}\" (known: {{marker}}, {{backend}})")]
    Key {
        /// The message.
        template: String,
    },
}

impl Row {
    /// A row out of data, such as a file that another tool wrote; a typed matrix function makes rows of the same kind.
    ///
    /// `marker` may be [`ALL`]. `{marker}` and `{backend}` in `template` are replaced.
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
            marker: Cow::Owned(marker.to_owned()),
            kind,
            message: render(template, marker, backend),
            debt: None,
            tracking: None,
            since: None,
            until: None,
            location: None,
        })
    }

    /// The row that an action stands for; none when the feature is supported.
    pub(crate) fn of_action(backend: &'static str, marker: &'static str, action: &Action) -> Option<Self> {
        let kind = match action.kind {
            Kind::Run => return None,
            Kind::Skip => Exclusion::Skip,
            Kind::Flaky => Exclusion::Flaky,
            Kind::XFail => Exclusion::XFail {
                failure: action.signature.failure,
                text: action.signature.text.map(Cow::Borrowed),
                bracket: action.signature.bracket,
            },
        };
        Some(Self {
            backend: Cow::Borrowed(backend),
            marker: Cow::Borrowed(marker),
            kind,
            message: render(action.message, marker, backend),
            debt: action.debt,
            tracking: action.tracking.map(Cow::Borrowed),
            since: action.since.map(Cow::Borrowed),
            until: action.until,
            location: action.location.map(|at| format!("{}:{}", at.file(), at.line())),
        })
    }

    /// The row in a sentence: `` row `nan_argmax` of `mlx_cpu` at backends/src/exclusions.rs:12 ``.
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
        assert_eq!(row(" "), Err(MessageError::Blank));
        assert_eq!(row("no {feature}"), Err(MessageError::Key { template: "no {feature}".to_owned() }));
    }
}
