//! `cargo crosscheck diff`, as it is called.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("diff-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn record(&self, name: &str, start: Value, suite: Value, cells: &[Value]) -> PathBuf {
        let path = self.0.join(name);
        let begins = json!({ "line": "start", "format": 5, "suite": "kernels", "fingerprint": "0000000000000007",
            "package": "ops", "machine": "x86_64-linux", "at": 1_700_000_000 });
        let made = json!({ "line": "suite", "subject": "dyn Ops", "baseline": "cpu", "features": [],
            "backends": ["cpu", "gpu"], "rows": [] });
        let planned: Vec<_> = cells.iter().map(|cell| cell["name"].clone()).collect();
        let plan = json!({ "line": "plan", "cells": planned });
        let lines = [with(begins, start), with(made, suite), plan];
        let lines = lines.into_iter().chain(cells.iter().cloned()).chain([json!({ "line": "end" })]);
        std::fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The object with the fields of another one.
fn with(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { return object };
    object.as_object_mut().unwrap().extend(fields);
    object
}

fn cell(name: &str, outcome: &str, fields: Value) -> Value {
    let (test, backend) = name.rsplit_once("::").unwrap();
    let cell = json!({ "line": "cell", "name": name, "test": test, "backend": backend, "markers": [], "row": null,
        "outcome": outcome, "reason": "so it is", "origin": "a.rs:1", "duration_us": 20_000 });
    with(cell, fields)
}

fn diff(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
    let output = command.args(["crosscheck", "diff"]).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn texts<'a>(paths: &[&'a Path]) -> Vec<&'a str> {
    paths.iter().map(|path| path.to_str().unwrap()).collect()
}

/// The two sides of a row that has changed are never the same.
#[test]
fn a_row_that_expects_something_else_says_what() {
    let folder = Folder::new("expects");
    let record = |name: &str, cells: usize, row: Value| {
        let row = json!({ "backend": "gpu", "row": "ints", "action": "xfail", "reason": "rounds", "debt": "not_yet" })
            .as_object()
            .unwrap()
            .iter()
            .chain(row.as_object().unwrap())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect::<Value>();
        let suite = if cells > 0 { json!({ "rows": [row], "cells": cells }) } else { json!({ "rows": [row] }) };
        folder.record(name, json!({}), suite, &[cell("t::gpu", "x_failed", json!({}))])
    };
    let expects = |calls: &str| json!({ "expects": calls });
    let near = record("near.jsonl", 1, expects(".by(Mismatch).ulps(1.0..=5000.0)"));
    let far = record("far.jsonl", 1, expects(".by(Mismatch).ulps(1.0..=9000.0)"));
    let any = record("any.jsonl", 1, json!({ "unbounded": true }));
    let seen = record("seen.jsonl", 1, json!({ "seen_in": "t::n_1", "unbounded": true }));
    let (old, unbounded) =
        (record("old.jsonl", 0, json!({})), record("unbounded.jsonl", 0, json!({ "unbounded": true })));
    for (one, other, expected) in [
        (
            &near,
            &far,
            "xfail \"rounds\".by(Mismatch).ulps(1.0..=5000.0), not yet → \
             xfail \"rounds\".by(Mismatch).ulps(1.0..=9000.0), not yet",
        ),
        (&near, &any, "xfail \"rounds\".by(Mismatch).ulps(1.0..=5000.0), not yet → xfail \"rounds\", not yet"),
        (&any, &seen, "xfail \"rounds\", not yet → xfail \"rounds\", not yet, seen in t::n_1"),
        (&old, &unbounded, "xfail \"rounds\", not yet, within bounds → xfail \"rounds\", not yet, of any size"),
    ] {
        let (_, stdout, stderr) = diff(&[one.to_str().unwrap(), other.to_str().unwrap()]);
        assert!(stdout.contains(&format!("  gpu ints: {expected}\n")), "{expected}\n{stdout}{stderr}");
    }
    // An older record does not say what its rows expect.
    let (_, stdout, _) = diff(&[old.to_str().unwrap(), near.to_str().unwrap()]);
    assert!(!stdout.contains("gpu ints"), "{stdout}");
}

/// Something of each kind; what `--fail-on` names, and nothing else, decides on the status.
#[test]
fn each_kind_is_told_and_fails_where_it_is_asked_to() {
    let folder = Folder::new("kinds");
    let agrees =
        |used: f64| json!({ "agreement": { "used": used, "elements": 4, "histogram": [0, 0, 0, 0, 0, 0, 0, 4] } });
    let terms = |terms: &str| json!({ "terms": [terms] });
    let plain = |name: &str, outcome: &str| cell(name, outcome, json!({}));
    let row = |action: &str| json!({ "backend": "gpu", "row": "f64", "action": action, "reason": "no" });
    let old = folder.record(
        "old.jsonl",
        json!({}),
        json!({ "rows": [row("skip")] }),
        &[
            plain("failing::gpu", "passed"),
            plain("removed::gpu", "passed"),
            plain("excused::gpu", "passed"),
            plain("unavailable::gpu", "passed"),
            cell("loosened::gpu", "passed", terms("rtol 1e-6, atol 0e0 (a)")),
            plain("slower::gpu", "passed"),
            cell("headroom::gpu", "passed", agrees(0.1)),
            plain("changed::gpu", "failed"),
            plain("passing::gpu", "x_failed"),
            plain("same::gpu", "passed"),
            plain("still::gpu", "failed"),
        ],
    );
    let cells = [
        plain("failing::gpu", "timed_out"),
        plain("excused::gpu", "x_failed"),
        plain("unavailable::gpu", "unavailable"),
        cell("loosened::gpu", "passed", terms("rtol 1e-5, atol 0e0 (b)")),
        cell("slower::gpu", "passed", json!({ "duration_us": 200_000 })),
        cell("headroom::gpu", "passed", agrees(0.9)),
        plain("changed::gpu", "crashed"),
        plain("passing::gpu", "passed"),
        plain("added::gpu", "passed"),
        plain("same::gpu", "passed"),
        plain("still::gpu", "failed"),
    ];
    let new = folder.record("new.jsonl", json!({}), json!({ "rows": [row("xfail")] }), &cells);
    let text = std::fs::read_to_string(&new).unwrap();
    std::fs::write(&new, text.replace("{\"line\":\"end\"}\n", "")).unwrap();
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());

    let (code, stdout, stderr) = diff(&[old, new]);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    let parts = [
        "1 newly failing\n  failing::gpu: passed → TIMED OUT: so it is\n",
        "1 removed\n  removed::gpu: passed → gone\n",
        "1 newly excused\n  excused::gpu: passed → xfailed: so it is\n",
        "1 newly unavailable\n  unavailable::gpu: passed → unavailable: so it is\n",
        "1 loosened\n  loosened: rtol 1e-6, atol 0e0 → rtol 1e-5, atol 0e0\n",
        "1 slower\n  slower::gpu: 20.0 ms → 200.0 ms: 10.0 times as long as the run lets expect\n",
        "1 nearer to the limit\n  headroom::gpu: 10 % → 90 % of what is allowed\n",
        "1 with another outcome\n  changed::gpu: FAILED → CRASHED: so it is\n",
        "1 newly passing\n  passing::gpu: xfailed → passed: so it is\n",
        "1 added\n  added::gpu: new → passed: so it is\n",
        "1 in the rows of the matrix\n  gpu f64: skip \"no\" → xfail \"no\"\n",
        "note: the new run has not concluded\n",
        "regressions: 1 newly failing, 1 removed, 1 newly excused, 1 newly unavailable, 1 loosened, 1 not concluded; 1 slower, \
         1 nearer to the limit, 1 with another outcome, 1 newly passing, 1 added, 1 in the rows of the matrix, 5 unchanged, \
         1 of them failing\n",
    ];
    for part in parts {
        assert!(stdout.contains(part), "{part}\n{stdout}");
    }
    // Each kind by itself, and a run in which nothing of the kind is.
    let same = folder.record("same.jsonl", json!({}), json!({ "rows": [row("xfail")] }), &cells);
    let same = same.to_str().unwrap();
    let (_, json, _) = diff(&[old, new, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let kinds = json["counts"].as_object().unwrap();
    assert_eq!(kinds.len(), 12);
    for (kind, count) in kinds {
        assert_eq!(count, 1, "{kind}");
        assert_eq!(diff(&[old, new, "--fail-on", kind]).0, Some(1), "{kind}");
        assert_eq!(diff(&[same, same, "--fail-on", kind]).0, Some(0), "{kind}");
    }
    assert_eq!(diff(&[old, new, "--fail-on", "none"]).0, Some(0));
    let (code, _, stderr) = diff(&[old, new, "--fail-on", "failling"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("a similar value exists: 'failing'"), "{stderr}");
}

/// Two states of a suite are compared, two suites are not.
#[test]
fn another_state_is_said_and_another_suite_refused() {
    let folder = Folder::new("states");
    let record =
        |name: &str, start: Value| folder.record(name, start, json!({}), &[cell("a::gpu", "passed", json!({}))]);
    let one = record("one.jsonl", json!({}));
    let state = record("state.jsonl", json!({ "fingerprint": "0000000000000008", "machine": "aarch64-macos" }));
    let (code, stdout, _) = diff(&texts(&[&one, &state]));
    assert_eq!(code, Some(0), "{stdout}");
    for note in [
        "note: the suite itself is another one than before (fingerprint 0000000000000007, now 0000000000000008)\n",
        "note: on other machines: x86_64-linux, now aarch64-macos\n",
    ] {
        assert!(stdout.contains(note), "{stdout}");
    }
    let suite = record("suite.jsonl", json!({ "suite": "other" }));
    let package = record("package.jsonl", json!({ "package": "other" }));
    for (other, of) in [(&suite, "`other` of the package `ops`"), (&package, "`kernels` of the package `other`")] {
        let (code, stdout, stderr) = diff(&texts(&[&one, other]));
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        let refused =
            format!("the old run is of `kernels` of the package `ops`, the new one of {of}: only runs of one suite");
        assert!(stderr.contains(&refused), "{stderr}");
    }
    // An older record does not name its package.
    let old = record("old.jsonl", json!({ "package": "" }));
    assert_eq!(diff(&texts(&[&old, &one])).0, Some(0));
}

/// Several records make one run, whether they are named or lie in a folder.
#[test]
fn several_records_are_one_run() {
    let folder = Folder::new("several");
    let cells = ["a::gpu", "b::gpu"].map(|name| cell(name, "passed", json!({})));
    let whole = folder.record("whole.jsonl", json!({}), json!({}), &cells);
    let parts = folder.0.join("parts");
    std::fs::create_dir(&parts).unwrap();
    std::fs::write(parts.join("notes.txt"), "no record").unwrap();
    let part = |at: usize| folder.record(&format!("parts/{at}.jsonl"), json!({}), json!({}), &cells[at..=at]);
    let (one, other) = (part(0), part(1));
    let together = format!("{},{}", one.display(), other.display());
    for new in [together.as_str(), parts.to_str().unwrap()] {
        let (code, stdout, stderr) = diff(&[whole.to_str().unwrap(), new]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
        assert!(stdout.ends_with("\nno regression; 2 unchanged\n"), "{stdout}");
    }
    assert_eq!(diff(&texts(&[&whole, &one])).0, Some(1));
}

/// What is long is cut where somebody reads it, and whole for a program.
#[test]
fn of_many_changes_some_are_shown() {
    let folder = Folder::new("many");
    let cells =
        |outcome: &str| (0..70).map(|at| cell(&format!("n_{at:02}::gpu"), outcome, json!({}))).collect::<Vec<_>>();
    let old = folder.record("old.jsonl", json!({}), json!({}), &cells("passed"));
    let new = folder.record("new.jsonl", json!({}), json!({}), &cells("failed"));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let shown = |arguments: &[&str]| diff(&[&[old, new], arguments].concat()).1;
    let text = shown(&[]);
    assert!(text.contains("  n_49::gpu: ") && text.contains("  … and 20 more (--all lists them)\n"), "{text}");
    assert!(!text.contains("n_50"), "{text}");
    assert!(shown(&["--all"]).contains("n_69"));
    assert!(shown(&["--format", "markdown"]).ends_with("\n… and 20 more.\n"));
    for format in ["html", "json"] {
        assert!(shown(&["--format", format]).contains("n_69"), "{format}");
    }
}
