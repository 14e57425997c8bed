//! Every check on every store.

crosscheck::main!(async_store);
