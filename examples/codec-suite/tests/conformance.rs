//! The suite on its own reference: what every implementation has to pass, its author has to pass too.

crosscheck::main!(codec_suite; partial = "no other backend is linked here");
