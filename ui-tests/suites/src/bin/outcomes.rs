//! A suite that misbehaves on purpose: every outcome occurs. What each cell comes to stands in `tests/common/model.rs`.

use std::fs::OpenOptions;
use std::io::Write;

use crosscheck::{Action, Carries, Debt, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

/// What a body asks of the machine; only the faulty one goes wrong at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Answer,
    Fail,
    Panic,
    Miscount,
    Unknown,
    Explode,
}

#[crosscheck::contract]
trait Machine: Send + Sync {
    fn name(&self) -> &'static str;
    fn obey(&self, order: Order) -> Result<i64, MachineError>;
    /// What a machine does that has no song of its own, which is nothing to check.
    fn sing(&self) -> Result<i64, MachineError> {
        Ok(42)
    }
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
    /// Skipped, by a row whose last day is over.
    Overdue,
    /// Fails as its row says, but the last day of that is over.
    Lapsed,
    /// Off by as much as its row says.
    KnownDistance,
    /// Off by more than its row says.
    GrownDistance,
    /// Ends the process.
    Deadly,
    /// Carried by one value of an axis.
    Torn,
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
    fn obey(&self, order: Order) -> Result<i64, MachineError> {
        match order {
            // It has no list of what it implements.
            Order::Unknown => Err(MachineError::NotImplemented("obey")),
            _ => Ok(42),
        }
    }
}

struct Faulty;

#[crosscheck::implements("faulty")]
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
            Order::Explode => std::process::abort(),
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
        Feature::KnownPanic => xfail("the cogs jam").because(Debt::Upstream).by(Failure::Panic),
        Feature::KnownMismatch => xfail("off by one").because(Debt::NotYet).by(Failure::Mismatch),
        Feature::KnownText => xfail("the belt is known").because(Debt::WontFix).saying("belt is torn"),
        Feature::KnownSomehow => xfail("something is wrong").because(Debt::Upstream).tracking("issue 7"),
        Feature::Stale => xfail("was wrong once").because(Debt::NotYet),
        Feature::TooWide => xfail("half of it is wrong").because(Debt::NotYet),
        Feature::WrongKind => xfail("the belt tears, or so we thought").because(Debt::NotYet).by(Failure::Error),
        Feature::WrongText => xfail("the axle bends, or so we thought").because(Debt::NotYet).saying("axle"),
        Feature::BaselinePanics | Feature::BaselineErrs => xfail("the baseline is no better").because(Debt::NotYet),
        Feature::Missing => xfail("nobody wrote it").because(Debt::NotYet),
        Feature::Overdue => skip("was to be mended by now").because(Debt::NotYet).until("2020-01-31"),
        Feature::Lapsed => xfail("the belt tears").because(Debt::Upstream).since("0.7").until("2020-01-31"),
        Feature::KnownDistance => xfail("a unit off").because(Debt::Upstream).ulps(0.0..=1.0).share(0.0..=0.5),
        Feature::GrownDistance => xfail("hardly off").because(Debt::Upstream).ulps(0.0..=0.5),
        Feature::Deadly => xfail("explodes").because(Debt::NotYet).by(Failure::Crash),
        Feature::Torn => xfail("fails").because(Debt::NotYet).by(Failure::Error),
        Feature::Unconstructible => RUN,
    }
}

#[crosscheck::exclusions("broken")]
const fn broken_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Unconstructible => xfail("arrives empty").because(Debt::NotYet),
        Feature::Impossible => skip("never opened").because(Debt::NotYet),
        _ => RUN,
    }
}

#[crosscheck::exclusions("absent")]
const fn absent_exclusions(feature: Feature) -> Action {
    match feature {
        Feature::Impossible => skip("not worth a delivery").because(Debt::WontFix),
        _ => RUN,
    }
}

impl Carries<Feature> for Order {
    fn features(&self) -> &'static [Feature] {
        if *self == Self::Fail { &[Feature::Torn] } else { &[] }
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

#[backend_matrix(backends("faulty"))]
fn agrees_with_anything(machine: &dyn Machine) -> Result<Vec<i64>, MachineError> {
    ran("agrees_with_anything", machine);
    Ok(vec![machine.obey(Order::Answer)? - 42; 3])
}

#[backend_matrix(backends("faulty"), expects_constant(reason = "an answer that is right is right by 0"))]
fn agrees_by_a_constant(machine: &dyn Machine) -> Result<Vec<i64>, MachineError> {
    ran("agrees_by_a_constant", machine);
    Ok(vec![machine.obey(Order::Answer)? - 42; 3])
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

    #[conformance(uses = "too_wide", backends("faulty"), fails(answer = false, fail = true))]
    fn too_wide(machine: &dyn Machine, fails: bool) -> Result<(), MachineError> {
        let (case, order) = if fails { ("fail", Order::Fail) } else { ("answer", Order::Answer) };
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

mod lacking {
    use super::*;

    #[conformance(of = "sing")]
    fn a_song(machine: &dyn Machine) -> Result<(), MachineError> {
        ran("lacking::a_song", machine);
        assert_eq!(machine.sing()?, 42);
        Ok(())
    }

    #[conformance(of = "obey")]
    fn a_song_on_the_way(machine: &dyn Machine) -> Result<(), MachineError> {
        ran("lacking::a_song_on_the_way", machine);
        assert_eq!(machine.obey(Order::Answer)?, machine.sing()?);
        Ok(())
    }

    /// Only the run can tell what a helper calls.
    #[conformance(of = "obey", backends("reference", "faulty"))]
    fn a_song_of_a_helper(machine: &dyn Machine) -> Result<(), MachineError> {
        ran("lacking::a_song_of_a_helper", machine);
        assert_sings(machine)
    }

    fn assert_sings(machine: &dyn Machine) -> Result<(), MachineError> {
        assert_eq!(machine.sing()?, 42);
        Ok(())
    }
}

mod overdue {
    use super::*;

    #[conformance(uses = "overdue", backends("faulty"))]
    fn skip(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("overdue::skip", machine, Order::Answer)
    }

    #[conformance(uses = "lapsed", backends("faulty"))]
    fn failure(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("overdue::failure", machine, Order::Fail)
    }
}

/// Off by a unit in the last place of 32 bits.
fn distance(body: &str, machine: &dyn Machine) -> Result<Vec<f32>, MachineError> {
    ran(body, machine);
    let off = 42 - machine.obey(Order::Miscount)?;
    Ok(vec![1.0, 1e9 + 64.0 * off as f32])
}

#[conformance(uses = "deadly")]
mod signature {
    use super::*;

    #[conformance(backends("faulty"))]
    fn deadly(machine: &dyn Machine) -> Result<(), MachineError> {
        ask("signature::deadly", machine, Order::Explode)
    }
}

mod distances {
    use super::*;

    #[backend_matrix(uses = "known_distance", backends("faulty"), tolerance(rtol = 0.0, atol = 0.0, reason = "exact"))]
    fn known(machine: &dyn Machine) -> Result<Vec<f32>, MachineError> {
        distance("distances::known", machine)
    }

    #[backend_matrix(uses = "grown_distance", backends("faulty"), tolerance(rtol = 0.0, atol = 0.0, reason = "exact"))]
    fn grown(machine: &dyn Machine) -> Result<Vec<f32>, MachineError> {
        distance("distances::grown", machine)
    }
}

#[backend_matrix(
    backends("faulty"),
    tolerance(rtol = 0.0, atol = 0.0, reason = "exact"),
    scale(strict = 1.0, lenient = 2.0 tolerance(rtol = 1e-6, atol = 0.0, reason = "a unit"))
)]
fn a_value_sets_the_tolerance(machine: &dyn Machine, scale: f32) -> Result<Vec<f32>, MachineError> {
    let case = if scale == 1.0 { "strict" } else { "lenient" };
    Ok(distance(&format!("a_value_sets_the_tolerance::{case}"), machine)?.iter().map(|value| value * scale).collect())
}

mod carried {
    use super::*;

    #[conformance(backends("faulty"), order(Answer, Fail))]
    fn by_the_type(machine: &dyn Machine, order: Order) -> Result<(), MachineError> {
        let case = if order == Order::Fail { "fail" } else { "answer" };
        ask(&format!("carried::by_the_type::{case}"), machine, order)
    }

    #[conformance(backends("faulty"), step(0, 1 uses("torn", "known_error")))]
    fn by_the_annotation(machine: &dyn Machine, step: usize) -> Result<(), MachineError> {
        let order = [Order::Answer, Order::Fail][step];
        ask(&format!("carried::by_the_annotation::step_{step}"), machine, order)
    }
}

crosscheck::main!();
