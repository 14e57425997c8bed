//! What MLX's memory promises.

use super::*;
use crate::kernels::Kernels;
use crate::params::{Quantization, Quantized};
use crate::reference::Reference;
use crate::tensor::Layout;

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
fn a_write_is_in_place_when_the_tensor_is_not_shared() {
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
    assert_ne!(place(&x), begin, "it is shared");
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

/// By columns, as far as a BLAS multiplies them; and in the order of the tensor where another product of MLX's does.
#[test]
fn a_matrix_is_in_the_order_that_products_read() {
    let device = cpu();
    for (dtype, strides) in [(Dtype::F32, [3, 1]), (Dtype::F16, [1, 2]), (Dtype::BF16, [1, 2])] {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let matrix = Tensor::from_f64(&[3, 2], dtype, &values).unwrap();
        for layout in [Layout::RowMajor, Layout::Transposed] {
            let w = device.upload_matrix(&Matrix::Dense(matrix.clone().with_layout(layout))).unwrap();
            let Handle::Dense { transposed, .. } = w.handle("test").unwrap() else { panic!("{w:?}") };
            let found = transposed.with(|transposed| transposed.strides().to_vec());
            if dtype == Dtype::F32 || layout == Layout::RowMajor {
                assert_eq!(found, strides, "{dtype:?} {layout:?}");
            }
            let rows = device.launch(Op::Embedding { table: &w, ids: &[2, 0, 1] }).unwrap();
            assert_eq!(
                device.download(&rows).unwrap().to_f64(),
                [5.0, 6.0, 1.0, 2.0, 3.0, 4.0],
                "{dtype:?} {layout:?}"
            );
        }
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

#[test]
fn what_was_started_needs_no_more_operations() {
    let device = cpu();
    let x = device.upload(&floats(&[64, 64])).unwrap();
    let y = device.launch(Op::Add { a: &x, b: &x }).unwrap();
    assert_eq!(pending_operations(&y).unwrap(), pending_operations(&x).unwrap() + 1);
    device.start(&[&y]).unwrap();
    assert_eq!(pending_operations(&y).unwrap(), pending_operations(&x).unwrap());
    device.finish().unwrap();
    assert_eq!(device.download(&y).unwrap().to_f64(), [2.0; 64 * 64]);
}
