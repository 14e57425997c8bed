//! Every check on every backend.

crosscheck::main!(from_pytest);
