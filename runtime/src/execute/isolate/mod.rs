//! Cells in processes of their own, so that whatever one does to its process, every other one gets its own outcome.
//!
//! A run keeps a pool of workers: its own executable once more, which takes cell after cell over a channel and is replaced when
//! it dies, so that isolation costs a process a crash, not a cell. It decides nothing: what comes back is what became of
//! the process, and what the worker had to say.

mod frame;
#[cfg(target_os = "linux")]
mod leftovers;
mod output;
mod pool;
mod state;
mod worker;

use serde::{Deserialize, Serialize};

use crate::strength::Fault;

pub(crate) use pool::{Late, Pool, WorkerExit, WorkerReply};
pub(crate) use worker::serve;

/// What a worker is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Run the cell.
    Run,
    /// Have all backends compute what the cell does, and say which agree.
    Vote,
    /// Run the cell, and say what it calls.
    Watch,
    /// Run the cell where a function of the contract is wrong.
    Try {
        /// The function.
        function: String,
        /// In which way.
        fault: Fault,
        /// A cell in which an error of a type is seen: it is run first, where none was seen yet.
        donor: Option<Donor>,
        /// A cell that is run before with the same fault, of which the function then knows the calls.
        before: Option<usize>,
    },
}

/// Where an error is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Donor {
    /// The name of the error's type.
    pub(crate) error: String,
    /// The cell's position in the plan.
    pub(crate) cell: usize,
}

/// A cell, and what to do with it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Which request of this worker it is, so that no answer is taken for that to another one.
    number: u64,
    pub(crate) task: Task,
    /// Its position in the plan, which is the same in a worker.
    pub(crate) cell: usize,
    /// Its name, so that this can be seen to be so.
    pub(crate) name: String,
    /// Whether its body is not to be taken for begun before that is said.
    announce: bool,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
struct Answer<T> {
    /// The number of the request.
    to: u64,
    what: What<T>,
}

/// What a worker says of the cell.
#[derive(Debug, Serialize, Deserialize)]
enum What<T> {
    /// The body begins: what happens from now on is the backend's.
    Begun,
    /// It does not begin yet: what happens from now on is a fixture's.
    SettingUp,
    /// What is done with the cell is known now, and what this says.
    Settled {
        /// What the run needs to know of it.
        said: String,
    },
    /// The cell has ended.
    Ended {
        /// What became of it.
        value: T,
        /// Whether another cell might suffer from what the body has done to the process.
        tainted: bool,
        /// How many threads run that did not run at the beginning: a pool of the backend's, or one that ends the process later.
        threads: usize,
    },
}
