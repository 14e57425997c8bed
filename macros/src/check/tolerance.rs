//! `tolerance(rtol = …, atol = …, reason = "…")`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitFloat, LitStr, Token, UnOp, token};

use crate::errors::Errors;
use crate::krate::local;
use crate::nearest::did_you_mean;
use crate::parse::{between_parentheses, text};

const WRITTEN: &str = "`tolerance(rtol = …, atol = …, reason = \"…\")`";

/// A tolerance, and where it is said.
#[derive(Clone)]
pub struct ToleranceArg {
    pub name: Ident,
    rtol: Expr,
    atol: Expr,
    reason: LitStr,
}

impl ToleranceArg {
    /// Reads what stands behind `name`.
    pub fn parse(name: &Ident, input: ParseStream) -> syn::Result<Self> {
        if !input.peek(token::Paren) {
            return Err(syn::Error::new_spanned(name, format!("this is written {WRITTEN}")));
        }
        between_parentheses(input, |content| between(name, content))
    }

    /// The tolerance as a constant.
    pub fn value(&self) -> TokenStream {
        let (rtol, atol, reason) = (number(&self.rtol), number(&self.atol), &self.reason);
        quote!(__crosscheck::__private::tolerance(#rtol, #atol, #reason))
    }

    /// The check of its numbers, with the span of its name throughout, so that what is wrong is said there. `exact` is
    /// whether values of the test are compared exactly.
    pub fn check(&self, exact: &TokenStream) -> TokenStream {
        let (rtol, atol) = (number(&self.rtol), number(&self.atol));
        quote_spanned!(self.name.span()=> __crosscheck::__private::check_tolerance(#exact, #rtol, #atol))
    }
}

/// A number with its type, so that rustc shows one of another type where it stands, and not as an argument of ours.
fn number(expr: &Expr) -> TokenStream {
    let number = local("number");
    quote_spanned!(expr.span()=> { let #number: ::core::primitive::f64 = #expr; #number })
}

/// An optional tolerance as a constant.
pub fn optional(tolerance: Option<&ToleranceArg>) -> TokenStream {
    match tolerance.map(ToleranceArg::value) {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn between(name: &Ident, content: ParseStream) -> syn::Result<ToleranceArg> {
    let (mut rtol, mut atol, mut reason) = (None, None, None);
    let mut errors = Errors::default();
    while !content.is_empty() {
        if !(content.peek(syn::Ident) && content.peek2(Token![=])) {
            return Err(content.error(format!("a tolerance is written {WRITTEN}")));
        }
        let key: Ident = content.parse()?;
        content.parse::<Token![=]>()?;
        let repeated = match key.to_string().as_str() {
            "rtol" => rtol.replace(parse_number(&key, content, &mut errors)?).is_some(),
            "atol" => atol.replace(parse_number(&key, content, &mut errors)?).is_some(),
            "reason" => reason.replace(text(&key, content)?).is_some(),
            _ => {
                let hint = did_you_mean(&key.to_string(), ["rtol", "atol", "reason"]);
                let message = format!("unknown key `{key}` of a tolerance{hint} (known: rtol, atol, reason)");
                return Err(syn::Error::new_spanned(key, message));
            }
        };
        if repeated {
            return Err(syn::Error::new_spanned(&key, format!("`{key}` is repeated")));
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    errors.into_result()?;
    match (rtol, atol, reason) {
        (Some(rtol), Some(atol), Some(reason)) if !reason.value().trim().is_empty() => {
            Ok(ToleranceArg { name: name.clone(), rtol, atol, reason })
        }
        (_, _, Some(reason)) if reason.value().trim().is_empty() => {
            let message = "the reason is empty: every mismatch prints it, so say where the numbers come from";
            Err(syn::Error::new_spanned(reason, message))
        }
        (rtol, atol, reason) => {
            let keys =
                [("rtol = …", rtol.is_none()), ("atol = …", atol.is_none()), ("reason = \"…\"", reason.is_none())];
            let missing: Vec<_> =
                keys.iter().filter(|(_, missing)| *missing).map(|(key, _)| format!("`{key}`")).collect();
            Err(syn::Error::new_spanned(name, format!("this tolerance lacks {}", missing.join(" and "))))
        }
    }
}

/// A number; one without a point is a number as well.
fn parse_number(key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Expr> {
    let mut given: Expr = input.parse()?;
    let literal = match &mut given {
        Expr::Lit(literal) => Some(literal),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &mut **expr {
            Expr::Lit(literal) => Some(literal),
            _ => None,
        },
        _ => None,
    };
    if let Some(ExprLit { lit, .. }) = literal {
        match lit {
            Lit::Int(whole) if whole.suffix().is_empty() => {
                *lit = Lit::Float(LitFloat::new(&format!("{}.0", whole.base10_digits()), whole.span()));
            }
            Lit::Float(float) if matches!(float.suffix(), "" | "f64") => {}
            Lit::Int(whole) if whole.suffix() == "f64" => {}
            other => errors.at(other, format!("`{key}` is a number of type `f64`, such as `1e-3`")),
        }
    }
    Ok(given)
}
