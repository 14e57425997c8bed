//! What a template may take: it comes out of a file that somebody else made.

use std::time::Duration;

/// How many bytes a template may have. The longest that are known have a few ten thousand.
pub(super) const SOURCE: usize = 256 << 10;
/// How many levels of parentheses, operators without a left side and blocks may be in one another.
pub(super) const NESTING: usize = 100;
/// How deep an expression may be, to which each operator and each filter of a chain adds a level.
pub(super) const EXPRESSION: usize = 500;
/// How deep lists, dictionaries and namespaces may be in one another.
pub(super) const VALUE: usize = 100;
/// How many calls, blocks and levels of expressions may wait for one another at a time.
pub(super) const CALLS: usize = 2000;
/// How many bytes a text may have, and with it what is rendered.
pub(super) const TEXT: usize = 16 << 20;
/// How many elements a list may have.
pub(super) const ELEMENTS: usize = 1 << 20;
/// How many elements a range may have; the number is that of Jinja's sandbox.
pub(super) const RANGE: usize = 100_000;
/// How many bytes all values may have at a time, with the messages.
pub(super) const MEMORY: usize = 256 << 20;
/// How many steps a template may take. A message takes about a hundred. The tests meet this limit hundreds of times.
pub(super) const STEPS: u64 = if cfg!(test) { 1_000_000 } else { 2_000_000 };
/// How long a template may take, where steps are slow.
pub(super) const TIME: Duration = Duration::from_secs(20);
/// The stack of the thread that renders. Only what is used of it takes memory.
pub(super) const STACK: usize = 128 << 20;
