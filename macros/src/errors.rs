//! All errors of an annotation at once.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Error, Item, Visibility};

/// Expands with the parsed arguments. Arguments that cannot be parsed leave the item as it is: one error is enough.
pub fn with_args<A: Parse>(
    args: TokenStream,
    item: TokenStream,
    expand: impl FnOnce(A, TokenStream) -> TokenStream,
) -> TokenStream {
    match syn::parse2(args) {
        Ok(args) => expand(args, item),
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#error #item)
        }
    }
}

/// What to say of an item of another kind than the attribute is for; of one that cannot be read, what syn says.
pub fn not_this(item: &TokenStream, error: Error, message: &str) -> Error {
    let keyword = |input: ParseStream| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let rest: TokenStream = input.parse()?;
        Ok(rest.into_iter().next())
    };
    match syn::parse2::<Item>(item.clone()) {
        Ok(_) => {
            let keyword = keyword.parse2(item.clone()).ok().flatten();
            Error::new(keyword.map_or_else(Span::call_site, |token| token.span()), message)
        }
        Err(_) => error,
    }
}

/// Errors that were found so far.
#[derive(Default)]
pub struct Errors(Option<Error>);

impl Errors {
    /// Adds an error.
    pub fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Adds an error at `tokens`.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// The value, or the error kept.
    pub fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Whether no error was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The errors, if there are any.
    pub fn into_result(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }

    /// The errors as tokens, if there are any.
    pub fn into_tokens(self) -> Option<TokenStream> {
        self.0.map(|error| error.to_compile_error())
    }
}
