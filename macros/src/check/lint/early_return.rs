//! `early_return`: a body that is left before its end has checked less than it says.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAsync, ExprClosure, ExprReturn, Item, Macro, Stmt};

use super::code::{arguments, is_err, pairs, unreadable};

pub fn findings(body: &Block) -> Vec<TokenStream> {
    let mut found = Returns(Vec::new());
    for (at, statement) in body.stmts.iter().enumerate() {
        match statement {
            // The end of the body, written as `return value;`.
            Stmt::Expr(Expr::Return(tail), _) if at + 1 == body.stmts.len() => {
                visit::visit_expr_return(&mut found, tail)
            }
            statement => found.visit_stmt(statement),
        }
    }
    found.0
}

struct Returns(Vec<TokenStream>);

impl Returns {
    fn at(&mut self, tokens: impl ToTokens) {
        self.0.push(tokens.to_token_stream());
    }

    fn tokens(&mut self, tokens: TokenStream) {
        pairs(tokens, &mut |token, next| {
            if matches!(token, TokenTree::Ident(word) if word == "return")
                && !matches!(next, Some(TokenTree::Ident(word)) if word == "Err")
            {
                self.at(token);
            }
        });
    }
}

impl<'ast> Visit<'ast> for Returns {
    fn visit_expr_return(&mut self, leave: &'ast ExprReturn) {
        if !leave.expr.as_deref().is_some_and(is_err) {
            self.at(leave);
        }
        visit::visit_expr_return(self, leave);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
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

    // These are left by a `return` of their own.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}
