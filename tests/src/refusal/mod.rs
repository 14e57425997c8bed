//! What each kernel refuses, each with a check of its own: the kind of error, and the name of the kernel in it.

use crosscheck_backends::{Dtype, KernelError, Tensor};

use crate::Checked;
use crate::data::assert_refused;

pub mod elementwise;
pub mod function;
pub mod layer;
pub mod lookup;
pub mod reduction;

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// Asserts that a kernel of this name refused the types of its operands.
#[track_caller]
fn assert_type_refused<T: std::fmt::Debug>(name: &str, result: Result<T>) -> Checked {
    assert_refused(result, |error| matches!(error, KernelError::Dtype { function, .. } if *function == name))
}

/// Asserts that a kernel of this name refused the shapes of its operands.
#[track_caller]
fn assert_shape_refused<T: std::fmt::Debug>(name: &str, result: Result<T>) -> Checked {
    assert_refused(result, |error| matches!(error, KernelError::Shape { function, .. } if *function == name))
}

/// Asserts that a kernel of this name refused a parameter that is no tensor.
#[track_caller]
fn assert_argument_refused<T: std::fmt::Debug>(name: &str, result: Result<T>) -> Checked {
    assert_refused(result, |error| matches!(error, KernelError::Argument { function, .. } if *function == name))
}

/// What is no float.
const NO_FLOATS: &[Dtype] = &[Dtype::I32, Dtype::I64, Dtype::I8, Dtype::U8, Dtype::Bool];
/// What is neither a float nor a 32-bit integer.
const NO_NUMBERS: &[Dtype] = &[Dtype::I64, Dtype::I8, Dtype::U8, Dtype::Bool];
/// What is not f32.
const NO_F32: [Dtype; 8] =
    [Dtype::F64, Dtype::F16, Dtype::BF16, Dtype::I64, Dtype::I32, Dtype::I8, Dtype::U8, Dtype::Bool];
/// What is no index.
const NO_INDICES: [Dtype; 5] = [Dtype::F32, Dtype::I64, Dtype::I8, Dtype::U8, Dtype::Bool];

/// Ones of a type.
fn ones(shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    Tensor::from_f64(shape, dtype, &vec![1.0; shape.iter().product()])
}
