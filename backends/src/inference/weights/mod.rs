//! Weights out of files.
