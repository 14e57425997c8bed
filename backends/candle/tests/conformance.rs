//! The published suites on candle, beside the backends that it comes with.

crosscheck::main!(crosscheck_kernel_suite, crosscheck_inference_suite, crosscheck_backends, crosscheck_candle);
