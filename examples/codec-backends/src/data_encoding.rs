//! The crate data-encoding, with its encodings `BASE64` and `BASE64URL`.

use codec_suite::{Alphabet, Codec};
use crosscheck::Unavailable;
use data_encoding::{BASE64, BASE64URL, Encoding};

struct DataEncoding;

fn encoding(alphabet: Alphabet) -> Encoding {
    match alphabet {
        Alphabet::Standard => BASE64,
        Alphabet::Url => BASE64URL,
    }
}

impl Codec for DataEncoding {
    fn encode(&self, bytes: &[u8], alphabet: Alphabet) -> String {
        encoding(alphabet).encode(bytes)
    }

    fn decode(&self, text: &str, alphabet: Alphabet) -> Result<Vec<u8>, String> {
        encoding(alphabet).decode(text.as_bytes()).map_err(|error| error.to_string())
    }
}

#[crosscheck::backend(name = "data_encoding")]
fn data_encoding() -> Result<Box<dyn Codec>, Unavailable> {
    Ok(Box::new(DataEncoding))
}
