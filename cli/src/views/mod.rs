//! What a run is shown as: pure functions of it.

pub mod diff;
pub mod escape;
mod html;
mod moment;
pub mod statement;
mod text;
pub mod trend;

pub use html::html;
pub use moment::{moment, timestamp};
pub use text::text;
