//! Where rows are written, and a hash of how: `cargo crosscheck fix` changes them only while they are as they were.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

/// `.source(first line, last line, hash)`; nothing where the compiler does not say where its tokens are from.
pub fn source(args: &TokenStream, item: TokenStream) -> Option<TokenStream> {
    // Without the compiler, in tests, tokens stand nowhere.
    if !proc_macro::is_available() {
        return None;
    }
    let (mut first, mut last) = (usize::MAX, 0);
    for token in item.clone() {
        let span = token.span().unwrap();
        (first, last) = (first.min(span.start().line()), last.max(span.end().line()));
    }
    let (first, last) = (u32::try_from(first).ok()?, u32::try_from(last).ok()?);
    let mut hash = Hash::default();
    hash.tokens(args.clone());
    hash.tokens(item);
    let hash = hash.0;
    Some(quote!(.source(#first, #last, #hash)))
}

/// FNV-1a over the texts of tokens, a zero behind each. What rustfmt changes is no change, nor is a comment.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

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
