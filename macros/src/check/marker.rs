//! The names of features and functions, as arguments give them.

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token, token};

use crate::errors::Errors;
use crate::feature::marker_ident;
use crate::parse::parse_list;

/// `= "a"` or `("a", "b")`, behind `name`; bare identifiers as well, because that is what rustc's own suggestion leaves.
///
/// They are identifiers that carry the span of what was written.
pub fn one_or_more(name: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if input.peek(token::Bracket) {
            let list: TokenTree = input.parse()?;
            return Err(syn::Error::new_spanned(list, format!("several names are written `{name}(\"…\", \"…\")`")));
        }
        let marker = input.parse::<Marker>()?;
        return Ok(errors.keep(marker.ident()).into_iter().collect());
    }
    if !input.peek(token::Paren) {
        return Err(syn::Error::new_spanned(name, format!("this is written `{name} = \"…\"` or `{name}(\"…\", …)`")));
    }
    let markers = parse_list::<Marker>(input)?;
    Ok(markers.into_iter().filter_map(|marker| errors.keep(marker.ident())).collect())
}

enum Marker {
    Literal(LitStr),
    Bare(Ident),
}

impl Parse for Marker {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            input.parse().map(Self::Literal)
        } else if input.peek(Ident::peek_any) {
            input.call(Ident::parse_any).map(Self::Bare)
        } else {
            Err(input.error("expected a name as a string, such as `\"dynamic_offsets\"`"))
        }
    }
}

impl Marker {
    /// The marker as an identifier with the span of the literal, so that rustc's own errors point there.
    fn ident(self) -> syn::Result<Ident> {
        let (given, span) = match &self {
            Self::Bare(ident) => (ident.unraw().to_string(), ident.span()),
            Self::Literal(literal) => (literal.value(), literal.span()),
        };
        let word = given.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && given.chars().all(|c| c.is_alphanumeric() || c == '_');
        match (word && is_identifier(&given), self) {
            (true, Self::Bare(ident)) if syn::parse_str::<Ident>(&ident.to_string()).is_ok() => Ok(ident),
            (true, _) => Ok(marker_ident(&given, span)),
            (false, _) => Err(syn::Error::new(span, format!("`{given}` is not a name: names look like `snake_case`"))),
        }
    }
}

/// Whether the word can be an identifier, as a raw one at the least.
fn is_identifier(word: &str) -> bool {
    !matches!(word, "_" | "self" | "super" | "crate" | "Self") && syn::parse_str::<Ident>(&format!("r#{word}")).is_ok()
}
