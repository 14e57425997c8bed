//! Devices that misbehave on purpose, and one that keeps account. Each stands around a real one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::{KernelError, Tensor};

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// What a device is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Upload,
    Launch,
    Start,
    Download,
    Wait,
}

/// A device with something that happens before each call, which may refuse it.
pub struct Around<F> {
    inner: Arc<dyn Device>,
    before: F,
    /// What makes numbers of the next result that is copied into none.
    spoil: Arc<AtomicUsize>,
}

impl<F: Fn(Call, &'static str) -> Result<()> + Send + Sync> Around<F> {
    pub fn new(inner: &Arc<dyn Device>, before: F) -> Self {
        Self { inner: Arc::clone(inner), before, spoil: Arc::default() }
    }
}

impl<F: Fn(Call, &'static str) -> Result<()> + Send + Sync> Device for Around<F> {
    fn upload(&self, x: &Tensor) -> Result {
        (self.before)(Call::Upload, "upload")?;
        self.inner.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result {
        (self.before)(Call::Upload, "upload")?;
        self.inner.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result {
        (self.before)(Call::Launch, op.name())?;
        self.inner.launch(op)
    }

    fn start(&self, xs: &[&Resident]) -> Result<()> {
        (self.before)(Call::Start, "start")?;
        self.inner.start(xs)
    }

    fn finish(&self) -> Result<()> {
        self.inner.finish()
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        (self.before)(Call::Download, "download")?;
        let copied = self.inner.download(x)?;
        // It counts down to 1, which is the one, and stays 0.
        match self.spoil.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(1) => Tensor::f32(copied.shape(), vec![f32::NAN; copied.len()]).map_err(|error| KernelError::Backend {
                function: "download",
                library: "fake",
                message: error.to_string(),
            }),
            _ => Ok(copied),
        }
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        (self.before)(Call::Wait, "wait")?;
        self.inner.wait(xs)
    }

    fn trim(&self) {
        self.inner.trim();
    }

    fn memory(&self) -> Option<usize> {
        self.inner.memory()
    }
}

/// How often a device was asked for something.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    launches: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
}

impl Counts {
    /// Operations that were begun.
    pub fn launches(&self) -> usize {
        self.launches.load(Ordering::SeqCst)
    }

    /// Operations, starts, copies and waits.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn note(&self, call: Call) -> usize {
        if call == Call::Launch {
            self.launches.fetch_add(1, Ordering::SeqCst);
        }
        self.calls.fetch_add(1, Ordering::SeqCst)
    }
}

/// A device that counts.
pub fn counting(inner: &Arc<dyn Device>) -> (Arc<dyn Device>, Counts) {
    let counts = Counts::default();
    let noting = counts.clone();
    let device = Around::new(inner, move |call, _| {
        noting.note(call);
        Ok(())
    });
    (Arc::new(device), counts)
}

/// A device that fails at one call, counted from 0, and works before and after it.
pub fn failing(inner: &Arc<dyn Device>, at: usize) -> Arc<dyn Device> {
    let counts = Counts::default();
    Arc::new(Around::new(inner, move |call, function| {
        if counts.note(call) == at {
            let message = format!("call {at} fails on purpose");
            return Err(KernelError::Backend { function, library: "fake", message });
        }
        Ok(())
    }))
}

/// A device that takes its time for each result.
pub fn slow(inner: &Arc<dyn Device>, pause: Duration) -> Arc<dyn Device> {
    Arc::new(Around::new(inner, move |call, _| {
        if call == Call::Download {
            std::thread::sleep(pause);
        }
        Ok(())
    }))
}

/// Something to do at one call, once.
#[derive(Clone, Default)]
pub struct Trap {
    armed: Arc<Mutex<Option<Armed>>>,
    spoil: Arc<AtomicUsize>,
}

struct Armed {
    calls_left: usize,
    spring: Box<dyn FnOnce() -> Result<()> + Send>,
}

impl Trap {
    /// Does it at the call of this number from now on, counted from 0, before the device is asked.
    pub fn arm(&self, at: usize, spring: impl FnOnce() + Send + 'static) {
        self.arm_with(at, move || {
            spring();
            Ok(())
        });
    }

    /// The same, and what it returns is what the device says where it is an error.
    pub fn arm_with(&self, at: usize, spring: impl FnOnce() -> Result<()> + Send + 'static) {
        *self.lock() = Some(Armed { calls_left: at, spring: Box::new(spring) });
    }

    /// Of the results that are copied from now on, the one of this number, counted from 0, is no number anywhere.
    pub fn spoil(&self, at: usize) {
        self.spoil.store(at + 1, Ordering::SeqCst);
    }

    /// Whether it was not done.
    pub fn is_armed(&self) -> bool {
        self.lock().is_some() || self.spoil.load(Ordering::SeqCst) > 0
    }

    fn pass(&self) -> Result<()> {
        let mut armed = self.lock();
        match &mut *armed {
            Some(Armed { calls_left: 0, .. }) => {
                let sprung = armed.take();
                drop(armed);
                return sprung.map_or(Ok(()), |sprung| (sprung.spring)());
            }
            Some(Armed { calls_left, .. }) => *calls_left -= 1,
            None => {}
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A device with a trap, that counts as well.
pub fn trapped(inner: &Arc<dyn Device>) -> (Arc<dyn Device>, Trap, Counts) {
    let (trap, counts) = (Trap::default(), Counts::default());
    let (own, noting) = (trap.clone(), counts.clone());
    let mut device = Around::new(inner, move |call, _| {
        noting.note(call);
        own.pass()
    });
    device.spoil = Arc::clone(&trap.spoil);
    (Arc::new(device), trap, counts)
}
