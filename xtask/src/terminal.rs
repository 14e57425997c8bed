//! The picture of a terminal: what the suite of README.md prints, as somebody who follows it has it.

use std::fs;

use anstyle_svg::{Term, WIN10_CONSOLE};

use crate::built::{build, find};
use crate::cargo::program;
use crate::error::{TaskError, io_error};
use crate::workspace::root;

const FILE: &str = "docs/src/terminal.svg";
const PACKAGE: &str = "crosscheck-ui-tests-suites";
const COMMAND: &str = "cargo test --test conformance";
/// What is called otherwise where README.md has it.
const NAMES: [(&str, &str); 3] = [
    ("ui-tests/suites/src/bin/readme.rs", "tests/conformance.rs"),
    ("-p crosscheck-ui-tests-suites --test readme", "-p my_kernels --test conformance"),
    ("crosscheck-ui-tests-suites: ", "my_kernels: "),
];

/// Writes the picture, or checks that it is current.
pub fn picture(check: bool) -> Result<(), TaskError> {
    let built = build(&["-p", PACKAGE, "--bin", "readme"])?;
    let suite = program(&find(&built, PACKAGE, "readme")?.path, &["--test-threads", "1"]);
    let picture = draw(&suite.env("CLICOLOR_FORCE", "1").printed()?);
    let path = root().join(FILE);
    if fs::read_to_string(&path).is_ok_and(|known| known.replace("\r\n", "\n") == picture) {
        return Ok(());
    }
    if check {
        return Err(TaskError::NotCurrent { file: FILE, task: "cargo xtask examples" });
    }
    fs::write(&path, picture).map_err(io_error(&path))
}

/// The command and what it prints, without what is of this machine.
fn draw(printed: &str) -> String {
    let mut text = format!("$ {COMMAND}\n");
    for line in printed.lines().skip_while(|line| line.is_empty()).filter(|line| !line.starts_with("record: ")) {
        // It is over at once, on a machine that has nothing else to do.
        let timeless = line.split_once("; finished in ").map(|(before, _)| format!("{before}; finished in 0.00s"));
        text.extend([timeless.as_deref().unwrap_or(line), "\n"]);
    }
    for (here, there) in NAMES {
        text = text.replace(here, there);
    }
    Term::new().palette(WIN10_CONSOLE).render_svg(text.trim_end()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_this_machine_is_in_the_picture() {
        let drawn = draw(
            "\n2 passed; finished in 7.31s\nin a (ui-tests/suites/src/bin/readme.rs:24)\n\u{1b}[32mok\u{1b}[0m\nrecord: /home/me/run.jsonl\n\n",
        );
        assert!(drawn.contains("in a (tests/conformance.rs:24)") && drawn.contains(">ok<"), "{drawn}");
        assert!(drawn.contains("; finished in 0.00s"), "{drawn}");
        assert!(drawn.contains(COMMAND) && !drawn.contains("/home/me"), "{drawn}");
    }
}
