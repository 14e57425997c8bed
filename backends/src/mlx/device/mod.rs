//! MLX's own memory as a device. Operations are only noted until a tensor is fetched or waited for.

mod launch;
mod row;

use std::sync::{Arc, Mutex, PoisonError};

use mlx_rs::{Array, Stream, memory, transforms};

use super::account::DeviceAccount;
use super::convert::{dims, quantized_to_device, to_device, to_host, values_into};
use super::{Made, Mlx, MlxDevice, Result, failed};
use crate::device::{Device, Matrix, Op, Resident, is_matrix, is_rotation};
use crate::error::KernelError;
use crate::kernels::{Quantization, Rope};
use crate::tensor::Tensor;
use crate::validate;
use launch::launch;
use row::Row;

/// What a resident tensor is to MLX.
enum Handle {
    /// The elements in their order. The shape may be another one than the tensor's: most operations of a decoder do not need
    /// the one that its contract is written in.
    Tensor(Shared),
    /// `[K]`, and the view of it that goes with a row, `[1, K]`.
    Vector { x: Shared, row: Shared },
    /// `[N, K]` and the view of it that a product wants, `[K, N]`.
    Dense { w: Shared, transposed: Shared },
    /// Words, scales and biases.
    Quantized([Shared; 3], Quantization),
    /// What [`Op::Rope`] rotates by, and the matrix that does it where there is one.
    Rotation { rope: Rope, matrix: Option<Shared> },
}

/// An array that several threads may hold: mlx-rs lets a handle move between threads, not be used by two at a time.
#[derive(Debug)]
struct Shared(Mutex<Array>);

impl Shared {
    fn new(array: Array) -> Self {
        Self(Mutex::new(array))
    }

    /// Another handle of the same array.
    fn array(&self) -> Array {
        self.with(Array::clone)
    }

    /// Does something with this handle. What is done may ask for the parts of a matrix, a vector or a rotation, and for no
    /// other tensor: two threads would wait for each other.
    fn with<T>(&self, f: impl FnOnce(&Array) -> T) -> T {
        f(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The memory of a device of MLX.
#[derive(Debug)]
pub(super) struct Memory {
    mlx: Mlx,
    account: Arc<DeviceAccount>,
    /// On a CPU.
    row: Option<Row>,
}

impl Memory {
    pub fn new(mlx: Mlx) -> Self {
        let row = (mlx.device == MlxDevice::Cpu).then(Row::new);
        Self { mlx, account: DeviceAccount::opened_here(), row }
    }

    /// Notes a call that was refused before MLX saw it.
    fn known<T>(&self, operands: Result<T>) -> Result<T> {
        operands.inspect_err(|_| self.account.refused())
    }
}

impl Device for Memory {
    fn upload(&self, x: &Tensor) -> Result<Resident> {
        let function = "upload";
        let handle = self.mlx.with_stream(function, || {
            let array = to_device(function, x)?;
            let &[length] = x.shape() else { return Ok(Handle::Tensor(Shared::new(array))) };
            self.account.evaluated();
            let row = array.reshape(&[1, length as i32]).and_then(|row| row.eval().map(|()| row));
            let row = Shared::new(row.map_err(|error| failed(function, &error))?);
            Ok(Handle::Vector { x: Shared::new(array), row })
        })?;
        Ok(Resident::new(x.shape(), x.dtype(), handle))
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
        let made = self.mlx.with_stream(function, || launch(self.row.as_ref(), op));
        made.inspect_err(|error| {
            // Whatever MLX itself refuses is its own error.
            if !matches!(error, KernelError::Backend { .. }) {
                self.account.refused();
            }
        })
    }

    fn start(&self, xs: &[&Resident]) -> Result<()> {
        let function = "start";
        let arrays =
            self.known(xs.iter().map(|x| elements(function, x).map(Shared::array)).collect::<Result<Vec<_>>>())?;
        self.mlx.with_stream(function, || transforms::async_eval(&arrays).map_err(|error| failed(function, &error)))
    }

    fn finish(&self) -> Result<()> {
        self.mlx.with_stream("finish", || {
            let stream = Stream::thread_local_or_default();
            // SAFETY: the stream is valid.
            match unsafe { mlx_sys::mlx_synchronize(stream.as_ptr()) } {
                0 => Ok(()),
                status => {
                    let message = format!("the stream could not be waited for: status {status}");
                    Err(KernelError::Backend { function: "finish", library: "MLX", message })
                }
            }
        })
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        let function = "download";
        self.known(elements(function, x))?;
        self.account.evaluated();
        self.mlx.with_stream(function, || to_host(function, &tensor(function, x)?))
    }

    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<()> {
        let function = "download";
        let array = self.known(elements(function, x))?.array();
        self.account.evaluated();
        self.mlx.with_stream(function, || {
            let array = array.as_dtype(mlx_rs::Dtype::Float32).map_err(|error| failed(function, &error))?;
            values_into(function, &array, floats)
        })
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        let arrays =
            self.known(xs.iter().map(|x| elements("wait", x).map(Shared::array)).collect::<Result<Vec<_>>>())?;
        self.account.evaluated();
        self.mlx.with_stream("wait", || transforms::eval(&arrays).map_err(|error| failed("wait", &error)))
    }

    /// What all that uses MLX in this process has freed, of which MLX 0.32 keeps 32 MiB at most on a CPU.
    fn trim(&self) {
        // When it cannot, the memory is still there for other tensors.
        drop(memory::clear_cache());
    }

    /// Of all that uses MLX in this process, without what it keeps for tensors to come.
    fn memory(&self) -> Option<usize> {
        memory::active_memory().ok()
    }
}

/// The elements of a tensor, in any shape.
fn elements<'a>(function: &'static str, x: &'a Resident) -> Result<&'a Shared> {
    match x.handle::<Handle>(function)? {
        Handle::Tensor(x) | Handle::Vector { x, .. } => Ok(x),
        Handle::Dense { .. } | Handle::Quantized(..) => Err(is_matrix(function, x)),
        Handle::Rotation { .. } => Err(is_rotation(function, x)),
    }
}

/// A tensor in its shape.
fn tensor(function: &'static str, x: &Resident) -> Result<Array> {
    with(function, x, |x| Ok(x.clone()))?.map_err(|error| failed(function, &error))
}

/// Does something with a tensor in its shape, under the condition of [`Shared::with`].
fn with(function: &'static str, x: &Resident, f: impl FnOnce(&Array) -> Made) -> Result<Made> {
    let handle = elements(function, x)?;
    handle.with(|array| {
        if array.shape().iter().map(|dim| *dim as usize).eq(x.shape().iter().copied()) {
            return Ok(f(array));
        }
        let shape = dims(function, x.shape())?;
        Ok(array.reshape(&shape).and_then(|array| f(&array)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Dtype;
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
        elements("test", x).unwrap().with(|x| x.try_as_slice::<f32>().unwrap().as_ptr())
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

    /// This count too is of the whole process. On a CPU, MLX 0.32 keeps 32 MiB.
    #[test]
    fn what_was_freed_is_given_back() {
        const LARGE: usize = 4 << 20;
        let device = cpu();
        let x = device.upload(&floats(&[1024, 1024])).unwrap();
        let y = device.launch(Op::Add { a: &x, b: &x }).unwrap();
        device.wait(&[&y]).unwrap();
        device.finish().unwrap();
        drop((x, y));
        assert!(memory::cache_memory().unwrap() >= LARGE, "MLX keeps nothing: there is nothing to give back");
        device.trim();
        assert!(memory::cache_memory().unwrap() < LARGE);
    }

    #[test]
    fn floats_come_in_place_of_what_was_there() {
        let device = cpu();
        for dtype in [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I32] {
            let x = device.upload(&Tensor::from_f64(&[3], dtype, &[1.0, -2.0, 4.0]).unwrap()).unwrap();
            let mut floats = vec![9.0; 5];
            device.download_floats(&x, &mut floats).unwrap();
            assert_eq!(floats, [1.0, -2.0, 4.0], "{dtype:?}");
        }
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

        /// Computes nothing before it is waited for.
        struct Unstarted(Memory);

        impl Device for Unstarted {
            fn upload(&self, x: &Tensor) -> Result<Resident> {
                self.0.upload(x)
            }

            fn upload_matrix(&self, w: &Matrix) -> Result<Resident> {
                self.0.upload_matrix(w)
            }

            fn launch(&self, op: Op<'_>) -> Result<Resident> {
                self.0.launch(op)
            }

            fn download(&self, x: &Resident) -> Result<Tensor> {
                self.0.download(x)
            }

            fn wait(&self, xs: &[&Resident]) -> Result<()> {
                self.0.wait(xs)
            }

            fn memory(&self) -> Option<usize> {
                self.0.memory()
            }
        }

        #[test]
        fn what_was_started_needs_no_more_operations() {
            let device = cpu();
            let x = device.upload(&floats(&[64, 64])).unwrap();
            let y = device.launch(Op::Add { a: &x, b: &x }).unwrap();
            assert_eq!(noted(&y), noted(&x) + 1);
            device.start(&[&y]).unwrap();
            assert_eq!(noted(&y), noted(&x));
            device.finish().unwrap();
            assert_eq!(device.download(&y).unwrap().to_f64(), [2.0; 64 * 64]);
        }

        #[test]
        fn a_token_takes_no_more_operations_than_the_one_before() {
            let device = Unstarted(cpu());
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
