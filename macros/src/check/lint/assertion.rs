//! `no_assertion`: a check that cannot fail.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAsync, ExprCall, ExprClosure, ExprMethodCall, ExprReturn, ExprTry, FnArg, Ident, Item, ItemFn,
    Macro, Pat, ReturnType, Stmt, Type,
};

use super::code::{
    arguments, bare, callee, is_asserting, is_asserting_macro, is_failing, last, only, pairs, unreadable,
};

pub fn findings(function: &ItemFn, helpers: &[Ident]) -> Vec<TokenStream> {
    let mut found = Failures { helpers, found: false, inner: false };
    found.visit_block(&function.block);
    if found.found || !passes(function) || is_wrapper(function) {
        return Vec::new();
    }
    vec![function.sig.ident.to_token_stream()]
}

/// Whether the function's value is always a pass.
fn passes(function: &ItemFn) -> bool {
    match &function.sig.output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => is_unit(ty) || ends_well(&function.block),
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

fn ends_well(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => is_ok(expr),
        Some(Stmt::Expr(Expr::Return(leave), Some(_))) => leave.expr.as_deref().is_some_and(is_ok),
        _ => false,
    }
}

/// `Ok(())`, in each of the branches.
fn is_ok(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Call(call) => {
            let unit = |value: &Expr| matches!(bare(value), Expr::Tuple(tuple) if tuple.elems.is_empty());
            callee(&call.func).is_some_and(|name| name == "Ok") && call.args.len() == 1 && call.args.iter().all(unit)
        }
        // What breaks out of a labelled block is a value as well.
        Expr::Block(block) => block.label.is_none() && ends_well(&block.block),
        Expr::Unsafe(block) => ends_well(&block.block),
        Expr::If(branch) => {
            let other = branch.else_branch.as_ref().is_some_and(|(_, other)| is_ok(other));
            other && ends_well(&branch.then_branch)
        }
        Expr::Match(branches) => branches.arms.iter().all(|arm| is_ok(&arm.body)),
        Expr::Return(leave) => leave.expr.as_deref().is_some_and(is_ok),
        _ => false,
    }
}

/// Whether anything can fail.
struct Failures<'a> {
    /// The names of functions and macros that assert, besides those that say so by their name.
    helpers: &'a [Ident],
    found: bool,
    /// Inside of what a `?` or `return` leaves alone.
    inner: bool,
}

impl Failures<'_> {
    fn is_asserting(&self, name: &str) -> bool {
        is_failing(name) || is_asserting(name) || self.helpers.iter().any(|helper| helper == name)
    }

    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.inner, true);
        visit(self);
        self.inner = outer;
    }

    fn tokens(&mut self, tokens: TokenStream) {
        pairs(tokens, &mut |token, next| {
            self.found |= match token {
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    match next {
                        Some(TokenTree::Punct(bang)) if bang.as_char() == '!' => {
                            is_asserting_macro(&name) || self.is_asserting(&name)
                        }
                        Some(TokenTree::Group(_)) => self.is_asserting(&name),
                        Some(TokenTree::Ident(err)) => name == "return" && err == "Err",
                        _ => false,
                    }
                }
                TokenTree::Punct(mark) => mark.as_char() == '?',
                _ => false,
            };
        });
    }
}

impl<'ast> Visit<'ast> for Failures<'_> {
    fn visit_macro(&mut self, mac: &'ast Macro) {
        let name = last(&mac.path);
        self.found |= is_asserting_macro(&name) || self.is_asserting(&name);
        match arguments(mac) {
            Some(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            None => self.tokens(mac.tokens.clone()),
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match unreadable(expr) {
            Some(tokens) => self.tokens(tokens),
            None => visit::visit_expr(self, expr),
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        self.found |= self.is_asserting(&name);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.found |= callee(&call.func).is_some_and(|name| self.is_asserting(&name));
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_try(&mut self, tried: &'ast ExprTry) {
        self.found |= !self.inner;
        visit::visit_expr_try(self, tried);
    }

    fn visit_expr_return(&mut self, leave: &'ast ExprReturn) {
        let can_fail = leave.expr.as_deref().is_some_and(|expr| !is_ok(expr));
        self.found |= !self.inner && can_fail;
        visit::visit_expr_return(self, leave);
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        self.inside(|this| visit::visit_expr_closure(this, closure));
    }

    fn visit_expr_async(&mut self, later: &'ast ExprAsync) {
        self.inside(|this| visit::visit_expr_async(this, later));
    }

    fn visit_item(&mut self, item: &'ast Item) {
        self.inside(|this| visit::visit_item(this, item));
    }
}

/// Whether this is what `#[rstest]` makes of a case: the values, and a call of the function that has the body.
///
/// Nobody writes such a function by hand: its braces stand nowhere in the source.
pub fn is_wrapper(function: &ItemFn) -> bool {
    let written = function.block.brace_token.span.open().source_text().is_some_and(|text| text == "{");
    let Some((Stmt::Expr(call, None), before)) = function.block.stmts.split_last() else { return false };
    let Some(FnArg::Typed(subject)) = function.sig.inputs.first() else { return false };
    let Pat::Ident(subject) = &*subject.pat else { return false };
    let passed_on = |call: &ExprCall| {
        let name = |argument: &Expr| match bare(argument) {
            Expr::Reference(reference) => variable(&reference.expr),
            argument => variable(argument),
        };
        let names: Option<Vec<_>> = call.args.iter().map(name).collect();
        variable(&call.func).is_some() && names.is_some_and(|names| names.contains(&subject.ident.to_string()))
    };
    let called = match call {
        Expr::Call(call) => passed_on(call) || within_a_timeout(call).is_some_and(passed_on),
        _ => false,
    };
    !written && called && before.iter().all(is_of_a_wrapper)
}

/// A value, the function itself, or what the attributes `#[trace]` and `#[timeout]` add.
fn is_of_a_wrapper(statement: &Stmt) -> bool {
    match statement {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| init.diverge.is_none()),
        Stmt::Item(item) => matches!(item, Item::Fn(_) | Item::Use(_)),
        Stmt::Macro(statement) => statement.mac.path.is_ident("println"),
        Stmt::Expr(..) => false,
    }
}

/// The call in `execute_with_timeout_sync(move || call, duration)`.
fn within_a_timeout(call: &ExprCall) -> Option<&ExprCall> {
    match call.args.first() {
        Some(Expr::Closure(closure)) if callee(&call.func)? == "execute_with_timeout_sync" => {
            let body = match &*closure.body {
                Expr::Block(block) => only(&block.block)?,
                body => body,
            };
            match body {
                Expr::Call(call) => Some(call),
                _ => None,
            }
        }
        _ => None,
    }
}

fn variable(expr: &Expr) -> Option<String> {
    match bare(expr) {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}
