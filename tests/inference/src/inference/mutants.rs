//! That the true tests can fail: a mutant for each, which no other one of them notices. The tokenizer's stands with its tests:
//! it has no device, and these have no text.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{KernelError, Kernels, Rope, Tensor};
use crosscheck_inference::generate::TokenStream;

use super::Outcome;
use super::cancellation::assert_dropping_stops_the_work;
use super::fixture::Model;
use super::gpu::assert_equal_devices;
use super::prefill::assert_parts_equal_the_whole;

type Result<T = Resident> = std::result::Result<T, KernelError>;
type Hold = fn(TokenStream) -> Box<dyn Any + Send>;

/// The true tests that fail for this device and this way of holding a stream.
fn failing(device: &Arc<dyn Device>, hold: Hold) -> Vec<&'static str> {
    let load = |device: &dyn Device| Model::Safetensors.load(device);
    let reference = Reference.device().unwrap();
    let tests: [(&str, &dyn Fn() -> Outcome); 3] = [
        ("parts equal the whole", &|| assert_parts_equal_the_whole(&load(&**device)?, device)),
        ("devices are equal", &|| assert_equal_devices(load, device, &reference)),
        ("dropping stops the work", &|| assert_dropping_stops_the_work(load(&**device)?, device, hold)),
    ];
    let fails = |test: &dyn Fn() -> Outcome| !matches!(panic::catch_unwind(AssertUnwindSafe(test)), Ok(Ok(())));
    tests.into_iter().filter(|(_, test)| fails(test)).map(|(name, _)| name).collect()
}

fn as_it_is(stream: TokenStream) -> Box<dyn Any + Send> {
    Box::new(stream)
}

/// A stream that goes on whether it is held or not.
fn that_keeps_computing(mut stream: TokenStream) -> Box<dyn Any + Send> {
    thread::spawn(move || while stream.next_blocking().is_some() {});
    Box::new(())
}

#[test]
fn each_is_noticed_by_its_own_test_alone() {
    let reference = Reference.device().unwrap();
    assert_eq!(failing(&reference, as_it_is), [""; 0]);
    assert_eq!(failing(&off_by_one(&reference), as_it_is), ["parts equal the whole"]);
    assert_eq!(failing(&wrong_mask(&reference), as_it_is), ["devices are equal"]);
    assert_eq!(failing(&reference, that_keeps_computing), ["dropping stops the work"]);
}

/// A mutant: an operation is replaced by what the function makes of it.
struct Mutant<F> {
    inner: Arc<dyn Device>,
    launch: F,
}

impl<F: Fn(&dyn Device, Op<'_>) -> Result + Send + Sync> Mutant<F> {
    fn new(inner: &Arc<dyn Device>, launch: F) -> Self {
        Self { inner: Arc::clone(inner), launch }
    }
}

impl<F: Fn(&dyn Device, Op<'_>) -> Result + Send + Sync> Device for Mutant<F> {
    fn upload(&self, x: &Tensor) -> Result {
        self.inner.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result {
        self.inner.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result {
        (self.launch)(&*self.inner, op)
    }

    fn start(&self, xs: &[&Resident]) -> Result<()> {
        self.inner.start(xs)
    }

    fn finish(&self) -> Result<()> {
        self.inner.finish()
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        self.inner.download(x)
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        self.inner.wait(xs)
    }

    fn trim(&self) {
        self.inner.trim();
    }

    fn memory(&self) -> Option<usize> {
        self.inner.memory()
    }
}

/// Counts positions from one too few as soon as there is something in the cache.
fn off_by_one(inner: &Arc<dyn Device>) -> Arc<dyn Device> {
    Arc::new(Mutant::new(inner, |device, op| match op {
        Op::Rotation { rope, length, width } if rope.offset > 0 => {
            device.launch(Op::Rotation { rope: Rope { offset: rope.offset - 1, ..rope }, length, width })
        }
        op => device.launch(op),
    }))
}

/// Hides the first key from every query but the first.
fn wrong_mask(inner: &Arc<dyn Device>) -> Arc<dyn Device> {
    Arc::new(Mutant::new(inner, |device, op| match op {
        Op::Attention { q, k, v, scale } => {
            let (rows, keys) = (q.shape()[2], k.shape()[2]);
            let size = q.shape().iter().product::<usize>();
            let mut y = device.upload(&Tensor::f32(q.shape(), vec![0.0; size])?)?;
            for row in 0..rows {
                let position = keys - rows + row;
                let (start, length) = if position == 0 { (0, 1) } else { (1, position) };
                let q = device.launch(Op::Narrow { x: q, axis: 2, start: row, length: 1 })?;
                let k = device.launch(Op::Narrow { x: k, axis: 2, start, length })?;
                let v = device.launch(Op::Narrow { x: v, axis: 2, start, length })?;
                let part = device.launch(Op::Attention { q: &q, k: &k, v: &v, scale })?;
                y = device.launch(Op::Write { x: &y, part: &part, axis: 2, start: row })?;
            }
            Ok(y)
        }
        op => device.launch(op),
    }))
}
