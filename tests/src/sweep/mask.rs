//! Masks of attention, broadcast in every way.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Dtype, Kernels, Logits, Tensor};

use super::call::{Call, Masked};
use super::numbers::{hash, steps, values};
use super::operation::Types;
use super::specimen::Specimen;
use crate::Checked;

/// A mask that is given for the batches, heads, queries and keys of which this is true, and is repeated along the others.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    along: [bool; 4],
    types: Types,
}

/// Batches, heads of queries, heads of keys, queries and keys; one of each kind, and lengths that are equal.
const SIZES: [[usize; 5]; 7] = [
    [2, 6, 3, 4, 5],
    [3, 3, 3, 3, 3],
    [2, 4, 1, 2, 4],
    [2, 4, 2, 1, 7],
    [2, 4, 2, 3, 1],
    [3, 2, 1, 1, 1],
    [1, 4, 4, 5, 9],
];

fn masks() -> Vec<Case<Given>> {
    let of = |types: Types| {
        (0..16_usize).map(move |code| {
            let along = [0, 1, 2, 3].map(|axis| code >> axis & 1 == 1);
            let letter = |(letter, is_given): (char, bool)| if is_given { letter } else { '1' };
            let name: String = "bhts".chars().zip(along).map(letter).collect();
            let case = Case::new(format!("{name}/{}", types.name()), Given { along, types });
            let case = case.of("scaled_dot_product_attention");
            if types == Types::Wide { case.marker("float64") } else { case }
        })
    };
    of(Types::Floats).chain(of(Types::Wide)).collect()
}

/// Rows of which every key is hidden, by masks that are repeated along the keys too: nothing is what they see.
#[conformance(of = "scaled_dot_product_attention", uses = "fully_masked_rows", dtype(F32, F16, BF16))]
pub fn masks_hide_whole_rows(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for [batch, heads, groups, queries, keys] in [[2, 4, 2, 3, 5], [2, 2, 1, 3, 1], [1, 1, 1, 1, 1], [3, 1, 1, 2, 4]] {
        let shapes: [&[usize]; 7] = [
            &[],
            &[1],
            &[queries, 1],
            &[queries, keys],
            &[heads, 1, 1],
            &[batch, 1, 1, 1],
            &[batch, heads, queries, 1],
        ];
        for shape in shapes {
            // Every other row, or all of them.
            let repeated = if shape.last() == Some(&keys) { keys } else { 1 };
            let hidden = |at: usize| if (at / repeated).is_multiple_of(2) { f64::NEG_INFINITY } else { 0.5 };
            let some = |number, shape: &[usize]| steps(number, shape, dtype, 31, 1.0 / 32.0);
            let operands = vec![
                some(1, &[batch, heads, queries, 4])?,
                some(2, &[batch, groups, keys, 4])?,
                steps(3, &[batch, groups, keys, 3], dtype, 31, 0.25)?,
                values(shape, dtype, hidden)?,
            ];
            // Every query stands at a key, which only the mask hides from it.
            let causal = [Masked::AdditiveCausal, Masked::AdditiveWindow(2)].into_iter().filter(|_| queries <= keys);
            for masked in [Masked::Additive].into_iter().chain(causal) {
                let call = Call::Attention { logits: Logits::scaled(0.75), masked };
                Specimen { call, operands: operands.clone() }.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

/// With all its axes, and without those in front that only repeat.
#[conformance(cases(masks))]
pub fn masks_are_repeated_along_each_axis(kernels: &dyn Kernels, case: &Given) -> Checked {
    for dtype in case.types.dtypes() {
        for [batch, heads, groups, queries, keys] in SIZES {
            let full = [batch, heads, queries, keys];
            let given: Vec<_> = full.iter().zip(case.along).map(|(length, is)| if is { *length } else { 1 }).collect();
            // The first key is hidden from no query.
            let mask = values(&given, *dtype, |at| match hash(4, at) % 5 {
                0 if case.along[3] && at % keys > 0 => f64::NEG_INFINITY,
                step => step as f64 * 0.75,
            })?;
            let some = |number, shape: &[usize]| steps(number, shape, *dtype, 31, 1.0 / 32.0);
            let operands = [
                some(1, &[batch, heads, queries, 4])?,
                some(2, &[batch, groups, keys, 4])?,
                steps(3, &[batch, groups, keys, 3], *dtype, 31, 0.25)?,
            ];
            let repeated = given.iter().take_while(|length| **length == 1).count();
            for dropped in 0..=repeated {
                let mask = Tensor::new(&given[dropped..], mask.data().clone())?;
                let operands = [&operands[..], &[mask]].concat();
                let call = Call::Attention { logits: Logits::scaled(0.75), masked: Masked::Additive };
                Specimen { call, operands }.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

/// The same masks on keys of which a query sees some only, whole numbers so that each shows; and beside a cap.
#[conformance(
    cases(masks),
    masked(AdditiveCausal, window_of_1 = Masked::AdditiveWindow(1), window_of_3 = Masked::AdditiveWindow(3))
)]
pub fn masks_are_added_to_what_is_seen(kernels: &dyn Kernels, case: &Given, masked: Masked) -> Checked {
    for dtype in case.types.dtypes() {
        // A query before the first key sees nothing, which is compared elsewhere.
        for [batch, heads, groups, queries, keys] in SIZES.into_iter().filter(|[.., queries, keys]| queries <= keys) {
            let full = [batch, heads, queries, keys];
            let given: Vec<_> = full.iter().zip(case.along).map(|(length, is)| if is { *length } else { 1 }).collect();
            let some = |number, shape: &[usize]| steps(number, shape, *dtype, 31, 1.0 / 32.0);
            let operands = [
                some(1, &[batch, heads, queries, 4])?,
                some(2, &[batch, groups, keys, 4])?,
                steps(3, &[batch, groups, keys, 3], *dtype, 31, 0.25)?,
                values(&given, *dtype, |at| (hash(4, at) % 5) as f64 * 0.75)?,
            ];
            for logits in [Logits::scaled(0.75), Logits::scaled(0.75).capped(0.5)] {
                let call = Call::Attention { logits, masked };
                Specimen { call, operands: operands.to_vec() }.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}
