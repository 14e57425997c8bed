//! Text of tokens that come one by one.

use super::{Result, Show, Tokenizer};

/// Decodes tokens one by one and never gives half a character away. The pieces together are what
/// [`decode`](Tokenizer::decode) makes of all the tokens.
///
/// The library's `DecodeStream` is not used: it holds back every text that ends in U+FFFD, so that a byte which can no longer
/// become a character stays until something else follows, and what it holds at the end of a stream is lost.
#[derive(Clone, Debug)]
pub struct Decoder {
    tokenizer: Tokenizer,
    show: Show,
    /// The beginning of a character: at most three bytes.
    pub(super) pending: Vec<u8>,
    /// Whether the text has begun.
    begun: bool,
}

impl Decoder {
    pub(super) fn new(tokenizer: Tokenizer, show: Show) -> Self {
        Self { tokenizer, show, pending: Vec::new(), begun: false }
    }

    /// What the next token adds to the text, which is nothing while a character is incomplete.
    ///
    /// # Errors
    /// When the id is no token; the decoder is as it was.
    pub fn push(&mut self, id: u32) -> Result<String> {
        let bytes = self.tokenizer.bytes(id, self.show)?;
        let own = if self.begun { bytes } else { self.tokenizer.own(bytes) };
        self.begun |= !bytes.is_empty();
        self.pending.extend_from_slice(own);
        let mut text = String::with_capacity(self.pending.len());
        let mut rest = self.pending.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    text.push_str(std::str::from_utf8(valid).expect("valid up to there"));
                    rest = after;
                    // Without a length, more bytes can complete the character.
                    let Some(wrong) = error.error_len() else { break };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &rest[wrong..];
                }
            }
        }
        self.pending = rest.to_vec();
        Ok(text)
    }

    /// What is left when no token follows: U+FFFD for the beginning of a character that was not completed.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }
}
