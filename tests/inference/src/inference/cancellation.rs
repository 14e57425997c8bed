//! A reader who is slow, and one who goes.

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crosscheck::conformance;
use crosscheck_backends::Kernels;
use crosscheck_backends::device::Device;
use crosscheck_inference::generate::{Engine, GenerateError, Options, TokenStream};
use crosscheck_inference::model::Llama;
use futures_core::Stream;

use super::Outcome;
use super::fakes::{counting, slow, trapped};
use super::fixture::{Model, ids, read};

/// Longer than anything here takes, on any machine.
const LONG: Duration = Duration::from_secs(60);

#[conformance(of = "device", ahead(1, 3))]
pub fn a_slow_reader_stops_the_engine(kernels: &dyn Kernels, ahead: usize) -> Outcome {
    let (device, counts) = counting(&kernels.device()?);
    let engine = Engine::start(Model::Safetensors.load(&*device)?, device)?;
    let options = Options { max_tokens: 20, buffer: ahead, ..Options::default() };
    let mut stream = engine.session().generate(&ids("prompt_7.ids")?, &options)?;
    for read in 0..10 {
        wait_for_tokens(&stream, ahead);
        let calls = counts.calls();
        // For what must not happen.
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!((counts.calls(), stream.ready()), (calls, ahead), "{read} tokens were read");
        stream.next_blocking().ok_or("the stream ended")??;
    }
    Ok(())
}

/// The device is so slow that the reader waits, and goes while it does.
#[conformance(of = "device")]
pub fn a_reader_that_waits_may_go(kernels: &dyn Kernels) -> Outcome {
    let device = slow(&kernels.device()?, Duration::from_millis(20));
    let engine = Engine::start(Model::Safetensors.load(&*device)?, device)?;
    let (prompt, mut session) = (ids("prompt_7.ids")?, engine.session());
    let mut stream = Box::pin(session.generate(&prompt, &Options::default())?);
    let polled = stream.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending), "a token came at once");
    drop(stream);
    engine.wait_until_idle();
    assert_eq!(session.length(), Some(0));
    Ok(())
}

#[conformance(of = "device")]
pub fn a_session_generates_once_at_a_time(kernels: &dyn Kernels) -> Outcome {
    let (llama, device) = Model::Safetensors.on(kernels)?;
    let engine = Engine::start(llama, device)?;
    let (prompt, mut session) = (ids("prompt_7.ids")?, engine.session());
    let options = Options { max_tokens: 20, ..Options::default() };
    let stream = session.generate(&prompt, &options)?;
    assert!(matches!(session.generate(&prompt, &options), Err(GenerateError::Busy)));
    drop(stream);
    // Now it waits for the engine to notice.
    let tokens = read(&mut session.generate(&prompt, &options)?)?;
    assert_eq!((tokens.len(), session.length()), (20, Some(prompt.len() + 20)));
    Ok(())
}

/// The memory is the process's, so that the cell has one for itself.
#[conformance(of = "device", isolated, model(Safetensors, Gguf))]
pub fn dropping_the_stream_at_every_step(kernels: &dyn Kernels, model: Model) -> Outcome {
    let device = kernels.device()?;
    assert_dropping_stops_the_work(model.load(&*device)?, &device, |stream| Box::new(stream))
}

/// Drops what a reader holds of a stream at every call to the device, one after the other. Then one operation at most may
/// still begin, the memory must be as before, and the next generation equal to one on a fresh session.
pub(super) fn assert_dropping_stops_the_work(
    llama: Llama,
    device: &Arc<dyn Device>,
    hold: fn(TokenStream) -> Box<dyn Any + Send>,
) -> Outcome {
    let (device, trap, counts) = trapped(device);
    let engine = Engine::start(llama, Arc::clone(&device))?;
    let prompt = ids("prompt_7.ids")?;
    let options = Options { max_tokens: 3, buffer: 3, ..Options::default() };
    // What this thread had computed for the model holds memory until the thread of the device that did it has let go of it.
    device.finish()?;
    let before = device.memory();
    let begin = counts.calls();
    let fresh = read(&mut engine.session().generate(&prompt, &options)?)?;
    let steps = counts.calls() - begin;
    assert!(steps > 100, "{steps} steps are no generation");
    engine.wait_until_idle();
    assert_eq!(device.memory(), before, "a session that ended has left memory behind");

    for step in 0..steps {
        let held: Arc<Mutex<Option<Box<dyn Any + Send>>>> = Arc::default();
        let launches_then = Arc::new(AtomicUsize::new(usize::MAX));
        let mut session = engine.session();
        {
            // The trap waits until there is something to drop.
            let mut slot = held.lock().unwrap_or_else(PoisonError::into_inner);
            let (held, launches_then, counts) = (Arc::clone(&held), Arc::clone(&launches_then), counts.clone());
            trap.arm(step, move || {
                drop(held.lock().unwrap_or_else(PoisonError::into_inner).take());
                launches_then.store(counts.launches(), Ordering::SeqCst);
            });
            *slot = Some(hold(session.generate(&prompt, &options)?));
        }
        engine.wait_until_idle();
        assert!(!trap.is_armed(), "step {step} was not reached");
        let further = counts.launches() - launches_then.load(Ordering::SeqCst);
        assert!(further <= 1, "dropped at step {step}, and {further} operations began after it");
        assert_eq!(device.memory(), before, "dropped at step {step}");
        assert_eq!(session.length(), Some(0), "dropped at step {step}");
        assert_eq!(read(&mut session.generate(&prompt, &options)?)?, fresh, "after a drop at step {step}");
        drop(session);
        engine.wait_until_idle();
        assert_eq!(device.memory(), before, "after a drop at step {step} and another generation");
    }
    Ok(())
}

fn wait_for_tokens(stream: &TokenStream, count: usize) {
    let until = Instant::now() + LONG;
    while stream.ready() < count {
        assert!(Instant::now() < until, "waited in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}
