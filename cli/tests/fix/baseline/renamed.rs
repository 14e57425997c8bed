//! crosscheck by another name.

use crosscheck as cc;

use crate::{Ops, Told};

#[cc::backend(name = "renamed", crate = cc)]
fn renamed() -> Result<Box<dyn Ops>, cc::Unavailable> {
    Ok(Box::new(Told("renamed")))
}

#[cc::exclusions("renamed", crate = cc)]
const fn renamed_cannot(_: crate::Feature) -> cc::Action {
    cc::RUN
}
