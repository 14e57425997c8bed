//! Backends, matrix functions, blocks, contracts and features that are called what the expansions could call their own things.
#![deny(warnings)]

use crosscheck::Debt::WontFix;
use crosscheck::{Action, RUN, Subject, Unavailable, conformance, skip};

#[crosscheck::contract]
trait Contract: Send + Sync {
    fn default_body(&self) -> u32 {
        let text = self.text();
        text.len() as u32
    }
    fn text(&self) -> String;
    fn crosscheck(&self) -> u32 {
        0
    }
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(NotYet, Upstream))]
enum Feature {
    /// Named as a constant of the derived trait.
    MARKERS,
    /// The same.
    TRACKED,
    /// Named as a variant of the prelude.
    Some,
    /// The same.
    None,
    /// A keyword in snake case.
    Match,
    /// Named as the trait.
    Feature,
    /// A raw name.
    #[allow(non_camel_case_types)]
    r#yield,
}

impl Subject for dyn Contract {
    type Feature = Feature;
    const BASELINE: &'static str = "text";
}

struct Implements(String);

#[crosscheck::implements("text")]
impl Contract for Implements {
    fn text(&self) -> String {
        self.0.clone()
    }
    fn default_body(&self) -> u32 {
        4
    }
}

struct Backend<T>(T);

// One block may be of many types: the backends are named.
#[crosscheck::implements("backend")]
impl<T: Send + Sync> Contract for Backend<T> {
    fn text(&self) -> String {
        "text".to_owned()
    }
}

#[crosscheck::backend(name = "text", device = "name", aliases("open"))]
fn open() -> Result<Box<dyn Contract>, Unavailable> {
    Ok(Box::new(Implements("text".to_owned())))
}

#[crosscheck::backend(name = "backend")]
fn backend() -> Result<Box<dyn Contract>, Unavailable> {
    Ok(Box::new(Backend(1)))
}

const fn at(feature: Feature) -> Action {
    match feature {
        Feature::Some => skip("no {marker}").because(WontFix),
        _ => RUN,
    }
}

#[crosscheck::exclusions("backend", all = skip("nothing").because(WontFix))]
const fn features(features: Feature) -> Action {
    let at = at(features);
    at
}

#[conformance(uses("markers", "tracked", some, none, "match", feature, "yield"))]
fn of_each_feature(subject: &dyn Contract) {
    assert_eq!(subject.default_body(), 4);
}

#[conformance(uses(some))]
fn of_an_excluded_feature(subject: &dyn Contract) {
    assert_eq!(subject.text(), "text");
}

#[conformance]
fn of_no_feature(subject: &dyn Contract) {
    assert_eq!(subject.crosscheck(), 0);
}

crosscheck::main!();
