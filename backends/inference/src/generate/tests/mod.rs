//! Engines, sessions and streams on a device that misbehaves.

mod ends;
mod failure;
mod reader;

use std::sync::{Arc, Mutex};

use crosscheck_backends::KernelError;

use super::{Engine, GenerateError, Options, Session, TokenStream};
use crate::fake::{Call, Fake, load, weights};

const PROMPT: [u32; 7] = [1, 40, 300, 7, 7, 90, 511];

/// What a device does before a call, until it is told otherwise.
type Hook = Box<dyn FnMut(Call<'_>) -> Result<(), KernelError> + Send>;

/// An engine, and what its device does.
struct Rig {
    engine: Engine,
    device: Arc<Fake>,
    hook: Arc<Mutex<Hook>>,
}

impl Rig {
    fn new(context: usize) -> Self {
        let hook: Arc<Mutex<Hook>> = Arc::new(Mutex::new(Box::new(|_| Ok(()))));
        let called = Arc::clone(&hook);
        let device = Arc::new(Fake::new(move |_, call| {
            let mut hook = called.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            hook(call)
        }));
        let engine = Engine::start(load(&weights(context), &*device), Arc::clone(&device) as _).unwrap();
        Self { engine, device, hook }
    }

    /// From now on.
    fn before(&self, hook: impl FnMut(Call<'_>) -> Result<(), KernelError> + Send + 'static) {
        *self.hook.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Box::new(hook);
    }

    /// Once, at the call of this number from now on.
    fn at(&self, number: usize, then: impl FnOnce() -> Result<(), KernelError> + Send + 'static) {
        let (mut left, mut then) = (number, Some(then));
        self.before(move |_| match left.checked_sub(1) {
            Some(less) => {
                left = less;
                Ok(())
            }
            None => then.take().map_or(Ok(()), |then| then()),
        });
    }
}

fn options(max_tokens: usize) -> Options {
    Options { max_tokens, ..Options::default() }
}

fn read(stream: &mut TokenStream) -> Result<Vec<u32>, GenerateError> {
    std::iter::from_fn(|| stream.next_blocking()).collect()
}

fn generate(session: &mut Session, prompt: &[u32], max_tokens: usize) -> Result<Vec<u32>, GenerateError> {
    read(&mut session.generate(prompt, &options(max_tokens))?)
}
