//! # Contracts, features and backends: Features that cannot be told apart, or named
//!
//! The marker of a feature is its name in `snake_case`: an identifier, and another one for each.

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Alike {
    /// A thing.
    Float64,
    /// Another thing.
    FLOAT64,
    /// A number.
    _64,
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked = NotYet)]
enum Assigned {}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(NotYte))]
enum Misspelt {}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck]
enum Empty {}

fn main() {}
