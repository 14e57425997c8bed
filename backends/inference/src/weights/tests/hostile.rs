//! Files at random, and good files with something at random in them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::write::{Gguf, Safetensors};
use crate::weights::{LoadError, Weights};

/// Reads all there is. What opened can be read, but for scales that are not finite.
fn read_all(weights: Result<Weights, LoadError>) {
    let Ok(weights) = weights else { return };
    for parameter in weights.parameters() {
        match (weights.vector(parameter), weights.matrix(parameter)) {
            (Err(LoadError::Rank { .. }), Err(error)) => assert!(error.to_string().contains("not finite"), "{error}"),
            (vector, matrix) => assert!(vector.is_ok() != matrix.is_ok(), "{parameter:?}: {vector:?} {matrix:?}"),
        }
    }
}

fn ggufs() -> impl Strategy<Value = Vec<u8>> {
    let file = |dtype| Gguf::tiny(dtype).with_tokens().bytes();
    prop::sample::select(["Q4_0", "Q4_1", "Q8_0", "F16"].map(file).to_vec())
}

fn safetensors() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let file = |dtype| {
        let file = Safetensors::tiny(dtype, dtype == "F32");
        (file.config(), file.bytes())
    };
    prop::sample::select(["F32", "F16", "BF16"].map(file).to_vec())
}

/// Where and what, mostly where a header is.
fn changes() -> impl Strategy<Value = Vec<(usize, u8)>> {
    vec((0_usize..1600, any::<u8>()), 1..4)
}

fn change(bytes: &mut [u8], changes: Vec<(usize, u8)>) {
    let length = bytes.len();
    for (at, byte) in changes {
        bytes[at % length] = byte;
    }
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused() {
    let gguf = Gguf::tiny("Q4_0").with_tokens().bytes();
    for end in 0..gguf.len() {
        assert!(Weights::from_gguf(gguf[..end].to_vec()).is_err(), "{end} of {}", gguf.len());
    }
    Weights::from_gguf(gguf).unwrap();
    let file = Safetensors::tiny("F16", false);
    let (config, bytes) = (file.config(), file.bytes());
    for end in 0..bytes.len() {
        assert!(Weights::from_safetensors(&config, bytes[..end].to_vec()).is_err(), "{end} of {}", bytes.len());
    }
    for end in 0..config.len() {
        assert!(Weights::from_safetensors(&config[..end], bytes.clone()).is_err(), "{end} of {}", config.len());
    }
    Weights::from_safetensors(&config, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn bytes_at_random_are_no_panic(bytes in vec(any::<u8>(), 0..300), header in vec(any::<u8>(), 0..300)) {
        read_all(Weights::from_gguf(bytes.clone()));
        read_all(Weights::from_gguf([&b"GGUF\x03\0\0\0"[..], &bytes].concat()));
        // Counts that pass, so that what follows is read.
        let counts = [&b"GGUF\x03\0\0\0"[..], &1_u64.to_le_bytes(), &1_u64.to_le_bytes(), &1_u64.to_le_bytes(), &bytes];
        read_all(Weights::from_gguf(counts.concat()));
        let good = Safetensors::tiny("F16", false);
        read_all(Weights::from_safetensors(&bytes, good.bytes()));
        read_all(Weights::from_safetensors(&good.config(), bytes.clone()));
        let framed = [&(header.len() as u64).to_le_bytes(), &header[..], &bytes].concat();
        read_all(Weights::from_safetensors(&good.config(), framed));
    }

    #[test]
    fn a_gguf_file_with_changes_is_no_panic(mut bytes in ggufs(), changes in changes(), cut in 0_usize..20_000) {
        change(&mut bytes, changes);
        read_all(Weights::from_gguf(bytes.clone()));
        bytes.truncate(cut);
        read_all(Weights::from_gguf(bytes));
    }

    #[test]
    fn a_safetensors_file_with_changes_is_no_panic(
        (mut config, mut bytes) in safetensors(),
        header in changes(),
        fields in changes(),
        cut in 0_usize..20_000,
    ) {
        let good = bytes.clone();
        change(&mut bytes, header);
        read_all(Weights::from_safetensors(&config, bytes.clone()));
        bytes.truncate(cut);
        read_all(Weights::from_safetensors(&config, bytes));
        change(&mut config, fields);
        read_all(Weights::from_safetensors(&config, good));
    }

    #[test]
    fn numbers_of_a_gguf_header_may_be_anything(
        mut file in prop::sample::select(vec![Gguf::tiny("Q4_1"), Gguf::tiny("F32")]),
        tensor in 0_usize..11,
        dims in vec(prop_oneof![any::<u64>(), 0_u64..100], 0..6),
        offset in prop_oneof![any::<u64>(), (0_u64..300).prop_map(|x| x * 32)],
        kind in 0_u32..50,
        counts in prop::option::of(any::<(u64, u64)>()),
    ) {
        let tensor = &mut file.tensors[tensor];
        (tensor.dims, tensor.kind, tensor.offset) = (dims, kind, Some(offset));
        file.counts = counts;
        read_all(Weights::from_gguf(file.bytes()));
    }
}
