//! A device that fails.

use crosscheck::conformance;
use crosscheck_backends::{KernelError, Kernels, Tensor};
use crosscheck_inference::generate::{Engine, Options};
use crosscheck_inference::model::{ModelError, Place, Positions};

use super::Outcome;
use super::fakes::{counting, failing};
use super::fixture::{Model, ids, read};

/// Each of the device's calls fails once, and the error says where in the model.
#[conformance(of = "device")]
pub fn says_where_it_was(kernels: &dyn Kernels) -> Outcome {
    let inner = kernels.device()?;
    let (llama, prompt) = (Model::Safetensors.load(&*inner)?, ids("prompt_7.ids")?);
    let (device, counts) = counting(&inner);
    llama.logits(&*device, &prompt, &mut llama.cache(), Positions::Last)?;
    let mut places = Vec::new();
    for call in 0..counts.calls() {
        let (device, mut cache) = (failing(&inner, call), llama.cache());
        let failed = llama.logits(&*device, &prompt, &mut cache, Positions::Last);
        places.push(place(failed).map_err(|other| format!("call {call}: {other}"))?);
        assert_eq!(cache.length(), 0, "call {call}");
        // It works again, with what the failure has left.
        let again = llama.logits(&*device, &prompt, &mut cache, Positions::Last)?;
        let fresh = llama.logits(&*inner, &prompt, &mut llama.cache(), Positions::Last)?;
        assert_eq!(again, fresh, "after a failure at call {call}");
    }
    places.dedup();
    assert_eq!(places, [Place::Embedding, Place::Layer(0), Place::Layer(1), Place::Output]);
    Ok(())
}

/// One session's failure is no other one's, and its own next generation works.
#[conformance(of = "device")]
pub fn ends_one_generation(kernels: &dyn Kernels) -> Outcome {
    let inner = kernels.device()?;
    let (llama, prompt) = (Model::Safetensors.load(&*inner)?, ids("prompt_7.ids")?);
    let options = Options { max_tokens: 6, ..Options::default() };
    let engine = Engine::start(llama, failing(&inner, 200))?;
    let (mut session, mut other) = (engine.session(), engine.session());
    let mut streams = [session.generate(&prompt, &options)?, other.generate(&prompt, &options)?];
    let results = streams.each_mut().map(read);
    drop(streams);
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let lengths = [session.length(), other.length()];
    assert_eq!(lengths.iter().filter(|length| **length == Some(0)).count(), 1, "{lengths:?}");
    let [first, second] = results.map(|result| result.map_err(|error| error.to_string()));
    let (failed, whole) = (first.clone().and(second.clone()), first.or(second)?);
    let text = failed.err().ok_or("nothing failed")?;
    assert!(text.ends_with("fake failed: call 200 fails on purpose"), "{text}");
    assert_eq!(whole.len(), 6);
    // The one that failed does not know of its prompt, and works.
    let mut again = engine.session();
    assert_eq!(read(&mut again.generate(&prompt, &options)?)?, whole);
    let both = [session, other].map(|mut session| {
        let options = Options { max_tokens: 1, ..Options::default() };
        read(&mut session.generate(&prompt, &options)?)
    });
    assert!(both.iter().any(|tokens| tokens.as_ref().is_ok_and(|tokens| tokens[..] == whole[..1])), "{both:?}");
    assert!(both.iter().all(Result::is_ok), "{both:?}");
    Ok(())
}

/// Where the failure on purpose was, or what came instead of it.
fn place(result: Result<Tensor, ModelError>) -> Result<Place, String> {
    match result {
        Err(ModelError::Kernel { place, source: KernelError::Backend { library: "fake", .. } }) => Ok(place),
        other => Err(format!("{other:?}")),
    }
}
