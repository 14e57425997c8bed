//! The suite of `json_parsers` on its three backends.

crosscheck::main!(json_parsers);
