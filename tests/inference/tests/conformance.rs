//! The suite on every backend that is linked here.

crosscheck::main!(
    crosscheck_backends, crosscheck_inference_suite;
    partial = "what the backends' other rows are about is in the kernel suite"
);
