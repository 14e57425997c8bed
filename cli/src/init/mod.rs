//! What a crate needs to run a suite on its backend: a test target, and the file of it.

mod dependency;
mod manifest;
mod test_file;

pub use dependency::Dependency;
pub use manifest::{Manifest, added};
pub use test_file::{Registration, STARTER, test_file};
