//! Lines that end as on Windows.

use crosscheck::{Action, Unavailable};

use crate::{Ops, Told};

#[crosscheck::backend(name = "windows")]
fn windows() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("windows")))
}

#[crosscheck::exclusions("windows", test("checks::windows_fails"))]
const WINDOWS_WINDOWS_FAILS: Action = crosscheck::xfail("no such thing in \"windows:panic\"")
    .because(crosscheck::Debt::NotYet)
    .by(crosscheck::Failure::Panic)
    .saying("no such thing in \"windows:panic\"")
    .tracking("TODO: a link to the issue");
