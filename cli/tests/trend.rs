//! `cargo crosscheck trend`, as it is called.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trend-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A record of these cells, each with its outcome.
    fn record(&self, name: &str, start: Value, cells: &[(&str, &str)]) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut begins = json!({ "line": "start", "format": 5, "suite": "kernels", "fingerprint": "0000000000000007",
            "package": "ops" });
        begins.as_object_mut().unwrap().extend(start.as_object().unwrap().clone());
        let planned: Vec<_> = cells.iter().map(|(name, _)| *name).collect();
        let cell = |(name, outcome): &(&str, &str)| {
            let (test, backend) = name.rsplit_once("::").unwrap();
            json!({ "line": "cell", "name": name, "test": test, "backend": backend, "markers": [], "row": "f64",
                "debt": "upstream", "outcome": outcome, "origin": "a.rs:1", "duration_us": 1_500_000,
                "agreement": { "used": 0.25, "elements": 4, "histogram": [0, 0, 0, 0, 0, 0, 4, 0] } })
        };
        let lines = [begins, json!({ "line": "plan", "cells": planned })].into_iter();
        let lines = lines.chain(cells.iter().map(cell)).chain([json!({ "line": "end" })]);
        std::fs::write(path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }

    fn trend(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
        let output = command.arg("trend").arg(&self.0).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const DAY: u64 = 86_400;

/// Three runs: the second one in a folder, of two shards; the files have the names of another order.
fn three_runs(folder: &Folder) {
    let at = |day: u64| json!({ "at": 1_700_000_000 + day * DAY });
    folder.record("b.jsonl", at(0), &[("x::gpu", "x_failed"), ("y::gpu", "skipped"), ("x::cpu", "passed")]);
    folder.record("c/one.jsonl", at(1), &[("x::gpu", "passed"), ("y::gpu", "x_failed")]);
    folder.record("c/two.jsonl", at(1), &[("x::cpu", "passed")]);
    folder.record("a.jsonl", at(2), &[("x::gpu", "unavailable"), ("y::gpu", "skipped"), ("x::cpu", "failed")]);
    std::fs::write(folder.0.join("notes.txt"), "no record").unwrap();
}

#[test]
fn runs_follow_each_other_as_they_began() {
    let folder = Folder::new("order");
    three_runs(&folder);
    let (code, csv, stderr) = folder.trend(&["--format", "csv"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let expected = "\
when,run,fingerprint,backend,cells,passed,excused,not_run,unavailable,failing,not_yet,wont_fix,upstream,hardware_limit,no_reason,seconds,used
2023-11-14T22:13:20Z,b.jsonl,0000000000000007,cpu,1,1,0,0,0,0,0,0,0,0,0,1.5,0.25
2023-11-14T22:13:20Z,b.jsonl,0000000000000007,gpu,2,0,1,1,0,0,0,0,2,0,0,1.5,0.25
2023-11-15T22:13:20Z,c,0000000000000007,cpu,1,1,0,0,0,0,0,0,0,0,0,1.5,0.25
2023-11-15T22:13:20Z,c,0000000000000007,gpu,2,1,1,0,0,0,0,0,1,0,0,3,0.25
2023-11-16T22:13:20Z,a.jsonl,0000000000000007,cpu,1,0,0,0,0,1,0,0,0,0,0,1.5,0.25
2023-11-16T22:13:20Z,a.jsonl,0000000000000007,gpu,2,0,0,1,1,0,0,0,1,0,0,0,0.25
";
    assert_eq!(csv, expected);
    let (_, text, _) = folder.trend(&[]);
    for part in [
        "ops: 3 runs\n",
        " support                cpu     gpu\n",
        " 2023-11-14 22:13 UTC   100 %   0 %\n",
        " 2023-11-15 22:13 UTC   100 %   50 %\n",
        " 2023-11-16 22:13 UTC   0 %     –\n",
        " 2023-11-15 22:13 UTC   1.5 s   3.0 s\n",
        " debt                   upstream\n",
        " 2023-11-14 22:13 UTC   2\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

/// What a chart shows is there for whoever does not see it.
#[test]
fn a_chart_says_what_it_shows() {
    let folder = Folder::new("charts");
    three_runs(&folder);
    let at = json!({ "at": 1_700_000_000 + 3 * DAY });
    folder.record("d.jsonl", at, &[("x::gpu", "passed"), ("y::gpu", "x_failed"), ("x::cpu", "passed")]);
    let (_, svg, _) = folder.trend(&["--format", "svg"]);
    let (_, page, _) = folder.trend(&["--format", "html"]);
    for (what, text) in [("svg", &svg), ("html", &page)] {
        for part in [
            "role=\"img\"",
            "cpu: 100 % at first, 100 % at last; gpu: 0 % at first, 50 % at last",
            "gpu, 2023-11-15 22:13 UTC: 50 %",
        ] {
            assert!(text.contains(part), "{part} in {what}: {text}");
        }
        // The lines of a chart are told apart without their colours.
        for dash in ["stroke-dasharray=\"\"", "stroke-dasharray=\"7 3\""] {
            assert!(text.contains(dash), "{dash} in {what}");
        }
        assert!(text.contains("prefers-color-scheme"), "{what}");
    }
    assert_eq!(svg.matches("class=\"part\"").count(), 4);
    assert_eq!(page.matches("<summary>Numbers</summary>").count(), 4);
    // A backend that is not there leaves a gap: its line ends before it, and begins anew behind it.
    let line = svg.lines().filter(|line| line.contains("class=\"line\"")).nth(1).unwrap();
    let path = line.split(" d=\"").nth(1).unwrap();
    assert_eq!(path.matches(['M', 'L']).collect::<String>(), "MLM", "{line}");
    // Two days are twice as far as one.
    let folder = Folder::new("time");
    for day in [0, 1, 3] {
        folder.record(&format!("{day}.jsonl"), json!({ "at": 1_700_000_000 + day * DAY }), &[("x::cpu", "passed")]);
    }
    let (_, svg, _) = folder.trend(&["--format", "svg"]);
    let line = svg.lines().find(|line| line.contains("class=\"line\"")).unwrap();
    let path = line.split(" d=\"M").nth(1).unwrap().split('"').next().unwrap();
    let xs: Vec<f64> = path.split('L').map(|point| point.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(((xs[2] - xs[1]) / (xs[1] - xs[0]) - 2.0).abs() < 0.01, "{xs:?}");
}

#[test]
fn of_several_suites_one_is_chosen() {
    let folder = Folder::new("suites");
    three_runs(&folder);
    folder.record("d.jsonl", json!({ "package": "other" }), &[("x::cpu", "passed")]);
    folder.record("e.jsonl", json!({ "suite": "tokens", "package": "" }), &[("x::cpu", "passed")]);
    let refused = |arguments: &[&str], reason: &str| {
        let (code, _, stderr) = folder.trend(arguments);
        assert_eq!(code, Some(2));
        assert!(stderr.contains(reason), "{stderr}");
    };
    refused(&[], "there are records of several suites: choose one with --suite (known: ops, other, tokens)");
    refused(&["--suite", "kernels"], "choose one with --suite (known: ops, other)");
    refused(&["--suite", "opps"], "unknown suite `opps`; did you mean `ops`? (known: ops, other, tokens)");
    assert!(folder.trend(&["--suite", "ops"]).1.starts_with("ops: 3 runs\n"));
    let (_, text, stderr) = folder.trend(&["--suite", "tokens"]);
    assert!(text.starts_with("tokens: 1 run\n"), "{text}");
    assert!(
        stderr.contains("note: e.jsonl does not say when it began: it stands where its file was written"),
        "{stderr}"
    );
    // An older record that does not name its package is of the only one that others name.
    let folder = Folder::new("older");
    three_runs(&folder);
    folder.record("old.jsonl", json!({ "package": "", "at": 1 }), &[("x::cpu", "passed")]);
    assert!(folder.trend(&[]).1.starts_with("ops: 4 runs\n"));
}
