//! The processor time of a program and of everything that it starts and waits for.

use std::process::{Command, Stdio};

/// What a program cost, and what it printed on standard error.
pub struct Used {
    /// Seconds, of the user and of the system.
    pub seconds: f64,
    pub stderr: String,
}

/// Runs a program to its end, with nothing on its standard input and nobody who reads its standard output.
///
/// # Errors
/// When it cannot be started or fails, with the end of what it printed.
pub fn used(command: &mut Command) -> Result<Used, String> {
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    let shown = format!("{} {}", command.get_program().display(), args.join(" "));
    let before = children()?;
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|error| format!("`{shown}` could not be started: {error}"))?;
    let seconds = children()? - before;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(Used { seconds, stderr });
    }
    let lines: Vec<_> = stderr.lines().rev().take(12).collect();
    let end = lines.into_iter().rev().collect::<Vec<_>>().join("\n  ");
    Err(format!("`{shown}` failed ({}):\n  {end}", output.status))
}

/// The processor time of all children that have been waited for, of theirs, and so on, in seconds.
///
/// # Errors
/// Where it is not known.
#[cfg(unix)]
pub fn children() -> Result<f64, String> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| format!("no processor time: {error}"))?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(microseconds as f64 / 1e6)
}

/// Not known.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn children() -> Result<f64, String> {
    Err("the processor time of a program's children is known on Unix only".to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_of_a_child_takes_counts() {
        let spin = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let nested = format!("sh -c '{spin}'; true");
        let nothing = used(Command::new("sh").args(["-c", "true"])).unwrap().seconds;
        let something = used(Command::new("sh").args(["-c", &nested])).unwrap().seconds;
        assert!(something > 10.0 * nothing, "{nothing} and {something}");
    }

    #[test]
    fn a_program_that_fails_or_is_not_there_says_so() {
        let failed = used(Command::new("sh").args(["-c", "echo because >&2; exit 3"])).err().unwrap();
        assert!(failed.ends_with("failed (exit status: 3):\n  because"), "{failed}");
        let missing = used(&mut Command::new("/no/such/program")).err().unwrap();
        assert!(missing.contains("could not be started"), "{missing}");
    }
}
