//! Where rows are written, and a hash of how: `cargo crosscheck fix` changes them only while they are as they were.

use proc_macro2::TokenStream;
use quote::quote;

use super::hash::hash;

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
    let hash = hash(args.clone(), item);
    Some(quote!(.source(#first, #last, #hash)))
}
