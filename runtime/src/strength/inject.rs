//! Which fault this process has, and what was seen of the functions meanwhile.
//!
//! A process runs one cell at a time here, on however many threads that calls.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Can, Corrupt, Fault};

/// A value that was seen, of a type that is known where it is used.
pub(super) type Kept = Box<dyn Any + Send>;

/// What is known of this process.
struct State {
    /// Whether a body runs: what is called on a backend outside of one is bookkeeping.
    is_inside: bool,
    does: Does,
    seen: Seen,
    /// What the faulty function was given or has returned, by what it is kept for.
    kept: BTreeMap<Fault, Kept>,
    /// An error of each type that was seen, by the name of the type. They outlive the fault.
    errors: BTreeMap<&'static str, Kept>,
}

/// What is done to the functions of the contract.
#[cfg_attr(
    not(all(feature = "harness", unix)),
    expect(dead_code, reason = "only the harness tries faults, where it has processes")
)]
enum Does {
    Nothing,
    /// It is noted which are called.
    Watch,
    /// This one is wrong.
    Fault(String, Fault),
}

/// What was seen while a body ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Seen {
    /// The functions that it called, and what can be wrong with them.
    pub(crate) called: BTreeMap<String, Can>,
    /// Those that were called outside of it.
    pub(crate) outside: BTreeSet<String>,
    /// Those of them that have returned an error.
    pub(crate) failed: Vec<String>,
    /// The types of errors of which one was kept.
    pub(crate) errors: Vec<String>,
    /// How often a fault changed anything.
    pub(crate) struck: u64,
}

static STATE: Mutex<State> = Mutex::new(State {
    is_inside: false,
    does: Does::Nothing,
    seen: Seen { called: BTreeMap::new(), outside: BTreeSet::new(), failed: Vec::new(), errors: Vec::new(), struck: 0 },
    kept: BTreeMap::new(),
    errors: BTreeMap::new(),
});

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on it is noted which functions are called.
#[cfg(all(feature = "harness", unix))]
pub(crate) fn watch() {
    let mut state = state();
    (state.does, state.seen) = (Does::Watch, Seen::default());
}

/// From now on this function is wrong in this way, and was not called yet.
#[cfg(all(feature = "harness", unix))]
pub(crate) fn arm(function: &str, fault: Fault) {
    let mut state = state();
    state.kept.clear();
    (state.does, state.seen) = (Does::Fault(function.to_owned(), fault), Seen::default());
}

/// Runs a body, which does not unwind: what it calls is seen, and wrong where a fault says so.
#[cfg(feature = "harness")]
pub(crate) fn within<T>(body: impl FnOnce() -> T) -> T {
    state().is_inside = true;
    let returned = body();
    state().is_inside = false;
    returned
}

/// What was seen since the fault was set.
#[cfg(all(feature = "harness", unix))]
pub(crate) fn seen() -> Seen {
    std::mem::take(&mut state().seen)
}

/// Whether an error of this type was seen in this process.
#[cfg(all(feature = "harness", unix))]
pub(crate) fn knows_error(name: &str) -> bool {
    state().errors.contains_key(name)
}

/// A function is called. What is wrong with it, where anything is done with it at all; a panic is done here.
pub fn enter(function: &'static str, can: impl FnOnce() -> Can) -> Option<Fault> {
    let mut state = state();
    if !state.is_inside {
        if matches!(state.does, Does::Watch) {
            state.seen.outside.insert(function.to_owned());
        }
        return None;
    }
    match &state.does {
        Does::Watch => {
            if !state.seen.called.contains_key(function) {
                state.seen.called.insert(function.to_owned(), can());
            }
            Some(Fault::Watched)
        }
        Does::Fault(faulty, fault) if faulty == function => {
            let fault = *fault;
            if fault == Fault::Panics {
                state.seen.struck += 1;
                drop(state);
                panic!("`{function}` panics, because `--strength` tries whether that is noticed");
            }
            Some(fault)
        }
        Does::Fault(..) | Does::Nothing => None,
    }
}

/// A fault has changed something.
pub fn strike() {
    state().seen.struck += 1;
}

/// A function that is watched has returned an error.
pub(super) fn failed(function: &'static str) {
    let mut state = state();
    if !state.seen.failed.iter().any(|known| known == function) {
        state.seen.failed.push(function.to_owned());
    }
}

/// An error was seen.
pub(super) fn keep_error<E: Corrupt>(error: &E) {
    let mut state = state();
    let name = std::any::type_name::<E>();
    state.errors.entry(name).or_insert_with(|| Box::new(error.clone()));
    if !state.seen.errors.iter().any(|known| known == name) {
        state.seen.errors.push(name.to_owned());
    }
}

/// An error that was seen.
pub(super) fn kept_error<E: Corrupt>() -> Option<E> {
    state().errors.get(std::any::type_name::<E>())?.downcast_ref::<E>().cloned()
}

/// What is kept for a fault, after it was made from what was kept before.
pub(super) fn with_kept<T>(fault: Fault, then: impl FnOnce(&mut Option<Kept>) -> T) -> T {
    let mut kept = state().kept.remove(&fault);
    let value = then(&mut kept);
    if let Some(kept) = kept {
        state().kept.insert(fault, kept);
    }
    value
}
