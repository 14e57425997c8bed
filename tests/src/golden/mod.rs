//! Every backend, the reference included, against values that other code computed: formulas in 64-bit floats, which PyTorch
//! confirms.
//!
//! `fixtures/README.md` says how the file is made. Parameters that are no tensors stand here and in the scripts.

use std::error::Error;

use crosscheck::compare::{Terms, Tolerance};
use crosscheck_backends::{Dtype, Tensor};

mod file;

pub mod comparison;
pub mod elementwise;
pub mod layer;
pub mod movement;
pub mod product;
pub mod quantization;
pub mod reduction;

use file::{GoldenError, Goldens};

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
        Goldens::of_this_suite()?.get(&self.case, key).cloned()
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crosscheck::internals::Elements;
    use crosscheck_backends::Kernels;

    /// The reference implements everything.
    #[test]
    fn every_kernel_has_a_golden() {
        let suite = Elements::linked().suite::<dyn Kernels>().spec;
        let reference = suite.backends.iter().find(|backend| backend.name == "reference").unwrap();
        let mut kernels: BTreeSet<_> = reference.implements.unwrap().iter().copied().collect();
        // The goldens of the inference suite are about it.
        kernels.remove("device");
        let golden = suite.tests.iter().filter(|test| test.path.contains("golden::"));
        let golden: BTreeSet<_> = golden.filter_map(|test| test.of).collect();
        assert_eq!(kernels.difference(&golden).collect::<Vec<_>>(), [&""; 0], "kernels without a golden");
        assert!(kernels.len() > 40, "{kernels:?}");
    }
}
