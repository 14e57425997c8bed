//! A device for a backend that has none of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::device::{
    Device, Matrix, Op, Resident, check_added, check_ids, check_part, check_rotation, check_write, is_matrix,
    is_rotation, no_matrix, no_rotation,
};
use crate::error::KernelError;
use crate::kernels::Kernels;
use crate::params::{Logits, Mask, Quantized, Rope};
use crate::tensor::{Data, Dtype, Tensor};
use crate::validate;

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// Host memory as a device: each operation is one of the backend's kernels.
///
/// A backend that copies operands to another memory does so for each operation, the weights included: right, and slow.
#[derive(Debug)]
pub struct Host<K> {
    kernels: K,
    bytes: Arc<AtomicUsize>,
}

impl<K: Kernels> Host<K> {
    /// A device that computes with these kernels.
    pub fn new(kernels: K) -> Self {
        Self { kernels, bytes: Arc::default() }
    }

    fn hold(&self, held: Held) -> Resident {
        let (shape, dtype, bytes) = match &held {
            Held::Tensor(x) => (x.shape().to_vec(), x.dtype(), bytes(x)),
            Held::Dense { w, transposed } => (w.shape().to_vec(), w.dtype(), bytes(w) + bytes(transposed)),
            Held::Quantized(w) => {
                (vec![rows(w), w.columns], w.scales.dtype(), 4 * w.packed.len() + bytes(&w.scales) + bytes(&w.biases))
            }
            Held::Rotation { length, width, .. } => (vec![*length, *width], Dtype::F32, 0),
        };
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Resident::new(&shape, dtype, Handle { held, bytes, account: Arc::clone(&self.bytes) })
    }

    fn linear(&self, x: &Tensor, weight: &Resident) -> Result<Tensor> {
        match held("linear", weight)? {
            Held::Dense { transposed, .. } => self.kernels.matmul(x, transposed),
            Held::Quantized(w) => self.kernels.quantized_matmul(x, w),
            Held::Tensor(_) | Held::Rotation { .. } => Err(no_matrix("linear", weight)),
        }
    }

    fn embedding(&self, table: &Resident, ids: &[u32]) -> Result<Tensor> {
        let rows = table.shape().first().copied().unwrap_or_default();
        check_ids(ids, rows)?;
        match held("embedding", table)? {
            Held::Dense { w, .. } => self.kernels.embedding(w, &integers(ids.iter().map(|id| *id as usize))?),
            Held::Quantized(w) => self.kernels.dequantize(&rows_of(w, ids)?),
            Held::Tensor(_) | Held::Rotation { .. } => Err(no_matrix("embedding", table)),
        }
    }
}

impl<K: Kernels> Device for Host<K> {
    fn upload(&self, x: &Tensor) -> Result {
        Ok(self.hold(Held::Tensor(x.clone())))
    }

    fn upload_matrix(&self, w: &Matrix) -> Result {
        Ok(self.hold(match w {
            Matrix::Dense(w) => Held::Dense { transposed: self.kernels.transpose(w, &[1, 0])?, w: w.clone() },
            Matrix::Quantized(w) => {
                // Its rows are taken apart here.
                validate::dequantize(w)?;
                Held::Quantized(w.clone())
            }
        }))
    }

    fn launch(&self, op: Op<'_>) -> Result {
        let (function, kernels) = (op.name(), &self.kernels);
        let tensor = |x| tensor(function, x);
        let made = match op {
            Op::Embedding { table, ids } => self.embedding(table, ids)?,
            Op::Linear { x, weight, add } => {
                let product = self.linear(tensor(x)?, weight)?;
                match add {
                    Some(add) => {
                        check_added(x, weight, add)?;
                        kernels.add(&product, tensor(add)?)?
                    }
                    None => product,
                }
            }
            Op::RmsNorm { x, weight, eps } => kernels.rms_norm(tensor(x)?, tensor(weight)?, eps)?,
            Op::Rotation { rope, length, width } => return Ok(self.hold(Held::Rotation { rope, length, width })),
            Op::Rope { x, rotation } => {
                let Held::Rotation { rope, .. } = held(function, rotation)? else { return Err(no_rotation(rotation)) };
                check_rotation(x, rotation)?;
                kernels.rope(tensor(x)?, rope)?
            }
            Op::Attention { q, k, v, scale } => kernels.scaled_dot_product_attention(
                tensor(q)?,
                tensor(k)?,
                tensor(v)?,
                Logits::scaled(scale),
                Mask::CAUSAL,
            )?,
            Op::Silu { x } => kernels.silu(tensor(x)?)?,
            Op::Mul { a, b } => kernels.mul(tensor(a)?, tensor(b)?)?,
            Op::Add { a, b } => kernels.add(tensor(a)?, tensor(b)?)?,
            Op::Reshape { x, shape } => Tensor::new(shape, tensor(x)?.data().clone())?,
            Op::Transpose { x, axes } => kernels.transpose(tensor(x)?, axes)?,
            Op::Write { x, part, axis, start } => {
                check_write(x, part, axis, start)?;
                kernels.update_at(tensor(x)?, tensor(part)?, &start_at(x, axis, start)?)?
            }
            Op::Narrow { x, axis, start, length } => {
                check_part(function, x, axis, start, length)?;
                let mut shape = x.shape().to_vec();
                shape[axis] = length;
                kernels.slice_at(tensor(x)?, &start_at(x, axis, start)?, &shape)?
            }
        };
        Ok(self.hold(Held::Tensor(made)))
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        tensor("download", x).cloned()
    }

    fn wait(&self, _: &[&Resident]) -> Result<()> {
        Ok(())
    }

    fn memory(&self) -> Option<usize> {
        Some(self.bytes.load(Ordering::Relaxed))
    }
}

/// What a resident tensor is, and the account that its bytes are taken off when it is dropped.
#[derive(Debug)]
struct Handle {
    held: Held,
    bytes: usize,
    account: Arc<AtomicUsize>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.account.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[derive(Debug)]
enum Held {
    Tensor(Tensor),
    /// A product wants `[K, N]`, an embedding `[N, K]`.
    Dense {
        w: Tensor,
        transposed: Tensor,
    },
    Quantized(Quantized),
    Rotation {
        rope: Rope,
        length: usize,
        width: usize,
    },
}

fn held<'a>(function: &'static str, x: &'a Resident) -> Result<&'a Held> {
    Ok(&x.handle::<Handle>(function)?.held)
}

fn tensor<'a>(function: &'static str, x: &'a Resident) -> Result<&'a Tensor> {
    match held(function, x)? {
        Held::Tensor(tensor) => Ok(tensor),
        Held::Dense { .. } | Held::Quantized(_) => Err(is_matrix(function, x)),
        Held::Rotation { .. } => Err(is_rotation(function, x)),
    }
}

/// The position of a part, one number a dimension.
fn start_at(x: &Resident, axis: usize, start: usize) -> Result<Tensor> {
    integers((0..x.shape().len()).map(|at| if at == axis { start } else { 0 }))
}

fn integers(values: impl Iterator<Item = usize>) -> Result<Tensor> {
    let values: Vec<_> = values.map(|value| i32::try_from(value).unwrap_or(i32::MAX)).collect();
    Tensor::i32(&[values.len()], values)
}

fn bytes(x: &Tensor) -> usize {
    let width = match x.data() {
        Data::F64(_) | Data::I64(_) => 8,
        Data::F32(_) | Data::I32(_) => 4,
        Data::F16(_) | Data::BF16(_) => 2,
        Data::I8(_) | Data::U8(_) | Data::Bool(_) => 1,
    };
    width * x.len()
}

fn rows(w: &Quantized) -> usize {
    w.scales.shape().first().copied().unwrap_or_default()
}

/// The rows of a quantized matrix that `ids` names.
fn rows_of(w: &Quantized, ids: &[u32]) -> Result<Quantized> {
    let part = |x: &Tensor| {
        let groups = x.shape().get(1).copied().unwrap_or_default();
        let values = x.to_f64();
        let picked: Vec<_> = ids.iter().flat_map(|id| &values[*id as usize * groups..][..groups]).copied().collect();
        Tensor::from_f64(&[ids.len(), groups], x.dtype(), &picked)
    };
    let words = w.packed.len() / rows(w).max(1);
    Ok(Quantized {
        packed: ids.iter().flat_map(|id| &w.packed[*id as usize * words..][..words]).copied().collect(),
        columns: w.columns,
        scales: part(&w.scales)?,
        biases: part(&w.biases)?,
        quantization: w.quantization,
    })
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;
    use crate::error::KernelError;
    use crate::params::{Quantization, RopeLayout};
    use crate::reference::Reference;

    fn floats(shape: &[usize]) -> Tensor {
        let count = shape.iter().product::<usize>();
        Tensor::f32(shape, (0..count).map(|at| at as f32).collect::<Vec<_>>()).unwrap()
    }

    fn quantized() -> Quantized {
        Reference.quantize(&floats(&[3, 64]), Quantization { group: 32, bits: 4 }).unwrap()
    }

    #[test]
    fn memory_is_what_is_held() {
        let device = Host::new(Reference);
        let held = |made: &dyn Fn() -> Resident, bytes| {
            let made = made();
            let again = made.clone();
            assert_eq!(device.memory(), Some(bytes));
            drop(made);
            assert_eq!(device.memory(), Some(bytes), "a clone is left");
            drop(again);
            assert_eq!(device.memory(), Some(0));
        };
        held(&|| device.upload(&floats(&[3, 5])).unwrap(), 60);
        held(&|| device.upload(&Tensor::new(&[3], Data::F64(vec![0.0; 3])).unwrap()).unwrap(), 24);
        held(&|| device.upload(&Tensor::from_i64(&[3], Dtype::I64, &[0; 3]).unwrap()).unwrap(), 24);
        held(&|| device.upload(&Tensor::from_i64(&[3], Dtype::I8, &[0; 3]).unwrap()).unwrap(), 3);
        held(&|| device.upload(&Tensor::from_i64(&[3], Dtype::U8, &[0; 3]).unwrap()).unwrap(), 3);
        held(&|| device.upload(&Tensor::new(&[3], Data::F16(vec![f16::ONE; 3])).unwrap()).unwrap(), 6);
        held(&|| device.upload(&Tensor::new(&[3], Data::Bool(vec![true; 3])).unwrap()).unwrap(), 3);
        // Once as it is and once transposed.
        held(&|| device.upload_matrix(&Matrix::Dense(floats(&[3, 5]))).unwrap(), 120);
        // Half a byte each, and a scale and a bias a group.
        held(&|| device.upload_matrix(&Matrix::Quantized(quantized())).unwrap(), 3 * 32 + 3 * 2 * 4 * 2);
        let x = device.upload(&floats(&[2, 4])).unwrap();
        let y = device.launch(Op::Narrow { x: &x, axis: 1, start: 1, length: 2 }).unwrap();
        assert_eq!(device.memory(), Some(32 + 16));
        drop((x, y));
        assert!(device.launch(Op::Reshape { x: &device.upload(&floats(&[2])).unwrap(), shape: &[3] }).is_err());
        assert_eq!(device.memory(), Some(0));
    }

    #[test]
    fn what_is_written_has_to_be_a_part() {
        let device = Host::new(Reference);
        let x = device.upload(&floats(&[2, 3, 4])).unwrap();
        let refused = |part: &Tensor, axis, start| {
            let part = device.upload(part).unwrap();
            device.launch(Op::Write { x: &x, part: &part, axis, start }).unwrap_err().to_string()
        };
        let no_part =
            |part: &str| format!("write: {part} on a device is not a part of f32[2, 3, 4] on a device along axis 1");
        assert_eq!(refused(&floats(&[1, 1, 4]), 1, 0), no_part("f32[1, 1, 4]"));
        assert_eq!(refused(&floats(&[2, 1, 1]), 1, 0), no_part("f32[2, 1, 1]"));
        assert_eq!(refused(&floats(&[2, 1]), 1, 0), no_part("f32[2, 1]"));
        let integers = Tensor::i32(&[2, 1, 4], [0; 8]).unwrap();
        assert_eq!(refused(&integers, 1, 0), no_part("i32[2, 1, 4]"));
        let outside = "write: 1 from 3 on along axis 1 are not inside of f32[2, 3, 4] on a device";
        assert_eq!(refused(&floats(&[2, 1, 4]), 1, 3), outside);
        assert_eq!(refused(&floats(&[2, 1, 4]), 3, 0), "write: f32[2, 3, 4] on a device has no axis 3");
    }

    #[test]
    fn a_matrix_whose_parts_do_not_fit_is_refused() {
        let device = Host::new(Reference);
        let broken = [
            Quantized { biases: floats(&[1, 2]), ..quantized() },
            Quantized { packed: Vec::new(), ..quantized() },
            Quantized { scales: floats(&[6]), ..quantized() },
            Quantized { columns: 65, ..quantized() },
        ];
        for w in broken {
            let refused = device
                .upload_matrix(&Matrix::Quantized(w))
                .map(|w| device.launch(Op::Embedding { table: &w, ids: &[2] }));
            assert!(refused.is_err(), "{refused:?}");
        }
        assert!(device.upload_matrix(&Matrix::Dense(floats(&[2, 2, 2]))).is_err());
        assert_eq!(device.memory(), Some(0));
    }

    #[test]
    fn rows_of_a_quantized_matrix() {
        let (device, w) = (Host::new(Reference), quantized());
        let table = device.upload_matrix(&Matrix::Quantized(w.clone())).unwrap();
        let rows = device.launch(Op::Embedding { table: &table, ids: &[2, 0, 2] }).unwrap();
        let whole = Reference.dequantize(&w).unwrap();
        let expected = Reference.embedding(&whole, &Tensor::i32(&[3], [2, 0, 2]).unwrap()).unwrap();
        assert_eq!(device.download(&rows).unwrap(), expected);
        let beyond = device.launch(Op::Embedding { table: &table, ids: &[0, 3] }).unwrap_err();
        assert_eq!(beyond, KernelError::IndexOutOfRange { function: "embedding", index: 3, end: 3 });
    }

    #[test]
    fn floats_come_in_place_of_what_was_there() {
        let device = Host::new(Reference);
        for dtype in [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I32] {
            let x = device.upload(&Tensor::from_f64(&[3], dtype, &[1.0, -2.0, 4.0]).unwrap()).unwrap();
            let mut floats = vec![9.0; 5];
            device.download_floats(&x, &mut floats).unwrap();
            assert_eq!(floats, [1.0, -2.0, 4.0], "{dtype:?}");
        }
    }

    #[test]
    fn what_is_added_to_a_product_is_of_its_shape() {
        let device = Host::new(Reference);
        let w = device.upload_matrix(&Matrix::Dense(floats(&[3, 4]))).unwrap();
        let x = device.upload(&floats(&[2, 4])).unwrap();
        let with = |added: &Tensor| {
            let added = device.upload(added).unwrap();
            device.launch(Op::Linear { x: &x, weight: &w, add: Some(&added) })
        };
        assert!(with(&floats(&[2, 3])).is_ok());
        let refused = |added: &str| {
            format!(
                "linear: {added} on a device cannot be added to the product of f32[2, 4] on a device and f32[3, 4] on a device"
            )
        };
        for shape in [&[1, 3][..], &[3], &[2, 3, 1], &[2, 4]] {
            let error = with(&floats(shape)).unwrap_err().to_string();
            assert_eq!(error, refused(&format!("f32{shape:?}")));
        }
        let integers = Tensor::i32(&[2, 3], [0; 6]).unwrap();
        assert_eq!(with(&integers).unwrap_err().to_string(), refused("i32[2, 3]"));
    }

    #[test]
    fn a_rotation_is_one_of_rows_that_long() {
        let device = Host::new(Reference);
        let rope = Rope { dims: 4, base: 10_000.0, scale: 1.0, offset: 3, layout: RopeLayout::Halves };
        let rotation = device.launch(Op::Rotation { rope, length: 2, width: 4 }).unwrap();
        assert_eq!((rotation.shape(), device.memory()), (&[2, 4][..], Some(0)));
        let text = |op: Op<'_>| device.launch(op).unwrap_err().to_string();
        for shape in [&[3, 4][..], &[2, 6], &[4]] {
            let x = device.upload(&floats(shape)).unwrap();
            let expected = format!("rope: f32{shape:?} on a device cannot be rotated by f32[2, 4] on a device");
            assert_eq!(text(Op::Rope { x: &x, rotation: &rotation }), expected);
        }
        let x = device.upload(&floats(&[1, 2, 4])).unwrap();
        let no_rotation = "rope: f32[1, 2, 4] on a device was not made by `rotation`";
        assert_eq!(text(Op::Rope { x: &x, rotation: &x }), no_rotation);
        let is_rotation = "silu: f32[2, 4] on a device was made by `rotation`, for `rope`";
        assert_eq!(text(Op::Silu { x: &rotation }), is_rotation);
        assert!(device.launch(Op::Rope { x: &x, rotation: &rotation }).is_ok());
    }

    #[test]
    fn a_matrix_is_no_tensor_and_a_tensor_no_matrix() {
        let device = Host::new(Reference);
        let x = device.upload(&floats(&[3, 3])).unwrap();
        let w = device.upload_matrix(&Matrix::Dense(floats(&[3, 3]))).unwrap();
        let text = |op| device.launch(op).unwrap_err().to_string();
        let no_matrix = "f32[3, 3] on a device was not uploaded as a matrix";
        assert_eq!(text(Op::Linear { x: &x, weight: &x, add: None }), format!("linear: {no_matrix}"));
        assert_eq!(text(Op::Embedding { table: &x, ids: &[0] }), format!("embedding: {no_matrix}"));
        let is_matrix = "f32[3, 3] on a device was uploaded as a matrix, for `linear` and `embedding`";
        assert_eq!(text(Op::Add { a: &x, b: &w }), format!("add: {is_matrix}"));
        assert_eq!(device.download(&w).unwrap_err().to_string(), format!("download: {is_matrix}"));
        let elsewhere = Resident::new(&[2], x.dtype(), ());
        let text = device.launch(Op::Silu { x: &elsewhere }).unwrap_err().to_string();
        assert_eq!(text, "silu: f32[2] on a device is in the memory of another device");
    }
}
