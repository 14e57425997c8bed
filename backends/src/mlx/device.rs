//! MLX's own memory as a device. Operations are only noted until a tensor is fetched or waited for.

use std::sync::{Arc, Mutex, PoisonError};

use mlx_rs::error::Exception;
use mlx_rs::fast::{self, ScaledDotProductAttentionMask};
use mlx_rs::ops::indexing::{ArrayIndex, ArrayIndexOp, TryIndexMutOp, TryIndexOp};
use mlx_rs::{Array, memory, ops, transforms};

use super::account::DeviceAccount;
use super::convert::{dims, quantized_to_device, to_device, to_host, values_into};
use super::{Made, Mlx, MlxDevice, Result, failed};
use crate::device::{Device, Matrix, Op, Resident, check_ids, check_part, check_write, is_matrix, no_matrix};
use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::kernels::{Quantization, Rope, RopeLayout};
use crate::tensor::Tensor;
use crate::validate;

/// What a resident tensor is to MLX.
enum Handle {
    Tensor(Shared),
    /// `[N, K]` and the view of it that a product wants, `[K, N]`.
    Dense {
        w: Shared,
        transposed: Shared,
    },
    /// Words, scales and biases.
    Quantized([Shared; 3], Quantization),
}

/// An array that several threads may hold: mlx-rs lets a handle move between threads, not be used by two at a time.
struct Shared(Mutex<Array>);

impl Shared {
    fn new(array: Array) -> Self {
        Self(Mutex::new(array))
    }

    /// Another handle of the same array.
    fn array(&self) -> Array {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The memory of a device of MLX.
#[derive(Debug)]
pub(super) struct Memory {
    mlx: Mlx,
    account: Arc<DeviceAccount>,
    /// The last one that was needed, on the host so that it takes nothing of the device's: a decoder needs it in each layer.
    rotation: Mutex<Option<Rotation>>,
}

/// [`Rope`] of one position as a matrix.
#[derive(Debug)]
struct Rotation {
    rope: Rope,
    width: usize,
    matrix: Vec<f32>,
}

impl Memory {
    pub fn new(mlx: Mlx) -> Self {
        Self { mlx, account: DeviceAccount::opened_here(), rotation: Mutex::default() }
    }

    /// The matrix that a single position is rotated by, on a CPU: MLX computes `rope` there by a graph of its own with a
    /// sine and a cosine in it, which takes 25 times what the product takes. On a GPU it is one kernel. An element that is not
    /// finite makes NaN of its whole row here, and of its pair alone there.
    fn rotation(&self, x: &Resident, rope: Rope) -> Option<Array> {
        let &[.., 1, width] = x.shape() else { return None };
        let fits = rope.dims.is_multiple_of(2) && rope.dims <= width && x.dtype() == Dtype::F32;
        if self.mlx.device != MlxDevice::Cpu || !fits {
            return None;
        }
        let mut last = self.rotation.lock().unwrap_or_else(PoisonError::into_inner);
        if !last.as_ref().is_some_and(|last| last.rope == rope && last.width == width) {
            *last = Some(Rotation { rope, width, matrix: rotation(rope, width) });
        }
        let dim = i32::try_from(width).ok()?;
        last.as_ref().map(|last| Array::from_slice(&last.matrix, &[dim, dim]))
    }

    /// Notes a call that was refused before MLX saw it.
    fn known<T>(&self, operands: Result<T>) -> Result<T> {
        operands.inspect_err(|_| self.account.refused())
    }
}

impl Device for Memory {
    fn upload(&self, x: &Tensor) -> Result<Resident> {
        let array = self.mlx.with_stream("upload", || to_device("upload", x))?;
        Ok(Resident::new(x.shape(), x.dtype(), Handle::Tensor(Shared::new(array))))
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident> {
        let function = "upload";
        if let Matrix::Quantized(w) = w {
            // mlx-rs panics where there are not as many words as the shape says.
            self.known(validate::dequantize(w))?;
        }
        self.account.evaluated();
        self.mlx.with_stream(function, || match w {
            Matrix::Dense(w) => {
                let array = to_device(function, w)?;
                let transposed = array.transpose_axes(&[1, 0]).map_err(|error| failed(function, &error))?;
                transposed.eval().map_err(|error| failed(function, &error))?;
                let handle = Handle::Dense { w: Shared::new(array), transposed: Shared::new(transposed) };
                Ok(Resident::new(w.shape(), w.dtype(), handle))
            }
            Matrix::Quantized(w) => {
                let rows = w.scales.shape().first().copied().unwrap_or_default();
                let parts = quantized_to_device(function, w)?.map(Shared::new);
                Ok(Resident::new(&[rows, w.columns], w.scales.dtype(), Handle::Quantized(parts, w.quantization)))
            }
        })
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident> {
        let function = op.name();
        let dtype = dtype_of(op);
        let made = self.mlx.with_stream(function, || match op {
            Op::Rope { x, rope } if let Some(rotation) = self.rotation(x, rope) => {
                ops::matmul(tensor(function, x)?, rotation).map_err(|error| failed(function, &error))
            }
            op => launch(op),
        });
        let array = made.inspect_err(|error| {
            // Whatever MLX itself refuses is its own error.
            if !matches!(error, KernelError::Backend { .. }) {
                self.account.refused();
            }
        })?;
        let shape: Vec<_> = array.shape().iter().map(|dim| usize::try_from(*dim).unwrap_or_default()).collect();
        Ok(Resident::new(&shape, dtype, Handle::Tensor(Shared::new(array))))
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        let array = self.known(tensor("download", x))?;
        self.account.evaluated();
        self.mlx.with_stream("download", || to_host("download", &array))
    }

    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<()> {
        let function = "download";
        let array = self.known(tensor(function, x))?;
        self.account.evaluated();
        self.mlx.with_stream(function, || {
            let array = array.as_dtype(mlx_rs::Dtype::Float32).map_err(|error| failed(function, &error))?;
            values_into(function, &array, floats)
        })
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        let arrays = self.known(xs.iter().map(|x| tensor("wait", x)).collect::<Result<Vec<_>>>())?;
        self.account.evaluated();
        self.mlx.with_stream("wait", || transforms::eval(&arrays).map_err(|error| failed("wait", &error)))
    }

    /// Of all that uses MLX in this process.
    fn memory(&self) -> Option<usize> {
        memory::active_memory().ok()
    }
}

/// Results are of the type of the first operand.
fn dtype_of(op: Op<'_>) -> crate::Dtype {
    match op {
        Op::Embedding { table: x, .. }
        | Op::Attention { q: x, .. }
        | Op::Mul { a: x, .. }
        | Op::Add { a: x, .. }
        | Op::Linear { x, .. }
        | Op::RmsNorm { x, .. }
        | Op::Rope { x, .. }
        | Op::Silu { x }
        | Op::Reshape { x, .. }
        | Op::Transpose { x, .. }
        | Op::Write { x, .. }
        | Op::Narrow { x, .. } => x.dtype(),
    }
}

fn launch(op: Op<'_>) -> Result<Array> {
    let function = op.name();
    let tensor = |x| tensor(function, x);
    let made: Made = match op {
        Op::Embedding { table, ids } => return embedding(table, ids),
        Op::Linear { x, weight } => {
            let x = tensor(x)?;
            match weight.handle::<Handle>(function)? {
                Handle::Dense { transposed, .. } => ops::matmul(&x, transposed.array()),
                Handle::Quantized(parts, Quantization { group, bits }) => {
                    let [packed, scales, biases] = parts.each_ref().map(Shared::array);
                    ops::quantized_matmul(&x, packed, scales, &biases, true, *group as i32, *bits as i32)
                }
                Handle::Tensor(_) => return Err(no_matrix(function, weight)),
            }
        }
        Op::RmsNorm { x, weight, eps } => fast::rms_norm(tensor(x)?, Some(&tensor(weight)?), eps),
        Op::Rope { x, rope } => {
            let traditional = rope.layout == RopeLayout::Interleaved;
            fast::rope(tensor(x)?, rope.dims as i32, traditional, rope.base, rope.scale, rope.offset, None)
        }
        Op::Attention { q, k, v, scale } => {
            // A single query sees every key.
            let causal = q.shape().get(2) != Some(&1);
            let mask = causal.then_some(ScaledDotProductAttentionMask::Causal);
            fast::scaled_dot_product_attention(tensor(q)?, tensor(k)?, tensor(v)?, scale, mask, None)
        }
        Op::Silu { x } => {
            let x = tensor(x)?;
            ops::sigmoid(&x).and_then(|gate| x.multiply(gate))
        }
        Op::Mul { a, b } => tensor(a)?.multiply(tensor(b)?),
        Op::Add { a, b } => tensor(a)?.add(tensor(b)?),
        Op::Reshape { x, shape } => tensor(x)?.reshape(&dims(function, shape)?),
        Op::Transpose { x, axes } => {
            // A negative number would be an axis to MLX, counted from the end.
            let axes: Vec<_> = axes.iter().map(|axis| i32::try_from(*axis).unwrap_or(i32::MAX)).collect();
            tensor(x)?.transpose_axes(&axes)
        }
        Op::Write { x, part, axis, start } => {
            check_write(x, part, axis, start)?;
            let length = part.shape().get(axis).copied().unwrap_or_default();
            let at = part_at(function, x, axis, start, length)?;
            let (mut x, part) = (tensor(x)?, tensor(part)?);
            x.try_index_mut(&at[..], &part).map(|()| x)
        }
        Op::Narrow { x, axis, start, length } => {
            let at = part_at(function, x, axis, start, length)?;
            tensor(x)?.try_index(&at[..])
        }
    };
    made.map_err(|error| failed(function, &error))
}

/// What a row of `width` elements is multiplied by.
fn rotation(rope: Rope, width: usize) -> Vec<f32> {
    let mut matrix = vec![0.0_f32; width * width];
    let mut set = |row: usize, column: usize, value: f64| matrix[row * width + column] = value as f32;
    let half = rope.dims / 2;
    for pair in 0..half {
        let frequency = f64::from(rope.base).powf(-2.0 * pair as f64 / rope.dims as f64);
        let (sin, cos) = (f64::from(rope.offset) * f64::from(rope.scale) * frequency).sin_cos();
        let (a, b) = match rope.layout {
            RopeLayout::Halves => (pair, pair + half),
            RopeLayout::Interleaved => (2 * pair, 2 * pair + 1),
        };
        set(a, a, cos);
        set(b, a, -sin);
        set(a, b, sin);
        set(b, b, cos);
    }
    for passed in rope.dims..width {
        set(passed, passed, 1.0);
    }
    matrix
}

fn embedding(table: &Resident, ids: &[u32]) -> Result<Array> {
    let function = "embedding";
    // MLX reads whatever is at the place.
    check_ids(ids, table.shape().first().copied().unwrap_or_default())?;
    let ids = Array::from_slice(ids, &dims(function, &[ids.len()])?);
    let rows = |array: &Shared| array.array().take_axis(&ids, 0);
    let made = || match table.handle::<Handle>(function)? {
        Handle::Dense { w, .. } => rows(w).map_err(|error| failed(function, &error)),
        Handle::Quantized([packed, scales, biases], Quantization { group, bits }) => {
            (|| ops::dequantize(rows(packed)?, rows(scales)?, &rows(biases)?, *group as i32, *bits as i32))()
                .map_err(|error: Exception| failed(function, &error))
        }
        Handle::Tensor(_) => Err(no_matrix(function, table)),
    };
    made()
}

/// From `start` on, as many as `length`, along one axis. MLX would clamp what is beyond the end.
fn part_at(
    function: &'static str,
    x: &Resident,
    axis: usize,
    start: usize,
    length: usize,
) -> Result<Vec<ArrayIndexOp<'static>>> {
    check_part(function, x, axis, start, length)?;
    let whole = (0..axis).map(|_| (..).index_op());
    Ok(whole.chain([(start as i32..(start + length) as i32).index_op()]).collect())
}

fn tensor(function: &'static str, x: &Resident) -> Result<Array> {
    match x.handle::<Handle>(function)? {
        Handle::Tensor(array) => Ok(array.array()),
        Handle::Dense { .. } | Handle::Quantized(..) => Err(is_matrix(function, x)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{Kernels, Quantized};
    use crate::mlx::MlxDevice;
    use crate::reference::Reference;

    fn cpu() -> Memory {
        Memory::new(Mlx::open(MlxDevice::Cpu).unwrap())
    }

    fn floats(shape: &[usize]) -> Tensor {
        Tensor::f32(shape, vec![1.0; shape.iter().product()]).unwrap()
    }

    /// Where the elements of a computed tensor are.
    fn place(x: &Resident) -> *const f32 {
        tensor("test", x).unwrap().try_as_slice::<f32>().unwrap().as_ptr()
    }

    #[test]
    fn a_write_is_in_place_when_nobody_else_has_the_tensor() {
        let device = cpu();
        let part = device.upload(&Tensor::f32(&[1, 2, 1, 16], vec![7.0; 32]).unwrap()).unwrap();
        let mut x = device.upload(&floats(&[1, 2, 256, 16])).unwrap();
        let begin = place(&x);
        for start in 0..10 {
            x = device.launch(Op::Write { x: &x, part: &part, axis: 2, start }).unwrap();
            // As attention does: a view of it, which is gone afterwards.
            let seen = device.launch(Op::Narrow { x: &x, axis: 2, start: 0, length: start + 1 }).unwrap();
            assert_eq!(device.download(&seen).unwrap().to_f64().iter().sum::<f64>(), 7.0 * 32.0 * (start + 1) as f64);
            device.wait(&[&x]).unwrap();
            assert_eq!(place(&x), begin, "the write at {start} has made a copy");
        }
        let held = x.clone();
        x = device.launch(Op::Write { x: &x, part: &part, axis: 2, start: 100 }).unwrap();
        device.wait(&[&x]).unwrap();
        assert_ne!(place(&x), begin, "somebody else has it");
        assert_eq!((place(&held), device.download(&held).unwrap().to_f64()[100 * 16]), (begin, 1.0));
    }

    /// The count is of the whole process, in which other tests run: the tensors are large.
    #[test]
    fn memory_is_what_tensors_occupy() {
        const MEGABYTE: usize = 1 << 20;
        let device = cpu();
        let before = device.memory().unwrap();
        let held = |what: &str, megabytes: usize| {
            let held = device.memory().unwrap().saturating_sub(before);
            let range = (megabytes * MEGABYTE).saturating_sub(16 * MEGABYTE)..(megabytes + 16) * MEGABYTE;
            assert!(range.contains(&held), "{what}: {held} bytes are held, and not {megabytes} MB");
        };
        let x = device.upload(&floats(&[4096, 8192])).unwrap();
        held("a tensor", 128);
        let y = device.launch(Op::Add { a: &x, b: &x }).unwrap();
        held("what was not computed", 128);
        device.wait(&[&y]).unwrap();
        held("what was computed", 256);
        let again = x.clone();
        drop(x);
        held("of which a clone is left", 256);
        drop((again, y));
        held("nothing", 0);
        let w = device.upload_matrix(&Matrix::Dense(floats(&[4096, 8192]))).unwrap();
        held("a matrix, whose transpose is a view", 128);
        drop(w);
        held("nothing", 0);
    }

    #[test]
    fn what_does_not_fit_is_refused_before_mlx_sees_it() {
        let device = cpu();
        let w = Reference.quantize(&floats(&[3, 64]), Quantization { group: 32, bits: 4 }).unwrap();
        let broken = [
            Quantized { packed: Vec::new(), ..w.clone() },
            Quantized { biases: floats(&[1, 2]), ..w.clone() },
            Quantized { columns: 96, ..w },
        ];
        for w in broken {
            let refused = device.upload_matrix(&Matrix::Quantized(w)).unwrap_err();
            assert!(!matches!(refused, KernelError::Backend { .. }), "{refused}");
        }
        let x = device.upload(&floats(&[2, 3])).unwrap();
        let part = device.upload(&floats(&[1, 1])).unwrap();
        assert!(device.launch(Op::Write { x: &x, part: &part, axis: 1, start: 0 }).is_err(), "it was repeated");
        let integers = device.upload(&Tensor::i32(&[2, 1], [1, 2]).unwrap()).unwrap();
        assert!(device.launch(Op::Write { x: &x, part: &integers, axis: 1, start: 0 }).is_err(), "it was converted");
        assert!(device.launch(Op::Transpose { x: &x, axes: &[0, usize::MAX] }).is_err(), "it counted from the end");
        assert!(device.launch(Op::Transpose { x: &x, axes: &[0, 2] }).is_err());
    }

    #[cfg(feature = "inference")]
    mod decoding {
        use std::ffi::{c_int, c_void};

        use super::*;
        use crate::inference::fake::{load, weights};
        use crate::inference::model::Positions;

        // SAFETY: these are the C library's, as the standard declares them.
        unsafe extern "C" {
            fn tmpfile() -> *mut mlx_sys::FILE;
            fn rewind(file: *mut mlx_sys::FILE);
            fn fread(to: *mut c_void, size: usize, count: usize, file: *mut mlx_sys::FILE) -> usize;
            fn fclose(file: *mut mlx_sys::FILE) -> c_int;
        }

        /// How many operations MLX has noted and not computed, on the way to this tensor.
        fn noted(x: &Resident) -> usize {
            let array = tensor("test", x).unwrap();
            let mut text = vec![0_u8; 1 << 20];
            // SAFETY: the file is open until it is closed at the end, the vector and the namer are valid until they are freed,
            // and the buffer is as long as is said.
            unsafe {
                let (file, namer) = (tmpfile(), mlx_sys::mlx_node_namer_new());
                assert!(!file.is_null(), "there is no temporary file");
                let outputs = mlx_sys::mlx_vector_array_new_value(array.as_ptr());
                assert_eq!(mlx_sys::mlx_print_graph(file, namer, outputs), 0);
                rewind(file);
                let length = fread(text.as_mut_ptr().cast(), 1, text.len(), file);
                assert!(length < text.len(), "the graph is longer than that");
                text.truncate(length);
                mlx_sys::mlx_vector_array_free(outputs);
                mlx_sys::mlx_node_namer_free(namer);
                fclose(file);
            }
            // A line for each, and two for what goes in and what comes out.
            text.iter().filter(|byte| **byte == b'\n').count()
        }

        #[test]
        fn a_token_takes_no_more_operations_than_the_one_before() {
            let device = cpu();
            let llama = load(&weights(1024), &device);
            let mut cache = llama.cache();
            llama.read(&device, &[1; 10], &mut cache).unwrap();
            let mut steps = Vec::new();
            for token in 10..=500 {
                let capacity = cache.capacity();
                let logits = llama.forward(&device, &[token], &mut cache, Positions::Last).unwrap();
                // Where the cache becomes larger, what it held is copied.
                if cache.capacity() == capacity {
                    steps.push((token, noted(&logits)));
                }
                device.wait(&[&logits]).unwrap();
            }
            assert_eq!(steps.len(), 490);
            assert!(steps[0].1 > 40, "{} operations are no model", steps[0].1);
            // Fewer where the cache is full, of which attention then needs no part.
            assert_eq!(steps.iter().find(|step| step.1 > steps[0].1), None, "token 10 took {}", steps[0].1);
        }
    }
}
