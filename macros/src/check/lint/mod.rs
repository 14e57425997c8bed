//! What the body of a check may not do, because it would turn a skip into a pass.

mod assertion;
mod backend;
mod cfg;
pub mod code;
mod early_return;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, ItemFn, Token, token};

use crate::check::Flavour;
use crate::check::marks::always_checks;
use crate::errors::Errors;
use crate::nearest::{did_you_mean, nearest};
use crate::parse::{between_parentheses, text};

/// The lints, as `allow` names them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lint {
    BackendBranch,
    CfgBranch,
    EarlyReturn,
    NoAssertion,
}

impl Lint {
    const ALL: [Self; 4] = [Self::BackendBranch, Self::CfgBranch, Self::EarlyReturn, Self::NoAssertion];

    fn name(self) -> &'static str {
        match self {
            Self::BackendBranch => "backend_branch",
            Self::CfgBranch => "cfg_branch",
            Self::EarlyReturn => "early_return",
            Self::NoAssertion => "no_assertion",
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::BackendBranch => {
                "the body branches on the backend: say what it cannot do in the exclusion matrix (`uses = \"…\"`), or narrow \
                 the check with `backends(…)`"
            }
            Self::CfgBranch => {
                "the body depends on how it is built, and checks less in some builds: say what a backend cannot do in the \
                 exclusion matrix (`uses = \"…\"`), or put the `cfg` on the whole function"
            }
            Self::EarlyReturn => {
                "this leaves the rest of the body unchecked: say what a backend cannot do in the exclusion matrix \
                 (`uses = \"…\"`), fail with `return Err(…)`, or put the value at the end"
            }
            Self::NoAssertion => {
                "this check cannot fail: assert something, return an error, or call a helper whose name begins with \
                 `assert` or `check`"
            }
        }
    }

    /// What is wrong, as the user wrote it.
    fn findings(self, function: &ItemFn, helpers: &[Ident], flavour: Flavour) -> Vec<TokenStream> {
        match self {
            Self::BackendBranch => backend::findings(function),
            Self::CfgBranch => cfg::findings(&function.block),
            Self::EarlyReturn => early_return::findings(&function.block),
            Self::NoAssertion if flavour == Flavour::Check => assertion::findings(function, helpers),
            // What a differential check returns is compared.
            Self::NoAssertion => Vec::new(),
        }
    }
}

/// A lint that an `allow` names.
pub struct Allowed {
    lint: Lint,
    name: Ident,
}

/// The lints that fire and are not allowed, and those that are allowed and do not fire.
pub fn check(function: &ItemFn, flavour: Flavour, helpers: &[Ident], allowed: &[Allowed], errors: &mut Errors) {
    for lint in Lint::ALL {
        let findings = lint.findings(function, helpers, flavour);
        match allowed.iter().find(|allowed| allowed.lint == lint) {
            None => {
                for finding in findings {
                    errors.at(finding, format!("{} (lint `{}`)", lint.says(), lint.name()));
                }
            }
            // It holds for what is known at run time as well: that no assertion was reached.
            Some(_) if lint == Lint::NoAssertion && flavour == Flavour::Check && !always_checks(function, helpers) => {}
            Some(Allowed { name, .. }) if findings.is_empty() => {
                errors.at(name, format!("`allow({name})` excuses nothing: remove it"));
            }
            Some(_) => {}
        }
    }
}

/// Whether a check may return without having asserted anything, because it says so or because its body is not seen.
pub fn may_assert_nothing(function: &ItemFn, allowed: &[Allowed]) -> bool {
    allowed.iter().any(|allowed| allowed.lint == Lint::NoAssertion) || assertion::is_wrapper(function)
}

/// `(lint, …, reason = "…")`, behind `name`; adds to `allowed`.
pub fn allow(name: &Ident, input: ParseStream, allowed: &mut Vec<Allowed>, errors: &mut Errors) -> syn::Result<()> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new_spanned(name, "this is written `allow(lint, reason = \"…\")`"));
    }
    between_parentheses(input, |content| entries(name, content, allowed, errors))
}

fn entries(name: &Ident, content: ParseStream, allowed: &mut Vec<Allowed>, errors: &mut Errors) -> syn::Result<()> {
    let (mut named, mut reason) = (false, None);
    while !content.is_empty() {
        if !content.peek(Ident::peek_any) {
            return Err(content.error(format!("`allow` takes names of lints ({}) and a `reason = \"…\"`", known())));
        }
        let word = content.call(Ident::parse_any)?;
        if content.peek(Token![=]) && word == "reason" {
            content.parse::<Token![=]>()?;
            if reason.replace(text(&word, content)?).is_some() {
                errors.at(&word, "`reason` is repeated");
            }
        } else {
            named = true;
            let lint = named_or_meant(&word, errors);
            if lint.is_some_and(|lint| allowed.iter().any(|allowed| allowed.lint == lint)) {
                errors.at(&word, format!("`{word}` is repeated"));
            } else {
                allowed.extend(lint.map(|lint| Allowed { lint, name: word }));
            }
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    if !named {
        errors.at(name, format!("`allow` names no lint (known: {}); leave it out", known()));
    }
    match reason {
        Some(reason) if reason.value().trim().is_empty() => {
            errors.at(reason, "the reason is empty: say why the lint does not apply here");
        }
        Some(_) => {}
        None => errors.at(name, "`allow` needs a `reason = \"…\"`: say why the lint does not apply here"),
    }
    Ok(())
}

fn known() -> String {
    Lint::ALL.map(Lint::name).join(", ")
}

/// The lint of this name; a slip of the finger is an error, but not that the lint fires as well.
fn named_or_meant(given: &Ident, errors: &mut Errors) -> Option<Lint> {
    let name = given.unraw().to_string();
    let near = nearest(&name, Lint::ALL.map(Lint::name));
    let near = Lint::ALL.into_iter().find(|lint| near == Some(lint.name()));
    if near.is_none_or(|lint| lint.name() != name) {
        let hint = did_you_mean(&name, Lint::ALL.map(Lint::name));
        errors.at(given, format!("unknown lint `{name}`{hint} (known: {})", known()));
    }
    near
}
