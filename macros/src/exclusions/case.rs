//! `case(axis = value | value, "pattern")`: which cases a row means.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprBinary, ExprLit, Lit, LitStr, Token};

use crate::check::args::AxisValue;
use crate::check::axis::label;

/// What a case has to be.
pub enum CaseArg {
    /// The value of an axis is one of these, each given by the names that it may have.
    Axis(Ident, Vec<Vec<String>>),
    /// Its name is as the pattern says.
    Pattern(LitStr),
}

impl Parse for CaseArg {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Pattern);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected an axis, `axis = value`, or the name of a case as a string"));
        }
        let axis = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Err(syn::Error::new_spanned(
                &axis,
                format!("this is written `{axis} = value` or `{axis} = value | value`"),
            ));
        }
        input.parse::<Token![=]>()?;
        let given: Expr = input.parse()?;
        let mut values = Vec::new();
        alternatives(&axis, given, &mut values)?;
        Ok(Self::Axis(axis, values))
    }
}

/// The values between the bars.
fn alternatives(axis: &Ident, expr: Expr, values: &mut Vec<Vec<String>>) -> syn::Result<()> {
    match expr {
        Expr::Binary(ExprBinary { left, op: BinOp::BitOr(_), right, .. }) => {
            alternatives(axis, *left, values)?;
            alternatives(axis, *right, values)
        }
        value => {
            values.push(names(axis, value)?);
            Ok(())
        }
    }
}

/// What a value may be called: as an axis calls it, or as it is written, where that is its label.
fn names(axis: &Ident, value: Expr) -> syn::Result<Vec<String>> {
    let written = match &value {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.clone()),
        _ => None,
    };
    let expr = match &written {
        Some(ident) => syn::parse2(quote!(#ident))?,
        None => value,
    };
    let at = expr.span();
    // What a case of data is called is a text.
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &expr {
        let (text, of_axis) = (text.value(), AxisValue::plain(expr));
        let called = label(axis, &of_axis).ok().filter(|called| *called != text);
        return Ok(std::iter::once(text).chain(called).collect());
    }
    let of_axis = AxisValue::plain(expr);
    let called = label(axis, &of_axis)
        .map_err(|_| syn::Error::new(at, "name the value: by its identifier, its number, or the label that it has"))?;
    let written = written.map(|ident| ident.unraw().to_string()).filter(|written| *written != called);
    Ok(std::iter::once(called).chain(written).collect())
}

/// The cases as constant expressions; the patterns are one of them, because one has to fit.
pub fn expressions(cases: &[CaseArg]) -> Vec<TokenStream> {
    let mut patterns = Vec::new();
    let mut expressions: Vec<_> = cases
        .iter()
        .filter_map(|case| match case {
            CaseArg::Axis(axis, values) => {
                let name = axis.unraw().to_string();
                let values = values.iter().map(|names| quote!(&[#(#names),*]));
                Some(quote_spanned!(axis.span()=> __crosscheck::__private::CaseName::axis(#name, &[#(#values),*])))
            }
            CaseArg::Pattern(pattern) => {
                patterns.push(pattern);
                None
            }
        })
        .collect();
    if !patterns.is_empty() {
        expressions.push(quote!(__crosscheck::__private::CaseName::patterns(&[#(#patterns),*])));
    }
    expressions
}
