//! The suite of a contract that is a crate of its own.

use crosscheck::backend_matrix;

#[backend_matrix(uses = "great")]
pub fn of_great_numbers(adds: &dyn adds::Adds) -> u32 {
    adds.add(u32::MAX - 1, 1)
}
