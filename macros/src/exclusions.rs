//! `#[crosscheck::exclusions]`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{FnArg, ItemFn, LitStr, Type};

use crate::backend::check_name;
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;

/// `"backend"`.
pub struct ExclusionsArgs {
    backend: LitStr,
}

impl Parse for ExclusionsArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.is_empty() {
            let message = "name the backend: `#[crosscheck::exclusions(\"…\")]`";
            return Err(syn::Error::new(Span::call_site(), message));
        }
        let backend = input.parse()?;
        if !input.is_empty() {
            return Err(input.error("one name only: each backend has a matrix function of its own"));
        }
        Ok(Self { backend })
    }
}

/// The function, its check at compile time, and its registration.
pub fn expand(args: ExclusionsArgs, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    check_name(&args.backend, &mut errors);
    let Some(function) = errors.keep(syn::parse2::<ItemFn>(item.clone())) else {
        return errors.into_tokens().unwrap_or_default();
    };
    if function.sig.constness.is_none() {
        errors.at(function.sig.fn_token, "exclusions are a `const fn`: the compiler evaluates them for every feature");
    }
    let feature = feature_type(&function, &mut errors);
    if let Some(errors) = errors.into_tokens() {
        return quote!(#errors #item);
    }

    let (backend, name) = (&args.backend, &function.sig.ident);
    let origin = origin(name.span());
    let evaluate = quote_spanned! {name.span()=>
        let features = <#feature as ::crosscheck::Feature>::ALL;
        let mut at = 0;
        while at < features.len() {
            ::crosscheck::__private::row(#name(features[at]));
            at += 1;
        }
    };
    let registration = element(
        &Slice::Exclusions,
        &quote!(::crosscheck::__private::Exclusions::<#feature> { backend: #backend, origin: #origin, action: #name }),
    );
    registered(
        &function,
        &quote! {
            const _: () = { #evaluate };
            #registration
        },
    )
}

/// The type of the only parameter.
fn feature_type(function: &ItemFn, errors: &mut Errors) -> Option<Type> {
    let mut inputs = function.sig.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(parameter)), None) => Some((*parameter.ty).clone()),
        _ => {
            let message = "exclusions take the feature and nothing else: `const fn(Feature) -> Action`";
            errors.push(syn::Error::new(function.sig.inputs.span(), message));
            None
        }
    }
}
