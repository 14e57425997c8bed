//! Scaled positions, biases and wide heads against transformers' logits.

use std::fs;

use safetensors::SafeTensors;

use super::*;
use crate::config::Config;

/// As they are in 32 bits, and as transformers computes them in 64, in units of the logits' own spread.
const OFF: f64 = 1e-4;

fn floats(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect()
}

struct Golden {
    weights: Weights,
    ids: Vec<u32>,
    logits: Vec<f64>,
}

fn golden(name: &str) -> Golden {
    let file = |name: &str| fs::read(format!("{}/{name}", crosscheck_fixtures::LOADS)).unwrap();
    let weights = match name.strip_suffix(".gguf") {
        Some(_) => Weights::from_gguf(file(name)).unwrap(),
        None => {
            Weights::from_safetensors(&file(&format!("{name}.json")), file(&format!("{name}.safetensors"))).unwrap()
        }
    };
    let name = name.trim_end_matches(".gguf");
    let golden = file("golden.safetensors");
    let golden = SafeTensors::deserialize(&golden).unwrap();
    let part = |part: &str| golden.tensor(&format!("{name}.{part}")).unwrap().data().to_vec();
    let ids = part("ids").as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    Golden { weights, ids, logits: floats(&part("logits")) }
}

fn distance(made: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(made.len(), expected.len());
    let spread = (expected.iter().map(|x| x * x).sum::<f64>() / expected.len() as f64).sqrt();
    made.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / spread
}

#[test]
fn logits_are_those_of_transformers_at_once_and_in_parts() {
    for (name, biases, factors) in [
        ("linear", Biases::None, 1),
        ("llama3", Biases::None, 4),
        ("llama_biases", Biases::All, 0),
        ("qwen2", Biases::Inputs, 0),
        ("qwen2.gguf", Biases::Inputs, 0),
    ] {
        let Golden { weights, ids, logits } = golden(name);
        let Config { biases: found, rope_factors, .. } = weights.config();
        let mut distinct = rope_factors.clone();
        distinct.dedup();
        assert_eq!((*found, distinct.len()), (biases, factors), "{name}: {rope_factors:?}");
        let device = host();
        let llama = load(&weights, &*device);
        let made = llama.logits(&*device, &ids, &mut llama.cache(), Positions::All).unwrap();
        let off = distance(&made.to_f64(), &logits);
        assert!(off < OFF, "{name}: {off}");
        let (mut cache, mut parts) = (llama.cache(), Vec::new());
        for part in [&ids[..17], &ids[17..18], &ids[18..61], &ids[61..62], &ids[62..]] {
            parts.extend(llama.logits(&*device, part, &mut cache, Positions::All).unwrap().to_f64());
        }
        let off = distance(&parts, &logits);
        assert!(off < OFF, "{name} in parts: {off}");
    }
}

/// Each of them counts: a model that is read as a plain one computes something else.
#[test]
fn none_of_it_is_left_out() {
    for name in ["linear", "llama3"] {
        let Golden { weights, ids, logits } = golden(name);
        let device = host();
        let mut llama = load(&weights, &*device);
        llama.config.rope_factors.clear();
        let made = llama.logits(&*device, &ids, &mut llama.cache(), Positions::All).unwrap();
        assert!(distance(&made.to_f64(), &logits) > 0.05, "{name}");
    }
}
