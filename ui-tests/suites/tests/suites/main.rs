//! What a test executable does, tried on the suites of `src/bin`: one executable, so that what waits does so at a time.

#[path = "../common/mod.rs"]
#[allow(dead_code, reason = "the test of rstest uses more of it")]
mod common;

mod again;
mod artifacts;
mod audits;
mod cases;
mod command_line;
mod comparisons;
#[cfg(unix)]
mod devices;
#[cfg(unix)]
mod ends;
#[cfg(unix)]
mod faults;
mod harness;
mod lies;
#[cfg(unix)]
mod lives;
mod markdown;
mod nothing;
mod pages;
#[cfg(unix)]
mod quiet;
mod rows;
#[cfg(unix)]
mod runner;
mod scalars;
mod strength;
#[cfg(unix)]
mod values;
