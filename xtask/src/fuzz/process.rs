//! A process that loads inputs one after the other, within limits.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::error::{TaskError, io_error};

/// How many characters of what a process said stand in a report.
const SAID: usize = 300;

/// Why a process does not go on.
#[derive(Debug, PartialEq, Eq)]
pub struct End {
    /// What happened, and what it said.
    pub what: String,
}

/// The program, at work.
pub struct Process {
    child: Child,
    inputs: ChildStdin,
    answers: Receiver<()>,
    said: PathBuf,
}

impl Process {
    /// Starts the program for inputs of a kind. What it says goes into a file.
    pub fn start(program: &Path, kind: &str, memory: u64, said: &Path) -> Result<Self, TaskError> {
        let file = File::create(said).map_err(io_error(said))?;
        // The shell sets the limits, in KiB, and becomes the program.
        let limits = format!("ulimit -c 0; ulimit -v {}; exec \"$0\" \"$@\"", memory >> 10);
        let mut command = Command::new("sh");
        command.arg("-c").arg(limits).arg(program).arg(kind);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file);
        let started = |source| TaskError::Start { command: program.display().to_string(), source };
        let mut child = command.spawn().map_err(started)?;
        let (inputs, outputs) = (child.stdin.take(), child.stdout.take());
        let (Some(inputs), Some(mut outputs)) = (inputs, outputs) else { unreachable!("both are piped") };
        let (sender, answers) = channel();
        thread::spawn(move || {
            let mut answer = [0];
            while outputs.read_exact(&mut answer).is_ok() && sender.send(()).is_ok() {}
        });
        Ok(Self { child, inputs, answers, said: said.to_owned() })
    }

    /// Loads an input; nothing is returned when that went well.
    pub fn load(&mut self, input: &[u8], time: Duration) -> Option<End> {
        let length = u32::try_from(input.len()).unwrap_or(u32::MAX).to_le_bytes();
        // Where it has ended, the answer says so.
        drop(
            self.inputs
                .write_all(&length)
                .and_then(|()| self.inputs.write_all(input))
                .and_then(|()| self.inputs.flush()),
        );
        match self.answers.recv_timeout(time) {
            Ok(()) => return None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                drop(self.child.kill());
                drop(self.child.wait());
                return Some(End { what: format!("no answer within {} s", time.as_secs()) });
            }
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => (),
        }
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        let said = fs::read(&self.said).unwrap_or_default();
        Some(End { what: format!("{status}: {}", last(&String::from_utf8_lossy(&said))) })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a process said in the end, without what differs from run to run.
fn last(said: &str) -> String {
    let line = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: ");
    let said =
        said.lines().filter(line).map(|line| line.trim().replace(|c: char| c.is_control(), " ")).collect::<Vec<_>>();
    // "thread 'main' (123) panicked at …": the number is another one each time.
    let said = said.join(" ");
    let said = match (said.find(" ("), said.find(") panicked at")) {
        (Some(open), Some(close)) if open < close => said[..open].to_owned() + &said[close + 1..],
        _ => said,
    };
    said.chars().take(SAID).collect()
}

/// The processor's time of all processes that have ended.
pub fn seconds_of_children() -> f64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0.0, |usage| {
        [usage.user_time(), usage.system_time()]
            .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
            .iter()
            .sum()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// What a program does comes out as what it is.
    #[test]
    fn each_end_is_told_from_the_others() {
        let folder = std::env::temp_dir().join(format!("xtask-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (program, said) = (folder.join("program"), folder.join("said"));
        let load = |script: &str, time| {
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            let mut process = Process::start(&program, "kind", 1 << 30, &said).unwrap();
            process.load(b"input", time).map(|end| end.what)
        };
        let long = Duration::from_secs(60);
        assert_eq!(load("dd bs=1 count=9 2>/dev/null >/dev/null; printf .; sleep 1", long), None);
        assert_eq!(
            load(
                "echo \"thread 'main' (77) panicked at x.rs:1:2:\" >&2; echo oh >&2; echo note: z >&2; exit 101",
                long
            ),
            Some("exit status: 101: thread 'main' panicked at x.rs:1:2: oh".to_owned())
        );
        let aborted = load("kill -ABRT $$", long).unwrap();
        assert!(aborted.starts_with("signal: 6"), "{aborted}");
        assert_eq!(load("exec sleep 100", Duration::from_millis(200)), Some("no answer within 0 s".to_owned()));
        // The limit of the memory holds in it.
        let limited = load("ulimit -v >&2; exit 7", long).unwrap();
        assert_eq!(limited, format!("exit status: 7: {}", 1 << 20));
        fs::remove_dir_all(&folder).unwrap();
    }
}
