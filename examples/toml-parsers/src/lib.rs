//! The official corpus of TOML, and what four parsers make of it.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use crosscheck::Subject;

mod backends;
pub mod corpus;

/// What the checks ask of a parser.
pub trait Toml: Send + Sync {
    /// The table of a document, or why it is refused.
    fn parse(&self, document: &[u8]) -> Result<Value, String>;
}

/// A value. Numbers and times are texts, each in one form: what is compared is what they mean, not how they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// What a scalar is, and which.
    Scalar(Kind, String),
    Array(Vec<Value>),
    Table(BTreeMap<String, Value>),
}

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Integer,
    Float,
    Bool,
    /// A date, a time or both, with or without an offset.
    Time,
}

impl Value {
    pub fn float(float: f64) -> Self {
        // One NaN is as good as another.
        Self::Scalar(Kind::Float, if float.is_nan() { "NaN".to_owned() } else { format!("{float:?}") })
    }

    pub fn integer(integer: i64) -> Self {
        Self::Scalar(Kind::Integer, integer.to_string())
    }

    /// A time, with a `T`, with seconds, `+00:00` for `Z`, and without zeros at the end of a fraction.
    pub fn time(text: &str) -> Self {
        let text = text.to_ascii_uppercase().replace(' ', "T").replace('Z', "+00:00");
        let (time, offset) = match text.rfind(['+', '-']).filter(|at| text[..*at].contains(':')) {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        // Since TOML 1.1 they may be left out.
        let has_no_seconds = time.matches(':').count() == 1;
        let time = if has_no_seconds { &format!("{time}:00") } else { time };
        let time = if time.contains('.') { time.trim_end_matches('0').trim_end_matches('.') } else { time };
        Self::Scalar(Kind::Time, format!("{time}{offset}"))
    }
}

/// What not every parser can do.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Dates and times.
    Times,
}

impl Subject for dyn Toml {
    type Feature = Feature;
    const BASELINE: &'static str = "toml";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["toml", "toml_edit", "toml_span", "basic_toml"]);
}
