//! No row at all.

use crosscheck::Unavailable;

use crate::{Ops, Told};

#[crosscheck::backend(name = "constructor")]
fn constructor() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("constructor")))
}
