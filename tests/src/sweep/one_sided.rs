//! Lengths of 1 and 0, along some axes and not along others.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels};

use super::call::Call;
use super::function::{LANE, Operands};
use super::numbers::{distinct, divisors, steps};
use super::operation::{Operation, Types};
use super::specimen::Specimen;
use crate::Checked;
use crate::data::assert_refused;

const LENGTHS: [usize; 4] = [3, 4, 5, 2];

/// Shapes of up to four axes of which some, one at least, have this length.
fn shapes(length: usize) -> impl Iterator<Item = Vec<usize>> {
    let of_rank = move |rank: usize| {
        let of_axes = move |axes: usize| {
            let own = LENGTHS[..rank].iter().enumerate();
            own.map(|(axis, own)| if axes >> axis & 1 == 1 { length } else { *own }).collect()
        };
        (1..1 << rank).map(of_axes)
    };
    (1..=4).flat_map(of_rank)
}

fn operations() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| vec![("ones".to_owned(), (operation, types))])
}

fn operations_on_nothing() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| vec![("nothing".to_owned(), (operation, types))])
}

fn assert_holds_of(kernels: &dyn Kernels, (operation, types): &(Operation, Types), length: usize) -> Checked {
    for dtype in types.dtypes() {
        for shape in shapes(length).filter(|shape| operation.ranks().contains(&shape.len())) {
            for specimen in operation.specimens(&shape, *dtype)? {
                specimen.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

#[conformance(cases(operations))]
pub fn along_some_axes_is_one_element(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    assert_holds_of(kernels, case, 1)
}

#[conformance(cases(operations_on_nothing), uses = "empty_tensors")]
pub fn along_some_axes_is_no_element(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    assert_holds_of(kernels, case, 0)
}

/// Two shapes of three axes, each of which has one element in the first, in the second, in both or in none.
fn pairs() -> impl Iterator<Item = [Vec<usize>; 2]> {
    (0..64_usize).map(|code| {
        let one =
            |side: usize| (0..3).map(|axis| if code >> (2 * axis) >> side & 1 == 1 { 1 } else { axis + 2 }).collect();
        [one(0), one(1)]
    })
}

fn broadcasting() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| match operation {
        Operation::Binary(_) | Operation::Select | Operation::Matmul => {
            vec![("pairs".to_owned(), (operation, types))]
        }
        _ => Vec::new(),
    })
}

/// Every way in which one of two operands is repeated along an axis, and the other one along another.
#[conformance(cases(broadcasting))]
pub fn each_side_is_repeated_along_each_axis(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    for dtype in types.dtypes() {
        for [a, b] in pairs() {
            let some = |number, shape: &[usize], most| steps(number, shape, *dtype, most, 0.25);
            let (call, operands) = match operation {
                Operation::Binary(binary) => {
                    let most = if binary.of == Operands::Everything { 2 } else { 31 };
                    let second = match binary.of {
                        Operands::Divisors => divisors(2, &b, *dtype)?,
                        _ => some(2, &b, most)?,
                    };
                    (Call::Binary(binary), vec![some(1, &a, most)?, second])
                }
                Operation::Select => {
                    let condition = steps(3, &[a[0], b[1], 1], Dtype::Bool, 1, 1.0)?;
                    (Call::Select, vec![condition, distinct(1, &a, *dtype)?, distinct(2, &b, *dtype)?])
                }
                _ => {
                    let (a, b) = ([&a[..], &[2, 5]].concat(), [&b[..], &[5, 3]].concat());
                    (Call::Matmul, vec![steps(1, &a, *dtype, 2, 1.0)?, steps(2, &b, *dtype, 2, 1.0)?])
                }
            };
            Specimen { call, operands }.assert_holds(kernels)?;
        }
    }
    Ok(())
}

fn extremes() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| match operation {
        Operation::Lane(lane) if lane.refuses_nothing => vec![("nothing".to_owned(), (operation, types))],
        _ => Vec::new(),
    })
}

/// An axis without elements has no largest one, whether the others have elements or not.
#[conformance(cases(extremes), uses = "empty_tensors")]
pub fn the_extreme_of_nothing_is_refused(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    let lane = LANE.iter().find(|lane| lane.name == operation.name()).expect("it is one of them");
    for dtype in types.dtypes() {
        for shape in shapes(0) {
            for axis in (0..shape.len()).filter(|axis| shape[*axis] == 0) {
                let x = distinct(1, &shape, *dtype)?;
                assert_refused(lane.along(kernels, &x, axis), |error| matches!(error, KernelError::Shape { .. }))?;
            }
        }
    }
    Ok(())
}

fn asked_for_none() -> Vec<Case<(&'static str, usize)>> {
    let lengths = [("of_some", 4), ("of_nothing", 0)];
    lengths.into_iter().map(|(name, length)| Case::new(name, (name, length)).of("top_k")).collect()
}

#[conformance(cases(asked_for_none), uses = "empty_tensors")]
pub fn no_elements_are_the_largest_none(kernels: &dyn Kernels, case: &(&str, usize)) -> Checked {
    let (_, length) = *case;
    for (shape, axis) in [(vec![length], 0), (vec![2, length], 1), (vec![length, 3], 0), (vec![2, length, 3], 1)] {
        for dtype in [Dtype::F32, Dtype::F16, Dtype::I32] {
            let x = distinct(1, &shape, dtype)?;
            Specimen { call: Call::TopK { k: 0, axis }, operands: vec![x.clone()] }.assert_holds(kernels)?;
            let refused = kernels.top_k(&x, length + 1, axis);
            assert_refused(refused, |error| matches!(error, KernelError::Argument { .. }))?;
        }
    }
    Ok(())
}
