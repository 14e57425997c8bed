//! The suite of `statistics` on its four backends.

crosscheck::main!(statistics);
