//! The commands, a file each.

pub mod completions;
pub mod merge;
pub mod report;
