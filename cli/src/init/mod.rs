//! What a crate needs to run a suite on its backend: a test target, and the file of it.

mod added;
mod dependency;
mod manifest;
mod subject;
mod test_file;

pub use added::added;
pub use dependency::{Dependency, Named};
pub use manifest::Manifest;
pub use subject::Subject;
pub use test_file::{Registration, TestFile, starter};
