//! The attributes and the derive of `crosscheck`, which documents them where it re-exports them: only there can an example
//! use it.
#![expect(missing_docs, reason = "documented where they are re-exported")]

mod asserts;
mod backend;
mod check;
mod contract;
mod element;
mod errors;
mod exclusions;
mod faulty;
mod feature;
#[cfg(test)]
mod fuzz;
mod implements;
mod krate;
mod lens;
mod nearest;
mod parse;
#[cfg(test)]
mod size;

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn conformance(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args.into(), item.into(), check::Flavour::Check).into()
}

#[proc_macro_attribute]
pub fn backend_matrix(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args.into(), item.into(), check::Flavour::Differential).into()
}

#[proc_macro_attribute]
pub fn asserts(args: TokenStream, item: TokenStream) -> TokenStream {
    asserts::expand(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn backend(args: TokenStream, item: TokenStream) -> TokenStream {
    backend::expand(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn exclusions(args: TokenStream, item: TokenStream) -> TokenStream {
    exclusions::expand(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn implements(args: TokenStream, item: TokenStream) -> TokenStream {
    implements::expand(args.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn contract(args: TokenStream, item: TokenStream) -> TokenStream {
    contract::expand(args.into(), item.into()).into()
}

#[proc_macro_derive(Feature, attributes(crosscheck))]
pub fn derive_feature(item: TokenStream) -> TokenStream {
    feature::expand(item.into()).into()
}
