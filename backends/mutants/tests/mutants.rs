//! The published suite on every mutant.

crosscheck::main!(crosscheck_backends, crosscheck_kernel_suite, crosscheck_mutants);
