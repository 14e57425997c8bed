//! What a token leaves behind: one position of the cache, and nothing else.

use crosscheck::conformance;
use crosscheck_backends::Kernels;
use crosscheck_inference::cache::STEP;
use crosscheck_inference::model::{ModelError, Positions};

use super::Outcome;
use super::fakes::counting;
use super::fixture::{Model, ids};

#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn is_longer_by_one_after_each_token(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let mut cache = llama.cache();
    assert_eq!((cache.length(), cache.capacity()), (0, 0));
    // From a few before the end of what is allocated to a few behind it.
    llama.read(&*device, &vec![5; STEP - 10], &mut cache)?;
    for length in STEP - 10..STEP + 10 {
        assert_eq!((cache.length(), cache.capacity()), (length, length.next_multiple_of(STEP)));
        llama.logits(&*device, &[5], &mut cache, Positions::Last)?;
    }
    Ok(())
}

/// The memory is the process's, so that the cell has one for itself.
#[conformance(of = "device", isolated, model(Safetensors, Gguf))]
pub fn nothing_else_grows(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (device, counts) = counting(&kernels.device()?);
    let (llama, prompt) = (model.load(&*device)?, ids("prompt_7.ids")?);
    let mut cache = llama.cache();
    llama.read(&*device, &prompt, &mut cache)?;
    let mut levels = Vec::new();
    for token in 0..500 {
        let calls = counts.calls();
        llama.logits(&*device, &[token % 512], &mut cache, Positions::Last)?;
        // What has been computed holds memory until the thread of the device that did it has let go of it.
        device.finish()?;
        let bytes = device.memory().ok_or("the device does not know its memory")?;
        levels.push(Level { capacity: cache.capacity(), bytes, calls: counts.calls() - calls });
    }
    assert_flat(&levels, prompt.len());
    Ok(())
}

/// What a token leaves behind, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    capacity: usize,
    bytes: usize,
    calls: usize,
}

/// All tokens are the same but the one for which memory is allocated.
fn assert_flat(levels: &[Level], prompt: usize) {
    let (first, second) = levels.split_at(STEP - prompt);
    assert_eq!((first[0].capacity, second[0].capacity), (STEP, 2 * STEP));
    for levels in [first, &second[1..]] {
        let other = levels.iter().position(|level| *level != levels[0]);
        assert_eq!(other.map(|token| (token, levels[token])), None, "all others are as {:?}", levels[0]);
    }
}

#[conformance(of = "device")]
pub fn has_room_for_the_context_and_no_more(kernels: &dyn Kernels) -> Outcome {
    let (llama, device) = Model::Safetensors.on(kernels)?;
    let (context, mut cache) = (llama.config().max_position_embeddings, llama.cache());
    llama.read(&*device, &vec![5; context - 1], &mut cache)?;
    let refused = |error| matches!(error, Err(ModelError::ContextFull { new: 2, .. }));
    assert!(refused(llama.logits(&*device, &[5, 5], &mut cache, Positions::Last)), "a token too much");
    assert_eq!(cache.length(), context - 1);
    llama.logits(&*device, &[5], &mut cache, Positions::Last)?;
    assert_eq!((cache.length(), cache.capacity()), (context, context));
    let full = llama.logits(&*device, &[5], &mut cache, Positions::Last);
    assert!(matches!(full, Err(ModelError::ContextFull { new: 1, .. })), "{full:?}");
    Ok(())
}
