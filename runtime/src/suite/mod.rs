//! What is declared: typed (the subject, its features, the actions of a matrix), and as plain data.

pub mod action;
pub mod date;
pub mod expectation;
pub(crate) mod names;
pub mod row;
pub mod scope;
pub mod spec;
pub mod subject;
