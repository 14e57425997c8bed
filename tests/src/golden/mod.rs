//! Every backend, the reference included, against values that other code computed: formulas in 64-bit floats, which PyTorch
//! confirms.
//!
//! `fixtures/README.md` says how the file is made. Parameters that are no tensors stand here and in the scripts.

use std::error::Error;

use crosscheck::compare::{Terms, Tolerance};
use crosscheck_backends::{Dtype, Tensor};
use crosscheck_fixtures::KERNELS;
use crosscheck_fixtures::goldens::{GoldenError, Goldens};

crosscheck::fixture!("kernels.safetensors", KERNELS);

pub mod comparison;
pub mod elementwise;
pub mod layer;
pub mod movement;
pub mod product;
pub mod quantization;
pub mod reduction;

/// A [`KernelError`](crosscheck_backends::KernelError) goes into it as it is, so that crosscheck finds a missing kernel.
type Outcome = Result<(), Box<dyn Error>>;

/// The tensors of a case.
struct Golden {
    case: String,
}

/// The case of this name.
fn golden(case: impl Into<String>) -> Golden {
    Golden { case: case.into() }
}

/// The case of a family that has this type.
fn typed(family: &str, dtype: Dtype) -> Golden {
    golden(format!("{family}_{dtype}"))
}

impl Golden {
    fn get(&self, key: &str) -> Result<Tensor, GoldenError> {
        Goldens::of_the_kernels()?.get(&self.case, key).cloned()
    }

    /// Panics, as an assertion does, when a tensor is not the golden of this key, up to the tolerance of its type; an error
    /// means that there is no such golden.
    #[track_caller]
    fn assert_near(&self, key: &str, actual: &Tensor) -> Outcome {
        self.assert_under(key, actual, Terms::default())
    }

    /// The same, for a kernel that has one right result.
    #[track_caller]
    fn assert_equal(&self, key: &str, actual: &Tensor) -> Outcome {
        self.assert_under(key, actual, Terms::DEFAULT.all_floats(Tolerance::EXACT))
    }

    /// The same, with other tolerances for 16-bit floats, because a backend may round on the way.
    #[track_caller]
    fn assert_within(&self, key: &str, actual: &Tensor, f16: Bounds, bf16: Bounds) -> Outcome {
        self.assert_under(key, actual, Terms::DEFAULT.f16(f16.tolerance()).bf16(bf16.tolerance()))
    }

    #[track_caller]
    fn assert_under(&self, key: &str, actual: &Tensor, terms: Terms<'_>) -> Outcome {
        let expected = self.get(key)?;
        match terms.compare(actual, &expected) {
            Ok(()) => Ok(()),
            Err(mismatch) => panic!("not the golden `{}.{key}`: {mismatch}", self.case),
        }
    }
}

/// A tolerance, and why it is the right one.
struct Bounds {
    rtol: f64,
    atol: f64,
    reason: &'static str,
}

impl Bounds {
    fn tolerance(self) -> Tolerance {
        Tolerance::new(self.rtol, self.atol).because(self.reason)
    }
}
