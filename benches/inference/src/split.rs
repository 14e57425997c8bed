//! How much of the time is spent inside of a device's evaluation.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::{KernelError, Tensor};

/// Where time was spent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Split {
    /// The device computed, or was given more to compute: from the first start to the end of the wait for the result.
    pub evaluating: Duration,
    /// Of that, operations were noted: the device computed what it was given before.
    pub noting_beside: Duration,
    /// Operations were noted while the device had nothing to do.
    pub noting: Duration,
    /// What had been computed was copied to the host.
    pub fetching: Duration,
    /// How many operations were noted.
    pub launches: usize,
}

impl Split {
    /// What came since then.
    pub fn since(self, before: Self) -> Self {
        Self {
            evaluating: self.evaluating - before.evaluating,
            noting_beside: self.noting_beside - before.noting_beside,
            noting: self.noting - before.noting,
            fetching: self.fetching - before.fetching,
            launches: self.launches - before.launches,
        }
    }
}

/// A device that measures what another, lazy one spends its time with. One thread computes on it.
pub struct Splitting {
    device: Arc<dyn Device>,
    launches: AtomicUsize,
    /// How many of them the clock has seen.
    seen: AtomicUsize,
    /// Whether each operation of every second token is noted twice.
    alternately: AtomicBool,
    /// Whether those of this token are.
    twice: AtomicBool,
    clock: Mutex<Clock>,
}

#[derive(Default)]
struct Clock {
    split: Split,
    /// When the device was first started, since it was last waited for.
    started: Option<Instant>,
    /// When the operations began to be noted that were not started yet.
    noting: Option<Instant>,
    marks: Vec<Mark>,
}

/// A token is there: something was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// When.
    pub at: Instant,
    /// All that was spent until then.
    pub split: Split,
    /// Whether its operations were noted twice.
    pub twice: bool,
}

impl Clock {
    /// What was noted up to now is given to the device.
    fn noted(&mut self, now: Instant) {
        let Some(begin) = self.noting.take() else { return };
        let spent = if self.started.is_some() { &mut self.split.noting_beside } else { &mut self.split.noting };
        *spent += now - begin;
        self.started.get_or_insert(now);
    }
}

impl Splitting {
    /// Measures this device.
    pub fn new(device: Arc<dyn Device>) -> Self {
        let [launches, seen] = Default::default();
        Self {
            device,
            launches,
            seen,
            alternately: AtomicBool::default(),
            twice: AtomicBool::default(),
            clock: Mutex::default(),
        }
    }

    /// The tokens since this was last asked.
    pub fn marks(&self) -> Vec<Mark> {
        // Their memory is not part of what is measured.
        std::mem::replace(&mut self.clock().marks, Vec::with_capacity(1024))
    }

    /// Whether the operations of every second token are noted twice from now on: what that adds to a token is what noting
    /// costs, also where it is done beside the evaluation and takes the processor from it.
    pub fn note_twice_alternately(&self, alternately: bool) {
        self.alternately.store(alternately, Ordering::Relaxed);
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device for Splitting {
    fn upload(&self, x: &Tensor) -> Result<Resident, KernelError> {
        self.device.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident, KernelError> {
        self.device.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident, KernelError> {
        // The clock is looked at for the first operation only: it takes a part of what noting one takes.
        let launches = self.launches.fetch_add(1, Ordering::Relaxed);
        if self.seen.load(Ordering::Relaxed) == launches {
            self.clock().noting = Some(Instant::now());
        }
        if self.twice.load(Ordering::Relaxed) {
            drop(self.device.launch(op)?);
        }
        self.device.launch(op)
    }

    fn start(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        self.clock().noted(Instant::now());
        let started = self.device.start(xs);
        // What follows is noted beside what was started.
        self.clock().noting = Some(Instant::now());
        started
    }

    fn finish(&self) -> Result<(), KernelError> {
        self.device.finish()
    }

    fn download(&self, x: &Resident) -> Result<Tensor, KernelError> {
        self.device.download(x)
    }

    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<(), KernelError> {
        // Computed first, so that the copy is measured by itself.
        self.wait(&[x])?;
        let begin = Instant::now();
        let fetched = self.device.download_floats(x, floats);
        let mut clock = self.clock();
        let (now, launches) = (Instant::now(), self.launches.load(Ordering::Relaxed));
        clock.split.fetching += now - begin;
        clock.split.launches = launches;
        let twice = self.twice.load(Ordering::Relaxed);
        let mark = Mark { at: now, split: clock.split, twice };
        clock.marks.push(mark);
        self.seen.store(launches, Ordering::Relaxed);
        self.twice.store(self.alternately.load(Ordering::Relaxed) && !twice, Ordering::Relaxed);
        fetched
    }

    fn wait(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        self.clock().noted(Instant::now());
        let waited = self.device.wait(xs);
        let mut clock = self.clock();
        if let Some(started) = clock.started.take() {
            clock.split.evaluating += started.elapsed();
        }
        waited
    }

    fn trim(&self) {
        self.device.trim();
    }

    fn memory(&self) -> Option<usize> {
        self.device.memory()
    }
}
