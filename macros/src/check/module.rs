//! `#[conformance(uses = "…")] mod …`: what a module gives to the checks in it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Item, ItemMod, MacroDelimiter, Meta, MetaList};

use super::args::TestArgs;

/// The module, its `uses` and `of` handed on to each check in it, at any depth.
pub fn expand(mut args: TestArgs, mut module: ItemMod) -> TokenStream {
    let mut errors = std::mem::take(&mut args.errors);
    if args.of_a_check {
        let message = "a module gives `uses = \"…\"`, `of = \"…\"`, `tags(\"…\")`, `block_on = path` and `crate = path` to the checks in it; the rest belongs to each check";
        errors.at(&module.ident, message);
    } else if args.gives_nothing() && errors.is_empty() {
        let message = "this gives nothing to the checks in the module: add `uses = \"…\"` or `of = \"…\"`, or remove the attribute";
        errors.at(&module.ident, message);
    }
    let uses = (!args.uses.is_empty()).then(|| {
        let uses = &args.uses;
        quote!(uses(#(#uses),*),)
    });
    let tags = (!args.tags.is_empty()).then(|| {
        let tags = &args.tags;
        quote!(tags(#(#tags),*),)
    });
    let block_on = args.block_on.iter().map(|path| quote!(block_on = #path,));
    let of = args.of.iter().map(|of| quote!(of = #of,));
    let krate = args.krate.argument().into_iter();
    let given = quote!(__of_the_module(#uses #(#of)* #tags #(#block_on)* #(#krate)*));
    let mut found = 0;
    match &mut module.content {
        Some((_, items)) => items.iter_mut().for_each(|item| found += hand_on(item, &given)),
        None => {
            errors.at(&module.ident, "write the module here, between braces: the checks in another file are not seen")
        }
    }
    if found == 0 && errors.is_empty() {
        errors.at(&module.ident, format!("there is no check in `{}` that could use this", module.ident));
    }
    let errors = errors.into_tokens();
    quote!(#errors #module)
}

/// Adds the arguments to the checks of an item, and counts them.
fn hand_on(item: &mut Item, given: &TokenStream) -> usize {
    match item {
        Item::Fn(function) => add_to(&mut function.attrs, given),
        Item::Mod(inner) => match add_to(&mut inner.attrs, given) {
            // A module with an attribute of its own hands both on.
            0 => inner.content.iter_mut().flat_map(|(_, items)| items).map(|item| hand_on(item, given)).sum(),
            found => found,
        },
        _ => 0,
    }
}

/// Adds the arguments to the attributes that are ours, and counts those.
fn add_to(attributes: &mut [Attribute], given: &TokenStream) -> usize {
    attributes.iter_mut().map(|attribute| usize::from(add(&mut attribute.meta, given))).sum()
}

fn add(meta: &mut Meta, given: &TokenStream) -> bool {
    let last = meta.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    match (last.as_str(), &mut *meta) {
        ("conformance" | "backend_matrix", Meta::List(list)) => {
            list.tokens = with(list.tokens.clone(), given);
            true
        }
        ("conformance" | "backend_matrix", Meta::Path(path)) => {
            let (path, delimiter) = (path.clone(), MacroDelimiter::Paren(syn::token::Paren::default()));
            *meta = Meta::List(MetaList { path, delimiter, tokens: given.clone() });
            true
        }
        // `test_attr(conformance(…))` of rstest, and `cfg_attr(…, conformance(…))`.
        ("test_attr" | "cfg_attr", Meta::List(list)) => {
            let (mut found, mut tokens) = (false, Vec::new());
            let mut rest = list.tokens.clone().into_iter().peekable();
            while let Some(token) = rest.next() {
                let ours =
                    matches!(&token, TokenTree::Ident(name) if name == "conformance" || name == "backend_matrix");
                tokens.push(token);
                if ours {
                    found = true;
                    let arguments = match rest.next_if(|next| matches!(next, TokenTree::Group(_))) {
                        Some(TokenTree::Group(group)) => group.stream(),
                        _ => TokenStream::new(),
                    };
                    tokens.push(Group::new(Delimiter::Parenthesis, with(arguments, given)).into());
                }
            }
            list.tokens = tokens.into_iter().collect();
            found
        }
        _ => false,
    }
}

/// The arguments with one more behind them.
fn with(arguments: TokenStream, given: &TokenStream) -> TokenStream {
    let last = arguments.clone().into_iter().last();
    let comma = match last {
        None => quote!(),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => quote!(),
        Some(_) => quote!(,),
    };
    quote!(#arguments #comma #given)
}
