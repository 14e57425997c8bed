//! What a run is shown as: pure functions of it.

mod html;
mod text;

pub use html::html;
pub use text::text;
