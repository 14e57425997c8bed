//! `cfg_branch`: what is built is not what is checked. rustc has not yet applied any `cfg` inside of the body.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Macro};

use super::code::{arguments, last, pairs, unreadable};

pub fn findings(body: &Block) -> Vec<TokenStream> {
    let mut found = Configuration(Vec::new());
    found.visit_block(body);
    found.0
}

struct Configuration(Vec<TokenStream>);

impl Configuration {
    fn at(&mut self, tokens: impl ToTokens) {
        self.0.push(tokens.to_token_stream());
    }

    fn tokens(&mut self, tokens: TokenStream) {
        pairs(tokens, &mut |token, next| {
            if let (TokenTree::Ident(name), Some(TokenTree::Punct(bang))) = (token, next)
                && is_configuration(&name.to_string())
                && bang.as_char() == '!'
            {
                self.at(name);
            }
        });
    }
}

/// `cfg!`, and the macros that choose code by it.
fn is_configuration(name: &str) -> bool {
    matches!(name, "cfg" | "cfg_if" | "cfg_match" | "cfg_select")
}

impl<'ast> Visit<'ast> for Configuration {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            self.at(attribute);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if is_configuration(&last(&mac.path)) {
            return self.at(mac);
        }
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
}
