//! Inputs at random, for tests of what other programs write.

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// How many inputs a test tries where `FUZZ_SECONDS` does not say for how long.
const CASES: u64 = 2_000;

/// Calls `try_one` with generators of different seeds; a failure says which it was.
pub(crate) fn fuzz(what: &str, mut try_one: impl FnMut(&mut Pcg64)) {
    let seconds =
        std::env::var("FUZZ_SECONDS").ok().map(|seconds| seconds.parse().expect("`FUZZ_SECONDS` is a number"));
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut tried = 0;
    while until.map_or(tried < CASES, |until| Instant::now() < until) {
        let tried_before = Tried { what, seed: tried };
        try_one(&mut Pcg64::seed_from_u64(tried));
        std::mem::forget(tried_before);
        tried += 1;
    }
    println!("{what}: {tried} inputs");
}

/// Says at a panic which input it was.
struct Tried<'a> {
    what: &'a str,
    seed: u64,
}

impl Drop for Tried<'_> {
    fn drop(&mut self) {
        println!("{}: input {}", self.what, self.seed);
    }
}

/// Bytes with a few changes: bits flipped, pieces left out, repeated, put elsewhere, or made of nothing.
pub(crate) fn changed(generator: &mut Pcg64, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..generator.random_range(0..4) {
        let end = bytes.len();
        let (a, b) = (generator.random_range(0..=end), generator.random_range(0..=end));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 64));
        match generator.random_range(0..6) {
            0 if end > 0 => bytes[a.min(end - 1)] ^= 1 << generator.random_range(0..8),
            1 => drop(bytes.drain(from..to)),
            2 => {
                let piece = bytes[from..to].to_vec();
                drop(bytes.splice(b..b, piece));
            }
            3 => bytes.truncate(a),
            4 => {
                let noise: Vec<u8> = (0..generator.random_range(1..20)).map(|_| generator.random()).collect();
                drop(bytes.splice(a..a, noise));
            }
            _ if end > 0 => bytes[a.min(end - 1)] = generator.random(),
            _ => {}
        }
    }
    bytes
}
