//! What a check calls on the backend.

use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, Ident, ItemFn, Macro};

use crate::check::lint::code::{arguments, bare};

/// The functions that the body calls on the subject, as far as its own text shows, each once.
pub fn calls(function: &ItemFn, subject: Option<&Ident>) -> Vec<String> {
    let Some(subject) = subject else { return Vec::new() };
    let mut calls = Calls { subject, found: Vec::new() };
    calls.visit_block(&function.block);
    calls.found
}

struct Calls<'a> {
    subject: &'a Ident,
    found: Vec<String>,
}

impl Visit<'_> for Calls<'_> {
    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if matches!(bare(&call.receiver), Expr::Path(path) if path.path.is_ident(self.subject)) {
            let name = call.method.unraw().to_string();
            if !self.found.contains(&name) {
                self.found.push(name);
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, mac: &Macro) {
        arguments(mac).into_iter().flatten().for_each(|argument| self.visit_expr(&argument));
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn calls_are_found_wherever_an_expression_stands() {
        let function: ItemFn = parse_quote! {
            fn check(ops: &dyn Ops, other: &dyn Ops) -> Result<(), Error> {
                let sum = ops.add(ops.one()?, 2)?;
                assert_eq!((ops).mul(sum, 2)?, 6, "of {}", ops.name());
                assert!(matches!(ops.sub(1, 2), Err(Error::Negative)));
                for x in [1, 2] {
                    let _ = move || ops.add(x, other.neg(x)?);
                }
                helper(ops)?.div(3);
                Ok(())
            }
        };
        let subject: Ident = parse_quote!(ops);
        assert_eq!(calls(&function, Some(&subject)), ["add", "one", "mul", "name", "sub"]);
        assert_eq!(calls(&function, None), [""; 0]);
    }
}
