//! One size of stack for every body, whichever way it runs: that of the standard library's threads, 2 MiB unless `RUST_MIN_STACK`
//! says otherwise. A main thread has another one.

/// Runs something on a thread that has such a stack, and waits for it.
pub(super) fn on_a_thread<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        // It does what the main thread would do, under its name.
        let thread = std::thread::Builder::new().name("main".to_owned()).spawn_scoped(scope, run);
        let ended = thread.expect("the system starts a first thread").join();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
