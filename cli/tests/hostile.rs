//! What is in a record, and what is given for one, is whatever somebody made: every command and every format, as the command's own help
//! lists them, so that a new one is among them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What acts on a terminal, a page, a log of GitHub and a report of tests.
const LIE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{8}\u{9b}31m\u{7f}\u{202e}\u{2066}\u{2028}\ntest x ... ok\n::error::owned\nok 1 owned\n\
<img src=x onerror=alert(1)></script><script>alert(1)</script>\"'`]]>-->|&amp;";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, lines: &[Value]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        path
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
    command.args(arguments).env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").stdin(Stdio::null());
    // Away from the crate, of which a command might make something else.
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).env_remove("GITHUB_STEP_SUMMARY").output().unwrap()
}

/// A command, as its help shows it.
struct Listed {
    name: String,
    /// What it is called with, as `<OLD>` and `[RECORDS]...`.
    arguments: Vec<String>,
    formats: Vec<String>,
    has_output: bool,
}

fn help(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
    String::from_utf8(command.args(arguments).arg("-h").output().unwrap().stdout).unwrap()
}

fn commands() -> Vec<Listed> {
    let help = help(&[]);
    let (_, names) = help.split_once("Commands:\n").unwrap();
    let names = names.lines().take_while(|line| !line.is_empty());
    // The summary of a command may go on in a line of its own.
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let listed: Vec<_> = names.map(|line| of_help(line.split_whitespace().next().unwrap())).collect();
    assert!(listed.len() >= 7, "{help}");
    listed
}

fn of_help(name: &str) -> Listed {
    let help = help(&[name]);
    let (_, usage) = help.split_once(&format!("Usage: cargo crosscheck {name}")).expect(&help);
    let usage = usage.lines().next().unwrap().split_whitespace().filter(|word| *word != "[OPTIONS]");
    let mut formats = Vec::new();
    if let Some((_, rest)) = help.split_once("--format") {
        let (_, values) = rest.split_once("[possible values: ").expect(&help);
        formats = values.split_once(']').unwrap().0.split(',').map(|value| value.trim().to_owned()).collect();
    }
    let arguments = usage.map(str::to_owned).collect();
    Listed { name: name.to_owned(), arguments, formats, has_output: help.contains("--output") }
}

impl Listed {
    fn reads_records(&self) -> bool {
        self.arguments.iter().any(|word| ["RECORDS", "OLD", "NEW", "FOLDER"].iter().any(|name| word.contains(name)))
    }

    /// The command with what each of its arguments stands for.
    fn call(&self, given: &Given) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let argument = |word: &String| match word.trim_matches(['<', '>', '[', ']', '.']) {
            "RECORDS" | "NEW" => text(&given.record),
            "OLD" => text(&given.old),
            "FOLDER" => text(&given.folder),
            "STATEMENT" => text(&given.statement),
            "BACKEND" => given.backend.clone(),
            "SHELL" => "bash".to_owned(),
            other => panic!("`{}` takes a {other}: say here what that is", self.name),
        };
        std::iter::once(self.name.clone()).chain(self.arguments.iter().map(argument)).collect()
    }
}

struct Given {
    record: PathBuf,
    old: PathBuf,
    folder: PathBuf,
    statement: PathBuf,
    backend: String,
}

/// The value with a lie in each of its texts but those that have to be one of a few words.
fn lying(value: &Value) -> Value {
    const WORDS: [&str; 8] = ["line", "outcome", "with_row", "debt", "failure", "fingerprint", "until", "action"];
    match value {
        Value::String(text) => format!("{text}{LIE}").into(),
        Value::Array(items) => items.iter().map(lying).collect(),
        Value::Object(fields) => {
            let lie = |(key, value): (&String, &Value)| {
                (key.clone(), if WORDS.contains(&key.as_str()) { value.clone() } else { lying(value) })
            };
            Value::Object(fields.iter().map(lie).collect())
        }
        other => other.clone(),
    }
}

const OUTCOMES: [&str; 15] = [
    "passed",
    "x_failed",
    "known_flaky",
    "skipped",
    "not_implemented",
    "unavailable",
    "failed",
    "x_passed",
    "x_changed",
    "expired",
    "vacuous",
    "flaky",
    "timed_out",
    "crashed",
    "missing",
];

/// A run in which there is something of everything.
fn lines(outcome_of: impl Fn(usize) -> &'static str) -> Vec<Value> {
    let cell = |at: usize| {
        json!({ "line": "cell", "name": format!("test-{at}::case::gpu"), "test": format!("test-{at}"), "function": "function",
            "backend": "gpu", "markers": ["marker"], "tags": ["tag"], "row": "row", "row_at": "row_at", "disputed_at": "disputed_at",
            "about": "about", "debt": "not_yet", "with_row": "failed", "outcome": outcome_of(at), "failure": "mismatch",
            "agreement": { "used": 0.9, "elements": 4, "histogram": [0, 0, 0, 0, 0, 0, 0, 4] },
            "disagreement": { "path": "path", "dtype": "f32", "shape": [3], "wrong": 1,
                "first": [{ "index": [2], "actual": "actual", "expected": "expected" }], "place": "place" },
            "terms": [format!("rtol 1e-{at}, atol 0e0 (terms)")],
            "receipt": { "device": "device", "evaluations": 1, "refusals": 0, "fallbacks": ["fallback"], "bytes": null },
            "reason": "reason", "output": "output", "origin": "origin", "duration_us": 20_000 + at })
    };
    let cells: Vec<_> = (0..OUTCOMES.len()).map(cell).collect();
    let planned: Vec<_> = cells.iter().map(|cell| cell["name"].clone()).collect();
    let mut lines = vec![
        json!({ "line": "start", "format": 5, "suite": "suite", "fingerprint": "0000000000000007", "package": "package",
            "crosscheck": "crosscheck", "machine": "machine", "at": 1_700_000_000 }),
        json!({ "line": "suite", "subject": "subject", "baseline": "baseline", "terms": ["f32: terms"],
            "package": { "name": "name", "version": "version" }, "features": [{ "marker": "marker", "description": "description" }],
            "backends": ["gpu"], "rows": [{ "backend": "gpu", "row": "row", "action": "skip", "reason": "reason",
                "condition": "condition", "debt": "not_yet", "tracking": "tracking", "since": "since", "until": "2027-01-31", "at": "at" }] }),
        json!({ "line": "plan", "cells": planned, "narrowed": ["narrowed"] }),
    ];
    lines.extend(cells);
    lines.push(json!({ "line": "end" }));
    lines.iter().map(lying).collect()
}

/// All that the tests give to commands.
fn given(folder: &Folder) -> Given {
    let name = |name: &str| format!("{name}\u{1b}[2J\u{202e}.jsonl");
    let record = folder.write(&name("record"), &lines(|at| OUTCOMES[at]));
    let mut before = lines(|_| "passed");
    before[1]["rows"] = json!([]);
    let old = folder.write(&name("old"), &before);
    let history =
        folder.write(&format!("history/{}", name("one")), &lines(|at| OUTCOMES[at])).parent().unwrap().to_owned();
    let backend = format!("gpu{LIE}");
    // A statement of a run that proves something.
    let mut whole = lines(|at| OUTCOMES[at.min(10)]);
    whole[2]["narrowed"] = json!([]);
    let whole = folder.write(&name("whole"), &whole);
    let statement = folder.0.join("statement\u{1b}[2J.json");
    let (whole, written) = (whole.to_str().unwrap(), statement.to_str().unwrap());
    let made = run(&["statement", &backend, whole, "-o", written].map(str::to_owned));
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    Given { record, old, folder: history, statement, backend }
}

/// Without the colours of the report itself.
fn without_colours(text: &str) -> String {
    ["0", "1", "31", "32", "33", "36", "90", "1m\u{1b}[31"]
        .iter()
        .fold(text.to_owned(), |text, code| text.replace(&format!("\u{1b}[{code}m"), ""))
}

fn assert_harmless(text: &str, of: &str) {
    let acts = |c: &char| {
        c.is_control() && *c != '\n'
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    // A page has lines of its own, which nobody takes for a report of tests.
    let is_markup = text.trim_start().starts_with('<');
    for line in text.split('\n') {
        if let Some(found) = line.chars().find(acts) {
            panic!("{of}: {found:?} in {line:?}");
        }
        for lie in ["test x ... ok", "::error::owned", "ok 1 owned"] {
            assert!(is_markup || !line.trim_start().starts_with(lie), "{of}: {line:?}");
        }
    }
    for markup in ["<img", "<script>alert", "onerror=alert(1)>"] {
        assert!(!is_markup || !text.contains(markup), "{of}: {markup}");
    }
}

#[test]
fn nothing_of_a_record_acts_on_a_terminal_or_a_page() {
    let folder = Folder::new("acts");
    let given = given(&folder);
    let mut shown = 0;
    for command in commands() {
        let call = command.call(&given);
        let formats = command.formats.iter().map(|format| vec!["--format".to_owned(), format.clone()]);
        for format in formats.chain([Vec::new()]) {
            let of = format!("{} {}", command.name, format.join(" "));
            let output = run(&[&call[..], &format].concat());
            let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8(text.clone()).unwrap());
            assert!(!texts[1].contains("Usage: "), "{of}: {}", texts[1]);
            assert!(!texts[1].contains("panicked"), "{of}: {}", texts[1]);
            texts.iter().for_each(|text| assert_harmless(&without_colours(text), &of));
            shown += usize::from(texts.iter().any(|text| text.contains("owned")));
            if !command.has_output {
                continue;
            }
            let path = folder.0.join("output");
            run(&[&call[..], &format, &["--output".to_owned(), path.to_str().unwrap().to_owned()]].concat());
            if let Ok(text) = std::fs::read_to_string(&path) {
                assert_harmless(&text, &format!("{of} into a file"));
                std::fs::remove_file(&path).unwrap();
            }
        }
    }
    // The lies were there to be shown.
    assert!(shown > 10, "{shown}");
}

/// An output is written as a whole, in place of no record, or not at all.
#[test]
fn an_output_that_cannot_be_written_leaves_nothing() {
    let folder = Folder::new("outputs");
    let mut given = given(&folder);
    // One of which everything can be made.
    given.record = folder.0.join("whole\u{1b}[2J\u{202e}.jsonl");
    let before = std::fs::read(&given.record).unwrap();
    let files = folder.files();
    let mut commands = commands();
    commands.retain(|command| command.has_output && command.reads_records());
    assert!(commands.len() >= 5);
    for command in commands {
        let formats = command.formats.iter().map(|format| vec!["--format".to_owned(), format.clone()]);
        for format in formats.chain([Vec::new()]) {
            let nowhere = folder.0.join("nowhere/output");
            let outputs = [&nowhere, &folder.0, &given.record, Path::new("/dev/full")];
            for output in outputs
                .iter()
                .filter(|path| path.is_absolute() && (cfg!(target_os = "linux") || !path.starts_with("/dev")))
            {
                let path = output.to_str().unwrap().to_owned();
                let of = format!("{} {} to {path}", command.name, format.join(" "));
                let done = run(&[&command.call(&given)[..], &format, &["--output".to_owned(), path]].concat());
                let stderr = String::from_utf8(done.stderr).unwrap();
                assert_eq!(done.status.code(), Some(2), "{of}: {stderr}");
                assert!(without_colours(&stderr).contains("error: "), "{of}: {stderr}");
                assert_eq!(folder.files(), files, "{of}");
                assert_eq!(std::fs::read(&given.record).unwrap(), before, "{of}");
            }
        }
    }
}

/// Whatever is named as a record is read or refused, by its name, and waited for by nobody.
#[test]
fn what_is_no_record_is_refused_at_once() {
    let folder = Folder::new("inputs");
    let good = given(&folder);
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let start = serde_json::to_string(&lines(|_| "passed")[0]).unwrap();
    let newer = start.replace("\"format\":5", "\"format\":6");
    let mut long = format!("{start}\n{{\"line\":\"cell\",\"name\":\"").into_bytes();
    long.resize(long.len() + (32 << 20), b'x');
    long.extend_from_slice(b"\"}\n");
    let deep = format!("{start}\n{{\"line\":\"cell\",\"name\":{}\n", "[".repeat(100_000));
    let empty = folder.0.join("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut inputs = vec![
        (folder.0.join("nowhere.jsonl"), "No such file"),
        (empty, "there is no record in this folder"),
        (file("empty.jsonl", b""), "the file is empty"),
        (file("other.jsonl", b"PK\x03\x04\xff\xfe\n\n"), "the first line is not a `start` line"),
        (file("newer.jsonl", format!("{newer}\n").as_bytes()), ":1: written in format 6, this version reads 4 to 5"),
        (file("long.jsonl", &long), ":2: not a line of a crosscheck record: missing field `test`"),
        (
            file("deep.jsonl", deep.as_bytes()),
            ":2: not a line of a crosscheck record: not JSON: recursion limit exceeded",
        ),
        (
            file("field.jsonl", format!("{start}\n{{\"line\":\"begin\",\"cell\":7}}\n").as_bytes()),
            ":2: not a line of a crosscheck record: `cell`: invalid type: integer `7`, expected a string",
        ),
        (
            file("word.jsonl", format!("{start}\n{{\"line\":\"{}\"}}\n", "x".repeat(1 << 20)).as_bytes()),
            ":2: not a line of a crosscheck record: `line`: unknown kind `xxx",
        ),
    ];
    if cfg!(unix) {
        let pipe = folder.0.join("pipe.jsonl");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        inputs.push((pipe, "a pipe, and not a file"));
        inputs.push(("/dev/zero".into(), "a terminal or another device, and not a file"));
        inputs.push(("/dev/stdin".into(), "a terminal or another device, and not a file"));
    }
    for command in commands().iter().filter(|command| command.reads_records()) {
        for (input, reason) in &inputs {
            // A folder of runs is looked through: what is no record by its name is none of it.
            let is_folder = command.arguments.iter().any(|word| word.contains("FOLDER"));
            let history = folder.0.join("runs");
            let given = Given {
                record: input.clone(),
                old: good.old.clone(),
                folder: if input.is_file() { history.clone() } else { input.clone() },
                statement: good.statement.clone(),
                backend: good.backend.clone(),
            };
            if is_folder && input.is_file() {
                let _ = std::fs::remove_dir_all(&history);
                std::fs::create_dir(&history).unwrap();
                std::fs::copy(input, history.join(input.file_name().unwrap())).unwrap();
            }
            let begun = Instant::now();
            let done = run(&command.call(&given));
            let stderr = without_colours(&String::from_utf8(done.stderr).unwrap());
            let of = format!("{} {}", command.name, input.display());
            assert!(begun.elapsed() < Duration::from_secs(60), "{of}");
            assert_eq!(done.status.code(), Some(2), "{of}: {stderr}");
            let named = input.file_name().unwrap().to_str().unwrap();
            assert!(stderr.contains(named) && (is_folder || stderr.contains(reason)), "{of}: {stderr}");
            assert!(stderr.len() < 20_000 && !stderr.contains("panicked"), "{of}: {} bytes", stderr.len());
        }
    }
}
