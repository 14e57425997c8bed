//! A call with its operands, and whether a backend gives what the contract says.

use crosscheck_backends::{Dtype, KernelError, Kernels, Layout, Tensor};

use super::call::Call;
use super::grid::Grid;
use super::model;
use crate::Checked;

/// A call with its operands.
#[derive(Clone)]
pub struct Specimen {
    pub call: Call,
    pub operands: Vec<Tensor>,
}

impl Specimen {
    /// Asserts that a backend gives what the formula of the contract gives.
    pub fn assert_holds(&self, kernels: &dyn Kernels) -> Checked {
        let operands: Vec<_> = self.operands.iter().map(Grid::of).collect();
        self.assert_gives(kernels, &model::expected(&self.call, &operands))
    }

    /// Asserts that a backend gives this.
    pub fn assert_gives(&self, kernels: &dyn Kernels, expected: &[Grid]) -> Checked {
        self.assert_gives_of(kernels, &self.operands.iter().collect::<Vec<_>>(), expected)
    }

    /// Asserts that a backend gives this of operands that are equal to its own, of which several may be one tensor.
    pub fn assert_gives_of(&self, kernels: &dyn Kernels, operands: &[&Tensor], expected: &[Grid]) -> Checked {
        let made = self.call.run(kernels, operands).map_err(|error| self.located(error))?;
        let whole = made.iter().zip(expected).zip([self.dtype(), Dtype::I32]);
        for ((made, expected), dtype) in whole {
            assert_eq!(made.dtype(), dtype, "{self}");
            assert_eq!(made.shape(), expected.shape(), "the shape of {self}");
            self.assert_values(made, expected)?;
        }
        Ok(())
    }

    fn assert_values(&self, made: &Tensor, expected: &Grid) -> Checked {
        let allowed = self.allowed(made.dtype());
        let rounded = expected.tensor(made.dtype())?.to_f64();
        let far = |made: f64, expected: f64| match allowed {
            // What is not finite is judged by what it is.
            Some((share, floor)) if expected.is_finite() => {
                let off = (made - expected).abs();
                off.is_nan() || off > share * expected.abs().max(floor)
            }
            _ => made != expected && !(made.is_nan() && expected.is_nan()),
        };
        let made = made.to_f64();
        if let Some(at) = (0..made.len()).find(|at| far(made[*at], rounded[*at])) {
            panic!("element {at} is {:e} instead of {:e}, in {self}", made[at], rounded[at]);
        }
        Ok(())
    }

    /// The type of what is made.
    fn dtype(&self) -> Dtype {
        let first = self.operands[0].dtype();
        match &self.call {
            Call::Cast(dtype) => *dtype,
            Call::Binary(binary) if binary.of == super::function::Operands::Everything => Dtype::Bool,
            Call::Lane(lane, _) if lane.is_place() => Dtype::I32,
            Call::Select => self.operands[1].dtype(),
            _ => first,
        }
    }

    /// How far off a result may be: the share of the number, or of `floor` where that is larger. What is looked for is an element
    /// in a wrong place, or one that was left out; how exact the functions are is compared elsewhere. Sums and products of the
    /// operands are numbers of their type.
    fn allowed(&self, dtype: Dtype) -> Option<(f64, f64)> {
        let floor = match &self.call {
            Call::Unary(unary) if !unary.exact => 1.0,
            Call::Lane(lane, _) | Call::Reduce(lane, _) if !lane.exact => 1.0,
            Call::Softmax(_) => 0.0,
            Call::RmsNorm | Call::LayerNorm => 1.0,
            // The size of a pair, of a value, and of an element.
            Call::Rope(_) => 4.0,
            Call::Attention { .. } => 8.0,
            Call::Dequantize(_) => 40.0,
            // The size of the sum: an element is at most 40.
            Call::QuantizedMatmul(levels) => {
                let rows = self.operands[0].to_f64();
                let sizes = rows.chunks(levels.columns.max(1)).map(|row| row.iter().map(|x| x.abs()).sum());
                40.0 * sizes.fold(0.0, f64::max)
            }
            _ => return None,
        };
        let share = match dtype {
            // Of 64-bit floats, some backends compute functions in 32 bits.
            Dtype::F64 | Dtype::F32 => 2e-5,
            Dtype::F16 => 4e-3,
            _ => 3.2e-2,
        };
        Some((share, floor))
    }

    /// The error with what was called.
    fn located(&self, error: KernelError) -> KernelError {
        match error {
            KernelError::Backend { function, library, message } => {
                KernelError::Backend { function, library, message: format!("{message}, in {self}") }
            }
            KernelError::Shape { function, message } => {
                KernelError::Shape { function, message: format!("{message}, in {self}") }
            }
            KernelError::Argument { function, message } => {
                KernelError::Argument { function, message: format!("{message}, in {self}") }
            }
            error => error,
        }
    }
}

impl std::fmt::Display for Specimen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of", self.call)?;
        for (at, x) in self.operands.iter().enumerate() {
            write!(f, "{} {}{:?}", if at == 0 { "" } else { "," }, x.dtype(), x.shape())?;
            if x.layout() != Layout::RowMajor {
                write!(f, " {:?}", x.layout())?;
            }
        }
        Ok(())
    }
}
