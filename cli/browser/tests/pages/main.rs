//! The pages in a browser. `cargo xtask pages` runs these tests.

mod accessible;
mod hostile;
mod large;
mod pictures;
mod report;
