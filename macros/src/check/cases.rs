//! `cases = function` and `cases("folder/**/*.toml", count = 12)`: an axis whose values are cases that are made of data.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Ident, LitInt, LitStr, Path, Token, Type, TypeReference, token};

use crate::element::slice_of;
use crate::errors::Errors;
use crate::parse::between_parentheses;

const WRITTEN: &str =
    "this is written `cases = function`, or `cases(\"folder/**/*.toml\", …)` where each file is a case";

/// What lists the cases of a check.
pub struct CasesArg {
    pub name: Ident,
    source: Source,
    /// How many there have to be.
    count: Option<LitInt>,
}

enum Source {
    /// Nothing that could be read, which has been said.
    Faulty,
    /// A function lists them.
    Function(Path),
    /// They are the files that these patterns fit.
    Files(Vec<LitStr>),
}

impl CasesArg {
    /// One that could not be read.
    pub fn faulty(name: &Ident) -> Self {
        Self { name: name.clone(), source: Source::Faulty, count: None }
    }

    /// Reads what stands behind `name`.
    pub fn parse(name: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name = name.clone();
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            let mut sources = Sources::default();
            sources.parse(&name, input)?;
            return sources.into_arg(name, errors);
        }
        if !input.peek(token::Paren) {
            return Err(syn::Error::new_spanned(name, WRITTEN));
        }
        let sources = between_parentheses(input, |content| {
            let mut sources = Sources::default();
            while !content.is_empty() {
                sources.parse(&name, content)?;
                if !content.is_empty() {
                    content.parse::<Token![,]>()?;
                }
            }
            Ok(sources)
        });
        sources?.into_arg(name, errors)
    }

    /// What registers the axis; `number` is its place among the parameters, `parameter` what that is called.
    pub fn registered(&self, number: usize, parameter: &Ident, at: Span) -> TokenStream {
        let parameter = parameter.unraw().to_string();
        // Where the check is written, whoever links it.
        let root = quote_spanned! {at=>
            __crosscheck::__private::Root::new(
                ::core::option_env!("CARGO_MANIFEST_DIR"),
                ::core::option_env!("CARGO_PKG_NAME"),
            )
        };
        let list = match &self.source {
            // The span of the path, so that what is no list of cases is an error there.
            Source::Function(path) => quote_spanned!(path.span()=> __crosscheck::__private::list(#path, #root, only)),
            Source::Faulty => TokenStream::new(),
            Source::Files(patterns) => {
                let patterns = slice_of(patterns);
                quote_spanned!(at=> __crosscheck::__private::files(const { #patterns }, #root, only))
            }
        };
        let count = self.count.as_ref().map(|count| quote_spanned!(at=> .count(#count)));
        quote_spanned!(at=> __crosscheck::__private::CasesOf::new(#number, #parameter, |only| #list) #count)
    }

    /// Hands the content of the cell's case on to `inner`, as `argument`.
    pub fn given(
        &self,
        number: usize,
        case: &Ident,
        argument: &Ident,
        ty: &TokenStream,
        inner: &TokenStream,
    ) -> TokenStream {
        match &self.source {
            Source::Function(path) => quote_spanned! {path.span()=>
                __crosscheck::__private::given(#path, #case, #number, |#argument: #ty| #inner)
            },
            Source::Faulty => TokenStream::new(),
            Source::Files(_) => {
                let at = ty.span();
                quote_spanned!(at=> __crosscheck::__private::of_file(#case, #number, |#argument: #ty| #inner))
            }
        }
    }
}

/// A case is lent: it is read once a cell, or never.
pub fn is_lent(parameter: &Ident, ty: &TokenStream, errors: &mut Errors) {
    let is_lent = |ty: &Type| matches!(ty, Type::Reference(TypeReference { mutability: None, .. }));
    if !syn::parse2::<Type>(ty.clone()).is_ok_and(|ty| is_lent(&ty)) {
        errors.at(ty, format!("a case is given by a shared reference: write `{parameter}: &{}`", ty));
    }
}

/// What stands between the parentheses.
#[derive(Default)]
struct Sources {
    functions: Vec<Path>,
    files: Vec<LitStr>,
    counts: Vec<(Ident, LitInt)>,
}

impl Sources {
    fn parse(&mut self, name: &Ident, input: ParseStream) -> syn::Result<()> {
        if input.peek(LitStr) {
            self.files.push(input.parse()?);
            return Ok(());
        }
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
            let key: Ident = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            if key != "count" {
                return Err(syn::Error::new_spanned(&key, format!("`{name}` has no `{key}` (known: count = 12)")));
            }
            let number = input.parse().map_err(|error| {
                syn::Error::new(error.span(), "`count` is how many cases there have to be: `count = 12`")
            })?;
            self.counts.push((key, number));
            return Ok(());
        }
        let path = input.call(Path::parse_mod_style).map_err(|error| syn::Error::new(error.span(), WRITTEN))?;
        self.functions.push(path);
        Ok(())
    }

    fn into_arg(self, name: Ident, errors: &mut Errors) -> syn::Result<CasesArg> {
        let Self { mut functions, files, counts } = self;
        if let Some((key, _)) = counts.get(1) {
            errors.at(key, "`count` is repeated");
        }
        let count = counts.into_iter().next().map(|(_, number)| number);
        if let Some(number) = &count
            && number.base10_parse::<u32>().is_ok_and(|number| number == 0)
        {
            errors.at(number, "a check without cases shows nothing: `count` is at least 1");
        }
        let source = match (functions.pop(), functions.is_empty(), files.is_empty()) {
            (Some(function), true, true) => Source::Function(function),
            (Some(function), ..) => {
                return Err(syn::Error::new_spanned(function, "cases come from one function, or from files"));
            }
            (None, _, true) => return Err(syn::Error::new_spanned(name, WRITTEN)),
            (None, _, false) => Source::Files(files),
        };
        if let Source::Files(patterns) = &source {
            for (at, pattern) in patterns.iter().enumerate() {
                let text = pattern.value();
                if let Some(fault) = fault(&text) {
                    errors.at(pattern, fault);
                } else if patterns[..at].iter().any(|other| other.value() == text) {
                    errors.at(pattern, format!("the pattern `{text}` is repeated"));
                }
            }
        }
        Ok(CasesArg { name, source, count })
    }
}

/// What is wrong with a pattern.
fn fault(pattern: &str) -> Option<String> {
    let parts: Vec<_> = pattern.split('/').collect();
    let is_up = |part: &&&str| **part == "..";
    let ups = parts.iter().take_while(is_up).count();
    Some(match () {
        () if pattern.trim().is_empty() => "the pattern is empty: name files, such as `cases/**/*.toml`".to_owned(),
        () if pattern.contains('\\') => format!("write `/` between folders: `{}`", pattern.replace('\\', "/")),
        () if pattern.starts_with('/') || pattern.get(1..3) == Some(":/") => {
            "files are looked for in the folder of the crate: write the path from there".to_owned()
        }
        () if parts.contains(&"") => format!("`{pattern}` has an empty name between two `/`, or at its end"),
        () if parts.contains(&".") => format!("`{pattern}` goes nowhere at `.`: leave it out"),
        () if parts[ups..].contains(&"..") => format!("`{pattern}` goes up behind another name: `..` stands in front"),
        () if parts.iter().any(|part| *part != "**" && part.contains("**")) => {
            format!("`{pattern}`: `**` stands for folders, and is a name of its own: `a/**/*.toml`")
        }
        () if parts.last() == Some(&"..") => format!("`{pattern}` names no file"),
        () => {
            let sign = pattern.chars().find(|sign| matches!(sign, '[' | ']' | '{' | '}' | '!'))?;
            format!(
                "`{sign}` means nothing here (`*`, `?` and `**` do): write several patterns, or list the cases by a function"
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_path_from_the_folder_of_the_crate() {
        for pattern in
            ["a/*.toml", "**/*.toml", "a/**", "../shared/*.json", "a?b/c*d*e", "one.txt", "a/**/b/**/*", "ä/*", "*"]
        {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
        for (pattern, said) in [
            ("", "empty"),
            (" ", "empty"),
            ("a\\*.toml", "write `/` between folders: `a/*.toml`"),
            ("/a/*", "from there"),
            ("c:/a/*", "from there"),
            ("a//*", "empty name"),
            ("a/", "empty name"),
            ("./a/*", "leave it out"),
            ("a/../b/*", "stands in front"),
            ("..", "names no file"),
            ("a/**.toml", "a name of its own"),
            ("a/{b,c}", "`{` means nothing here"),
            ("a/[ab]", "`[` means nothing here"),
            ("a/!b", "`!` means nothing here"),
        ] {
            assert!(fault(pattern).is_some_and(|fault| fault.contains(said)), "{pattern}: {:?}", fault(pattern));
        }
    }
}
