//! The crates, and what each does otherwise.

mod average;
mod ndarray;
mod reference;
mod statrs;
