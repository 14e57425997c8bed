//! The commands, a file each.

pub mod completions;
pub mod diff;
pub mod fix;
pub mod init;
pub mod matrix;
pub mod merge;
pub mod report;
pub mod statement;
pub mod trend;
pub mod verify;
