//! `#[derive(crosscheck::Feature)]`.

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Lit, Meta, Token, Variant, token};

use crate::errors::Errors;
use crate::krate::{Krate, package};
use crate::lens::in_rust_analyzer;
use crate::nearest::did_you_mean;
use crate::parse::between_parentheses;

/// The trait.
pub fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
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
    let FeatureArgs { tracked, krate } = FeatureArgs::of(&input.attrs, &mut errors);
    let descriptions: Vec<_> = variants.iter().map(|variant| description(variant, &mut errors)).collect();
    let markers: Vec<_> = variants.iter().map(|variant| variant.ident.unraw().to_string().to_snake_case()).collect();
    for (at, (variant, marker)) in variants.iter().zip(&markers).enumerate() {
        check_marker(&variant.ident, marker, &mut errors);
        if let Some(other) = markers[..at].iter().position(|other| other == marker) {
            let other = &variants[other].ident;
            errors.at(
                &variant.ident,
                format!("`{other}` has the marker `{marker}` already: give one of them another name"),
            );
        }
    }
    if let Some(errors) = errors.into_tokens() {
        return errors;
    }

    let name = &input.ident;
    let hashes = markers.iter().map(|marker| hash(marker));
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let import = krate.import();
    let package = package().map(|[name, version]| {
        quote!(const PACKAGE: (&'static ::core::primitive::str, &'static ::core::primitive::str) = (#name, #version);)
    });
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
        const _: () = {
            #import

            #paths

            #[automatically_derived]
            impl __crosscheck::Feature for #name {
                const ALL: &'static [Self] = &[#(Self::#idents),*];
                const MARKERS: &'static [&'static ::core::primitive::str] = &[#(#markers),*];
                const HASHES: &'static [::core::primitive::u64] = &[#(#hashes),*];
                const TRACKED: &'static [__crosscheck::Debt] = &[#(__crosscheck::Debt::#tracked),*];
                #package

                fn marker(self) -> &'static ::core::primitive::str {
                    match self {
                        #(Self::#idents => #markers,)*
                    }
                }

                fn description(self) -> &'static ::core::primitive::str {
                    match self {
                        #(Self::#idents => #descriptions,)*
                    }
                }
            }
        };
    }
}

/// A marker as an identifier; a keyword becomes a raw one.
pub fn marker_ident(marker: &str, span: Span) -> Ident {
    syn::parse_str::<Ident>(marker).map_or_else(|_| Ident::new_raw(marker, span), |_| Ident::new(marker, span))
}

/// The hash of a marker: FNV-1a.
pub fn hash(marker: &str) -> u64 {
    marker.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// `#[crosscheck(tracked(NotYet, …), crate = path)]`.
#[derive(Default)]
struct FeatureArgs {
    /// The kinds of debt that have to be followed up.
    tracked: Vec<Ident>,
    krate: Krate,
}

impl FeatureArgs {
    fn of(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("crosscheck")) {
            let result = match &attribute.meta {
                Meta::List(list) => list.parse_args_with(|input: ParseStream| args.parse(input)),
                meta => Err(syn::Error::new_spanned(meta, "this is written `#[crosscheck(tracked(NotYet, …))]`")),
            };
            errors.keep(result);
        }
        args
    }

    fn parse(&mut self, input: ParseStream) -> syn::Result<()> {
        const KNOWN: &str = "known: tracked(NotYet, …), crate = path";
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error(format!("expected the name of an argument ({KNOWN})")));
            }
            let key = input.call(Ident::parse_any)?;
            match key.to_string().as_str() {
                "tracked" if input.peek(token::Paren) => {
                    let kinds = between_parentheses(input, Punctuated::<Ident, Token![,]>::parse_terminated)?;
                    self.tracked.extend(kinds);
                }
                "tracked" => return Err(syn::Error::new_spanned(key, "this is written `tracked(NotYet, …)`")),
                "crate" => self.krate.set(&key, input)?,
                given => {
                    let hint = did_you_mean(given, ["tracked", "crate"]);
                    let message = format!("unknown argument `{given}`{hint} ({KNOWN})");
                    return Err(syn::Error::new_spanned(key, message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}

/// A marker is named in attributes, where it is an identifier, and in the matrix.
fn check_marker(variant: &Ident, marker: &str, errors: &mut Errors) {
    match marker {
        "self" | "super" | "crate" => {
            errors.at(variant, format!("`{variant}` cannot be a marker: it is a keyword even when it is quoted"));
        }
        "all" => {
            errors.at(variant, "`all` stands for the whole backend in the matrix: give the feature another name");
        }
        _ if !marker.starts_with(char::is_alphabetic) => {
            errors.at(
                variant,
                format!("`{variant}` gives the marker `{marker}`, which is not a name: begin with a letter"),
            );
        }
        _ => {}
    }
}

/// The doc comment in one line.
fn description(variant: &Variant, errors: &mut Errors) -> String {
    if !matches!(variant.fields, Fields::Unit) {
        errors.at(&variant.fields, "a feature has no fields");
    }
    let lines: Vec<_> = variant.attrs.iter().filter_map(doc_line).collect();
    let text = lines.join(" ").trim().to_owned();
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
