//! Calls that are wrong in one way: validator × argument × way of being wrong, one at a time, and beside them the nearest call that is right.
//!
//! Each table begins with a call that is right, so that nothing but what is wrong can be the reason of a refusal.

use std::fmt::Debug;

use crosscheck_backends::{Dtype, KernelError, Tensor};

use crate::Checked;
use crate::data::assert_refused;

pub mod arithmetic;
pub mod index;
pub mod lane;
pub mod layer;
pub mod movement;
pub mod neighbour;
pub mod quantized;

/// The kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shape,
    Type,
    Argument,
}

/// A kernel, by the name that its refusals give.
#[derive(Clone, Copy)]
struct Kernel(&'static str);

impl Kernel {
    /// Asserts that it refused so, in its own name.
    #[track_caller]
    fn assert_refuses<T: Debug>(self, kind: Kind, call: impl Debug, result: Result<T, KernelError>) -> Checked {
        let wanted = |error: &KernelError| match error {
            KernelError::Shape { function, .. } => kind == Kind::Shape && *function == self.0,
            KernelError::Dtype { function, .. } => kind == Kind::Type && *function == self.0,
            KernelError::Argument { function, .. } => kind == Kind::Argument && *function == self.0,
            _ => false,
        };
        match result {
            Ok(made) => {
                panic!("`{}` takes {call:?}, and makes {made:?} of it, instead of refusing it ({kind:?})", self.0)
            }
            refused => assert_refused(refused, wanted),
        }
    }

    /// Asserts that it refused this index.
    #[track_caller]
    fn assert_refuses_index<T: Debug>(self, index: i64, end: usize, result: Result<T, KernelError>) -> Checked {
        let expected = KernelError::IndexOutOfRange { function: self.0, index, end };
        assert_refused(result, |error| *error == expected)
    }
}

const TYPES: [Dtype; 9] =
    [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I64, Dtype::I32, Dtype::I8, Dtype::U8, Dtype::Bool];
const NO_FLOATS: [Dtype; 5] = [Dtype::I32, Dtype::I64, Dtype::I8, Dtype::U8, Dtype::Bool];
const NO_NUMBERS: [Dtype; 4] = [Dtype::Bool, Dtype::I64, Dtype::I8, Dtype::U8];

/// The types that are not this one.
fn others(dtype: Dtype) -> impl Iterator<Item = Dtype> {
    TYPES.into_iter().filter(move |other| *other != dtype)
}

/// Numbers that count as another one once they are cut to 32 bits, or taken for signed ones, among them.
fn beyond(rank: usize) -> [usize; 7] {
    [rank, rank + 1, usize::MAX, usize::MAX - 1, 1 << 31, 1 << 32, (1 << 32) - 1]
}

/// Ones of a type.
fn ones(shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    Tensor::from_f64(shape, dtype, &vec![1.0; shape.iter().product()])
}

fn floats(shape: &[usize]) -> Checked<Tensor> {
    ones(shape, Dtype::F32)
}
