//! What a run is shown as: pure functions of it.

mod ctrf;
pub mod diff;
pub mod escape;
mod github;
mod html;
mod json;
mod matrix;
mod moment;
mod patch;
pub mod statement;
mod tap;
mod text;
pub mod trend;

pub use ctrf::ctrf;
pub use github::{Checkout, github};
pub use html::html;
pub use json::json;
pub use matrix::{matrix_csv, matrix_json};
pub use moment::{moment, timestamp};
pub use patch::patch;
pub use tap::tap;
pub use text::text;
