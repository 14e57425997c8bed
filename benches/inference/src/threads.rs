//! The same number of threads for everyone.

use std::process::Command;

/// How many threads each runtime computes with.
pub const THREADS: usize = 2;

/// What OpenBLAS and candle read when they are used for the first time.
const VARIABLES: [&str; 2] = ["OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"];

/// Runs this program once more, with that number of threads, unless it was started so. Returns what it exited with.
pub fn limit() -> Option<i32> {
    if VARIABLES.iter().all(|variable| std::env::var_os(variable).is_some()) {
        return None;
    }
    let mut command = Command::new(std::env::current_exe().expect("a running program is somewhere"));
    command.args(std::env::args_os().skip(1)).envs(VARIABLES.map(|variable| (variable, THREADS.to_string())));
    Some(command.status().expect("what runs can be started again").code().unwrap_or(1))
}
