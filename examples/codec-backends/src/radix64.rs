//! The crate radix64, with its configurations `STD` and `URL_SAFE`.

use codec_suite::{Alphabet, Codec};
use crosscheck::Unavailable;
use radix64::{STD, URL_SAFE};

struct Radix64;

impl Codec for Radix64 {
    fn encode(&self, bytes: &[u8], alphabet: Alphabet) -> String {
        match alphabet {
            Alphabet::Standard => STD.encode(bytes),
            Alphabet::Url => URL_SAFE.encode(bytes),
        }
    }

    fn decode(&self, text: &str, alphabet: Alphabet) -> Result<Vec<u8>, String> {
        let decoded = match alphabet {
            Alphabet::Standard => STD.decode(text),
            Alphabet::Url => URL_SAFE.decode(text),
        };
        decoded.map_err(|error| error.to_string())
    }
}

#[crosscheck::backend(name = "radix64")]
fn radix64() -> Result<Box<dyn Codec>, Unavailable> {
    Ok(Box::new(Radix64))
}
