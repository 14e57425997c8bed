//! In which form a quantized matrix is kept.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::{KernelError, Quantization, Quantized, Tensor};

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// In which form quantized matrices are kept in the device's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As they are in the file: the least memory.
    Stored,
    /// As 32-bit floats, of the same values.
    Dense,
    /// In the form that is faster on this device, measured with a matrix of each size when it is loaded; as floats where the
    /// device has no products of the other kind. Which one is faster differs by much: MLX's products with quantized matrices
    /// are slow on a CPU, where a BLAS is fast, and fast on a GPU.
    #[default]
    Measured,
}

/// Brings matrices into a form, and remembers what was measured.
pub(super) struct Chooser {
    form: Form,
    dense_is_faster: BTreeMap<[usize; 4], bool>,
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
        let Quantization { group, bits } = stored.quantization;
        let rows = stored.scales.shape().first().copied().unwrap_or_default();
        let kind = [rows, stored.columns, group, bits as usize];
        match self.dense_is_faster.get(&kind) {
            Some(true) => device.upload_matrix(&dense(stored)?),
            Some(false) => device.upload_matrix(&matrix),
            None => {
                let (as_stored, as_floats) = (device.upload_matrix(&matrix)?, device.upload_matrix(&dense(stored)?)?);
                let faster = match time(device, &as_stored) {
                    Ok(stored) => time(device, &as_floats)? < stored,
                    Err(KernelError::NotImplemented { .. }) => true,
                    Err(error) => return Err(error),
                };
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
        device.wait(&[&device.launch(Op::Linear { x: &x, weight, add: None })?])?;
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
    let rows = w.scales.shape().first().copied().unwrap_or_default();
    Ok(Matrix::Dense(Tensor::f32(&[rows, w.columns], values)?))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::thread;

    use super::*;
    use crosscheck_backends::reference::Reference;
    use crosscheck_backends::{Dtype, Kernels};

    /// What a matrix is to the device of this test.
    #[derive(Debug, PartialEq)]
    enum Kept {
        Stored,
        Dense,
    }

    /// A device that knows the kinds of matrices only, and takes its time for the one or the other.
    struct Scale {
        stored: Result<u64>,
        dense: u64,
        products: Mutex<Vec<&'static str>>,
    }

    fn scale(stored: Result<u64>, dense: u64) -> Scale {
        Scale { stored, dense, products: Mutex::default() }
    }

    impl Device for Scale {
        fn upload(&self, x: &Tensor) -> Result {
            Ok(Resident::new(x.shape(), x.dtype(), ()))
        }

        fn upload_matrix(&self, w: &Matrix) -> Result {
            let (shape, kept) = match w {
                Matrix::Dense(w) => (w.shape().to_vec(), Kept::Dense),
                Matrix::Quantized(w) => (vec![w.scales.shape()[0], w.columns], Kept::Stored),
            };
            Ok(Resident::new(&shape, Dtype::F32, kept))
        }

        fn launch(&self, op: Op<'_>) -> Result {
            let Op::Linear { x, weight, add: None } = op else { panic!("{op:?}") };
            assert_eq!(x.shape(), [1, weight.shape()[1]]);
            let (pause, name) = match weight.handle::<Kept>("linear")? {
                Kept::Stored => (self.stored.clone()?, "stored"),
                Kept::Dense => (self.dense, "dense"),
            };
            self.products.lock().unwrap().push(name);
            thread::sleep(Duration::from_millis(pause));
            Ok(Resident::new(&[1, weight.shape()[0]], Dtype::F32, ()))
        }

        fn download(&self, x: &Resident) -> Result<Tensor> {
            panic!("{x:?} was fetched")
        }

        fn wait(&self, _: &[&Resident]) -> Result<()> {
            Ok(())
        }

        fn memory(&self) -> Option<usize> {
            None
        }
    }

    fn quantized(rows: usize, group: usize) -> Quantized {
        let values: Vec<_> = (0..rows * 128).map(|at| (at * 37 % 101) as f32 / 50.0 - 1.0).collect();
        let w = Tensor::f32(&[rows, 128], values).unwrap();
        Reference.quantize(&w, Quantization { group, bits: 4 }).unwrap()
    }

    fn kept(x: &Resident) -> &Kept {
        x.handle::<Kept>("test").unwrap()
    }

    #[test]
    fn the_faster_one_is_kept() {
        for (stored, dense, expected) in [(4, 0, Kept::Dense), (0, 4, Kept::Stored)] {
            let device = scale(Ok(stored), dense);
            let mut chooser = Chooser::new(Form::Measured);
            let mut upload = |w| chooser.upload(&device, Matrix::Quantized(w)).unwrap();
            let products = || device.products.lock().unwrap().len();
            assert_eq!(kept(&upload(quantized(2, 32))), &expected);
            assert_eq!(products(), 12);
            // One of the same kind is not measured, one of another kind is.
            assert_eq!(kept(&upload(quantized(2, 32))), &expected);
            assert_eq!(products(), 12);
            assert_eq!(kept(&upload(quantized(3, 32))), &expected);
            assert_eq!(products(), 24);
            assert_eq!(kept(&upload(quantized(2, 64))), &expected);
            assert_eq!(products(), 36);
        }
    }

    #[test]
    fn a_form_that_was_asked_for_is_not_measured() {
        let device = scale(Ok(0), 0);
        for (form, expected) in [(Form::Stored, Kept::Stored), (Form::Dense, Kept::Dense)] {
            let made = Chooser::new(form).upload(&device, Matrix::Quantized(quantized(2, 32))).unwrap();
            assert_eq!(kept(&made), &expected);
        }
        let floats = Matrix::Dense(Tensor::f32(&[1, 2], [1.0, 2.0]).unwrap());
        assert_eq!(kept(&Chooser::new(Form::Measured).upload(&device, floats).unwrap()), &Kept::Dense);
        assert_eq!(device.products.lock().unwrap().len(), 0);
    }

    #[test]
    fn a_device_without_such_products_has_floats() {
        let device = scale(Err(KernelError::NotImplemented { function: "quantized_matmul" }), 0);
        let mut chooser = Chooser::new(Form::Measured);
        for _ in 0..2 {
            let made = chooser.upload(&device, Matrix::Quantized(quantized(2, 32))).unwrap();
            assert_eq!(kept(&made), &Kept::Dense);
        }
        let broken = KernelError::Backend { function: "linear", library: "it", message: "broke".to_owned() };
        let device = scale(Err(broken.clone()), 0);
        let failed = Chooser::new(Form::Measured).upload(&device, Matrix::Quantized(quantized(2, 32)));
        assert_eq!(failed.unwrap_err(), broken);
    }

    #[test]
    fn floats_have_the_values_of_the_blocks() {
        for (group, bits) in [(32, 4), (64, 4), (32, 8)] {
            let values: Vec<_> = (0..3 * 128).map(|at| (at * 37 % 101) as f32 / 50.0 - 1.0).collect();
            let w = Tensor::f32(&[3, 128], values).unwrap();
            let w = Reference.quantize(&w, Quantization { group, bits }).unwrap();
            assert_eq!(dense(&w).unwrap(), Matrix::Dense(Reference.dequantize(&w).unwrap()));
        }
    }
}
