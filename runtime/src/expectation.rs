//! What a body may know of what is expected of it.

use std::cell::Cell;

thread_local! {
    static FAILURE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the exclusion matrix expects the check that runs on this thread to fail.
///
/// For those who look for counterexamples: one that is known to be there need not be made small. What a check asserts must
/// not depend on it.
pub fn is_expected_to_fail() -> bool {
    FAILURE.get()
}

/// Runs a body of which this is expected.
#[cfg(feature = "harness")]
pub(crate) fn with<T>(failure: bool, body: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            FAILURE.set(self.0);
        }
    }
    let _restore = Restore(FAILURE.replace(failure));
    body()
}

#[cfg(all(test, feature = "harness"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_inside_only_and_forgotten_also_after_a_panic() {
        assert!(!is_expected_to_fail());
        assert!(with(true, || with(false, || !is_expected_to_fail()) && is_expected_to_fail()));
        assert!(std::panic::catch_unwind(|| with(true, || panic!("on purpose"))).is_err());
        assert!(!is_expected_to_fail());
    }
}
