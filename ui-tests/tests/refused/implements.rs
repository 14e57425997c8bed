//! # Contracts, features and backends: An implementation without a backend
//!
//! `#[crosscheck::implements]` stands on the block that implements the contract, and names each backend of this type
//! once. What the block leaves out is "not implemented" on those.

use crosscheck_ui_tests::Ops;

struct Metal;

#[crosscheck::implements]
impl Ops for Metal {
    fn name(&self) -> &'static str {
        "metal"
    }
    fn double(&self, x: f64) -> f64 {
        x + x
    }
}

#[crosscheck::implements("metal", "metal", "a100 (new)")]
impl Metal {
    fn warm_up(&self) {}
}

fn main() {}
