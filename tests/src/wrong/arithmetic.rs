//! Kernels that take their operands element by element.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Gelu, Kernels, Tensor};

use super::Kind::{Argument, Shape, Type};
use super::{Kernel, NO_FLOATS, NO_NUMBERS, TYPES, floats, ones, others};
use crate::Checked;

/// Shapes that cannot be broadcast together, most of them nearly.
const APART: [[&[usize]; 2]; 14] = [
    [&[2], &[3]],
    // Twice and three times as long.
    [&[4], &[2]],
    [&[2, 6], &[2]],
    [&[4, 3], &[2, 3]],
    [&[2, 3], &[2]],
    // As many elements.
    [&[6], &[2, 3]],
    [&[2, 3], &[3, 2]],
    [&[2, 3], &[2, 3, 1, 2]],
    [&[4], &[2, 2]],
    [&[2, 1, 3], &[4, 3, 3]],
    [&[1, 2, 3], &[3, 2]],
    // Nothing is not one.
    [&[2], &[0]],
    [&[3, 0], &[3]],
    [&[0, 3], &[2, 3]],
];

/// Asserts what is refused of two operands: shapes that are apart, one that is too large, and two types.
#[track_caller]
fn assert_pairs(kernel: Kernel, call: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>) -> Checked {
    call(&floats(&[1, 3])?, &floats(&[3])?)?;
    call(&floats(&[2, 3])?, &floats(&[2, 1])?)?;
    for [a, b] in APART {
        kernel.assert_refuses(Shape, [a, b], call(&floats(a)?, &floats(b)?))?;
        kernel.assert_refuses(Shape, [b, a], call(&floats(b)?, &floats(a)?))?;
    }
    // 2^32 elements.
    let (column, row) = (floats(&[1 << 16, 1])?, floats(&[1 << 16])?);
    kernel.assert_refuses(Shape, "a column and a row that make 2^32 elements", call(&column, &row))?;
    for dtype in TYPES {
        for other in others(dtype) {
            for shape in [&[2][..], &[], &[0]] {
                kernel.assert_refuses(Type, (dtype, other, shape), call(&ones(shape, dtype)?, &ones(shape, other)?))?;
            }
        }
    }
    Ok(())
}

/// Asserts the same, and that these types are refused, also of tensors without dimensions and without elements.
#[track_caller]
fn assert_numbers(kernel: Kernel, refused: &[Dtype], call: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>) -> Checked {
    for (dtype, shape) in refused.iter().flat_map(|dtype| [&[2][..], &[], &[0]].map(|shape| (*dtype, shape))) {
        let x = ones(shape, dtype)?;
        kernel.assert_refuses(Type, (dtype, shape), call(&x, &x))?;
    }
    assert_pairs(kernel, call)
}

#[conformance(of = "add")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    assert_numbers(Kernel("add"), &NO_NUMBERS, |a, b| kernels.add(a, b))
}

#[conformance(of = "sub")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    assert_numbers(Kernel("sub"), &NO_NUMBERS, |a, b| kernels.sub(a, b))
}

#[conformance(of = "mul")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    assert_numbers(Kernel("mul"), &NO_NUMBERS, |a, b| kernels.mul(a, b))
}

#[conformance(of = "div")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("div");
    assert_numbers(kernel, &NO_NUMBERS, |a, b| kernels.div(a, b))?;
    // One divisor is 0, each in turn, however often it is repeated; whatever is divided.
    let shapes: [[&[usize]; 2]; 9] = [
        [&[], &[]],
        [&[3], &[3]],
        [&[3], &[]],
        [&[], &[3]],
        [&[2, 3], &[2, 3]],
        [&[2, 3], &[3]],
        [&[3], &[2, 3]],
        [&[2, 1], &[3]],
        [&[4, 1, 2], &[3, 1]],
    ];
    for [a, b] in shapes {
        let of = |shape: &[usize], number: i32| Tensor::i32(shape, vec![number; shape.iter().product()]);
        for dividend in [1, 0, -5, i32::MIN] {
            let x = of(a, dividend)?;
            kernels.div(&x, &of(b, -1)?)?;
            for place in 0..b.iter().product() {
                let mut divisors = vec![-1; b.iter().product()];
                divisors[place] = 0;
                let made = kernels.div(&x, &Tensor::i32(b, divisors.clone())?);
                kernel.assert_refuses(Argument, (dividend, a, divisors, b), made)?;
            }
        }
        // A float by 0 is a number.
        kernels.div(&floats(a)?, &Tensor::from_f64(b, Dtype::F32, &vec![0.0; b.iter().product()])?)?;
    }
    Ok(())
}

#[conformance(of = "maximum")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    assert_numbers(Kernel("maximum"), &NO_NUMBERS, |a, b| kernels.maximum(a, b))
}

#[conformance(of = "minimum")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    assert_numbers(Kernel("minimum"), &NO_NUMBERS, |a, b| kernels.minimum(a, b))
}

#[conformance(of = "equal")]
pub fn equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(Kernel("equal"), |a, b| kernels.equal(a, b))
}

#[conformance(of = "not_equal")]
pub fn not_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(Kernel("not_equal"), |a, b| kernels.not_equal(a, b))
}

#[conformance(of = "less")]
pub fn less(kernels: &dyn Kernels) -> Checked {
    assert_pairs(Kernel("less"), |a, b| kernels.less(a, b))
}

#[conformance(of = "less_equal")]
pub fn less_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(Kernel("less_equal"), |a, b| kernels.less_equal(a, b))
}

#[conformance(of = "greater")]
pub fn greater(kernels: &dyn Kernels) -> Checked {
    assert_pairs(Kernel("greater"), |a, b| kernels.greater(a, b))
}

#[conformance(of = "greater_equal")]
pub fn greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs(Kernel("greater_equal"), |a, b| kernels.greater_equal(a, b))
}

#[conformance(of = "select")]
pub fn select(kernels: &dyn Kernels) -> Checked {
    let (kernel, number) = (Kernel("select"), ones(&[], Dtype::Bool)?);
    assert_pairs(kernel, |a, b| kernels.select(&number, a, b))?;
    // The condition against what both make.
    for [a, b] in APART {
        for (condition, x) in [(a, b), (b, a)] {
            let (condition, x) = (ones(condition, Dtype::Bool)?, floats(x)?);
            kernel.assert_refuses(Shape, [a, b], kernels.select(&condition, &x, &x))?;
        }
    }
    let x = floats(&[2])?;
    for (dtype, shape) in others(Dtype::Bool).flat_map(|dtype| [&[2][..], &[]].map(|shape| (dtype, shape))) {
        kernel.assert_refuses(Type, (dtype, shape), kernels.select(&ones(shape, dtype)?, &x, &x))?;
    }
    let (column, row) = (ones(&[1 << 16, 1], Dtype::Bool)?, floats(&[1 << 16])?);
    kernel.assert_refuses(Shape, "a column and a row that make 2^32 elements", kernels.select(&column, &row, &row))
}

/// Asserts that these types are refused, also of tensors without dimensions and without elements, and that the others are not: 64-bit
/// floats, or all the rest.
#[track_caller]
fn assert_unary(kernel: Kernel, refused: &[Dtype], wide: bool, call: impl Fn(&Tensor) -> Checked<Tensor>) -> Checked {
    for dtype in TYPES.into_iter().filter(|dtype| (*dtype == Dtype::F64) == wide) {
        for shape in [&[2][..], &[], &[1, 0], &[0]] {
            let made = call(&ones(shape, dtype)?);
            if refused.contains(&dtype) {
                kernel.assert_refuses(Type, (dtype, shape), made)?;
            } else {
                let made = made?;
                assert_eq!((made.dtype(), made.shape()), (dtype, shape));
            }
        }
    }
    Ok(())
}

#[conformance(of = "neg", wide(no = false, yes = true uses("float64")))]
pub fn neg(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("neg"), &NO_NUMBERS, wide, |x| kernels.neg(x))
}

#[conformance(of = "exp", wide(no = false, yes = true uses("float64")))]
pub fn exp(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("exp"), &NO_FLOATS, wide, |x| kernels.exp(x))
}

#[conformance(of = "log", wide(no = false, yes = true uses("float64")))]
pub fn log(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("log"), &NO_FLOATS, wide, |x| kernels.log(x))
}

#[conformance(of = "sqrt", wide(no = false, yes = true uses("float64")))]
pub fn sqrt(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("sqrt"), &NO_FLOATS, wide, |x| kernels.sqrt(x))
}

#[conformance(of = "rsqrt", wide(no = false, yes = true uses("float64")))]
pub fn rsqrt(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("rsqrt"), &NO_FLOATS, wide, |x| kernels.rsqrt(x))
}

#[conformance(of = "round", wide(no = false, yes = true uses("float64")))]
pub fn round(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("round"), &NO_FLOATS, wide, |x| kernels.round(x))
}

#[conformance(of = "tanh", wide(no = false, yes = true uses("float64")))]
pub fn tanh(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("tanh"), &NO_FLOATS, wide, |x| kernels.tanh(x))
}

#[conformance(of = "sigmoid", wide(no = false, yes = true uses("float64")))]
pub fn sigmoid(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("sigmoid"), &NO_FLOATS, wide, |x| kernels.sigmoid(x))
}

#[conformance(of = "silu", wide(no = false, yes = true uses("float64")))]
pub fn silu(kernels: &dyn Kernels, wide: bool) -> Checked {
    assert_unary(Kernel("silu"), &NO_FLOATS, wide, |x| kernels.silu(x))
}

#[conformance(of = "gelu", form(Exact, Tanh), wide(no = false, yes = true uses("float64")))]
pub fn gelu(kernels: &dyn Kernels, form: Gelu, wide: bool) -> Checked {
    assert_unary(Kernel("gelu"), &NO_FLOATS, wide, |x| kernels.gelu(x, form))
}

/// Each type becomes each.
#[conformance(
    of = "cast",
    from(F32, F64, F16, BF16, I64, I32, I8, U8, Bool),
    to(F32, F64, F16, BF16, I64, I32, I8, U8, Bool)
)]
pub fn cast(kernels: &dyn Kernels, from: Dtype, to: Dtype) -> Checked {
    for shape in [&[2][..], &[], &[1, 0], &[0]] {
        let made = kernels.cast(&ones(shape, from)?, to)?;
        assert_eq!((made.dtype(), made.shape()), (to, shape));
    }
    Ok(())
}
