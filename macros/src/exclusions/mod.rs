//! `#[crosscheck::exclusions]`.

mod args;
mod case;
mod hash;
mod matrix;
mod row;
mod source;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use self::args::ExclusionsArgs;
use crate::backend::check_name;
use crate::errors::{not_this, with_args};

/// On a function it is the matrix of a backend, on a constant one row.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    with_args(args, item, expand_parsed)
}

fn expand_parsed(mut args: ExclusionsArgs, item: TokenStream) -> TokenStream {
    let mut errors = std::mem::take(&mut args.errors);
    check_name(&args.backend, &mut errors);
    let parsed = syn::parse2::<Item>(item.clone());
    let error = match parsed {
        Ok(Item::Fn(function)) => return matrix::expand(&args, function, &item, errors),
        Ok(Item::Const(constant)) => return row::expand(&args, &constant, &item, errors),
        Ok(other) => syn::Error::new_spanned(other, ""),
        Err(error) => error,
    };
    let message = "`#[crosscheck::exclusions]` belongs to a `const fn` from a feature to an `Action`, or to one row: a `const` \
                   of the type `Action`";
    errors.push(not_this(&item, error, message));
    let errors = errors.into_tokens();
    quote!(#errors #item)
}
