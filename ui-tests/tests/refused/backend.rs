//! # Contracts, features and backends: A backend without a name, or with parameters
//!
//! A backend is opened by a function that takes nothing and returns why, where it cannot be opened. Reports and
//! `--backend` call it by its name or one of its aliases.

use crosscheck::Unavailable;
use crosscheck_ui_tests::Ops;

#[crosscheck::backend]
fn nameless() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("it has no name"))
}

#[crosscheck::backend(name = "metal", alias("gpu"))]
fn misspelt() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("it has no alias"))
}

#[crosscheck::backend(name = "metal")]
fn configured(device: u32) -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new(format!("no device {device}")))
}

fn main() {}
