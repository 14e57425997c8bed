//! What candle cannot do on CPUs that round to bf16 by an instruction of their own.

use crosscheck::Debt::Upstream;
use crosscheck::Failure::Panic;
use crosscheck::{Action, xfail};
use crosscheck_backends::Kernels;

/// Whether candle rounds sums to bf16 by `vcvtneps2bf16`, which it does wherever the CPU has it.
fn rounds_by_instruction(_: &dyn Kernels) -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512bf16") && std::arch::is_x86_feature_detected!("avx512vl");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[crosscheck::exclusions(
    "candle",
    test = "special::arithmetic::add",
    case("bf16_zeros", "bf16_subnormals", "bf16_least"),
    applies_if = rounds_by_instruction
)]
const FLUSHED_SUMS: Action =
    xfail("sums are rounded to bf16 by vcvtneps2bf16 where the CPU has it, which takes subnormal numbers for 0")
        .because(Upstream)
        .by(Panic)
        .saying("0e0 instead of");

#[crosscheck::exclusions(
    "candle",
    test = "device::sums_and_products_of_special_values",
    case("bf16_zeros", "bf16_subnormals"),
    applies_if = rounds_by_instruction
)]
const FLUSHED_SUMS_OF_DEVICE: Action = FLUSHED_SUMS;

#[crosscheck::exclusions("candle", test = "sixteen::sums", case("bf16"), applies_if = rounds_by_instruction)]
const FLUSHED_SUMS_OF_SIXTEEN: Action = FLUSHED_SUMS;
