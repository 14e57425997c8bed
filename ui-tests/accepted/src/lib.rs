//! What the compiler has to accept stands in `examples`, a program a case; `tests/accepted.rs` runs all of them.
