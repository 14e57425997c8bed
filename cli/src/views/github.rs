//! A run as annotations of GitHub: workflow commands that mark a line of a file in a pull request.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crosscheck::Outcome;
use crosscheck::internals::{Results, report};
use crosscheck::record::CellRecord;

use crate::records::Run;

/// GitHub shows so many errors of a step.
const MOST: usize = 10;
/// How many cells one annotation names.
const MOST_CELLS: usize = 10;
/// How much it says of one, in bytes.
const MOST_OF_A_REASON: usize = 400;

/// Where the files of the records lie.
#[derive(Clone, Copy, Debug)]
pub struct Checkout<'a> {
    /// The root of the repository, from which GitHub counts.
    pub root: &'a Path,
    /// The root of Cargo's workspace, from which the compiler does.
    pub workspace: &'a Path,
}

/// An error for each place with cells that fail the run: the row where it is the row that has to change, else the test.
pub fn github(run: &Run, checkout: Checkout<'_>) -> String {
    let results = run.results();
    let mut places: BTreeMap<&str, Vec<&CellRecord>> = BTreeMap::new();
    for cell in run.cells.iter().filter(|cell| cell.outcome.fails_the_run()) {
        places.entry(place(cell)).or_default().push(cell);
    }
    let mut errors: Vec<_> = places.iter().map(|(place, cells)| error(place, cells, &results, checkout)).collect();
    if !run.open.is_empty() {
        errors.insert(0, command(None, "the run has not concluded", "cells may be missing"));
    }
    if errors.len() > MOST {
        let left = errors.split_off(MOST - 1).len();
        let text = format!("{left} more places have cells that fail the run: cargo crosscheck report names them");
        errors.push(command(None, "GitHub shows ten errors of a step", &text));
    }
    errors.concat()
}

/// What has to change, as `file:line`.
fn place(cell: &CellRecord) -> &str {
    match cell.outcome {
        Outcome::XPassed | Outcome::Expired => cell.row_at.as_deref().unwrap_or(&cell.origin),
        _ => &cell.origin,
    }
}

fn error(place: &str, cells: &[&CellRecord], results: &Results<'_>, checkout: Checkout<'_>) -> String {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    cells.iter().for_each(|cell| *counts.entry(cell.outcome).or_default() += 1);
    let counts: Vec<_> = counts.into_iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let tests = cells.iter().map(|cell| cell.test.as_str()).collect::<std::collections::BTreeSet<_>>();
    let more = if tests.len() > 1 { format!(" and {} more", tests.len() - 1) } else { String::new() };
    let title = format!("{}: {}{more}", counts.join(", "), tests.first().unwrap_or(&""));
    let mut lines: Vec<_> = cells.iter().take(MOST_CELLS).map(|cell| line(cell, results)).collect();
    if cells.len() > MOST_CELLS {
        lines.push(format!("… and {} more", cells.len() - MOST_CELLS));
    }
    let place = place.rsplit_once(':').filter(|(_, line)| line.parse::<u32>().is_ok());
    let place = place.map(|(file, line)| (in_repository(file, checkout), line));
    command(place, &title, &lines.join("\n"))
}

/// `softmax::scale_100_0::fast: FAILED: 1 of 3 elements disagree`
fn line(cell: &CellRecord, results: &Results<'_>) -> String {
    let reason = cell.reason.lines().next().unwrap_or_default();
    let short = &reason[..reason.floor_char_boundary(MOST_OF_A_REASON)];
    let more = if short.len() < reason.len() { "…" } else { "" };
    report::line(&format!("{}{}: {}: {short}{more}", cell.name, results.places(cell), cell.outcome)).into_owned()
}

/// A workflow command. Each part of it is in one line, in which nothing can end it.
fn command(place: Option<(String, &str)>, title: &str, message: &str) -> String {
    let place = place.map(|(file, line)| format!("file={},line={line},", property(&file))).unwrap_or_default();
    format!("::error {place}title={}::{}\n", property(title), data(message))
}

fn data(text: &str) -> String {
    report::lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&report::line(text)).replace(':', "%3A").replace(',', "%2C")
}

/// A file from the root of the repository on, with the slashes of an address.
fn in_repository(file: &str, checkout: Checkout<'_>) -> String {
    let mut whole = PathBuf::new();
    for part in checkout.workspace.join(file.replace('\\', "/")).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            part => whole.push(part),
        }
    }
    let inside = whole.strip_prefix(checkout.root).map_or(file.into(), Path::to_string_lossy);
    inside.replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_of_the_repository_on() {
        let checkout = Checkout { root: Path::new("/ci/repo"), workspace: Path::new("/ci/repo/rust/ws") };
        for (file, named) in [
            ("tests/a.rs", "rust/ws/tests/a.rs"),
            ("./tests/../a.rs", "rust/ws/a.rs"),
            ("../suite/a.rs", "rust/suite/a.rs"),
            ("/ci/repo/a.rs", "a.rs"),
            ("tests\\a.rs", "rust/ws/tests/a.rs"),
            // Of another package's sources GitHub shows nothing, but the name tells.
            ("/home/me/.cargo/registry/src/a.rs", "/home/me/.cargo/registry/src/a.rs"),
        ] {
            assert_eq!(in_repository(file, checkout), named);
        }
    }

    #[test]
    fn nothing_in_a_text_ends_a_command_or_begins_another() {
        let text = "100 %, a:b\r\n::error::forged\u{1b}[2J";
        let command = command(Some(("a,b:c%.rs".to_owned(), "7")), text, text);
        assert_eq!(
            command,
            "::error file=a%2Cb%3Ac%25.rs,line=7,\
             title=100 %25%2C a%3Ab\\r\\n%3A%3Aerror%3A%3Aforged\\u{1b}[2J::\
             100 %25, a:b\\r%0A::error::forged\\u{1b}[2J\n"
        );
        assert_eq!(command.lines().count(), 1);
    }
}
