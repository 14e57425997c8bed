//! Running a kernel of candle on tensors of the contract.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::Tensor as Array;
use crosscheck_backends::{KernelError, Tensor};

use crate::convert::{Bytes, failed, to_candle, to_host};

pub(crate) type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// Runs a kernel on copies of these operands. Bytes that it makes are of the type of the first one.
pub(crate) fn run<const N: usize>(
    function: &'static str,
    operands: [&Tensor; N],
    kernel: impl FnOnce(&[Array; N]) -> candle_core::Result<Array>,
) -> Result {
    run_to(Bytes::of(operands[0].dtype()), function, operands, kernel)
}

/// Runs a kernel that makes these bytes on copies of these operands.
pub(crate) fn run_to<const N: usize>(
    bytes: Bytes,
    function: &'static str,
    operands: [&Tensor; N],
    kernel: impl FnOnce(&[Array; N]) -> candle_core::Result<Array>,
) -> Result {
    let copies = copies(function, &operands)?.try_into().expect("a copy of each operand");
    attempt(function, || to_host(function, &kernel(&copies).map_err(|error| failed(function, &error))?, bytes))
}

/// Runs a kernel that takes any number of operands on copies of these.
pub(crate) fn run_on_all(
    function: &'static str,
    operands: &[&Tensor],
    kernel: impl FnOnce(&[Array]) -> candle_core::Result<Array>,
) -> Result {
    let copies = copies(function, operands)?;
    let bytes = Bytes::of(operands[0].dtype());
    attempt(function, || to_host(function, &kernel(&copies).map_err(|error| failed(function, &error))?, bytes))
}

/// Runs a kernel that has two results on a copy of this operand.
pub(crate) fn run_for_two(
    function: &'static str,
    operand: &Tensor,
    kernel: impl FnOnce(&Array) -> candle_core::Result<(Array, Array)>,
) -> Result<(Tensor, Tensor)> {
    let copy = to_candle(function, operand)?;
    attempt(function, || {
        let (first, second) = kernel(&copy).map_err(|error| failed(function, &error))?;
        let host = |made| to_host(function, made, Bytes::of(operand.dtype()));
        Ok((host(&first)?, host(&second)?))
    })
}

fn copies(function: &'static str, operands: &[&Tensor]) -> Result<Vec<Array>> {
    operands.iter().map(|operand| to_candle(function, operand)).collect()
}

/// Runs what is candle's own. It panics at some shapes, and a kernel of the contract returns an error.
fn attempt<T>(function: &'static str, kernel: impl FnOnce() -> Result<T>) -> Result<T> {
    // The kernel has borrowed copies, which are dropped after it.
    catch_unwind(AssertUnwindSafe(kernel)).unwrap_or_else(|payload| {
        Err(KernelError::Backend { function, library: "candle", message: format!("it panicked: {}", words(&*payload)) })
    })
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
