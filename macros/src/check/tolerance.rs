//! `tolerance(rtol = …, atol = …, reason = "…")`, in units in the last place, or none at all.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitFloat, LitStr, Token, UnOp, token};

use crate::errors::Errors;
use crate::krate::local;
use crate::nearest::did_you_mean;
use crate::parse::{between_parentheses, text};

const WRITTEN: &str =
    "`tolerance(rtol = …, atol = …, reason = \"…\")`, `tolerance(ulps = …, reason = \"…\")` or `tolerance(exact)`";

/// A tolerance, and where it is said.
#[derive(Clone)]
pub struct ToleranceArg {
    pub name: Ident,
    measure: Measure,
    /// One that allows nothing needs none.
    reason: Option<LitStr>,
}

#[derive(Clone)]
enum Measure {
    Bounds { rtol: Expr, atol: Expr },
    Ulps(Expr),
    Exact,
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
        let tolerance = match &self.measure {
            Measure::Bounds { rtol, atol } => {
                let (rtol, atol) = (number(rtol), number(atol));
                quote!(__crosscheck::__private::bounds(#rtol, #atol))
            }
            Measure::Ulps(ulps) => {
                let ulps = number(ulps);
                quote!(__crosscheck::__private::ulps(#ulps))
            }
            Measure::Exact => quote!(__crosscheck::__private::Tolerance::EXACT),
        };
        match &self.reason {
            Some(reason) => quote!(#tolerance.because(#reason)),
            None => tolerance,
        }
    }

    /// The check of its numbers, with the span of its name throughout, so that what is wrong is said there. `compared` is
    /// what of the values of the test is compared.
    pub fn check(&self, compared: &TokenStream) -> TokenStream {
        match &self.measure {
            Measure::Bounds { rtol, atol } => {
                let (rtol, atol) = (number(rtol), number(atol));
                quote_spanned!(self.name.span()=> __crosscheck::__private::check_bounds(#compared, #rtol, #atol))
            }
            Measure::Ulps(ulps) => {
                let ulps = number(ulps);
                quote_spanned!(self.name.span()=> __crosscheck::__private::check_ulps(#compared, #ulps))
            }
            Measure::Exact => {
                quote_spanned!(self.name.span()=> __crosscheck::__private::check_tolerance(#compared))
            }
        }
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
    const KEYS: [&str; 5] = ["rtol", "atol", "ulps", "exact", "reason"];
    let (mut rtol, mut atol, mut ulps, mut exact, mut reason) = (None, None, None, None, None);
    let mut errors = Errors::default();
    while !content.is_empty() {
        let is_word = content.peek2(Token![,]) || content.cursor().token_tree().is_some_and(|(_, rest)| rest.eof());
        if !(content.peek(syn::Ident) && (is_word || content.peek2(Token![=]))) {
            return Err(content.error(format!("a tolerance is written {WRITTEN}")));
        }
        let key: Ident = content.parse()?;
        let word = key.to_string();
        if !KEYS.contains(&word.as_str()) {
            let hint = did_you_mean(&word, KEYS);
            let message = format!("unknown key `{key}` of a tolerance{hint} (known: {})", KEYS.join(", "));
            return Err(syn::Error::new_spanned(key, message));
        }
        if (word == "exact") != is_word {
            let message = match is_word {
                true => format!("`{key}` needs a value: {WRITTEN}"),
                false => "`exact` takes no value: write `tolerance(exact)`".to_owned(),
            };
            return Err(syn::Error::new_spanned(key, message));
        }
        content.parse::<Option<Token![=]>>()?;
        let repeated = match word.as_str() {
            "rtol" => rtol.replace((key.clone(), parse_number(&key, content, &mut errors)?)).is_some(),
            "atol" => atol.replace((key.clone(), parse_number(&key, content, &mut errors)?)).is_some(),
            "ulps" => ulps.replace((key.clone(), parse_number(&key, content, &mut errors)?)).is_some(),
            "exact" => exact.replace(key.clone()).is_some(),
            _ => reason.replace(text(&key, content)?).is_some(),
        };
        if repeated {
            return Err(syn::Error::new_spanned(&key, format!("`{key}` is repeated")));
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    errors.into_result()?;
    if let Some(reason) = reason.as_ref().filter(|reason: &&LitStr| reason.value().trim().is_empty()) {
        let message = "the reason is empty: every mismatch prints it, so say where the numbers come from";
        return Err(syn::Error::new_spanned(reason, message));
    }
    let lacks = |missing: &[(&str, bool)]| {
        let missing: Vec<_> =
            missing.iter().filter(|(_, missing)| *missing).map(|(key, _)| format!("`{key}`")).collect();
        syn::Error::new_spanned(name, format!("this tolerance lacks {}", missing.join(" and ")))
    };
    let no_reason = ("reason = \"…\"", reason.is_none());
    let measure = match (exact, ulps, rtol, atol) {
        (Some(_), None, None, None) => Measure::Exact,
        (None, Some(_), None, None) if reason.is_none() => return Err(lacks(&[no_reason])),
        (None, Some((_, ulps)), None, None) => Measure::Ulps(ulps),
        (None, None, Some((_, rtol)), Some((_, atol))) if reason.is_some() => Measure::Bounds { rtol, atol },
        (None, None, rtol, atol) => {
            return Err(lacks(&[("rtol = …", rtol.is_none()), ("atol = …", atol.is_none()), no_reason]));
        }
        (exact, ulps, rtol, atol) => {
            let keys = [exact, ulps.map(|(key, _)| key), rtol.map(|(key, _)| key), atol.map(|(key, _)| key)];
            let second = keys.into_iter().flatten().nth(1);
            let message = format!("a tolerance is one of these: {WRITTEN}");
            return Err(syn::Error::new_spanned(second.unwrap_or_else(|| name.clone()), message));
        }
    };
    Ok(ToleranceArg { name: name.clone(), measure, reason })
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
