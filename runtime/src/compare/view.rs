//! Borrowed arrays.

use std::borrow::Cow;
use std::fmt;

/// Calls a macro with every type that an array can hold: the name of the variant, the type, and what is printed.
#[cfg(feature = "half")]
macro_rules! for_each_dtype {
    ($macro:ident) => {
        $crate::compare::view::for_dtypes! { $macro F16: half::f16 = "f16", BF16: half::bf16 = "bf16", }
    };
}
#[cfg(not(feature = "half"))]
macro_rules! for_each_dtype {
    ($macro:ident) => {
        $crate::compare::view::for_dtypes! { $macro }
    };
}
pub(super) use for_each_dtype;

/// The same with these floats of 16 bits, of which the standard library has none.
macro_rules! for_dtypes {
    ($macro:ident $($half:ident: $half_type:ty = $half_name:literal,)*) => {
        $macro! {
            floats {
                $($half: $half_type = $half_name,)*
                F32: f32 = "f32",
                F64: f64 = "f64",
            }
            exact {
                I8: i8 = "i8",
                I16: i16 = "i16",
                I32: i32 = "i32",
                I64: i64 = "i64",
                I128: i128 = "i128",
                Isize: isize = "isize",
                U8: u8 = "u8",
                U16: u16 = "u16",
                U32: u32 = "u32",
                U64: u64 = "u64",
                U128: u128 = "u128",
                Usize: usize = "usize",
                Bool: bool = "bool",
                Char: char = "char",
                Duration: std::time::Duration = "Duration",
            }
        }
    };
}
pub(super) use for_dtypes;

macro_rules! dtype {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        /// The type of the elements of an array.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Dtype {
            $(#[doc = concat!("`", $float_name, "`")] $float,)*
            $(#[doc = concat!("`", $exact_name, "`")] $exact,)*
        }

        impl Dtype {
            /// The name, such as `bf16`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$float => $float_name,)*
                    $(Self::$exact => $exact_name,)*
                }
            }

            /// The type of this name.
            #[cfg(feature = "harness")]
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $($float_name => Some(Self::$float),)*
                    $($exact_name => Some(Self::$exact),)*
                    _ => None,
                }
            }

            /// Whether the elements are floats, which a tolerance is for.
            pub const fn is_float(self) -> bool {
                matches!(self, $(Self::$float)|*)
            }
        }
    };
}
for_dtypes!(dtype F16: () = "f16", BF16: () = "bf16",);

macro_rules! define {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        /// The elements of an array.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub enum Data<'a> {
            $(#[doc = concat!("`", $float_name, "`")] $float(&'a [$float_type]),)*
            $(#[doc = concat!("`", $exact_name, "`")] $exact(&'a [$exact_type]),)*
        }

        impl Data<'_> {
            /// The type of the elements.
            pub const fn dtype(&self) -> Dtype {
                match self {
                    $(Self::$float(_) => Dtype::$float,)*
                    $(Self::$exact(_) => Dtype::$exact,)*
                }
            }

            /// The number of elements.
            pub const fn len(&self) -> usize {
                match self {
                    $(Self::$float(values) => values.len(),)*
                    $(Self::$exact(values) => values.len(),)*
                }
            }
        }

        define!(@from $($float: $float_type,)* $($exact: $exact_type,)*);
    };
    (@from $($variant:ident: $type:ty,)*) => {$(
        impl<'a> From<&'a [$type]> for Data<'a> {
            fn from(values: &'a [$type]) -> Self {
                Self::$variant(values)
            }
        }

        impl<'a> From<&'a Vec<$type>> for Data<'a> {
            fn from(values: &'a Vec<$type>) -> Self {
                Self::$variant(values)
            }
        }
    )*};
}
for_each_dtype!(define);

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Data<'_> {
    /// Whether there is no element.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A borrowed array.
#[derive(Clone, Debug)]
pub struct View<'a> {
    pub(super) data: Data<'a>,
    pub(super) shape: Cow<'a, [usize]>,
    pub(super) layout: Layout<'a>,
    /// The number of elements of the shape.
    pub(super) total: usize,
}

/// Where in the data the elements are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Layout<'a> {
    /// One after the other in row-major order, from this one on.
    RowMajor { first: usize },
    /// Every position lies within the data.
    Strided { strides: &'a [isize], first: usize },
}

/// Why there is no such array.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// There are more elements than the shape holds, or fewer.
    #[error("shape {shape:?} holds {holds} elements, not {given}")]
    Length {
        /// The shape.
        shape: Vec<usize>,
        /// How many elements it holds.
        holds: usize,
        /// How many there are.
        given: usize,
    },
    /// The number of elements of the shape is no `usize`.
    #[error("shape {shape:?} holds more elements than can be counted")]
    TooLarge {
        /// The shape.
        shape: Vec<usize>,
    },
    /// There is not one stride a dimension.
    #[error("shape {shape:?} needs {} strides, not the {} of {strides:?}", .shape.len(), .strides.len())]
    Rank {
        /// The shape.
        shape: Vec<usize>,
        /// The strides.
        strides: Vec<isize>,
    },
    /// An element lies before or behind the data.
    #[error(
        "shape {shape:?} with strides {strides:?} from element {first} on leaves the {given} elements that are there"
    )]
    OutOfBounds {
        /// The shape.
        shape: Vec<usize>,
        /// The strides.
        strides: Vec<isize>,
        /// The position of the element at index 0.
        first: usize,
        /// How many elements there are.
        given: usize,
    },
}

impl<'a> View<'a> {
    /// All of these elements, in row-major order. A shape without dimensions holds one element.
    ///
    /// # Errors
    /// When the shape does not hold as many elements as there are.
    pub fn new(data: impl Into<Data<'a>>, shape: impl Into<Cow<'a, [usize]>>) -> Result<Self, ViewError> {
        let (data, shape) = (data.into(), shape.into());
        let total = count(&shape)?;
        if total == data.len() {
            Ok(Self { data, shape, layout: Layout::RowMajor { first: 0 }, total })
        } else {
            Err(ViewError::Length { shape: shape.into_owned(), holds: total, given: data.len() })
        }
    }

    /// The elements at `first + Σ index[k] · strides[k]`. Strides are counted in elements; they may be negative, or 0, which
    /// repeats an element.
    ///
    /// # Errors
    /// When an element does not lie within the data.
    pub fn strided(
        data: impl Into<Data<'a>>,
        shape: impl Into<Cow<'a, [usize]>>,
        strides: &'a [isize],
        first: usize,
    ) -> Result<Self, ViewError> {
        let (data, shape) = (data.into(), shape.into());
        if strides.len() != shape.len() {
            return Err(ViewError::Rank { shape: shape.into_owned(), strides: strides.to_vec() });
        }
        let total = count(&shape)?;
        // Where there is no element, the strides lead nowhere.
        if total > 0 && !stays_inside(&shape, strides, first, data.len()) {
            let (shape, strides) = (shape.into_owned(), strides.to_vec());
            return Err(ViewError::OutOfBounds { shape, strides, first, given: data.len() });
        }
        let layout = match is_row_major(&shape, strides) || total == 0 {
            true => Layout::RowMajor { first: if total == 0 { 0 } else { first } },
            false => Layout::Strided { strides, first },
        };
        Ok(Self { data, shape, layout, total })
    }

    /// One element, without dimensions; `data` holds it and nothing else.
    pub(super) fn scalar(data: impl Into<Data<'a>>) -> Self {
        Self { data: data.into(), shape: Cow::Borrowed(&[]), layout: Layout::RowMajor { first: 0 }, total: 1 }
    }

    /// The type of the elements.
    pub const fn dtype(&self) -> Dtype {
        self.data.dtype()
    }

    /// The length of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub const fn len(&self) -> usize {
        self.total
    }

    /// Whether there is no element.
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }
}

fn count(shape: &[usize]) -> Result<usize, ViewError> {
    if shape.contains(&0) {
        return Ok(0);
    }
    let total = shape.iter().try_fold(1_usize, |product, dim| product.checked_mul(*dim));
    total.ok_or_else(|| ViewError::TooLarge { shape: shape.to_vec() })
}

/// Whether the elements of a shape without zeros lie within so many.
fn stays_inside(shape: &[usize], strides: &[isize], first: usize, given: usize) -> bool {
    let (mut low, mut high) = (first as i128, first as i128);
    for (dim, stride) in shape.iter().zip(strides) {
        // Both factors have at most 64 bits.
        let reach = (*dim as i128 - 1) * *stride as i128;
        let (low_end, high_end) = (low.checked_add(reach.min(0)), high.checked_add(reach.max(0)));
        let (Some(low_end), Some(high_end)) = (low_end, high_end) else { return false };
        (low, high) = (low_end, high_end);
    }
    low >= 0 && high < given as i128
}

fn is_row_major(shape: &[usize], strides: &[isize]) -> bool {
    let mut step = 1;
    shape.iter().zip(strides).rev().filter(|(dim, _)| **dim != 1).all(|(dim, stride)| {
        let fits = usize::try_from(*stride) == Ok(step);
        step = step.saturating_mul(*dim);
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: [f32; 6] = [0.0; 6];

    #[test]
    fn a_shape_has_to_hold_as_many_elements_as_there_are() {
        for (shape, holds) in [(&[][..], 1), (&[5], 5), (&[2, 4], 8), (&[0, usize::MAX, 2], 0)] {
            let error = View::new(&SIX[..], shape).unwrap_err();
            assert_eq!(error, ViewError::Length { shape: shape.to_vec(), holds, given: 6 });
        }
        assert_eq!(View::new(&SIX[..], &[3, 2][..]).unwrap().len(), 6);
        assert_eq!(View::new(&SIX[..0], &[0, usize::MAX, 2][..]).unwrap().len(), 0);
        let huge = [usize::MAX, 2];
        assert_eq!(View::new(&SIX[..], &huge[..]).unwrap_err(), ViewError::TooLarge { shape: huge.to_vec() });
    }

    #[test]
    fn every_element_of_a_strided_view_lies_within_the_data() {
        let inside: [(&[usize], &[isize], usize); 9] = [
            (&[2, 3], &[3, 1], 0),
            (&[3, 2], &[1, 3], 0),
            (&[6], &[-1], 5),
            (&[2, 3], &[-3, -1], 5),
            (&[usize::MAX], &[0], 5),
            (&[2], &[5], 0),
            (&[], &[], 5),
            (&[1, 1], &[isize::MAX, isize::MIN], 5),
            (&[0, 7], &[isize::MAX, isize::MIN], usize::MAX),
        ];
        for (shape, strides, first) in inside {
            assert!(View::strided(&SIX[..], shape, strides, first).is_ok(), "{shape:?} {strides:?} {first}");
        }
        let outside: [(&[usize], &[isize], usize); 8] = [
            (&[2, 3], &[3, 1], 1),
            (&[6], &[-1], 4),
            (&[7], &[1], 0),
            (&[2], &[6], 0),
            (&[], &[], 6),
            (&[3, 3], &[isize::MAX, isize::MIN], 3),
            (&[usize::MAX, 1, 1], &[isize::MAX, 0, 0], 0),
            (&[usize::MAX], &[isize::MIN], usize::MAX),
        ];
        for (shape, strides, first) in outside {
            let refused = matches!(
                View::strided(&SIX[..], shape, strides, first),
                Err(ViewError::OutOfBounds { .. } | ViewError::TooLarge { .. })
            );
            assert!(refused, "{shape:?} {strides:?} {first}");
        }
        assert!(matches!(View::strided(&SIX[..], &[6][..], &[], 0), Err(ViewError::Rank { .. })));
    }

    #[test]
    fn strides_that_are_those_of_row_major_order_are_read_like_it() {
        let layout = |shape: &'static [usize], strides: &'static [isize]| {
            View::strided(&SIX[..], shape, strides, 0).unwrap().layout
        };
        for (shape, strides) in
            [(&[2, 3][..], &[3_isize, 1][..]), (&[1, 3], &[-7, 1]), (&[2, 1, 3], &[3, 0, 1]), (&[], &[])]
        {
            assert_eq!(layout(shape, strides), Layout::RowMajor { first: 0 }, "{shape:?} {strides:?}");
        }
        for (shape, strides) in [(&[2, 3][..], &[1_isize, 2][..]), (&[3], &[2]), (&[2, 2], &[3, 1]), (&[4], &[0])] {
            assert_eq!(layout(shape, strides), Layout::Strided { strides, first: 0 }, "{shape:?} {strides:?}");
        }
    }
}
