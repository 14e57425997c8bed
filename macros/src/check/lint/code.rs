//! What the lints ask of code.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    Arm, Block, Expr, ExprBlock, ExprMatch, ExprParen, Macro, Pat, PatGuard, Path, Stmt, Token, parse_quote, token,
};

/// The last segment of a path, which is what a function or macro is called.
pub fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// Without parentheses, and without the group that a `macro_rules!` fragment is in.
pub fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => bare(&group.expr),
        Expr::Paren(paren) => bare(&paren.expr),
        expr => expr,
    }
}

/// The only expression of a block, if it has nothing else.
pub fn only(block: &Block) -> Option<&Expr> {
    match block.stmts.as_slice() {
        [Stmt::Expr(expr, None)] => Some(expr),
        _ => None,
    }
}

/// What the function called is called.
pub fn callee(function: &Expr) -> Option<String> {
    match bare(function) {
        Expr::Path(path) => Some(last(&path.path)),
        _ => None,
    }
}

/// Whether a macro of this name asserts or gives up. `debug_assert!` does neither in a release build.
pub fn is_asserting_macro(name: &str) -> bool {
    let asserts = name.contains("assert") && !name.starts_with("debug_assert");
    asserts || gives_up(name) || is_asserting(name)
}

/// Whether a macro of this name fails whenever it is reached.
pub fn gives_up(name: &str) -> bool {
    matches!(name, "panic" | "unreachable" | "todo" | "unimplemented" | "bail" | "fail")
}

/// Whether a method or function of this name panics where its subject is not as it should be.
pub fn is_failing(name: &str) -> bool {
    matches!(name, "unwrap" | "unwrap_err" | "unwrap_none" | "panic_any" | "resume_unwind")
}

/// `Err(…)`, also with the error converted or a context given to it.
pub fn is_err(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Call(call) => callee(&call.func).is_some_and(|name| name == "Err"),
        Expr::Try(tried) => is_err(&tried.expr),
        Expr::MethodCall(call) => {
            matches!(call.method.to_string().as_str(), "map_err" | "context" | "with_context") && is_err(&call.receiver)
        }
        _ => false,
    }
}

/// Whether a function or method of this name asserts.
pub fn is_asserting(name: &str) -> bool {
    let word = name.split('_').next().unwrap_or_default();
    name.starts_with("assert") || matches!(word, "check" | "expect" | "verify" | "ensure" | "require" | "compare")
}

/// The arguments of a macro, as far as they can be read as code: an expression list, statements, or the `match` that
/// `matches!` is.
pub fn arguments(mac: &Macro) -> Option<Vec<Expr>> {
    let (name, tokens) = (last(&mac.path), || mac.tokens.clone());
    if name == "stringify" {
        return Some(Vec::new());
    }
    if name == "matches" {
        return matching.parse2(tokens()).ok().map(|expr| vec![Expr::Match(expr)]);
    }
    if let Ok(list) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens()) {
        return Some(list.into_iter().map(unnamed).collect());
    }
    if let Ok(matched) = matching.parse2(tokens()) {
        return Some(vec![*matched.expr]);
    }
    // `vec![x; n]` is read as two statements.
    let stmts = Block::parse_within.parse2(tokens()).ok()?;
    let block = Block { brace_token: token::Brace::default(), stmts };
    Some(vec![Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block })])
}

/// `scrutinee, pattern if guard`, and what comes behind it.
fn matching(input: ParseStream) -> syn::Result<ExprMatch> {
    let scrutinee: Expr = input.parse()?;
    let comma: Token![,] = input.parse()?;
    let mut pat = Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![if]) {
        let (if_token, guard) = (input.parse()?, input.parse()?);
        pat = Pat::Guard(PatGuard { attrs: Vec::new(), pat: Box::new(pat), if_token, guard });
    }
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
        input.parse::<TokenStream>()?;
    }
    let body = parse_quote!(true);
    let arm = Arm { attrs: Vec::new(), pat, fat_arrow_token: Token![=>](comma.spans[0]), body, comma: None };
    Ok(ExprMatch {
        attrs: Vec::new(),
        match_token: Token![match](comma.spans[0]),
        expr: Box::new(scrutinee),
        brace_token: token::Brace::default(),
        arms: vec![arm],
    })
}

/// The value of `name = value`, as formatting macros take it.
fn unnamed(expr: Expr) -> Expr {
    match expr {
        Expr::Assign(assign) if matches!(*assign.left, Expr::Path(_)) => {
            Expr::Paren(ExprParen { attrs: Vec::new(), paren_token: token::Paren::default(), expr: assign.right })
        }
        expr => expr,
    }
}

/// All tokens, those in groups included, each with the one behind it.
pub fn pairs(tokens: TokenStream, see: &mut impl FnMut(&proc_macro2::TokenTree, Option<&proc_macro2::TokenTree>)) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        see(&token, tokens.peek());
        if let proc_macro2::TokenTree::Group(group) = token {
            pairs(group.stream(), see);
        }
    }
}

/// The tokens of what cannot be read as code.
pub fn unreadable(expr: &Expr) -> Option<TokenStream> {
    matches!(expr, Expr::Verbatim(_)).then(|| expr.to_token_stream())
}
