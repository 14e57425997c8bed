//! Views of the plan and of the record, as plain text. Pure; colours are [`paint()`]'s.

mod audit;
mod bounds;
mod columns;
mod comparison;
mod debt;
mod disputed;
#[cfg(feature = "junit")]
mod junit;
mod markdown;
mod matrix;
mod narrow;
pub mod outlier;
mod paint;
mod progress;
mod results;
mod rows;
mod run;
mod sentence;
mod slowest;
#[cfg(unix)]
mod strength;
mod summary;
mod table;

pub use audit::{audit, spoken};
pub use bounds::{around, is_measured};
pub use columns::Columns;
pub use comparison::{agreements, headroom, outliers, own_terms, tightest};
pub use debt::debt;
pub use disputed::stale_disputes;
#[cfg(feature = "junit")]
pub use junit::{Dialect, junit};
pub use markdown::{markdown, table as markdown_table};
pub use matrix::{of_plan, of_run};
pub use narrow::{Narrow, narrowest};
pub use paint::paint;
pub use progress::{Progress, progress};
pub use results::{Results, rerun};
pub use rows::{exclusions, flattened};
pub use run::{Ran, whole};
pub use sentence::sentence;
pub use slowest::slowest;
#[cfg(unix)]
pub use strength::{FaultReport, FunctionReport, Strength, strength};
pub use summary::{features, part, totals, unavailable};
pub use table::{By, Counts, Table};

/// A number as people write it: `3,517`.
fn counted(count: usize) -> String {
    let digits = count.to_string();
    let behind = |at: usize| (digits.len() - at).is_multiple_of(3) && at > 0;
    digits.char_indices().flat_map(|(at, digit)| behind(at).then_some(',').into_iter().chain([digit])).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_commas() {
        let shown = [0, 7, 999, 1000, 35_170, 123_456, 1_234_567].map(super::counted);
        assert_eq!(shown, ["0", "7", "999", "1,000", "35,170", "123,456", "1,234,567"]);
    }
}
