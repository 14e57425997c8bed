//! A suite that misbehaves on purpose: every outcome occurs. What each cell comes to stands in `tests/common/model.rs`.

use std::fs::OpenOptions;
use std::io::Write;

use crosscheck::{Action, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

/// What a body asks of the machine; only the faulty one goes wrong at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Answer,
    Fail,
    Panic,
    Miscount,
    Unknown,
}

trait Machine: Send + Sync {
    fn name(&self) -> &'static str;
    fn obey(&self, order: Order) -> Result<i64, MachineError>;
}

#[derive(Debug, thiserror::Error)]
enum MachineError {
    #[error("the belt is torn")]
    Torn,
    #[error("`{0}` is not implemented")]
    NotImplemented(&'static str),
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// Skipped, by a row that is right.
    Impossible,
    /// Skipped, by a row that hides a pass.
    Possible,
    /// Fails by an error, as its row says.
    KnownError,
    /// Fails by a panic, as its row says.
    KnownPanic,
    /// Fails by a mismatch, as its row says.
    KnownMismatch,
    /// Fails with the text that its row gives.
    KnownText,
    /// Fails in some way; its row says no more.
    KnownSomehow,
    /// Passes, although its row expects a failure.
    Stale,
    /// Passes in one of two cases, although its row expects both to fail.
    TooWide,
    /// Fails by a panic, although its row expects an error.
    WrongKind,
    /// Fails with another text than its row gives.
    WrongText,
    /// The baseline itself fails, under a row that expects a failure.
    BaselinePanics,
    /// The baseline itself returns an error, under a row that expects a failure.
    BaselineErrs,
    /// The backend cannot be constructed, under a row that expects a failure.
    Unconstructible,
    /// The function is not implemented, under a row that expects a failure.
    Missing,
}

impl Subject for dyn Machine {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn unimplemented_function<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a str> {
        match error.downcast_ref()? {
            MachineError::NotImplemented(function) => Some(function),
            MachineError::Torn => None,
        }
    }
}

struct Reference;

impl Machine for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }
    fn obey(&self, _: Order) -> Result<i64, MachineError> {
        Ok(42)
    }
}

struct Faulty;

impl Machine for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }
    fn obey(&self, order: Order) -> Result<i64, MachineError> {
        match order {
            Order::Answer => Ok(42),
            Order::Fail => Err(MachineError::Torn),
            Order::Panic => panic!("the cogs jammed"),
            Order::Miscount => Ok(41),
            Order::Unknown => Err(MachineError::NotImplemented("obey")),
        }
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Reference))
}

#[crosscheck::backend(name = "faulty", aliases("f"))]
fn faulty() -> Result<Box<dyn Machine>, Unavailable> {
    Ok(Box::new(Faulty))
}

#[crosscheck::backend(name = "absent")]
fn absent() -> Result<Box<dyn Machine>, Unavailable> {
    Err(Unavailable::new("nobody delivered it"))
}

#[crosscheck::backend(name = "broken")]
fn broken() -> Result<Box<dyn Machine>, Unavailable> {
    panic!("the crate arrived empty")
}

#[crosscheck::exclusions("faulty")]
const fn faulty_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Impossible => skip("'{backend}' has no arms for '{marker}'").because(Debt::HardwareLimit),
        Feature::Possible => skip("nobody dared to try").because(Debt::NotYet),
        Feature::KnownError => xfail("the belt tears").because(Debt::WontFix).by(Failure::Error),
        Feature::KnownPanic => xfail("the cogs jam").by(Failure::Panic),
        Feature::KnownMismatch => xfail("off by one").by(Failure::Mismatch),
        Feature::KnownText => xfail("the belt is known").saying("belt is torn"),
        Feature::KnownSomehow => xfail("something is wrong").because(Debt::Upstream).tracking("issue 7"),
        Feature::Stale => xfail("was wrong once"),
        Feature::TooWide => xfail("half of it is wrong"),
        Feature::WrongKind => xfail("the belt tears, or so we thought").by(Failure::Error),
        Feature::WrongText => xfail("the axle bends, or so we thought").saying("axle"),
        Feature::BaselinePanics | Feature::BaselineErrs => xfail("the baseline is no better"),
        Feature::Missing => xfail("nobody wrote it"),
        Feature::Unconstructible => RUN,
    }
}

#[crosscheck::exclusions("broken")]
const fn broken_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Unconstructible => xfail("arrives empty"),
        Feature::Impossible => skip("never opened"),
        _ => RUN,
    }
}

#[crosscheck::exclusions("absent")]
const fn absent_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Impossible => skip("not worth a delivery"),
        _ => RUN,
    }
}

/// Notes in the file named by `OUTCOMES_BODIES` that a body was run on a machine; in one write, because bodies run in
/// parallel.
fn ran(body: &str, machine: &dyn Machine) {
    let Some(path) = std::env::var_os("OUTCOMES_BODIES") else { return };
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{body}::{}\n", machine.name()).as_bytes()).unwrap();
}

/// Asserts that the machine answers.
fn ask(body: &str, machine: &dyn Machine, order: Order) -> Result<(), MachineError> {
    ran(body, machine);
    assert_eq!(machine.obey(order)?, 42);
    Ok(())
}

/// The machine's answer, for a comparison.
fn answer(body: &str, machine: &dyn Machine, order: Order) -> Result<Vec<i64>, MachineError> {
    ran(body, machine);
    Ok(vec![7, machine.obey(order)?])
}

#[conformance]
fn agrees(machine: &dyn Machine) -> Result<(), MachineError> {
    ask("agrees", machine, Order::Answer)
}

mod unexcused {
    use super::*;

    #[conformance(backends("reference", "faulty"))]
    fn panics(machine: &dyn Machine) {
        ran("unexcused::panics", machine);
        assert_eq!(machine.name(), "reference", "an assertion that nothing excuses");
    }

    #[conformance(backends("reference", "faulty"))]
    fn errs(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("unexcused::errs", machine, Order::Fail)
    }

    #[backend_matrix]
    fn mismatches(machine: &dyn Machine) -> Result<Vec<i64>, MachineError> {
        answer("unexcused::mismatches", machine, Order::Miscount)
    }

    #[conformance(backends("reference", "faulty"))]
    fn is_missing(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("unexcused::is_missing", machine, Order::Unknown)
    }

    #[backend_matrix(backends("faulty"))]
    fn agrees(machine: &dyn Machine) -> Result<Vec<i64>, MachineError> {
        answer("unexcused::agrees", machine, Order::Answer)
    }
}

mod skips {
    use super::*;

    #[conformance(uses = "impossible")]
    fn impossible(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("skips::impossible", machine, Order::Panic)
    }

    #[conformance(uses = "possible", backends("faulty"))]
    fn possible(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("skips::possible", machine, Order::Answer)
    }

    #[conformance(uses("known_error", "impossible"), backends("faulty"))]
    fn beat_expected_failures(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("skips::beat_expected_failures", machine, Order::Fail)
    }
}

mod expected {
    use super::*;

    #[conformance(uses = "known_error", backends("reference", "faulty"))]
    fn error(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("expected::error", machine, Order::Fail)
    }

    #[conformance(uses = "known_panic", backends("faulty"))]
    fn panic(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("expected::panic", machine, Order::Panic)
    }

    #[backend_matrix(uses = "known_mismatch", backends("faulty"))]
    fn mismatch(machine: &dyn Machine) -> Result<Vec<i64>, MachineError> {
        answer("expected::mismatch", machine, Order::Miscount)
    }

    #[conformance(uses = "known_text", backends("faulty"))]
    fn text(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("expected::text", machine, Order::Fail)
    }

    #[conformance(uses = "known_somehow", backends("faulty"))]
    fn somehow(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("expected::somehow", machine, Order::Panic)
    }
}

mod outdated {
    use super::*;

    #[conformance(uses = "stale", backends("faulty"))]
    fn stale(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("outdated::stale", machine, Order::Answer)
    }

    #[conformance(uses = "too_wide", backends("faulty"), order(Answer, Fail))]
    fn too_wide(machine: &dyn Machine, order: Order) -> Result<(), MachineError> {
        let case = if order == Order::Fail { "fail" } else { "answer" };
        ask(&format!("outdated::too_wide::{case}"), machine, order)
    }

    #[conformance(uses = "wrong_kind", backends("faulty"))]
    fn wrong_kind(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("outdated::wrong_kind", machine, Order::Panic)
    }

    #[conformance(uses = "wrong_text", backends("faulty"))]
    fn wrong_text(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("outdated::wrong_text", machine, Order::Fail)
    }
}

mod inexcusable {
    use super::*;

    #[backend_matrix(uses = "baseline_panics", backends("faulty"))]
    fn baseline_panics(machine: &dyn Machine) -> Vec<i64> {
        ran("inexcusable::baseline_panics", machine);
        panic!("even the reference gives up")
    }

    #[backend_matrix(uses = "baseline_errs", backends("faulty"))]
    fn baseline_errs(machine: &dyn Machine) -> Result<Vec<i64>, MachineError> {
        ran("inexcusable::baseline_errs", machine);
        Err(MachineError::Torn)
    }

    #[conformance(uses = "unconstructible", backends("broken"))]
    fn constructor(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("inexcusable::constructor", machine, Order::Answer)
    }

    #[conformance(uses = "missing", backends("faulty"))]
    fn missing(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("inexcusable::missing", machine, Order::Unknown)
    }
}

crosscheck::main!();
