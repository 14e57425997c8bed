//! `#[crosscheck::contract]`: the trait, whose default bodies implement nothing for a backend, and a faulty backend of it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, ItemTrait, LitStr, Token, TraitItem, token};

use crate::errors::{Errors, not_this, with_args};
use crate::krate::Krate;
use crate::nearest::did_you_mean;
use crate::parse::parse_list;

const KNOWN: &str = "symmetric(\"…\", …), crate = path";

/// `symmetric("…", …)`, and `crate = path`.
struct ContractArgs {
    symmetric: Vec<LitStr>,
    krate: Krate,
}

/// The name of a function, as a string.
struct FunctionName(LitStr);

impl Parse for FunctionName {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            input.parse().map(Self)
        } else {
            Err(input.error("expected the name of a function as a string"))
        }
    }
}

impl Parse for ContractArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (mut symmetric, mut krate) = (None, Krate::default());
        while !input.is_empty() {
            let key: Ident = input.call(Ident::parse_any)?;
            match key.to_string().as_str() {
                "crate" => krate.set(&key, input)?,
                "symmetric" if !input.peek(token::Paren) => {
                    return Err(syn::Error::new_spanned(key, "this is written `symmetric(\"…\", …)`"));
                }
                "symmetric" => {
                    let names = parse_list::<FunctionName>(input)?.into_iter().map(|FunctionName(name)| name).collect();
                    if symmetric.replace(names).is_some() {
                        return Err(syn::Error::new_spanned(key, "argument `symmetric` is repeated"));
                    }
                }
                unknown => {
                    let hint = did_you_mean(unknown, ["symmetric", "crate"]);
                    let message = format!("unknown argument `{unknown}`{hint} (known: {KNOWN})");
                    return Err(syn::Error::new_spanned(key, message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self { symmetric: symmetric.unwrap_or_default(), krate })
    }
}

/// The trait, each default body of which ends a check on a backend that does not implement the function.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    with_args(args, item, expand_parsed)
}

fn expand_parsed(args: ContractArgs, item: TokenStream) -> TokenStream {
    let ContractArgs { symmetric, krate } = args;
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
    if let Some(contract) = &contract {
        check_symmetric(&symmetric, contract, &mut errors);
    }
    let Some(mut contract) = contract.filter(|_| errors.is_empty()) else {
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let registration = crate::faulty::registration(&contract, &symmetric, &krate);
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

/// Each is a function with two arguments of one type, and stands there once.
fn check_symmetric(symmetric: &[LitStr], contract: &ItemTrait, errors: &mut Errors) {
    let functions = contract.items.iter().filter_map(|item| match item {
        TraitItem::Fn(function) => Some((function.sig.ident.unraw().to_string(), &function.sig)),
        _ => None,
    });
    let functions: Vec<_> = functions.collect();
    for (at, name) in symmetric.iter().enumerate() {
        let text = name.value();
        match functions.iter().find(|(known, _)| *known == text) {
            None => {
                let known: Vec<_> = functions.iter().map(|(name, _)| name.as_str()).collect();
                let hint = did_you_mean(&text, known.iter().copied());
                errors.at(name, format!("the contract has no function `{text}`{hint} (known: {})", known.join(", ")));
            }
            Some((_, signature)) if crate::faulty::exchangeable(signature).is_empty() => {
                errors.at(name, format!("`{text}` has no two arguments of one type that could be exchanged"));
            }
            Some(_) if symmetric[..at].iter().any(|other| other.value() == text) => {
                errors.at(name, format!("function `{text}` is repeated"));
            }
            Some(_) => {}
        }
    }
}
