//! Tensors on the host.

mod corrupt;
mod data;
mod dtype;
mod layout;
mod round;

use std::fmt;

use crate::error::KernelError;
pub use data::Data;
pub use dtype::Dtype;
pub use layout::{Layout, Placed};
use round::{to_bf16, to_f16, whole_to_bf16};

/// A dense tensor in host memory, row-major. Two of equal shape and elements are equal, whatever the [`Layout`] that a
/// backend is to hold them in.
#[derive(Clone)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Data,
    layout: Layout,
}

impl PartialEq for Tensor {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.data == other.data
    }
}

impl Tensor {
    /// A tensor of these elements, in row-major order. A shape without dimensions holds one element.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are, or its dimensions multiply to 2^31 or more.
    pub fn new(shape: &[usize], data: Data) -> Result<Self, KernelError> {
        match Self::count(shape) {
            Some(count) if count == data.len() => Ok(Self { shape: shape.to_vec(), data, layout: Layout::RowMajor }),
            Some(count) => Err(shape_error(format!("shape {shape:?} holds {count} elements, not {}", data.len()))),
            None => {
                Err(shape_error(format!("shape {shape:?} is too large: at most {} elements are supported", i32::MAX)))
            }
        }
    }

    /// How many elements a shape holds; none for a shape of which the dimensions that are not 0 hold more than an `i32` counts.
    /// MLX counts in `i32`, and a shape of 2^40 by 0 would keep any loop over its rows busy forever.
    pub fn count(shape: &[usize]) -> Option<usize> {
        let full = shape.iter().filter(|dim| **dim > 0).try_fold(1_usize, |product, dim| product.checked_mul(*dim));
        full.filter(|full| i32::try_from(*full).is_ok()).map(|full| if shape.contains(&0) { 0 } else { full })
    }

    /// A tensor of 64-bit floats.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn f64(shape: &[usize], values: impl Into<Vec<f64>>) -> Result<Self, KernelError> {
        Self::new(shape, Data::F64(values.into()))
    }

    /// A tensor of 32-bit floats.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn f32(shape: &[usize], values: impl Into<Vec<f32>>) -> Result<Self, KernelError> {
        Self::new(shape, Data::F32(values.into()))
    }

    /// A tensor of 32-bit integers.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn i32(shape: &[usize], values: impl Into<Vec<i32>>) -> Result<Self, KernelError> {
        Self::new(shape, Data::I32(values.into()))
    }

    /// A tensor of truth values.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn bool(shape: &[usize], values: impl Into<Vec<bool>>) -> Result<Self, KernelError> {
        Self::new(shape, Data::Bool(values.into()))
    }

    /// A tensor of these values, each rounded once to the nearest of `dtype` (ties to even). For integers they are rounded
    /// towards zero and saturate; NaN becomes 0. What is not 0 is true.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn from_f64(shape: &[usize], dtype: Dtype, values: &[f64]) -> Result<Self, KernelError> {
        let data = match dtype {
            Dtype::F64 => Data::F64(values.to_vec()),
            Dtype::F32 => Data::F32(values.iter().map(|x| *x as f32).collect()),
            Dtype::F16 => Data::F16(values.iter().map(|x| to_f16(*x)).collect()),
            Dtype::BF16 => Data::BF16(values.iter().map(|x| to_bf16(*x)).collect()),
            Dtype::I64 => Data::I64(values.iter().map(|x| *x as i64).collect()),
            Dtype::I32 => Data::I32(values.iter().map(|x| *x as i32).collect()),
            Dtype::I8 => Data::I8(values.iter().map(|x| *x as i8).collect()),
            Dtype::U8 => Data::U8(values.iter().map(|x| *x as u8).collect()),
            Dtype::Bool => Data::Bool(values.iter().map(|x| *x != 0.0).collect()),
        };
        Self::new(shape, data)
    }

    /// A tensor of these whole numbers, each rounded once to the nearest of `dtype` (ties to even). Of shorter integers the low
    /// bits are kept. What is not 0 is true.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn from_i64(shape: &[usize], dtype: Dtype, values: &[i64]) -> Result<Self, KernelError> {
        let data = match dtype {
            Dtype::F64 => Data::F64(values.iter().map(|x| *x as f64).collect()),
            Dtype::F32 => Data::F32(values.iter().map(|x| *x as f32).collect()),
            // What a 64-bit float does not hold is infinite here.
            Dtype::F16 => Data::F16(values.iter().map(|x| to_f16(*x as f64)).collect()),
            Dtype::BF16 => Data::BF16(values.iter().map(|x| whole_to_bf16(*x)).collect()),
            Dtype::I64 => Data::I64(values.to_vec()),
            Dtype::I32 => Data::I32(values.iter().map(|x| *x as i32).collect()),
            Dtype::I8 => Data::I8(values.iter().map(|x| *x as i8).collect()),
            Dtype::U8 => Data::U8(values.iter().map(|x| *x as u8).collect()),
            Dtype::Bool => Data::Bool(values.iter().map(|x| *x != 0).collect()),
        };
        Self::new(shape, data)
    }

    /// The same tensor, for a backend to hold in this layout while a kernel reads it. On the host nothing changes.
    #[must_use]
    pub fn with_layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// How a backend is to hold the elements while a kernel reads them.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The elements as they stand in memory in the tensor's layout.
    pub fn placed(&self) -> Placed {
        Placed::new(&self.shape, &self.data, self.layout)
    }

    /// The length of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.data.dtype()
    }

    /// The elements.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as 64-bit floats, which hold all but those of `i64` beyond 2^53; these are rounded to the nearest. True is 1.
    pub fn to_f64(&self) -> Vec<f64> {
        match &self.data {
            Data::F64(values) => values.clone(),
            Data::F32(values) => values.iter().map(|x| f64::from(*x)).collect(),
            Data::F16(values) => values.iter().map(|x| x.to_f64()).collect(),
            Data::BF16(values) => values.iter().map(|x| x.to_f64()).collect(),
            Data::I64(values) => values.iter().map(|x| *x as f64).collect(),
            Data::I32(values) => values.iter().map(|x| f64::from(*x)).collect(),
            Data::I8(values) => values.iter().map(|x| f64::from(*x)).collect(),
            Data::U8(values) => values.iter().map(|x| f64::from(*x)).collect(),
            Data::Bool(values) => values.iter().map(|x| f64::from(u8::from(*x))).collect(),
        }
    }

    /// The elements of a tensor of integers or truth values, exactly. True is 1.
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        match &self.data {
            Data::I64(values) => Some(values.clone()),
            Data::I32(values) => Some(values.iter().map(|x| i64::from(*x)).collect()),
            Data::I8(values) => Some(values.iter().map(|x| i64::from(*x)).collect()),
            Data::U8(values) => Some(values.iter().map(|x| i64::from(*x)).collect()),
            Data::Bool(values) => Some(values.iter().map(|x| i64::from(*x)).collect()),
            Data::F64(_) | Data::F32(_) | Data::F16(_) | Data::BF16(_) => None,
        }
    }

    /// The elements of a tensor of 32-bit integers.
    pub fn as_i32(&self) -> Option<&[i32]> {
        match &self.data {
            Data::I32(values) => Some(values),
            _ => None,
        }
    }

    /// The elements of a tensor of truth values.
    pub fn as_bool(&self) -> Option<&[bool]> {
        match &self.data {
            Data::Bool(values) => Some(values),
            _ => None,
        }
    }
}

fn shape_error(message: String) -> KernelError {
    KernelError::Shape { function: "tensor", message }
}

/// How many elements `Debug` shows.
const SHOWN: usize = 16;

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?} ", self.dtype(), self.shape)?;
        let shown = self.len().min(SHOWN);
        match self.to_i64() {
            Some(values) => write!(f, "{:?}", &values[..shown])?,
            None => write!(f, "{:?}", &self.to_f64()[..shown])?,
        }
        if shown == self.len() { Ok(()) } else { write!(f, " and {} more", self.len() - shown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_to_hold_the_elements() {
        assert!(Tensor::f32(&[2, 2], [1.0; 4]).is_ok());
        assert!(Tensor::f32(&[], [1.0]).is_ok());
        assert!(Tensor::f32(&[0, 1 << 30], []).is_ok());
        for shape in [&[][..], &[3], &[usize::MAX, usize::MAX], &[0], &[0, 1 << 31], &[0, usize::MAX, usize::MAX]] {
            assert!(matches!(Tensor::f32(shape, [1.0; 2]), Err(KernelError::Shape { .. })), "{shape:?}");
        }
    }

    #[test]
    fn values_are_rounded_once_and_to_even() {
        let tie = 1.0 + f64::from(f32::EPSILON) / 2.0;
        assert_eq!(Tensor::from_f64(&[1], Dtype::F32, &[tie]).unwrap().to_f64(), [1.0]);
        assert_eq!(Tensor::from_f64(&[1], Dtype::F64, &[tie]).unwrap().to_f64(), [tie]);
        // 1 + 2^-11 + 2^-30 is above a tie of f16; rounding it to f32 first would make it a tie.
        let above = 1.0 + 2_f64.powi(-11) + 2_f64.powi(-30);
        assert_eq!(Tensor::from_f64(&[1], Dtype::F16, &[above]).unwrap().to_f64(), [1.0 + 2_f64.powi(-10)]);
        assert_eq!(Tensor::from_f64(&[2], Dtype::I32, &[-1.9, f64::NAN]).unwrap().to_f64(), [-1.0, 0.0]);
        let truths = Tensor::from_f64(&[4], Dtype::Bool, &[0.0, -0.0, 0.5, f64::NAN]).unwrap();
        assert_eq!(truths.as_bool(), Some(&[false, false, true, true][..]));
    }

    #[test]
    fn whole_numbers_are_rounded_once_and_shorter_ones_keep_the_low_bits() {
        let of = |dtype, x: i64| Tensor::from_i64(&[], dtype, &[x]).unwrap();
        let float = |dtype, x: i64| of(dtype, x).to_f64()[0];
        let whole = |dtype, x: i64| of(dtype, x).to_i64().unwrap()[0];
        // Above a tie of f32 by less than a 64-bit float tells.
        let (above, power) = ((1 << 60) + (1 << 36) + 1, 2_f64.powi(60));
        assert_eq!([float(Dtype::F32, above), float(Dtype::F32, above - 1)], [power + 2_f64.powi(37), power]);
        assert_eq!(float(Dtype::F64, (1 << 53) + 1), 2_f64.powi(53));
        assert_eq!([float(Dtype::F16, 65_519), float(Dtype::F16, 65_520)], [65_504.0, f64::INFINITY]);
        for x in [i64::MIN, i64::MAX, (1 << 53) + 1, -129, 128, 255, 256, 1 << 32, 0] {
            assert_eq!(whole(Dtype::I64, x), x);
            assert_eq!(whole(Dtype::I32, x), x << 32 >> 32);
            assert_eq!(whole(Dtype::I8, x), x << 56 >> 56);
            assert_eq!(whole(Dtype::U8, x), x & 255);
            assert_eq!(whole(Dtype::Bool, x), i64::from(x != 0));
        }
        assert_eq!(Tensor::f32(&[], [1.0]).unwrap().to_i64(), None);
    }

    #[test]
    fn a_layout_is_no_part_of_the_value() {
        let x = Tensor::f32(&[2], [1.0, 2.0]).unwrap();
        let strided = x.clone().with_layout(Layout::Strided);
        assert_eq!((x.layout(), strided.layout()), (Layout::RowMajor, Layout::Strided));
        assert_eq!((strided.data(), &strided), (x.data(), &x));
        assert_ne!(strided, Tensor::f32(&[2], [1.0, 3.0]).unwrap());
    }

    #[test]
    fn debug_is_short() {
        assert_eq!(format!("{:?}", Tensor::i32(&[2], [1, 2]).unwrap()), "i32[2] [1, 2]");
        assert_eq!(
            format!("{:?}", Tensor::from_i64(&[], Dtype::I64, &[i64::MAX]).unwrap()),
            "i64[] [9223372036854775807]"
        );
        assert!(format!("{:?}", Tensor::f32(&[100], [0.0; 100]).unwrap()).ends_with("and 84 more"));
    }
}
