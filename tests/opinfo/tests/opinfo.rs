//! PyTorch's samples on every backend that is linked here.

crosscheck::main!(crosscheck_opinfo_suite, crosscheck_backends, crosscheck_candle);
