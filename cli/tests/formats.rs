//! `cargo crosscheck report` and `matrix`, in each format, over a record that holds every outcome and every kind of row.
//!
//! That others can read them is checked by `cargo xtask formats`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crosscheck::Outcome;
use crosscheck::internals::{Recorded, read_all};

const REPORTS: [&str; 9] = ["text", "markdown", "junit", "xunit", "ctrf", "tap", "github", "json", "html"];

fn record(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records").join(name)
}

fn recorded(name: &str) -> Recorded {
    read_all(&record(name)).unwrap()
}

/// Called in a folder of no package, so that no path depends on where this is.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
    command.args(arguments).current_dir(record("")).env("NO_COLOR", "1").env("GITHUB_WORKSPACE", record(""));
    // The records would lie in a package otherwise.
    command.env("CARGO", "/no/cargo");
    command
}

fn shown(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{arguments:?}: {stdout}");
    stdout
}

#[test]
fn the_record_holds_everything() {
    let Recorded { suites, cells, planned, .. } = recorded("every.jsonl");
    let mut outcomes: BTreeSet<_> = cells.iter().map(|cell| cell.outcome).collect();
    assert!(outcomes.insert(Outcome::Missing) && planned.len() == cells.len() + 1);
    assert_eq!(outcomes, BTreeSet::from(Outcome::ALL));
    let actions: BTreeSet<_> = suites.iter().flat_map(|suite| &suite.rows).map(|row| row.action.as_str()).collect();
    assert_eq!(actions, BTreeSet::from(["skip", "xfail", "flaky", "baseline_wrong", "run"]));
}

#[test]
fn every_format_is_as_it_was() {
    let formats = REPORTS.iter().filter(|format| **format != "html").map(|format| ("report", *format));
    let tables = ["text", "markdown", "json", "csv"].map(|format| ("matrix", format));
    for (command, format) in formats.chain(tables) {
        let text = shown(&[command, "every.jsonl", "--format", format]);
        insta::assert_snapshot!(format!("{command}-{format}"), text);
    }
    for by in ["function", "tag"] {
        insta::assert_snapshot!(format!("matrix-by-{by}"), shown(&["matrix", "every.jsonl", "--by", by]));
    }
}

/// What a text holds is nobody's command: to a terminal, to GitHub, to a reader of TAP. A page has tests of its own.
#[test]
fn no_text_acts_in_any_format() {
    let acts = |c: char| {
        !matches!(c, '\n' | '\t') && c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
    };
    let tables = ["text", "markdown", "json", "csv"].map(|format| ("matrix", format));
    let reports = REPORTS.into_iter().filter(|format| *format != "html").map(|format| ("report", format));
    for (command, format) in reports.chain(tables) {
        let text = shown(&[command, "hostile.jsonl", "--format", format]);
        assert!(text.contains("forged"), "{format} leaves it out");
        assert_eq!(text.chars().find(|c| acts(*c)), None, "{command} {format}: {text}");
        let forged = |line: &&str| line.trim_start().starts_with("::error::forged");
        assert_eq!(text.lines().find(forged), None, "{command} {format}");
        let is_line_of_tap =
            |line: &&str| ["not ok 1 - forged", "Bail out!", "1..0"].iter().any(|it| line.starts_with(it));
        assert!(format != "tap" || !text.lines().any(|line| is_line_of_tap(&line)), "{text}");
    }
}

/// Each format agrees with the rule of the run: what fails it is a failure there, and nothing else is.
#[test]
fn what_fails_the_run_fails_in_every_format() {
    let recorded = recorded("every.jsonl");
    let mut outcomes: BTreeMap<_, _> =
        recorded.cells.into_iter().map(|cell| (cell.name, cell.outcome.fails_the_run())).collect();
    outcomes.insert("gemm::cuda".to_owned(), true);
    let (junit, tap) =
        (shown(&["report", "every.jsonl", "-f", "junit"]), shown(&["report", "every.jsonl", "-f", "tap"]));
    let ctrf: serde_json::Value = serde_json::from_str(&shown(&["report", "every.jsonl", "-f", "ctrf"])).unwrap();
    let cases: Vec<_> = junit.split("<testcase ").skip(1).collect();
    for (name, fails) in &outcomes {
        let case = cases.iter().find(|case| case.starts_with(&format!("name=\"{name}\""))).unwrap();
        assert_eq!(case.contains("<failure ") || case.contains("<error "), *fails, "{case}");
        let line = tap.lines().find(|line| line.contains(&format!(" - {name}"))).unwrap();
        assert_eq!(line.starts_with("not ok") && !line.contains("# TODO"), *fails, "{line}");
        let test = ctrf["results"]["tests"].as_array().unwrap().iter().find(|test| test["name"] == **name).unwrap();
        assert_eq!(test["status"] == "failed", *fails, "{test}");
    }
    assert_eq!(cases.len(), outcomes.len());
}

#[test]
fn the_name_of_the_output_says_the_format() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("formats-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (command, name, format) in [
        ("report", "a.txt", "text"),
        ("report", "a.md", "markdown"),
        ("report", "a.xml", "junit"),
        ("report", "a.tap", "tap"),
        ("report", "a.json", "json"),
        ("report", "a.html", "html"),
        ("report", "a", "text"),
        ("matrix", "b.txt", "text"),
        ("matrix", "b.md", "markdown"),
        ("matrix", "b.csv", "csv"),
        ("matrix", "b.json", "json"),
    ] {
        let path = folder.join(name);
        assert_eq!(shown(&[command, "every.jsonl", "--output", path.to_str().unwrap()]), "");
        let expected = shown(&[command, "every.jsonl", "--format", format]);
        assert!(std::fs::read_to_string(&path).unwrap() == expected, "{name}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_unknown_format_is_refused_with_those_that_there_are() {
    for (command, known) in
        [("report", "markdown, junit, xunit, ctrf, tap, github, json"), ("matrix", "markdown, json, csv")]
    {
        let output = self::command(&[command, "every.jsonl", "--format", "junti"]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("'junti'") && stderr.contains(known), "{stderr}");
    }
}

/// Who reads it has seen enough.
#[cfg(unix)]
#[test]
fn a_reader_may_stop_before_the_end() {
    use std::process::Stdio;
    let mut reading = command(&["report", "hostile.jsonl", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(reading.stdout.take());
    let output = reading.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
