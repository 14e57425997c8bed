//! cargo-nextest, which is not part of Rust.

use crate::cargo::cargo;
use crate::error::TaskError;

/// Installs cargo-nextest where it is missing.
pub fn provide() -> Result<(), TaskError> {
    if cargo(&["nextest", "--version"]).succeeds() {
        return Ok(());
    }
    println!("\ncargo-nextest is missing; it is compiled once, which takes some minutes");
    cargo(&["install", "cargo-nextest@0.9.143", "--locked"]).run()
}
