//! `#[crosscheck::implements]`: which functions of a contract an `impl` block has.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{GenericParam, Ident, ImplItem, ItemImpl, LitStr, Token};

use crate::backend::check_name;
use crate::element::{Slice, element, origin, registered, slice_of};
use crate::errors::{Errors, not_this, with_args};
use crate::krate::{Krate, all_at};

/// `"backend", …`, and `crate = path`.
struct ImplementsArgs {
    backends: Vec<LitStr>,
    krate: Krate,
}

impl Parse for ImplementsArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (mut backends, mut krate) = (Vec::new(), Krate::default());
        while !input.is_empty() {
            if input.peek(Token![crate]) {
                krate.set(&input.call(Ident::parse_any)?, input)?;
            } else if input.peek(LitStr) {
                backends.push(input.parse()?);
            } else {
                return Err(input.error("expected the name of a backend as a string, or `crate = path`"));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if backends.is_empty() {
            let message = "name the backends that are this type: `#[crosscheck::implements(\"…\", …)]`";
            return Err(syn::Error::new(Span::call_site(), message));
        }
        Ok(Self { backends, krate })
    }
}

/// The block, and the functions in it.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    with_args(args, item, expand_parsed)
}

fn expand_parsed(args: ImplementsArgs, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut seen: Vec<&LitStr> = Vec::new();
    for name in &args.backends {
        check_name(name, &mut errors);
        if seen.iter().any(|other| other.value() == name.value()) {
            errors.at(name, format!("backend `{}` is repeated", name.value()));
        }
        seen.push(name);
    }
    let message =
        "`#[crosscheck::implements]` belongs to the block that implements the contract: `impl Contract for Type`";
    let block = match syn::parse2::<ItemImpl>(item.clone()) {
        Ok(block) => Some(block),
        Err(error) => {
            errors.push(not_this(&item, error, message));
            None
        }
    };
    if let Some(block) = &block
        && block.trait_.is_none()
    {
        errors.at(&block.self_ty, message);
    }
    let contract = block.as_ref().and_then(|block| block.trait_.as_ref()).map(|(path, _)| path);
    if let (Some(block), Some(contract)) = (&block, contract) {
        let parameters: Vec<_> = block.generics.params.iter().map(parameter).collect();
        if mentions(contract.to_token_stream(), &parameters) {
            let message = "the contract depends on a parameter of this block, and a suite has one subject: write a block for \
                           each contract";
            errors.at(contract, message);
        }
    }
    let (Some(block), Some(contract), true) = (&block, contract, errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let functions = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => {
            let name = function.sig.ident.unraw().to_string();
            // A function that `cfg` takes out is not there; whether it does, rustc says behind this attribute.
            let conditions = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
            Some(quote!(#(#conditions)* #name))
        }
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    let (backends, functions) = (slice_of(&args.backends), slice_of(&functions));
    let origin = origin(block.impl_token.span);
    // Everything that needs the contract to be a subject has the span of its name, so that rustc reports a missing
    // `impl Subject` once.
    let name = contract.segments.last().map_or_else(|| block.impl_token.span, |segment| segment.ident.span());
    let at = Span::call_site().located_at(name);
    let subject = all_at(quote!(dyn #contract), at);
    let value = quote_spanned! {at=>
        __crosscheck::__private::implements_element::<#subject>(const {
            &__crosscheck::__private::implements::<#subject>(#backends, #origin, #functions)
        })
    };
    registered(block, &args.krate, &element(&Slice::Implements, &value))
}

/// The name of a parameter, of whichever kind.
fn parameter(parameter: &GenericParam) -> String {
    match parameter {
        GenericParam::Lifetime(parameter) => parameter.lifetime.ident.to_string(),
        GenericParam::Type(parameter) => parameter.ident.to_string(),
        GenericParam::Const(parameter) => parameter.ident.to_string(),
    }
}

/// Whether one of the names is in the tokens.
fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Ident(name) => names.contains(&name.to_string()),
        _ => false,
    })
}
