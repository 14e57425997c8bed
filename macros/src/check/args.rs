//! The arguments of `#[conformance]` and `#[backend_matrix]`.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token, parenthesized};

use crate::check::lint::{self, Allowed};
use crate::errors::Errors;
use crate::feature::marker_ident;
use crate::nearest::did_you_mean;

/// The names of the arguments, which no parameter may have: as an axis it would be taken for one of them.
pub const KNOWN: [&str; 7] = ["uses", "of", "backends", "isolated", "tolerance", "expects_constant", "allow"];

/// Arguments, as they were written; what is wrong with them is in `errors`.
#[derive(Default)]
pub struct TestArgs {
    /// The markers, as identifiers that carry the span of what was written.
    pub uses: Vec<Ident>,
    /// The function of the contract that the test is about.
    pub of: Option<Ident>,
    /// The names of the backends; `None` without the argument.
    pub backends: Option<Vec<LitStr>>,
    /// The word that asks for a process of the cell's own.
    pub isolated: Option<Ident>,
    /// The axes.
    pub axes: Vec<Axis>,
    /// The tolerance.
    pub tolerance: Option<ToleranceArg>,
    /// Why the value may be a constant, and where that is said.
    pub expects_constant: Option<(Ident, LitStr)>,
    /// The lints that are allowed.
    pub allowed: Vec<Allowed>,
    /// What is wrong.
    pub errors: Errors,
}

/// An axis: a parameter and its values.
pub struct Axis {
    pub parameter: Ident,
    pub values: Vec<AxisValue>,
    /// Whether the values could not be read, which has been said.
    pub faulty: bool,
}

/// A value of an axis.
pub struct AxisValue {
    pub label: Option<Ident>,
    pub expr: Expr,
    /// The markers of the features that a cell with this value uses.
    pub uses: Vec<Ident>,
    /// The tolerance of cells with this value.
    pub tolerance: Option<ToleranceArg>,
}

/// `tolerance(rtol = …, atol = …, reason = "…")`.
#[derive(Clone)]
pub struct ToleranceArg {
    pub name: Ident,
    pub rtol: Expr,
    pub atol: Expr,
    pub reason: LitStr,
}

impl Parse for TestArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut args = Self::default();
        while !input.is_empty() {
            // A fault inside of one argument does not hide those of the next ones.
            let name: Ident = input.call(Ident::parse_any)?;
            let result = args.argument(&name, input);
            if let Some(()) = args.errors.keep(result) {
                if input.is_empty() {
                    break;
                }
                input.parse::<Token![,]>()?;
            } else {
                skip_argument(input)?;
            }
        }
        Ok(args)
    }
}

impl TestArgs {
    fn argument(&mut self, name: &Ident, input: ParseStream) -> syn::Result<()> {
        match name.to_string().as_str() {
            "uses" => {
                self.once(name, !self.uses.is_empty());
                let markers = one_or_more(input, &mut self.errors)?;
                if markers.is_empty() && self.errors.is_empty() {
                    self.errors.at(name, "`uses()` names no marker; leave it out");
                }
                for marker in markers {
                    if self.uses.contains(&marker) {
                        self.errors.at(&marker, format!("marker `{}` is repeated", marker.unraw()));
                    } else {
                        self.uses.push(marker);
                    }
                }
            }
            // What a module gives to the checks in it; see `module.rs`.
            "__of_the_module" => {
                let module = between_parentheses(input, Self::parse)?;
                for marker in module.uses {
                    // What is written here is what is one too many.
                    match self.uses.iter().find(|own| **own == marker) {
                        Some(own) => {
                            let message =
                                format!("marker `{}` is given by the module already: remove it", marker.unraw());
                            self.errors.at(own, message);
                        }
                        None => self.uses.push(marker),
                    }
                }
                self.of = self.of.take().or(module.of);
            }
            "of" => {
                self.once(name, self.of.is_some());
                let functions = one_or_more(input, &mut self.errors)?;
                match <[Ident; 1]>::try_from(functions) {
                    Ok([function]) => self.of = Some(function),
                    Err(_) => self.errors.at(name, "a check is about one function: `of = \"…\"`"),
                }
            }
            "backends" => {
                self.once(name, self.backends.is_some());
                let names = parse_list::<LitStr>(input)?;
                if names.is_empty() {
                    self.errors.at(name, "`backends()` names nobody; leave it out to run on all backends");
                }
                let mut seen: Vec<LitStr> = Vec::new();
                for backend in names {
                    if seen.iter().any(|other| other.value() == backend.value()) {
                        self.errors.at(&backend, format!("backend `{}` is repeated", backend.value()));
                    } else {
                        seen.push(backend);
                    }
                }
                self.backends = Some(seen);
            }
            "isolated" if !input.peek(syn::token::Paren) => {
                self.once(name, self.isolated.is_some());
                self.isolated = Some(name.clone());
            }
            "tolerance" => {
                self.once(name, self.tolerance.is_some());
                self.tolerance = Some(tolerance(name, input)?);
            }
            "expects_constant" => {
                self.once(name, self.expects_constant.is_some());
                if !input.peek(syn::token::Paren) {
                    return Err(syn::Error::new_spanned(name, format!("this is written `{name}(reason = \"…\")`")));
                }
                let reason = between_parentheses(input, |content| reason_only(name, content))?;
                self.expects_constant = Some((name.clone(), reason));
            }
            "allow" => lint::allow(name, input, &mut self.allowed, &mut self.errors)?,
            _ if input.peek(syn::token::Paren) => {
                self.once(name, self.axes.iter().any(|axis| axis.parameter == *name));
                let values = self.errors.keep(parse_list::<AxisValue>(input));
                let faulty = values.is_none();
                self.axes.push(Axis { parameter: name.clone(), values: values.unwrap_or_default(), faulty });
            }
            _ => {
                let hint = did_you_mean(&name.to_string(), KNOWN);
                return Err(syn::Error::new_spanned(
                    name,
                    format!(
                        "unknown argument `{name}`{hint} (known: uses = \"…\", uses(\"…\", …), of = \"…\", backends(\"…\", …), isolated, \
                         tolerance(rtol = …, atol = …, reason = \"…\"), expects_constant(reason = \"…\"), \
                         allow(lint, reason = \"…\"), and an axis `parameter(value, …)`)"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn once(&mut self, name: &Ident, seen: bool) {
        if seen {
            self.errors.at(name, format!("argument `{name}` is repeated"));
        }
    }
}

impl Parse for AxisValue {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let labelled = input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let label = if labelled {
            let label = input.parse()?;
            input.parse::<Token![=]>()?;
            Some(label)
        } else {
            None
        };
        let mut value = Self { label, expr: input.parse()?, uses: Vec::new(), tolerance: None };
        let mut errors = Errors::default();
        while let Some((key, _)) = input.cursor().ident() {
            input.parse::<Ident>()?;
            let repeated = match key.to_string().as_str() {
                "uses" => !std::mem::replace(&mut value.uses, one_or_more(input, &mut errors)?).is_empty(),
                "tolerance" => value.tolerance.replace(tolerance(&key, input)?).is_some(),
                given => {
                    let hint = did_you_mean(given, ["uses", "tolerance"]);
                    let known = "known: uses(\"…\", …), tolerance(rtol = …, atol = …, reason = \"…\")";
                    return Err(syn::Error::new_spanned(&key, format!("a value has no `{given}`{hint} ({known})")));
                }
            };
            if repeated {
                errors.at(&key, format!("`{key}` is repeated"));
            }
        }
        errors.into_result().map(|()| value)
    }
}

/// `= "a"` or `("a", "b")`; bare identifiers as well, because that is what rustc's own suggestion leaves.
fn one_or_more(input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if input.peek(syn::token::Bracket) {
            let list: proc_macro2::TokenTree = input.parse()?;
            return Err(syn::Error::new_spanned(list, "several markers are written `uses(\"…\", \"…\")`"));
        }
        let marker = input.parse::<Marker>()?;
        return Ok(errors.keep(marker.ident()).into_iter().collect());
    }
    let markers = parse_list::<Marker>(input)?;
    Ok(markers.into_iter().filter_map(|marker| errors.keep(marker.ident())).collect())
}

enum Marker {
    Literal(LitStr),
    Bare(Ident),
}

impl Parse for Marker {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) { input.parse().map(Self::Literal) } else { input.parse().map(Self::Bare) }
    }
}

impl Marker {
    /// The marker as an identifier with the span of the literal, so that rustc's own errors point there.
    fn ident(self) -> syn::Result<Ident> {
        match self {
            Self::Bare(ident) => Ok(ident),
            Self::Literal(literal) => {
                let given = literal.value();
                let word = given.starts_with(|c: char| c.is_alphabetic() || c == '_')
                    && given.chars().all(|c| c.is_alphanumeric() || c == '_');
                if word && !matches!(given.as_str(), "_" | "self" | "super" | "crate" | "Self") {
                    return Ok(marker_ident(&given, literal.span()));
                }
                let message = format!("`{given}` is not a name: names look like `snake_case`");
                Err(syn::Error::new_spanned(&literal, message))
            }
        }
    }
}

/// Parses what stands between parentheses. After a fault the rest is taken as well: syn would report it in place of the
/// fault.
pub fn between_parentheses<T>(input: ParseStream, parse: impl FnOnce(ParseStream) -> syn::Result<T>) -> syn::Result<T> {
    let content;
    parenthesized!(content in input);
    let result = parse(&content);
    if result.is_err() {
        content.parse::<TokenStream>()?;
    }
    result
}

fn parse_list<T: Parse>(input: ParseStream) -> syn::Result<Vec<T>> {
    let list = between_parentheses(input, Punctuated::<T, Token![,]>::parse_terminated)?;
    Ok(list.into_iter().collect())
}

fn tolerance(name: &Ident, input: ParseStream) -> syn::Result<ToleranceArg> {
    between_parentheses(input, |content| tolerance_between(name, content))
}

fn tolerance_between(name: &Ident, content: ParseStream) -> syn::Result<ToleranceArg> {
    let (mut rtol, mut atol, mut reason) = (None, None, None);
    while !content.is_empty() {
        let key: Ident = content.parse()?;
        content.parse::<Token![=]>()?;
        let repeated = match key.to_string().as_str() {
            "rtol" => rtol.replace(content.parse::<Expr>()?).is_some(),
            "atol" => atol.replace(content.parse::<Expr>()?).is_some(),
            "reason" => reason.replace(content.parse::<LitStr>()?).is_some(),
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

/// `reason = "…"` and nothing else.
fn reason_only(name: &Ident, content: ParseStream) -> syn::Result<LitStr> {
    let needed = format!("this is written `{name}(reason = \"…\")`: say why it has to be so");
    let key = content.parse::<Ident>().map_err(|_| syn::Error::new_spanned(name, &needed))?;
    if key != "reason" {
        return Err(syn::Error::new_spanned(key, needed));
    }
    content.parse::<Token![=]>()?;
    let reason: LitStr = content.parse()?;
    if reason.value().trim().is_empty() {
        return Err(syn::Error::new_spanned(reason, "the reason is empty: say why it has to be so"));
    }
    content.parse::<Option<Token![,]>>()?;
    Ok(reason)
}

/// Goes on behind the next comma.
fn skip_argument(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

/// The names as string literals in a slice.
pub fn slice_of<T: quote::ToTokens>(items: &[T]) -> TokenStream {
    quote::quote!(&[#(#items),*])
}
