//! What can go wrong in a task.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::model::ModelError;
use crosscheck_mlx::MlxError;

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// MLX could not be set up.
    #[error(transparent)]
    Mlx(#[from] MlxError),
    /// The real model could not be fetched.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A program could not be started.
    #[error("`{command}` could not be started: {source}")]
    Start { command: String, source: io::Error },
    /// A program failed; what it printed stands above.
    #[error("`{command}` failed ({status})")]
    Failed { command: String, status: ExitStatus },
    /// A record of a run could not be read.
    #[error(transparent)]
    Record(io::Error),
    #[error("{file} has no place for the tables: they stand between `{}` and `{}`", marks[0].trim(), marks[1].trim())]
    NoPlace { file: &'static str, marks: [&'static str; 2] },
    #[error("{file} is not current: run `{task}`")]
    NotCurrent { file: &'static str, task: &'static str },
    /// Cargo has not built what a task needs.
    #[error("cargo built no executable `{target}` of {package}")]
    NotBuilt { package: String, target: String },
    /// Cells fail on a GPU.
    #[error("cells of {suite} failed on the GPU or beside it: what they printed stands above")]
    Gpu { suite: &'static str },
    /// A run shows nothing.
    #[error("the suite shows nothing: {0}")]
    NothingRan(String),
    /// The pages cannot be tested.
    #[error("the pages were not tested: {0}")]
    NoBrowser(String),
    /// What an example is written for is not here.
    #[error("{0}")]
    NoEngine(String),
    /// A run of several machines came to something else.
    #[error("an example does not do what it is for: {0}")]
    Engine(String),
    /// The public interface has grown.
    #[error("`crosscheck` has {count} public items, and shall have from 1 to {most}: hide what a user does not type")]
    PublicItems { count: usize, most: usize },
    /// mdBook cannot be had.
    #[error("the book was not built: {0}")]
    NoBook(String),
    /// The book has links that lead nowhere.
    #[error("the book has {pages} pages, and in these:\n{faults}")]
    Book { pages: usize, faults: String },
    /// An example is not what it was made of.
    #[error(
        "{file} does not say what differs among the {cells} cells of the original; it has to have this block:\n\n```text\n{differences}```"
    )]
    OriginalDiffers { file: &'static str, cells: usize, differences: String },
    /// A page says something that is not so.
    #[error("{page}:{line}: {what}")]
    Walk { page: String, line: usize, what: String },
    /// What would be published is not what it should be.
    #[error("the packages are not ready to be published: {0}")]
    Packages(String),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// The two test runners did not see the same.
    #[error("`cargo test` and `cargo nextest` disagree:\n{0}")]
    RunnersDisagree(String),
    /// A file that should hold tensors does not.
    #[error("{}: {source}", path.display())]
    Safetensors { path: PathBuf, source: safetensors::SafeTensorError },
    /// The golden files are others than the scripts make.
    #[error("these are not what their scripts make; `cargo xtask fixtures` writes them again:\n{0}")]
    FixturesDiffer(String),
    /// No mutant is of these functions.
    #[error("there is no mutant of {0}: name a function of the contract, such as `matmul`")]
    NoMutants(String),
    /// A tool is missing, or a suite does not build or run.
    #[error("not everything was measured:\n{0}")]
    NotMeasured(String),
    /// Something takes more instructions than are committed.
    #[error(
        "these take more instructions in a debug build; where that is meant, `cargo xtask instructions` writes the new numbers:\n{0}"
    )]
    Grown(String),
    /// Files that a loader does not stand.
    #[error("these inputs end the program or take too long:\n{0}")]
    Fuzz(String),
    /// The suite lets faults pass.
    #[error("mutants that no test about their function notices:\n{0}")]
    Survivors(String),
    /// The suite notices faults by tests about others.
    #[error("mutants that no test about their kind of fault notices:\n{0}")]
    Accidents(String),
}

/// What a file could not be read or written for.
pub fn io_error(path: &Path) -> impl FnOnce(io::Error) -> TaskError {
    let path = path.to_owned();
    |source| TaskError::Io { path, source }
}
