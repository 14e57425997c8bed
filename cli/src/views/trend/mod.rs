//! What becomes of a suite from run to run, as something to look at: pure functions of it.

mod axis;
mod chart;
mod csv;
mod html;
mod panels;
mod runs;
mod svg;
mod text;

pub use csv::csv;
pub use html::html;
pub use svg::svg;
pub use text::text;
