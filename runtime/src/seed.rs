//! The seed of random inputs.

use std::cell::Cell;

thread_local! {
    static SEED: Cell<Seed> = const { Cell::new(Seed { value: 0, asked: false }) };
}

#[derive(Clone, Copy)]
struct Seed {
    value: u64,
    /// Whether the body has asked for it.
    #[cfg_attr(not(feature = "harness"), expect(dead_code, reason = "whoever runs the checks wants to know"))]
    asked: bool,
}

/// The seed for the random inputs of the check that runs on this thread.
///
/// It is made of the names of the test and of the values of its axes: the same on every backend, in every run and on every
/// platform, and another one for each case. What fails says which it was; `--seed N` gives all cases other ones, to look
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
    SEED.set(Seed { asked: true, ..seed });
    seed.value
}

/// Runs a body with this seed; the seed comes back if it asked for it.
#[cfg(feature = "harness")]
pub(crate) fn with<T>(value: u64, body: impl FnOnce() -> T) -> (T, Option<u64>) {
    struct Restore(Seed);
    impl Drop for Restore {
        fn drop(&mut self) {
            SEED.set(self.0);
        }
    }
    let _restore = Restore(SEED.replace(Seed { value, asked: false }));
    let returned = body();
    (returned, SEED.get().asked.then_some(value))
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_inside_only_and_whether_it_was_asked_for() {
        assert_eq!(with(7, || ()), ((), None));
        assert_eq!(with(7, seed), (7, Some(7)));
        // What is inside is another check.
        assert_eq!(with(7, || with(8, seed).0), (8, None));
        assert!(std::panic::catch_unwind(|| with(7, || panic!("on purpose"))).is_err());
        assert_eq!(seed(), 0);
    }
}
