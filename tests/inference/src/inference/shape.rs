//! Shapes, whatever the numbers of tokens are.

use crosscheck::conformance;
use crosscheck_backends::Kernels;
use crosscheck_inference::model::{ModelError, Positions};

use super::Outcome;
use super::fixture::Model;

#[conformance(of = "device", model(Safetensors, Gguf), tokens(1, 2, 31, 257), before(0, 1, 255))]
pub fn logits_have_a_row_for_each_token(kernels: &dyn Kernels, model: Model, tokens: usize, before: usize) -> Outcome {
    let (llama, device) = model.on(kernels)?;
    let (mut cache, vocabulary) = (llama.cache(), llama.config().vocabulary);
    if before > 0 {
        llama.read(&*device, &vec![7; before], &mut cache)?;
    }
    for (positions, rows) in [(Positions::All, tokens), (Positions::Last, 1)] {
        cache.truncate(before);
        let logits = llama.logits(&*device, &vec![9; tokens], &mut cache, positions)?;
        assert_eq!(logits.shape(), [rows, vocabulary], "{positions:?}");
        assert!(logits.to_f64().iter().all(|logit| logit.is_finite()), "{positions:?}");
        assert_eq!(cache.length(), before + tokens);
    }
    Ok(())
}

#[conformance(of = "device")]
pub fn what_is_no_token_is_refused(kernels: &dyn Kernels) -> Outcome {
    let (llama, device) = Model::Safetensors.on(kernels)?;
    let mut cache = llama.cache();
    let none = llama.logits(&*device, &[], &mut cache, Positions::Last);
    assert!(matches!(none, Err(ModelError::NoTokens)), "{none:?}");
    for id in [512, u32::MAX] {
        let unknown = llama.logits(&*device, &[1, id], &mut cache, Positions::Last);
        assert!(
            matches!(unknown, Err(ModelError::UnknownToken { id: found, vocabulary: 512 }) if found == id),
            "{unknown:?}"
        );
    }
    let too_many = llama.logits(&*device, &vec![1; 1025], &mut cache, Positions::Last);
    assert!(matches!(too_many, Err(ModelError::ContextFull { held: 0, new: 1025, context: 1024 })), "{too_many:?}");
    assert_eq!(cache.length(), 0);
    Ok(())
}
