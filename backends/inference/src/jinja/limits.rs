//! What a template may take: it comes out of a file that somebody else made.

use std::time::Duration;

/// The stack of the thread that renders. Only what is used of it takes memory.
pub(super) const STACK: usize = 128 << 20;

/// How much of everything there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// How many bytes a template may have. The longest that are known have a few ten thousand.
    pub source: usize,
    /// How many levels of parentheses, operators without a left side and blocks may be in one another.
    pub nesting: usize,
    /// How deep an expression may be, to which each operator and each filter of a chain adds a level.
    pub expression: usize,
    /// How deep lists, dictionaries and namespaces may be in one another.
    pub value: usize,
    /// How many calls, blocks and levels of expressions may wait for one another at a time.
    pub calls: usize,
    /// How many bytes a text may have, and with it what is rendered.
    pub text: usize,
    /// How many elements a list may have.
    pub elements: usize,
    /// How many elements a range may have; the number is that of Jinja's sandbox.
    pub range: usize,
    /// How many bytes all values may have at a time, with the messages.
    pub memory: usize,
    /// How many steps a template may take. A message takes about a hundred.
    pub steps: u64,
    /// How long a template may take, where steps are slow.
    pub time: Duration,
}

pub(super) const DEFAULT: Limits = Limits {
    source: 256 << 10,
    nesting: 100,
    expression: 500,
    value: 100,
    calls: 2000,
    text: 16 << 20,
    elements: 1 << 20,
    range: 100_000,
    memory: 256 << 20,
    steps: 2_000_000,
    time: Duration::from_secs(20),
};

/// Those that hold on this thread.
#[cfg(not(test))]
pub(super) fn get() -> &'static Limits {
    &DEFAULT
}

/// Those that hold on this thread, which a test can make smaller: to meet the others takes seconds.
#[cfg(test)]
pub(super) fn get() -> Limits {
    tests::CURRENT.get()
}

/// Runs on a thread what another thread's limits hold for.
#[cfg(not(test))]
pub(super) fn inherit<T>(run: impl FnOnce() -> T) -> impl FnOnce() -> T {
    run
}

#[cfg(test)]
pub(super) fn inherit<T>(run: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let limits = get();
    move || tests::with(limits, run)
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::{DEFAULT, Limits};

    thread_local! {
        pub(super) static CURRENT: Cell<Limits> = const { Cell::new(DEFAULT) };
    }

    /// Runs with other limits.
    pub fn with<T>(limits: Limits, run: impl FnOnce() -> T) -> T {
        let before = CURRENT.replace(limits);
        let made = run();
        CURRENT.set(before);
        made
    }
}
