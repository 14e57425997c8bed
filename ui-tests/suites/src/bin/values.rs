//! Machines that answer in every kind of value, to the baseline or to what is known: one of them answers wrong.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use crosscheck::compare::{Computed, Exact, Expected, Fallible};
use crosscheck::{Action, Debt, Subject, Unavailable, backend_matrix, conformance, xfail};

trait Machine: Send + Sync {
    /// Whether its answers are wrong.
    fn is_wrong(&self) -> bool;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Roots of 2, off by two units in the last place.
    Roots,
    /// Sums, of which one in four is wrong.
    Sums,
    /// Products, whose row says too little.
    Products,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Right;

impl Machine for Right {
    fn is_wrong(&self) -> bool {
        false
    }
}

struct Wrong;

impl Machine for Wrong {
    fn is_wrong(&self) -> bool {
        true
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    // Wrong as well where a test asks for it: what is known is not asked of the baseline.
    Ok(if std::env::var_os("VALUES_WRONG_BASELINE").is_some() { Box::new(Wrong) } else { Box::new(Right) })
}

#[crosscheck::backend(name = "same")]
fn same() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Right))
}

#[crosscheck::backend(name = "other")]
fn other() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Wrong))
}

#[crosscheck::backend(name = "apart", isolated)]
fn apart() -> Result<Box<dyn Machine>, Unavailable> {
    other()
}

#[crosscheck::exclusions("other")]
const fn other_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Roots => xfail("rounds twice").because(Debt::NotYet).ulps(1.0..=4.0),
        Feature::Sums => xfail("loses a term").because(Debt::NotYet).share(0.25..=0.25),
        Feature::Products => xfail("is off by a little").because(Debt::NotYet).ulps(1.0..=4.0),
    }
}

/// One of two values.
fn either<T>(machine: &dyn Machine, right: T, wrong: T) -> T {
    if machine.is_wrong() { wrong } else { right }
}

/// What differs from the baseline.
mod beside_the_baseline {
    use super::*;

    #[backend_matrix]
    fn text(machine: &dyn Machine) -> String {
        format!("fn double(x: u32) -> u32 {{\n    {}\n}}\n", either(machine, "x * 2", "x + 2\u{1b}[2J "))
    }

    #[backend_matrix]
    fn map(machine: &dyn Machine) -> HashMap<&'static str, Vec<f32>> {
        let bias = either(machine, 0.5, 0.25);
        HashMap::from([("weight", vec![1.0, 2.0]), ("bias", vec![bias]), ("gain", vec![1.0])])
    }

    #[backend_matrix]
    fn keys(machine: &dyn Machine) -> HashMap<&'static str, f32> {
        HashMap::from([("weight", 1.0), (either(machine, "bias", "biass"), 0.5)])
    }

    #[backend_matrix]
    fn set(machine: &dyn Machine) -> BTreeSet<u32> {
        BTreeSet::from([1, 2, either(machine, 3, 4)])
    }

    #[backend_matrix]
    fn option(machine: &dyn Machine) -> Option<char> {
        either(machine, Some('x'), None)
    }

    #[backend_matrix(n(0, 1, 2))]
    fn refusal(machine: &dyn Machine, n: u32) -> Fallible<u32> {
        let refused = |n, text: &str| if n == 0 { Ok(n) } else { Err(text.to_owned()) };
        either(machine, refused(n, &format!("{n} is too many")), if n == 2 { Ok(n) } else { refused(n, "no") }).into()
    }

    #[backend_matrix]
    fn bytes(machine: &dyn Machine) -> Vec<u8> {
        either(machine, b"\x89PNG\r\n\x1a\n".to_vec(), b"\x89PNG\n\x1a\n".to_vec())
    }

    /// A type of somebody else.
    #[derive(Debug, PartialEq)]
    struct Plan {
        threads: u32,
        kernel: &'static str,
    }

    #[backend_matrix]
    fn exact(machine: &dyn Machine) -> Exact<Plan> {
        Exact(Plan { threads: 64, kernel: either(machine, "tiled", "naive") })
    }

    #[backend_matrix]
    fn empty_text(_: &dyn Machine) -> String {
        String::new()
    }

    #[backend_matrix]
    fn default_value(_: &dyn Machine) -> Exact<Option<u8>> {
        Exact(None)
    }

    #[backend_matrix(expects_constant(reason = "nothing is found"))]
    fn empty_with_a_reason(_: &dyn Machine) -> BTreeSet<u8> {
        BTreeSet::new()
    }

    #[backend_matrix(tolerance(ulps = 2, reason = "rounded twice"), backends("same", "other"))]
    fn in_units(machine: &dyn Machine) -> f32 {
        either(machine, 1.0, 1.0 + 3.0 * f32::EPSILON)
    }

    #[backend_matrix(tolerance(exact), backends("same", "other"))]
    fn exactly(machine: &dyn Machine) -> f32 {
        either(machine, 1.0, 1.0 + f32::EPSILON)
    }

    /// It cannot be shown, and not always compared.
    struct Broken(bool);

    impl PartialEq for Broken {
        fn eq(&self, other: &Self) -> bool {
            assert!(!self.0, "it is not to be compared");
            self.0 == other.0
        }
    }

    impl fmt::Debug for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("it is not to be shown")
        }
    }

    #[backend_matrix(backends("same", "other"))]
    fn broken(machine: &dyn Machine) -> Exact<Broken> {
        Exact(Broken(machine.is_wrong()))
    }
}

/// What differs from what is known.
mod beside_what_is_known {
    use super::*;

    #[conformance]
    fn golden(machine: &dyn Machine) -> Expected<Vec<f32>> {
        Expected::new(vec![1.0, either(machine, 2.000_001, 2.5)], vec![1.0, 2.0])
    }

    #[conformance]
    fn vector(machine: &dyn Machine) -> Result<Expected<String>, String> {
        Ok(Expected::new(either(machine, "a9993e36", "deadbeef").to_owned(), "a9993e36".to_owned()))
    }

    #[conformance]
    fn error(_: &dyn Machine) -> Result<Expected<f32>, String> {
        Err("there is no such file".to_owned())
    }

    #[conformance(uses = "roots", n(2, 8))]
    fn root(machine: &dyn Machine, n: u32) -> Expected<f32> {
        let root = (n as f32).sqrt();
        Expected::new(either(machine, root, f32::from_bits(root.to_bits() + 200)), root)
    }

    #[conformance(uses = "roots", tolerance(exact))]
    fn root_exactly(machine: &dyn Machine) -> Expected<f32> {
        let root = 2_f32.sqrt();
        Expected::new(either(machine, root, f32::from_bits(root.to_bits() + 2)), root)
    }

    #[conformance(uses = "sums")]
    fn sums(machine: &dyn Machine) -> Expected<[i32; 4]> {
        Expected::new([1, 2, 3, either(machine, 4, 5)], [1, 2, 3, 4])
    }

    #[conformance(uses = "products")]
    fn products(machine: &dyn Machine) -> Expected<f32> {
        Expected::new(either(machine, 6.0, 7.0), 6.0)
    }

    #[conformance]
    fn zeros(_: &dyn Machine) -> Expected<[f32; 2]> {
        Expected::new([0.0; 2], [0.0; 2])
    }

    #[conformance(expects_constant(reason = "the cosine of 0"))]
    fn ones(_: &dyn Machine) -> Expected<[f32; 2]> {
        Expected::new([1.0; 2], [1.0; 2])
    }

    #[conformance]
    fn echo(_: &dyn Machine) -> Result<Expected<Vec<f32>>, String> {
        let same = Computed::of([vec![1.0, 2.0]], |[x]| Ok::<_, String>(x.clone()))?;
        Ok(same.against(vec![1.0, 2.0]))
    }

    /// The budget is made of what is known, and not of the answer.
    #[conformance(backends("same", "other"))]
    fn budget(machine: &dyn Machine) -> Result<Expected<Vec<f32>>, String> {
        let answer = either(machine, vec![1.5, 100.0], vec![1.5, 103.03]);
        let within = |value: &Vec<f32>, _: [&Vec<f32>; 1]| value.iter().map(|x| f64::from(x / 50.0)).collect();
        let computed = Computed::within([vec![7.0, 1.0]], |_| Ok::<_, String>(answer), within)?;
        Ok(computed.against(vec![1.5, 101.0]))
    }

    #[conformance(
        backends("same", "other"),
        n(1, 2 tolerance(rtol = 0, atol = 1, reason = "whole numbers")),
        tolerance(rtol = 0, atol = 0.25, reason = "quarters")
    )]
    fn tolerance_of_a_value(machine: &dyn Machine, n: u8) -> Expected<f32> {
        let known = f32::from(n) + 2.0;
        Expected::new(either(machine, known, known + 0.5), known)
    }
}

crosscheck::main!();
