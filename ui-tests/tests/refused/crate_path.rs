//! # Contracts, features and backends: A runtime that is somewhere else
//!
//! `crate = path` says where the runtime is, when it is not the dependency `crosscheck`: a path from a crate, since the
//! checks in a module take it over.

use crosscheck::conformance;
use crosscheck_ui_tests::Ops;

#[conformance(crate = my_host::crosscheck)]
fn not_there(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(crate)]
fn without_a_path(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(crate = "crosscheck")]
fn quoted(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

#[conformance(crate = crosscheck, crate = crosscheck)]
fn twice(ops: &dyn Ops) {
    assert_eq!(ops.double(1.0), 2.0);
}

fn main() {}
