//! The matrix function that `init` writes.

use crosscheck::{Action, RUN, Subject, Unavailable};

use crate::{Ops, Told};

#[crosscheck::backend(name = "blank")]
fn blank() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("blank")))
}

#[crosscheck::exclusions("blank")]
const fn blank_cannot(_: <dyn Ops as Subject>::Feature) -> Action {
    RUN
}
