//! # Contracts, features and backends: An attribute on another item
//!
//! Each attribute belongs to one kind of item, and says which.

use crosscheck::{backend_matrix, conformance};

#[conformance]
struct Checks;

#[backend_matrix]
pub const CHECK: u32 = 1;

#[crosscheck::backend(name = "metal")]
struct Metal;

#[crosscheck::exclusions("metal")]
static EXCLUDED: [&str; 0] = [];

#[crosscheck::implements("metal")]
fn functions() {}

#[crosscheck::contract]
struct Contract;

fn main() {}
