//! Elements of a view in row-major order.

use super::leaves::write_index;
use super::view::Layout;

/// How many elements are looked at together: few enough to stay in the nearest cache.
pub(super) const CHUNK: usize = 512;

/// The elements of a view, their type known.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, T> {
    data: &'a [T],
    layout: Layout<'a>,
    shape: &'a [usize],
    total: usize,
}

impl<'a, T: Copy> Source<'a, T> {
    /// The data and the rest are those of one view.
    pub(super) fn new(data: &'a [T], layout: Layout<'a>, shape: &'a [usize], total: usize) -> Self {
        Self { data, layout, shape, total }
    }

    pub(super) fn len(&self) -> usize {
        self.total
    }

    pub(super) fn shape(&self) -> &'a [usize] {
        self.shape
    }

    /// The elements, where they are a list that lies in order.
    pub(super) fn list(&self) -> Option<&'a [T]> {
        match self.layout {
            Layout::RowMajor { first } if self.shape.len() == 1 => self.data.get(first..first + self.total),
            _ => None,
        }
    }

    /// The element at `at` in row-major order.
    pub(super) fn get(&self, at: usize) -> T {
        match self.layout {
            Layout::RowMajor { first } => self.data[first + at],
            Layout::Strided { strides, first } => self.data[position(at, self.shape, strides, first)],
        }
    }

    /// The elements from `at` on, as many as the buffer holds; it is used where they do not lie one after the other.
    pub(super) fn chunk<'b>(&'b self, at: usize, buffer: &'b mut [T]) -> &'b [T] {
        let (strides, first) = match self.layout {
            Layout::RowMajor { first } => return &self.data[first + at..first + at + buffer.len()],
            Layout::Strided { strides, first } => (strides, first),
        };
        let (Some(row), Some(stride)) = (self.shape.last(), strides.last()) else { return buffer };
        let mut filled = 0;
        while filled < buffer.len() {
            let start = position(at + filled, self.shape, strides, first) as isize;
            let run = (row - (at + filled) % row).min(buffer.len() - filled);
            for (step, slot) in buffer[filled..filled + run].iter_mut().enumerate() {
                *slot = self.data[(start + step as isize * stride) as usize];
            }
            filled += run;
        }
        buffer
    }
}

/// Where in the data an element is. The view has checked that each is inside, so that no sum or product overflows.
fn position(mut at: usize, shape: &[usize], strides: &[isize], first: usize) -> usize {
    let mut position = first as isize;
    for (dim, stride) in shape.iter().zip(strides).rev() {
        position += (at % dim) as isize * stride;
        at /= dim;
    }
    position as usize
}

/// Steps through the indices of a shape.
pub(super) struct Unraveled<'a> {
    shape: &'a [usize],
    index: Vec<usize>,
}

impl<'a> Unraveled<'a> {
    pub(super) fn new(shape: &'a [usize]) -> Self {
        Self { shape, index: vec![0; shape.len()] }
    }

    /// The index of the element at `at`.
    pub(super) fn at(&mut self, at: usize) -> &[usize] {
        write_index(at, self.shape, &mut self.index);
        &self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_begins_and_ends_anywhere() {
        let data: Vec<u16> = (0..3 * 5 * 7).collect();
        let (shape, strides) = ([3, 7, 5], [1, -15, 3]);
        let source = Source::new(&data, Layout::Strided { strides: &strides, first: 90 }, &shape, data.len());
        let all: Vec<_> = (0..data.len()).map(|at| source.get(at)).collect();
        assert_eq!((all[0], all[1], all[5], all[35]), (90, 93, 75, 91));
        for start in 0..data.len() {
            for length in 0..data.len() - start {
                let mut buffer = vec![0; length];
                assert_eq!(source.chunk(start, &mut buffer), &all[start..start + length]);
            }
        }
    }
}
