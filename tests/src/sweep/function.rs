//! The kernels that are one formula: the name in the contract, the call, and the formula in 64-bit floats.

use std::fmt;

use crosscheck::Case;
use crosscheck_backends::{Axes, Gelu, Kernels, Tensor};

use crate::Checked;

/// A kernel of one tensor, element by element.
pub struct Unary {
    pub name: &'static str,
    pub kernel: fn(&dyn Kernels, &Tensor) -> Checked<Tensor>,
    pub formula: fn(f64) -> f64,
    /// Whether it takes integers too.
    pub of_numbers: bool,
    /// Whether the formula gives the number that a backend has to give, and not one near to it.
    pub exact: bool,
    /// Whether it is asked of positive numbers only.
    pub positive: bool,
}

/// What is said of none of its entries is false.
const FUNCTION: Unary =
    Unary { name: "", kernel: |_, x| Ok(x.clone()), formula: |x| x, of_numbers: false, exact: false, positive: false };

pub const UNARY: &[Unary] = &[
    Unary { name: "neg", kernel: |k, x| k.neg(x), formula: |x| -x, of_numbers: true, exact: true, ..FUNCTION },
    Unary { name: "exp", kernel: |k, x| k.exp(x), formula: f64::exp, ..FUNCTION },
    Unary { name: "log", kernel: |k, x| k.log(x), formula: f64::ln, positive: true, ..FUNCTION },
    Unary { name: "sqrt", kernel: |k, x| k.sqrt(x), formula: f64::sqrt, positive: true, ..FUNCTION },
    Unary { name: "rsqrt", kernel: |k, x| k.rsqrt(x), formula: |x| 1.0 / x.sqrt(), positive: true, ..FUNCTION },
    Unary { name: "round", kernel: |k, x| k.round(x), formula: f64::round_ties_even, exact: true, ..FUNCTION },
    Unary { name: "tanh", kernel: |k, x| k.tanh(x), formula: f64::tanh, ..FUNCTION },
    Unary { name: "sigmoid", kernel: |k, x| k.sigmoid(x), formula: |x| 1.0 / (1.0 + (-x).exp()), ..FUNCTION },
    Unary { name: "silu", kernel: |k, x| k.silu(x), formula: |x| x / (1.0 + (-x).exp()), ..FUNCTION },
    // Of the two forms, the one that needs no error function.
    Unary { name: "gelu", kernel: |k, x| k.gelu(x, Gelu::Tanh), formula: gelu, ..FUNCTION },
];

fn gelu(x: f64) -> f64 {
    x / 2.0 * (1.0 + (std::f64::consts::FRAC_2_PI.sqrt() * (x + 0.044715 * x.powi(3))).tanh())
}

/// A kernel of two tensors, element by element.
pub struct Binary {
    pub name: &'static str,
    pub kernel: fn(&dyn Kernels, &Tensor, &Tensor) -> Checked<Tensor>,
    pub formula: fn(f64, f64) -> f64,
    pub of: Operands,
}

/// What a kernel of two tensors takes, and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    /// Numbers, and numbers.
    Numbers,
    /// Numbers of which the second is not 0, and numbers; of integers the whole part of what the formula says.
    Divisors,
    /// Everything, and truth values.
    Everything,
}

use Operands::{Divisors, Everything, Numbers};

pub const BINARY: &[Binary] = &[
    Binary { name: "add", kernel: |k, a, b| k.add(a, b), formula: |a, b| a + b, of: Numbers },
    Binary { name: "sub", kernel: |k, a, b| k.sub(a, b), formula: |a, b| a - b, of: Numbers },
    Binary { name: "mul", kernel: |k, a, b| k.mul(a, b), formula: |a, b| a * b, of: Numbers },
    Binary { name: "div", kernel: |k, a, b| k.div(a, b), formula: |a, b| a / b, of: Divisors },
    Binary { name: "maximum", kernel: |k, a, b| k.maximum(a, b), formula: f64::max, of: Numbers },
    Binary { name: "minimum", kernel: |k, a, b| k.minimum(a, b), formula: f64::min, of: Numbers },
    Binary { name: "equal", kernel: |k, a, b| k.equal(a, b), formula: |a, b| truth(a == b), of: Everything },
    Binary { name: "not_equal", kernel: |k, a, b| k.not_equal(a, b), formula: |a, b| truth(a != b), of: Everything },
    Binary { name: "less", kernel: |k, a, b| k.less(a, b), formula: |a, b| truth(a < b), of: Everything },
    Binary { name: "less_equal", kernel: |k, a, b| k.less_equal(a, b), formula: |a, b| truth(a <= b), of: Everything },
    Binary { name: "greater", kernel: |k, a, b| k.greater(a, b), formula: |a, b| truth(a > b), of: Everything },
    Binary {
        name: "greater_equal",
        kernel: |k, a, b| k.greater_equal(a, b),
        formula: |a, b| truth(a >= b),
        of: Everything,
    },
];

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// A kernel of the lanes along an axis, or along several.
pub struct Lane {
    pub name: &'static str,
    pub kernel: Along,
    pub formula: fn(&[f64]) -> f64,
    pub of_numbers: bool,
    pub exact: bool,
    /// Whether it is asked of an axis without elements, where it is refused.
    pub refuses_nothing: bool,
}

/// How many axes a kernel takes.
pub enum Along {
    /// One, and it makes a position.
    One(fn(&dyn Kernels, &Tensor, usize) -> Checked<Tensor>),
    /// Any, and it makes what the elements are.
    Any(fn(&dyn Kernels, &Tensor, Axes<'_>) -> Checked<Tensor>),
}

impl Lane {
    /// Calls it along one axis.
    pub fn along(&self, kernels: &dyn Kernels, x: &Tensor, axis: usize) -> Checked<Tensor> {
        match self.kernel {
            Along::One(kernel) => kernel(kernels, x, axis),
            Along::Any(kernel) => kernel(kernels, x, axis.into()),
        }
    }

    /// Calls it over these axes.
    ///
    /// # Panics
    /// When it takes one axis only.
    pub fn over(&self, kernels: &dyn Kernels, x: &Tensor, axes: Axes<'_>) -> Checked<Tensor> {
        match self.kernel {
            Along::One(_) => panic!("`{}` takes one axis", self.name),
            Along::Any(kernel) => kernel(kernels, x, axes),
        }
    }

    /// Whether it makes positions.
    pub fn is_place(&self) -> bool {
        matches!(self.kernel, Along::One(_))
    }
}

pub const LANE: &[Lane] = &[
    Lane {
        name: "sum",
        kernel: Along::Any(|k, x, axes| k.sum(x, axes)),
        formula: |lane| lane.iter().fold(0.0, |sum, x| sum + x),
        of_numbers: true,
        exact: true,
        refuses_nothing: false,
    },
    Lane {
        name: "mean",
        kernel: Along::Any(|k, x, axes| k.mean(x, axes)),
        formula: |lane| lane.iter().sum::<f64>() / lane.len() as f64,
        of_numbers: false,
        exact: false,
        refuses_nothing: false,
    },
    Lane {
        name: "max",
        kernel: Along::Any(|k, x, axes| k.max(x, axes)),
        formula: |lane| lane.iter().copied().fold(f64::NEG_INFINITY, |a, b| if a.is_nan() || b < a { a } else { b }),
        of_numbers: true,
        exact: true,
        refuses_nothing: true,
    },
    Lane {
        name: "min",
        kernel: Along::Any(|k, x, axes| k.min(x, axes)),
        formula: |lane| lane.iter().copied().fold(f64::INFINITY, |a, b| if a.is_nan() || b > a { a } else { b }),
        of_numbers: true,
        exact: true,
        refuses_nothing: true,
    },
    Lane {
        name: "argmax",
        kernel: Along::One(|k, x, axis| k.argmax(x, axis)),
        formula: |lane| order(lane).first().map_or(0.0, |first| *first as f64),
        of_numbers: true,
        exact: true,
        refuses_nothing: true,
    },
    Lane {
        name: "argmin",
        kernel: Along::One(|k, x, axis| k.argmin(x, axis)),
        // NaN is beyond everything in this direction too.
        formula: |lane| order(&lane.iter().map(|x| -x).collect::<Vec<_>>()).first().map_or(0.0, |first| *first as f64),
        of_numbers: true,
        exact: true,
        refuses_nothing: true,
    },
    Lane {
        name: "logsumexp",
        kernel: Along::Any(|k, x, axes| k.logsumexp(x, axes)),
        formula: |lane| lane.iter().map(|x| x.exp()).sum::<f64>().ln(),
        of_numbers: false,
        exact: false,
        refuses_nothing: false,
    },
];

/// A case for each kernel that takes any axes.
pub fn reductions() -> Vec<Case<&'static Lane>> {
    reductions_where(|_| true)
}

/// The same, for those of a kind.
pub fn reductions_where(wanted: impl Fn(&Lane) -> bool) -> Vec<Case<&'static Lane>> {
    let any = LANE.iter().filter(|lane| !lane.is_place() && wanted(lane));
    any.map(|lane| Case::new(lane.name, lane).of(lane.name)).collect()
}

/// The positions in a lane, those of the largest elements first, of equal ones the first; NaN is the largest.
pub fn order(lane: &[f64]) -> Vec<usize> {
    let mut order: Vec<_> = (0..lane.len()).collect();
    // The two zeros are equal.
    let key = |x: f64| if x.is_nan() { f64::INFINITY } else { x + 0.0 };
    order.sort_by(|a, b| {
        let (x, y) = (lane[*a], lane[*b]);
        key(y).total_cmp(&key(x)).then(y.is_nan().cmp(&x.is_nan())).then(a.cmp(b))
    });
    order
}

macro_rules! named {
    ($($kind:ident),*) => {
        $(impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name)
            }
        })*
    };
}

named!(Unary, Binary, Lane);
