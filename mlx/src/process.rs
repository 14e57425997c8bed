//! Runs other programs, and tells plainly why one could not be run or failed.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::MlxError;
use crate::guard;

/// How many lines of a failed program's report are shown.
const SHOWN_LINES: usize = 15;

/// The Cargo that has started this program, else the one of the search path.
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a program that must succeed, and returns what it wrote.
///
/// `folder` is where the program's files go, to be named if the disk fills up.
pub fn run(command: &mut Command, doing: &str, folder: &Path, remedy: &'static str) -> Result<Output, MlxError> {
    let output = start(command, doing, remedy)?;
    if output.status.success() {
        return Ok(output);
    }
    let said = last_lines(&String::from_utf8_lossy(&output.stderr));
    if is_disk_full(&said) {
        return Err(MlxError::DiskFull { doing: doing.to_owned(), folder: folder.to_owned() });
    }
    Err(MlxError::Failed {
        doing: doing.to_owned(),
        program: name_of(command),
        status: output.status.to_string(),
        said,
    })
}

/// Runs a program whose failure the caller judges.
pub fn start(command: &mut Command, doing: &str, remedy: &'static str) -> Result<Output, MlxError> {
    output(command).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            MlxError::MissingTool { program: name_of(command), remedy }
        } else {
            MlxError::Io { doing: format!("{doing} with `{}`", name_of(command)), source }
        }
    })
}

/// Runs a program without input, and returns what it wrote. If this process is killed meanwhile, so is the program.
pub fn output(command: &mut Command) -> io::Result<Output> {
    guard::with(command.stdin(Stdio::null()), Command::output)
}

/// The end of a program's report, where the cause stands.
pub fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
    shown.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Whether a program's report says that the disk was full (`ENOSPC`, `EDQUOT`).
pub fn is_disk_full(said: &str) -> bool {
    said.contains("No space left on device") || said.contains("Disk quota exceeded")
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_remedy() {
        let error =
            run(&mut Command::new("no-such-compiler"), "compiling", Path::new("."), "Debian: apt-get install it")
                .unwrap_err();
        assert_eq!(error.to_string(), "`no-such-compiler` was not found; install it (Debian: apt-get install it)");
    }

    #[test]
    fn only_the_end_of_a_long_report_is_shown() {
        let report: String = (0..100).map(|line| format!("line {line}\n\n")).collect();
        let shown = last_lines(&report);
        assert_eq!(shown.lines().count(), SHOWN_LINES);
        assert!(shown.ends_with("  line 99"));
        assert_eq!(last_lines("one\n"), "  one");
        assert_eq!(last_lines(""), "");
    }

    #[test]
    fn a_full_disk_is_recognised() {
        assert!(is_disk_full("OSError: [Errno 28] No space left on device"));
        assert!(!is_disk_full("permission denied"));
    }
}
