//! Base64 as a contract: the trait, a reference that is plainly right, and the checks that every implementation runs.
//!
//! An implementation depends on this crate, registers itself by `#[crosscheck::backend]`, states what it cannot do by
//! `#[crosscheck::exclusions]`, and names this crate in its `crosscheck::main!`.

#![forbid(unsafe_code)]

use crosscheck::Subject;

pub mod decoding;
pub mod encoding;
mod reference;

/// Which letters stand for 62 and 63.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// `+` and `/`.
    Standard,
    /// `-` and `_`.
    Url,
}

/// Base64 as in RFC 4648.
pub trait Codec: Send + Sync {
    /// The text of bytes, with `=` at its end where they do not fill it.
    fn encode(&self, bytes: &[u8], alphabet: Alphabet) -> String;

    /// The bytes of a text.
    ///
    /// # Errors
    /// When it is not what [`encode`](Self::encode) makes of any bytes; the text of the error is the implementation's own.
    fn decode(&self, text: &str, alphabet: Alphabet) -> Result<Vec<u8>, String>;
}

/// What an implementation may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(Upstream))]
pub enum Feature {
    /// Texts without their `=` are refused.
    RefusesMissingPadding,
    /// Bits that stand for nothing have to be 0.
    RefusesTrailingBits,
    /// Blanks and line ends are refused.
    RefusesWhitespace,
}

impl Subject for dyn Codec {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}
