//! What rstest has to do with a check: it makes functions out of it, and the attribute belongs on those.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, FnArg, Item, ItemFn, Pat, Signature, Stmt, parse_quote_spanned};

use crate::errors::Errors;
use crate::krate::Krate;

const A_FIXTURE: &str = "a fixture gives a value to checks and is not a check itself: remove one of the two attributes";

/// What is left of the function when rstest is used in a way in which it cannot work; the reason is in `errors`.
pub fn misused(function: &ItemFn, name: &str, errors: &mut Errors) -> Option<TokenStream> {
    let spelling = format!("`#[test_attr({name}(…))]`");
    let below = |path: &str| function.attrs.iter().find(|attribute| of_function(attribute) == Some(path));
    if let Some(attribute) = below("rstest") {
        errors.at(
            attribute,
            format!("`#[rstest]` comes first: move it above, and write {spelling} for `#[{name}(…)]` below it"),
        );
        return Some(without(function));
    }
    if let Some(attribute) = below("fixture") {
        errors.at(attribute, A_FIXTURE);
        return Some(without(function));
    }
    let of_parameter = || parameter_attributes(function).find(|attribute| is_of_parameter(attribute));
    if let Some(attribute) = below("case").or_else(|| below("test_attr")).or_else(of_parameter) {
        let path = attribute.path().to_token_stream().to_string().replace(' ', "");
        errors.at(
            attribute,
            format!(
                "`#[{path}]` belongs to rstest: write `#[rstest]` above the function and {spelling} for \
                 `#[{name}(…)]`, or remove it"
            ),
        );
        return Some(without(function));
    }
    // The place of this attribute, but not as something that its expansion holds.
    let here = || function.sig.ident.span().located_at(Span::call_site());
    if is_made_by(function, "fixture") {
        errors.push(syn::Error::new(here(), A_FIXTURE));
        return Some(function.to_token_stream());
    }
    if !is_made_by(function, "rstest") {
        return None;
    }
    if function.attrs.iter().any(|attribute| attribute.path().is_ident("test")) {
        // rstest adds a `#[test]` unless it is told otherwise; the user wrote none.
        errors.push(syn::Error::new(here(), format!("under `#[rstest]` this is written {spelling}")));
        return Some(without(function));
    }
    if let (true, Some(subject)) = (function.sig.inputs.is_empty(), first_filled(function)) {
        errors.at(
            subject,
            "rstest fills this parameter by a fixture: write `#[ignore]` before it, so that it is left to crosscheck",
        );
        // Without what looks for that fixture.
        return Some(inner(function));
    }
    None
}

/// The function with marks around what comes before the call of the user's, where an attribute has made it for a fixture or a
/// case: what fails there is no failure of the backend's.
pub fn with_set_up_marked(mut function: ItemFn, krate: &Krate) -> ItemFn {
    let calls = |last: &Stmt| matches!(last, Stmt::Expr(Expr::Call(_), _));
    let statements = &mut function.block.stmts;
    let makes_values = statements.iter().any(|statement| matches!(statement, Stmt::Local(_)));
    // Whatever name rstest's attribute was imported by.
    let is_made = maker(&function.sig).is_some();
    if is_made && makes_values && statements.last().is_some_and(calls) {
        let at = Span::call_site();
        let krate = krate.at(at);
        let before_the_call = statements.len() - 1;
        statements.insert(before_the_call, parse_quote_spanned!(at=> #krate::__private::set_up_ends();));
        statements.insert(0, parse_quote_spanned!(at=> #krate::__private::set_up_begins();));
    }
    function
}

/// Which of rstest's attributes of a function this is.
fn of_function(attribute: &Attribute) -> Option<&'static str> {
    let segments = &attribute.path().segments;
    let (first, last) = (&segments.first()?.ident, &segments.last()?.ident);
    // The second half of `#[case::name]` is the user's.
    let by_first = ["case", "test_attr"].into_iter().find(|name| first == name);
    by_first.or_else(|| ["rstest", "fixture"].into_iter().find(|name| last == name))
}

/// Whether this is an attribute of a parameter that only rstest knows.
fn is_of_parameter(attribute: &Attribute) -> bool {
    ["case", "values", "ignore"].iter().any(|name| attribute.path().is_ident(name))
}

fn parameter_attributes(function: &ItemFn) -> impl Iterator<Item = &Attribute> {
    function.sig.inputs.iter().flat_map(|parameter| match parameter {
        FnArg::Typed(parameter) => parameter.attrs.as_slice(),
        FnArg::Receiver(receiver) => receiver.attrs.as_slice(),
    })
}

/// The function without what is rstest's, so that the compiler says nothing more of it.
fn without(function: &ItemFn) -> TokenStream {
    let mut function = function.clone();
    function.attrs.retain(|attribute| of_function(attribute).is_none() && !attribute.path().is_ident("test"));
    for parameter in &mut function.sig.inputs {
        match parameter {
            FnArg::Typed(parameter) => parameter.attrs.clear(),
            FnArg::Receiver(receiver) => receiver.attrs.clear(),
        }
    }
    quote!(#[allow(dead_code, reason = "it is no check yet")] #function)
}

/// Whether this attribute of rstest's made the function out of the user's.
fn is_made_by(function: &ItemFn, attribute: &str) -> bool {
    maker(&function.sig).is_some_and(|name| name == attribute)
}

/// The name of the attribute that made the function: what one makes stands where the attribute does.
fn maker(signature: &Signature) -> Option<String> {
    let text = signature.fn_token.span.source_text()?;
    let path = text.strip_prefix('#')?.trim_start_matches(['[', ' ']).split(['(', ']']).next()?.to_owned();
    path.rsplit("::").next().map(|name| name.trim().to_owned())
}

/// The first parameter of the user's function that rstest gives a value to: it binds them by `let`, in their order.
fn first_filled(function: &ItemFn) -> Option<&Pat> {
    function.block.stmts.iter().find_map(|statement| match statement {
        Stmt::Local(local) => Some(&local.pat),
        _ => None,
    })
}

/// The user's function, where rstest put it inside of the one that it made; with cases it stands beside that one.
fn inner(function: &ItemFn) -> TokenStream {
    let inner = function.block.stmts.iter().find_map(|statement| match statement {
        Stmt::Item(Item::Fn(inner)) => Some(without(inner)),
        _ => None,
    });
    inner.unwrap_or_default()
}
