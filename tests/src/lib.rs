//! The conformance suite of [`Kernels`](crosscheck_backends::Kernels), one module a family of kernels.
//!
//! A crate with a backend of its own names this one in its `crosscheck::main!` and gets every check. Where a test returns a
//! value, crosscheck compares it with the reference's; where it asserts, the expected values were worked out by hand or
//! follow from the kernel's definition. Random inputs are the same in every run and on every platform, until `--seed` draws
//! others. The suite of the inference runtime is a crate of its own,
//! `crosscheck-inference-suite`.
//!
//! The checks are public, so that a row of the exclusion matrix may name one by its path (`test = …`).
#![expect(missing_docs, reason = "what a check is called says what it checks")]

pub mod activation;
pub mod argmax;
pub mod argmin;
pub mod attention;
pub mod axes;
mod budget;
pub mod cast;
pub mod comparison;
mod data;
pub mod device;
pub mod earlier_calls;
pub mod elementwise;
pub mod embedding;
pub mod extent;
pub mod functions;
pub mod gather;
pub mod golden;
#[doc(hidden)]
pub mod law;
pub mod laws;
pub mod layout;
pub mod matmul;
pub mod norm;
pub mod number;
pub mod onnx;
pub mod parameter;
#[doc(hidden)]
pub mod program;
pub mod quantization;
pub mod reduction;
pub mod refusal;
pub mod rope;
pub mod same_operand;
pub mod setting;
pub mod sixteen;
pub mod slice;
pub mod softmax;
pub mod special;
pub mod strided;
pub mod sweep;
pub mod threads;
pub mod top_k;
pub mod update;
pub mod verbatim;
pub mod wrong;

/// What the checks return.
pub type Checked<T = ()> = Result<T, crosscheck_backends::KernelError>;
