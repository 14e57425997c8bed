//! What bodies have started in a worker and left behind, wherever it has gone since.
//!
//! A process that leaves its group (`setsid`) does not end with it, and one whose parent has ended belongs to nobody. What knows
//! a worker's all the same is its environment, which holds a mark, and, as long as the worker lives, its line of parents.

use std::collections::HashMap;
use std::fs;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

/// The variable that marks a worker and what it starts.
pub(super) const MARK: &str = "CROSSCHECK_WORKER";

/// Who starts processes faster than this looks for them is not waited for.
const PASSES: usize = 100;

/// A mark that no other worker has.
pub(super) fn new_mark() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed), since.as_nanos())
}

/// The mark of this process, where it is a worker of a run, as it was before any body could change it.
static OWN: OnceLock<Option<String>> = OnceLock::new();

/// What loses its parent below this worker becomes a child of it, instead of leaving its line of parents.
pub(super) fn adopt_orphans() {
    OWN.get_or_init(|| std::env::var(MARK).ok());
    // SAFETY: it sets a property of this process, and takes a number.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) };
}

/// Ends what this worker has started.
pub(super) fn end_own() {
    if let Some(mark) = OWN.get().and_then(Option::as_deref) {
        end(mark, Some(getpid()));
    }
}

/// Ends what the worker with this mark has started, itself excepted; `worker` is its process, where that has not ended.
pub(super) fn end(mark: &str, worker: Option<Pid>) {
    let marked = format!("{MARK}={mark}").into_bytes();
    for _ in 0..PASSES {
        let parents = parents();
        let is_left = |pid: &i32| {
            let is_excepted = *pid == getpid().as_raw_pid() || worker.is_some_and(|worker| worker.as_raw_pid() == *pid);
            !is_excepted && (worker.is_some_and(|worker| descends(&parents, *pid, worker)) || is_marked(*pid, &marked))
        };
        // Held before it is looked at, so that the number does not come to stand for another process in between.
        let held =
            parents.keys().filter_map(|pid| Some((*pid, pidfd_open(Pid::from_raw(*pid)?, PidfdFlags::empty()).ok()?)));
        let left: Vec<_> = held.filter(|(pid, _)| is_left(pid)).collect();
        let ended = left.iter().filter(|(_, process)| pidfd_send_signal(process, Signal::KILL).is_ok()).count();
        if ended == 0 {
            return;
        }
    }
}

/// The parent of each process that runs, by number.
fn parents() -> HashMap<i32, i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter_map(|pid: i32| Some((pid, parent(pid)?))).collect()
}

/// The parent of a process that has not ended.
fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name, which is in parentheses and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X");
    fields.next()?.parse().ok().filter(|_| !has_ended)
}

fn descends(parents: &HashMap<i32, i32>, pid: i32, from: Pid) -> bool {
    let mut next = parents.get(&pid);
    for _ in 0..parents.len() {
        match next {
            Some(parent) if *parent == from.as_raw_pid() => return true,
            Some(parent) => next = parents.get(parent),
            None => return false,
        }
    }
    false
}

fn is_marked(pid: i32, marked: &[u8]) -> bool {
    // That of another user cannot be read.
    fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|variables| variables.split(|byte| *byte == 0).any(|it| it == marked))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// A shell that starts something in a session of its own, and what it says when that is there: its number.
    fn start(mark: Option<&str>, script: &str) -> (std::process::Child, i32) {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped()).env_remove(MARK);
        command.envs(mark.map(|mark| (MARK, mark)));
        let mut shell = command.spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut line).unwrap();
        (shell, line.trim().parse().unwrap())
    }

    const LEAVES: &str = "setsid sh -c 'echo $$; exec sleep 3600 >/dev/null' & wait";
    const ESCAPES: &str = "setsid env -i sh -c 'echo $$; exec sleep 3600 >/dev/null' & wait";

    #[test]
    fn what_left_its_session_and_lost_its_parent_is_known_by_its_mark() {
        let mark = new_mark();
        assert_ne!(mark, new_mark());
        let (mut shell, left) = start(Some(&mark), LEAVES);
        let (mut other, unmarked) = start(None, LEAVES);
        for shell in [&mut shell, &mut other] {
            shell.kill().unwrap();
            shell.wait().unwrap();
        }
        assert!(parent(left).is_some());
        end(&mark, None);
        assert_eq!(parent(left), None);
        assert!(parent(unmarked).is_some(), "what belongs to nobody else is left alone");
        assert!(Command::new("kill").args(["-9", &unmarked.to_string()]).status().unwrap().success());
    }

    #[test]
    fn what_has_lost_its_mark_is_known_by_its_parents() {
        let mark = new_mark();
        let (mut shell, escaped) = start(Some(&mark), ESCAPES);
        let worker = Pid::from_child(&shell);
        end(&mark, Some(worker));
        assert_eq!(parent(escaped), None);
        shell.wait().unwrap();
    }
}
