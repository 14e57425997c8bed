//! What the arguments of several attributes are made of.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token, parenthesized};

/// Parses what stands between parentheses. After a fault the rest is taken as well: syn would report it in place of the
/// fault.
pub fn between_parentheses<T>(input: ParseStream, parse: impl FnOnce(ParseStream) -> syn::Result<T>) -> syn::Result<T> {
    let content;
    parenthesized!(content in input);
    let result = parse(&content);
    if result.is_err() {
        content.parse::<TokenStream>()?;
    }
    result
}

/// Values between parentheses, with commas between them.
pub fn parse_list<T: Parse>(input: ParseStream) -> syn::Result<Vec<T>> {
    let list = between_parentheses(input, Punctuated::<T, Token![,]>::parse_terminated)?;
    Ok(list.into_iter().collect())
}

/// The string behind `key =`.
pub fn text(key: &Ident, input: ParseStream) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let given: Expr = input.parse().map_err(|_| syn::Error::new_spanned(key, format!("`{key}` lacks its text")))?;
    Err(syn::Error::new_spanned(given, format!("`{key}` is a string literal: `{key} = \"…\"`")))
}
