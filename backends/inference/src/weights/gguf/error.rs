//! Why a file is not read as GGUF.

/// How many arrays may be in one another. Llama files have none that are.
pub(super) const MAX_DEPTH: usize = 4;

/// Why a file is not read as GGUF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GgufError {
    /// A file of another format.
    #[error("this is not a GGUF file: it does not begin with `GGUF`")]
    Magic,
    /// A version that is not read.
    #[error("this is version {found} of GGUF: 2 and 3 are supported; convert the model again")]
    Version {
        /// The version of the file.
        found: u32,
    },
    /// A file for another kind of machine.
    #[error(
        "this GGUF file is big-endian, which is not supported: convert the model again, for a little-endian machine"
    )]
    BigEndian,
    /// A file that ends too early.
    #[error("{what} at byte {at} takes {needed} bytes, and {left} are left: the file may have been cut off")]
    Truncated {
        /// What was being read.
        what: String,
        /// Where it begins.
        at: u64,
        /// How many bytes it takes as the file says.
        needed: u64,
        /// How many bytes there are.
        left: u64,
    },
    /// More things than the rest of the file can hold.
    #[error(
        "{what} cannot be {count}: {left} bytes are left, and each takes at least {each}; the file may have been cut off"
    )]
    Count {
        /// What is counted.
        what: String,
        /// How many there are as the file says.
        count: u64,
        /// How many bytes there are.
        left: u64,
        /// How many bytes each one takes at least.
        each: u64,
    },
    /// Text that is no text.
    #[error("{what} at byte {at} is not UTF-8: the file may be damaged")]
    Utf8 {
        /// What was being read.
        what: String,
        /// Where it begins.
        at: u64,
    },
    /// A truth value that is neither.
    #[error("{what} at byte {at} is {found}: a truth value must be 0 or 1")]
    Bool {
        /// What was being read.
        what: String,
        /// Where it is.
        at: u64,
        /// What it is.
        found: u8,
    },
    /// A kind of value that GGUF does not have.
    #[error("{what} is of type {found}, which GGUF does not have: 0 to 12 are its types")]
    ValueType {
        /// What was being read.
        what: String,
        /// The type's number.
        found: u32,
    },
    /// Arrays of arrays of arrays.
    #[error("{what} is an array of arrays, {MAX_DEPTH} levels of them and more: fewer are supported")]
    Depth {
        /// What was being read.
        what: String,
    },
    /// Two values of one key.
    #[error("the key `{key}` appears twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
}
