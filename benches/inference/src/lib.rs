//! What the benches of the inference runtime share: `benches/README.md` says what they show.

#[cfg(feature = "candle")]
pub mod candle;
mod contender;
#[cfg(feature = "flamegraph")]
pub mod flame;
pub mod llama_cpp;
mod model;
pub mod ours;
mod split;
mod statistics;
pub mod threads;

pub use contender::{Contender, Result, Run};
pub use model::{Model, backends, smollm2};
pub use split::{Split, Splitting};
pub use statistics::{median, percentile};
