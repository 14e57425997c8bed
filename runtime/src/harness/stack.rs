//! One size of stack for every body, whichever way it runs.

/// As large as that of a main thread where nothing else is set (bytes).
const SIZE: &str = "8388608";

/// What the standard library reads when it starts its first thread.
const VARIABLE: &str = "RUST_MIN_STACK";

/// Gives every thread that is started from now on a stack of this size, unless the user has chosen another one. To be called before
/// any thread is started.
pub(super) fn set() {
    if std::env::var_os(VARIABLE).is_none() {
        // SAFETY: it is the first thing that `main` does: nothing else reads or writes the environment yet.
        unsafe { std::env::set_var(VARIABLE, SIZE) };
    }
}

/// Runs something on a thread that has such a stack, and waits for it.
pub(super) fn on_a_thread<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        // It does what the main thread would do, under its name.
        let thread = std::thread::Builder::new().name("main".to_owned()).spawn_scoped(scope, run);
        let ended = thread.expect("the system starts a first thread").join();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
