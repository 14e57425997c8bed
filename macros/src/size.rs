//! How much rustc has to read of each annotated item: the lines of its expansion, formatted as rustfmt does, without the lines of
//! the item itself. An expansion that grows fails the test until its number here is raised in the same commit.

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Item, Stmt};

use crate::check::Flavour;
use crate::{asserts, backend, check, contract, exclusions, feature, implements};

type Expand = fn(TokenStream, TokenStream) -> TokenStream;

/// The most lines that each kind of item may get.
const MOST: [(usize, &str, Expand, &str, &str); 13] = [
    (36, "a check", conformance, "", CHECK),
    (
        65,
        "a check with everything but axes",
        conformance,
        "uses(\"a\", \"b\"), of = \"run\", backends(\"x\"), isolated, timeout = \"1s\", tags(\"t\")",
        CHECK,
    ),
    (
        95,
        "a check with an axis of two values",
        conformance,
        "n(1, 2)",
        "fn check(ops: &dyn Ops, n: i64) { assert_eq!(ops.run(n), n); }",
    ),
    (
        140,
        "a check with two axes of two values",
        conformance,
        "n(1, 2), m(1, 2)",
        "fn check(ops: &dyn Ops, n: i64, m: i64) { assert_eq!(ops.run(n), m); }",
    ),
    (
        116,
        "a check whose axis implies features",
        conformance,
        "n(1 uses = \"a\", 2)",
        "fn check(ops: &dyn Ops, n: i64) { assert_eq!(ops.run(n), n); }",
    ),
    (32, "a comparison", backend_matrix, "", "fn check(ops: &dyn Ops) -> f64 { ops.run() }"),
    (
        58,
        "a comparison with a tolerance",
        backend_matrix,
        "tolerance(rtol = 1e-3, atol = 0, reason = \"why\")",
        "fn check(ops: &dyn Ops) -> f64 { ops.run() }",
    ),
    (
        24,
        "a backend",
        backend::expand,
        "name = \"a\"",
        "fn a() -> Result<Box<dyn Ops>, Unavailable> { Ok(Box::new(A)) }",
    ),
    (
        33,
        "a matrix of three rows",
        exclusions::expand,
        "\"a\"",
        "const fn rows(feature: Feature) -> Action { match feature { Feature::A => xfail(\"1\").because(NotYet), Feature::B => skip(\"2\").because(NotYet), _ => RUN } }",
    ),
    (25, "what a backend implements", implements::expand, "\"a\"", "impl Ops for A { fn run(&self) -> bool { true } }"),
    (30, "features, three of them", derive, "", "enum Feature { /// One.\n A, /// Two.\n B, /// Three.\n C }"),
    (
        128,
        "a contract of two functions",
        contract::expand,
        "",
        "trait Ops: Send + Sync { fn run(&self, n: i64) -> i64; fn stop(&self) { self.run(1); } }",
    ),
    (1, "what asserts", asserts::expand, "", "fn close(a: f64, b: f64) { assert!(a == b); }"),
];

const CHECK: &str = "fn check(ops: &dyn Ops) { assert!(ops.run()); }";

fn conformance(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args, item, Flavour::Check)
}

fn backend_matrix(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args, item, Flavour::Differential)
}

fn derive(_: TokenStream, item: TokenStream) -> TokenStream {
    let derived = feature::expand(item.clone());
    quote::quote!(#item #derived)
}

fn lines(tokens: TokenStream) -> usize {
    let mut file = syn::parse2(tokens).unwrap();
    Registered.visit_file_mut(&mut file);
    prettyplease::unparse(&file).lines().count()
}

/// Takes what is registered out of the macro that registers it, where it would not be formatted.
struct Registered;

impl VisitMut for Registered {
    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        let element = |input: ParseStream| {
            input.call(Attribute::parse_inner)?;
            input.parse::<Item>()
        };
        if let Stmt::Macro(registered) = statement
            && let Ok(element) = registered.mac.parse_body_with(element)
        {
            *statement = Stmt::Item(element);
        }
        visit_mut::visit_stmt_mut(self, statement);
    }
}

#[test]
fn an_expansion_has_few_lines() {
    for (most, what, expand, args, item) in MOST {
        let (args, item): (TokenStream, TokenStream) = (args.parse().unwrap(), item.parse().unwrap());
        let expansion = expand(args, item.clone());
        let text = prettyplease::unparse(&syn::parse2(expansion.clone()).unwrap());
        assert!(!text.contains("compile_error"), "{what}: {text}");
        let own = lines(expansion) - lines(item);
        assert!(own <= most, "{what}: {own} lines, {most} were enough:\n{text}");
    }
}
