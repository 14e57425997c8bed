//! Devices that fail, and code that panics on the engine's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Wake, Waker};

use crosscheck_backends::Tensor;
use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use futures_core::Stream;

use super::*;
use crate::fake::{failure, host, until, within};
use crate::model::{ModelError, Place};
use crate::sampler::SamplingError;

/// The session knows of its first generation only, and goes on from there as if there had been no other one.
fn assert_forgotten(rig: &Rig, session: &mut Session, first: &[u32], what: &str) {
    rig.before(|_| Ok(()));
    assert_eq!(session.length(), Some(7 + first.len()), "{what}");
    let whole = [&PROMPT[..], first, &[3]].concat();
    let expected = generate(&mut rig.engine.session(), &whole, 2).unwrap();
    assert_eq!(generate(session, &[3], 2).unwrap(), expected, "{what}");
}

/// As many calls as a second generation of 3 tokens takes.
fn steps(rig: &Rig) -> usize {
    let mut session = rig.engine.session();
    generate(&mut session, &PROMPT, 4).unwrap();
    let before = rig.device.calls();
    generate(&mut session, &[5, 6], 3).unwrap();
    rig.device.calls() - before
}

#[test]
fn a_failure_at_every_step_says_where_and_is_forgotten() {
    within(|| {
        let rig = Rig::new(1024);
        let mut places = Vec::new();
        for step in 0..steps(&rig) {
            let mut session = rig.engine.session();
            let first = generate(&mut session, &PROMPT, 4).unwrap();
            rig.at(step, failure);
            let finished = rig.device.finished();
            let mut stream = session.generate(&[5, 6], &options(3)).unwrap();
            match read(&mut stream) {
                Err(GenerateError::Model(ModelError::Kernel { place, .. })) => places.push(place),
                other => panic!("step {step}: {other:?}"),
            }
            assert_eq!(rig.device.finished() - finished, 1, "step {step} has left something running");
            assert_eq!(stream.finish(), None);
            assert!(stream.next_blocking().is_none(), "something after an error");
            assert_forgotten(&rig, &mut session, &first, &format!("after a failure at step {step}"));
        }
        places.dedup();
        let token = [Place::Embedding, Place::Layer(0), Place::Layer(1), Place::Output];
        assert_eq!(places, [token; 3].concat());
    });
}

#[test]
fn a_panic_at_every_step_is_an_error_and_is_forgotten() {
    within(|| {
        let rig = Rig::new(1024);
        for step in (0..steps(&rig)).step_by(5) {
            let mut session = rig.engine.session();
            let first = generate(&mut session, &PROMPT, 4).unwrap();
            let number = step;
            rig.at(step, move || panic!("step {number}"));
            let finished = rig.device.finished();
            let error = generate(&mut session, &[5, 6], 3).unwrap_err();
            assert_eq!(error.to_string(), format!("the generation panicked: step {step}"));
            assert_eq!(rig.device.finished() - finished, 1, "step {step} has left something running");
            assert_forgotten(&rig, &mut session, &first, &format!("after a panic at step {step}"));
        }
        let mut session = rig.engine.session();
        rig.at(2, || panic!("plain"));
        assert_eq!(generate(&mut session, &[5], 3).unwrap_err().to_string(), "the generation panicked: plain");
        rig.at(2, || std::panic::panic_any(7));
        let error = generate(&mut session, &[5], 3).unwrap_err();
        assert_eq!(error.to_string(), "the generation panicked: without a message");
        rig.engine.wait_until_idle();
    });
}

#[test]
fn a_failure_is_no_other_sessions() {
    within(|| {
        let rig = Rig::new(1024);
        let expected = generate(&mut rig.engine.session(), &PROMPT, 6).unwrap();
        for fails in [true, false] {
            // The one with the longer prompt fails, which is the first to ask for so many rows.
            rig.before(move |call| match call {
                Call::Launch(Op::Embedding { ids, .. }) if ids.len() == 9 && fails => failure(),
                Call::Launch(Op::Embedding { ids, .. }) if ids.len() == 9 => panic!("on purpose"),
                _ => Ok(()),
            });
            let (mut one, mut other) = (rig.engine.session(), rig.engine.session());
            let mut streams =
                [one.generate(&PROMPT, &options(6)).unwrap(), other.generate(&[4; 9], &options(6)).unwrap()];
            assert!(read(&mut streams[1]).is_err());
            assert_eq!(read(&mut streams[0]).unwrap(), expected);
        }
    });
}

#[test]
fn logits_that_make_no_sense_are_the_samplers_error() {
    within(|| {
        let weights = weights(1024);
        let device = host();
        let llama = load(&weights, &*device);
        let nowhere = Tensor::f32(&[1, 512], vec![f32::NAN; 512]).unwrap();
        let engine = Engine::start(llama, Arc::new(Nan { inner: device, made: nowhere })).unwrap();
        let mut session = engine.session();
        let error = generate(&mut session, &PROMPT, 3).unwrap_err();
        assert!(matches!(error, GenerateError::Sampling(SamplingError::NotANumber { .. })), "{error:?}");
        assert_eq!(session.length(), Some(0));
    });
}

/// Whatever is downloaded is something else.
struct Nan {
    inner: Arc<dyn Device>,
    made: Tensor,
}

impl Device for Nan {
    fn upload(&self, x: &Tensor) -> Result<Resident, KernelError> {
        self.inner.upload(x)
    }

    fn upload_matrix(&self, w: &Matrix) -> Result<Resident, KernelError> {
        self.inner.upload_matrix(w)
    }

    fn launch(&self, op: Op<'_>) -> Result<Resident, KernelError> {
        self.inner.launch(op)
    }

    fn download(&self, _: &Resident) -> Result<Tensor, KernelError> {
        Ok(self.made.clone())
    }

    fn wait(&self, xs: &[&Resident]) -> Result<(), KernelError> {
        self.inner.wait(xs)
    }

    fn memory(&self) -> Option<usize> {
        self.inner.memory()
    }
}

/// A reader's waker is foreign code, and runs on the engine's thread.
#[test]
fn a_waker_that_panics_ends_its_own_stream_only() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker panics on purpose");
        }
    }
    within(|| {
        let rig = Rig::new(1024);
        let expected = generate(&mut rig.engine.session(), &PROMPT, 3).unwrap();
        // At the first token, and at the end, which is an error.
        for fails in [false, true] {
            let (opened, gate) = std::sync::mpsc::channel::<()>();
            rig.at(1, move || {
                _ = gate.recv();
                if fails { failure() } else { Ok(()) }
            });
            let mut session = rig.engine.session();
            let one = Options { buffer: 1, ..options(3) };
            let mut stream = Box::pin(session.generate(&PROMPT, &one).unwrap());
            let waker = Waker::from(Arc::new(Panics));
            assert!(matches!(stream.as_mut().poll_next(&mut Context::from_waker(&waker)), Poll::Pending));
            drop(opened);
            until(|| rig.engine.running() == 0);
            // The channel may be broken for its reader, who broke it.
            drop(catch_unwind(AssertUnwindSafe(|| drop(stream))));
            assert_eq!(session.length(), Some(0));
            assert_eq!(generate(&mut session, &PROMPT, 3).unwrap(), expected);
        }
    });
}
