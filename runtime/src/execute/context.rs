//! What a body may know of the cell that it runs for. It is known inside of the body only, on the thread that runs it.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{Location, resume_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
#[cfg(feature = "harness")]
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::LocalKey,
};

thread_local! {
    static SEED: Cell<Seed> = const { Cell::new(Seed { value: 0, is_used: false }) };
    static BODY: Cell<Body> = const { Cell::new(Body::NONE) };
    /// What the backend implements on which this thread runs a body; `None` where nothing says so.
    static IMPLEMENTED: Cell<Option<Implemented>> = const { Cell::new(None) };
    /// Who is told of the phases of the check that this thread runs.
    static ANNOUNCE: RefCell<Option<Announce>> = const { RefCell::new(None) };
}

/// The body that this thread runs. All of it in one place, because a debug build takes long to find each.
#[derive(Clone, Copy)]
struct Body {
    #[cfg_attr(not(feature = "harness"), expect(dead_code, reason = "only the harness asks for phases"))]
    phase: Phase,
    /// Whether it has checked anything; `None` where this thread runs none.
    has_checked: Option<bool>,
    is_expected_to_fail: bool,
    /// Whether somebody is told of its phases.
    is_announced: bool,
}

impl Body {
    const NONE: Self = Self { phase: Phase::Body, has_checked: None, is_expected_to_fail: false, is_announced: false };
}

/// How often something was checked on threads that run no body: those that a body has started.
static CHECKED_ELSEWHERE: AtomicU64 = AtomicU64::new(0);
/// Where that was, as file and line, and how often something had been when it was last there.
static ELSEWHERE: Mutex<BTreeMap<Place, u64>> = Mutex::new(BTreeMap::new());

/// The file and the line of the attribute that has marked an assertion.
pub(crate) type Place = (&'static str, u32);

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Its fixtures and the values of its case are made, for which no row is to blame.
    SetUp,
    /// What happens now is the backend's.
    Body,
}

/// What is called when a check enters a phase.
pub(crate) type Announce = Rc<dyn Fn(Phase)>;

#[derive(Clone, Copy)]
struct Seed {
    value: u64,
    /// Whether the body has asked for it.
    #[cfg_attr(not(feature = "harness"), expect(dead_code, reason = "only the harness reports seeds"))]
    is_used: bool,
}

/// A contract, and the functions of it that a backend implements.
type Implemented = (TypeId, &'static [&'static str]);

/// The seed for the random inputs of the check that runs on this thread.
///
/// It is made of the names of the test and of the values of its axes: the same on every backend, in every run and on every
/// platform, and another one for each case. A failure prints it; `--seed N` gives every case another one, to look
/// further than the same inputs every day. Outside of a check it is 0.
///
/// ```
/// use rand::{RngExt, SeedableRng};
///
/// let mut generator = rand_pcg::Pcg64::seed_from_u64(crosscheck::seed());
/// let input: f32 = generator.random();
/// # let _ = input;
/// ```
pub fn seed() -> u64 {
    let seed = SEED.get();
    SEED.set(Seed { is_used: true, ..seed });
    seed.value
}

/// Whether the exclusion matrix expects the check that runs on this thread to fail.
///
/// For code that searches for counterexamples: one that is already known need not be made small. What a check asserts must
/// not depend on it.
pub fn is_expected_to_fail() -> bool {
    BODY.get().is_expected_to_fail
}

/// What the attributes put in front of each assertion: the running check has checked something.
///
/// On a thread that a body has started it is not known whose: it counts for those checks that run meanwhile and have it in their body, or,
/// where it is in a helper, for all of them.
#[track_caller]
pub fn reached() {
    // A destructor may run when there is nothing left to count with.
    let is_known = BODY.try_with(|running| {
        let body = running.get();
        if body.has_checked == Some(false) {
            running.set(Body { has_checked: Some(true), ..body });
        }
        body.has_checked.is_some()
    });
    if !is_known.unwrap_or_default() {
        let place = Location::caller();
        let mut places = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
        let count = CHECKED_ELSEWHERE.fetch_add(1, Ordering::Relaxed) + 1;
        places.insert((place.file(), place.line()), count);
    }
}

/// A default body was reached on a backend that does not implement the function.
#[derive(Clone, Copy, Debug)]
pub struct DefaultBody(pub &'static str);

/// What `#[crosscheck::contract]` puts in front of each default body: it ends the running check where the backend is known
/// not to implement the function, so that no check compares the default with itself.
pub fn default_body<S: ?Sized + 'static>(function: &'static str) {
    if let Some((subject, functions)) = IMPLEMENTED.get()
        && subject == TypeId::of::<S>()
        && !functions.contains(&function)
    {
        // Not a panic of the body's: no hook is to print it.
        resume_unwind(Box::new(DefaultBody(function)));
    }
}

/// What the expansion puts in front of the fixtures and values that rstest makes.
pub fn set_up_begins() {
    enter(Phase::SetUp);
}

/// What the expansion puts behind them.
pub fn set_up_ends() {
    enter(Phase::Body);
}

fn enter(phase: Phase) {
    let body = BODY.get();
    BODY.set(Body { phase, ..body });
    let announce = if body.is_announced { ANNOUNCE.with_borrow(Clone::clone) } else { None };
    announce.into_iter().for_each(|announce| announce(phase));
}

/// What is known of a body that has ended.
#[cfg(feature = "harness")]
pub(crate) struct Ended<T> {
    pub(crate) returned: T,
    /// The phase that it ended in.
    pub(crate) phase: Phase,
    /// Whether it has checked anything on its own thread.
    pub(crate) has_checked: bool,
    /// Where something was checked meanwhile on threads that run no body.
    pub(crate) elsewhere: Vec<Place>,
}

/// Runs a body that must not unwind, which the matrix expects to fail or not, and tells `announce` of its phases.
#[cfg(feature = "harness")]
pub(crate) fn with_body<T>(
    announce: Option<&Announce>,
    is_expected_to_fail: bool,
    body: impl FnOnce() -> T,
) -> Ended<T> {
    let elsewhere = CHECKED_ELSEWHERE.load(Ordering::Relaxed);
    let is_announced = announce.is_some();
    let own = Body { has_checked: Some(false), is_expected_to_fail, is_announced, ..Body::NONE };
    let outer = BODY.replace(own);
    let told = announce.map(|announce| ANNOUNCE.replace(Some(Rc::clone(announce))));
    let returned = body();
    if let Some(outer) = told {
        ANNOUNCE.set(outer);
    }
    let Body { phase, has_checked, .. } = BODY.replace(outer);
    let has_checked = has_checked == Some(true);
    let is_elsewhere = !has_checked && CHECKED_ELSEWHERE.load(Ordering::Relaxed) != elsewhere;
    let elsewhere = if is_elsewhere { checked_since(elsewhere) } else { Vec::new() };
    Ended { returned, phase, has_checked, elsewhere }
}

/// Where something was checked on threads that run no body, after so many times.
#[cfg(feature = "harness")]
fn checked_since(count: u64) -> Vec<Place> {
    let places = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
    places.iter().filter(|(_, last)| **last > count).map(|(place, _)| *place).collect()
}

/// Puts a value back when it is dropped, after a panic too.
#[cfg(feature = "harness")]
struct Restore<T: Copy + 'static> {
    local: &'static LocalKey<Cell<T>>,
    before: T,
}

#[cfg(feature = "harness")]
impl<T: Copy> Drop for Restore<T> {
    fn drop(&mut self) {
        self.local.set(self.before);
    }
}

/// Sets a value until the guard is dropped.
#[cfg(feature = "harness")]
fn set<T: Copy>(local: &'static LocalKey<Cell<T>>, value: T) -> Restore<T> {
    Restore { local, before: local.replace(value) }
}

/// Runs a body with this seed, and returns the seed too if the body asked for it.
#[cfg(feature = "harness")]
pub(crate) fn with_seed<T>(value: u64, body: impl FnOnce() -> T) -> (T, Option<u64>) {
    let _restore = set(&SEED, Seed { value, is_used: false });
    let returned = body();
    (returned, SEED.get().is_used.then_some(value))
}

/// Runs a body on a backend that implements these functions of the contract `subject`; `None` where nothing says so.
///
/// # Errors
/// The function whose default body ended `body`.
#[cfg(feature = "harness")]
pub(crate) fn with_implemented<T>(
    subject: TypeId,
    implements: Option<&'static [&'static str]>,
    body: impl FnOnce() -> T,
) -> Result<T, DefaultBody> {
    let _restore = set(&IMPLEMENTED, implements.map(|functions| (subject, functions)));
    if implements.is_none() {
        return Ok(body());
    }
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| match payload.downcast_ref() {
        Some(default_body) => *default_body,
        None => resume_unwind(payload),
    })
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_known_inside_only_and_whether_it_was_used() {
        assert_eq!(with_seed(7, || ()), ((), None));
        assert_eq!(with_seed(7, seed), (7, Some(7)));
        // What is inside is another check.
        assert_eq!(with_seed(7, || with_seed(8, seed).0), (8, None));
        // Another scope inside of it changes nothing.
        assert_eq!(with_seed(7, || with_body(None, true, seed).returned), (7, Some(7)));
        assert!(catch_unwind(|| with_seed(7, || panic!("on purpose"))).is_err());
        assert_eq!(seed(), 0);
    }

    #[test]
    fn an_expectation_is_known_inside_only_and_gone_after_a_panic() {
        assert!(!is_expected_to_fail());
        let of = |expected: bool, body: fn() -> bool| with_body(None, expected, || catch_unwind(body));
        let inside = of(true, || with_body(None, false, || !is_expected_to_fail()).returned && is_expected_to_fail());
        assert!(inside.returned.unwrap());
        assert!(of(true, || panic!("on purpose")).returned.is_err());
        assert!(!is_expected_to_fail());
    }

    #[test]
    fn what_is_checked_counts_for_the_body_that_checks_it_and_has_a_place_where_that_is_not_known() {
        let has_checked = |body: &dyn Fn()| with_body(None, false, body).has_checked;
        assert!(!has_checked(&|| ()));
        assert!(has_checked(&reached));
        // What is inside is another check.
        assert!(!has_checked(&|| assert!(with_body(None, false, reached).has_checked)));
        // Other tests reach something meanwhile too.
        let on_another_thread = |what: fn(), line: u32| {
            let ended = with_body(None, false, || std::thread::spawn(what).join().unwrap());
            assert!(!ended.has_checked);
            ended.elsewhere.contains(&(file!(), line))
        };
        let (there, line) = (|| reached(), line!());
        assert!(on_another_thread(there, line));
        assert!(!on_another_thread(|| (), line), "it was before");
        assert!(on_another_thread(there, line), "it is again");
        let (own, line) = (|| assert!(with_body(None, false, || reached()).has_checked), line!());
        assert!(!on_another_thread(own, line), "a check on another thread is its own");
        assert!(with_body(None, false, || catch_unwind(|| panic!("on purpose"))).returned.is_err());
        assert_eq!(BODY.get().has_checked, None);
    }

    #[test]
    fn a_check_is_set_up_until_its_body_begins_and_only_its_own_phases_are_told() {
        let told = Rc::new(RefCell::new(Vec::new()));
        let announce: Announce = Rc::new({
            let told = Rc::clone(&told);
            move |phase| told.borrow_mut().push(phase)
        });
        let caught = |body: fn()| {
            let ended = with_body(Some(&announce), false, || catch_unwind(body).is_err());
            (ended.returned, ended.phase)
        };
        assert_eq!(caught(|| ()), (false, Phase::Body));
        assert_eq!(told.take(), []);
        let fixture_fails = || {
            set_up_begins();
            panic!("on purpose");
        };
        assert_eq!(caught(fixture_fails), (true, Phase::SetUp));
        assert_eq!(told.take(), [Phase::SetUp]);
        let body_fails = || {
            set_up_begins();
            set_up_ends();
            // Another check's is another matter.
            assert_eq!(with_body(None, false, set_up_begins).phase, Phase::SetUp);
            panic!("on purpose");
        };
        assert_eq!(caught(body_fails), (true, Phase::Body));
        assert_eq!(told.take(), [Phase::SetUp, Phase::Body]);
        set_up_begins();
        assert_eq!(told.take(), []);
    }

    trait Ops {}
    trait Other {}

    fn is_run<S: ?Sized + 'static>(implements: Option<&'static [&'static str]>) -> bool {
        let mut reached = false;
        let ended = with_implemented(TypeId::of::<dyn Ops>(), implements, || {
            default_body::<S>("add");
            reached = true;
        });
        assert_eq!(ended.map_err(|DefaultBody(function)| function), if reached { Ok(()) } else { Err("add") });
        reached
    }

    #[test]
    fn a_default_body_runs_only_where_nothing_says_that_the_backend_lacks_it() {
        assert!(is_run::<dyn Ops>(None));
        assert!(is_run::<dyn Ops>(Some(&["add", "mul"])));
        assert!(!is_run::<dyn Ops>(Some(&["mul"])));
        assert!(is_run::<dyn Other>(Some(&["mul"])), "another contract's functions are its own");
        let panic = || with_implemented(TypeId::of::<dyn Ops>(), Some(&[]), || panic!("other")).is_ok();
        assert_eq!(catch_unwind(panic).unwrap_err().downcast_ref(), Some(&"other"));
        // Outside of a body there is no backend to lack it.
        default_body::<dyn Ops>("add");
    }
}
