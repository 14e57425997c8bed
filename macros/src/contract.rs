//! `#[crosscheck::contract]`: the trait, whose default bodies implement nothing for a backend, and a faulty backend of it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{ItemTrait, TraitItem};

use crate::errors::{Errors, not_this, with_args};
use crate::krate::Krate;

/// The trait, each default body of which ends a check on a backend that does not implement the function.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    with_args(args, item, expand_parsed)
}

fn expand_parsed(krate: Krate, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let contract = match syn::parse2::<ItemTrait>(item.clone()) {
        Ok(contract) => Some(contract),
        Err(error) => {
            let message = "`#[crosscheck::contract]` belongs to the trait that is the contract";
            errors.push(not_this(&item, error, message));
            None
        }
    };
    if let Some(ItemTrait { generics, .. }) = &contract
        && !generics.params.is_empty()
    {
        let message = "a contract has no parameters: checks take it as one type, `&dyn Contract`; write a contract for each \
                       type instead";
        errors.at(&generics.params, message);
    }
    let Some(mut contract) = contract.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let registration = crate::faulty::registration(&contract, &krate);
    let name = contract.ident.clone();
    for item in &mut contract.items {
        let TraitItem::Fn(function) = item else { continue };
        // Without the subject there is no backend that could lack it.
        let (Some(_), Some(body)) = (function.sig.receiver(), &mut function.default) else { continue };
        let text = function.sig.ident.unraw().to_string();
        let span = function.sig.ident.span();
        let krate = krate.at(span);
        let guard = quote_spanned!(span=> #krate::__private::default_body::<dyn #name>(#text););
        let statements = &body.stmts;
        *body = syn::parse_quote!({ #guard #(#statements)* });
    }
    quote! {
        #contract
        #registration
    }
}
