//! What the exclusion matrix says of one feature on one backend.

use std::panic::Location;

/// What to do with a cell that uses a feature: run it, skip it, or run it and expect a failure.
///
/// Made by [`RUN`], [`skip`] and [`xfail`]; all of it is `const`, so that a matrix is checked while it compiles.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    pub(crate) kind: Kind,
    pub(crate) message: &'static str,
    pub(crate) debt: Option<Debt>,
    pub(crate) tracking: Option<&'static str>,
    pub(crate) signature: Signature,
    pub(crate) location: Option<&'static Location<'static>>,
}

/// The three things a row of the matrix can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Run the body; it has to pass.
    Run,
    /// Do not run the body.
    Skip,
    /// Run the body; it has to fail.
    XFail,
}

/// Why an exclusion exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Debt {
    /// Work that is still to be done here.
    NotYet,
    /// A deliberate difference that will stay.
    WontFix,
    /// A fault or a gap in a library that the backend is built on.
    Upstream,
    /// The hardware cannot do it.
    HardwareLimit,
}

impl Debt {
    /// Every kind, in the order of the report.
    pub const ALL: [Self; 4] = [Self::NotYet, Self::WontFix, Self::Upstream, Self::HardwareLimit];

    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not yet",
            Self::WontFix => "won't fix",
            Self::Upstream => "upstream",
            Self::HardwareLimit => "hardware limit",
        }
    }
}

/// The ways in which a body can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Failure {
    /// The body returned an error.
    Error,
    /// The body panicked; a failed assertion is a panic.
    Panic,
    /// The body's value disagrees with the baseline's.
    Mismatch,
}

impl Failure {
    /// The failure in words: `an error`, `a panic`, `a mismatch`.
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Error => "an error",
            Self::Panic => "a panic",
            Self::Mismatch => "a mismatch",
        }
    }
}

/// The failure that an expected failure has to show; `None` accepts any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// How the body has to fail.
    pub failure: Option<Failure>,
    /// What the failure's text has to contain.
    pub text: Option<&'static str>,
}

/// The feature is supported: the cell runs and has to pass.
pub const RUN: Action = Action {
    kind: Kind::Run,
    message: "",
    debt: None,
    tracking: None,
    signature: Signature { failure: None, text: None },
    location: None,
};

/// The backend cannot do it: the body is not run, and the cell is reported as skipped with `message`.
///
/// `{marker}` and `{backend}` in the message are replaced by their names; any other `{…}`, and an empty message, is an
/// error while the matrix compiles.
#[track_caller]
pub const fn skip(message: &'static str) -> Action {
    Action { kind: Kind::Skip, ..excluded(message) }
}

/// The backend fails at it: the body *is* run and has to fail; the day it passes, the run fails and names this row.
///
/// The message follows the rules of [`skip`]'s.
#[track_caller]
pub const fn xfail(message: &'static str) -> Action {
    Action { kind: Kind::XFail, ..excluded(message) }
}

#[track_caller]
const fn excluded(message: &'static str) -> Action {
    check_message(message);
    Action { message, location: Some(Location::caller()), ..RUN }
}

impl Action {
    /// Why the exclusion exists.
    pub const fn because(self, debt: Debt) -> Self {
        Self { debt: Some(debt), ..self }
    }

    /// Where the exclusion is followed up: a link to an issue.
    #[track_caller]
    pub const fn tracking(self, link: &'static str) -> Self {
        assert!(!is_blank(link), "`tracking` needs a link");
        Self { tracking: Some(link), ..self }
    }

    /// The way in which the body is expected to fail; another one is reported as changed and fails the run.
    #[track_caller]
    pub const fn by(self, failure: Failure) -> Self {
        assert!(matches!(self.kind, Kind::XFail), "`by` describes an expected failure: it belongs to `xfail`");
        Self { signature: Signature { failure: Some(failure), ..self.signature }, ..self }
    }

    /// What the text of the failure is expected to contain.
    #[track_caller]
    pub const fn saying(self, text: &'static str) -> Self {
        assert!(matches!(self.kind, Kind::XFail), "`saying` describes an expected failure: it belongs to `xfail`");
        assert!(!is_blank(text), "`saying` needs a text: every failure contains the empty one");
        Self { signature: Signature { text: Some(text), ..self.signature }, ..self }
    }
}

/// Replaces the template keys of a row's message.
pub(crate) fn render(message: &str, marker: &str, backend: &str) -> String {
    message.replace("{marker}", marker).replace("{backend}", backend)
}

/// Panics, which is a compile error where the matrix is checked, unless `message` says something and knows its keys.
#[track_caller]
const fn check_message(message: &str) {
    assert!(!is_blank(message), "an exclusion needs a reason: what did you see the backend do?");
    let bytes = message.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            assert!(
                starts_with(bytes, at, b"{marker}") || starts_with(bytes, at, b"{backend}"),
                "unknown template key in an exclusion's message (known: {{marker}}, {{backend}})",
            );
        }
        at += 1;
    }
}

const fn starts_with(bytes: &[u8], at: usize, prefix: &[u8]) -> bool {
    let mut i = 0;
    while i < prefix.len() {
        if at + i >= bytes.len() || bytes[at + i] != prefix[i] {
            return false;
        }
        i += 1;
    }
    true
}

const fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_keys_are_replaced() {
        assert_eq!(render("'{marker}' on '{backend}'", "float64", "metal"), "'float64' on 'metal'");
    }

    #[test]
    #[should_panic(expected = "unknown template key")]
    fn an_unknown_template_key_is_refused() {
        let _ = skip("no {feature} here");
    }

    #[test]
    #[should_panic(expected = "needs a reason")]
    fn a_blank_reason_is_refused() {
        let _ = xfail(" \t");
    }

    #[test]
    #[should_panic(expected = "belongs to `xfail`")]
    fn a_skip_has_no_signature() {
        let _ = skip("no").by(Failure::Panic);
    }

    #[test]
    fn a_row_knows_where_it_was_written() {
        let row = skip("no");
        assert_eq!(row.location.map(|at| (at.file(), at.line())), Some((file!(), line!() - 1)));
    }
}
