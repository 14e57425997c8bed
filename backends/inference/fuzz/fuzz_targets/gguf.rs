#![no_main]

use crosscheck_inference::weights::Weights;
use crosscheck_inference_fuzz::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read(Weights::from_gguf(bytes.to_vec())));
