//! Refused: rows that name what is not there, each in its own way.

use crosscheck::Debt::Upstream;
use crosscheck::{Action, RUN, Subject, Unavailable, baseline_wrong, conformance, skip};

trait Door: Send + Sync {
    fn is_open(&self) -> bool;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Doors that turn.
    Revolving,
}

impl Subject for dyn Door {
    type Feature = Feature;
    const BASELINE: &'static str = "wood";
}

struct Wood;

impl Door for Wood {
    fn is_open(&self) -> bool {
        true
    }
}

#[crosscheck::backend(name = "wood")]
fn wood() -> Result<Box<dyn Door>, Unavailable> {
    Ok(Box::new(Wood))
}

#[crosscheck::backend(name = "glass")]
fn glass() -> Result<Box<dyn Door>, Unavailable> {
    Ok(Box::new(Wood))
}

#[conformance(uses = "revolving", side(Left = 1, right = 2))]
fn opens(door: &dyn Door, side: u32) {
    assert!(door.is_open() || side == 0);
}

fn helper(door: &dyn Door) -> bool {
    door.is_open()
}

#[crosscheck::exclusions("glass", test("opns"))]
const NO_SUCH_TEST: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("glass", test = helper)]
const NO_CHECK: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("glass", test("closes::*"))]
const NO_SUCH_PATTERN: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("glass", test = opens, case(sid = Left))]
const NO_SUCH_AXIS: Action = skip("no").because(Upstream);

// `Left` is there, `Rihgt` is not.
#[crosscheck::exclusions("glass", test = opens, case(side = Left | Rihgt))]
const NO_SUCH_VALUE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("glass", test = opens, case("rigt"))]
const NO_SUCH_CASE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("glass", uses = "revolvin")]
const NO_SUCH_FEATURE: Action = skip("no").because(Upstream);

#[crosscheck::exclusions("glass", test = opens)]
const OVERRIDES_NOTHING: Action = RUN;

#[crosscheck::exclusions("glass", test("op*"), case(side = right))]
const NO_BASELINE: Action = baseline_wrong("no").because(Upstream);

#[crosscheck::exclusions("wood", test("op*"), case(side = right))]
const NOT_COMPARED: Action = baseline_wrong("no").because(Upstream);

// `lft` is no side.
#[crosscheck::exclusions("glass", test("*"), case("right"))]
const NOT_SEEN: Action = skip("no").because(Upstream).seen_in("opens::lft");

crosscheck::main!();
