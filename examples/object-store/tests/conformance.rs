//! Every check on every store.

crosscheck::main!(object_store_suite);
