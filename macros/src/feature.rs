//! `#[derive(crosscheck::Feature)]`.

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Lit, Meta, Token, Variant};

use crate::errors::Errors;
use crate::lens::in_rust_analyzer;

/// The trait.
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
    let tracked = tracked(&input.attrs, &mut errors);
    let descriptions: Vec<_> = variants.iter().map(|variant| description(variant, &mut errors)).collect();
    if let Some(errors) = errors.into_tokens() {
        return errors;
    }

    let name = &input.ident;
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let markers: Vec<_> = idents.iter().map(|ident| ident.to_string().to_snake_case()).collect();
    let paths = in_rust_analyzer().then(|| {
        let constants = idents.iter().zip(&markers).map(|(ident, marker)| {
            let constant = marker_ident(marker, ident.span());
            quote! {
                #[doc(hidden)]
                #[allow(non_upper_case_globals, dead_code, reason = "named as `uses` names it")]
                pub const #constant: Self = Self::#ident;
            }
        });
        quote! {
            #[automatically_derived]
            impl #name {
                #(#constants)*
            }
        }
    });
    quote! {
        #paths

        #[automatically_derived]
        impl ::crosscheck::Feature for #name {
            const ALL: &'static [Self] = &[#(Self::#idents),*];
            const MARKERS: &'static [&'static str] = &[#(#markers),*];
            const TRACKED: &'static [::crosscheck::Debt] = &[#(::crosscheck::Debt::#tracked),*];

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

/// The kinds of debt in `#[crosscheck(tracked(…))]`.
fn tracked(attributes: &[Attribute], errors: &mut Errors) -> Vec<Ident> {
    let mut kinds = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("crosscheck")) {
        let result = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("tracked") {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                return Err(meta.error(format!("unknown argument `{name}` (known: tracked(NotYet, …))")));
            }
            let content;
            syn::parenthesized!(content in meta.input);
            kinds.extend(Punctuated::<Ident, Token![,]>::parse_terminated(&content)?);
            Ok(())
        });
        errors.keep(result);
    }
    kinds
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
    if variant.ident.to_string().to_snake_case() == "all" {
        errors.at(&variant.ident, "`all` stands for the whole backend in the matrix: give the feature another name");
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
