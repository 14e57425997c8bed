//! How much of the time is spent inside of a device's evaluation.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::{KernelError, Tensor};

/// Where time was spent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Split {
    /// The device computed.
    pub evaluating: Duration,
    /// Operations were noted: the graph was built.
    pub launching: Duration,
    /// What had been computed was copied to the host.
    pub fetching: Duration,
    /// How many operations were noted.
    pub launches: u64,
}

impl Split {
    /// What came since then.
    pub fn since(self, before: Self) -> Self {
        Self {
            evaluating: self.evaluating - before.evaluating,
            launching: self.launching - before.launching,
            fetching: self.fetching - before.fetching,
            launches: self.launches - before.launches,
        }
    }
}

/// A device that measures what another, lazy one spends its time with.
pub struct Splitting {
    device: Arc<dyn Device>,
    evaluating: AtomicU64,
    launching: AtomicU64,
    fetching: AtomicU64,
    launches: AtomicU64,
    marks: Mutex<Vec<(Instant, Split)>>,
}

impl Splitting {
    /// Measures this device.
    pub fn new(device: Arc<dyn Device>) -> Self {
        let [evaluating, launching, fetching, launches] = Default::default();
        Self { device, evaluating, launching, fetching, launches, marks: Mutex::default() }
    }

    /// When something was fetched since this was last asked, which a decoder does once a token, and all that was spent until
    /// then.
    pub fn marks(&self) -> Vec<(Instant, Split)> {
        std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn so_far(&self) -> Split {
        let time = |counter: &AtomicU64| Duration::from_nanos(counter.load(Ordering::Relaxed));
        Split {
            evaluating: time(&self.evaluating),
            launching: time(&self.launching),
            fetching: time(&self.fetching),
            launches: self.launches.load(Ordering::Relaxed),
        }
    }
}

fn timed<T>(counter: &AtomicU64, f: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let made = f();
    counter.fetch_add(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
    made
}

impl Device for Splitting {
    fn upload(&self, x: &Tensor) -> Result<Resident, KernelError> {
        self.device.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident, KernelError> {
        self.device.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident, KernelError> {
        self.launches.fetch_add(1, Ordering::Relaxed);
        timed(&self.launching, || self.device.launch(op))
    }

    fn download(&self, x: &Resident) -> Result<Tensor, KernelError> {
        self.device.download(x)
    }

    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<(), KernelError> {
        // Computed first, so that the copy is measured by itself.
        self.wait(&[x])?;
        let fetched = timed(&self.fetching, || self.device.download_floats(x, floats));
        let mark = (Instant::now(), self.so_far());
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push(mark);
        fetched
    }

    fn wait(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        timed(&self.evaluating, || self.device.wait(xs))
    }

    fn memory(&self) -> Option<usize> {
        self.device.memory()
    }
}
