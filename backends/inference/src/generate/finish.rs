//! What a generation gives: tokens, and why there are no more.

use super::error::GenerateError;

/// What a reader takes.
pub(super) type Item = Result<u32, GenerateError>;

/// Why a generation ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model has chosen a token that ends the text; it is not among the tokens.
    Stop(u32),
    /// As many tokens as were asked for.
    Length,
    /// The context is full.
    Context,
}
