//! Rows that stand apart.

use crosscheck::{Action, Debt, Unavailable, xfail};

use crate::{Ops, Told};

#[crosscheck::backend(name = "rows")]
fn rows() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("rows")))
}

/// A name that a new row would take.
#[crosscheck::exclusions("rows", uses = "known")]
const ROWS_PANICS: Action = xfail("no kernel").because(Debt::NotYet);
