//! The checks of a suite in ordinary `#[test]`s, as a backend's own crate runs them.

use std::process::Command;

use crosscheck::Outcome;
use crosscheck::record::CellRecord;
use crosscheck::{
    Action, ConformanceError, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, run_conformance,
    skip, xfail,
};

/// The default bodies are the reference.
#[crosscheck::contract]
trait Ops: Send + Sync {
    fn add(&self, a: i64, b: i64) -> Result<i64, String> {
        Ok(a + b)
    }
    fn mul(&self, a: i64, b: i64) -> Result<i64, String> {
        Ok(a * b)
    }
    fn pow(&self, a: i64, n: u32) -> Result<i64, String> {
        Ok(a.pow(n))
    }
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// Numbers below zero.
    Negative,
    /// Numbers that 32 bits do not hold.
    Wide,
    /// Powers of zero.
    ZeroPower,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Reference;
impl Ops for Reference {}

#[crosscheck::backend(name = "reference", aliases("ref"))]
fn reference() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Reference))
}

/// Adds wrongly from 100 on, panics from 1000 on, and leaves `pow` out.
struct Chip;

#[crosscheck::implements("chip")]
impl Ops for Chip {
    fn add(&self, a: i64, b: i64) -> Result<i64, String> {
        match a + b {
            sum @ 1000.. => panic!("the register overflows at {sum}"),
            sum @ 100.. => Ok(sum + 1),
            sum => Ok(sum),
        }
    }
    fn mul(&self, a: i64, b: i64) -> Result<i64, String> {
        if a < 0 { Err("no sign".to_owned()) } else { Ok(a * b) }
    }
}

#[crosscheck::backend(name = "chip", aliases("c"))]
fn chip() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Chip))
}

#[crosscheck::backend(name = "board")]
fn board() -> Result<Box<dyn Ops>, Unavailable> {
    Err(Unavailable::new("nobody plugged it in"))
}

#[crosscheck::exclusions("chip")]
const fn chip_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Negative => xfail("it has no sign").because(Debt::HardwareLimit).by(Failure::Error),
        Feature::Wide => skip("'{marker}' burns it").because(Debt::HardwareLimit),
        Feature::ZeroPower => RUN,
    }
}

// Declared in an order that is not that of their names.
#[conformance(of = "mul")]
fn products(ops: &dyn Ops) -> Result<(), String> {
    assert_eq!(ops.mul(6, 7)?, 42);
    Ok(())
}

#[conformance(of = "mul", uses = "negative")]
fn negative_products(ops: &dyn Ops) -> Result<(), String> {
    let product = ops.mul(-6, 7).map_err(|error| format!("{error}, expected: {}", crosscheck::is_expected_to_fail()));
    assert_eq!(product?, -42);
    Ok(())
}

#[conformance(of = "mul", uses = "wide")]
fn wide_products(ops: &dyn Ops) -> Result<(), String> {
    assert_eq!(ops.mul(1 << 40, 2)?, 1 << 41);
    Ok(())
}

#[conformance(of = "add", of_size(small = 1, medium = 50, large = 500))]
fn doubles(ops: &dyn Ops, of_size: i64) -> Result<(), String> {
    assert_eq!(ops.add(of_size, of_size)?, 2 * of_size, "the double of {of_size}");
    Ok(())
}

#[backend_matrix(of = "add")]
fn sums(ops: &dyn Ops) -> Result<i64, String> {
    ops.add(60, 60)
}

#[conformance(of = "pow", uses = "zero_power")]
fn powers(ops: &dyn Ops) -> Result<(), String> {
    assert_eq!(ops.pow(0, 0)?, 1);
    Ok(())
}

/// Is about `add`, and calls something else on the way.
#[conformance(of = "add")]
fn a_sum_of_powers(ops: &dyn Ops) -> Result<(), String> {
    assert_eq!(ops.add(square(ops, 3)?, square(ops, 4)?)?, 25);
    Ok(())
}

fn square(ops: &dyn Ops, a: i64) -> Result<i64, String> {
    ops.pow(a, 2)
}

#[conformance]
fn about_nothing(ops: &dyn Ops) -> Result<(), String> {
    assert_eq!(ops.add(1, ops.mul(2, 3)?)?, 7);
    Ok(())
}

fn results(run: crosscheck::Conformance<dyn Ops>) -> Vec<CellRecord> {
    run.raise_on_failure(false).run().unwrap().cells
}

#[test]
fn results_come_in_the_order_of_declaration_and_one_check_does_not_stop_the_others() {
    let report = run_conformance::<dyn Ops>("chip").raise_on_failure(false).run().unwrap();
    let text = report.to_string();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("::chip: ")).collect();
    let expected = [
        "products::chip: passed",
        "negative_products::chip: xfailed: it has no sign: returned an error: no sign, expected: true",
        "wide_products::chip: skipped: 'wide' burns it",
        "doubles::small::chip: passed",
        "doubles::medium::chip: FAILED: panicked at ",
        "doubles::large::chip: FAILED: panicked at ",
        "sums::chip: FAILED: 1 of 1 elements (100.0 %) disagree",
        "powers::chip: not implemented: `pow` is not implemented",
        "a_sum_of_powers::chip: not implemented: `pow` is not implemented",
        "about_nothing::chip: passed",
    ];
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line:?} instead of {expected:?}");
    }
    assert_eq!(report.failures().count(), 3);
}

#[test]
fn the_baseline_is_never_compared_with_itself() {
    let on_reference = results(run_conformance::<dyn Ops>("reference"));
    assert!(on_reference.iter().all(|result| result.outcome == Outcome::Passed), "{on_reference:?}");
    assert!(!on_reference.iter().any(|result| result.name.starts_with("sums")), "{on_reference:?}");
    // What the chip leaves out has the reference's own body, which would pass.
    let on_chip = results(run_conformance::<dyn Ops>("chip").functions(["pow"]));
    assert_eq!(on_chip.iter().map(|result| result.outcome).collect::<Vec<_>>(), [Outcome::NotImplemented]);
}

#[test]
fn an_alias_is_as_good_as_the_name_and_an_unknown_one_is_named_with_the_nearest() {
    let run = |name| run_conformance::<dyn Ops>(name).raise_on_failure(false).run().unwrap().to_string();
    assert_eq!(run("c"), run("chip"));
    assert_eq!(
        run_conformance::<dyn Ops>("chpi").run().unwrap_err().to_string(),
        "unknown backend `chpi`; did you mean `chip`? (known: reference, ref, board, chip, c)",
    );
}

#[test]
fn functions_select_and_those_that_no_check_is_about_are_errors() {
    let selected = results(run_conformance::<dyn Ops>("chip").functions(["pow"]).functions(["mul"]));
    let selected: Vec<_> = selected.iter().map(|result| (result.name.as_str(), result.function.as_deref())).collect();
    let mul = ["products::chip", "negative_products::chip", "wide_products::chip"].map(|name| (name, Some("mul")));
    assert_eq!(selected, [&mul[..], &[("powers::chip", Some("pow"))]].concat());
    let error = |names: &[&str]| {
        run_conformance::<dyn Ops>("chip").functions(names.iter().copied()).run().unwrap_err().to_string()
    };
    assert_eq!(
        error(&["mull", "mul", "sqrt"]),
        "unknown function `mull`; did you mean `mul`? (known: add, mul, pow)\n\
         unknown function `sqrt` (known: add, mul, pow)",
    );
    assert_eq!(error(&[""]), "unknown function `` (known: add, mul, pow)");
    assert_eq!(error(&[]), "no function is selected: leave out `functions` to run all checks (known: add, mul, pow)");
}

#[test]
fn a_run_in_which_no_body_ran_is_an_error_unless_the_caller_looks_for_himself() {
    let Err(ConformanceError::NothingRan { report, .. }) = run_conformance::<dyn Ops>("board").run() else {
        panic!("a backend that is not there passes");
    };
    let text = report.cells[0].to_string();
    assert_eq!(text, "products::board: unavailable: nobody plugged it in");
    let only_skips = run_conformance::<dyn Ops>("chip").functions(["pow"]);
    assert!(matches!(only_skips.run(), Err(ConformanceError::NothingRan { .. })));
    assert!(results(run_conformance::<dyn Ops>("board")).iter().all(|it| it.outcome == Outcome::Unavailable));
}

/// A contract whose backends keep accounts.
mod accounts {
    use std::cell::Cell;

    use crosscheck::Outcome;
    use crosscheck::{Receipt, Subject, Unavailable, conformance, run_conformance};

    pub(crate) trait Meter: Send + Sync {
        fn double(&self, x: i64) -> Result<i64, String>;
        fn half(&self, x: i64) -> Result<i64, String>;
        fn take_receipt(&self) -> Option<Receipt>;
    }

    impl Subject for dyn Meter {
        type Feature = super::Feature;
        const BASELINE: &'static str = "abacus";

        fn take_receipt(&self) -> Option<Receipt> {
            Meter::take_receipt(self)
        }
    }

    thread_local! {
        static CALLS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    }

    /// Counts what it doubles, refuses odd numbers, and knows the half of 8 by heart.
    struct Abacus;

    impl Meter for Abacus {
        fn double(&self, x: i64) -> Result<i64, String> {
            CALLS.set((CALLS.get().0 + 1, CALLS.get().1));
            Ok(2 * x)
        }
        fn half(&self, x: i64) -> Result<i64, String> {
            if x == 8 {
                return Ok(4);
            }
            CALLS.set((CALLS.get().0, CALLS.get().1 + 1));
            Err("odd".to_owned())
        }
        fn take_receipt(&self) -> Option<Receipt> {
            let (evaluations, refusals) = CALLS.take();
            Some(Receipt::new("the abacus").evaluations(evaluations).refusals(refusals))
        }
    }

    #[crosscheck::backend(name = "abacus")]
    fn abacus() -> Result<Box<dyn Meter>, Unavailable> {
        Ok(Box::new(Abacus))
    }

    #[conformance]
    fn halves(meter: &dyn Meter) -> Result<(), String> {
        assert_eq!(meter.half(8)?, 4);
        Ok(())
    }

    #[conformance]
    fn doubles(meter: &dyn Meter) -> Result<(), String> {
        assert_eq!(meter.double(4)?, 8);
        Ok(())
    }

    #[conformance]
    fn refuses(meter: &dyn Meter) {
        assert_eq!(meter.half(3), Err("odd".to_owned()));
    }

    #[test]
    fn a_check_whose_backend_shows_nothing_for_it_does_not_pass() {
        // What was evaluated before is no evidence.
        assert_eq!(Abacus.double(1), Ok(2));
        let report = run_conformance::<dyn Meter>("abacus").raise_on_failure(false).run().unwrap();
        let outcomes: Vec<_> = report.cells.iter().map(|it| (it.name.as_str(), it.outcome)).collect();
        assert_eq!(
            outcomes,
            [
                ("accounts::halves::abacus", Outcome::Failed),
                ("accounts::doubles::abacus", Outcome::Passed),
                ("accounts::refuses::abacus", Outcome::Passed),
            ],
        );
        let reason = "passed, but the abacus neither evaluated nor refused anything: whose result was it?";
        assert_eq!(report.cells[0].reason, reason);
    }
}

/// No check is written for this one.
mod without_checks {
    pub(crate) trait Silent: Send + Sync {}

    impl crosscheck::Subject for dyn Silent {
        type Feature = super::Feature;
        const BASELINE: &'static str = "nobody";
    }
}

#[test]
fn a_contract_without_checks_is_an_error() {
    let error = run_conformance::<dyn without_checks::Silent>("reference").run().unwrap_err();
    assert!(error.to_string().starts_with("no check of `dyn run_conformance::without_checks::Silent` is linked: "));
}

/// Answers that are a number, of which only all cases of a check together tell anything.
mod numbers {
    use crosscheck::{Outcome, Subject, Unavailable, backend_matrix, run_conformance};

    pub(crate) trait Parity: Send + Sync {
        fn is_odd(&self, n: u32) -> bool;
    }

    impl Subject for dyn Parity {
        type Feature = super::Feature;
        const BASELINE: &'static str = "bits";
    }

    struct Bits;

    impl Parity for Bits {
        fn is_odd(&self, n: u32) -> bool {
            n & 1 == 1
        }
    }

    #[crosscheck::backend(name = "bits")]
    fn bits() -> Result<Box<dyn Parity>, Unavailable> {
        Ok(Box::new(Bits))
    }

    #[crosscheck::backend(name = "digits")]
    fn digits() -> Result<Box<dyn Parity>, Unavailable> {
        Ok(Box::new(Bits))
    }

    #[backend_matrix(n(0, 1))]
    fn of_both_kinds(parity: &dyn Parity, n: u32) -> bool {
        parity.is_odd(n)
    }

    #[backend_matrix(n(1, 3))]
    fn of_one_kind(parity: &dyn Parity, n: u32) -> bool {
        parity.is_odd(n)
    }

    #[test]
    fn a_check_whose_value_is_the_same_in_every_case_does_not_pass() {
        let run = || run_conformance::<dyn Parity>("digits");
        let report = run().raise_on_failure(false).run().unwrap();
        let outcomes: Vec<_> = report.cells.iter().map(|cell| (cell.name.as_str(), cell.outcome)).collect();
        assert_eq!(
            outcomes,
            [
                ("numbers::of_both_kinds::n_0::digits", Outcome::Passed),
                ("numbers::of_both_kinds::n_1::digits", Outcome::Passed),
                ("numbers::of_one_kind::n_1::digits", Outcome::Vacuous),
                ("numbers::of_one_kind::n_3::digits", Outcome::Vacuous),
            ]
        );
        let payload = std::panic::catch_unwind(|| run().run()).unwrap_err();
        let message = payload.downcast::<String>().unwrap();
        let first =
            "numbers::of_one_kind::n_1::digits: VACUOUS: agrees, but so would `true` in each of the 2 cases that ran";
        assert!(message.starts_with(first), "{message}");
    }
}

#[test]
fn the_first_failure_is_raised_with_its_own_message() {
    let raised = |run: crosscheck::Conformance<dyn Ops>| {
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.run())).unwrap_err();
        *payload.downcast::<String>().unwrap()
    };
    // The medium double comes first, and the large one panics with another message.
    let message = raised(run_conformance::<dyn Ops>("chip"));
    assert!(message.ends_with("the double of 50\n  left: 101\n right: 100"), "{message}");
}

/// A backend that fails in another way than its row says, two that leave a function out, and two of one name.
mod odd {
    use super::*;

    #[crosscheck::contract]
    pub(crate) trait Echo: Send + Sync {
        fn call(&self) -> i64;
        fn hush(&self) -> i64 {
            0
        }
        /// Not one that a backend could lack: it is not asked.
        fn seven() -> i64
        where
            Self: Sized,
        {
            7
        }
    }

    pub(crate) trait Twin: Send + Sync {}

    #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Feature {
        /// Loud calls.
        Loud,
    }

    impl Subject for dyn Echo {
        type Feature = Feature;
        const BASELINE: &'static str = "cave";
    }

    impl Subject for dyn Twin {
        type Feature = Feature;
        const BASELINE: &'static str = "twin";
    }

    struct Cave;

    #[crosscheck::implements("cave")]
    impl Echo for Cave {
        fn call(&self) -> i64 {
            panic!("the cave collapses")
        }
        fn hush(&self) -> i64 {
            0
        }
    }

    struct Mute;

    #[crosscheck::implements("deaf", "mute")]
    impl Echo for Mute {
        fn call(&self) -> i64 {
            Self::seven()
        }
    }

    impl Twin for Cave {}

    #[crosscheck::backend(name = "cave")]
    fn cave() -> Result<Box<dyn Echo>, Unavailable> {
        Ok(Box::new(Cave))
    }

    #[crosscheck::backend(name = "deaf")]
    fn deaf() -> Result<Box<dyn Echo>, Unavailable> {
        Ok(Box::new(Mute))
    }

    #[crosscheck::backend(name = "mute")]
    fn mute() -> Result<Box<dyn Echo>, Unavailable> {
        Ok(Box::new(Mute))
    }

    #[crosscheck::backend(name = "twin")]
    fn first() -> Result<Box<dyn Twin>, Unavailable> {
        Ok(Box::new(Cave))
    }

    #[crosscheck::backend(name = "twin")]
    fn second() -> Result<Box<dyn Twin>, Unavailable> {
        Ok(Box::new(Cave))
    }

    #[crosscheck::exclusions("cave")]
    const fn cave_cannot(feature: Feature) -> Action {
        match feature {
            Feature::Loud => xfail("it is too far away").because(Debt::WontFix).by(Failure::Error),
        }
    }

    #[conformance(uses = "loud")]
    fn comes_back(echo: &dyn Echo) {
        assert_eq!(echo.call(), 7);
    }

    #[conformance(of = "call")]
    mod about_a_call {
        use super::*;

        #[conformance]
        fn given(echo: &dyn Echo) {
            assert_eq!(echo.hush(), 0);
        }

        #[conformance(of = "hush")]
        fn of_its_own(echo: &dyn Echo) {
            assert_eq!(echo.hush(), 0);
        }
    }

    #[conformance]
    fn is_never_run(_: &dyn Twin) {
        panic!("a suite that makes no sense is run");
    }
}

#[test]
fn what_is_no_plain_failure_is_raised_with_the_name_of_the_check_and_the_reason() {
    let run = || run_conformance::<dyn odd::Echo>("cave").run();
    let message = *std::panic::catch_unwind(run).unwrap_err().downcast::<String>().unwrap();
    let beginning = "odd::comes_back::cave: XCHANGED: row `loud` of `cave` at ";
    assert!(message.starts_with(beginning), "{message}");
    assert!(
        message.contains(
            " expects an error, but this is a panic; if that is meant, say `.by(Failure::Panic)` there: panicked at "
        ),
        "{message}"
    );
    let report = run_conformance::<dyn odd::Echo>("cave").raise_on_failure(false).run().unwrap();
    let failures: Vec<_> = report.failures().map(ToString::to_string).collect();
    assert_eq!(failures, [message]);
}

#[test]
fn a_check_is_about_its_own_function_and_else_about_that_of_its_module() {
    let report = run_conformance::<dyn odd::Echo>("cave").raise_on_failure(false).run().unwrap();
    let functions: Vec<_> = report.cells.iter().map(|result| result.function.as_deref()).collect();
    assert_eq!(functions, [None, Some("call"), Some("hush")]);
}

#[test]
fn a_block_says_for_each_of_its_backends_what_is_not_implemented() {
    use Outcome::{NotImplemented, Passed};
    for backend in ["deaf", "mute"] {
        let report = run_conformance::<dyn odd::Echo>(backend).run().unwrap();
        let outcomes: Vec<_> = report.cells.iter().map(|result| result.outcome).collect();
        assert_eq!(outcomes, [Passed, NotImplemented, NotImplemented], "{report}");
    }
}

#[test]
fn a_suite_that_makes_no_sense_is_an_error() {
    let error = run_conformance::<dyn odd::Twin>("twin").run().unwrap_err().to_string();
    assert!(error.starts_with("two backends are named `twin`: "), "{error}");
}

#[test]
#[ignore = "fails on purpose: the next test runs it"]
fn on_the_chip() {
    run_conformance::<dyn Ops>("chip").functions(["add"]).run().unwrap();
}

#[test]
fn a_failing_test_says_where_and_why_as_any_other_one_does() {
    let own = std::env::current_exe().unwrap();
    let output = Command::new(own).args(["--ignored", "--exact", "on_the_chip"]).env_remove("RUST_BACKTRACE").output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(101), "{text}");
    let place =
        include_str!("run_conformance.rs").lines().position(|line| line.contains("\"the double of {of_size}\""));
    let place = format!("run_conformance.rs:{}:", place.unwrap() + 1);
    let (_, at) = text.split_once(&place).unwrap_or_else(|| panic!("no {place}: {text}"));
    assert!(at.contains("the double of 50") && text.contains("in check `doubles::medium::chip`"), "{text}");
    // It is raised after the last check.
    assert!(text.contains("the register overflows at 1000"), "{text}");
}
