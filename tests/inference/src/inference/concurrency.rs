//! Several sessions on one device.

use std::thread;

use crosscheck::conformance;
use crosscheck_backends::Kernels;
use crosscheck_inference::generate::{Engine, GenerateError, Options, Session};
use crosscheck_inference::sampler::Sampling;

use super::Outcome;
use super::fixture::{Model, ids, read};

/// Each has a prompt and a seed of its own.
#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn eight_sessions_generate_what_each_does_alone(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let (engine, ids) = (Engine::start(llama, device)?, ids("prompt_60.ids")?);
    let tokens = |number: usize, mut session: Session| -> Result<Vec<u32>, GenerateError> {
        let sampling = Sampling { temperature: 0.8, seed: number as u64, ..Sampling::default() };
        let options = Options { sampling, max_tokens: 24, buffer: 1 + number % 3, ..Options::default() };
        read(&mut session.generate(&ids[number..=3 * number + 7], &options)?)
    };
    let alone = (0..8).map(|number| tokens(number, engine.session())).collect::<Result<Vec<_>, _>>()?;
    let together = thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|number| {
                let (session, tokens) = (engine.session(), &tokens);
                scope.spawn(move || tokens(number, session))
            })
            .collect();
        readers.into_iter().map(|reader| reader.join().expect("a reader panicked")).collect::<Result<Vec<_>, _>>()
    })?;
    assert_eq!(together, alone);
    assert!(alone.windows(2).all(|pair| pair[0] != pair[1]), "they generate the same: {alone:?}");
    Ok(())
}
