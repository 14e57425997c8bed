//! Special values, as one product with every operation: operation × type × kind of value.
//!
//! What is expected is worked out here, in 64-bit floats and by rules of its own, so that the reference is under test as well.
//! The kinds of values are an axis, so that a row can name the one at which a backend fails.

pub mod arithmetic;
pub mod attention;
pub mod cast;
pub mod comparison;
pub mod function;
pub mod integer;
pub mod lane;
pub mod layer;
pub mod movement;
pub mod round;
pub(crate) mod rule;
pub mod value;
