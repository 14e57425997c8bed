//! A hash of how a row is written: `cargo crosscheck fix` changes it only while it is as the attribute saw it.
//!
//! The same file stands in `macros/src/exclusions` and in `cli/src/fix`, since neither crate can depend on the other; a test compares
//! the two.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The hash of the arguments of a row's attribute, and of its item without attributes.
pub fn hash(args: TokenStream, item: TokenStream) -> u64 {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    hash.tokens(args);
    hash.tokens(item);
    hash.0
}

/// FNV-1a over the texts of tokens, a zero behind each. What rustfmt changes is no change, nor is a comment.
struct Hash(u64);

impl Hash {
    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                // The compiler writes a doc comment in another way than other parsers.
                TokenTree::Punct(punct) if punct.as_char() == '#' && tokens.next_if(is_doc).is_some() => {}
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.text(open);
                    self.tokens(group.stream());
                    self.text(close);
                }
                token => self.text(&token.to_string()),
            }
        }
    }

    fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

fn is_doc(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}
