//! What is written is formatted as its crate is.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The text of a file in this folder as rustfmt has it; nothing where rustfmt is not there, or has a complaint.
pub fn formatted(folder: &Path, edition: &str, text: &str) -> Option<String> {
    let mut command = Command::new(std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into()));
    // The folder is where the settings are looked for.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    command.args(["--edition", edition]).current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let given = text.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(given.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let is_written = writing.join().is_ok_and(|written| written.is_ok());
    (is_written && output.status.success()).then(|| String::from_utf8(output.stdout).ok())?
}
