//! A suite that misbehaves on purpose: one of each fault of registration. `tests/cli.rs` expects all of them at once.

use crosscheck::Debt::{NotYet, WontFix};
use crosscheck::{Action, RUN, Subject, Unavailable, conformance, skip};

trait Machine: Send + Sync {}

struct Idle;

impl Machine for Idle {}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(NotYet))]
enum Feature {
    /// A feature that no test uses.
    Unused,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

#[crosscheck::backend(name = "reference", aliases("ref"))]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    panic!("no backend is opened by a suite that is refused")
}

#[crosscheck::backend(name = "twin")]
fn first_twin() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Idle))
}

#[crosscheck::backend(name = "twin")]
fn second_twin() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Idle))
}

#[crosscheck::backend(name = "shadow", aliases("ref"))]
fn shadow() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Idle))
}

#[crosscheck::exclusions("twinn")]
const fn of_nobody(feature: Feature) -> Action {
    match feature {
        Feature::Unused => RUN,
    }
}

#[crosscheck::exclusions("shadow")]
const fn of_shadow(feature: Feature) -> Action {
    match feature {
        Feature::Unused => RUN,
    }
}

#[crosscheck::exclusions("shadow")]
const fn of_shadow_again(feature: Feature) -> Action {
    match feature {
        Feature::Unused => RUN,
    }
}

// Two functions of one name in one module: a block has a scope of its own, but no module path of its own.
const _: () = {
    #[conformance]
    fn doubled(_: &dyn Machine) {
        panic!("nothing is run by a suite that is refused");
    }
};
const _: () = {
    #[conformance]
    fn doubled(_: &dyn Machine) {
        panic!("nothing is run by a suite that is refused");
    }
};

#[conformance(backends("refrence"))]
fn for_nobody(_: &dyn Machine) {
    panic!("nothing is run by a suite that is refused");
}

#[crosscheck::exclusions("shaddow", test = for_nobody)]
const BY_PATH_FOR_NOBODY: Action = skip("it is not there").because(WontFix);

#[crosscheck::exclusions("shadow", test = for_nobody)]
const UNTRACKED: Action = skip("nobody follows it up").because(NotYet);

/// A subject that has no test.
trait Orphan: Send + Sync {}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum OrphanFeature {
    /// A feature of nothing.
    Lost,
}

impl Subject for dyn Orphan {
    type Feature = OrphanFeature;
    const BASELINE: &'static str = "orphan";
}

#[crosscheck::backend(name = "orphan")]
fn orphan() -> Result<Box<dyn Orphan>, Unavailable> {
    Err(Unavailable::new("it has nobody"))
}

#[crosscheck::exclusions("orphan")]
const fn of_orphan(feature: OrphanFeature) -> Action {
    match feature {
        OrphanFeature::Lost => RUN,
    }
}

#[crosscheck::exclusions("orphan", for dyn Orphan)]
const ROW_OF_ORPHAN: Action = skip("nobody is there").because(WontFix);

// A crate that registers nothing.
crosscheck::main!(serde_json);
