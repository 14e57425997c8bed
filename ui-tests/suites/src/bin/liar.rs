//! A suite whose every text tries to look like something else: it sets the title of the terminal, clears the screen, goes back
//! in its line, turns the direction of writing, and begins a line as the runner does. `tests/suites/lies.rs` holds that nobody
//! is taken in. Each text says of which field it is.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crosscheck::compare::Leaves;
use crosscheck::{Action, Carries, Compare, Debt, RUN, Receipt, Subject, Unavailable, backend_matrix, conformance};
use crosscheck::{skip, xfail};

/// A text that lies, of this field.
macro_rules! lie {
    ($field:literal) => {
        concat!(
            $field,
            "-begins\u{1b}]0;owned\u{7}\u{1b}[2J\rback\u{8}\u{9b}31m\u{7f}\u{202e}desrever\u{2028}\ntest ",
            $field,
            "::forged ... ok\n\ntest result: ok. ",
            $field,
            "-ends"
        )
    };
}

/// A text of which only the ends count, as long as `LIAR_LENGTH` says.
fn long() -> String {
    let length = std::env::var("LIAR_LENGTH").ok().and_then(|length| length.parse().ok());
    format!("long-begins-{}-long-ends", "x".repeat(length.unwrap_or(100_000)))
}

trait Machine: Send + Sync {
    fn work(&self, order: Order) -> Result<Parts, Lie>;
}

/// What a body asks of the machine; only the liar does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Panic,
    LongPanic,
    Fail,
    LongFailure,
    LongExpectation,
    LongStructure,
    LongReceipt,
    Lack,
    Misname,
    Misbuild,
    Print,
    Skip,
    Boast,
    PassOff,
    Expect,
}

/// An error with a cause, whose texts are these.
struct Lie(String, Option<Box<Lie>>);

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Lie {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

/// Numbers, in a part of this name, and a structure.
struct Parts(Vec<f64>, Cow<'static, str>);

impl Compare for Parts {
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.structure(self.1.clone());
        leaves.within(lie!("part"), |leaves| self.0.leaves(leaves));
    }
}

/// Written by hand, because the derive names features itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    Skipped,
    Stale,
    Changed,
    Buried,
}

impl crosscheck::Feature for Feature {
    const ALL: &'static [Self] = &[Self::Skipped, Self::Stale, Self::Changed, Self::Buried];
    const MARKERS: &'static [&'static str] =
        &[lie!("skipped-marker"), lie!("stale-marker"), lie!("changed-marker"), lie!("buried-marker")];

    fn marker(self) -> &'static str {
        Self::MARKERS[self as usize]
    }

    fn description(self) -> &'static str {
        lie!("description")
    }
}

impl Carries<Feature> for Order {
    fn features(&self) -> &'static [Feature] {
        match self {
            Self::Skip => &[Feature::Skipped],
            Self::PassOff => &[Feature::Stale],
            Self::Expect => &[Feature::Changed],
            Self::LongExpectation => &[Feature::Buried],
            _ => &[],
        }
    }
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn take_receipt(&self) -> Option<Receipt> {
        match BOASTS.take()? {
            Boast::Lie => Some(Receipt::new(lie!("device")).evaluations(1).fallback(lie!("fallback"))),
            Boast::Long => {
                let receipt = Receipt::new("device").evaluations(1).fallback(long());
                Some((0..100).fold(receipt, |receipt, _| receipt.fallback("more")))
            }
        }
    }

    fn unimplemented_function<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a str> {
        let text = error.downcast_ref::<Lie>()?.0.as_str();
        text.starts_with("function").then_some(text)
    }
}

/// What the receipt says.
enum Boast {
    Lie,
    Long,
}

thread_local! {
    /// What the machine boasts of when it is asked for a receipt.
    static BOASTS: std::cell::Cell<Option<Boast>> = const { std::cell::Cell::new(None) };
}

struct Honest;

impl Machine for Honest {
    fn work(&self, _: Order) -> Result<Parts, Lie> {
        Ok(Parts(vec![1.5, -4.0], Cow::Borrowed(lie!("expected-structure"))))
    }
}

struct Liar;

impl Machine for Liar {
    fn work(&self, order: Order) -> Result<Parts, Lie> {
        let mut parts = Parts(vec![1.5, -4.0], Cow::Borrowed(lie!("expected-structure")));
        match order {
            Order::Panic => panic!("{}", lie!("panic")),
            Order::LongPanic => std::panic::panic_any(long()),
            Order::Fail => {
                return Err(Lie(lie!("error").to_owned(), Some(Box::new(Lie(lie!("cause").to_owned(), None)))));
            }
            Order::LongFailure => return Err(Lie(long(), None)),
            // What its row looks for is shown to nobody.
            Order::LongExpectation => return Err(Lie(format!("{}buried{}", long(), long()), None)),
            Order::LongStructure => parts.1 = Cow::Owned(long()),
            Order::LongReceipt => BOASTS.set(Some(Boast::Long)),
            Order::Lack => return Err(Lie(lie!("function").to_owned(), None)),
            Order::Misname => parts.0[1] = 2.5,
            Order::Misbuild => parts.1 = Cow::Borrowed(lie!("structure")),
            Order::Print => {
                // In a process that is not its own, what it prints is its own affair.
                if std::env::var_os("LIAR_PRINTS").is_some() {
                    println!("{}", lie!("output"));
                }
                return Err(Lie("printed".to_owned(), None));
            }
            Order::Boast => BOASTS.set(Some(Boast::Lie)),
            Order::Expect => return Err(Lie("something else".to_owned(), None)),
            Order::Skip | Order::PassOff => {}
        }
        Ok(parts)
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Honest))
}

#[crosscheck::backend(name = "liar")]
fn liar() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Liar))
}

#[crosscheck::backend(name = "absent")]
fn absent() -> Result<Box<dyn Machine>, Unavailable> {
    Err(Unavailable::new(lie!("unavailable")))
}

#[crosscheck::backend(name = "far")]
fn far() -> Result<Box<dyn Machine>, Unavailable> {
    Err(Unavailable::new(long()))
}

#[crosscheck::backend(name = "broken")]
fn broken() -> Result<Box<dyn Machine>, Unavailable> {
    panic!("{}", lie!("constructor"))
}

#[crosscheck::exclusions("liar")]
const fn exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Skipped => skip(lie!("skip")).because(Debt::Upstream).tracking(lie!("tracking")).since(lie!("since")),
        Feature::Stale => xfail(lie!("stale")).because(Debt::NotYet),
        Feature::Buried => xfail("buried").because(Debt::NotYet).saying("endsburiedlong"),
        Feature::Changed => xfail(lie!("changed")).because(Debt::NotYet).saying(lie!("saying")),
    }
}

#[crosscheck::exclusions("absent")]
const fn nothing(_: Feature) -> Action {
    RUN
}

#[backend_matrix(
    backends("liar"),
    order(
        Panic,
        LongPanic,
        Fail,
        LongFailure,
        LongExpectation,
        LongStructure,
        LongReceipt,
        Lack,
        Misname,
        Misbuild,
        Print,
        Skip,
        Boast,
        PassOff,
        Expect
    ),
    tolerance(
        rtol = 1e-9,
        atol = 0,
        reason = "tolerance-begins\u{1b}]0;owned\u{7}\u{1b}[2J\rback\ntest tolerance::forged ... ok\ntolerance-ends"
    )
)]
fn told(machine: &dyn Machine, order: Order) -> Result<Parts, Lie> {
    machine.work(order)
}

#[conformance(backends("absent", "broken", "far"))]
fn opened(machine: &dyn Machine) {
    assert!(machine.work(Order::Skip).is_ok());
}

crosscheck::main!();
