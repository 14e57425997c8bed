//! Generation: sessions on one device, and streams of their tokens.

mod engine;
mod error;
mod finish;
mod job;
mod options;
mod session;
mod slot;
mod stream;
#[cfg(test)]
mod tests;
mod watched;

pub use engine::Engine;
pub use error::GenerateError;
pub use finish::Finish;
pub use options::Options;
pub use session::Session;
pub use stream::TokenStream;
