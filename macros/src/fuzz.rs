//! No input makes an attribute panic or hang: valid inputs are changed token by token, a seeded number of times each.
//!
//! A run by hand takes `CROSSCHECK_FUZZ_CASES=1000000 cargo test -p crosscheck-macros fuzz`.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::check::Flavour;
use crate::{backend, check, contract, exclusions, feature, implements};

/// How many inputs a run tries, where `CROSSCHECK_FUZZ_CASES` does not say.
const CASES: u64 = 4_000;

/// The longest that one input may take, on a busy machine as well.
const LIMIT: Duration = Duration::from_secs(30);

type Expand = fn(TokenStream, TokenStream) -> TokenStream;

/// What is changed: an attribute, its arguments, and the item below it.
const VALID: [(Expand, &str, &str); 19] = [
    (conformance, "", "fn check(ops: &dyn Ops) { assert!(ops.double(1.0) > 0.0); }"),
    (
        conformance,
        "uses(\"float64\", empty), of = \"double\", backends(\"a\", \"b-c\"), isolated, crate = ::a::b,",
        "/// Documentation.\n#[inline] pub(crate) fn r#match<'a: 'b, 'b>(ops: &'a (dyn Ops + Send + 'b)) -> Result<(), String> \
         where 'b: 'a { ops.run()?; Ok(()) }",
    ),
    (
        conformance,
        "n(1, -2 uses = \"a\", 3 uses(b, \"c\")), dtype(F32, half = Dtype::F16, made = f()), size(small = Size::new(3)), x(-1.5e-3, 2_0f32), on(true, false)",
        "fn check(ops: &dyn Ops, n: i64, mut dtype: Dtype, size: Cow<'_, str>, x: f64, on: bool) { assert_eq!(n, 1); }",
    ),
    (
        conformance,
        "allow(early_return, cfg_branch, backend_branch, no_assertion, reason = \"why\")",
        "fn check(ops: &dyn Ops) { if cfg!(unix) { return; } if ops.name() == \"metal\" { return } match ops.kind() { _ => {} } \
         let name = format!(\"{}\", ops.name()); let [a, .., b] = x else { return }; 'a: loop { break 'a; } }",
    ),
    (
        conformance,
        "allow(backend_branch, early_return, reason = \"why\")",
        "fn check(ops: &dyn Ops) { matches!(ops.id(), Some(x) if x > 1); vec![1; 2]; unreadable!(=> return); \
         assert!(xs.iter().all(|x| { return true; }), \"{name}\", name = 1); }",
    ),
    (
        backend_matrix,
        "x(1.0, 2.0 tolerance(rtol = 0, atol = -1, reason = \"why\")), tolerance(rtol = RTOL * 2.0, atol = 1e-3, reason = \"why\"), \
         expects_constant(reason = \"why\",)",
        "fn check(ops: &dyn Ops, x: f64) -> Result<Tensor, Error> { Ok(ops.double(x)?) }",
    ),
    (backend_matrix, "", "fn check(ops: &Concrete) -> impl Compare { return ops.run(); }"),
    (
        conformance,
        "uses = \"float64\", of = double, crate = a",
        "mod checks { use super::*; #[conformance] fn a(ops: &dyn Ops) { assert!(true); } \
         #[cfg_attr(all(), backend_matrix(n(1)))] fn b(ops: &dyn Ops, n: u32) -> u32 { n } \
         #[conformance(uses(empty),)] mod deeper { #[rstest] #[test_attr(crate::conformance)] fn c() {} } }",
    ),
    (
        conformance,
        "n(1)",
        "#[allow(dead_code)] fn case_1(ops: &dyn Ops, n: u32) { let value = { use rstest::magic::*; 1 }; check(ops, n, value) }",
    ),
    (
        conformance,
        "uses = d, __of_the_module(uses(a), of = b, crate = $crate::c)",
        "fn a(ops: &dyn Ops) { check(ops) }",
    ),
    (
        backend::expand,
        "name = \"metal\", aliases(\"gpu\", \"m\"), device = \"gpu\", isolated, crate = a",
        "pub fn metal() -> Result<Box<dyn Ops>, Unavailable> { Ok(Box::new(Metal)) }",
    ),
    (
        exclusions::expand,
        "\"metal\", all = skip(\"no\").because(WontFix), crate = a::b",
        "const fn metal(feature: Feature) -> Action { match feature { Feature::A | Feature::B => skip(\"no\").because(NotYet), \
         Feature::C if cfg!(unix) => { if true { RUN } else { return xfail(\"no\"); } } other => common(other), } }",
    ),
    (exclusions::expand, "\"metal\"", "const fn metal(_: Feature) -> Action { const A: Action = RUN; A }"),
    (
        exclusions::expand,
        "\"metal\", test = a::b, case(n = 1 | F16, \"a*\"), applies_if = a::f, for dyn Ops, crate = a",
        "/// A row.\n#[cfg(unix)] pub(crate) const NO_ROWS: Action = xfail(\"no\").because(Upstream).by(Crash);",
    ),
    (exclusions::expand, "\"metal\", uses = \"float64\"", "const FLOAT64: crosscheck::Action = RUN;"),
    (
        implements::expand,
        "\"metal\", \"cpu\", crate = a",
        "impl<'a, T: 'a> Ops for Metal<'a, T> { fn double(&self, x: f64) -> f64 { x } const N: u32 = 1; type T = u32; }",
    ),
    (
        contract::expand,
        "crate = a",
        "#[allow(x)] pub trait Ops: Send + Sync { fn double(&self, x: f64) -> f64 { x + x } fn new() -> Self where Self: Sized; \
         async fn r#async(self: Box<Self>) { } type T: Copy; const N: u32; }",
    ),
    (
        derive_feature,
        "",
        "/// Features.\n#[derive(Clone)] #[crosscheck(tracked(NotYet, Upstream), crate = a)] pub enum Feature { /// A thing.\nA = 1, \
         /// Another thing,\n/// in two lines.\nr#Match, #[doc = \"The third.\"] Float64 }",
    ),
    (derive_feature, "", "enum Feature {}"),
];

fn conformance(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args, item, Flavour::Check)
}

fn backend_matrix(args: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(args, item, Flavour::Differential)
}

fn derive_feature(_: TokenStream, item: TokenStream) -> TokenStream {
    feature::expand(item)
}

/// Tokens that mean something somewhere.
const POOL: &str = "applies_if test const | uses of backends isolated tolerance expects_constant allow crate name aliases device all tracked reason rtol \
    atol n x ops self Self super _ __of_the_module early_return fn mod impl trait enum struct const static async unsafe extern \
    dyn for where return match if let else loop move ref mut pub use type in as true false r#match r#fn case rstest fixture \
    test_attr conformance backend_matrix test ignore should_panic cfg matches vec assert format \
    'a '_ 'static = == => -> :: : ; , . .. ..= ... ? ! # $ @ & && | || + - * / % ^ < > << >> \
    0 1 1_0 0x1f 1.5 1e-3 1u8 2f64 340282366920938463463374607431768211456 'c' b'c' \"\" \" \" \"a\" \"a b\" \"self\" \"_\" \"²\" \"ü\" \
    \"match\" \"{x}\" \"{\" b\"a\" c\"a\" r\"a\" r#\"a\"# () [] {} (a) [1, 2] {a} (a = 1) (1 2) (\"a\", \"b\")";

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_of<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }
}

/// Inputs, made of the valid ones.
struct Inputs {
    random: Random,
    valid: Vec<(Expand, TokenStream, TokenStream)>,
    pool: Vec<TokenTree>,
}

impl Inputs {
    fn new(seed: u64) -> Self {
        let tokens = |text: &str| text.parse::<TokenStream>().unwrap_or_else(|error| panic!("{error}: {text}"));
        let valid = VALID.iter().map(|(expand, args, item)| (*expand, tokens(args), tokens(item))).collect();
        let mut pool: Vec<TokenTree> = tokens(POOL).into_iter().collect();
        pool.extend([
            Ident::new("crate", Span::call_site()).into(),
            Literal::f64_unsuffixed(1.0).into(),
            Punct::new('\u{27}', Spacing::Joint).into(),
            Group::new(Delimiter::None, TokenStream::new()).into(),
        ]);
        Self { random: Random(seed), valid, pool }
    }

    fn next(&mut self) -> (Expand, TokenStream, TokenStream) {
        let (expand, mut args, mut item) = self.random.one_of(&self.valid).clone();
        for _ in 0..=self.random.below(4) {
            match self.random.below(2) {
                0 => args = self.changed(args),
                _ => item = self.changed(item),
            }
        }
        // The item of another attribute.
        if self.random.below(16) == 0 {
            item = self.random.one_of(&self.valid).2.clone();
        }
        (expand, args, item)
    }

    /// The tokens with one change, at any depth.
    fn changed(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens: Vec<_> = tokens.into_iter().collect();
        if tokens.is_empty() {
            tokens.push(self.random.one_of(&self.pool).clone());
            return tokens.into_iter().collect();
        }
        let at = self.random.below(tokens.len());
        if let TokenTree::Group(group) = &tokens[at]
            && self.random.below(5) > 0
        {
            let (delimiter, inner) = (group.delimiter(), self.changed(group.stream()));
            tokens[at] = Group::new(delimiter, inner).into();
            return tokens.into_iter().collect();
        }
        let other = self.random.below(tokens.len());
        match self.random.below(9) {
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, tokens[other].clone()),
            2 => tokens.swap(at, other),
            3 | 4 => tokens[at] = self.random.one_of(&self.pool).clone(),
            5 => tokens.insert(at, self.random.one_of(&self.pool).clone()),
            6 => {
                let delimiters = [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
                let delimiter = *self.random.one_of(&delimiters);
                let inner = match &tokens[at] {
                    TokenTree::Group(group) => group.stream(),
                    token => token.clone().into(),
                };
                tokens[at] = Group::new(delimiter, inner).into();
            }
            7 => {
                let (_, args, item) = self.random.one_of(&self.valid);
                let donor: Vec<_> = if other.is_multiple_of(2) { args } else { item }.clone().into_iter().collect();
                if !donor.is_empty() {
                    let from = self.random.below(donor.len());
                    tokens.extend(donor.into_iter().skip(from).take(3));
                }
            }
            _ => tokens.truncate(at),
        }
        tokens.into_iter().collect()
    }
}

#[test]
fn valid_inputs_are_valid() {
    let mut inputs = Inputs::new(0);
    for (number, (expand, args, item)) in std::mem::take(&mut inputs.valid).into_iter().enumerate() {
        let expansion = expand(args, item).to_string();
        assert!(!expansion.contains("compile_error"), "{number}: {expansion}");
    }
}

/// A struct literal of the runtime's would break as soon as the struct has another field.
#[test]
fn what_is_registered_is_made_by_constructors() {
    let mut inputs = Inputs::new(0);
    for (number, (expand, args, item)) in std::mem::take(&mut inputs.valid).into_iter().enumerate() {
        let expansion = expand(args, item).to_string();
        for behind in expansion.split("__private ::").skip(1) {
            let path: String = behind.chars().take_while(|c| !"{(;!,".contains(*c)).collect();
            let literal = behind[path.len()..].starts_with('{');
            assert!(!literal, "{number}: struct literal of `{}` in {expansion}", path.trim());
        }
    }
}

#[test]
fn no_input_makes_an_attribute_panic_or_hang() {
    let cases = std::env::var("CROSSCHECK_FUZZ_CASES").map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let current = Arc::new(Mutex::new(String::new()));
    let (tell, told) = mpsc::channel();
    let shown = Arc::clone(&current);
    let worker = thread::Builder::new().name("fuzz".to_owned()).spawn(move || {
        let (mut inputs, mut valid) = (Inputs::new(13), 0_u64);
        for case in 0..cases {
            let (expand, args, item) = inputs.next();
            *shown.lock().unwrap() = format!("case {case}: #[…({args})] {item}");
            let expansion = panic::catch_unwind(AssertUnwindSafe(|| expand(args, item).to_string()));
            let Ok(expansion) = expansion else { return Err(shown.lock().unwrap().clone()) };
            valid += u64::from(!expansion.contains("compile_error"));
            tell.send(()).unwrap();
        }
        Ok(valid)
    });
    let worker = worker.unwrap();
    loop {
        match told.recv_timeout(LIMIT) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("an attribute hangs at {}", current.lock().unwrap()),
        }
    }
    let valid = worker.join().unwrap().unwrap_or_else(|input| panic!("an attribute panics at {input}"));
    // Inputs that are all refused at once, or all accepted, would try little.
    assert!(valid > cases / 50 && valid < cases / 2, "{valid} of {cases} inputs were valid");
}
