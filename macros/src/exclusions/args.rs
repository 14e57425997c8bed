//! The arguments of `#[crosscheck::exclusions]`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Path, Token, Type, token};

use super::case::CaseArg;
use crate::check::marker::one_or_more;
use crate::errors::Errors;
use crate::krate::Krate;
use crate::nearest::did_you_mean;
use crate::parse::parse_list;

/// `"backend"`, and what is said of it; see [`KNOWN`].
pub struct ExclusionsArgs {
    pub backend: LitStr,
    /// The row of the whole backend, beside a matrix function.
    pub all: Option<(Ident, Expr)>,
    /// The tests that a row hangs on.
    pub tests: Option<(Ident, Vec<TestArg>)>,
    /// The feature that a row hangs on.
    pub uses: Option<(Ident, Ident)>,
    /// The cases of those tests.
    pub cases: Option<(Ident, Vec<CaseArg>)>,
    /// What the opened backend is asked.
    pub applies_if: Option<(Ident, Path)>,
    /// The subject whose suite a row is one of.
    pub subject: Option<(Ident, Type)>,
    pub krate: Krate,
    /// As they are written.
    pub written: TokenStream,
    pub errors: Errors,
}

/// A test: the path of its function, or a name.
pub enum TestArg {
    Function(Path),
    Pattern(LitStr),
}

const NAMES: [&str; 7] = ["all", "test", "case", "uses", "applies_if", "for", "crate"];
const KNOWN: &str = "known: all = skip(…) or xfail(…), for the whole backend, and crate = path; of one row: test = path, \
                     test(\"module::*\"), case(axis = value), uses = \"…\", applies_if = function, for dyn Trait";

impl Parse for ExclusionsArgs {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let unnamed = "name the backend: `#[crosscheck::exclusions(\"…\")]`";
        if input.is_empty() {
            return Err(syn::Error::new(Span::call_site(), unnamed));
        }
        if !input.peek(LitStr) {
            return Err(input.error(unnamed));
        }
        let written = input.fork().parse()?;
        let mut args = Self {
            backend: input.parse()?,
            all: None,
            tests: None,
            uses: None,
            cases: None,
            applies_if: None,
            subject: None,
            krate: Krate::default(),
            written,
            errors: Errors::default(),
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(LitStr) {
                return Err(input.error("one name only: each backend has a matrix function and rows of its own"));
            }
            if !input.peek(Ident::peek_any) {
                return Err(input.error(format!("expected the name of an argument ({KNOWN})")));
            }
            let key: Ident = input.call(Ident::parse_any)?;
            args.argument(key, input)?;
        }
        Ok(args)
    }
}

impl ExclusionsArgs {
    fn argument(&mut self, key: Ident, input: ParseStream) -> syn::Result<()> {
        let repeated = match key.to_string().as_str() {
            "all" => {
                value_of(&key, input, "`all = skip(…)` or `all = xfail(…)`")?;
                self.all.replace((key.clone(), input.parse()?)).is_some()
            }
            "test" => self.tests.replace((key.clone(), tests(&key, input)?)).is_some(),
            "case" => {
                if !input.peek(token::Paren) {
                    let written = "this is written `case(axis = value, …)` or `case(\"name_of_a_case\", …)`";
                    return Err(syn::Error::new_spanned(key, written));
                }
                let cases = parse_list::<CaseArg>(input)?;
                if cases.is_empty() {
                    self.errors.at(&key, "`case()` names no case: leave it out for all cases of the test");
                }
                self.cases.replace((key.clone(), cases)).is_some()
            }
            "uses" => {
                let before = self.errors.is_empty();
                let markers = one_or_more(&key, input, &mut self.errors)?;
                match <[Ident; 1]>::try_from(markers) {
                    Ok([marker]) => self.uses.replace((key.clone(), marker)).is_some(),
                    Err(_) if before && !self.errors.is_empty() => false,
                    Err(_) => {
                        self.errors.at(&key, "a row hangs on one feature: `uses = \"…\"`");
                        false
                    }
                }
            }
            "applies_if" => {
                value_of(&key, input, "`applies_if = function`, which takes the opened backend and returns a `bool`")?;
                let path = input.call(Path::parse_mod_style).map_err(|error| {
                    let message = "`applies_if` takes the path of a function from the opened backend to a `bool`";
                    syn::Error::new(error.span(), message)
                })?;
                self.applies_if.replace((key.clone(), path)).is_some()
            }
            "for" => {
                let subject = input.parse().map_err(|_| {
                    syn::Error::new_spanned(&key, "`for` takes the subject of the suite: `for dyn Trait`")
                })?;
                self.subject.replace((key.clone(), subject)).is_some()
            }
            "crate" => {
                self.krate.set(&key, input)?;
                false
            }
            given => {
                let hint = did_you_mean(given, NAMES);
                return Err(syn::Error::new_spanned(&key, format!("unknown argument `{given}`{hint} ({KNOWN})")));
            }
        };
        if repeated {
            return Err(syn::Error::new_spanned(&key, format!("argument `{key}` is repeated")));
        }
        Ok(())
    }

    /// The first argument that belongs to one row.
    pub fn of_a_row(&self) -> Option<&Ident> {
        let tests = self.tests.as_ref().map(|(key, _)| key);
        let uses = self.uses.as_ref().map(|(key, _)| key);
        let cases = self.cases.as_ref().map(|(key, _)| key);
        let applies_if = self.applies_if.as_ref().map(|(key, _)| key);
        tests.or(uses).or(cases).or(applies_if).or(self.subject.as_ref().map(|(key, _)| key))
    }
}

/// The `=` behind the key.
fn value_of(key: &Ident, input: ParseStream, written: &str) -> syn::Result<()> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(key, format!("this is written {written}")));
    }
    input.parse::<Token![=]>().map(drop)
}

/// `= path`, `= "pattern"`, or several of either between parentheses.
fn tests(key: &Ident, input: ParseStream) -> syn::Result<Vec<TestArg>> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(vec![input.parse()?]);
    }
    if !input.peek(token::Paren) {
        let written = "this is written `test = path::of::the_check` or `test(\"module::*\", …)`";
        return Err(syn::Error::new_spanned(key, written));
    }
    let tests = parse_list::<TestArg>(input)?;
    if tests.is_empty() {
        return Err(syn::Error::new_spanned(key, "`test()` names no test"));
    }
    Ok(tests)
}

impl Parse for TestArg {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let pattern: LitStr = input.parse()?;
            if pattern.value().trim().is_empty() {
                return Err(syn::Error::new_spanned(pattern, "the name of a test is empty"));
            }
            return Ok(Self::Pattern(pattern));
        }
        let path = input.call(Path::parse_mod_style).map_err(|error| {
            let message = "expected the path of a check, or a name as a string, such as `\"module::*\"`";
            syn::Error::new(error.span(), message)
        })?;
        Ok(Self::Function(path))
    }
}
