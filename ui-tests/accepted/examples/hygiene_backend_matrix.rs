//! Differential checks, parameters and helpers that are called what the expansion of `#[backend_matrix]` could call its own
//! things.
#![deny(warnings)]
#![allow(non_upper_case_globals)]

use crosscheck::{Subject, Unavailable, backend_matrix};

trait Ops: Send + Sync {
    fn double(&self, x: f64) -> f64;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Numbers below 0.
    Negative,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "product";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["product", "sum"]);
}

struct Product;

impl Ops for Product {
    fn double(&self, x: f64) -> f64 {
        2.0 * x
    }
}

struct Sum;

impl Ops for Sum {
    fn double(&self, x: f64) -> f64 {
        x + x
    }
}

#[crosscheck::backend(name = "product")]
fn product() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Product))
}

#[crosscheck::backend(name = "sum")]
fn sum() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Sum))
}

const fn rtol() -> f64 {
    1e-6
}
const number: f64 = 1e-7;
const exact: f64 = 1.0;

fn x() -> f64 {
    3.5
}

macro_rules! checks {
    ($($name:ident)*) => {
        $(
            #[backend_matrix(
                x(x = x(), negative = -x() uses("negative") tolerance(rtol = rtol(), atol = number, reason = "rounded")),
                backends("sum"),
                tolerance(rtol = rtol(), atol = exact * 0.0, reason = "rounded"),
            )]
            fn $name(subject: &dyn Ops, x: f64) -> Result<f64, String> {
                Ok(subject.double(x))
            }
        )*
    };
}

checks!(subject case value features tolerance tolerances atol reason output differential expects_constant known terms);

#[backend_matrix(expects_constant(reason = "it is 0"), tolerance(rtol = 0, atol = 0, reason = "it is exact"))]
fn constant(case: &dyn Ops) -> impl crosscheck::Compare + use<> {
    case.double(0.0)
}

// Whole numbers are numbers.
#[backend_matrix(tolerance(rtol = 0, atol = 1_0, reason = "far off"))]
fn in_whole_numbers(ops: &dyn Ops) -> Vec<f64> {
    vec![ops.double(100.0), ops.double(-700.0)]
}

crosscheck::main!();
