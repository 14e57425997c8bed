//! `#[crosscheck::exclusions]` on a function: the matrix of a backend.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{
    Block, Expr, ExprCall, ExprParen, ExprPath, ExprReturn, FnArg, Ident, ItemFn, Macro, Stmt, Type,
    parse_quote_spanned,
};

use super::args::ExclusionsArgs;
use super::source::source;
use crate::element::{Slice, element, origin, registered};
use crate::errors::Errors;
use crate::krate::{Krate, local};

/// The function, its check at compile time, and its registration.
pub fn expand(args: &ExclusionsArgs, mut function: ItemFn, item: &TokenStream, mut errors: Errors) -> TokenStream {
    if let Some(key) = args.of_a_row() {
        let given = key.to_string();
        errors.at(
            key,
            format!(
                "`{given}` belongs to one row, which is a constant: `#[crosscheck::exclusions(\"…\", …)] const NAME: Action = …;`"
            ),
        );
    }
    if function.sig.constness.is_none() {
        errors.at(function.sig.fn_token, "exclusions are a `const fn`: the compiler evaluates them for every feature");
    }
    if !function.sig.generics.params.is_empty() {
        errors.at(&function.sig.generics, "exclusions are of one type of feature: they cannot be generic");
    }
    let feature = feature_type(&function, &mut errors);
    if let Some(errors) = errors.into_tokens() {
        return quote!(#errors #item);
    }

    let Some(feature) = feature else { return item.clone() };
    let (backend, name) = (&args.backend, &function.sig.ident);
    let origin = origin(name.span());
    let source = source(&args.written, ItemFn { attrs: Vec::new(), ..function.clone() }.into_token_stream());
    let mut rows = Rows { feature: &feature, krate: &args.krate, checks: Vec::new(), all_checked: true };
    rows.of_block(&mut function.block, true);
    let Rows { mut checks, all_checked, .. } = rows;
    if !all_checked {
        let (features, at) = (local("features"), local("at"));
        let evaluate = quote_spanned! {name.span()=>
            let #features = <#feature as __crosscheck::Feature>::ALL;
            let mut #at = 0;
            while #at < #features.len() {
                let _ = #name(#features[#at]);
                #at += 1;
            }
        };
        checks.push(quote!(const _: () = { #evaluate };));
    }
    let all = args.all.as_ref().map(|(_, row)| {
        checks.push(check(row, &feature));
        quote!(.all(#row))
    });
    let registration = element(
        &Slice::Exclusions,
        &quote! {
            ::core::option::Option::Some(const {
                &__crosscheck::__private::Exclusions::<#feature>::new(#backend, #origin, #name) #all #source
            })
        },
    );
    // The last attribute wins: also over what the user's own say of this lint.
    function.attrs.push(parse_quote_spanned! {args.backend.span()=>
        #[deny(unreachable_patterns, reason = "a shadowed row excludes nothing")]
    });
    registered(
        &function,
        &args.krate,
        &quote! {
            #(#checks)*
            #registration
        },
    )
}

/// The row, checked where it is written; `krate` is how the runtime is called there.
fn checked(row: &Expr, feature: &Type, krate: &TokenStream) -> TokenStream {
    quote_spanned!(row.span()=> #krate::__private::row::<#feature>(#row))
}

/// A check of the row beside the function. A constant of its own: what is wrong with it is said once, and independently of
/// the others.
fn check(row: &Expr, feature: &Type) -> TokenStream {
    let checked = checked(row, feature, &quote_spanned!(row.span()=> __crosscheck));
    quote!(const _: () = { let _ = #checked; };)
}

/// Whether the row means the same beside the function. Names that begin in lower case and are not called may be bound by it.
fn is_constant(row: &Expr) -> bool {
    struct Names(bool);
    impl Visit<'_> for Names {
        fn visit_expr_path(&mut self, path: &ExprPath) {
            let lower = |ident: &Ident| ident.to_string().starts_with(|c: char| c.is_lowercase() || c == '_');
            self.0 &= !path.path.get_ident().is_some_and(lower);
        }
        fn visit_expr_call(&mut self, call: &ExprCall) {
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
        fn visit_macro(&mut self, _: &Macro) {
            self.0 = false;
        }
    }
    let mut names = Names(true);
    names.visit_expr(row);
    names.0
}

/// Has every row that the function can end in checked where it is written.
struct Rows<'a> {
    feature: &'a Type,
    krate: &'a Krate,
    checks: Vec<TokenStream>,
    /// Whether `checks` holds all of them; others are checked by evaluating the function.
    all_checked: bool,
}

impl Rows<'_> {
    /// `alone` says that nothing stands before the row that it could refer to.
    fn of_block(&mut self, block: &mut Block, alone: bool) {
        let alone = alone && block.stmts.len() == 1;
        match block.stmts.last_mut() {
            Some(Stmt::Expr(tail, None)) => self.of_tail(tail, alone),
            _ => self.all_checked = false,
        }
    }

    fn of_tail(&mut self, expr: &mut Expr, alone: bool) {
        match expr {
            Expr::Match(it) => {
                for arm in &mut it.arms {
                    // An attribute may take the row away.
                    self.of_tail(&mut arm.body, alone && arm.attrs.is_empty());
                }
            }
            Expr::Block(it) if it.label.is_none() => self.of_block(&mut it.block, alone),
            Expr::If(it) => {
                self.of_block(&mut it.then_branch, alone);
                if let Some((_, otherwise)) = &mut it.else_branch {
                    self.of_tail(otherwise, alone);
                }
            }
            Expr::Return(ExprReturn { expr: Some(row), .. }) | Expr::Paren(ExprParen { expr: row, .. }) => {
                self.of_tail(row, alone);
            }
            row if alone && is_constant(row) => self.checks.push(check(row, self.feature)),
            row => {
                self.all_checked = false;
                *row = Expr::Verbatim(checked(row, self.feature, &self.krate.at(row.span())));
            }
        }
    }
}

/// The type of the only parameter.
fn feature_type(function: &ItemFn, errors: &mut Errors) -> Option<Type> {
    let mut inputs = function.sig.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(parameter)), None) => Some((*parameter.ty).clone()),
        _ => {
            let message = "exclusions take the feature and nothing else: `const fn(Feature) -> Action`";
            errors.push(syn::Error::new(function.sig.inputs.span(), message));
            None
        }
    }
}
