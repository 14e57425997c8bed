//! # Contracts, features and backends: Features that are not described, or no list
//!
//! Features are the variants of an enum, without fields: each is one thing that a backend may lack, and its doc comment
//! is what the report says about it.

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    Float64,
    /// Tensors of so many dimensions.
    Dimensions(u32),
    /// Everything that there is.
    All,
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(followed(NotYet))]
enum FollowedUp {
    /// 64-bit floats.
    Float64,
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
struct Float64;

fn main() {}
