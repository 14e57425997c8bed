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
    /// Rows with a gap behind each: a view of a part of longer ones.
    Gaps,
    /// Rows without gaps, of which those that follow each other along the first axis are next to each other: a view of a tensor
    /// with the other axes than the last reversed, as the heads of a sequence are before they are put in front of it.
    Permuted,
    /// Each axis along which all elements are equal, held once.
    Repeated,
    /// Each row from its end to its beginning.
    Reversed,
}

/// How many elements stand before an [`Layout::Offset`] tensor: odd, so that a wide load is not aligned.
const BEFORE: usize = 3;

/// How many elements stand behind each row of a [`Layout::Gaps`] tensor.
const BEHIND: usize = 3;

/// A buffer, and where in it the elements of a tensor are.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The whole buffer. What is not of the tensor is NaN, 0 or false.
    pub buffer: Data,
    /// Where the first element stands.
    pub offset: usize,
    /// How many elements further the next one along each axis stands; before this one where it is negative.
    pub strides: Vec<isize>,
}

impl Placed {
    /// Places the elements of a tensor of this shape.
    pub(super) fn new(shape: &[usize], data: &Data, layout: Layout) -> Self {
        let count = data.len();
        let row_major = strides(shape);
        let in_rows = |rows: &[usize]| (strides(rows), 0, rows.iter().product());
        let (strides, offset, length) = match (layout, shape) {
            (Layout::Transposed, _) => {
                let reversed: Vec<_> = shape.iter().rev().copied().collect();
                (strides(&reversed).into_iter().rev().collect(), 0, count)
            }
            (Layout::Strided, _) => (row_major.iter().map(|stride| stride * 2).collect(), 1, count * 2),
            (Layout::Offset, _) => (row_major, BEFORE, BEFORE + count),
            (Layout::Gaps, [front @ .., last]) => in_rows(&[front, &[last + BEHIND]].concat()),
            (Layout::Permuted, [front @ .., last]) => {
                let reversed: Vec<_> = front.iter().rev().chain([last]).copied().collect();
                let mut strides = strides(&reversed);
                strides[..front.len()].reverse();
                (strides, 0, count)
            }
            (Layout::Repeated, _) => {
                let held: Vec<_> =
                    (0..shape.len()).map(|axis| if is_repeated(shape, data, axis) { 1 } else { shape[axis] }).collect();
                let strides = strides(&held).into_iter().zip(&held).zip(shape);
                let strides = strides.map(|((stride, held), length)| if held == length { stride } else { 0 });
                (strides.collect(), 0, held.iter().product())
            }
            (Layout::Reversed, [.., last]) => {
                let mut strides = row_major;
                strides[shape.len() - 1] = -1;
                (strides, last.saturating_sub(1), count)
            }
            (Layout::RowMajor | Layout::Gaps | Layout::Permuted | Layout::Reversed, _) => (row_major, 0, count),
        };
        let places = places(shape, &strides, offset);
        let buffer = match data {
            Data::F64(values) => Data::F64(spread(values, places, length, f64::NAN)),
            Data::F32(values) => Data::F32(spread(values, places, length, f32::NAN)),
            Data::F16(values) => Data::F16(spread(values, places, length, f16::NAN)),
            Data::BF16(values) => Data::BF16(spread(values, places, length, bf16::NAN)),
            Data::I64(values) => Data::I64(spread(values, places, length, 0)),
            Data::I32(values) => Data::I32(spread(values, places, length, 0)),
            Data::I8(values) => Data::I8(spread(values, places, length, 0)),
            Data::U8(values) => Data::U8(spread(values, places, length, 0)),
            Data::Bool(values) => Data::Bool(spread(values, places, length, false)),
        };
        Self { buffer, offset, strides }
    }
}

fn strides(shape: &[usize]) -> Vec<isize> {
    (0..shape.len()).map(|axis| shape[axis + 1..].iter().product::<usize>() as isize).collect()
}

/// Whether there are elements along the axis, several, and each is equal to the first.
fn is_repeated(shape: &[usize], data: &Data, axis: usize) -> bool {
    let (length, inner) = (shape[axis], shape[axis + 1..].iter().product::<usize>());
    let first = |at: usize| at - at / inner % length * inner;
    let equal = |same: &dyn Fn(usize, usize) -> bool| (0..data.len()).all(|at| same(at, first(at)));
    length > 1
        && !shape.contains(&0)
        && match data {
            Data::F64(values) => equal(&|a, b| values[a].to_bits() == values[b].to_bits()),
            Data::F32(values) => equal(&|a, b| values[a].to_bits() == values[b].to_bits()),
            Data::F16(values) => equal(&|a, b| values[a].to_bits() == values[b].to_bits()),
            Data::BF16(values) => equal(&|a, b| values[a].to_bits() == values[b].to_bits()),
            Data::I64(values) => equal(&|a, b| values[a] == values[b]),
            Data::I32(values) => equal(&|a, b| values[a] == values[b]),
            Data::I8(values) => equal(&|a, b| values[a] == values[b]),
            Data::U8(values) => equal(&|a, b| values[a] == values[b]),
            Data::Bool(values) => equal(&|a, b| values[a] == values[b]),
        }
}

/// Where each element stands, in the order of the elements.
fn places(shape: &[usize], strides: &[isize], offset: usize) -> impl Iterator<Item = usize> {
    (0..shape.iter().product()).map(move |mut at| {
        let mut place = offset as isize;
        for (dim, stride) in shape.iter().zip(strides).rev() {
            place += (at % dim) as isize * stride;
            at /= dim;
        }
        place as usize
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

    fn placed(layout: Layout) -> (Vec<i32>, usize, Vec<isize>) {
        placed_of(&[2, 3], vec![1, 2, 3, 4, 5, 6], layout)
    }

    fn placed_of(shape: &[usize], values: Vec<i32>, layout: Layout) -> (Vec<i32>, usize, Vec<isize>) {
        let placed = Placed::new(shape, &Data::I32(values), layout);
        let Placed { buffer: Data::I32(buffer), offset, strides } = placed else { panic!("not of integers") };
        (buffer, offset, strides)
    }

    #[test]
    fn each_layout_puts_the_elements_somewhere_else() {
        assert_eq!(placed(Layout::RowMajor), (vec![1, 2, 3, 4, 5, 6], 0, vec![3, 1]));
        assert_eq!(placed(Layout::Transposed), (vec![1, 4, 2, 5, 3, 6], 0, vec![1, 2]));
        assert_eq!(placed(Layout::Strided), (vec![0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6], 1, vec![6, 2]));
        assert_eq!(placed(Layout::Offset), (vec![0, 0, 0, 1, 2, 3, 4, 5, 6], 3, vec![3, 1]));
        assert_eq!(placed(Layout::Gaps), (vec![1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0], 0, vec![6, 1]));
        assert_eq!(placed(Layout::Permuted), (vec![1, 2, 3, 4, 5, 6], 0, vec![3, 1]));
        assert_eq!(placed(Layout::Repeated), (vec![1, 2, 3, 4, 5, 6], 0, vec![3, 1]));
        assert_eq!(placed(Layout::Reversed), (vec![3, 2, 1, 6, 5, 4], 2, vec![3, -1]));
    }

    #[test]
    fn the_axes_in_front_are_exchanged_and_what_is_repeated_is_held_once() {
        let permuted = placed_of(&[2, 3, 1], vec![1, 2, 3, 4, 5, 6], Layout::Permuted);
        assert_eq!(permuted, (vec![1, 4, 2, 5, 3, 6], 0, vec![1, 2, 1]));
        let rows = |values: [i32; 6]| placed_of(&[2, 3], values.to_vec(), Layout::Repeated);
        assert_eq!(rows([1, 2, 3, 1, 2, 3]), (vec![1, 2, 3], 0, vec![0, 1]));
        assert_eq!(rows([1, 1, 1, 2, 2, 2]), (vec![1, 2], 0, vec![1, 0]));
        assert_eq!(rows([7; 6]), (vec![7], 0, vec![0, 0]));
    }

    #[test]
    fn a_number_and_nothing_have_places_too() {
        let number = Placed::new(&[], &Data::F64(vec![7.0]), Layout::Offset);
        assert_eq!((number.offset, number.strides, number.buffer.len()), (3, vec![], 4));
        let nothing = Placed::new(&[0, 2], &Data::Bool(vec![]), Layout::Transposed);
        assert_eq!((nothing.strides, nothing.buffer), (vec![1, 0], Data::Bool(vec![])));
    }
}
