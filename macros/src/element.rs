//! One element of a slice that the linker collects.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The slices.
pub enum Slice {
    Tests,
    Backends,
    Exclusions,
    Implements,
}

/// Registers `value`, a constant expression.
pub fn element(slice: &Slice, value: &TokenStream) -> TokenStream {
    let (slice, interface) = match slice {
        Slice::Tests => ("TESTS", "TestElement"),
        Slice::Backends => ("BACKENDS", "BackendElement"),
        Slice::Exclusions => ("EXCLUSIONS", "ExclusionsElement"),
        Slice::Implements => ("IMPLEMENTS", "ImplementsElement"),
    };
    let (slice, interface) = (Ident::new(slice, Span::call_site()), Ident::new(interface, Span::call_site()));
    quote! {
        #[::crosscheck::__private::linkme::distributed_slice(::crosscheck::__private::#slice)]
        #[linkme(crate = ::crosscheck::__private::linkme)]
        static ELEMENT: ::core::option::Option<&'static dyn ::crosscheck::__private::#interface> =
            ::core::option::Option::Some(const { &#value });
    }
}

/// The item as it is, and what is registered of it, without a warning of its own.
pub fn registered(item: &impl ToTokens, registration: &TokenStream) -> TokenStream {
    quote! {
        #item

        #[allow(deprecated, reason = "what is deprecated is still to be checked")]
        const _: () = { #registration };
    }
}

/// Where the annotated item stands.
pub fn origin(span: Span) -> TokenStream {
    quote::quote_spanned! {span=>
        ::crosscheck::__private::Origin {
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
        }
    }
}
