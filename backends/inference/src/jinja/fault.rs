//! Why a template is not parsed or rendered.

use std::fmt;

pub(crate) type Result<T> = std::result::Result<T, Fault>;

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The line of the template, the first being 1.
    pub line: Option<usize>,
    pub kind: Kind,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is no template, or it does what its values do not allow.
    Failed(String),
    /// The template called `raise_exception`.
    Raised(String),
    /// It takes more than a template may.
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much it is.
        met: u64,
        /// How much it may be.
        limit: u64,
    },
}

impl Fault {
    pub fn new(message: impl fmt::Display) -> Self {
        Self { line: None, kind: Kind::Failed(message.to_string()) }
    }

    pub fn limit(what: &'static str, met: impl TryInto<u64>, limit: impl TryInto<u64>) -> Self {
        let (met, limit) = (met.try_into().unwrap_or(u64::MAX), limit.try_into().unwrap_or(u64::MAX));
        Self { line: None, kind: Kind::Limit { what, met, limit } }
    }

    /// The innermost line is the one that is said.
    pub fn at(mut self, line: usize) -> Self {
        self.line.get_or_insert(line);
        self
    }
}

/// Fails with a message.
pub(super) fn fail<T>(message: impl fmt::Display) -> Result<T> {
    Err(Fault::new(message))
}
