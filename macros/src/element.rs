//! One element of a slice that the linker collects.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::krate::Krate;

/// The slices.
pub enum Slice {
    Tests,
    Backends,
    Exclusions,
    Implements,
}

/// Registers `element`, a constant expression of the slice's type.
pub fn element(slice: &Slice, element: &TokenStream) -> TokenStream {
    let (slice, interface) = match slice {
        Slice::Tests => ("TESTS", "TestElement"),
        Slice::Backends => ("BACKENDS", "BackendElement"),
        Slice::Exclusions => ("EXCLUSIONS", "ExclusionsElement"),
        Slice::Implements => ("IMPLEMENTS", "ImplementsElement"),
    };
    let (slice, interface) = (Ident::new(slice, Span::call_site()), Ident::new(interface, Span::call_site()));
    // What linkme's attribute expands to, without its check of the type: the type stands here. For each element the attribute runs
    // another macro, and its check is three more functions to compile.
    quote! {
        __crosscheck::__private::#slice! {
            #![linkme_macro = __crosscheck::__private::#slice]
            static __CROSSCHECK_ELEMENT: ::core::option::Option<&'static dyn __crosscheck::__private::#interface> =
                #element;
        }
    }
}

/// The item as it is, and what is registered of it, without a warning of its own.
pub fn registered(item: &impl ToTokens, krate: &Krate, registration: &TokenStream) -> TokenStream {
    let import = krate.import();
    quote! {
        #item

        #[allow(deprecated, reason = "what is deprecated is still to be checked")]
        #[allow(clippy::redundant_closure, reason = "it has the lifetimes that a function leaves out")]
        const _: () = {
            #import
            #registration
        };
    }
}

/// Where the annotated item stands.
pub fn origin(span: Span) -> TokenStream {
    quote_spanned! {span=>
        __crosscheck::__private::Origin::new(::core::module_path!(), ::core::file!(), ::core::line!())
    }
}

/// The items as a slice.
pub fn slice_of<T: ToTokens>(items: &[T]) -> TokenStream {
    quote!(&[#(#items),*])
}
