//! # Contracts, features and backends: Arguments of a backend, a matrix or a block
//!
//! Names of backends are strings, and each argument has one form.

use crosscheck::{Action, RUN, Unavailable};
use crosscheck_ui_tests::{Feature, Ops};

#[crosscheck::backend("metal")]
fn without_the_word() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::backend(name("metal"))]
fn in_parentheses() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::backend(name = "metal", aliases = "gpu")]
fn one_alias() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::backend(name = "metal", aliases(gpu))]
fn bare_alias() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::backend(name = "metal", isolated = true)]
fn switched() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::backend(name = "metal", fresh("each"))]
fn with_a_value() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::backend(name = "metal")]
unsafe fn dangerous() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("none"))
}

#[crosscheck::exclusions(metal)]
const fn bare(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("metal", all)]
const fn nothing_for_all(_: Feature) -> Action {
    RUN
}

#[crosscheck::exclusions("metal")]
const fn generic<F: Copy>(_: F) -> Action {
    RUN
}

struct Metal;

#[crosscheck::implements(metal)]
impl Ops for Metal {
    fn name(&self) -> &'static str {
        "metal"
    }
    fn double(&self, x: f64) -> f64 {
        2.0 * x
    }
}

trait Convert<T> {
    fn convert(&self, value: T) -> f64;
}

#[crosscheck::implements("metal")]
impl<T: Into<f64>> Convert<T> for Metal {
    fn convert(&self, value: T) -> f64 {
        value.into()
    }
}

#[crosscheck::contract(name = "Ops")]
trait Contract {}

fn main() {}
