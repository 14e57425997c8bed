//! What a kernel can refuse, and how it can fail.

impl crosscheck::Corrupt for KernelError {}

/// Why a kernel returned no tensor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// Shapes that do not fit each other or the kernel.
    #[error("{function}: {message}")]
    Shape {
        /// The kernel.
        function: &'static str,
        /// What was given and what is needed.
        message: String,
    },
    /// A type of elements that the kernel does not take.
    #[error("{function}: {message}")]
    Dtype {
        /// The kernel.
        function: &'static str,
        /// What was given and what is needed.
        message: String,
    },
    /// A parameter that is no tensor and makes no sense.
    #[error("{function}: {message}")]
    Argument {
        /// The kernel.
        function: &'static str,
        /// What was given and what is needed.
        message: String,
    },
    /// An index outside of the tensor that it points into.
    #[error("{function}: index {index} is out of range: it must be in 0..{end}")]
    IndexOutOfRange {
        /// The kernel.
        function: &'static str,
        /// The index.
        index: i64,
        /// The first index that is too large.
        end: usize,
    },
    /// The backend does not implement the kernel.
    #[error("`{function}` is not implemented")]
    NotImplemented {
        /// The kernel.
        function: &'static str,
    },
    /// The result is no longer needed.
    #[error("{function}: cancelled before it began: its result is no longer needed")]
    Cancelled {
        /// The kernel.
        function: &'static str,
    },
    /// The library behind the backend refused or failed.
    #[error("{function}: {library} failed: {message}")]
    Backend {
        /// The kernel.
        function: &'static str,
        /// The library.
        library: &'static str,
        /// What it said.
        message: String,
    },
}
