//! `#[crosscheck::backend]`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, ItemFn, LitStr, Path, Safety, Token, token};

use crate::check::args::BackendName;
use crate::element::{Slice, element, origin, registered, slice_of};
use crate::errors::{Errors, not_this, with_args};
use crate::krate::{Krate, local, package};
use crate::nearest::did_you_mean;
use crate::parse::parse_list;

const KNOWN: &str = "name = \"…\", aliases(\"…\", …), device = \"…\", isolated, fresh, each = function, crate = path";

/// `name = "…", aliases("…", …), device = "…", isolated, fresh`, and `crate = path`.
struct BackendArgs {
    name: LitStr,
    aliases: Vec<LitStr>,
    device: Option<LitStr>,
    isolated: bool,
    fresh: bool,
    each: Option<Path>,
    krate: Krate,
}

impl Parse for BackendArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (mut name, mut aliases, mut device, mut isolated, mut fresh) = (None, None, None, None, None);
        let mut each = None;
        let mut krate = Krate::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                return Err(input.error("this is written `name = \"…\"`"));
            }
            if !input.peek(Ident::peek_any) {
                return Err(input.error(format!("expected the name of an argument (known: {KNOWN})")));
            }
            let key: Ident = input.call(Ident::parse_any)?;
            let repeated = match key.to_string().as_str() {
                "name" => name.replace(string(&key, input)?).is_some(),
                "aliases" => aliases.replace(names(&key, input)?).is_some(),
                "device" => device.replace(string(&key, input)?).is_some(),
                "isolated" => isolated.replace(word(&key, input)?).is_some(),
                "each" => each.replace(function(&key, input)?).is_some(),
                "fresh" => fresh.replace(word(&key, input)?).is_some(),
                "crate" => krate.set(&key, input).map(|()| false)?,
                _ => {
                    let known = ["name", "aliases", "device", "isolated", "fresh", "each", "crate"];
                    let hint = did_you_mean(&key.to_string(), known);
                    let message = format!("unknown argument `{key}`{hint} (known: {KNOWN})");
                    return Err(syn::Error::new_spanned(key, message));
                }
            };
            if repeated {
                return Err(syn::Error::new_spanned(&key, format!("argument `{key}` is repeated")));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let (aliases, isolated, fresh) = (aliases.unwrap_or_default(), isolated.is_some(), fresh.is_some());
        match name {
            Some(name) => Ok(Self { name, aliases, device, isolated, fresh, each, krate }),
            None => {
                let message = "a backend needs a name: `#[crosscheck::backend(name = \"…\")]`";
                Err(syn::Error::new(Span::call_site(), message))
            }
        }
    }
}

/// `= path`, behind `key`.
fn function(key: &Ident, input: ParseStream) -> syn::Result<Path> {
    let written = || format!("this is written `{key} = function`: what lists the devices, a backend for each");
    input.parse::<Token![=]>().map_err(|_| syn::Error::new_spanned(key, written()))?;
    input.parse().map_err(|error: syn::Error| syn::Error::new(error.span(), written()))
}

/// Nothing, behind `key`.
fn word(key: &Ident, input: ParseStream) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(syn::Error::new_spanned(key, format!("`{key}` takes no value: write `{key}` alone")))
}

/// `= "…"`, behind `key`.
fn string(key: &Ident, input: ParseStream) -> syn::Result<LitStr> {
    let written = || format!("this is written `{key} = \"…\"`");
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(key, written()));
    }
    input.parse::<Token![=]>()?;
    if input.peek(LitStr) { input.parse() } else { Err(input.error(written())) }
}

/// `("…", …)`, behind `key`.
fn names(key: &Ident, input: ParseStream) -> syn::Result<Vec<LitStr>> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new_spanned(key, format!("this is written `{key}(\"…\", …)`")));
    }
    Ok(parse_list::<BackendName>(input)?.into_iter().map(|BackendName(name)| name).collect())
}

/// The function, and its registration.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    with_args(args, item, expand_parsed)
}

fn expand_parsed(args: BackendArgs, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    for name in std::iter::once(&args.name).chain(&args.aliases).chain(&args.device) {
        check_name(name, &mut errors);
    }
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(not_this(
                &item,
                error,
                "`#[crosscheck::backend]` belongs to the function that opens the backend",
            ));
            let errors = errors.into_tokens();
            return quote!(#errors #item);
        }
    };
    let signature = &function.sig;
    let plain = signature.inputs.len() == usize::from(args.each.is_some())
        && signature.variadic.is_none()
        && signature.asyncness.is_none()
        && signature.abi.is_none()
        && signature.generics.params.is_empty()
        && !matches!(signature.safety, Safety::Unsafe(_));
    if !plain {
        let message = match args.each {
            None => "a backend is opened by a safe function without parameters: `fn() -> Result<Box<…>, Unavailable>`",
            Some(_) => {
                "a backend for each device is opened by a safe function that takes one: `fn(Device) -> Result<Box<…>, Unavailable>`"
            }
        };
        errors.at(signature, message);
    }
    if let Some(errors) = errors.into_tokens() {
        return quote!(#errors #item);
    }

    let (name, open) = (&args.name, &function.sig.ident);
    let origin = origin(open.span());
    // Everything that needs a subject has the span of the function's name, so that rustc reports a missing `impl Subject`
    // once.
    let at = Span::call_site().located_at(open.span());
    let aliases = (!args.aliases.is_empty()).then(|| {
        let aliases = slice_of(&args.aliases);
        quote_spanned!(at=> .aliases(#aliases))
    });
    let isolated = args.isolated.then(|| quote_spanned!(at=> .isolated()));
    let fresh = args.fresh.then(|| quote_spanned!(at=> .fresh()));
    let device = args.device.as_ref().map(|device| quote_spanned!(at=> .device(#device)));
    let package = package().map(|[name, version]| quote_spanned!(at=> .package(#name, #version)));
    // The subject is inferred from what the function returns, so that a wrong return type is rustc's to explain.
    let new = match &args.each {
        None => quote_spanned!(at=> __crosscheck::__private::NewBackend::new(#name, #origin, #open)),
        Some(each) => {
            let number = local("number");
            quote_spanned! {at=>
                __crosscheck::__private::NewBackend::each(
                    #name,
                    #origin,
                    || __crosscheck::__private::count(#each()),
                    |#number| #open(__crosscheck::__private::nth(#each(), #number)?),
                )
            }
        }
    };
    let new = quote_spanned! {at=>
        #new #aliases #isolated #fresh #device #package
    };
    let backend = quote_spanned!(at=> const { &__crosscheck::__private::backend(#new) });
    let element = element(&Slice::Backends, &quote_spanned!(at=> __crosscheck::__private::backend_element(#backend)));
    registered(&function, &args.krate, &element)
}

/// Names appear in the names of tests, on command lines and in filters.
pub fn check_name(name: &LitStr, errors: &mut Errors) {
    let text = name.value();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.';
    if text.is_empty() || !text.chars().all(fits) {
        errors.at(name, format!("`{text}` is not a name: use ASCII letters, digits, `_`, `-` and `.`"));
    }
}
