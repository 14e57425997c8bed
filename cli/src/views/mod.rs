//! What a run is shown as: pure functions of it.

mod text;

pub use text::text;
