//! Calls that are right and look like wrong ones: where there is nothing, nothing can be out of range, and a length of 0 is a length.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Quantization, Tensor};

use super::{floats, ones};
use crate::Checked;

/// Shapes, and the shape that is made of them.
const PAIRS: [[&[usize]; 3]; 7] = [
    [&[1], &[0], &[0]],
    [&[0], &[], &[0]],
    [&[2, 0], &[2, 1], &[2, 0]],
    [&[0, 3], &[3], &[0, 3]],
    [&[2, 0], &[2, 0], &[2, 0]],
    [&[3, 1, 2], &[0, 1], &[3, 0, 2]],
    [&[1, 3], &[3], &[1, 3]],
];

#[track_caller]
fn assert_pairs(call: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>) -> Checked {
    for [a, b, made] in PAIRS {
        let (a, b) = (floats(a)?, floats(b)?);
        for pair in [call(&a, &b)?, call(&b, &a)?] {
            assert_eq!(pair.shape(), made, "of {a:?} and {b:?}");
        }
    }
    Ok(())
}

#[conformance(of = "add", uses = "empty_tensors")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.add(a, b))
}

#[conformance(of = "sub", uses = "empty_tensors")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.sub(a, b))
}

#[conformance(of = "mul", uses = "empty_tensors")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.mul(a, b))
}

#[conformance(of = "div", uses = "empty_tensors")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.div(a, b))?;
    // Where nothing is divided, nothing is divided by 0.
    for [a, b, made] in PAIRS.into_iter().filter(|[.., made]| made.contains(&0)) {
        let zeros = |shape: &[usize]| Tensor::i32(shape, vec![0; shape.iter().product()]);
        for pair in [kernels.div(&zeros(a)?, &zeros(b)?)?, kernels.div(&zeros(b)?, &zeros(a)?)?] {
            assert_eq!((pair.dtype(), pair.shape()), (Dtype::I32, made), "of {a:?} and {b:?}");
        }
    }
    Ok(())
}

#[conformance(of = "maximum", uses = "empty_tensors")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.maximum(a, b))
}

#[conformance(of = "minimum", uses = "empty_tensors")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.minimum(a, b))
}

#[conformance(of = "equal", uses = "empty_tensors")]
pub fn equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.equal(a, b))
}

#[conformance(of = "not_equal", uses = "empty_tensors")]
pub fn not_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.not_equal(a, b))
}

#[conformance(of = "less", uses = "empty_tensors")]
pub fn less(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.less(a, b))
}

#[conformance(of = "less_equal", uses = "empty_tensors")]
pub fn less_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.less_equal(a, b))
}

#[conformance(of = "greater", uses = "empty_tensors")]
pub fn greater(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.greater(a, b))
}

#[conformance(of = "greater_equal", uses = "empty_tensors")]
pub fn greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(|a, b| kernels.greater_equal(a, b))
}

#[conformance(of = "select", uses = "empty_tensors")]
pub fn select(kernels: &dyn Kernels) -> Checked {
    for [condition, x, made] in PAIRS {
        for (condition, x) in [(condition, x), (x, condition)] {
            let x = floats(x)?;
            assert_eq!(
                kernels.select(&ones(condition, Dtype::Bool)?, &x, &x)?.shape(),
                made,
                "{condition:?} and {x:?}"
            );
        }
    }
    Ok(())
}

#[conformance(of = "embedding", uses = "empty_tensors")]
pub fn embedding(kernels: &dyn Kernels) -> Checked {
    for (table, ids, made) in [([0, 3], 0, [0, 3]), ([4, 0], 2, [2, 0]), ([0, 0], 0, [0, 0]), ([4, 3], 0, [0, 3])] {
        assert_eq!(
            kernels.embedding(&floats(&table)?, &ones(&[ids], Dtype::I32)?)?.shape(),
            made,
            "{table:?} by {ids}"
        );
    }
    Ok(())
}

#[conformance(of = "slice_at", uses("empty_tensors", "dynamic_offsets"))]
pub fn slice_at(kernels: &dyn Kernels) -> Checked {
    for (start, shape) in [([4, 0], [0, 2]), ([0, 5], [3, 0]), ([4, 5], [0, 0]), ([1, 2], [0, 3])] {
        let part = kernels.slice_at(&floats(&[4, 5])?, &Tensor::i32(&[2], start)?, &shape)?;
        assert_eq!(part.shape(), shape, "from {start:?}");
    }
    let part = kernels.slice_at(&floats(&[0, 5])?, &Tensor::i32(&[2], [0, 2])?, &[0, 3])?;
    assert_eq!(part.shape(), [0, 3]);
    Ok(())
}

#[conformance(of = "update_at", uses("empty_tensors", "dynamic_offsets"))]
pub fn update_at(kernels: &dyn Kernels) -> Checked {
    let x = floats(&[4, 5])?;
    for (start, shape) in [([4, 0], [0, 2]), ([0, 5], [3, 0]), ([4, 5], [0, 0]), ([1, 2], [0, 3])] {
        assert_eq!(kernels.update_at(&x, &floats(&shape)?, &Tensor::i32(&[2], start)?)?, x, "{shape:?} from {start:?}");
    }
    Ok(())
}

#[conformance(of = "take_along_axis", uses = "empty_tensors")]
pub fn take_along_axis(kernels: &dyn Kernels) -> Checked {
    for (x, indices, axis) in
        [([2, 3], [2, 0], 1), ([2, 3], [0, 3], 0), ([2, 0], [2, 0], 1), ([2, 0], [5, 0], 0), ([0, 3], [0, 7], 1)]
    {
        let made = kernels.take_along_axis(&floats(&x)?, &ones(&indices, Dtype::I32)?, axis)?;
        assert_eq!(made.shape(), indices, "of {x:?} along {axis}");
    }
    Ok(())
}

#[conformance(of = "concatenate", uses = "empty_tensors")]
pub fn concatenate(kernels: &dyn Kernels) -> Checked {
    let (x, none, no_column) = (floats(&[2, 3])?, floats(&[0, 3])?, floats(&[2, 0])?);
    for parts in [vec![&x, &none], vec![&none, &x], vec![&none, &x, &none]] {
        assert_eq!(kernels.concatenate(&parts, 0)?, x);
    }
    for parts in [vec![&x, &no_column], vec![&no_column, &x], vec![&no_column, &x, &no_column]] {
        assert_eq!(kernels.concatenate(&parts, 1)?, x);
    }
    assert_eq!(kernels.concatenate(&[&none, &none], 0)?.shape(), [0, 3]);
    assert_eq!(kernels.concatenate(&[&none, &none], 1)?.shape(), [0, 6]);
    Ok(())
}

#[conformance(of = "broadcast_to", uses = "empty_tensors")]
pub fn broadcast_to(kernels: &dyn Kernels) -> Checked {
    let right: [[&[usize]; 2]; 7] = [
        [&[1], &[0]],
        [&[], &[0]],
        [&[0], &[0]],
        [&[0], &[2, 0]],
        [&[2, 1], &[2, 0]],
        [&[1, 3], &[0, 3]],
        [&[0, 1], &[0, 3]],
    ];
    for [from, to] in right {
        assert_eq!(kernels.broadcast_to(&floats(from)?, to)?.shape(), to, "of {from:?}");
    }
    Ok(())
}

#[conformance(of = "rms_norm", uses = "empty_tensors", rows(0, 2), width(0, 3))]
pub fn rms_norm(kernels: &dyn Kernels, rows: usize, width: usize) -> Checked {
    let made = kernels.rms_norm(&floats(&[rows, width])?, &floats(&[width])?, 1e-5)?;
    assert_eq!(made.shape(), [rows, width]);
    Ok(())
}

#[conformance(of = "layer_norm", uses = "empty_tensors", rows(0, 2), width(0, 3))]
pub fn layer_norm(kernels: &dyn Kernels, rows: usize, width: usize) -> Checked {
    let parameter = floats(&[width])?;
    let made = kernels.layer_norm(&floats(&[rows, width])?, &parameter, &parameter, 1e-5)?;
    assert_eq!(made.shape(), [rows, width]);
    Ok(())
}

/// None of the elements are a number of them.
#[conformance(of = "top_k", uses = "empty_tensors", axis(0, 1))]
pub fn top_k(kernels: &dyn Kernels, axis: usize) -> Checked {
    let (values, places) = kernels.top_k(&floats(&[2, 3])?, 0, axis)?;
    let mut shape = [2, 3];
    shape[axis] = 0;
    assert_eq!([values.shape(), places.shape()], [&shape[..]; 2]);
    Ok(())
}

#[conformance(of = "quantize", uses("quantization", "empty_tensors"), rows(0, 2), columns(0, 64), bits(4, 8))]
pub fn quantize(kernels: &dyn Kernels, rows: usize, columns: usize, bits: u32) -> Checked {
    let made = kernels.quantize(&floats(&[rows, columns])?, Quantization { group: 64, bits })?;
    assert_eq!((made.scales.shape(), made.columns), (&[rows, columns / 64][..], columns));
    assert_eq!(made.packed.len(), rows * columns * bits as usize / 32);
    Ok(())
}

/// No queries, no batch, values without elements; and of keys without elements all count alike.
#[conformance(
    of = "scaled_dot_product_attention",
    uses = "empty_tensors",
    axis(batch = 0, queries = 2, width = 3, value_width = 4)
)]
pub fn attention(kernels: &dyn Kernels, axis: usize) -> Checked {
    let mut sizes = [2, 2, 3, 4, 5];
    sizes[axis] = 0;
    let [batch, heads, queries, width, value_width] = sizes;
    let (q, k) = (floats(&[batch, heads, queries, width])?, floats(&[batch, heads, 4, width])?);
    let (v, added) = (floats(&[batch, heads, 4, value_width])?, floats(&[1, 4])?);
    let masks = [Mask::NONE, Mask::CAUSAL, Mask::window(2)];
    for mask in masks.into_iter().flat_map(|mask| [mask, mask.plus(&added)]) {
        for logits in [Logits::scaled(0.5), Logits::scaled(0.5).capped(2.0)] {
            let made = kernels.scaled_dot_product_attention(&q, &k, &v, logits, mask)?;
            assert_eq!(made, floats(&[batch, heads, queries, value_width])?);
        }
    }
    Ok(())
}
