//! What is wrong with a tensor of a file.

/// What is wrong with a tensor. It continues "tensor `name` …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// The model needs it.
    #[error("of shape {expected:?} is missing{}", hint(nearest.as_deref()))]
    Missing {
        /// The shape that it has to have.
        expected: Vec<usize>,
        /// The most similar name among those that the model does not need.
        nearest: Option<String>,
    },
    /// The model would be computed without it, and wrongly.
    #[error("is not a parameter of this model: {reason}")]
    Unexpected {
        /// Why not.
        reason: String,
    },
    /// Two of the same name.
    #[error("appears twice")]
    Duplicate,
    /// Other sizes than the configuration says.
    #[error("has the shape {found:?}: by the configuration it must be {expected:?}")]
    Shape {
        /// The shape that it has to have.
        expected: Vec<usize>,
        /// The shape that it has.
        found: Vec<usize>,
    },
    /// A type of elements that is not supported.
    #[error("is of type {found}, which is not supported here: {supported} are")]
    Dtype {
        /// The type that it has.
        found: String,
        /// Those that are supported.
        supported: &'static str,
    },
    /// Rows that are cut inside of a block.
    #[error("has rows of {columns} elements: {encoding} needs a multiple of {block}")]
    Blocks {
        /// The length of a row.
        columns: usize,
        /// The type of the elements.
        encoding: &'static str,
        /// How many make a block.
        block: usize,
    },
    /// More dimensions than the format has.
    #[error("has {found} dimensions: at most {limit} are supported")]
    Rank {
        /// How many it has.
        found: u32,
        /// How many it can have.
        limit: u32,
    },
    /// More elements than can be counted, or none.
    #[error("has the shape {shape:?}: it must hold from 1 to {limit} elements", limit = i32::MAX)]
    Size {
        /// The shape.
        shape: Vec<u64>,
    },
    /// Data that is shorter or longer than the elements are.
    #[error(
        "of shape {shape:?} and type {dtype} takes {expected} bytes, but its `data_offsets` {:?} are {} apart",
        [offsets.0, offsets.1],
        offsets.1.saturating_sub(offsets.0)
    )]
    Length {
        /// The shape.
        shape: Vec<usize>,
        /// The type of the elements.
        dtype: &'static str,
        /// How many bytes the elements take.
        expected: u64,
        /// The offsets that the file says.
        offsets: (usize, usize),
    },
    /// Data that begins behind its end.
    #[error("has the `data_offsets` {:?}: the second one is smaller", [offsets.0, offsets.1])]
    Reversed {
        /// The offsets that the file says.
        offsets: (usize, usize),
    },
    /// Data that is not in the file.
    #[error(
        "has its data at {start}..{end} behind the header, where the file has {length} bytes: it may have been cut off"
    )]
    Outside {
        /// Where it begins.
        start: u64,
        /// Where it ends.
        end: u64,
        /// How many bytes there are.
        length: u64,
    },
    /// Data that does not begin where the format allows it.
    #[error("begins at {offset} behind the header, which is not a multiple of the alignment, {alignment}")]
    Misaligned {
        /// Where it begins.
        offset: u64,
        /// What it must be a multiple of.
        alignment: u64,
    },
    /// Data that is that of another tensor too.
    #[error("shares bytes of the file with tensor `{other}`")]
    Overlap {
        /// The other tensor.
        other: String,
    },
    /// A factor of a frequency that makes no sense.
    #[error("has {found} as element {at}: it must be a float above 0")]
    Factor {
        /// Which element.
        at: usize,
        /// What it is.
        found: String,
    },
    /// A block of which no number is known.
    #[error("has a scale that is not finite, in block {block}: the file may be damaged")]
    Scale {
        /// Which block of the tensor.
        block: usize,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; the file has `{name}`, which is similar"))
}
