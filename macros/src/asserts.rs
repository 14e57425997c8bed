//! `#[crosscheck::asserts]`: a helper of checks that checks something, whatever it is called.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemFn;

use crate::check::marks::mark;
use crate::errors::{not_this, with_args};
use crate::krate::Krate;
use crate::lens::in_rust_analyzer;

/// The function, with a mark at each of its points.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    with_args(args, item, expand_parsed)
}

fn expand_parsed(krate: Krate, item: TokenStream) -> TokenStream {
    let refused = |error: syn::Error| {
        let error = error.to_compile_error();
        quote!(#error #item)
    };
    let mut function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = "`#[crosscheck::asserts]` belongs to a function with a body: a helper that checks call";
            return refused(not_this(&item, error, message));
        }
    };
    if let Some(token) = &function.sig.constness {
        return refused(syn::Error::new_spanned(
            token,
            "a helper that asserts is not `const`: it is counted while checks run",
        ));
    }
    if in_rust_analyzer() {
        return item;
    }
    let name = function.sig.ident.clone();
    if mark(&mut function, &[], &krate).is_empty() {
        let message = "this helper asserts nothing: remove `#[crosscheck::asserts]`, or assert something in it";
        return refused(syn::Error::new_spanned(name, message));
    }
    function.into_token_stream()
}
