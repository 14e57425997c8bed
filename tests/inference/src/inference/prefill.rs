//! The true test of the cache: a prompt at once, and the same prompt in parts.

use std::sync::Arc;

use crosscheck::conformance;
use crosscheck_backends::Kernels;
use crosscheck_backends::device::Device;
use crosscheck_inference::cache::STEP;
use crosscheck_inference::model::{Llama, Positions};

use super::Outcome;
use super::fixture::{Model, assert_close, ids, row};

#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn decoding_continues_what_was_read(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    assert_parts_equal_the_whole(&llama, &device)
}

/// For every position: reading what comes before it and decoding the rest, token by token.
pub(super) fn assert_parts_equal_the_whole(llama: &Llama, device: &Arc<dyn Device>) -> Outcome {
    let ids = ids("prompt_24.ids")?;
    let whole = llama.logits(&**device, &ids, &mut llama.cache(), Positions::All)?;
    for split in 1..ids.len() {
        let mut cache = llama.cache();
        llama.read(&**device, &ids[..split], &mut cache)?;
        for (position, id) in ids.iter().enumerate().skip(split) {
            let logits = llama.logits(&**device, &[*id], &mut cache, Positions::Last)?;
            assert_close(&format!("token {position} after reading {split}"), &logits, &row(&whole, position)?);
        }
    }
    Ok(())
}

/// Where the cache's memory ends and more is allocated.
#[conformance(of = "device", before(one_less = STEP - 1, all = STEP, one_more = STEP + 1))]
pub fn decoding_beyond_the_allocated_memory(kernels: &dyn Kernels, before: usize) -> Outcome {
    let (llama, device) = Model::Safetensors.on(kernels)?;
    let ids: Vec<_> = ids("prompt_60.ids")?.into_iter().cycle().take(STEP + 4).collect();
    let whole = llama.logits(&*device, &ids, &mut llama.cache(), Positions::Last)?;
    let mut cache = llama.cache();
    llama.read(&*device, &ids[..before], &mut cache)?;
    let (last, between) = ids[before..].split_last().ok_or("there are more tokens than that")?;
    for id in between {
        llama.logits(&*device, &[*id], &mut cache, Positions::Last)?;
    }
    assert_close("the last token", &llama.logits(&*device, &[*last], &mut cache, Positions::Last)?, &whole);
    Ok(())
}

/// What was forgotten leaves nothing behind.
#[conformance(of = "device", model(Safetensors, Gguf))]
pub fn forgetting_tokens(kernels: &dyn Kernels, model: Model) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let ids = ids("prompt_24.ids")?;
    let whole = llama.logits(&*device, &ids, &mut llama.cache(), Positions::Last)?;
    let mut cache = llama.cache();
    llama.read(&*device, &ids[..10], &mut cache)?;
    let reversed: Vec<_> = ids.iter().rev().copied().collect();
    llama.read(&*device, &reversed, &mut cache)?;
    cache.truncate(10);
    assert_close("the last token", &llama.logits(&*device, &ids[10..], &mut cache, Positions::Last)?, &whole);
    Ok(())
}
