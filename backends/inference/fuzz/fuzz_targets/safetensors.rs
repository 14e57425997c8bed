#![no_main]

use crosscheck_inference::weights::Weights;
use crosscheck_inference_fuzz::read;
use libfuzzer_sys::fuzz_target;

// Two bytes say how long the configuration is; it comes behind them, and the weights behind it.
fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk() else { return };
    let Some((config, weights)) = rest.split_at_checked(u16::from_le_bytes(*length).into()) else { return };
    read(Weights::from_safetensors(config, weights.to_vec()));
});
