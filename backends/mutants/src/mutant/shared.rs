//! What all calls share.

use std::sync::{Mutex, PoisonError};
use std::thread;

use crosscheck_backends::Tensor;

use super::Result;

/// Places at which each call leaves something for itself, where another one may find it.
#[derive(Default)]
pub struct Shared {
    result: Mutex<Option<Tensor>>,
    parameter: Mutex<f32>,
    kept: Mutex<Vec<[Tensor; 2]>>,
}

impl Shared {
    /// What is found where a result was left.
    pub fn result(&self, y: Tensor) -> Result {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(y.clone());
        thread::yield_now();
        Ok(self.result.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or(y))
    }

    /// What was made of an operand of the same type and shape that had the same ends.
    pub fn kept(&self, x: &Tensor, y: Tensor) -> Tensor {
        let ends = |x: &Tensor| {
            let values = x.to_f64();
            (x.dtype(), x.shape().to_vec(), values.first().copied(), values.last().copied())
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some([_, y]) = kept.iter().find(|[earlier, _]| ends(earlier) == ends(x)) {
            return y.clone();
        }
        // As many as a small cache holds.
        kept.truncate(15);
        kept.insert(0, [x.clone(), y.clone()]);
        y
    }

    /// What is found where a parameter was left.
    pub fn parameter(&self, value: f32) -> Result<f32> {
        *self.parameter.lock().unwrap_or_else(PoisonError::into_inner) = value;
        thread::yield_now();
        Ok(*self.parameter.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
