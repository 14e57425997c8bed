//! An implementation that is as plain as the RFC.

use crosscheck::Unavailable;

use crate::{Alphabet, Codec};

struct Reference;

impl Alphabet {
    fn letters(self) -> [u8; 64] {
        let mut letters = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        if self == Self::Url {
            letters[62..].copy_from_slice(b"-_");
        }
        letters
    }
}

impl Codec for Reference {
    fn encode(&self, bytes: &[u8], alphabet: Alphabet) -> String {
        let letters = alphabet.letters();
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
            for at in 0..4 {
                let letter = letters[(bits >> (18 - 6 * at)) as usize % 64];
                text.push(if at <= group.len() { char::from(letter) } else { '=' });
            }
        }
        text
    }

    fn decode(&self, text: &str, alphabet: Alphabet) -> Result<Vec<u8>, String> {
        let letters = alphabet.letters();
        let values = text.trim_end_matches('=');
        let values = values.bytes().map(|byte| {
            let value = letters.iter().position(|letter| *letter == byte);
            value.ok_or_else(|| format!("{:?} is no letter", char::from(byte)))
        });
        let values: Vec<_> = values.collect::<Result<_, _>>()?;
        let mut bytes = Vec::new();
        for group in values.chunks(4) {
            let bits = (0..4).fold(0_usize, |bits, at| bits << 6 | group.get(at).copied().unwrap_or(0));
            let all = [bits >> 16, bits >> 8, bits].map(|byte| (byte % 256) as u8);
            bytes.extend_from_slice(&all[..group.len() - 1]);
        }
        // Any other way to write these bytes is not the way.
        if self.encode(&bytes, alphabet) == text {
            Ok(bytes)
        } else {
            Err("not what any bytes are encoded as".to_owned())
        }
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Codec>, Unavailable> {
    Ok(Box::new(Reference))
}
