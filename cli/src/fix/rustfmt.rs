//! What is written is formatted as the rest of its file.

use std::io::Write;
use std::process::{Command, Stdio};

use super::workspace::SourceFile;

/// The new text as rustfmt has it, where it is there and the old text was as rustfmt has it: nothing else is formatted.
pub fn formatted(file: &SourceFile, old: &str, new: String) -> String {
    match run(file, old) {
        Some(text) if text == old => run(file, &new).unwrap_or(new),
        _ => new,
    }
}

fn run(file: &SourceFile, text: &str) -> Option<String> {
    let mut command = Command::new(std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into()));
    // The folder is where the settings are looked for.
    command.args(["--edition", &file.edition]).current_dir(file.path.parent()?);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let given = text.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(given.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let is_written = writing.join().is_ok_and(|written| written.is_ok());
    (is_written && output.status.success()).then(|| String::from_utf8(output.stdout).ok())?
}
