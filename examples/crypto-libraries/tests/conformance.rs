//! The vectors on the four libraries.

crosscheck::main!(crypto_libraries);
