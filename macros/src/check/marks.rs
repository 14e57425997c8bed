//! Puts a mark in front of each point of a body that checks something, so that it is known at run time whether one was reached.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Block, Expr, ExprAsync, ExprBinary, ExprClosure, ExprConst, ExprIf, ExprRepeat, Ident, ImplItemFn, Item,
    ItemFn, Pat, ReturnType, Stmt, Type, parse_quote, parse_quote_spanned,
};

use super::lint::code::bare;
use super::points::{Search, is_lazy};
use crate::krate::Krate;

/// Marks the points of a function: where they stand. What `helpers` are called checks something too.
pub fn mark(function: &mut ItemFn, helpers: &[Ident], krate: &Krate) -> Vec<Span> {
    let has_value = returns_a_value(function);
    let mut marks = Marks { search: Search { helpers, has_value }, krate, points: Vec::new() };
    if has_value {
        marks.value_of(&mut function.block);
    }
    marks.visit_block_mut(&mut function.block);
    marks.points
}

/// Whether each run of the body that returns passes a point.
pub fn always_checks(function: &ItemFn, helpers: &[Ident]) -> bool {
    let search = Search { helpers, has_value: returns_a_value(function) };
    let value = match function.block.stmts.last() {
        Some(Stmt::Expr(value, None)) if search.has_value => search.in_value(value),
        _ => None,
    };
    value.is_some() || function.block.stmts.iter().any(|statement| search.in_statement(statement).is_some())
}

fn returns_a_value(function: &ItemFn) -> bool {
    match &function.sig.output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => !matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty()),
    }
}

struct Marks<'a> {
    search: Search<'a>,
    krate: &'a Krate,
    points: Vec<Span>,
}

impl Marks<'_> {
    fn call(&mut self, point: Span) -> TokenStream {
        self.points.push(point);
        // What is wrong with the user's code is shown there, and nothing is wrong with this.
        let at = Span::mixed_site().located_at(point);
        let krate = self.krate.at(at);
        quote_spanned!(at=> #krate::__private::reached();)
    }

    fn statement(&mut self, point: Span) -> Stmt {
        let call = self.call(point);
        parse_quote!(#call)
    }

    /// The expression, in a block with a mark in front of it.
    fn wrap(&mut self, expr: &mut Expr, point: Span) {
        let call = self.call(point);
        let at = Span::mixed_site().located_at(point);
        *expr = parse_quote_spanned!(at=> { #call #expr });
    }

    /// Marks what the value of a body comes from, in each of its branches.
    fn value_of(&mut self, block: &mut Block) {
        let Some(Stmt::Expr(value, None)) = block.stmts.last_mut() else { return };
        if let Some(point) = self.branches_of(value)
            // What is a point by itself is marked in any case.
            && self.search.in_expr(value).is_none()
        {
            let mark = self.statement(point);
            let last = block.stmts.len() - 1;
            block.stmts.insert(last, mark);
        }
    }

    /// Marks the branches of a value; the point that it is itself.
    fn branches_of(&mut self, value: &mut Expr) -> Option<Span> {
        match value {
            Expr::Group(group) => return self.branches_of(&mut group.expr),
            Expr::Paren(paren) => return self.branches_of(&mut paren.expr),
            Expr::Block(block) => self.value_of(&mut block.block),
            Expr::Unsafe(block) => self.value_of(&mut block.block),
            Expr::If(branch) => {
                self.value_of(&mut branch.then_branch);
                if let Some((_, other)) = &mut branch.else_branch {
                    return self.branches_of(other);
                }
            }
            Expr::Match(branches) => {
                for arm in &mut branches.arms {
                    if let Some(point) = self.branches_of(&mut arm.body)
                        && self.search.in_expr(&arm.body).is_none()
                    {
                        self.wrap(&mut arm.body, point);
                    }
                }
            }
            value => return self.search.in_value(value),
        }
        None
    }

    /// Visits what leaves a `return` alone.
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.search.has_value, false);
        visit(self);
        self.search.has_value = outer;
    }
}

impl VisitMut for Marks<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        for mut statement in std::mem::take(&mut block.stmts) {
            let point = self.search.in_statement(&statement);
            if let Some(point) = point {
                let mark = self.statement(point);
                block.stmts.push(mark);
            }
            self.visit_stmt_mut(&mut statement);
            block.stmts.push(statement);
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        let point = self.search.in_expr(&arm.body);
        visit_mut::visit_expr_mut(self, &mut arm.body);
        if let Some(point) = point {
            self.wrap(&mut arm.body, point);
        }
    }

    fn visit_expr_if_mut(&mut self, branch: &mut ExprIf) {
        visit_mut::visit_expr_if_mut(self, branch);
        if let Some((_, other)) = &mut branch.else_branch
            && matches!(**other, Expr::If(_))
            && let Some(point) = self.search.in_expr(other)
        {
            self.wrap(other, point);
        }
    }

    fn visit_expr_binary_mut(&mut self, binary: &mut ExprBinary) {
        let point = is_lazy(binary).then(|| self.search.in_expr(&binary.right)).flatten();
        visit_mut::visit_expr_binary_mut(self, binary);
        if let Some(point) = point {
            self.wrap(&mut binary.right, point);
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        if closure.constness.is_some() {
            return;
        }
        self.inside(|this| {
            let is_block = matches!(bare(&closure.body), Expr::Block(_));
            let point = (!is_block).then(|| this.search.in_expr(&closure.body)).flatten();
            this.visit_expr_mut(&mut closure.body);
            if let Some(point) = point {
                this.wrap(&mut closure.body, point);
            }
        });
    }

    fn visit_expr_async_mut(&mut self, later: &mut ExprAsync) {
        self.inside(|this| visit_mut::visit_expr_async_mut(this, later));
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        self.inside(|this| match item {
            Item::Fn(function) if function.sig.constness.is_none() => this.visit_block_mut(&mut function.block),
            Item::Impl(block) => visit_mut::visit_item_impl_mut(this, block),
            _ => {}
        });
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        if function.sig.constness.is_none() {
            self.visit_block_mut(&mut function.block);
        }
    }

    fn visit_expr_repeat_mut(&mut self, repeat: &mut ExprRepeat) {
        self.visit_expr_mut(&mut repeat.expr);
    }

    // These are run by the compiler.
    fn visit_expr_const_mut(&mut self, _: &mut ExprConst) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
    fn visit_path_mut(&mut self, _: &mut syn::Path) {}
    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
    fn visit_impl_item_const_mut(&mut self, _: &mut syn::ImplItemConst) {}
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    /// The statements of a body, with `#` for each mark.
    fn marked(head: &str, body: &str) -> String {
        let mut function: ItemFn = syn::parse_str(&format!("fn check(x: X) {head} {{ {body} }}")).unwrap();
        let points = mark(&mut function, &[], &Krate::default());
        let text = function.block.to_token_stream().to_string().replace(' ', "");
        let text = text.replace("::crosscheck::__private::reached();", "#");
        assert_eq!(text.matches('#').count(), points.len(), "{text}");
        text[1..text.len() - 1].to_owned()
    }

    #[test]
    fn a_mark_stands_in_front_of_each_point_where_it_is_run_with_it_and_nowhere_else() {
        for (body, expected) in [
            ("f();", "f();"),
            ("assert!(x);", "#assert!(x);"),
            ("let y = x.unwrap();", "#lety=x.unwrap();"),
            ("f(); check(x); f();", "f();#check(x);f();"),
            ("g(f(x.expect(1)));", "#g(f(x.expect(1)));"),
            ("if x { assert!(y); }", "ifx{#assert!(y);}"),
            ("if x { f() } else { assert!(y) }", "ifx{f()}else{#assert!(y)}"),
            ("if x {} else if y.unwrap() {}", "ifx{}else{#ify.unwrap(){}}"),
            ("if x.unwrap() {}", "#ifx.unwrap(){}"),
            ("if x { panic!() }", "#ifx{panic!()}"),
            ("if x { f(); panic!(); }", "#ifx{f();panic!();}"),
            ("if x { if y { panic!() } }", "ifx{#ify{panic!()}}"),
            ("if x { return; }", "ifx{return;}"),
            ("for y in x { assert!(y); }", "foryinx{#assert!(y);}"),
            ("for y in x.unwrap() {}", "#foryinx.unwrap(){}"),
            ("while x.unwrap() { f(); }", "#whilex.unwrap(){f();}"),
            ("loop { assert!(x); break; }", "loop{#assert!(x);break;}"),
            ("match x { 1 => assert!(y), _ => {} }", "matchx{1=>{#assert!(y)},_=>{}}"),
            ("match x { 1 => {} _ => todo!() }", "#matchx{1=>{}_=>todo!()}"),
            ("let Some(y) = x else { panic!() };", "#letSome(y)=xelse{panic!()};"),
            ("let Some(y) = x else { return };", "letSome(y)=xelse{return};"),
            ("let f = |y| y.unwrap();", "letf=|y|{#y.unwrap()};"),
            ("let f = |y| { assert!(y); };", "letf=|y|{#assert!(y);};"),
            ("let f = |y| -> Result<(), E> { return g(y); };", "letf=|y|->Result<(),E>{returng(y);};"),
            ("x.unwrap_or_else(|e| panic!(e));", "#x.unwrap_or_else(|e|panic!(e));"),
            ("x || y.unwrap();", "x||{#y.unwrap()};"),
            ("x.unwrap() && y;", "#x.unwrap()&&y;"),
            ("if x && let Some(y) = z.unwrap() {}", "#ifx&&letSome(y)=z.unwrap(){}"),
            ("block_on(async { assert!(x); });", "block_on(async{#assert!(x);});"),
            ("unsafe { assert!(x) }", "unsafe{#assert!(x)}"),
            ("fn g(x: X) { assert!(x); }", "fng(x:X){#assert!(x);}"),
            ("const fn g(x: X) { assert!(x); }", "constfng(x:X){assert!(x);}"),
            ("const Y: X = Z.unwrap();", "constY:X=Z.unwrap();"),
            ("let y = [x; { N.unwrap() }];", "lety=[x;{N.unwrap()}];"),
            ("let y = const { N.unwrap() };", "lety=const{N.unwrap()};"),
            ("vec![|| x.unwrap()];", "#vec![||x.unwrap()];"),
            ("println!(\"{}\", x);", "println!(\"{}\",x);"),
            ("panic!();", "panic!();"),
            ("drop(x.checked_add(1)); x.unwrap_or(1);", "drop(x.checked_add(1));x.unwrap_or(1);"),
        ] {
            assert_eq!(marked("", body), expected, "{body}");
        }
    }

    #[test]
    fn the_value_of_a_body_is_a_point_unless_it_is_ok_or_an_error() {
        for (body, expected) in [
            ("Ok(())", "Ok(())"),
            ("f()?; Ok(())", "f()?;Ok(())"),
            ("f()", "#f()"),
            ("a == b", "#a==b"),
            ("x.ok_or(1)?; Ok(())", "#x.ok_or(1)?;Ok(())"),
            ("if x { Ok(()) } else { Err(1) }", "#ifx{Ok(())}else{Err(1)}"),
            ("if x { Ok(()) } else { f() }", "ifx{Ok(())}else{#f()}"),
            ("match x { 1 => f(), _ => Ok(()) }", "matchx{1=>{#f()},_=>Ok(())}"),
            ("Err(1).or_else(|e| Ok(()))", "Err(1).or_else(|e|Ok(()))"),
            ("if x { return Err(1); } Ok(())", "#ifx{returnErr(1);}Ok(())"),
            ("if x { return f(); } Ok(())", "ifx{#returnf();}Ok(())"),
            ("if x { return Ok(()); } Ok(())", "ifx{returnOk(());}Ok(())"),
            ("check(x)", "#check(x)"),
            ("bail!(1)", "bail!(1)"),
            ("{ f() }", "{#f()}"),
        ] {
            assert_eq!(marked("-> Result<(), E>", body), expected, "{body}");
        }
    }
}
