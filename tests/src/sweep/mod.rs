//! Sweeps: products of every operation with what changes the way that a backend takes through its code, from the number of
//! dimensions to the place in memory.
//!
//! `operation` is the table of operations and makes calls of them, `model` says what each gives. Nothing here is compared with
//! the reference, which is one more backend.

pub mod alias;
pub mod cache;
pub(crate) mod call;
pub(crate) mod function;
pub(crate) mod grid;
pub mod late;
pub mod mask;
mod model;
pub(crate) mod numbers;
pub mod one_sided;
mod operation;
pub mod rank;
pub mod regime;
pub(crate) mod specimen;
pub mod square;
pub mod view;
