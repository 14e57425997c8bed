//! Several axes of `sum`, `mean`, `max`, `min` and `logsumexp`, in any order, and whether they stay in the shape.

use crosscheck::{Case, backend_matrix, conformance};
use crosscheck_backends::{Axes, Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, assert_refused, of, positive, uniform};
use crate::sweep::call::{Call, Reduced};
use crate::sweep::function::{Lane, reductions, reductions_where};
use crate::sweep::grid::Grid;
use crate::sweep::numbers::{distinct, steps};
use crate::sweep::specimen::Specimen;

/// Every set of axes, in every order.
fn orders(rank: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    let mut longest = all.clone();
    for _ in 0..rank {
        let longer = |order: &Vec<usize>| {
            let others = (0..rank).filter(|axis| !order.contains(axis));
            others.map(|axis| [&order[..], &[axis]].concat()).collect::<Vec<_>>()
        };
        longest = longest.iter().flat_map(longer).collect();
        all.extend(longest.iter().cloned());
    }
    all
}

/// Every way to name axes.
fn every(rank: usize) -> impl Iterator<Item = Reduced> {
    let named = orders(rank).into_iter().map(Some).chain([None]);
    named.flat_map(|axes| [false, true].map(|kept| Reduced { axes: axes.clone(), kept }))
}

/// Shapes whose lengths differ, and shapes whose lengths are equal.
#[conformance(cases(reductions))]
pub fn every_set_in_every_order(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    let dtypes = [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I32];
    for dtype in dtypes.into_iter().filter(|dtype| case.of_numbers || dtype.is_float()) {
        for shape in [&[][..], &[5], &[3, 4], &[3, 3], &[2, 3, 4], &[3, 3, 3], &[1, 3, 1], &[2, 3, 2, 3]] {
            let x = terms(case, shape, dtype)?;
            for reduced in every(shape.len()) {
                Specimen { call: Call::Reduce(case, reduced), operands: vec![x.clone()] }.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

/// Numbers of which all that is made of them is a number of each type, also on the way.
fn terms(lane: &Lane, shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    match lane.name {
        "sum" | "mean" => steps(1, shape, dtype, 3, 1.0),
        "logsumexp" => steps(2, shape, dtype, 31, 1.0 / 32.0),
        _ => distinct(1, shape, dtype),
    }
}

/// An axis without elements has no extreme where it is reduced; sums over it have no terms.
#[conformance(cases(reductions), uses = "empty_tensors")]
pub fn axes_without_elements(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    for shape in [[0, 3, 2], [2, 0, 3], [3, 2, 0], [0, 2, 0]] {
        let x = Tensor::f32(&shape, [])?;
        for Reduced { axes, kept } in every(3) {
            let is_reduced = |axis: usize| axes.as_ref().is_none_or(|axes| axes.contains(&axis));
            let along_nothing = (0..3).any(|axis| shape[axis] == 0 && is_reduced(axis));
            if case.refuses_nothing && along_nothing {
                let axes = axes.as_deref().map_or(Axes::all(), Axes::of);
                let made = case.over(kernels, &x, if kept { axes.kept() } else { axes });
                assert_refused(made, |error| matches!(error, KernelError::Shape { .. }))?;
            } else {
                let call = Call::Reduce(case, Reduced { axes, kept });
                Specimen { call, operands: vec![x.clone()] }.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

/// The kernels for which a NaN is a matter of their own.
fn extremes() -> Vec<Case<&'static Lane>> {
    reductions_where(|lane| lane.refuses_nothing)
}

fn sums() -> Vec<Case<&'static Lane>> {
    reductions_where(|lane| !lane.refuses_nothing)
}

#[conformance(cases(sums))]
pub fn a_nan_reaches_its_sum_only(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    assert_nan_counts(kernels, case)
}

#[conformance(cases(extremes), uses = "nan_extremes")]
pub fn a_nan_is_an_extreme(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    assert_nan_counts(kernels, case)
}

/// A NaN in each place in turn.
fn assert_nan_counts(kernels: &dyn Kernels, lane: &'static Lane) -> Checked {
    let ordinary = terms(lane, &[2, 3, 2], Dtype::F32)?.to_f64();
    for place in 0..ordinary.len() {
        let mut values = ordinary.clone();
        values[place] = f64::NAN;
        let x = of(&[2, 3, 2], Dtype::F32, &values)?;
        for axes in [&[0, 1][..], &[0, 2], &[2, 1], &[0, 1, 2]] {
            let call = Call::Reduce(lane, Reduced { axes: Some(axes.to_vec()), kept: false });
            let made = lane.over(kernels, &x, Axes::of(axes))?;
            // The formula is that of numbers; where the NaN is none of the terms, it is the number that it would be anyway.
            let without = lane.over(kernels, &of(&[2, 3, 2], Dtype::F32, &ordinary)?, Axes::of(axes))?.to_f64();
            let index = [place / 6, place / 2 % 3, place % 2];
            let left = (0..3).filter(|axis| !axes.contains(axis));
            let element = left.fold(0, |at, axis| at * [2, 3, 2][axis] + index[axis]);
            for (at, (made, without)) in made.to_f64().into_iter().zip(without).enumerate() {
                let right = if at == element { made.is_nan() } else { made == without };
                assert!(right, "element {at} of {call:?} with NaN at {index:?} is {made:e}; without NaN {without:e}");
            }
        }
    }
    Ok(())
}

/// Some axes of three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Front,
    Outer,
    Swapped,
    Behind,
    Everything,
    Nothing,
}

impl Over {
    fn axes(self) -> Axes<'static> {
        match self {
            Self::Front => Axes::of(&[0, 1]),
            Self::Outer => Axes::of(&[0, 2]).kept(),
            Self::Swapped => Axes::of(&[2, 0]),
            Self::Behind => Axes::of(&[1, 2]).kept(),
            Self::Everything => Axes::all(),
            Self::Nothing => Axes::of(&[]),
        }
    }
}

const SHAPE: [usize; 3] = [5, 33, 17];

/// Whole numbers from −2 to 2: each sum of them is exact in each type.
fn small(number: u64, dtype: Dtype) -> Checked<Tensor> {
    let whole = uniform(number, &SHAPE, Dtype::I32, 3.0)?;
    // So few that bf16 counts them.
    let few = whole.to_f64().into_iter().enumerate().map(|(at, x)| if at % 5 == 0 { x } else { 0.0 });
    of(&SHAPE, dtype, &few.collect::<Vec<_>>())
}

#[backend_matrix(
    of = "sum",
    dtype(F32, F64, F16, BF16, I32),
    over(Front, Outer, Swapped, Behind, Everything, Nothing),
    tolerance(rtol = 0.0, atol = 0.0, reason = "all sums on the way are exact")
)]
pub fn sums_over(kernels: &dyn Kernels, dtype: Dtype, over: Over) -> Checked<Tensor> {
    kernels.sum(&small(153, dtype)?, over.axes())
}

#[backend_matrix(of = "mean", dtype(F32, F16, BF16), over(Front, Outer, Swapped, Behind, Nothing))]
pub fn means_over(kernels: &dyn Kernels, dtype: Dtype, over: Over) -> Checked<Tensor> {
    kernels.mean(&small(154, dtype)?, over.axes())
}

#[backend_matrix(
    of = "max",
    dtype(F32, F64, F16, BF16, I32),
    over(Front, Outer, Swapped, Behind, Everything, Nothing),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn largest_over(kernels: &dyn Kernels, dtype: Dtype, over: Over) -> Checked<Tensor> {
    kernels.max(&uniform(155, &SHAPE, dtype, 1000.0)?, over.axes())
}

#[backend_matrix(
    of = "min",
    dtype(F32, F64, F16, BF16, I32),
    over(Front, Outer, Swapped, Behind, Everything, Nothing),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn smallest_over(kernels: &dyn Kernels, dtype: Dtype, over: Over) -> Checked<Tensor> {
    kernels.min(&uniform(156, &SHAPE, dtype, 1000.0)?, over.axes())
}

#[backend_matrix(of = "logsumexp", over(Front, Outer, Swapped, Behind, Everything, Nothing))]
pub fn logsumexp_over(kernels: &dyn Kernels, over: Over) -> Checked<Tensor> {
    // Above 0, so that the logarithm and the largest element do not cancel each other.
    kernels.logsumexp(&positive(157, &SHAPE, Dtype::F32, 8.0)?, over.axes())
}

/// log(4 · exp(1000)) is 1000 + log(4); exp(1000) is infinite.
#[conformance(of = "logsumexp", dtype(F32, F64))]
pub fn large_exponentials_do_not_overflow(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 2, 2], dtype, &[1000.0, 1000.0, 1000.0, 1000.0, -1000.0, -1000.0, -1000.0, -1000.0])?;
    let four = 2.0 * std::f64::consts::LN_2;
    for axes in [[1, 2], [2, 1]] {
        // Two units in the last place of 1000 in f32.
        assert_near(&kernels.logsumexp(&x, Axes::of(&axes))?, &[1000.0 + four, four - 1000.0], 1.3e-4);
    }
    assert_near(&kernels.logsumexp(&x, Axes::all())?, &[1000.0 + four], 1.3e-4);
    Ok(())
}

#[conformance(of = "sum")]
pub fn sums_of_integers_wrap(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[2, 2], [i32::MAX, 1, (1 << 24) + 1, 0])?;
    let wrapped = f64::from(i32::MIN + (1 << 24) + 1);
    assert_holds(&kernels.sum(&x, Axes::all())?, &[], &[wrapped]);
    assert_holds(&kernels.sum(&x, Axes::of(&[1, 0]).kept())?, &[1, 1], &[wrapped]);
    Ok(())
}

/// A sum of 4096 ones stays exact in f32, while one kept in f16 stops at 2048 and one in bf16 at 256.
#[conformance(of = "sum", uses = "wide_accumulation", dtype(F16, BF16))]
pub fn long_sums_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[64, 1, 64], dtype, &[1.0; 4096])?;
    assert_holds(&kernels.sum(&x, Axes::all())?, &[], &[4096.0]);
    assert_holds(&kernels.sum(&x, Axes::of(&[0, 2]))?, &[1], &[4096.0]);
    Ok(())
}

/// The sum of 4096 times 1024, 2^22, is infinite in f16.
#[conformance(of = "mean", uses = "wide_accumulation", dtype(F16, BF16))]
pub fn long_sums_of_means_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[64, 64], dtype, &[1024.0; 4096])?;
    assert_holds(&kernels.mean(&x, Axes::all())?, &[], &[1024.0]);
    Ok(())
}

/// log(4096) is 8.318; a sum that stopped at 2048 makes it 7.625, and one that stopped at 256 5.545.
#[conformance(of = "logsumexp", uses = "wide_accumulation", dtype(F16, BF16), over(Behind, Outer))]
pub fn long_sums_of_exponentials_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype, over: Over) -> Checked {
    let shape = if over == Over::Behind { [2, 64, 64] } else { [64, 2, 64] };
    let x = of(&shape, dtype, &[0.0; 8192])?;
    let expected = of(&[2], dtype, &[4096_f64.ln(); 2])?;
    let made = kernels.logsumexp(&x, over.axes())?;
    assert_holds(&made, &over.axes().reduce(&shape), &expected.to_f64());
    Ok(())
}

/// All elements are alike but one, which stands in each block that a kernel may cut this into: it is the first, the last, or neither.
#[conformance(cases(reductions))]
pub fn one_element_matters_wherever_it_stands(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    let shape = [33, 5, 67];
    let count: usize = shape.iter().product();
    for place in [0, 1, 66, 67, 255, 1_024, 4_095, 4_096, 5 * 67, 8_191, count - 1] {
        for axes in [&[0, 1][..], &[0, 2], &[2, 1], &[2, 1, 0]] {
            let terms: usize = axes.iter().map(|axis| shape[*axis]).product();
            // What the others are, what the one is, and what is made without it and with it.
            let (other, one, without, with) = match case.name {
                "sum" => (0.0, 3.0, 0.0, 3.0),
                "mean" => (0.0, terms as f64, 0.0, 1.0),
                "max" => (-7.0, -3.0, -7.0, -3.0),
                "min" => (7.0, 3.0, 7.0, 3.0),
                // What is small beside it does not count.
                _ => (-100.0, 100.0, -100.0 + (terms as f64).ln(), 100.0),
            };
            let x = Grid::make(&[count], |at| if at[0] == place { one } else { other });
            let x = of(&shape, Dtype::F32, x.values())?;
            let index = [place / 67 / 5, place / 67 % 5, place % 67];
            let left: Vec<_> = (0..3).filter(|axis| !axes.contains(axis)).collect();
            let lengths: Vec<_> = left.iter().map(|axis| shape[*axis]).collect();
            let expected = Grid::make(&lengths, |at| {
                if left.iter().zip(at).all(|(axis, at)| index[*axis] == *at) { with } else { without }
            });
            let call = Call::Reduce(case, Reduced { axes: Some(axes.to_vec()), kept: false });
            Specimen { call, operands: vec![x] }.assert_gives(kernels, &[expected])?;
        }
    }
    Ok(())
}

/// An axis may be named once.
#[conformance(cases(reductions))]
pub fn an_axis_named_twice_is_refused(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    let x = terms(case, &[2, 3], Dtype::F32)?;
    for axes in [[0, 0], [1, 1]] {
        let refused = |error: &KernelError| matches!(error, KernelError::Argument { .. });
        assert_refused(case.over(kernels, &x, Axes::of(&axes)), refused)?;
    }
    Ok(())
}
