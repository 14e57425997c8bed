//! Views of the plan and of the record, as plain text. Pure; colours are [`paint()`]'s.

mod audit;
mod comparison;
mod disputed;
mod matrix;
mod narrow;
pub mod outlier;
mod paint;
mod rows;
mod run;
mod summary;

pub use audit::audit;
pub use comparison::{agreements, headroom, outliers, own_terms, tightest};
pub use disputed::stale_disputes;
pub use matrix::{of_plan, of_records, of_run};
pub use paint::paint;
pub use rows::{exclusions, flattened};
pub use run::{Ran, whole};
pub use summary::{features, totals, unavailable};
