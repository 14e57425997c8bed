//! `#[crosscheck::backend]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, ItemFn, LitStr, Token, parenthesized};

use crate::check::args::slice_of;
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;
use crate::nearest::did_you_mean;

/// `name = "…", aliases("…", …), device = "…", isolated`.
pub struct BackendArgs {
    name: LitStr,
    aliases: Vec<LitStr>,
    device: Option<LitStr>,
    isolated: bool,
}

impl Parse for BackendArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (mut name, mut aliases, mut device, mut isolated) = (None, None, None, None);
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            let repeated = match key.to_string().as_str() {
                "name" => {
                    input.parse::<Token![=]>()?;
                    name.replace(input.parse()?).is_some()
                }
                "aliases" => {
                    let content;
                    parenthesized!(content in input);
                    let list = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
                    aliases.replace(list.into_iter().collect()).is_some()
                }
                "device" => {
                    input.parse::<Token![=]>()?;
                    device.replace(input.parse()?).is_some()
                }
                "isolated" => isolated.replace(()).is_some(),
                _ => {
                    let hint = did_you_mean(&key.to_string(), ["name", "aliases", "device", "isolated"]);
                    let known = "name = \"…\", aliases(\"…\", …), device = \"…\", isolated";
                    let message = format!("unknown argument `{key}`{hint} (known: {known})");
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
        match name {
            Some(name) => Ok(Self { name, aliases: aliases.unwrap_or_default(), device, isolated: isolated.is_some() }),
            None => {
                let message = "a backend needs a name: `#[crosscheck::backend(name = \"…\")]`";
                Err(syn::Error::new(Span::call_site(), message))
            }
        }
    }
}

/// The function, and its registration.
pub fn expand(args: BackendArgs, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    for name in std::iter::once(&args.name).chain(&args.aliases).chain(&args.device) {
        check_name(name, &mut errors);
    }
    let Some(function) = errors.keep(syn::parse2::<ItemFn>(item.clone())) else {
        return errors.into_tokens().unwrap_or_default();
    };
    if !function.sig.inputs.is_empty() || function.sig.asyncness.is_some() {
        errors.at(
            &function.sig,
            "a backend is opened by a function without parameters: `fn() -> Result<Box<…>, Unavailable>`",
        );
    }
    if let Some(errors) = errors.into_tokens() {
        return quote!(#errors #item);
    }

    let (name, aliases) = (&args.name, slice_of(&args.aliases));
    let open = &function.sig.ident;
    let origin = origin(open.span());
    // The subject is inferred from what the function returns, so that a wrong return type is rustc's to explain.
    let isolated = args.isolated.then(|| quote!(.isolated()));
    let device = args.device.as_ref().map(|device| quote!(.device(#device)));
    let value = quote!(::crosscheck::__private::Backend::new(#name, #aliases, #origin, #open) #isolated #device);
    let registration = element(&Slice::Backends, &value);
    registered(&function, &registration)
}

/// Names appear in the names of tests, on command lines and in filters.
pub fn check_name(name: &LitStr, errors: &mut Errors) {
    let text = name.value();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.';
    if text.is_empty() || !text.chars().all(fits) {
        errors.at(name, format!("`{text}` is not a name: use ASCII letters, digits, `_`, `-` and `.`"));
    }
}
