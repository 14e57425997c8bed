#![no_main]

use crosscheck_backends::inference::weights::Weights;
use crosscheck_backends_fuzz::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read(Weights::from_gguf(bytes.to_vec())));
