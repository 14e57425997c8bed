//! The suite on every backend that is linked here.

crosscheck::main!(crosscheck_backends, crosscheck_inference_suite);
