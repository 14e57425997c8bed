//! Lines that end as on Windows.

use crosscheck::{Action, Unavailable};

use crate::{Ops, Told};

#[crosscheck::backend(name = "windows")]
fn windows() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("windows")))
}

#[crosscheck::exclusions("windows", test("checks::windows"))]
const STALE: Action = crosscheck::xfail("was
mended").because(crosscheck::Debt::NotYet);
