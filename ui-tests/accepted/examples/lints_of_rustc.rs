//! Every lint of rustc that is off unless it is asked for, and could fire in an expansion.
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    nonstandard_style,
    rust_2018_idioms,
    unused,
    absolute_paths_not_starting_with_crate,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_code,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use crosscheck::{Action, RUN, Subject, Unavailable, backend, backend_matrix, conformance, exclusions, implements};

/// What is under test.
#[crosscheck::contract]
trait Ops: Send + Sync {
    /// Doubles.
    fn double(&self, x: f64) -> f64 {
        x + x
    }
}

/// What a backend may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// A thing.
    Thing,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "one";
}

#[derive(Clone, Copy, Debug)]
struct One;

#[implements("one")]
impl Ops for One {
    fn double(&self, x: f64) -> f64 {
        2.0 * x
    }
}

#[backend(name = "one")]
fn one() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(One))
}

#[backend(name = "other")]
fn other() -> Result<Box<dyn Ops>, Unavailable> {
    one()
}

#[exclusions("one", all = RUN)]
const fn excluded(feature: Feature) -> Action {
    let given = feature;
    match given {
        Feature::Thing => RUN,
    }
}

#[conformance(uses = "thing", of = "double", backends("one", "other"), n(1, 2 uses("thing")), text(a = "a", b = "b"))]
fn check<'a>(ops: &'a dyn Ops, n: u32, text: &'a str) -> Result<(), String> {
    assert_eq!(ops.double(n.into()), 2.0 * f64::from(n));
    if text.is_empty() { Err("no text".to_owned()) } else { Ok(()) }
}

/// Something to compare.
#[backend_matrix(x(1.0, 2.5), tolerance(rtol = 1e-9, atol = 0, reason = "rounded"))]
fn compared(ops: &dyn Ops, x: f64) -> f64 {
    ops.double(x)
}

crosscheck::fixture!("bytes", b"bytes");

crosscheck::main!();
