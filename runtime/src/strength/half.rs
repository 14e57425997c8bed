//! Numbers of 16 bits.

use half::{bf16, f16};

use super::corrupt::{FEW, floats};
use super::{Corrupt, Corruption};

floats! { f16, u16; bf16, u16; }
