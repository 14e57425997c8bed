//! The thread that computes.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

use crosscheck_backends::device::Device;

use super::error::GenerateError;
use super::job::{Job, Turn};
use crate::model::Llama;

/// A model on a device, and the one thread that computes on it, for any number of sessions in turn: one token each, or one
/// part of a prompt.
///
/// One thread, because MLX keeps a stream and a thread for every thread that has used it, until the process ends.
/// A clone is the same engine. Its thread ends when the last clone, session and stream of it is gone.
#[derive(Clone)]
pub struct Engine(Arc<Handle>);

/// What the clones share. The thread does not hold it, so that it is dropped.
struct Handle {
    shared: Arc<Shared>,
    thread: Thread,
}

/// What the thread shares with them.
struct Shared {
    model: Llama,
    device: Arc<dyn Device>,
    inbox: Mutex<Inbox>,
    /// Told when a generation has ended.
    ended: Condvar,
}

#[derive(Default)]
struct Inbox {
    jobs: Vec<Job>,
    /// How many generations have begun and not ended.
    running: usize,
    /// Whether no job can come any more.
    closed: bool,
}

impl Engine {
    /// Starts the thread for a model, which is in the memory of this device.
    ///
    /// # Errors
    /// When the operating system starts no thread.
    pub fn start(model: Llama, device: Arc<dyn Device>) -> io::Result<Self> {
        let shared = Arc::new(Shared { model, device, inbox: Mutex::default(), ended: Condvar::new() });
        let for_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("inference".to_owned()).spawn(move || work(&for_thread))?;
        Ok(Self(Arc::new(Handle { shared, thread: thread.thread().clone() })))
    }

    /// The model.
    pub fn model(&self) -> &Llama {
        &self.0.shared.model
    }

    /// The device that it is computed on.
    pub fn device(&self) -> &dyn Device {
        &*self.0.shared.device
    }

    /// How many generations have begun and not ended.
    pub fn running(&self) -> usize {
        self.0.shared.inbox().running
    }

    /// Blocks until no generation is running. One without a reader does not end by itself, and none does while the
    /// engine's own thread blocks here: not for a device, nor for a waker.
    pub fn wait_until_idle(&self) {
        let mut inbox = self.0.shared.inbox();
        while inbox.running > 0 {
            inbox = self.0.shared.ended.wait(inbox).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn submit(&self, job: Job) {
        let mut inbox = self.0.shared.inbox();
        inbox.running += 1;
        inbox.jobs.push(job);
        drop(inbox);
        self.wake();
    }

    /// Whether this is the thread that computes, in a call of a device or of a reader's waker.
    pub(super) fn is_this_thread(&self) -> bool {
        thread::current().id() == self.0.thread.id()
    }

    /// Makes the thread look after its jobs: a stream has room again, or has lost its reader.
    pub(super) fn wake(&self) {
        self.0.thread.unpark();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.inbox().closed = true;
        self.thread.unpark();
    }
}

impl Shared {
    /// A thread that panicked in between has left nothing half done.
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn work(shared: &Shared) {
    let mut jobs = VecDeque::new();
    loop {
        let mut inbox = shared.inbox();
        jobs.extend(mem::take(&mut inbox.jobs));
        if inbox.closed && jobs.is_empty() {
            return;
        }
        drop(inbox);
        let mut waiting = true;
        for _ in 0..jobs.len() {
            let Some(mut job) = jobs.pop_front() else { break };
            match turn(shared, &mut job) {
                Turn::Done => {
                    // The reader is told, and what the session held may be freed.
                    drop(guarded(|| job.end()));
                    shared.inbox().running -= 1;
                    shared.ended.notify_all();
                    waiting = false;
                    continue;
                }
                Turn::Worked => waiting = false,
                Turn::Waits => {}
            }
            jobs.push_back(job);
        }
        if waiting {
            // Every change unparks this thread; a change since the jobs were looked at makes this return at once.
            thread::park();
        }
    }
}

/// A job's turn. A panic ends its session's generation and no other one.
fn turn(shared: &Shared, job: &mut Job) -> Turn {
    guarded(|| job.turn(&shared.model, &shared.device)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        let text = text.unwrap_or_else(|| "without a message".to_owned());
        drop(guarded(|| job.fail(&*shared.device, GenerateError::Panicked(text))));
        Turn::Done
    })
}

/// Runs what calls other people's code, a device or a reader's waker: all sessions need this thread.
fn guarded<T>(f: impl FnOnce() -> T) -> thread::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(f))
}
