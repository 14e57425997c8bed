//! One tensor in place of two operands: what a kernel makes of it is what the formula says, also where a short cut would be right for
//! ordinary numbers only.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Dtype, Kernels};

use super::call::Call;
use super::function::{BINARY, Binary, Operands};
use super::grid::Grid;
use super::model;
use super::operation::{Operation, Types};
use crate::Checked;
use crate::special::rule::{assert_exact, nearest};
use crate::special::value::{Kind, holding};

/// Of which some have operands of equal shapes.
const SHAPES: [&[usize]; 7] = [&[], &[1], &[5], &[3, 3], &[3, 3, 3], &[2, 2, 2, 2], &[1, 2, 3, 3]];

fn operations() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| match operation {
        // Positions are integers, and of the shape of a start nothing else is.
        Operation::Embedding | Operation::TakeAlongAxis if types != Types::Whole => Vec::new(),
        Operation::Unary(_)
        | Operation::Lane(_)
        | Operation::Cast
        | Operation::Softmax
        | Operation::SliceAt
        | Operation::TopK
        | Operation::Rope
        | Operation::Transpose
        | Operation::BroadcastTo
        // Scales that are biases make sums that 16 bits do not tell apart.
        | Operation::QuantizedMatmul
        | Operation::Quantize => Vec::new(),
        _ => vec![("alias".to_owned(), (operation, types))],
    })
}

/// Each two operands of equal shapes and types are the same tensor: that of the later one, which may be of a kind of its own.
#[conformance(cases(operations))]
pub fn one_tensor_is_two_operands(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    for dtype in types.dtypes() {
        for shape in SHAPES.iter().filter(|shape| operation.ranks().contains(&shape.len())) {
            for specimen in operation.specimens(shape, *dtype)? {
                let count = specimen.operands.len();
                for (first, second) in (0..count).flat_map(|second| (0..second).map(move |first| (first, second))) {
                    let alike = |at: usize| (specimen.operands[at].shape(), specimen.operands[at].dtype());
                    if alike(first) != alike(second) {
                        continue;
                    }
                    let mut specimen = specimen.clone();
                    // Keys that are values would make logits that 16 bits do not tell apart.
                    let kept = if matches!(specimen.call, Call::Attention { .. }) { first } else { second };
                    let kept = specimen.operands[kept].clone();
                    (specimen.operands[first], specimen.operands[second]) = (kept.clone(), kept);
                    let grids: Vec<_> = specimen.operands.iter().map(Grid::of).collect();
                    let expected = model::expected(&specimen.call, &grids);
                    let one = |at: usize| &specimen.operands[if at == second { first } else { at }];
                    specimen.assert_gives_of(kernels, &(0..count).map(one).collect::<Vec<_>>(), &expected)?;
                }
            }
        }
    }
    Ok(())
}

fn of_special_values() -> Vec<Case<(&'static Binary, Dtype)>> {
    let dtypes = [Dtype::F32, Dtype::F64, Dtype::F16, Dtype::BF16];
    let of = |binary: &'static Binary| {
        dtypes.into_iter().map(move |dtype| {
            let case = Case::new(format!("{}/{dtype}", binary.name), (binary, dtype)).of(binary.name);
            if dtype == Dtype::F64 { case.marker("float64") } else { case }
        })
    };
    BINARY.iter().flat_map(of).collect()
}

/// NaN, infinities, and zeros of both signs among them: NaN is not equal to itself, and ∞ − ∞ is not 0.
#[conformance(cases(of_special_values))]
pub fn special_values_with_themselves(kernels: &dyn Kernels, case: &(&Binary, Dtype)) -> Checked {
    let (binary, dtype) = *case;
    let kinds = [Kind::Ordinary, Kind::Zeros, Kind::Largest, Kind::Infinities, Kind::Nans];
    let values: Vec<_> = kinds.into_iter().flat_map(|kind| kind.values(dtype)).collect();
    for shape in [vec![values.len()], vec![1, values.len()], vec![values.len(), 1, 1]] {
        let x = holding(&shape, dtype, &values)?;
        let rule = |x: f64| match binary.name {
            // The rule of the larger and the smaller of two is theirs, and the formula leaves NaN out.
            "maximum" | "minimum" => x,
            _ => (binary.formula)(x, x),
        };
        let made_of = if binary.of == Operands::Everything { Dtype::F64 } else { dtype };
        let expected: Vec<_> = values.iter().map(|x| nearest(made_of, rule(*x))).collect();
        assert_exact(&(binary.kernel)(kernels, &x, &x)?, &expected, |at| format!("{:e} and itself", values[at]));
    }
    Ok(())
}
