//! In which form a quantized matrix is kept.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::device::{Device, Matrix, Op, Resident};
use crate::error::KernelError;
use crate::kernels::Quantized;
use crate::tensor::Tensor;

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// In which form quantized matrices are kept in the device's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As they are in the file: the least memory.
    Stored,
    /// As 32-bit floats, of the same values.
    Dense,
    /// In the form that is faster on this device, measured with a matrix of each size when it is loaded. Which one that is
    /// differs by much: MLX's products with quantized matrices are slow on a CPU, where a BLAS is fast, and fast on a GPU.
    #[default]
    Measured,
}

/// Brings matrices into a form, and remembers what was measured.
pub(super) struct Chooser {
    form: Form,
    dense_is_faster: BTreeMap<[usize; 3], bool>,
}

impl Chooser {
    pub fn new(form: Form) -> Self {
        Self { form, dense_is_faster: BTreeMap::new() }
    }

    pub fn upload(&mut self, device: &dyn Device, matrix: Matrix) -> Result {
        let stored = match &matrix {
            Matrix::Quantized(w) if self.form != Form::Stored => w,
            _ => return device.upload_matrix(&matrix),
        };
        if self.form == Form::Dense {
            return device.upload_matrix(&dense(stored)?);
        }
        let kind = [stored.scales.shape()[0], stored.columns, stored.quantization.bits as usize];
        match self.dense_is_faster.get(&kind) {
            Some(true) => device.upload_matrix(&dense(stored)?),
            Some(false) => device.upload_matrix(&matrix),
            None => {
                let (as_stored, as_floats) = (device.upload_matrix(&matrix)?, device.upload_matrix(&dense(stored)?)?);
                let faster = time(device, &as_floats)? < time(device, &as_stored)?;
                self.dense_is_faster.insert(kind, faster);
                Ok(if faster { as_floats } else { as_stored })
            }
        }
    }
}

/// What the product with one row takes, which is what a decoder spends its time with: the least of several, the first of
/// which is not counted.
fn time(device: &dyn Device, weight: &Resident) -> Result<Duration> {
    const TIMES: usize = 5;
    let columns = weight.shape().get(1).copied().unwrap_or_default();
    let x = device.upload(&Tensor::f32(&[1, columns], vec![1.0; columns])?)?;
    let mut least = Duration::MAX;
    for number in 0..=TIMES {
        let begin = Instant::now();
        device.wait(&[&device.launch(Op::Linear { x: &x, weight })?])?;
        if number > 0 {
            least = least.min(begin.elapsed());
        }
    }
    Ok(least)
}

/// The values of a quantized matrix, each rounded once to 32 bits.
fn dense(w: &Quantized) -> Result<Matrix> {
    let bits = w.quantization.bits;
    let (scales, biases) = (w.scales.to_f64(), w.biases.to_f64());
    let mask = (1_u32 << bits) - 1;
    let levels = w.packed.iter().flat_map(|word| (0..32 / bits).map(move |at| word >> (at * bits) & mask));
    let values: Vec<_> = levels
        .enumerate()
        .map(|(at, level)| {
            let group = at / w.quantization.group;
            (scales[group] * f64::from(level) + biases[group]) as f32
        })
        .collect();
    Ok(Matrix::Dense(Tensor::f32(&[w.scales.shape()[0], w.columns], values)?))
}
