//! Starting Cargo and what it has built, in the repository's root and with a clean environment.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::error::TaskError;
use crate::workspace::{self, root};

/// A call of Cargo or of another program, not yet made.
pub struct Cargo {
    command: Command,
    shown: String,
}

/// Cargo with these arguments.
pub fn cargo(args: &[&str]) -> Cargo {
    Cargo { shown: format!("cargo {}", args.join(" ")), ..program(Path::new(&workspace::cargo()), args) }
}

/// Another program with these arguments, started in the same way.
pub fn program(program: &Path, args: &[&str]) -> Cargo {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    // What a user has set for a run of their own would change what is checked here.
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("CROSSCHECK_") {
            command.env_remove(variable);
        }
    }
    // Suites that fail on purpose would fill them.
    for variable in ["GITHUB_STEP_SUMMARY", "XML_OUTPUT_FILE"] {
        command.env_remove(variable);
    }
    Cargo { command, shown: format!("{} {}", program.display(), args.join(" ")) }
}

impl Cargo {
    /// With a variable set.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Started in another folder.
    pub fn inside(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// With further arguments, in the folder that the user is in, where their paths begin.
    pub fn on_behalf_of_the_user(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        if let Ok(folder) = std::env::current_dir() {
            self.command.current_dir(folder);
        }
        self
    }

    /// Runs it, and adds nothing to what it prints. Any status is a result.
    pub fn status(mut self) -> Result<ExitStatus, TaskError> {
        self.command.status().map_err(|source| TaskError::Start { command: self.shown, source })
    }

    /// Runs it, after a line that says what is run.
    pub fn run(mut self) -> Result<(), TaskError> {
        println!("\n$ {}", self.shown);
        let status =
            self.command.status().map_err(|source| TaskError::Start { command: self.shown.clone(), source })?;
        if status.success() { Ok(()) } else { Err(TaskError::Failed { command: self.shown, status }) }
    }

    /// Runs it while another one runs, whose output is shown at its end.
    pub fn run_beside(self, mut other: Cargo) -> Result<(), TaskError> {
        let (ended, other_ended) = std::thread::scope(|scope| {
            let beside = scope.spawn(|| other.command.stdin(Stdio::null()).output());
            (self.run(), beside.join())
        });
        let started = other_ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let output = started.map_err(|source| TaskError::Start { command: other.shown.clone(), source })?;
        println!("\n$ {}", other.shown);
        print!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        ended?;
        if output.status.success() {
            Ok(())
        } else {
            Err(TaskError::Failed { command: other.shown, status: output.status })
        }
    }

    /// Runs it and returns what it printed on standard output.
    pub fn output(mut self) -> Result<String, TaskError> {
        let started = self.command.stderr(Stdio::inherit()).output();
        let output = started.map_err(|source| TaskError::Start { command: self.shown.clone(), source })?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            print!("{}", String::from_utf8_lossy(&output.stdout));
            Err(TaskError::Failed { command: self.shown, status: output.status })
        }
    }

    /// Runs it, after a line that says what is run; says whether it succeeded, and what it printed on both outputs.
    pub fn captured(self) -> Result<(bool, String), TaskError> {
        println!("\n$ {}", self.shown);
        self.silently_captured()
    }

    /// The same, where what is run is too long to be shown.
    pub fn silently_captured(mut self) -> Result<(bool, String), TaskError> {
        let output = self.command.output().map_err(|source| TaskError::Start { command: self.shown, source })?;
        let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Ok((output.status.success(), printed))
    }

    /// Runs it and returns what it printed on standard output, whatever it ends with.
    pub fn printed(mut self) -> Result<String, TaskError> {
        let output = self.command.stderr(Stdio::inherit()).output();
        let output = output.map_err(|source| TaskError::Start { command: self.shown, source })?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it where failures are what is looked for: prints nothing, and takes any result.
    pub fn run_silently(mut self) -> Result<(), TaskError> {
        let status = self.command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.map(drop).map_err(|source| TaskError::Start { command: self.shown, source })
    }

    /// Whether it runs without a complaint; prints nothing.
    pub fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}
