//! Laws: what holds for every input, and so needs no expected values.

use crosscheck::conformance;
use crosscheck_backends::{Axes, Dtype, Kernels, Keys, Logits, Mask, Quantization, Rope, RopeLayout, Tensor};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};

use crate::Checked;
use crate::law::{Broken, assert_holds_for, ensure, ensure_near};
use crate::sweep::function::{Lane, reductions};

/// The roundoff of f32: half the distance from 1 to the next number.
const UNIT: f64 = 1.0 / (1 << 24) as f64;

/// Matrices of these limits with elements in −8..8 that are multiples of 1/64: sums of two are exact.
fn matrix(rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> impl Strategy<Value = Tensor> {
    (rows, columns).prop_flat_map(|(rows, columns)| array(vec![rows, columns]))
}

fn array(shape: Vec<usize>) -> impl Strategy<Value = Tensor> {
    vec(-512_i32..512, shape.iter().product::<usize>()).prop_map(move |values| {
        let values: Vec<_> = values.iter().map(|value| f64::from(*value) / 64.0).collect();
        Tensor::from_f64(&shape, Dtype::F32, &values).expect("the shape holds as many elements")
    })
}

/// The matrix product of the absolute values, in f64.
fn absolute_product(a: &[f64], b: &[f64], [m, k, n]: [usize; 3]) -> Vec<f64> {
    let cell = |at: usize| (0..k).map(|i| (a[at / n * k + i] * b[i * n + at % n]).abs()).sum();
    (0..m * n).map(cell).collect()
}

#[conformance(of = "softmax")]
pub fn weights_sum_to_one(kernels: &dyn Kernels) -> Checked {
    assert_holds_for("softmax sums to one", matrix(1..5, 1..40), |x| {
        let y = kernels.softmax(&x, 1)?.to_f64();
        let width = x.shape()[1];
        let sums: Vec<f64> = y.chunks(width).map(|row| row.iter().sum()).collect();
        ensure(y.iter().all(|y| (0.0..=1.0).contains(y)), || format!("a weight outside of 0..=1: {y:?}"))?;
        // Each weight is rounded a few times: the exponential, the sum of `width` terms, the quotient.
        ensure_near(&sums, &vec![1.0; sums.len()], |_| (width as f64 + 8.0) * UNIT)
    })
}

#[conformance(of = "softmax")]
pub fn a_shift_of_all_logits_changes_nothing(kernels: &dyn Kernels) -> Checked {
    assert_holds_for("softmax is shift invariant", (matrix(1..4, 1..40), -100_i32..100), |(x, shift)| {
        let shifted: Vec<_> = x.to_f64().iter().map(|x| x + f64::from(shift)).collect();
        let shifted = Tensor::from_f64(x.shape(), Dtype::F32, &shifted)?;
        let (y, z) = (kernels.softmax(&x, 1)?.to_f64(), kernels.softmax(&shifted, 1)?.to_f64());
        // The shift is exact, and so is the difference to the maximum: only the order of the sum may differ.
        ensure_near(&z, &y, |at| (x.shape()[1] as f64 + 8.0) * UNIT * y[at])
    })
}

/// Both ways of putting the parentheses lie within γ·|A||B||C| of the exact product, with γ = n·u/(1 − n·u) and n the number
/// of terms of both sums (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., §3.5).
#[conformance(of = "matmul")]
pub fn products_are_associative(kernels: &dyn Kernels) -> Checked {
    let sizes = (1_usize..9, 1_usize..40, 1_usize..40, 1_usize..9);
    let factors = sizes.prop_flat_map(|(m, k, l, n)| (array(vec![m, k]), array(vec![k, l]), array(vec![l, n])));
    assert_holds_for("matmul is associative", factors, |(a, b, c)| {
        let left = kernels.matmul(&kernels.matmul(&a, &b)?, &c)?.to_f64();
        let right = kernels.matmul(&a, &kernels.matmul(&b, &c)?)?.to_f64();
        let (&[m, k], &[l, n]) = (a.shape(), c.shape()) else { return Err(Broken::Law("no matrices".to_owned())) };
        let inner = absolute_product(&a.to_f64(), &b.to_f64(), [m, k, l]);
        let bound = absolute_product(&inner, &c.to_f64(), [m, l, n]);
        let terms = (k + l) as f64 * UNIT;
        ensure_near(&left, &right, |at| 2.0 * terms / (1.0 - terms) * bound[at])
    })
}

#[conformance(of = "add")]
pub fn sums_do_not_depend_on_the_order_of_two(kernels: &dyn Kernels) -> Checked {
    let pair = (1_usize..9, 1_usize..40).prop_flat_map(|(m, n)| (array(vec![m, 1]), array(vec![n])));
    assert_holds_for("add is commutative and broadcasts", pair, |(a, b)| {
        let (sum, reversed) = (kernels.add(&a, &b)?, kernels.add(&b, &a)?);
        ensure(sum == reversed, || format!("{sum:?} and {reversed:?}"))?;
        ensure(sum.shape() == [a.shape()[0], b.shape()[0]], || format!("shape {:?}", sum.shape()))?;
        let exact: Vec<_> = a.to_f64().iter().flat_map(|a| b.to_f64().into_iter().map(move |b| a + b)).collect();
        ensure_near(&sum.to_f64(), &exact, |_| 0.0)
    })
}

/// Asserts that what is broadcast counts as often as it is repeated, whatever the two shapes are.
fn assert_broadcasts(law: &str, call: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>) -> Checked {
    // Of each dimension, the first has one element, or the second, or neither; the first may have fewer dimensions.
    let shapes = vec((1_usize..6, 0..3), 1..5).prop_flat_map(|dims| {
        let without =
            |whose| -> Vec<_> { dims.iter().map(|(dim, one)| if *one == whose { 1 } else { *dim }).collect() };
        let (a, b) = (without(1), without(2));
        let dropped = a.iter().take_while(|dim| **dim == 1).count();
        (Just(a.clone()), Just(b.clone()), array(a), array(b), 0..dropped + 1)
    });
    assert_holds_for(law, shapes, |(a_shape, b_shape, a, b, dropped)| {
        let full: Vec<_> = a_shape.iter().zip(&b_shape).map(|(a, b)| *a.max(b)).collect();
        let written_out = |x: &Tensor, shape: &[usize]| {
            let values = x.to_f64();
            let repeated = (0..full.iter().product()).map(|mut at| {
                let (mut place, mut step) = (0, 1);
                for (dim, own) in full.iter().zip(shape).rev() {
                    place += if *own == 1 { 0 } else { at % dim * step };
                    (at, step) = (at / dim, step * own);
                }
                values[place]
            });
            Tensor::from_f64(&full, x.dtype(), &repeated.collect::<Vec<_>>())
        };
        let expected = call(&written_out(&a, &a_shape)?, &written_out(&b, &b_shape)?)?;
        let short = Tensor::new(&a_shape[dropped..], a.data().clone())?;
        let actual = call(&short, &b)?;
        ensure(actual.shape() == full, || format!("shape {:?} instead of {full:?}", actual.shape()))?;
        ensure_near(&actual.to_f64(), &expected.to_f64(), |_| 0.0)
    })
}

#[conformance(of = "add")]
pub fn sums_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("add broadcasts", |a, b| kernels.add(a, b))
}

#[conformance(of = "sub")]
pub fn differences_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("sub broadcasts", |a, b| kernels.sub(a, b))
}

#[conformance(of = "mul")]
pub fn products_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("mul broadcasts", |a, b| kernels.mul(a, b))
}

#[conformance(of = "div")]
pub fn quotients_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("div broadcasts", |a, b| kernels.div(a, b))
}

#[conformance(of = "maximum")]
pub fn larger_ones_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("maximum broadcasts", |a, b| kernels.maximum(a, b))
}

#[conformance(of = "minimum")]
pub fn smaller_ones_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("minimum broadcasts", |a, b| kernels.minimum(a, b))
}

#[conformance(of = "less")]
pub fn comparisons_are_broadcast(kernels: &dyn Kernels) -> Checked {
    assert_broadcasts("less broadcasts", |a, b| kernels.less(a, b))
}

/// The nearest of the levels is at most half a step away. That 0 is a level too may make steps smaller, all together by one:
/// so far may the last level be from the end of the group.
#[conformance(of = "quantize", uses = "quantization", bits(4, 8))]
pub fn elements_come_back_as_the_nearest_level(kernels: &dyn Kernels, bits: u32) -> Checked {
    let group = 32;
    let matrices = (1_usize..4, 1_usize..3).prop_flat_map(move |(rows, groups)| array(vec![rows, groups * group]));
    assert_holds_for("quantize takes the nearest level", matrices, |w| {
        let quantized = kernels.quantize(&w, Quantization { group, bits })?;
        let back = kernels.dequantize(&quantized)?.to_f64();
        let highest = f64::from((1 << bits) - 1);
        let (scales, biases) = (quantized.scales.to_f64(), quantized.biases.to_f64());
        for (at, (w, back)) in w.to_f64().into_iter().zip(back).enumerate() {
            let (step, first) = (scales[at / group], biases[at / group]);
            let last = first + highest * step;
            let within = w.clamp(first.min(last), first.max(last));
            // The level and the element are each rounded twice; elements are in −8..8.
            let rounding = (2.0 * highest * step.abs() + 2.0 * 8.0) * UNIT;
            let off = [(w - within).abs() - step.abs(), (within - back).abs() - step.abs() / 2.0];
            ensure(off.iter().all(|off| *off <= rounding), || {
                format!(
                    "element {at}, {w}, comes back as {back}; levels lead from {first} to {last} in steps of {step}"
                )
            })?;
        }
        Ok(())
    })
}

#[conformance(of = "argmax")]
pub fn nothing_is_larger_than_the_largest(kernels: &dyn Kernels) -> Checked {
    assert_holds_for("argmax finds the largest", matrix(1..6, 1..60), |x| {
        let found = kernels.argmax(&x, 1)?.to_f64();
        let values = x.to_f64();
        let first = |row: &[f64]| (0..row.len()).fold(0, |best, at| if row[at] > row[best] { at } else { best }) as f64;
        let expected: Vec<_> = values.chunks(x.shape()[1]).map(first).collect();
        ensure(found == expected, || format!("{found:?} instead of {expected:?}"))
    })
}

#[conformance(of = "argmin")]
pub fn the_smallest_is_the_largest_of_the_negated(kernels: &dyn Kernels) -> Checked {
    assert_holds_for("argmin is argmax of the negative", (matrix(1..6, 1..60), 0_usize..2), |(x, axis)| {
        let turned = Tensor::from_f64(x.shape(), x.dtype(), &x.to_f64().iter().map(|x| -x).collect::<Vec<_>>())?;
        let (smallest, largest) = (kernels.argmin(&x, axis)?, kernels.argmax(&turned, axis)?);
        ensure(smallest == largest, || format!("{smallest:?} and {largest:?}"))
    })
}

/// Tensors of three axes, and some of the axes in some order.
fn cubes() -> impl Strategy<Value = (Tensor, Vec<usize>)> {
    let axes = (Just(vec![0_usize, 1, 2]).prop_shuffle(), 0_usize..4);
    let axes = axes.prop_map(|(axes, count)| axes[..count].to_vec());
    (vec(1_usize..6, 3).prop_flat_map(array), axes)
}

/// How far two ways of reducing so many elements may be apart: not at all where all sums on the way are exact.
fn apart(lane: &Lane, x: &Tensor) -> f64 {
    if lane.exact { 0.0 } else { 8.0 * (x.len() as f64 + 8.0) * UNIT }
}

/// Of sums, means, extremes, and logarithms of sums of exponentials; of means because all lanes are equally long.
#[conformance(cases(reductions))]
pub fn several_axes_are_one_after_another(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    assert_holds_for("several axes are one after another", cubes(), |(x, axes)| {
        let together = case.over(kernels, &x, Axes::of(&axes).kept())?;
        let apart_from_others = axes.iter().try_fold(x.clone(), |made, axis| {
            case.over(kernels, &made, Axes::from(*axis).kept()).map_err(Broken::from)
        })?;
        ensure(together.shape() == apart_from_others.shape(), || format!("shape {:?}", together.shape()))?;
        ensure_near(&together.to_f64(), &apart_from_others.to_f64(), |_| apart(case, &x))
    })
}

#[conformance(cases(reductions))]
pub fn all_axes_are_one_of_everything(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    assert_holds_for("all axes are one axis of all elements", cubes(), |(x, _)| {
        let all = case.over(kernels, &x, Axes::all())?;
        let one = case.over(kernels, &Tensor::new(&[x.len()], x.data().clone())?, 0.into())?;
        ensure(all.shape().is_empty(), || format!("shape {:?}", all.shape()))?;
        ensure_near(&all.to_f64(), &one.to_f64(), |_| apart(case, &x))
    })
}

#[conformance(cases(reductions))]
pub fn kept_axes_change_the_shape_only(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    assert_holds_for("kept axes change the shape only", cubes(), |(x, axes)| {
        let (gone, kept) = (case.over(kernels, &x, Axes::of(&axes))?, case.over(kernels, &x, Axes::of(&axes).kept())?);
        let length = |axis: usize| if axes.contains(&axis) { 1 } else { x.shape()[axis] };
        let expected: Vec<_> = (0..3).map(length).collect();
        ensure(kept.shape() == expected, || format!("shape {:?} instead of {expected:?}", kept.shape()))?;
        ensure(kept.data() == gone.data(), || format!("{kept:?} and {gone:?}"))
    })
}

#[conformance(cases(reductions))]
pub fn the_order_of_axes_does_not_matter(kernels: &dyn Kernels, case: &&'static Lane) -> Checked {
    assert_holds_for("the order of axes does not matter", cubes(), |(x, axes)| {
        let mut sorted = axes.clone();
        sorted.sort_unstable();
        let (shuffled, sorted) = (case.over(kernels, &x, Axes::of(&axes))?, case.over(kernels, &x, Axes::of(&sorted))?);
        ensure(shuffled.shape() == sorted.shape(), || format!("{:?} and {:?}", shuffled.shape(), sorted.shape()))?;
        ensure_near(&shuffled.to_f64(), &sorted.to_f64(), |_| apart(case, &x))
    })
}

#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn turning_keeps_the_length(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let input =
        (1_usize..6, any::<u16>()).prop_flat_map(|(t, offset)| (array(vec![1, 2, t, 8]), 0..i32::from(offset) + 1));
    assert_holds_for("rope preserves norms", input, |(x, offset)| {
        let y = kernels.rope(&x, &Rope { dims: 8, base: 10_000.0, scale: 1.0, offset, layout })?;
        let norms = |x: &Tensor| -> Vec<f64> {
            x.to_f64().chunks(8).map(|row| row.iter().map(|x| x * x).sum::<f64>().sqrt()).collect()
        };
        let expected = norms(&x);
        // A pair is two products and a sum of numbers whose squares sum to one up to two roundings.
        ensure_near(&norms(&y), &expected, |at| 8.0 * UNIT * expected[at])
    })
}

#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn two_turns_are_one(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    assert_holds_for("rope composes", (array(vec![1, 2, 1, 8]), 0_i32..32, 0_i32..32), |(x, a, b)| {
        let turned =
            |x: &Tensor, offset| kernels.rope(x, &Rope { dims: 8, base: 10_000.0, scale: 1.0, offset, layout });
        let (twice, once) = (turned(&turned(&x, a)?, b)?.to_f64(), turned(&x, a + b)?.to_f64());
        // An angle of less than 64 is rounded to a multiple of 2^-18; three of them, and what is turned is at most 8√2.
        ensure_near(&twice, &once, |_| 3.0 * 2_f64.powi(-18) * 12.0)
    })
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn one_key_is_seen_whatever_the_query(kernels: &dyn Kernels) -> Checked {
    let input = (1_usize..5, 1_usize..9)
        .prop_flat_map(|(t, d)| (array(vec![1, 2, t, d]), array(vec![1, 2, 1, d]), array(vec![1, 2, 1, d])));
    assert_holds_for("attention to one key returns its value", input, |(q, k, v)| {
        let y = kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(0.5), Mask::NONE)?.to_f64();
        let (t, d, v) = (q.shape()[2], v.shape()[3], v.to_f64());
        let expected: Vec<_> = (0..2 * t * d).map(|at| v[at / (t * d) * d + at % d]).collect();
        ensure_near(&y, &expected, |at| 4.0 * UNIT * expected[at].abs())
    })
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn the_future_does_not_matter(kernels: &dyn Kernels) -> Checked {
    let one = |t| array(vec![1, 2, t, 8]);
    let input = (2_usize..12).prop_flat_map(move |t| (one(t), one(t), one(t), one(t), 1..t));
    assert_holds_for("causal attention does not look ahead", input, |(q, k, v, other, now)| {
        let later = |tensor: &Tensor| {
            let length = tensor.shape()[2] * 8;
            let pairs = tensor.to_f64().into_iter().zip(other.to_f64()).enumerate();
            let mixed: Vec<_> = pairs.map(|(at, (x, y))| if at % length < now * 8 { x } else { y }).collect();
            Tensor::from_f64(tensor.shape(), Dtype::F32, &mixed)
        };
        let causal =
            |k: &Tensor, v: &Tensor| kernels.scaled_dot_product_attention(&q, k, v, Logits::scaled(0.25), Mask::CAUSAL);
        let (y, z) = (causal(&k, &v)?.to_f64(), causal(&later(&k)?, &later(&v)?)?.to_f64());
        let length = q.shape()[2] * 8;
        let past = |values: Vec<f64>| -> Vec<f64> {
            values.into_iter().enumerate().filter(|(at, _)| at % length < now * 8).map(|(_, x)| x).collect()
        };
        // What is hidden may only change how the sums are blocked.
        ensure_near(&past(z), &past(y), |_| 16.0 * UNIT * 8.0)
    })
}

/// Queries, keys, values and a mask; the queries stand at the last keys.
fn attention_operands() -> impl Strategy<Value = [Tensor; 4]> {
    (1_usize..7, 0_usize..6, 1_usize..6).prop_flat_map(|(queries, before, width)| {
        let keys = queries + before;
        let cached = || array(vec![1, 2, keys, width]);
        let operands = (array(vec![1, 4, queries, width]), cached(), cached(), array(vec![queries, keys]));
        operands.prop_map(|(q, k, v, mask)| [q, k, v, mask])
    })
}

/// Asserts that two ways to say which keys count make the same. Logits are at most 8 · 8 · 5 / 4 and 8 more; each is rounded four times
/// on its way at most, which moves a weight by twice as much, and a value by as much of 8.
#[track_caller]
fn assert_same_attention(law: &str, pair: impl Fn(&[Tensor; 4]) -> Checked<[Tensor; 2]>) -> Checked {
    assert_holds_for(law, attention_operands(), |operands| {
        let [first, second] = pair(&operands)?;
        let (keys, shape) = (operands[1].shape()[2] as f64, first.shape() == second.shape());
        ensure(shape, || format!("shapes {:?} and {:?}", first.shape(), second.shape()))?;
        ensure_near(&first.to_f64(), &second.to_f64(), |_| (2.0 * 4.0 * 88.0 + keys + 8.0) * 8.0 * UNIT)
    })
}

const SCALED: Logits = Logits::scaled(0.25);

#[conformance(of = "scaled_dot_product_attention", window(of_all = 0, of_one_more = 1, of_any = usize::MAX))]
pub fn a_window_of_all_keys_is_causal(kernels: &dyn Kernels, window: usize) -> Checked {
    assert_same_attention("a window of all keys is causal", |[q, k, v, _]| {
        let window = Mask::window(window.saturating_add(k.shape()[2]));
        let of = |mask| kernels.scaled_dot_product_attention(q, k, v, SCALED, mask);
        Ok([of(window)?, of(Mask::CAUSAL)?])
    })
}

#[conformance(of = "scaled_dot_product_attention", window(1, 2, 5))]
pub fn adding_nothing_changes_nothing(kernels: &dyn Kernels, window: usize) -> Checked {
    assert_same_attention("a mask of zeros is none", |[q, k, v, mask]| {
        let zeros = Tensor::from_f64(mask.shape(), Dtype::F32, &vec![0.0; mask.len()])?;
        let of = |mask| kernels.scaled_dot_product_attention(q, k, v, SCALED, mask);
        for mask in [Mask::NONE, Mask::CAUSAL] {
            let pair = [of(mask.plus(&zeros))?, of(mask)?];
            if pair[0] != pair[1] {
                return Ok(pair);
            }
        }
        Ok([of(Mask::window(window).plus(&zeros))?, of(Mask::window(window))?])
    })
}

/// What is hidden may be hidden by −∞ in the mask that is added.
#[conformance(of = "scaled_dot_product_attention", keys(causal = Keys::Causal, window_of_1 = Keys::Window(1), window_of_3 = Keys::Window(3)))]
pub fn hiding_is_adding_minus_infinity(kernels: &dyn Kernels, keys: Keys) -> Checked {
    assert_same_attention("a hidden key has a logit of minus infinity", |[q, k, v, mask]| {
        let (queries, count) = (q.shape()[2], k.shape()[2]);
        let width = if let Keys::Window(window) = keys { window } else { count };
        let values = mask.to_f64().into_iter().enumerate().map(|(at, added)| {
            let (position, key) = (at / count + count - queries, at % count);
            if (position + 1).saturating_sub(width) <= key && key <= position { added } else { f64::NEG_INFINITY }
        });
        let hidden = Tensor::from_f64(mask.shape(), Dtype::F32, &values.collect::<Vec<_>>())?;
        let of = |mask| kernels.scaled_dot_product_attention(q, k, v, SCALED, mask);
        Ok([of(Mask { keys, additive: Some(mask) })?, of(Mask::additive(&hidden))?])
    })
}

/// Of a logit `x` the cap `c` takes `x³ / 3c²`: of 80, a tenth of a unit of roundoff of it.
#[conformance(of = "scaled_dot_product_attention")]
pub fn a_high_cap_caps_nothing(kernels: &dyn Kernels) -> Checked {
    assert_same_attention("a high cap caps nothing", |[q, k, v, mask]| {
        let of = |logits| kernels.scaled_dot_product_attention(q, k, v, logits, Mask::CAUSAL.plus(mask));
        Ok([of(SCALED.capped(1e6))?, of(SCALED)?])
    })
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn a_slice_of_a_slice_is_a_slice(kernels: &dyn Kernels) -> Checked {
    let input = matrix(3..9, 3..40).prop_flat_map(|x| {
        let (rows, columns) = (x.shape()[0] as i32, x.shape()[1] as i32);
        (Just(x), 0..rows / 2, 0..columns / 2)
    });
    assert_holds_for("slices compose", input, |(x, row, column)| {
        let start = |row: i32, column: i32| Tensor::i32(&[2], [row, column]);
        let (rows, columns) = (x.shape()[0] - row as usize, x.shape()[1] - column as usize);
        let inner = kernels.slice_at(&x, &start(row, column)?, &[rows, columns])?;
        let twice = kernels.slice_at(&inner, &start(1, 1)?, &[rows - 1, columns - 1])?;
        let once = kernels.slice_at(&x, &start(row + 1, column + 1)?, &[rows - 1, columns - 1])?;
        ensure(twice == once, || format!("{twice:?} instead of {once:?}"))
    })
}
