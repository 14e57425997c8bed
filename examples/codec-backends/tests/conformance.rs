//! The published suite on these backends.

crosscheck::main!(codec_suite, codec_backends);
