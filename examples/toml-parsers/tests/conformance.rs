//! The corpus on the four parsers.

crosscheck::main!(toml_parsers);
