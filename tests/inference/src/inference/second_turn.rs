//! A conversation whose second turn fails: the session is as the first turn left it, and goes on from there.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use crosscheck::conformance;
use crosscheck_backends::{KernelError, Kernels};
use crosscheck_inference::generate::{Engine, GenerateError, Options, Session};
use crosscheck_inference::model::ModelError;
use crosscheck_inference::sampler::Sampling;

use super::Outcome;
use super::fakes::{Trap, trapped};
use super::fixture::{Model, ids, read};

/// What fails while a turn is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A call of the device is refused.
    Refused,
    /// A call of the device panics.
    Panics,
    /// The reader goes during a call of the device.
    Left,
    /// The logits are no numbers.
    Spoilt,
}

/// The prompts of three turns.
struct Turns([Vec<u32>; 3]);

/// What the turns of an undisturbed session came to.
struct Undisturbed {
    answers: [Vec<u32>; 3],
    lengths: [Option<usize>; 3],
    /// How many calls of the device the second turn took.
    calls: usize,
}

const OPTIONS: fn() -> Options = || Options { max_tokens: 2, buffer: 2, ..Options::default() };

impl Turns {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let prompt = ids("prompt_24.ids")?;
        Ok(Self([prompt[..7].to_vec(), prompt[7..12].to_vec(), prompt[12..14].to_vec()]))
    }

    fn take(&self, session: &mut Session, turn: usize) -> Result<Vec<u32>, GenerateError> {
        read(&mut session.generate(&self.0[turn], &OPTIONS())?)
    }
}

/// Every call of the device in the second turn fails once, in each way that a turn can. The memory is the process's, so that the
/// cell has one for itself.
#[conformance(of = "device", isolated, fault(Refused, Panics, Left, Spoilt))]
pub fn that_fails_leaves_the_first(kernels: &dyn Kernels, fault: Fault) -> Outcome {
    let inner = kernels.device()?;
    let llama = Model::Safetensors.load(&*inner)?;
    let (device, trap, counts) = trapped(&inner);
    let engine = Engine::start(llama, Arc::clone(&device))?;
    let turns = Turns::new()?;
    device.finish()?;
    let memory = device.memory();
    let undisturbed = {
        let (mut session, mut answers, mut lengths) = (engine.session(), Vec::new(), Vec::new());
        let mut calls = Vec::new();
        for turn in 0..3 {
            let begin = counts.calls();
            answers.push(turns.take(&mut session, turn)?);
            engine.wait_until_idle();
            calls.push(counts.calls() - begin);
            lengths.push(session.length());
        }
        Undisturbed {
            answers: answers.try_into().map_err(|_| "three turns")?,
            lengths: lengths.try_into().map_err(|_| "three turns")?,
            calls: calls[1],
        }
    };
    assert!(undisturbed.calls > 50, "{} calls are no turn", undisturbed.calls);
    let steps = if fault == Fault::Spoilt { OPTIONS().max_tokens } else { undisturbed.calls };
    for step in 0..steps {
        let what = format!("{fault:?} at step {step}");
        let mut session = engine.session();
        assert_eq!(turns.take(&mut session, 0)?, undisturbed.answers[0], "{what}");
        fail(&mut session, &turns, fault, step, &trap).map_err(|other| format!("{what}: {other}"))?;
        engine.wait_until_idle();
        assert!(!trap.is_armed(), "{what} was not reached");
        assert_eq!(session.length(), undisturbed.lengths[0], "{what}");
        for turn in 1..3 {
            assert_eq!(turns.take(&mut session, turn)?, undisturbed.answers[turn], "turn {turn} after {what}");
            assert_eq!(session.length(), undisturbed.lengths[turn], "turn {turn} after {what}");
        }
        drop(session);
        engine.wait_until_idle();
        assert_eq!(device.memory(), memory, "after {what}");
    }
    Ok(())
}

/// The second turn, with the fault in it; what ends it otherwise is returned.
fn fail(session: &mut Session, turns: &Turns, fault: Fault, step: usize, trap: &Trap) -> Result<(), String> {
    const PURPOSE: &str = "on purpose";
    let held: Arc<Mutex<Option<Box<dyn Any + Send>>>> = Arc::default();
    match fault {
        Fault::Refused => trap.arm_with(step, || {
            Err(KernelError::Backend { function: "call", library: "fake", message: PURPOSE.to_owned() })
        }),
        // Without the message of a panic for each step.
        Fault::Panics => trap.arm_with(step, || std::panic::resume_unwind(Box::new(PURPOSE))),
        Fault::Spoilt => trap.spoil(step),
        Fault::Left => {
            // The trap waits until there is something to drop.
            let mut slot = held.lock().unwrap_or_else(PoisonError::into_inner);
            let reader = Arc::clone(&held);
            trap.arm(step, move || drop(reader.lock().unwrap_or_else(PoisonError::into_inner).take()));
            let stream = session.generate(&turns.0[1], &OPTIONS()).map_err(|error| error.to_string())?;
            *slot = Some(Box::new(stream));
            return Ok(());
        }
    }
    match (fault, turns.take(session, 1)) {
        (
            Fault::Refused,
            Err(GenerateError::Model(ModelError::Kernel { source: KernelError::Backend { message, .. }, .. })),
        ) if message == PURPOSE => Ok(()),
        (Fault::Panics, Err(GenerateError::Panicked(message))) if message == PURPOSE => Ok(()),
        (Fault::Spoilt, Err(GenerateError::Sampling(_))) => Ok(()),
        (_, other) => Err(format!("{other:?}")),
    }
}

/// Each way in which a second turn does not even begin.
#[conformance(of = "device")]
pub fn that_is_refused_leaves_the_first(kernels: &dyn Kernels) -> Outcome {
    let (llama, device) = Model::Safetensors.on(kernels)?;
    let context = llama.config().max_position_embeddings;
    let vocabulary = u32::try_from(llama.config().vocabulary)?;
    let engine = Engine::start(llama, device)?;
    let turns = Turns::new()?;
    let mut undisturbed = engine.session();
    let expected = [0, 1, 2].map(|turn| turns.take(&mut undisturbed, turn));
    let [first, second, third] = expected;
    let mut session = engine.session();
    assert_eq!(turns.take(&mut session, 0)?, first?);
    let held = session.length();
    let sampling = Sampling { temperature: f32::NAN, ..Sampling::default() };
    let good = turns.0[1].as_slice();
    let refusals: [(&str, &[u32], Options); 6] = [
        ("`max_tokens` is 0", good, Options { max_tokens: 0, ..OPTIONS() }),
        ("`buffer` is 0", good, Options { buffer: 0, ..OPTIONS() }),
        ("temperature", good, Options { sampling, ..OPTIONS() }),
        ("no token was given", &[], OPTIONS()),
        ("is not in the model's vocabulary", &[vocabulary], OPTIONS()),
        ("the context holds", &vec![1; context], OPTIONS()),
    ];
    for (message, prompt, options) in refusals {
        let refused = session.generate(prompt, &options).err().ok_or("it began")?.to_string();
        assert!(refused.contains(message), "{refused}, not {message}");
        assert_eq!(session.length(), held, "{message}");
    }
    // One that has not ended is in the way of another one, and goes on.
    let mut stream = session.generate(good, &OPTIONS())?;
    let busy = session.generate(good, &OPTIONS()).err();
    assert!(matches!(busy, Some(GenerateError::Busy)), "{busy:?}");
    assert_eq!(read(&mut stream)?, second?);
    assert_eq!(turns.take(&mut session, 2)?, third?);
    Ok(())
}
