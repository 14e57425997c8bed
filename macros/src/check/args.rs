//! The arguments of `#[conformance]` and `#[backend_matrix]`.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Path, Token, token};

use super::cases::CasesArg;
use super::lint::{self, Allowed};
use super::marker::one_or_more;
use super::tolerance::ToleranceArg;
use crate::errors::Errors;
use crate::krate::Krate;
use crate::nearest::did_you_mean;
use crate::parse::{between_parentheses, parse_list, text};

/// The names of the arguments, which no parameter may have: as an axis it would be taken for one of them.
pub const KNOWN: [&str; 13] = [
    "uses",
    "of",
    "backends",
    "isolated",
    "timeout",
    "tags",
    "block_on",
    "cases",
    "tolerance",
    "expects_constant",
    "asserts",
    "allow",
    "crate",
];

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
    /// How long a cell may take, in milliseconds.
    pub timeout: Option<u64>,
    /// What it can be selected by besides what it uses.
    pub tags: Vec<LitStr>,
    /// What runs the future of an `async` body to its end.
    pub block_on: Option<Path>,
    /// Whether that is given by the module, for those that need it.
    pub is_block_on_of_the_module: bool,
    /// The axes.
    pub axes: Vec<Axis>,
    /// What lists the cases, for the parameter that no axis gives values to.
    pub cases: Option<CasesArg>,
    /// The tolerance.
    pub tolerance: Option<ToleranceArg>,
    /// Why the value may be a constant.
    pub expects_constant: Option<Constant>,
    /// What functions and macros are called that assert, besides those whose name says so, and where that is said.
    pub asserts: Option<(Ident, Vec<Ident>)>,
    /// The lints that are allowed.
    pub allowed: Vec<Allowed>,
    /// Where the runtime is.
    pub krate: Krate,
    /// Whether there is an argument that a module cannot give to the checks in it.
    pub of_a_check: bool,
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
    /// Why the value of cells with this value may be a constant.
    pub expects_constant: Option<Constant>,
}

impl AxisValue {
    /// One of which nothing else is said.
    pub fn plain(expr: Expr) -> Self {
        Self { label: None, expr, uses: Vec::new(), tolerance: None, expects_constant: None }
    }
}

/// Why a value may be a constant, and where that is said.
#[derive(Clone)]
pub struct Constant {
    pub name: Ident,
    pub reason: LitStr,
}

impl Constant {
    /// Reads what stands behind `name`.
    fn parse(name: &Ident, input: ParseStream) -> syn::Result<Self> {
        if !input.peek(token::Paren) {
            return Err(syn::Error::new_spanned(name, format!("this is written `{name}(reason = \"…\")`")));
        }
        let reason = between_parentheses(input, |content| reason_only(name, content))?;
        Ok(Self { name: name.clone(), reason })
    }
}

impl Parse for TestArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut args = Self::default();
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error("expected the name of an argument: `name = …`, `name(…)` or `name`"));
            }
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
        let word = name.to_string();
        self.of_a_check |= !matches!(word.as_str(), "uses" | "of" | "tags" | "block_on" | "crate" | "__of_the_module");
        match word.as_str() {
            "uses" => {
                self.once(name, !self.uses.is_empty());
                // There may be none: a repetition of a `macro_rules!` can be empty.
                for marker in one_or_more(name, input, &mut self.errors)? {
                    if self.uses.contains(&marker) {
                        self.errors.at(&marker, format!("marker `{}` is repeated", marker.unraw()));
                    } else {
                        self.uses.push(marker);
                    }
                }
            }
            // What a module gives to the checks in it; see `module.rs`.
            "__of_the_module" => between_parentheses(input, Self::parse).map(|module| self.inherit(module))?,
            "crate" => self.krate.set(name, input)?,
            "of" => {
                self.once(name, self.of.is_some());
                let functions = one_or_more(name, input, &mut self.errors)?;
                match <[Ident; 1]>::try_from(functions) {
                    Ok([function]) => self.of = Some(function),
                    Err(_) if !self.errors.is_empty() => {}
                    Err(_) => self.errors.at(name, "a check is about one function: `of = \"…\"`"),
                }
            }
            "backends" => {
                self.once(name, self.backends.is_some());
                if !input.peek(token::Paren) {
                    return Err(syn::Error::new_spanned(name, "this is written `backends(\"…\", …)`"));
                }
                let names = parse_list::<BackendName>(input)?;
                if names.is_empty() {
                    self.errors.at(name, "`backends()` names no backend; leave it out to run on all of them");
                }
                let mut seen: Vec<LitStr> = Vec::new();
                for BackendName(backend) in names {
                    if seen.iter().any(|other| other.value() == backend.value()) {
                        self.errors.at(&backend, format!("backend `{}` is repeated", backend.value()));
                    } else {
                        seen.push(backend);
                    }
                }
                self.backends = Some(seen);
            }
            "isolated" => {
                self.once(name, self.isolated.is_some());
                if !(input.is_empty() || input.peek(Token![,])) {
                    return Err(syn::Error::new_spanned(name, "`isolated` takes no value: write `isolated` alone"));
                }
                self.isolated = Some(name.clone());
            }
            "timeout" => {
                self.once(name, self.timeout.is_some());
                self.timeout = Some(milliseconds(name, input)?);
            }
            "tags" => {
                self.once(name, !self.tags.is_empty());
                if !input.peek(token::Paren) {
                    return Err(syn::Error::new_spanned(name, "this is written `tags(\"…\", …)`"));
                }
                for BackendName(tag) in parse_list(input)? {
                    if self.tags.iter().any(|other| other.value() == tag.value()) {
                        self.errors.at(&tag, format!("tag `{}` is repeated", tag.value()));
                    }
                    check_tag(&tag, &mut self.errors);
                    self.tags.push(tag);
                }
            }
            "block_on" => {
                self.once(name, self.block_on.is_some());
                let written = "this is written `block_on = path`: the function that runs a future to its end";
                input.parse::<Token![=]>().map_err(|_| syn::Error::new_spanned(name, written))?;
                self.block_on =
                    Some(input.parse().map_err(|error: syn::Error| syn::Error::new(error.span(), written))?);
            }
            "cases" => {
                self.once(name, self.cases.is_some());
                // Also a faulty argument takes its parameter, so that one mistake is one error.
                self.cases = Some(CasesArg::faulty(name));
                self.cases = Some(CasesArg::parse(name, input, &mut self.errors)?);
            }
            "tolerance" => {
                self.once(name, self.tolerance.is_some());
                self.tolerance = Some(ToleranceArg::parse(name, input)?);
            }
            "expects_constant" => {
                self.once(name, self.expects_constant.is_some());
                self.expects_constant = Some(Constant::parse(name, input)?);
            }
            "asserts" => {
                self.once(name, self.asserts.is_some());
                if !input.peek(token::Paren) {
                    return Err(syn::Error::new_spanned(name, HELPERS));
                }
                let helpers = between_parentheses(input, |content| helpers(name, content, &mut self.errors))?;
                self.asserts = Some((name.clone(), helpers));
            }
            "allow" => lint::allow(name, input, &mut self.allowed, &mut self.errors)?,
            _ if input.peek(token::Paren) => {
                self.once(name, self.axes.iter().any(|axis| axis.parameter == *name));
                let values = self.errors.keep(parse_list::<AxisValue>(input));
                let faulty = values.is_none();
                self.axes.push(Axis { parameter: name.clone(), values: values.unwrap_or_default(), faulty });
            }
            _ => return Err(unknown(name, input)),
        }
        Ok(())
    }

    /// Whether a module with these would change nothing.
    pub fn gives_nothing(&self) -> bool {
        let Self { uses, of, tags, block_on, krate, .. } = self;
        uses.is_empty() && of.is_none() && tags.is_empty() && block_on.is_none() && !krate.is_given()
    }

    /// What functions and macros are called that assert, besides those whose name says so.
    pub fn helpers(&self) -> &[Ident] {
        self.asserts.as_ref().map_or(&[], |(_, helpers)| helpers)
    }

    /// Takes over what the module gives.
    fn inherit(&mut self, module: Self) {
        for marker in module.uses {
            // What is written here is what is one too many.
            match self.uses.iter().find(|own| **own == marker) {
                Some(own) => {
                    let message = format!("marker `{}` is given by the module already: remove it", marker.unraw());
                    self.errors.at(own, message);
                }
                None => self.uses.push(marker),
            }
        }
        for tag in module.tags {
            match self.tags.iter().find(|own| own.value() == tag.value()) {
                Some(own) => {
                    self.errors.at(own, format!("tag `{}` is given by the module already: remove it", tag.value()));
                }
                None => self.tags.push(tag),
            }
        }
        self.is_block_on_of_the_module = self.block_on.is_none();
        self.block_on = self.block_on.take().or(module.block_on);
        self.of = self.of.take().or(module.of);
        self.krate = std::mem::take(&mut self.krate).or(module.krate);
    }

    fn once(&mut self, name: &Ident, seen: bool) {
        if seen {
            self.errors.at(name, format!("argument `{name}` is repeated"));
        }
    }
}

/// What to write instead of an argument that there is not.
fn unknown(name: &Ident, input: ParseStream) -> syn::Error {
    let hint = did_you_mean(&name.to_string(), KNOWN);
    // `n = 3`, `n[1, 2]` and `n { 1, 2 }` are common guesses at how an axis is written.
    let fork = input.fork();
    let value = match fork.parse::<Option<Token![=]>>() {
        Ok(Some(_)) => fork.parse::<Expr>().ok().map(|value| value.to_token_stream().to_string()),
        _ => match fork.cursor().token_tree() {
            Some((TokenTree::Group(values), _)) => Some(values.stream().to_string().replace(" ,", ",")),
            _ => None,
        },
    };
    if let (true, Some(value)) = (hint.is_empty(), value) {
        let message = format!("an axis is written `{name}(value, …)`: write `{name}({value})`");
        return syn::Error::new_spanned(name, message);
    }
    syn::Error::new_spanned(
        name,
        format!(
            "unknown argument `{name}`{hint} (known: uses = \"…\", uses(\"…\", …), of = \"…\", backends(\"…\", …), isolated, \
             timeout = \"5s\", tags(\"…\", …), block_on = path, cases = function, cases(\"folder/*\", …), \
             tolerance(rtol = …, atol = …, reason = \"…\"), tolerance(ulps = …, reason = \"…\"), tolerance(exact), \
             expects_constant(reason = \"…\"), asserts(helper, reason = \"…\"), allow(lint, reason = \"…\"), \
             crate = path, and an axis `parameter(value, …)`)"
        ),
    )
}

/// The name of a backend.
pub struct BackendName(pub LitStr);

impl Parse for BackendName {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            return Err(input.error("expected the name of a backend as a string, such as `\"mlx_metal\"`"));
        }
        input.parse().map(Self)
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
        let mut value = Self { label, ..Self::plain(input.parse()?) };
        let mut errors = Errors::default();
        while let Some((key, _)) = input.cursor().ident() {
            input.parse::<Ident>()?;
            let repeated = match key.to_string().as_str() {
                "uses" => !std::mem::replace(&mut value.uses, one_or_more(&key, input, &mut errors)?).is_empty(),
                "tolerance" => value.tolerance.replace(ToleranceArg::parse(&key, input)?).is_some(),
                "expects_constant" => value.expects_constant.replace(Constant::parse(&key, input)?).is_some(),
                given => {
                    let hint = did_you_mean(given, ["uses", "tolerance", "expects_constant"]);
                    let known = "known: uses(\"…\", …), tolerance(…), expects_constant(reason = \"…\")";
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

/// Tags stand in expressions.
fn check_tag(tag: &LitStr, errors: &mut Errors) {
    let text = tag.value();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if text.is_empty() || !text.chars().all(fits) || matches!(text.as_str(), "and" | "or" | "not") {
        errors
            .at(tag, format!("`{text}` is not a tag: use ASCII letters, digits, `_` and `-` (not `and`, `or`, `not`)"));
    }
}

/// `= "5s"`, behind `name`.
fn milliseconds(name: &Ident, input: ParseStream) -> syn::Result<u64> {
    let written = || format!("this is written `{name} = \"5s\"`, with `ms`, `s`, `m` or `h` behind a number above 0");
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(name, written()));
    }
    input.parse::<Token![=]>()?;
    let Some(literal) = input.parse::<Option<LitStr>>()? else { return Err(input.error(written())) };
    let text = literal.value();
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let factor = match unit {
        "ms" => Some(1.0),
        "s" => Some(1000.0),
        "m" | "min" => Some(60_000.0),
        "h" => Some(3_600_000.0),
        _ => None,
    };
    let milliseconds = number.trim().parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    // A longer one than three centuries is meant as none.
    match milliseconds {
        Some(milliseconds) if (1.0..1e13).contains(&milliseconds) => Ok(milliseconds as u64),
        _ => Err(syn::Error::new_spanned(&literal, format!("`{}` is no time: {}", literal.value(), written()))),
    }
}

const HELPERS: &str =
    "this is written `asserts(helper, reason = \"…\")`: which function or macro asserts, and how you know";

/// The names of helpers, and a `reason = "…"`. Names count although something else is wrong, which is said.
fn helpers(name: &Ident, content: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    let (mut helpers, mut reason): (Vec<Ident>, _) = (Vec::new(), None);
    while !content.is_empty() {
        let word = match content.parse::<Option<LitStr>>()? {
            Some(literal) => {
                let not_a_name = format!("`{}` is not the name of a function or macro", literal.value());
                errors.keep(literal.parse().map_err(|_| syn::Error::new_spanned(&literal, not_a_name)))
            }
            // A call is known by its last name, so that a path is written as it is called.
            None => {
                let path =
                    content.call(Path::parse_mod_style).map_err(|error| syn::Error::new(error.span(), HELPERS))?;
                path.segments.last().map(|segment| segment.ident.clone())
            }
        };
        match word {
            Some(word) if word == "reason" && content.peek(Token![=]) => {
                content.parse::<Token![=]>()?;
                reason = Some(text(&word, content)?);
            }
            Some(word) if helpers.contains(&word) => errors.at(&word, format!("`{word}` is repeated")),
            word => helpers.extend(word),
        }
        if !content.is_empty() {
            content.parse::<Token![,]>().map_err(|error| syn::Error::new(error.span(), HELPERS))?;
        }
    }
    match reason {
        Some(reason) if reason.value().trim().is_empty() => {
            errors.at(reason, "the reason is empty: say how you know that it asserts");
        }
        Some(_) if !helpers.is_empty() || !errors.is_empty() => {}
        _ => errors.at(name, HELPERS),
    }
    Ok(helpers)
}

/// `reason = "…"` and nothing else.
fn reason_only(name: &Ident, content: ParseStream) -> syn::Result<LitStr> {
    let needed = format!("this is written `{name}(reason = \"…\")`: say why the value is a constant");
    let key = content.parse::<Ident>().map_err(|_| syn::Error::new_spanned(name, &needed))?;
    if key != "reason" {
        return Err(syn::Error::new_spanned(key, needed));
    }
    content.parse::<Token![=]>()?;
    let reason = text(&key, content)?;
    if reason.value().trim().is_empty() {
        return Err(syn::Error::new_spanned(reason, "the reason is empty: say why the value is a constant"));
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
