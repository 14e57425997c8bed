//! `backend_branch`: a body that does one thing on one backend and another on the next.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Block, Expr, ExprAssign, ExprBinary, ExprCall, ExprClosure, ExprForLoop, ExprIf, ExprLet, ExprMatch,
    ExprMethodCall, ExprWhile, FnArg, Ident, Item, ItemFn, Lit, Local, Macro, Member, Pat, PatGuard, PatIdent, Token,
};

use super::code::{arguments, bare, callee, is_asserting_macro, last, only};

pub fn findings(function: &ItemFn) -> Vec<TokenStream> {
    let mut parameters = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.pat),
        FnArg::Receiver(_) => None,
    });
    let mut found = Branches { scopes: vec![HashMap::new()], ..Branches::default() };
    if let Some(subject) = parameters.next() {
        found.bind_all(subject, Meaning::Subject);
    }
    parameters.for_each(|axis| found.bind_all(axis, Meaning::Given));
    found.visit_block(&function.block);
    found.found
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

/// Methods that branch on what they are called on, or compare it.
fn is_branching(name: &str) -> bool {
    matches!(
        name,
        "eq" | "ne"
            | "cmp"
            | "partial_cmp"
            | "then"
            | "then_some"
            | "is_some_and"
            | "is_none_or"
            | "map_or"
            | "map_or_else"
    )
}

/// Methods that look for their argument.
fn is_search(name: &str) -> bool {
    matches!(
        name,
        "eq" | "ne" | "contains" | "contains_key" | "get" | "starts_with" | "ends_with" | "eq_ignore_ascii_case"
    )
}

/// What a variable holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The backend.
    Subject,
    /// Something that tells backends apart.
    Identity,
    /// Literals and values of axes: the same on each backend.
    Given,
    Other,
}

#[derive(Default)]
struct Branches {
    found: Vec<TokenStream>,
    scopes: Vec<HashMap<String, Meaning>>,
    /// Inside of a condition that has been looked at as a whole.
    judged: bool,
    /// Inside of an assertion's arguments, where a comparison is what is asserted.
    asserted: bool,
}

impl Branches {
    fn meaning(&self, name: &Ident) -> Option<Meaning> {
        let name = name.to_string();
        self.scopes.iter().rev().find_map(|scope| scope.get(&name)).copied()
    }

    fn bind(&mut self, name: &Ident, meaning: Meaning) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_string(), meaning);
        }
    }

    /// Every variable of the pattern.
    fn bind_all(&mut self, pat: &Pat, meaning: Meaning) {
        let mut names = Names(Vec::new());
        names.visit_pat(pat);
        for name in names.0 {
            self.bind(&name, meaning);
        }
    }

    /// The variables of a `let`, a tuple element by element.
    fn bind_value(&mut self, pat: &Pat, value: &Expr) {
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

    fn value(&self, expr: &Expr) -> Meaning {
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
    fn identity(&self, expr: &Expr) -> Option<TokenStream> {
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

    fn identity_in<'e>(&self, values: impl IntoIterator<Item = &'e Expr>) -> Option<TokenStream> {
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
    fn scrutinee(&self, expr: &Expr) -> Option<TokenStream> {
        match bare(expr) {
            expr if self.is_subject(expr) => Some(expr.to_token_stream()),
            Expr::Tuple(tuple) => tuple.elems.iter().find_map(|element| self.scrutinee(element)),
            expr => self.identity(expr),
        }
    }

    fn report(&mut self, identity: Option<TokenStream>) {
        self.found.extend(identity);
    }

    /// A condition or scrutinee; what it is made of is not reported again.
    fn condition(&mut self, identity: Option<TokenStream>, visit: impl FnOnce(&mut Self)) {
        let judged = self.judged || identity.is_some();
        if !self.judged {
            self.report(identity);
        }
        self.with(judged, self.asserted, visit);
    }

    fn with(&mut self, judged: bool, asserted: bool, visit: impl FnOnce(&mut Self)) {
        let outer = (self.judged, self.asserted);
        (self.judged, self.asserted) = (judged, asserted);
        visit(self);
        (self.judged, self.asserted) = outer;
    }

    fn scope(&mut self, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(HashMap::new());
        visit(self);
        self.scopes.pop();
    }

    /// Visits a value; whether it was reported, and need not be where it is used.
    fn reports(&mut self, visit: impl FnOnce(&mut Self)) -> bool {
        let before = self.found.len();
        visit(self);
        self.found.len() > before
    }
}

impl<'ast> Visit<'ast> for Branches {
    fn visit_block(&mut self, block: &'ast Block) {
        let judged = self.judged && only(block).is_some();
        self.scope(|this| this.with(judged, this.asserted, |this| visit::visit_block(this, block)));
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let Some(init) = &local.init else { return self.bind_all(&local.pat, Meaning::Other) };
        let mut reported = self.reports(|this| match &init.diverge {
            Some(_) => this.condition(this.scrutinee(&init.expr), |this| this.visit_expr(&init.expr)),
            None => this.visit_expr(&init.expr),
        });
        if let Some((_, diverge)) = &init.diverge {
            self.visit_expr(diverge);
            // What a refutable pattern takes apart was the condition.
            reported = true;
        }
        match reported {
            true => self.bind_all(&local.pat, Meaning::Other),
            false => self.bind_value(&local.pat, &init.expr),
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        let reported = self.reports(|this| visit::visit_expr_assign(this, assign));
        let Expr::Path(path) = bare(&assign.left) else { return };
        let Some(name) = path.path.get_ident() else { return };
        let meaning = if reported { Meaning::Other } else { self.value(&assign.right) };
        let name = name.to_string();
        if let Some(variable) = self.scopes.iter_mut().rev().find_map(|scope| scope.get_mut(&name)) {
            // Another path through the body may not come by here.
            if *variable != Meaning::Identity {
                *variable = meaning;
            }
        }
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        // The variables of an `if let` are known in the condition itself and in the first block.
        self.scope(|this| {
            let identity = this.identity(&branch.cond);
            this.condition(identity, |this| this.visit_expr(&branch.cond));
            this.visit_block(&branch.then_branch);
        });
        if let Some((_, other)) = &branch.else_branch {
            self.visit_expr(other);
        }
    }

    fn visit_expr_while(&mut self, repeat: &'ast ExprWhile) {
        self.scope(|this| {
            let identity = this.identity(&repeat.cond);
            this.condition(identity, |this| this.visit_expr(&repeat.cond));
            this.visit_block(&repeat.body);
        });
    }

    fn visit_expr_let(&mut self, condition: &'ast ExprLet) {
        let identity = self.scrutinee(&condition.expr);
        self.condition(identity, |this| this.visit_expr(&condition.expr));
        self.bind_all(&condition.pat, Meaning::Other);
    }

    fn visit_expr_match(&mut self, branches: &'ast ExprMatch) {
        let identity = self.scrutinee(&branches.expr);
        self.condition(identity, |this| this.visit_expr(&branches.expr));
        for arm in &branches.arms {
            self.scope(|this| {
                this.bind_all(&arm.pat, Meaning::Other);
                this.visit_pat(&arm.pat);
                this.visit_expr(&arm.body);
            });
        }
    }

    fn visit_pat_guard(&mut self, pat: &'ast PatGuard) {
        let identity = self.identity(&pat.guard);
        self.condition(identity, |this| this.visit_expr(&pat.guard));
    }

    fn visit_expr_for_loop(&mut self, repeat: &'ast ExprForLoop) {
        self.visit_expr(&repeat.expr);
        let meaning = match self.value(&repeat.expr) {
            Meaning::Subject => Meaning::Other,
            meaning => meaning,
        };
        self.scope(|this| {
            this.bind_all(&repeat.pat, meaning);
            this.visit_block(&repeat.body);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        self.scope(|this| {
            closure.inputs.iter().for_each(|input| this.bind_all(input, Meaning::Other));
            this.visit_expr(&closure.body);
        });
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        let sides = || [&*binary.left, &*binary.right];
        let identity = match binary.op {
            BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_)
                if !self.asserted =>
            {
                sides().into_iter().find_map(|side| self.scrutinee(side))
            }
            BinOp::And(_) | BinOp::Or(_) if !self.asserted => self.identity_in(sides()),
            // `assert!(backend.name() == "metal" || …)` asserts nothing on that backend.
            BinOp::Or(_) => match sides().map(|side| self.identity(side)) {
                [Some(identity), None] | [None, Some(identity)] => Some(identity),
                _ => None,
            },
            _ => None,
        };
        self.condition(identity, |this| visit::visit_expr_binary(this, binary));
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        let compared = is_branching(&name) && !self.asserted;
        let identity = match compared {
            true => self.identity(&call.receiver).or_else(|| {
                let first = call.args.first().filter(|_| is_search(&name))?;
                self.identity(first)
            }),
            false => None,
        };
        self.condition(identity, |this| visit::visit_expr_method_call(this, call));
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let asserted = self.asserted || callee(&call.func).is_some_and(|name| name.starts_with("assert"));
        self.with(self.judged, asserted, |this| visit::visit_expr_call(this, call));
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let name = last(&mac.path);
        let Some(arguments) = arguments(mac) else { return };
        let asserted = self.asserted || is_asserting_macro(&name);
        self.with(self.judged, asserted, |this| {
            for argument in &arguments {
                match argument {
                    // `assert!(matches!(backend.name(), …))` asserts; a `match` in its place would be a branch.
                    Expr::Match(matched) if name == "matches" && asserted => {
                        this.with(true, asserted, |this| this.visit_expr_match(matched));
                    }
                    argument => this.visit_expr(argument),
                }
            }
        });
    }

    // An item cannot use the variables around it.
    fn visit_item(&mut self, _: &'ast Item) {}
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
