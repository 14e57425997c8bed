//! A suite whose matrix has outlived its tests.

use crosscheck::Debt::{NotYet, WontFix};
use crosscheck::{Action, RUN, Subject, Unavailable, conformance, skip, xfail};

pub(crate) trait Clock: Send + Sync {
    fn hour(&self) -> u32;
    fn chime(&self) -> u32;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// Hours up to 24.
    Digital,
    /// Hours that are heard.
    Chimes,
    /// Hours of summer.
    Summer,
    /// Hours of another planet.
    Mars,
}

impl Subject for dyn Clock {
    type Feature = Feature;
    const BASELINE: &'static str = "wall";
}

struct Wall;

impl Clock for Wall {
    fn hour(&self) -> u32 {
        12
    }
    fn chime(&self) -> u32 {
        12
    }
}

#[crosscheck::backend(name = "wall")]
fn wall() -> Result<Box<dyn Clock>, Unavailable> {
    Ok(Box::new(Wall))
}

#[crosscheck::backend(name = "sun")]
fn sun() -> Result<Box<dyn Clock>, Unavailable> {
    Ok(Box::new(Wall))
}

#[crosscheck::backend(name = "idle")]
fn idle() -> Result<Box<dyn Clock>, Unavailable> {
    Ok(Box::new(Wall))
}

#[crosscheck::exclusions("wall")]
const fn wall_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Digital => xfail("it stops at noon").because(NotYet),
        Feature::Summer => skip("nobody turns it").because(WontFix),
        Feature::Chimes | Feature::Mars => RUN,
    }
}

// Of the same feature, and a skip: it comes first.
#[crosscheck::exclusions("wall", uses = "digital")]
const WOUND_UP: Action = skip("wound up on Sundays only").because(WontFix);

#[crosscheck::exclusions("sun")]
const fn sun_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Mars => xfail("another sun").because(WontFix),
        Feature::Summer => skip("it never rains").because(WontFix),
        Feature::Chimes | Feature::Digital => RUN,
    }
}

#[conformance(backends("wall", "sun"), uses = "digital")]
fn is_noon(clock: &dyn Clock) {
    assert_eq!(clock.hour(), 12);
}

#[conformance(backends("wall"), uses("summer", "chimes"))]
fn chimes(clock: &dyn Clock) {
    assert_eq!(clock.chime(), 12);
}
