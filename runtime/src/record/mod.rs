//! The run as data, written a line at a time as it goes: a run that is killed loses nothing.
//!
//! A record is a file of JSON lines, by default `target/crosscheck/<run>/<package>-<executable>.jsonl`; `CROSSCHECK_RECORD` names
//! another one. Each line is an object whose `line` says what it is:
//!
//! | `line` | when | fields |
//! |---|---|---|
//! | `start` | the first line of each process | `format` (5), `suite` (the executable's name), `fingerprint` (16 hexadecimal digits over what the suite is made of), `package`, `crosscheck` (its version), `machine` (as `x86_64-linux`), `at` (seconds since 1970), `seed`* (what the run was given as `--seed`), `build`* (what no other build of the executable has), `day`* (the day on which rows are judged, where `--today` gave one) |
//! | `suite` | after it, for each suite, where the process runs more than one cell | `subject`, `baseline`, `package`*, `terms`*, `features`, `backends`, `packages`*, `rows`*, `tests`*, `cells`*, `places`* |
//! | `plan` | after it, where the process runs more than one cell, or first of all processes of nextest | `cells`: the names of the cells that are to run, on all machines together; `resumes`*: whether it goes on with what stands before it; `narrowed`*: what of the suite was left out, in options; `listed`*: whether it is what was listed for nextest; `shard`*: which part of it this machine runs |
//! | `begin` | when a cell begins in the run's own process, which it may take down | `cell`: its name |
//! | `cell` | when a cell has ended, and again where something else becomes of it later | those of [`CellRecord`] |
//! | `end` | when a run with a plan has concluded | |
//!
//! A process that is killed may leave its last line torn; readers pass over it. Other lines that cannot be read are errors.

mod cell;
pub(crate) mod constant;
pub(crate) mod disagreement;
pub(crate) mod extent;
pub(crate) mod fingerprint;
pub(crate) mod journal;
pub(crate) mod json;
pub(crate) mod line;
pub(crate) mod plan;
pub(crate) mod read;
pub(crate) mod suite;
pub(crate) mod way;

pub use cell::CellRecord;
pub(crate) use cell::Scalar;
pub(crate) use constant::judge_constants;
pub(crate) use disagreement::Disagreement;
pub(crate) use extent::Extent;
pub(crate) use fingerprint::Fingerprint;
pub(crate) use journal::{Journal, JournalError, default_path, ends_concluded, latest, listing_path};
pub(crate) use line::{FORMAT, Line, OLDEST, Start};
pub(crate) use plan::PlanRecord;
pub(crate) use read::{RecordError, read_all};
pub(crate) use suite::{RowRecord, SuiteRecord};

#[cfg(test)]
mod tests;
