//! Operands that are views of memory, in each layout, one by one and all together.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Kernels, Layout, Tensor};

use super::grid::{Grid, with};
use super::operation::{Operation, Types};
use crate::Checked;

/// Which operands of an operation are held in which layout.
#[derive(Clone, Copy, Debug)]
pub struct View {
    operation: Operation,
    types: Types,
    layout: Layout,
    /// All of them without a number.
    operand: Option<usize>,
}

const LAYOUTS: [Layout; 7] = [
    Layout::Transposed,
    Layout::Strided,
    Layout::Offset,
    Layout::Gaps,
    Layout::Permuted,
    Layout::Repeated,
    Layout::Reversed,
];

const SHAPES: [&[usize]; 7] = [&[7], &[3, 5], &[5, 2], &[1, 6], &[2, 3, 4], &[3, 1, 4], &[2, 4, 3, 5]];
const SHAPES_OF_NOTHING: [&[usize]; 6] = [&[0], &[0, 3], &[3, 0], &[2, 0, 3], &[0, 2, 3, 4], &[2, 4, 0, 3]];

fn name(layout: Layout) -> &'static str {
    match layout {
        Layout::RowMajor => "row_major",
        Layout::Transposed => "transposed",
        Layout::Strided => "strided",
        Layout::Offset => "offset",
        Layout::Gaps => "gaps",
        Layout::Permuted => "permuted",
        Layout::Repeated => "repeated",
        Layout::Reversed => "reversed",
    }
}

/// How many operands an operation has.
fn operands(operation: Operation) -> usize {
    match operation {
        Operation::Binary(_)
        | Operation::Matmul
        | Operation::RmsNorm
        | Operation::Embedding
        | Operation::SliceAt
        | Operation::TakeAlongAxis
        | Operation::Dequantize => 2,
        Operation::Select | Operation::LayerNorm | Operation::UpdateAt | Operation::QuantizedMatmul => 3,
        Operation::Attention => 4,
        Operation::Concatenate => 6,
        _ => 1,
    }
}

fn views() -> Vec<Case<View>> {
    Operation::cases(|operation, types| {
        let of_layout = |layout| {
            let count = operands(operation);
            let each = (0..count).filter(move |_| count > 1).map(Some);
            each.chain([None]).map(move |operand| {
                let which = operand.map_or("all".to_owned(), |at: usize| at.to_string());
                (format!("{}_{which}", name(layout)), View { operation, types, layout, operand })
            })
        };
        LAYOUTS.into_iter().flat_map(of_layout).collect()
    })
}

fn views_of_nothing() -> Vec<Case<View>> {
    Operation::cases(|operation, types| {
        let of_layout = |layout| (name(layout).to_owned(), View { operation, types, layout, operand: None });
        LAYOUTS.into_iter().map(of_layout).collect()
    })
}

/// The tensor in this layout; what is held once is made the same along the first axis that has several elements.
fn placed(x: &Tensor, layout: Layout) -> Checked<Tensor> {
    let along = x.shape().iter().position(|length| *length > 1);
    let x = match along.filter(|_| layout == Layout::Repeated) {
        Some(axis) => {
            let grid = Grid::of(x);
            // The least of them, which as a position is valid wherever one of them is.
            let least = |index: &[usize]| {
                (0..x.shape()[axis]).map(|at| grid.at(&with(index, axis, at))).fold(f64::INFINITY, f64::min)
            };
            Grid::make(x.shape(), least).tensor(x.dtype())?
        }
        None => x.clone(),
    };
    Ok(x.with_layout(layout))
}

fn assert_holds_of(kernels: &dyn Kernels, view: &View, shapes: &[&[usize]]) -> Checked {
    let View { operation, types, layout, operand } = *view;
    for dtype in types.dtypes() {
        for shape in shapes.iter().filter(|shape| operation.ranks().contains(&shape.len())) {
            for mut specimen in operation.specimens(shape, *dtype)? {
                for (at, x) in specimen.operands.iter_mut().enumerate() {
                    if operand.is_none_or(|operand| operand == at) {
                        *x = placed(x, layout)?;
                    }
                }
                specimen.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

#[conformance(cases(views), uses = "strided_inputs")]
pub fn of_each_layout(kernels: &dyn Kernels, case: &View) -> Checked {
    assert_holds_of(kernels, case, &SHAPES)
}

#[conformance(cases(views_of_nothing), uses("strided_inputs", "empty_tensors"))]
pub fn of_nothing_in_each_layout(kernels: &dyn Kernels, case: &View) -> Checked {
    assert_holds_of(kernels, case, &SHAPES_OF_NOTHING)
}
