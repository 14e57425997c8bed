//! The softmax of the README. All of it stands in `tests/conformance.rs`; in a library of your own, the contract and the backends
//! stand here.
