//! Views of the plan and of the record, as plain text. Pure; colours are [`paint()`]'s.

mod matrix;
mod paint;
mod summary;

pub use matrix::{of_plan, of_run};
pub use paint::paint;
pub use summary::{audit, exclusions, features, totals, unavailable};
