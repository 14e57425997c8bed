//! Numbers of 16 bits.

use half::{bf16, f16};

use super::corrupt::floats;
use super::{Corrupt, Corruption};

const FEW: u8 = 4;

floats! { f16, u16; bf16, u16; }
