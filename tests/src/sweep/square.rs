//! Axes of equal length: whatever takes one axis for another gives something of the right shape.

use crosscheck::{Case, conformance};
use crosscheck_backends::Kernels;

use super::operation::{Operation, Types};
use crate::Checked;

/// Equal lengths, all of them or those of two axes.
const SHAPES: [&[usize]; 10] = [
    &[3, 3],
    &[4, 4],
    &[2, 2, 2],
    &[3, 3, 3],
    &[3, 3, 2],
    &[2, 3, 3],
    &[3, 2, 3],
    &[2, 2, 2, 2],
    &[2, 3, 3, 2],
    &[4, 4, 4, 4],
];

fn operations() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| vec![("square".to_owned(), (operation, types))])
}

#[conformance(cases(operations))]
pub fn axes_are_told_apart(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    for dtype in types.dtypes() {
        for shape in SHAPES.iter().filter(|shape| operation.ranks().contains(&shape.len())) {
            for specimen in operation.specimens(shape, *dtype)? {
                specimen.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

/// More axes than there are special cases for, all of them alike.
const DEEP: [&[usize]; 2] = [&[2, 2, 2, 2, 2, 2], &[2, 2, 2, 2, 2, 2, 2, 2]];

fn operations_along_axes() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| match operation {
        Operation::Lane(_)
        | Operation::Softmax
        | Operation::TopK
        | Operation::TakeAlongAxis
        | Operation::Concatenate
        | Operation::Transpose => vec![("deep".to_owned(), (operation, types))],
        _ => Vec::new(),
    })
}

#[conformance(cases(operations_along_axes))]
pub fn many_axes_are_told_apart(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    for shape in DEEP {
        for specimen in operation.specimens(shape, types.dtypes()[0])? {
            specimen.assert_holds(kernels)?;
        }
    }
    Ok(())
}
