//! What the variables of a body hold, and what in an expression tells backends apart.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, Ident, Lit, Macro, Member, Pat, PatIdent, Token};

use crate::check::lint::code::{arguments, bare, callee, last, only};

/// What a variable holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The backend.
    Subject,
    /// Something that tells backends apart.
    Identity,
    /// Literals and values of axes: the same on each backend.
    Given,
    Other,
}

/// The variables that can be named, scope by scope.
pub struct Variables(Vec<HashMap<String, Meaning>>);

impl Default for Variables {
    fn default() -> Self {
        Self(vec![HashMap::new()])
    }
}

impl Variables {
    pub fn enter(&mut self) {
        self.0.push(HashMap::new());
    }

    pub fn leave(&mut self) {
        self.0.pop();
    }

    fn meaning(&self, name: &Ident) -> Option<Meaning> {
        let name = name.to_string();
        self.0.iter().rev().find_map(|scope| scope.get(&name)).copied()
    }

    fn bind(&mut self, name: &Ident, meaning: Meaning) {
        if let Some(scope) = self.0.last_mut() {
            scope.insert(name.to_string(), meaning);
        }
    }

    /// Every variable of the pattern.
    pub fn bind_all(&mut self, pat: &Pat, meaning: Meaning) {
        let mut names = Names(Vec::new());
        names.visit_pat(pat);
        for name in names.0 {
            self.bind(&name, meaning);
        }
    }

    /// The variables of a `let`, a tuple element by element.
    pub fn bind_value(&mut self, pat: &Pat, value: &Expr) {
        match (pat, bare(value)) {
            (Pat::Type(typed), value) => self.bind_value(&typed.pat, value),
            (Pat::Paren(paren), value) => self.bind_value(&paren.pat, value),
            (Pat::Reference(pat), Expr::Reference(value)) => self.bind_value(&pat.pat, &value.expr),
            (Pat::Tuple(pats), Expr::Tuple(values)) if pats.elems.len() == values.elems.len() => {
                pats.elems.iter().zip(&values.elems).for_each(|(pat, value)| self.bind_value(pat, value));
            }
            (pat, value) => {
                let meaning = self.value(value);
                self.bind_all(pat, meaning);
            }
        }
    }

    pub fn value(&self, expr: &Expr) -> Meaning {
        if self.is_subject(expr) {
            Meaning::Subject
        } else if self.identity(expr).is_some() {
            Meaning::Identity
        } else if self.is_given(expr) {
            Meaning::Given
        } else {
            Meaning::Other
        }
    }

    fn is_subject(&self, expr: &Expr) -> bool {
        match bare(expr) {
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| self.meaning(name) == Some(Meaning::Subject)),
            Expr::Reference(reference) => self.is_subject(&reference.expr),
            Expr::Unary(unary) => self.is_subject(&unary.expr),
            Expr::Cast(cast) => self.is_subject(&cast.expr),
            Expr::MethodCall(call) => is_transparent(&call.method.to_string()) && self.is_subject(&call.receiver),
            _ => false,
        }
    }

    fn is_given(&self, expr: &Expr) -> bool {
        let all = |list: &Punctuated<Expr, Token![,]>| list.iter().all(|expr| self.is_given(expr));
        match bare(expr) {
            Expr::Lit(_) => true,
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => self.meaning(name).is_none_or(|meaning| meaning == Meaning::Given),
                None => true,
            },
            Expr::Reference(reference) => self.is_given(&reference.expr),
            Expr::Unary(unary) => self.is_given(&unary.expr),
            Expr::Array(array) => all(&array.elems),
            Expr::Tuple(tuple) => all(&tuple.elems),
            Expr::MethodCall(call) => self.is_given(&call.receiver) && all(&call.args),
            Expr::Macro(mac) if last(&mac.mac.path) == "vec" => {
                arguments(&mac.mac).is_some_and(|arguments| arguments.iter().all(|expr| self.is_given(expr)))
            }
            _ => false,
        }
    }

    /// What in the value tells backends apart, as the user wrote it.
    pub fn identity(&self, expr: &Expr) -> Option<TokenStream> {
        match bare(expr) {
            Expr::Path(path) => {
                let name = path.path.get_ident()?;
                (self.meaning(name)? == Meaning::Identity).then(|| name.to_token_stream())
            }
            Expr::MethodCall(call) => self.identity_of_method(call),
            Expr::Call(call) => self.identity_of_call(call),
            Expr::Field(field) => match &field.member {
                Member::Named(name) if self.is_subject(&field.base) => {
                    is_identity(&name.to_string()).then(|| field.to_token_stream())
                }
                _ => self.identity(&field.base),
            },
            Expr::Macro(mac) => self.identity_of_text(&mac.mac),
            Expr::Reference(reference) => self.identity(&reference.expr),
            Expr::Unary(unary) => self.identity(&unary.expr),
            Expr::Cast(cast) => self.identity(&cast.expr),
            Expr::Try(tried) => self.identity(&tried.expr),
            Expr::Index(index) => self.identity(&index.expr).or_else(|| self.identity(&index.index)),
            Expr::Binary(binary) => self.identity(&binary.left).or_else(|| self.identity(&binary.right)),
            Expr::Tuple(tuple) => self.identity_in(&tuple.elems),
            Expr::Array(array) => self.identity_in(&array.elems),
            Expr::Struct(it) => it.fields.iter().find_map(|field| self.identity(&field.expr)),
            Expr::Let(it) => self.scrutinee(&it.expr),
            Expr::Block(block) => only(&block.block).and_then(|expr| self.identity(expr)),
            Expr::Unsafe(block) => only(&block.block).and_then(|expr| self.identity(expr)),
            _ => None,
        }
    }

    pub fn identity_in<'e>(&self, values: impl IntoIterator<Item = &'e Expr>) -> Option<TokenStream> {
        values.into_iter().find_map(|value| self.identity(value))
    }

    fn identity_of_method(&self, call: &ExprMethodCall) -> Option<TokenStream> {
        let name = call.method.to_string();
        if self.is_subject(&call.receiver) {
            // With an argument it is another question: `kernels.supports(x)`, `store.name(key)`.
            return (call.args.is_empty() && is_identity(&name)).then(|| call.to_token_stream());
        }
        self.identity(&call.receiver).or_else(|| {
            let given = self.is_given(&call.receiver) || is_search(&name);
            given.then(|| self.identity_among(&call.args)).flatten()
        })
    }

    fn identity_of_call(&self, call: &ExprCall) -> Option<TokenStream> {
        let name = callee(&call.func)?;
        match call.args.first() {
            Some(only) if call.args.len() == 1 && self.is_subject(only) => {
                is_identity_function(&name).then(|| call.to_token_stream())
            }
            _ => self.identity_among(&call.args),
        }
    }

    /// An identity among arguments that are otherwise the same on each backend: where a result is passed as well, the
    /// identity is a label.
    fn identity_among(&self, arguments: &Punctuated<Expr, Token![,]>) -> Option<TokenStream> {
        let identity = self.identity_in(arguments)?;
        arguments.iter().all(|it| self.identity(it).is_some() || self.is_given(it)).then_some(identity)
    }

    /// `format!("{name}")`, and `matches!`.
    fn identity_of_text(&self, mac: &Macro) -> Option<TokenStream> {
        let name = last(&mac.path);
        let arguments = arguments(mac)?;
        if name == "matches" {
            return match arguments.first()? {
                Expr::Match(matched) => self.scrutinee(&matched.expr),
                _ => None,
            };
        }
        if !matches!(name.as_str(), "format" | "format_args" | "vec" | "dbg") {
            return None;
        }
        self.identity_in(&arguments).or_else(|| {
            let text = match arguments.first()? {
                Expr::Lit(literal) => &literal.lit,
                _ => return None,
            };
            let Lit::Str(text) = text else { return None };
            let value = text.value();
            let mut names = value.split('{').skip(1).filter_map(|rest| rest.split(['}', ':']).next());
            names
                .any(|name| {
                    syn::parse_str::<Ident>(name).is_ok_and(|name| self.meaning(&name) == Some(Meaning::Identity))
                })
                .then(|| text.to_token_stream())
        })
    }

    /// Of what is compared or matched, which can be the backend itself.
    pub fn scrutinee(&self, expr: &Expr) -> Option<TokenStream> {
        match bare(expr) {
            expr if self.is_subject(expr) => Some(expr.to_token_stream()),
            Expr::Tuple(tuple) => tuple.elems.iter().find_map(|element| self.scrutinee(element)),
            expr => self.identity(expr),
        }
    }

    /// What a variable holds after an assignment.
    pub fn assign(&mut self, name: &Ident, meaning: Meaning) {
        let name = name.to_string();
        if let Some(variable) = self.0.iter_mut().rev().find_map(|scope| scope.get_mut(&name)) {
            // Another path through the body may not come by here.
            if *variable != Meaning::Identity {
                *variable = meaning;
            }
        }
    }
}

/// What tells backends apart. Names of kinds of devices are here because `is_metal` is a name in another form.
fn is_identity(name: &str) -> bool {
    matches!(
        name,
        "name"
            | "id"
            | "kind"
            | "backend"
            | "backend_name"
            | "backend_id"
            | "backend_kind"
            | "backend_type"
            | "device"
            | "device_name"
            | "device_id"
            | "device_kind"
            | "device_type"
            | "platform"
            | "vendor"
            | "type_id"
            | "type_name"
            | "as_any"
            | "downcast_ref"
            | "is"
            | "is_cpu"
            | "is_gpu"
            | "is_cuda"
            | "is_metal"
            | "is_vulkan"
            | "is_reference"
            | "is_baseline"
    )
}

/// The same, asked of a function: `TypeId::of_val(backend)`.
fn is_identity_function(name: &str) -> bool {
    is_identity(name) || matches!(name, "of_val" | "type_name_of_val" | "discriminant")
}

/// Methods that lead to the same thing.
fn is_transparent(name: &str) -> bool {
    matches!(name, "as_ref" | "borrow" | "clone" | "deref")
}
/// Methods that look for their argument.
pub fn is_search(name: &str) -> bool {
    matches!(
        name,
        "eq" | "ne" | "contains" | "contains_key" | "get" | "starts_with" | "ends_with" | "eq_ignore_ascii_case"
    )
}

/// The variables of a pattern.
struct Names(Vec<Ident>);

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.0.push(pat.ident.clone());
        visit::visit_pat_ident(self, pat);
    }

    // The guard of an arm, and the bounds of a range.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}
