//! The types of elements.

use std::fmt;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// IEEE 754 binary64.
    F64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of a binary32 (8 bits of exponent, 7 of fraction).
    BF16,
    /// 64-bit integers, two's complement.
    I64,
    /// 32-bit integers, two's complement.
    I32,
    /// 8-bit integers, two's complement.
    I8,
    /// 8-bit integers without a sign.
    U8,
    /// Truth values.
    Bool,
}

impl Dtype {
    /// Whether the elements are floats.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16)
    }

    /// Whether the elements are floats or 32-bit integers, which is what the contract calls numbers: all kernels compute with
    /// these, and cast, compare, select and move other integers.
    pub const fn is_number(self) -> bool {
        self.is_float() || matches!(self, Self::I32)
    }

    /// The name, such as `bf16`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::I64 => "i64",
            Self::I32 => "i32",
            Self::I8 => "i8",
            Self::U8 => "u8",
            Self::Bool => "bool",
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
