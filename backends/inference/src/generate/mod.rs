//! Generation: sessions on one device, and streams of their tokens.

mod engine;
mod error;
mod job;
mod session;
mod stream;
#[cfg(test)]
mod tests;
mod watched;

pub use engine::Engine;
pub use error::GenerateError;
pub use session::{Options, Session};
pub use stream::{Finish, TokenStream};
