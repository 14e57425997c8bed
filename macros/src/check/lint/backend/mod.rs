//! `backend_branch`: a body that does one thing on one backend and another on the next.

mod variables;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Block, Expr, ExprAssign, ExprBinary, ExprCall, ExprClosure, ExprForLoop, ExprIf, ExprLet, ExprMatch,
    ExprMethodCall, ExprWhile, FnArg, Item, ItemFn, Local, Macro, PatGuard,
};

use self::variables::{Meaning, Variables, is_search};
use super::code::{arguments, bare, callee, is_asserting_macro, last, only};

pub fn findings(function: &ItemFn) -> Vec<TokenStream> {
    let mut parameters = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.pat),
        FnArg::Receiver(_) => None,
    });
    let mut found = Branches::default();
    if let Some(subject) = parameters.next() {
        found.variables.bind_all(subject, Meaning::Subject);
    }
    parameters.for_each(|axis| found.variables.bind_all(axis, Meaning::Given));
    found.visit_block(&function.block);
    found.found
}

#[derive(Default)]
struct Branches {
    found: Vec<TokenStream>,
    variables: Variables,
    /// Inside of a condition that has been looked at as a whole.
    judged: bool,
    /// Inside of an assertion's arguments, where a comparison is what is asserted.
    asserted: bool,
}

impl Branches {
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
        self.variables.enter();
        visit(self);
        self.variables.leave();
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
        let Some(init) = &local.init else { return self.variables.bind_all(&local.pat, Meaning::Other) };
        let mut reported = self.reports(|this| match &init.diverge {
            Some(_) => this.condition(this.variables.scrutinee(&init.expr), |this| this.visit_expr(&init.expr)),
            None => this.visit_expr(&init.expr),
        });
        if let Some((_, diverge)) = &init.diverge {
            self.visit_expr(diverge);
            // What a refutable pattern takes apart was the condition.
            reported = true;
        }
        match reported {
            true => self.variables.bind_all(&local.pat, Meaning::Other),
            false => self.variables.bind_value(&local.pat, &init.expr),
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        let reported = self.reports(|this| visit::visit_expr_assign(this, assign));
        let Expr::Path(path) = bare(&assign.left) else { return };
        let Some(name) = path.path.get_ident() else { return };
        let meaning = if reported { Meaning::Other } else { self.variables.value(&assign.right) };
        self.variables.assign(name, meaning);
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        // The variables of an `if let` are known in the condition itself and in the first block.
        self.scope(|this| {
            let identity = this.variables.identity(&branch.cond);
            this.condition(identity, |this| this.visit_expr(&branch.cond));
            this.visit_block(&branch.then_branch);
        });
        if let Some((_, other)) = &branch.else_branch {
            self.visit_expr(other);
        }
    }

    fn visit_expr_while(&mut self, repeat: &'ast ExprWhile) {
        self.scope(|this| {
            let identity = this.variables.identity(&repeat.cond);
            this.condition(identity, |this| this.visit_expr(&repeat.cond));
            this.visit_block(&repeat.body);
        });
    }

    fn visit_expr_let(&mut self, condition: &'ast ExprLet) {
        let identity = self.variables.scrutinee(&condition.expr);
        self.condition(identity, |this| this.visit_expr(&condition.expr));
        self.variables.bind_all(&condition.pat, Meaning::Other);
    }

    fn visit_expr_match(&mut self, branches: &'ast ExprMatch) {
        let identity = self.variables.scrutinee(&branches.expr);
        self.condition(identity, |this| this.visit_expr(&branches.expr));
        for arm in &branches.arms {
            self.scope(|this| {
                this.variables.bind_all(&arm.pat, Meaning::Other);
                this.visit_pat(&arm.pat);
                this.visit_expr(&arm.body);
            });
        }
    }

    fn visit_pat_guard(&mut self, pat: &'ast PatGuard) {
        let identity = self.variables.identity(&pat.guard);
        self.condition(identity, |this| this.visit_expr(&pat.guard));
    }

    fn visit_expr_for_loop(&mut self, repeat: &'ast ExprForLoop) {
        self.visit_expr(&repeat.expr);
        let meaning = match self.variables.value(&repeat.expr) {
            Meaning::Subject => Meaning::Other,
            meaning => meaning,
        };
        self.scope(|this| {
            this.variables.bind_all(&repeat.pat, meaning);
            this.visit_block(&repeat.body);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        self.scope(|this| {
            closure.inputs.iter().for_each(|input| this.variables.bind_all(input, Meaning::Other));
            this.visit_expr(&closure.body);
        });
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        let sides = || [&*binary.left, &*binary.right];
        let identity = match binary.op {
            BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_)
                if !self.asserted =>
            {
                sides().into_iter().find_map(|side| self.variables.scrutinee(side))
            }
            BinOp::And(_) | BinOp::Or(_) if !self.asserted => self.variables.identity_in(sides()),
            // `assert!(backend.name() == "metal" || …)` asserts nothing on that backend.
            BinOp::Or(_) => match sides().map(|side| self.variables.identity(side)) {
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
            true => self.variables.identity(&call.receiver).or_else(|| {
                let first = call.args.first().filter(|_| is_search(&name))?;
                self.variables.identity(first)
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
