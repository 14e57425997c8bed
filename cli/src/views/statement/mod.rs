//! What a backend publishes, in its formats: pure functions of it.

mod badge;
mod markdown;

pub use badge::badge;
pub use markdown::markdown;

use super::escape;
use crate::statement::Statement;

/// What `verify` reads.
pub fn json(statement: &Statement) -> String {
    escape::json(statement)
}
