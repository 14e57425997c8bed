//! Sees to it that a program that we run, and all that it starts, ends when we do, even when we are killed.
//!
//! The program is put into a process group, of which the first member is a shell that reads from a pipe. The other end of the
//! pipe is ours alone, and the system closes it however we end: then the shell ends its group.

use std::io;
use std::process::Command;

/// Does `work` on a command, such as running it; what the command starts ends if this process does before `work` is done.
#[cfg(unix)]
pub fn with<T>(command: &mut Command, work: impl FnOnce(&mut Command) -> io::Result<T>) -> io::Result<T> {
    use std::os::unix::process::CommandExt;

    let guard = unix::Guard::start()?;
    work(command.process_group(guard.group()))
}

/// Nothing is set up on other systems.
#[cfg(not(unix))]
pub fn with<T>(command: &mut Command, work: impl FnOnce(&mut Command) -> io::Result<T>) -> io::Result<T> {
    work(command)
}

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, Stdio};

    /// Ends at a line; where there is none, ends the group. First as Ctrl-C does it, by which compilers and pip remove what they
    /// have begun; then as compilers still notice it where a script has started all of this with `&`, which turns Ctrl-C off; then
    /// without asking. The shell itself is to end by the last alone. Its own line says that the group is there.
    const SCRIPT: &str = "trap '' INT TERM; echo; read -r done && exit; for signal in INT TERM KILL; do kill -s $signal 0; sleep 1; done";

    /// The shell that waits for our end.
    pub struct Guard(Child);

    impl Guard {
        /// Starts it in a group of its own.
        pub fn start() -> io::Result<Self> {
            let mut command = Command::new("sh");
            command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let shell = command.process_group(0).spawn();
            // Of no kind, lest it be taken for a failure to find the program itself.
            let failed = |error: io::Error| io::Error::other(format!("`sh` could not be started: {error}"));
            let mut guard = shell.map(Self).map_err(failed)?;
            // Where the processor is emulated, the group is not there yet when the shell has been started.
            if let Some(mut begun) = guard.0.stdout.take() {
                begun.read_exact(&mut [0]).map_err(failed)?;
            }
            Ok(guard)
        }

        /// The group, which other programs can join.
        pub fn group(&self) -> i32 {
            self.0.id().cast_signed()
        }
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            // A shell that is gone needs no line, and nobody waits for it.
            if let Some(mut pipe) = self.0.stdin.take() {
                let _ = pipe.write_all(b"done\n");
            }
            let _ = self.0.wait();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::process;

    /// Names the file for the ids of the processes that [`a_step`] starts.
    const STEP: &str = "CROSSCHECK_MLX_TEST_STEP";
    /// A program and one that it starts, as a compiler does; `$1` comes first.
    const PROGRAM: &str = "eval \"$1\"; sleep 600 & echo $$ $! > \"$0.new\"; mv \"$0.new\" \"$0\"; wait; sleep 600";

    /// Not a test by itself: what [`Step`] starts, to be killed.
    #[test]
    fn a_step() {
        if let Some(ids) = std::env::var_os(STEP) {
            let first = std::env::var("CROSSCHECK_MLX_TEST_FIRST").unwrap();
            let _ = process::start(Command::new("sh").args(["-c", PROGRAM]).arg(ids).arg(first), "sleeping", "");
        }
    }

    /// A step of a set-up in a process of its own.
    struct Step {
        process: Child,
        ids: PathBuf,
        children: Vec<String>,
    }

    impl Step {
        fn start(test: &str, first: &str) -> Self {
            let ids = std::env::temp_dir().join(format!("crosscheck-mlx-guard-{test}-{}", std::process::id()));
            let process = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "guard::tests::a_step"])
                .env(STEP, &ids)
                .env("CROSSCHECK_MLX_TEST_FIRST", first)
                .stdout(Stdio::null())
                .spawn();
            let mut step = Self { process: process.unwrap(), ids, children: Vec::new() };
            assert!(soon(|| step.ids.exists()), "the step has not begun");
            step.children = fs::read_to_string(&step.ids).unwrap().split_whitespace().map(str::to_owned).collect();
            assert_eq!(step.children.len(), 2);
            assert!(step.children.iter().all(|id| runs(id)));
            step
        }

        fn kill(&self, signal: &str) {
            assert!(signalled(signal, &self.process.id().to_string()));
        }
    }

    impl Drop for Step {
        fn drop(&mut self) {
            let _ = self.process.kill();
            let _ = self.process.wait();
            for id in self.children.iter().filter(|id| runs(id)) {
                signalled("KILL", id);
            }
            let _ = fs::remove_file(&self.ids);
        }
    }

    fn signalled(signal: &str, id: &str) -> bool {
        Command::new("kill").args(["-s", signal, id]).status().unwrap().success()
    }

    /// Whether a process exists and has not ended: its parent may be slow to ask.
    fn runs(id: &str) -> bool {
        let status = fs::read_to_string(Path::new("/proc").join(id).join("stat"));
        status.is_ok_and(|status| !status.rsplit_once(')').is_some_and(|(_, state)| state.starts_with(" Z")))
    }

    fn soon(is_so: impl Fn() -> bool) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if is_so() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    #[test]
    fn a_killed_process_takes_with_it_what_it_has_started() {
        for signal in ["INT", "TERM", "KILL"] {
            let step = Step::start(signal, ":");
            step.kill(signal);
            assert!(soon(|| !step.children.iter().any(|id| runs(id))), "{signal}");
        }
    }

    #[test]
    fn what_ignores_the_signals_is_killed() {
        let step = Step::start("ignored", "trap '' INT TERM");
        step.kill("KILL");
        assert!(soon(|| !step.children.iter().any(|id| runs(id))));
    }

    #[test]
    fn a_program_that_ends_by_itself_is_left_to_do_so() {
        let output =
            process::output(Command::new("sh").args(["-c", "echo said; cut -d ' ' -f 5 /proc/$$/stat; exit 3"]));
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(3));
        let printed = String::from_utf8(output.stdout).unwrap();
        let group = printed.strip_prefix("said\n").unwrap().trim();
        let ours = fs::read_to_string("/proc/self/stat").unwrap();
        // The shell that waits ends its own group, which must not be ours.
        assert_ne!(ours.split(' ').nth(4), Some(group));
    }
}
