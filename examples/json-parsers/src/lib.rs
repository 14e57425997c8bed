//! Three JSON parsers, one contract, and what each of them does otherwise.

#![forbid(unsafe_code)]

use crosscheck::compare::Terms;
use crosscheck::{Corrupt, Corruption, Subject};

mod backends;
pub mod nesting;
pub mod numbers;
pub mod objects;
pub mod printing;
pub mod strings;
pub mod syntax;

/// What the checks ask of a parser. Everything goes through the parser's own tree, not through `serde`.
#[crosscheck::contract]
pub trait Parser: Send + Sync {
    /// The tree of a text.
    fn parse(&self, text: &[u8]) -> Result<Json, String>;

    /// The number under this name in the outermost object, as the parser's own look-up finds it.
    fn look_up(&self, text: &[u8], name: &str) -> Result<Option<i64>, String>;

    /// The text of the tree of a text.
    fn print(&self, text: &[u8]) -> Result<String, String>;
}

/// A tree, with the members of an object in the order in which the parser hands them out.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// For `--strength`.
impl Corrupt for Json {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => value.corrupt(how),
            Self::Integer(value) => value.corrupt(how),
            Self::Float(value) => value.corrupt(how),
            Self::String(text) => text.corrupt(how),
            Self::Array(elements) => elements.corrupt(how),
            Self::Object(members) => members.corrupt(how),
        }
    }
}

/// What not every parser can do.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// More than 127 arrays or objects in each other.
    DeepNesting,
    /// Of two members with the same name, the last one counts.
    LastMemberWins,
    /// The members of an object stay in the order of the text.
    MemberOrder,
    /// A zero with a minus.
    NegativeZero,
    /// Integers that no 64 bits hold, as the nearest float.
    LargeIntegers,
}

impl Subject for dyn Parser {
    type Feature = Feature;
    const BASELINE: &'static str = "serde_json";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["serde_json", "simd_json", "sonic_rs"]);
    // -0 is not 0, which by default it is.
    const TERMS: Terms<'static> = Terms::DEFAULT.keep_signed_zeros();
}
