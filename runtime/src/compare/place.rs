//! Where in an array the wrong elements are.

use std::fmt;

/// The smallest box that holds every wrong element, where it says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The part of each axis.
    pub axes: Vec<Range>,
    /// How many elements are in these parts.
    pub elements: usize,
    /// How many of them are wrong.
    pub wrong: usize,
}

/// A part of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Range {
    /// All of it, or so much that it says nothing.
    All,
    /// One index.
    At(usize),
    /// From the first index to this one.
    UpTo(usize),
    /// From this index to the last one.
    From(usize),
    /// From one index to another one.
    Between(usize, usize),
    /// The last block of so many indices, which may be an incomplete one; it begins at `from`.
    LastBlock {
        /// How many indices a block has.
        block: usize,
        /// Its first index.
        from: usize,
    },
}

/// How many indices kernels take at a time: a warp or a vector, and a thread group or a tile.
const BLOCKS: [usize; 2] = [32, 128];

/// How likely elements that are wrong at random may be in such a part, for it to be named.
const BY_CHANCE: f64 = 0.05;

impl Place {
    /// Where so many elements are, from the least and the greatest index on each axis.
    pub(super) fn of(low: &[usize], high: &[usize], shape: &[usize], wrong: usize) -> Option<Self> {
        if wrong < 2 {
            return None;
        }
        let in_box = || low.iter().zip(high).map(|(low, high)| high - low + 1).product::<usize>();
        let full = in_box() == wrong;
        let axes: Vec<_> =
            low.iter().zip(high).zip(shape).map(|((low, high), dim)| range(*low, *high, *dim, wrong, full)).collect();
        if axes.iter().all(|axis| *axis == Range::All) {
            return None;
        }
        let elements = axes.iter().zip(shape).map(|(axis, dim)| axis.len(*dim)).product();
        Some(Self { axes, elements, wrong })
    }
}

impl Place {
    /// The first and the last index on each axis.
    #[cfg(feature = "harness")]
    pub(crate) fn part(&self, shape: &[usize]) -> Vec<(usize, usize)> {
        let ends = |(axis, dim): (&Range, &usize)| match *axis {
            Range::All => (0, dim - 1),
            Range::At(at) => (at, at),
            Range::UpTo(high) => (0, high),
            Range::From(low) | Range::LastBlock { from: low, .. } => (low, dim - 1),
            Range::Between(low, high) => (low, high),
        };
        self.axes.iter().zip(shape).map(ends).collect()
    }
}

fn range(low: usize, high: usize, dim: usize, wrong: usize, full: bool) -> Range {
    let says_something = |range: Range, choices: usize| {
        let share = range.len(dim) as f64 / dim as f64;
        full || share.powf(wrong as f64) * choices as f64 <= BY_CHANCE
    };
    let last = dim - 1;
    let blocks = BLOCKS.into_iter().filter(|block| dim > *block).map(|block| (block, last / block * block));
    let last_block = || {
        blocks
            .filter(|(_, from)| high == last && low >= *from)
            .map(|(block, from)| Range::LastBlock { block, from })
            .next()
    };
    let (range, choices) = match (low, high) {
        (0, high) if high == last => (Range::All, 1),
        (low, high) if low == high => (Range::At(low), dim),
        // The block says more than the index that it begins at, where the part is not exactly the end of something else.
        (_, _) if let Some(block) = last_block() => (block, 1),
        (low, high) if high == last => (Range::From(low), 1),
        (0, high) => (Range::UpTo(high), 1),
        (low, high) => (Range::Between(low, high), dim - (high - low)),
    };
    if says_something(range, choices) { range } else { Range::All }
}

impl Range {
    /// How many indices of an axis of this length are in the part.
    fn len(self, dim: usize) -> usize {
        match self {
            Self::All => dim,
            Self::At(_) => 1,
            Self::UpTo(high) => high + 1,
            Self::From(low) | Self::LastBlock { from: low, .. } => dim - low,
            Self::Between(low, high) => high - low + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (axis, range) in self.axes.iter().enumerate() {
            let text = match range {
                Range::All => continue,
                Range::At(at) => format!("at index {at} of axis {axis}"),
                Range::UpTo(high) => format!("up to index {high} of axis {axis}"),
                Range::From(low) => format!("from index {low} of axis {axis} on"),
                Range::Between(low, high) => format!("from index {low} to {high} of axis {axis}"),
                Range::LastBlock { block, from } => {
                    format!("in the last block of {block} of axis {axis} (from index {from} on)")
                }
            };
            write!(f, "{separator}{text}")?;
            separator = ", ";
        }
        match self.elements == self.wrong {
            true => f.write_str(", where no element is right"),
            false => write!(f, ": {} of the {} elements there", self.wrong, self.elements),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(shape: &[usize], low: &[usize], high: &[usize], wrong: usize) -> Option<String> {
        Place::of(low, high, shape, wrong).map(|place| place.to_string())
    }

    #[test]
    fn a_part_is_named_where_it_says_something() {
        let said = |shape, low, high, wrong| place(shape, low, high, wrong).unwrap_or_default();
        assert_eq!(said(&[3, 4], &[2, 0], &[2, 3], 4), "at index 2 of axis 0, where no element is right");
        assert_eq!(said(&[2, 2], &[1, 0], &[1, 1], 2), "at index 1 of axis 0, where no element is right");
        assert_eq!(said(&[3, 64], &[0, 0], &[2, 31], 40), "up to index 31 of axis 1: 40 of the 96 elements there");
        assert_eq!(said(&[64], &[10], &[63], 54), "from index 10 of axis 0 on, where no element is right");
        assert_eq!(said(&[1000], &[400], &[420], 5), "from index 400 to 420 of axis 0: 5 of the 21 elements there");
        assert_eq!(
            said(&[8, 100], &[0, 96], &[7, 99], 32),
            "in the last block of 32 of axis 1 (from index 96 on), where no element is right"
        );
        assert_eq!(
            said(&[8, 256], &[0, 130], &[7, 255], 99),
            "in the last block of 128 of axis 1 (from index 128 on): 99 of the 1024 elements there"
        );
        assert_eq!(
            said(&[300], &[290], &[299], 5),
            "in the last block of 32 of axis 0 (from index 288 on): 5 of the 12 elements there"
        );
    }

    #[cfg(feature = "harness")]
    #[test]
    fn a_part_is_known_by_its_first_and_last_index_on_each_axis() {
        let part = |shape: &[usize], low: &[usize], high: &[usize], wrong| {
            Place::of(low, high, shape, wrong).unwrap().part(shape)
        };
        assert_eq!(part(&[3, 4], &[2, 0], &[2, 3], 4), [(2, 2), (0, 3)]);
        assert_eq!(part(&[3, 64], &[0, 0], &[2, 31], 40), [(0, 2), (0, 31)]);
        assert_eq!(part(&[64], &[10], &[63], 54), [(10, 63)]);
        assert_eq!(part(&[1000], &[400], &[420], 5), [(400, 420)]);
        assert_eq!(part(&[300], &[290], &[299], 5), [(288, 299)]);
    }

    #[test]
    fn a_part_that_says_nothing_is_not_named() {
        // One element has an index; all of an axis is no part; two of ten may well be next to each other.
        assert_eq!(place(&[10], &[3], &[3], 1), None);
        assert_eq!(place(&[10], &[0], &[9], 7), None);
        assert_eq!(place(&[10], &[2], &[8], 2), None);
        assert_eq!(place(&[10], &[0], &[5], 3), None);
        assert_eq!(place(&[3, 4], &[0, 1], &[2, 3], 2), None);
        assert_eq!(place(&[], &[], &[], 1), None);
        assert_eq!(place(&[1, 10], &[0, 0], &[0, 9], 5), None);
    }
}
