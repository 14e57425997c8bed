//! A matrix function of all features, with everything imported.

use crosscheck::Debt::*;
use crosscheck::{Action, Failure, RUN, Unavailable, skip, xfail};

use crate::{Feature, Ops, Told};

#[crosscheck::backend(name = "matrix")]
fn matrix() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("matrix")))
}

#[crosscheck::exclusions("matrix")]
const fn matrix_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Broken | Feature::Works => RUN,
        // Two of them.
        Feature::AlsoBroken => RUN,
        Feature::Known => xfail("no kernel").because(NotYet).by(Failure::Error),
    }
}

#[crosscheck::exclusions("matrix", test("checks::shows_nothing"))]
const SKIPPED: Action = skip("shows nothing").because(NotYet);
