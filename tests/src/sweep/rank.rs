//! From no dimension to ten, every operation that takes any.

use crosscheck::{Case, conformance};
use crosscheck_backends::Kernels;

use super::operation::{Operation, Types};
use crate::Checked;

/// An operation on a tensor of so many dimensions.
#[derive(Clone, Copy, Debug)]
pub struct Ranked {
    operation: Operation,
    types: Types,
    rank: usize,
}

/// Shapes whose neighbouring lengths differ; those of many dimensions have axes of one element.
const SHAPES: [&[usize]; 11] = [
    &[],
    &[5],
    &[3, 4],
    &[2, 3, 4],
    &[2, 3, 4, 3],
    &[2, 3, 2, 3, 2],
    &[2, 1, 3, 2, 3, 2],
    &[2, 1, 2, 3, 1, 2, 3],
    &[1, 2, 3, 1, 2, 1, 3, 2],
    &[2, 1, 2, 1, 3, 1, 2, 1, 3],
    &[1, 2, 1, 3, 1, 2, 1, 2, 1, 3],
];

fn ranks() -> Vec<Case<Ranked>> {
    Operation::cases(|operation, types| {
        let of_rank = |rank| (format!("rank_{rank}"), Ranked { operation, types, rank });
        operation.ranks().map(of_rank).collect()
    })
}

#[conformance(cases(ranks))]
pub fn of_any_rank(kernels: &dyn Kernels, case: &Ranked) -> Checked {
    for dtype in case.types.dtypes() {
        for specimen in case.operation.specimens(SHAPES[case.rank], *dtype)? {
            specimen.assert_holds(kernels)?;
        }
    }
    Ok(())
}
