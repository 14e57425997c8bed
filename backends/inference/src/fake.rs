//! A tiny model, and a device that misbehaves on purpose, for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{panic, thread};

use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Host, KernelError, Tensor};
use crosscheck_fixtures::tiny_llama::{CONFIG, GGUF, SAFETENSORS};

use super::model::{Form, Llama};
use super::weights::Weights;

type Result<T = Resident> = std::result::Result<T, KernelError>;

pub fn host() -> Arc<dyn Device> {
    Arc::new(Host::new(Reference))
}

/// A model of 2 layers and 512 tokens, with an output of its own.
pub fn weights(context: usize) -> Weights {
    let config = str::from_utf8(CONFIG).unwrap();
    let config =
        config.replace(r#""max_position_embeddings": 1024"#, &format!(r#""max_position_embeddings": {context}"#));
    let weights = Weights::from_safetensors(config.as_bytes(), SAFETENSORS).unwrap();
    assert_eq!(weights.config().max_position_embeddings, context);
    weights
}

/// One whose matrices are quantized, and whose embedding is its output.
pub fn blocks() -> Weights {
    Weights::from_gguf(GGUF).unwrap()
}

pub fn load(weights: &Weights, device: &dyn Device) -> Llama {
    Llama::load(weights, device, Form::Dense, &mut |_, _| ()).unwrap()
}

/// What a device was asked for: the number of the call from 0, and its name.
pub type Before = dyn Fn(usize, Call<'_>) -> Result<()> + Send + Sync;

#[derive(Clone, Copy, Debug)]
pub enum Call<'a> {
    Upload,
    Launch(Op<'a>),
    Start,
    Download,
    Wait,
}

/// The host with something that happens before each call, which may refuse it.
pub struct Fake {
    inner: Arc<dyn Device>,
    calls: AtomicUsize,
    finished: AtomicUsize,
    trimmed: AtomicUsize,
    before: Box<Before>,
}

impl Fake {
    pub fn new(before: impl Fn(usize, Call<'_>) -> Result<()> + Send + Sync + 'static) -> Self {
        let [calls, finished, trimmed] = Default::default();
        Self { inner: host(), calls, finished, trimmed, before: Box::new(before) }
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How often it gave memory back.
    pub fn trimmed(&self) -> usize {
        self.trimmed.load(Ordering::SeqCst)
    }

    /// How often it was waited for what it had started.
    pub fn finished(&self) -> usize {
        self.finished.load(Ordering::SeqCst)
    }

    fn note(&self, call: Call<'_>) -> Result<()> {
        (self.before)(self.calls.fetch_add(1, Ordering::SeqCst), call)
    }
}

impl Device for Fake {
    fn upload(&self, x: &Tensor) -> Result {
        self.note(Call::Upload)?;
        self.inner.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result {
        self.note(Call::Upload)?;
        self.inner.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result {
        self.note(Call::Launch(op))?;
        self.inner.launch(op)
    }

    fn start(&self, xs: &[&Resident]) -> Result<()> {
        self.note(Call::Start)?;
        self.inner.start(xs)
    }

    fn finish(&self) -> Result<()> {
        self.finished.fetch_add(1, Ordering::SeqCst);
        self.inner.finish()
    }

    fn download(&self, x: &Resident) -> Result<Tensor> {
        self.note(Call::Download)?;
        self.inner.download(x)
    }

    fn wait(&self, xs: &[&Resident]) -> Result<()> {
        self.note(Call::Wait)?;
        self.inner.wait(xs)
    }

    fn trim(&self) {
        self.trimmed.fetch_add(1, Ordering::SeqCst);
        self.inner.trim();
    }

    fn memory(&self) -> Option<usize> {
        self.inner.memory()
    }
}

/// A failure on purpose.
pub fn failure<T>() -> Result<T> {
    Err(KernelError::Backend { function: "fake", library: "it", message: "on purpose".to_owned() })
}

/// Longer than anything here takes, on any machine.
const LONG: Duration = Duration::from_secs(20);

/// Runs what may hang, so that a hang is a failure.
pub fn within<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let runner = thread::spawn(move || drop(sender.send(f())));
    match receiver.recv_timeout(LONG) {
        Ok(made) => made,
        Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(RecvTimeoutError::Disconnected) => panic::resume_unwind(runner.join().unwrap_err()),
    }
}

/// Waits for what another thread is about to do.
pub fn until(done: impl Fn() -> bool) {
    while !done() {
        thread::sleep(Duration::from_millis(1));
    }
}
