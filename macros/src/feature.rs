//! `#[derive(crosscheck::Feature)]`.

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Lit, Meta, Variant};

use crate::errors::Errors;

/// The trait, and one constant a marker, which is what a `uses` names.
pub fn expand(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let variants: Vec<_> = match &input.data {
        Data::Enum(data) => data.variants.iter().collect(),
        _ => {
            errors.at(&input.ident, "features are an enum: one variant for each thing that a backend may lack");
            Vec::new()
        }
    };
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "features are a plain list: the enum cannot be generic");
    }
    let descriptions: Vec<_> = variants.iter().map(|variant| description(variant, &mut errors)).collect();
    if let Some(errors) = errors.into_tokens() {
        return errors;
    }

    let name = &input.ident;
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let markers: Vec<_> = idents.iter().map(|ident| ident.to_string().to_snake_case()).collect();
    let constants = idents.iter().zip(&markers).map(|(ident, marker)| {
        let constant = marker_ident(marker, ident.span());
        quote! {
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code, reason = "named as `uses` names it; a feature without a test is the planner's to report")]
            pub const #constant: Self = Self::#ident;
        }
    });
    quote! {
        #[automatically_derived]
        impl #name {
            #(#constants)*
        }

        #[automatically_derived]
        impl ::crosscheck::Feature for #name {
            const ALL: &'static [Self] = &[#(Self::#idents),*];

            fn marker(self) -> &'static str {
                match self {
                    #(Self::#idents => #markers,)*
                }
            }

            fn description(self) -> &'static str {
                match self {
                    #(Self::#idents => #descriptions,)*
                }
            }
        }
    }
}

/// A marker as an identifier; a keyword is one all the same.
pub fn marker_ident(marker: &str, span: Span) -> Ident {
    syn::parse_str::<Ident>(marker).map_or_else(|_| Ident::new_raw(marker, span), |_| Ident::new(marker, span))
}

/// The doc comment in one line.
fn description(variant: &Variant, errors: &mut Errors) -> String {
    if !matches!(variant.fields, Fields::Unit) {
        errors.at(&variant.fields, "a feature has no fields");
    }
    let lines: Vec<_> = variant.attrs.iter().filter_map(doc_line).collect();
    let text = lines.join(" ").trim().to_owned();
    if matches!(variant.ident.to_string().to_snake_case().as_str(), "self" | "super" | "crate") {
        errors.at(
            &variant.ident,
            format!("`{}` cannot be a marker: it is a keyword even when it is quoted", variant.ident),
        );
    }
    if text.is_empty() {
        let ident = &variant.ident;
        errors.at(ident, format!("say what `{ident}` is in a doc comment: it is the text of the report"));
    }
    text
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    }
}
