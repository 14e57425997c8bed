//! From what runs show to a patch of the exclusion matrix. Data flows one way: records → advice → edits of the items in which the
//! rows stand → patch.

mod action;
mod advice;
mod edit;
mod hash;
mod imports;
mod lines;
mod patch;
mod seen;
mod source;
mod workspace;

pub use advice::{Advised, advise};
pub use lines::hunks;
pub use patch::{FilePatch, Patch, patch};
pub use workspace::Workspace;
