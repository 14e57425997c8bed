//! Where in memory the elements of a tensor are.

use half::{bf16, f16};

use super::data::Data;

/// How a backend is to hold a tensor's elements in its memory while a kernel reads them. The elements, their order and
/// the shape are the same in each; a backend without views of memory may ignore it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// In the order of the elements, without gaps, from the beginning of the buffer.
    #[default]
    RowMajor,
    /// The first axis is the one whose neighbours stand next to each other, as in Fortran: a view of the tensor with its axes
    /// reversed.
    Transposed,
    /// Every second element of a buffer, the first of which is not the tensor's.
    Strided,
    /// In order and without gaps, behind others: the view does not begin where the buffer does.
    Offset,
}

/// How many elements stand before an [`Layout::Offset`] tensor: odd, so that a wide load is not aligned.
const BEFORE: usize = 3;

/// A buffer, and where in it the elements of a tensor are.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The whole buffer. What is not of the tensor is NaN, 0 or false.
    pub buffer: Data,
    /// Where the first element stands.
    pub offset: usize,
    /// How many elements further the next one along each axis stands.
    pub strides: Vec<usize>,
}

impl Placed {
    /// Places the elements of a tensor of this shape.
    pub(super) fn new(shape: &[usize], data: &Data, layout: Layout) -> Self {
        let count = data.len();
        let row_major = strides(shape);
        let (strides, offset, length) = match layout {
            Layout::RowMajor => (row_major, 0, count),
            Layout::Transposed => {
                let reversed: Vec<_> = shape.iter().rev().copied().collect();
                (strides(&reversed).into_iter().rev().collect(), 0, count)
            }
            Layout::Strided => (row_major.iter().map(|stride| stride * 2).collect(), 1, count * 2),
            Layout::Offset => (row_major, BEFORE, BEFORE + count),
        };
        let places = places(shape, &strides, offset);
        let buffer = match data {
            Data::F64(values) => Data::F64(spread(values, places, length, f64::NAN)),
            Data::F32(values) => Data::F32(spread(values, places, length, f32::NAN)),
            Data::F16(values) => Data::F16(spread(values, places, length, f16::NAN)),
            Data::BF16(values) => Data::BF16(spread(values, places, length, bf16::NAN)),
            Data::I32(values) => Data::I32(spread(values, places, length, 0)),
            Data::Bool(values) => Data::Bool(spread(values, places, length, false)),
        };
        Self { buffer, offset, strides }
    }
}

fn strides(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect()
}

/// Where each element stands, in the order of the elements.
fn places(shape: &[usize], strides: &[usize], offset: usize) -> impl Iterator<Item = usize> {
    (0..shape.iter().product()).map(move |mut at| {
        let mut place = offset;
        for (dim, stride) in shape.iter().zip(strides).rev() {
            place += at % dim * stride;
            at /= dim;
        }
        place
    })
}

fn spread<T: Copy>(values: &[T], places: impl Iterator<Item = usize>, length: usize, gap: T) -> Vec<T> {
    let mut buffer = vec![gap; length];
    values.iter().zip(places).for_each(|(value, place)| buffer[place] = *value);
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(layout: Layout) -> (Vec<i32>, usize, Vec<usize>) {
        let placed = Placed::new(&[2, 3], &Data::I32(vec![1, 2, 3, 4, 5, 6]), layout);
        let Placed { buffer: Data::I32(buffer), offset, strides } = placed else { panic!("not of integers") };
        (buffer, offset, strides)
    }

    #[test]
    fn each_layout_puts_the_elements_somewhere_else() {
        assert_eq!(placed(Layout::RowMajor), (vec![1, 2, 3, 4, 5, 6], 0, vec![3, 1]));
        assert_eq!(placed(Layout::Transposed), (vec![1, 4, 2, 5, 3, 6], 0, vec![1, 2]));
        assert_eq!(placed(Layout::Strided), (vec![0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6], 1, vec![6, 2]));
        assert_eq!(placed(Layout::Offset), (vec![0, 0, 0, 1, 2, 3, 4, 5, 6], 3, vec![3, 1]));
    }

    #[test]
    fn a_number_and_nothing_have_places_too() {
        let number = Placed::new(&[], &Data::F64(vec![7.0]), Layout::Offset);
        assert_eq!((number.offset, number.strides, number.buffer.len()), (3, vec![], 4));
        let nothing = Placed::new(&[0, 2], &Data::Bool(vec![]), Layout::Transposed);
        assert_eq!((nothing.strides, nothing.buffer), (vec![1, 0], Data::Bool(vec![])));
    }
}
