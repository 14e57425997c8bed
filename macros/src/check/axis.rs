//! The values of an axis: what they are, and what they are called in the names of cells.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, Type, UnOp};

use super::args::{Axis, AxisValue};
use crate::errors::Errors;

/// The expression of a value: a bare identifier without a label is a variant or constant of the parameter's type.
pub fn value(value: &AxisValue, ty: &TokenStream) -> TokenStream {
    match bare(&value.expr).filter(|_| value.label.is_none()) {
        Some(ident) => quote_spanned!(ident.span()=> <#ty>::#ident),
        None => {
            let expr = &value.expr;
            quote!(#expr)
        }
    }
}

/// A bare identifier that the parameter's type does not have, where the macro can know: a constant of a module, most likely.
pub fn is_of_the_type(value: &AxisValue, ty: &TokenStream) -> syn::Result<()> {
    let Some(ident) = bare(&value.expr).filter(|_| value.label.is_none()) else { return Ok(()) };
    let Some(constants) = syn::parse2(ty.clone()).ok().as_ref().and_then(constants) else { return Ok(()) };
    if constants.contains(&ident.unraw().to_string().as_str()) {
        return Ok(());
    }
    // Tokens are printed with spaces between them.
    let ty = ty.to_string().replace("& ", "&").replace("' ", "'");
    let label = match ident.unraw().to_string().to_snake_case() {
        label if label.is_empty() => "label".to_owned(),
        label => label,
    };
    let message = format!(
        "`{ident}` is no constant of `{ty}`, where a bare name of the axis is looked up: give another value a label, `{label} = {ident}`"
    );
    Err(syn::Error::new(ident.span(), message))
}

/// The constants of a type of the language; `None` where others may have given it some.
fn constants(ty: &Type) -> Option<&'static [&'static str]> {
    match ty {
        Type::Group(group) => constants(&group.elem),
        Type::Paren(paren) => constants(&paren.elem),
        Type::Reference(_) | Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => Some(&[]),
        Type::Path(path) if path.qself.is_none() => match path.path.get_ident()?.to_string().as_str() {
            "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
                Some(&["MIN", "MAX", "BITS"])
            }
            "f32" | "f64" => Some(&[
                "MIN",
                "MAX",
                "EPSILON",
                "MIN_POSITIVE",
                "NAN",
                "INFINITY",
                "NEG_INFINITY",
                "RADIX",
                "DIGITS",
                "MANTISSA_DIGITS",
                "MIN_EXP",
                "MAX_EXP",
                "MIN_10_EXP",
                "MAX_10_EXP",
            ]),
            "char" => Some(&["MIN", "MAX", "REPLACEMENT_CHARACTER"]),
            "bool" => Some(&[]),
            _ => None,
        },
        _ => None,
    }
}

/// What a value is called: its label, or the identifier, or the parameter's name with the number behind it.
pub fn label(parameter: &Ident, value: &AxisValue) -> syn::Result<String> {
    if let Some(label) = &value.label {
        return Ok(label.unraw().to_string());
    }
    if let Some(ident) = bare(&value.expr) {
        let label = ident.unraw().to_string().to_snake_case();
        return if label.is_empty() { Err(needs_label(&value.expr)) } else { Ok(label) };
    }
    let parameter = parameter.unraw();
    let (negative, literal) = match ungrouped(&value.expr) {
        Expr::Lit(ExprLit { lit, .. }) => (false, lit),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match ungrouped(expr) {
            Expr::Lit(ExprLit { lit, .. }) => (true, lit),
            _ => return Err(needs_label(&value.expr)),
        },
        _ => return Err(needs_label(&value.expr)),
    };
    let sign = if negative { "minus_" } else { "" };
    match literal {
        Lit::Int(number) => Ok(format!("{parameter}_{sign}{}", number.base10_digits())),
        Lit::Float(number) => Ok(format!("{parameter}_{sign}{}", number.base10_digits().replace(['.', '+'], "_"))),
        Lit::Bool(truth) => Ok(if truth.value { parameter.to_string() } else { format!("not_{parameter}") }),
        Lit::Str(text) => name(&text.value()).ok_or_else(|| needs_label(&value.expr)),
        _ => Err(needs_label(&value.expr)),
    }
}

/// What a text is called that is a name.
fn name(text: &str) -> Option<String> {
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_name = begins_well && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| text.to_snake_case())
}

/// Two values of one axis with one name would be one cell, and one value with two names would be two.
pub fn labels_are_distinct(axis: &Axis, labels: &[Option<String>], errors: &mut Errors) {
    for (at, (value, label)) in axis.values.iter().zip(labels).enumerate() {
        let before = &axis.values[..at];
        let span = value.label.as_ref().map_or(value.expr.span(), Ident::span);
        let name = &axis.parameter;
        if before.iter().any(|other| are_equal(other, value)) {
            // Tokens are printed with spaces between them, a minus too.
            let text = ungrouped(&value.expr).to_token_stream().to_string().replacen("- ", "-", 1);
            errors.push(syn::Error::new(span, format!("value `{text}` of the axis `{name}` is repeated")));
        } else if let Some(label) = label
            && labels[..at].iter().flatten().any(|other| other == label)
        {
            errors.push(syn::Error::new(span, format!("two values of the axis `{name}` are called `{label}`")));
        }
    }
}

/// Whether they are written alike. A bare identifier is of the parameter's type without a label, and itself with one.
fn are_equal(a: &AxisValue, b: &AxisValue) -> bool {
    let text = |value: &AxisValue| ungrouped(&value.expr).to_token_stream().to_string();
    let same_scope = bare(&a.expr).is_none() || a.label.is_some() == b.label.is_some();
    same_scope && text(a) == text(b)
}

fn bare(expr: &Expr) -> Option<&Ident> {
    match ungrouped(expr) {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// The expression that a `macro_rules!` fragment stands for.
fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        expr => expr,
    }
}

fn needs_label(expr: &Expr) -> syn::Error {
    let message = match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            format!("a text that is no name needs a label, for the name of the cell: `label = {}`", text.token())
        }
        _ => "a value that is neither a name nor a number needs a label, for the name of the cell: `label = value`"
            .to_owned(),
    };
    syn::Error::new_spanned(expr, message)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn a_text_that_is_a_name_is_its_own_label_and_no_other_one() {
        let label = |expr: Expr| {
            let value = AxisValue { label: None, expr, ..parse_quote!(x) };
            label(&parse_quote!(text), &value).map_err(|error| error.to_string())
        };
        for (expr, expected) in [
            (parse_quote!("needle"), "needle"),
            (parse_quote!("TwoWords"), "two_words"),
            (parse_quote!("a1_b"), "a1_b"),
            (parse_quote!(1), "text_1"),
            (parse_quote!(-1.5), "text_minus_1_5"),
            (parse_quote!(true), "text"),
        ] {
            assert_eq!(label(expr).as_deref(), Ok(expected));
        }
        for refused in ["", " ", "two words", "1a", "_", "a-b", "a::b", "ä", "\u{1b}"] {
            let error = label(parse_quote!(#refused)).unwrap_err();
            let written = parse_quote!(#refused);
            let Lit::Str(written) = written else { panic!("{refused:?}") };
            let says = format!("needs a label, for the name of the cell: `label = {}`", written.token());
            assert!(error.contains(&says), "{refused:?}: {error}");
        }
        let error = label(parse_quote!(1 + 2)).unwrap_err();
        assert!(error.contains("needs a label, for the name of the cell: `label = value`"), "{error}");
    }
}
