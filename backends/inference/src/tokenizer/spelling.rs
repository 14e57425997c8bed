//! How the names of tokens spell text, which is what the decoder of a file undoes.

use std::collections::HashMap;

use serde_json::Value;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};

use super::pieces;

/// How names spell text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// A character for each byte, as in GPT-2's tokenizer.
    ByteLevel,
    /// As they are, but for a character that stands for a space, as in SentencePiece.
    Meta {
        /// That character, mostly U+2581.
        space: char,
        /// Whether tokens such as `<0x0A>` are bytes.
        bytes: bool,
        /// Whether one space is in front of each text that is not the text's own.
        prefix: bool,
    },
}

pub(super) const DECODERS: &str =
    "ByteLevel, Metaspace, or a Sequence of Replace, ByteFallback, Fuse and Strip as transformers writes it for Llama";

impl Spelling {
    /// What the decoder of a `tokenizer.json` undoes. None of those that are not known.
    pub fn of(decoder: &Value) -> Option<Self> {
        let parts = decoder["decoders"].as_array().map_or(std::slice::from_ref(decoder), Vec::as_slice);
        let kind = |part: &Value| part["type"].as_str().map(str::to_owned);
        if let [only] = parts {
            match kind(only).as_deref() {
                Some("ByteLevel") => return Some(Self::ByteLevel),
                Some("Metaspace") => {
                    let metaspace: Metaspace = serde_json::from_value(only.clone()).ok()?;
                    let prefix = metaspace.prepend_scheme != PrependScheme::Never;
                    return Some(Self::Meta { space: metaspace.get_replacement(), bytes: false, prefix });
                }
                _ => (),
            }
        }
        let (replace, rest) = parts.split_first()?;
        if kind(replace)? != "Replace" || replace["content"] != " " {
            return None;
        }
        let mut space = replace["pattern"]["String"].as_str()?.chars();
        let (Some(space), None) = (space.next(), space.next()) else { return None };
        let kinds: Vec<_> = rest.iter().map(kind).collect::<Option<_>>()?;
        let kinds: Vec<_> = kinds.iter().map(String::as_str).collect();
        let (bytes, kinds) = match kinds.split_first() {
            Some((&"ByteFallback", kinds)) => (true, kinds),
            _ => (false, kinds.as_slice()),
        };
        let prefix = match kinds {
            [] | ["Fuse"] => false,
            // Of all text only behind `Fuse`, of each token without it.
            ["Fuse", "Strip"] => {
                let strip = rest.last()?;
                if strip["content"] != " " || strip["start"] != 1 || strip["stop"] != 0 {
                    return None;
                }
                true
            }
            _ => return None,
        };
        Some(Self::Meta { space, bytes, prefix })
    }

    /// What the names of tokens spell.
    pub fn reader(&self) -> impl Fn(&str) -> Vec<u8> + use<> {
        let (own, letters) = (self.clone(), byte_level_alphabet());
        move |name| match own {
            Self::ByteLevel => {
                let bytes = name.chars().map(|c| letters.get(&c).copied()).collect::<Option<_>>();
                bytes.unwrap_or_else(|| name.as_bytes().to_vec())
            }
            Self::Meta { space, bytes, .. } => match pieces::byte(name).filter(|_| bytes) {
                Some(byte) => vec![byte],
                None => name.replace(space, " ").into_bytes(),
            },
        }
    }

    /// Whether a text begins with a space that is not its own.
    pub fn has_prefix(&self) -> bool {
        matches!(self, Self::Meta { prefix: true, .. })
    }
}

/// The characters that stand for bytes in the tokens of byte-level BPE: printable ones for themselves, the others are moved
/// to U+0100 and on.
pub(super) fn byte_level_alphabet() -> HashMap<char, u8> {
    let mut next = 0x100;
    (0..=u8::MAX)
        .map(|byte| {
            let itself = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
            let code = if itself {
                u32::from(byte)
            } else {
                next += 1;
                next - 1
            };
            (char::from_u32(code).expect("U+0000 to U+0143 are characters"), byte)
        })
        .collect()
}
