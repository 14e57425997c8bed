//! Where a body checks something: the points that can fail and have been passed well when the body goes on.
//!
//! An assertion is one, and so is what decides whether the body fails: `if a != b { panic!() }`. A `?` is none, because a
//! backend that does nothing refuses nothing either.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, BinOp, Block, Expr, ExprAsync, ExprBinary, ExprCall, ExprClosure, ExprConst, ExprIf, ExprMatch,
    ExprMethodCall, ExprReturn, ExprTry, Ident, Item, Local, Macro, Stmt,
};

use super::lint::code::{
    arguments, bare, callee, gives_up, is_asserting, is_asserting_macro, is_err, is_failing, last,
};

/// What is searched for.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The names of functions and macros that check something, besides those that say so by their name.
    pub helpers: &'a [Ident],
    /// Whether what a `return` returns is the outcome of the body.
    pub has_value: bool,
}

impl Search<'_> {
    fn is_helper(self, name: &str) -> bool {
        self.helpers.iter().any(|helper| helper == name)
    }

    /// Where a statement checks something whenever it is run; what is in blocks, closures and arms inside of it is not run
    /// each time.
    pub fn in_statement(self, statement: &Stmt) -> Option<Span> {
        self.first(|points| points.visit_stmt(statement))
    }

    /// The same of an expression.
    pub fn in_expr(self, expr: &Expr) -> Option<Span> {
        self.first(|points| points.visit_expr(expr))
    }

    /// Where the value of an expression, which is a body's, is what fails or does not.
    pub fn in_value(self, value: &Expr) -> Option<Span> {
        match bare(value) {
            // Their branches have values of their own.
            Expr::Block(_) | Expr::Unsafe(_) | Expr::If(_) | Expr::Match(_) | Expr::Try(_) | Expr::Return(_) => None,
            Expr::Macro(expr) if gives_up(&last(&expr.mac.path)) => None,
            // What is made of nothing but itself.
            Expr::Call(call) if matches!(callee(&call.func).as_deref(), Some("Ok" | "Err")) => None,
            Expr::MethodCall(call) if self.in_value(&call.receiver).is_none() => None,
            value => Some(value.span()),
        }
    }

    fn first(self, visit: impl FnOnce(&mut Points<'_>)) -> Option<Span> {
        let mut points = Points { search: self, found: None, whole: false };
        visit(&mut points);
        points.found
    }
}

/// The first point of a piece of code.
struct Points<'a> {
    search: Search<'a>,
    found: Option<Span>,
    /// Whether what is in blocks, closures and arms counts: nothing is marked inside of a macro's arguments.
    whole: bool,
}

impl Points<'_> {
    fn at(&mut self, place: &impl Spanned) {
        self.found = self.found.or_else(|| Some(place.span()));
    }
}

impl<'ast> Visit<'ast> for Points<'_> {
    fn visit_macro(&mut self, mac: &'ast Macro) {
        let name = last(&mac.path);
        if is_asserting_macro(&name) && !gives_up(&name) || self.search.is_helper(&name) {
            self.at(&mac.path);
        }
        let outer = std::mem::replace(&mut self.whole, true);
        arguments(mac).into_iter().flatten().for_each(|argument| self.visit_expr(&argument));
        self.whole = outer;
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        let or_fails = |argument: &Expr| match bare(argument) {
            Expr::Closure(closure) => fails(&closure.body) && !is_err(&closure.body),
            _ => false,
        };
        if is_failing(&name) || is_asserting(&name) || self.search.is_helper(&name) || call.args.iter().any(or_fails) {
            self.at(&call.method);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let name = callee(&call.func).unwrap_or_default();
        if is_asserting(&name) || self.search.is_helper(&name) {
            self.at(&call.func);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_try(&mut self, tried: &'ast ExprTry) {
        // What has no error of its own gets one: as good as `expect`.
        if let Expr::MethodCall(call) = bare(&tried.expr)
            && (call.method == "ok_or" || call.method == "ok_or_else")
        {
            self.at(&call.method);
        }
        visit::visit_expr_try(self, tried);
    }

    fn visit_expr_return(&mut self, leave: &'ast ExprReturn) {
        if let Some(value) = leave.expr.as_deref()
            && self.search.has_value
            && self.search.in_value(value).is_some()
        {
            self.at(value);
        }
        visit::visit_expr_return(self, leave);
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        let other = branch.else_branch.as_ref().is_some_and(|(_, other)| fails(other));
        if other || block_fails(&branch.then_branch) {
            self.at(&branch.if_token);
        }
        // The condition of an `else if` is run where it stands.
        if self.whole { visit::visit_expr_if(self, branch) } else { self.visit_expr(&branch.cond) }
    }

    fn visit_expr_match(&mut self, branches: &'ast ExprMatch) {
        if branches.arms.iter().any(|arm| fails(&arm.body)) {
            self.at(&branches.match_token);
        }
        visit::visit_expr_match(self, branches);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let other = local.init.as_ref().and_then(|init| init.diverge.as_ref());
        if other.is_some_and(|(_, other)| fails(other)) {
            self.at(&local.let_token);
        }
        visit::visit_local(self, local);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        if self.whole { visit::visit_arm(self, arm) } else { self.visit_pat(&arm.pat) }
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        self.visit_expr(&binary.left);
        if self.whole || !is_lazy(binary) {
            self.visit_expr(&binary.right);
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        if self.whole {
            visit::visit_block(self, block);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        if self.whole {
            visit::visit_expr_closure(self, closure);
        }
    }

    fn visit_expr_async(&mut self, later: &'ast ExprAsync) {
        if self.whole {
            visit::visit_expr_async(self, later);
        }
    }

    // These are evaluated at compile time, or run only where they are called.
    fn visit_expr_const(&mut self, _: &'ast ExprConst) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// Whether the right side is run only where the left one asks for it. A `let` behind `&&` cannot be marked by itself.
pub fn is_lazy(binary: &ExprBinary) -> bool {
    matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) && !matches!(bare(&binary.right), Expr::Let(_))
}

/// Whether a branch fails whenever it is run.
fn fails(branch: &Expr) -> bool {
    match bare(branch) {
        Expr::Block(block) => block_fails(&block.block),
        Expr::Unsafe(block) => block_fails(&block.block),
        Expr::Macro(expr) => gives_up(&last(&expr.mac.path)),
        Expr::Return(leave) => leave.expr.as_deref().is_some_and(is_err),
        Expr::Call(call) if matches!(callee(&call.func).as_deref(), Some("panic_any" | "resume_unwind")) => true,
        branch => is_err(branch),
    }
}

fn block_fails(block: &Block) -> bool {
    block.stmts.iter().any(|statement| match statement {
        Stmt::Macro(statement) => gives_up(&last(&statement.mac.path)),
        Stmt::Expr(expr, None) => fails(expr),
        // `Err(…);` is thrown away.
        Stmt::Expr(expr, Some(_)) => {
            matches!(bare(expr), Expr::Return(_) | Expr::Macro(_) | Expr::Call(_) | Expr::Try(_))
                && fails(expr)
                && !matches!(bare(expr), Expr::Call(call) if callee(&call.func).is_some_and(|name| name == "Err"))
        }
        Stmt::Local(_) | Stmt::Item(_) => false,
    })
}
