//! What one row by itself can be made of.
#![deny(warnings)]

use crosscheck::Debt::{HardwareLimit, Upstream};
use crosscheck::{Action, Failure, RUN, Subject, UNCLASSIFIED, Unavailable, baseline_wrong, flaky, skip, xfail};

pub trait Ops: Send + Sync {
    fn double(&self, x: f64) -> f64;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(Upstream))]
pub enum Feature {
    /// 64-bit floats.
    Float64,
    /// A keyword.
    Loop,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Cpu;

impl Ops for Cpu {
    fn double(&self, x: f64) -> f64 {
        x + x
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Cpu))
}

pub mod suite {
    use crosscheck::{backend_matrix, conformance};

    use super::Ops;

    #[derive(Clone, Copy)]
    pub enum Dtype {
        F32,
        F64,
    }

    #[conformance(dtype(F32, F64, wide = Dtype::F64), n(1, -2), on(true, false), x(1.5))]
    pub fn doubles(ops: &dyn Ops, dtype: Dtype, n: i32, on: bool, x: f64) {
        let n = if on { f64::from(n) * x } else { 0.0 };
        assert_eq!(ops.double(n), n + n, "{}", dtype as u8);
    }

    // Lifetimes do not make it several functions, and a raw name is a name.
    #[conformance]
    pub fn r#match<'a: 'b, 'b>(ops: &'a (dyn Ops + 'b)) {
        assert_eq!(ops.double(1.0), 2.0);
    }

    #[backend_matrix]
    #[deprecated]
    pub fn doubled(ops: &dyn Ops) -> f64 {
        ops.double(0.1)
    }

    pub mod deeper {
        use super::super::Ops;

        #[crosscheck::conformance(text(a = "a", b = "b"))]
        pub fn borrows(ops: &dyn Ops, text: &str) {
            assert_eq!(ops.double(text.len() as f64), 2.0);
        }
    }
}

fn is_old(ops: &dyn Ops) -> bool {
    ops.double(1.0) == 1.0
}

mod questions {
    pub(crate) fn is_slow<'a>(ops: &'a (dyn super::Ops + 'a)) -> bool {
        super::is_old(ops)
    }
}

const ISSUE: &str = "https://example.org/1";

#[crosscheck::exclusions("cloud", all = skip("there is none in CI").because(HardwareLimit))]
const fn cloud(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => RUN,
        _ => UNCLASSIFIED,
    }
}

#[crosscheck::exclusions("cloud", test = suite::doubles, case(dtype = F32 | Dtype::F64 | wide, n = -2 | n_1, on = true, x = 1.5))]
const BY_VALUES: Action = xfail("no").because(HardwareLimit);

#[crosscheck::exclusions("cloud", test(suite::doubles, "suite::deeper::*"), case("f32*", "*b"))]
pub const BY_NAMES: Action = skip("no").because(Upstream).tracking(ISSUE);

#[crosscheck::exclusions("cloud", test = suite::r#match, for dyn Ops)]
#[cfg(all())]
pub(crate) const ON_ONE_PLATFORM: Action = xfail("it stops").because(HardwareLimit).by(Failure::Crash).saying("SIGFPE");

#[crosscheck::exclusions("cloud", test = suite::doubled, applies_if = questions::is_slow)]
#[allow(deprecated)]
/// With a doc comment.
const UNDER_A_CONDITION: Action = flaky("now and then").because(Upstream).tracking(ISSUE);

#[crosscheck::exclusions("cloud", uses = "loop", applies_if = is_old, for dyn Ops,)]
const OF_A_FEATURE: Action = skip("'{marker}' on '{backend}'").because(HardwareLimit).until("2030-01-31").since("7");

#[crosscheck::exclusions("cloud", uses = float64)]
const TAKEN_BACK: Action = RUN;

#[crosscheck::exclusions("edge", crate = ::crosscheck)]
const OF_ALL: Action = skip("there is none").because(HardwareLimit);

#[crosscheck::exclusions("reference", test = self::suite::doubled)]
const BASELINE: Action =
    baseline_wrong("a bit off").because(HardwareLimit).ulps(1.0..=2.0).share(0.0..=1.0).saying("off");

// A row may be made of what others have in common.
const fn not_here(what: &'static str) -> Action {
    skip(what).because(HardwareLimit)
}

#[crosscheck::exclusions("edge", test("nothing::*"))]
const BY_A_FUNCTION: Action = not_here("no");

macro_rules! row {
    ($backend:literal, $test:path, $name:ident) => {
        #[crosscheck::exclusions($backend, test = $test)]
        const $name: Action = not_here("by a macro");
    };
}
row!("edge", suite::doubles, BY_A_MACRO);

fn main() {}
