//! Loading, and what a model refuses.

mod goldens;
#[cfg(feature = "mlx")]
mod graph;

use std::sync::{Arc, Mutex};

use super::*;
use crate::fake::{Call, Fake, blocks, failure, host, load, weights};

#[test]
fn progress_counts_each_weight() {
    for (weights, count) in [(weights(1024), 2 * 9 + 3), (blocks(), 2 * 9 + 2)] {
        let mut heard = Vec::new();
        Llama::load(&weights, &*host(), Form::Stored, &mut |done, of| heard.push((done, of))).unwrap();
        assert_eq!(heard, (1..=count).map(|done| (done, count)).collect::<Vec<_>>());
    }
}

#[test]
fn a_device_that_cannot_hold_a_weight_says_so() {
    for at in 0..2 * 9 + 3 {
        let device = Fake::new(move |call, _| if call == at { failure() } else { Ok(()) });
        let refused = Llama::load(&weights(1024), &device, Form::Dense, &mut |_, _| ()).unwrap_err();
        assert_eq!(refused.to_string(), "loading the weights: fake: it failed: on purpose");
        assert_eq!(device.memory(), Some(0));
    }
}

#[test]
fn a_tied_output_is_the_embedding() {
    let (device, again) = (host(), host());
    let llama = load(&blocks(), &*device);
    let logits = llama.logits(&*device, &[1, 2], &mut llama.cache(), Positions::Last).unwrap();
    let untied = load(&weights(1024), &*again);
    assert_eq!(logits.shape(), [1, 512]);
    assert!(device.memory() < again.memory(), "the embedding appears twice");
    assert_ne!(untied.logits(&*again, &[1, 2], &mut untied.cache(), Positions::Last).unwrap(), logits);
}

/// The texts that a user reads.
#[test]
fn errors_say_what_and_where() {
    let device = host();
    let llama = load(&weights(20), &*device);
    let mut cache = llama.cache();
    llama.read(&*device, &[1; 18], &mut cache).unwrap();
    let mut refused = |ids: &[u32]| llama.logits(&*device, ids, &mut cache, Positions::Last).unwrap_err().to_string();
    assert_eq!(refused(&[]), "no token was given: a model needs at least one");
    assert_eq!(refused(&[511, 512]), "token 512 is not in the model's vocabulary of 512: it must be in 0..512");
    assert_eq!(refused(&[1; 3]), "3 more tokens do not fit behind 18: the context holds 20");
    let x = device.upload(&Tensor::f32(&[1, 64], vec![0.5; 64]).unwrap()).unwrap();
    let long = device.upload(&Tensor::f32(&[3, 64], vec![0.5; 192]).unwrap()).unwrap();
    let mut refused = |layer, x| llama.attention(&*device, layer, x, &mut cache).unwrap_err().to_string();
    assert_eq!(refused(2, &x), "layer 2: attention: there is no layer 2: the model has 2");
    assert_eq!(refused(1, &long), "3 more tokens do not fit behind 18: the context holds 20");
    assert_eq!(cache.length(), 18);
    let failing = Fake::new(|_, call| if matches!(call, Call::Download) { failure() } else { Ok(()) });
    let failed = llama.logits(&failing, &[1], &mut cache, Positions::Last).unwrap_err();
    assert_eq!(failed.to_string(), "the output: fake: it failed: on purpose");
    assert_eq!((cache.length(), cache.capacity()), (0, 0), "what it holds is unknown");
    llama.read(&*device, &[1; 3], &mut cache).unwrap();
    let failing = Fake::new(|_, call| if matches!(call, Call::Wait) { failure() } else { Ok(()) });
    assert_eq!(llama.read(&failing, &[1], &mut cache).unwrap_err().to_string(), failed.to_string());
    assert_eq!((cache.length(), cache.capacity()), (0, 0), "what it holds is unknown");
    llama.read(&*device, &[1; 3], &mut cache).unwrap();
    let failing = Fake::new(|_, call| if matches!(call, Call::Start) { failure() } else { Ok(()) });
    let refused = llama.forward(&failing, &[1], &mut cache, Positions::Last).unwrap_err();
    assert_eq!(refused.to_string(), "layer 0: fake: it failed: on purpose");
    assert_eq!((cache.length(), cache.capacity()), (0, 0), "what it holds is unknown");
}

/// So that a lazy device has something to do while the next layer is noted.
#[test]
fn each_layer_is_started_when_it_is_noted() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&calls);
    let device = Fake::new(move |_, call| {
        match call {
            Call::Start => noted.lock().unwrap().push("start"),
            Call::Launch(Op::Attention { .. }) => noted.lock().unwrap().push("attention"),
            _ => {}
        }
        Ok(())
    });
    let llama = load(&weights(20), &device);
    llama.forward(&device, &[1], &mut llama.cache(), Positions::Last).unwrap();
    assert_eq!(*calls.lock().unwrap(), ["attention", "start", "attention", "start"]);
}

#[test]
fn another_models_cache_is_refused() {
    let device = host();
    let (llama, other) = (load(&weights(20), &*device), load(&weights(21), &*device));
    let text = "the cache was made for a model of other sizes: make one for this model with `Llama::cache`";
    let mut cache = other.cache();
    assert_eq!(llama.read(&*device, &[1], &mut cache).unwrap_err().to_string(), text);
    let x = device.upload(&Tensor::f32(&[1, 64], vec![0.5; 64]).unwrap()).unwrap();
    assert_eq!(llama.attention(&*device, 0, &x, &mut cache).unwrap_err().to_string(), text);
}

/// What is no `[T, hidden_size]` is an error, and no panic.
#[test]
fn attention_of_other_shapes_is_refused() {
    let device = host();
    let llama = load(&weights(20), &*device);
    for shape in [&[][..], &[64], &[1, 63], &[2, 3, 64]] {
        let x = Tensor::f32(shape, vec![0.5; shape.iter().product()]).unwrap();
        let mut cache = llama.cache();
        let refused = llama.attention(&*device, 0, &device.upload(&x).unwrap(), &mut cache);
        assert!(
            matches!(
                refused,
                Err(ModelError::Kernel { place: Place::Layer(0), .. }
                    | ModelError::ContextFull { held: 0, new: 64, .. })
            ),
            "{shape:?}: {refused:?}"
        );
        assert_eq!(cache.length(), 0);
    }
}
