//! Cells in processes of their own, so that whatever one does to its process, every other one gets its own outcome.
//!
//! A run keeps a pool of workers: its own executable once more, which takes cell after cell over a channel and is replaced when
//! it dies, so that isolation costs a process a crash, not a cell. It decides nothing: what comes back is what became of
//! the process, and what the worker had to say.

mod frame;
mod output;
mod pool;
mod worker;

use serde::{Deserialize, Serialize};

pub(crate) use pool::{Pool, WorkerExit, WorkerReply};
pub(crate) use worker::serve;

/// A cell to run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Its position in the plan, which is the same in a worker.
    pub(crate) cell: usize,
    /// Its name, so that this can be seen to be so.
    pub(crate) name: String,
    /// Whether to say when its body begins.
    pub(crate) announce: bool,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
enum Answer<T> {
    /// The body begins: what happens from now on is the backend's.
    Begun,
    /// The cell has ended.
    Ended {
        /// What became of it.
        value: T,
        /// Whether another cell might suffer from what the body has done to the process.
        tainted: bool,
    },
}
