//! `#[crosscheck::implements]` on an `impl` block, and `#[crosscheck::contract]` on the trait.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Nothing, Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{ImplItem, Item, ItemImpl, ItemTrait, LitStr, Token, TraitItem};

use crate::backend::check_name;
use crate::check::args::slice_of;
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;

/// `"backend", …`.
pub struct ImplementsArgs {
    backends: Vec<LitStr>,
}

impl Parse for ImplementsArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.is_empty() {
            let message = "name the backends that are this type: `#[crosscheck::implements(\"…\", …)]`";
            return Err(syn::Error::new(Span::call_site(), message));
        }
        Ok(Self { backends: Punctuated::<LitStr, Token![,]>::parse_terminated(input)?.into_iter().collect() })
    }
}

/// The block, and the functions in it.
pub fn expand_implements(args: ImplementsArgs, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut seen: Vec<&LitStr> = Vec::new();
    for name in &args.backends {
        check_name(name, &mut errors);
        if seen.iter().any(|other| other.value() == name.value()) {
            errors.at(name, format!("backend `{}` is repeated", name.value()));
        }
        seen.push(name);
    }
    let block = match syn::parse2::<ItemImpl>(item.clone()) {
        Ok(block) => block,
        Err(_) => {
            errors.push(syn::Error::new(
                Span::call_site(),
                "`#[crosscheck::implements]` belongs to an `impl Contract for Type` block",
            ));
            let errors = errors.into_tokens();
            return quote!(#errors #item);
        }
    };
    let contract = match &block.trait_ {
        Some((path, _)) => Some(path),
        _ => {
            errors
                .at(&block.self_ty, "`#[crosscheck::implements]` belongs to the block that implements the contract: `impl Contract for Type`");
            None
        }
    };
    let Some(contract) = contract.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let functions = block.items.iter().filter_map(|item| match item {
        // A function that `cfg` takes out is not there: rustc has applied it before this attribute sees the block.
        ImplItem::Fn(function) => Some(function.sig.ident.unraw().to_string()),
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    let (backends, functions) = (slice_of(&args.backends), slice_of(&functions));
    let origin = origin(block.impl_token.span);
    let value = quote!(::crosscheck::__private::Implements::<dyn #contract>::new(#backends, #origin, #functions));
    registered(&block, &element(&Slice::Implements, &value))
}

/// The trait, each default body of which ends a check on a backend that does not implement the function.
pub fn expand_contract(_: Nothing, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let contract = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(contract)) => Some(contract),
        _ => {
            errors.push(syn::Error::new(
                Span::call_site(),
                "`#[crosscheck::contract]` belongs to the trait that is the contract",
            ));
            None
        }
    };
    if let Some(ItemTrait { generics, .. }) = &contract
        && !generics.params.is_empty()
    {
        errors.at(&generics.params, "a contract has no parameters: checks take it as one type, `&dyn Contract`; write a contract for each type instead");
    }
    let Some(mut contract) = contract.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let name = contract.ident.clone();
    for item in &mut contract.items {
        let TraitItem::Fn(function) = item else { continue };
        // Without the subject there is no backend that could lack it.
        let (Some(_), Some(body)) = (function.sig.receiver(), &mut function.default) else { continue };
        let text = function.sig.ident.unraw().to_string();
        let guard = quote_spanned! {function.sig.ident.span()=>
            ::crosscheck::__private::default_body::<dyn #name>(#text);
        };
        let statements = &body.stmts;
        *body = syn::parse_quote!({ #guard #(#statements)* });
    }
    quote!(#contract)
}
