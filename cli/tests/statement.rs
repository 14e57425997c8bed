//! `cargo crosscheck statement` and `verify`, as they are called.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("statement-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, lines: &[Value]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn cell(name: &str, outcome: &str, marker: &str) -> Value {
    let (test, backend) = name.rsplit_once("::").unwrap();
    json!({ "line": "cell", "name": name, "test": test, "backend": backend, "markers": [marker], "row": null,
        "outcome": outcome, "reason": if outcome == "passed" { "" } else { "so it is\nand more" },
        "receipt": { "device": "GPU 0", "evaluations": 1, "refusals": 0, "fallbacks": [], "bytes": null },
        "about": "driver 7", "origin": "a.rs:1", "duration_us": 20 })
}

/// A run of two backends: its lines, in their order.
fn lines() -> Vec<Value> {
    let features = ["whole", "part", "none", "unused"].map(|marker| json!({ "marker": marker, "description": "It." }));
    let mut part = cell("part_a::gpu", "passed", "part");
    part["terms"] = json!(["rtol 1e-3, atol 0e0 (so it is)"]);
    let cells = vec![
        cell("whole::gpu", "passed", "whole"),
        part,
        cell("part_b::gpu", "x_failed", "part"),
        cell("none::gpu", "skipped", "none"),
        cell("whole::cpu", "failed", "whole"),
    ];
    let planned: Vec<_> = cells.iter().map(|cell| cell["name"].clone()).collect();
    let mut lines = vec![
        json!({ "line": "start", "format": 5, "suite": "kernels", "fingerprint": "0000000000000007", "package": "ops-suite",
            "crosscheck": "0.1.0", "machine": "x86_64-linux", "at": 1_700_000_000 }),
        json!({ "line": "suite", "subject": "dyn Ops", "baseline": "cpu", "features": features,
            "package": { "name": "ops", "version": "0.3.0" }, "packages": { "gpu": { "name": "gpu-ops", "version": "1.2.3" } },
            "terms": ["f32: rtol 1.3e-6, atol 1e-5"], "backends": ["cpu", "gpu"],
            "rows": [{ "backend": "gpu", "row": "none", "action": "skip", "reason": "no", "debt": "not_yet" },
                { "backend": "cpu", "row": "none", "action": "skip", "reason": "another one's" }] }),
        json!({ "line": "plan", "cells": planned }),
    ];
    lines.extend(cells);
    lines.push(json!({ "line": "end" }));
    lines
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
    let output = command.args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// What counts is which cells the records hold together, and not which options were given.
#[test]
fn several_runs_of_parts_are_a_whole() {
    let folder = Folder::new("parts");
    let mut whole = lines();
    let cells =
        ["whole", "part_a", "part_b", "none"].map(|test| json!({ "test": test, "axes": [], "backends": ["gpu"] }));
    let tests = [&cells[..], &[json!({ "test": "whole", "axes": [], "backends": ["cpu"] })]].concat();
    (whole[1]["tests"], whole[1]["cells"]) = (json!(tests), json!(5));
    let part = |tag: &str, is_in: &dyn Fn(&str) -> bool| {
        let name = |line: &Value| line["name"].as_str().unwrap_or_default().to_owned();
        let mut lines: Vec<_> =
            whole.iter().filter(|line| line["line"] != "cell" || is_in(&name(line))).cloned().collect();
        let planned: Vec<_> = whole.iter().filter(|line| line["line"] == "cell").map(name).collect();
        let planned: Vec<_> = planned.into_iter().filter(|name| is_in(name)).collect();
        lines[2] = json!({ "line": "plan", "cells": planned, "narrowed": [tag] });
        folder.write(&format!("{}.jsonl", tag.len()), &lines)
    };
    let (most, none) = (part("--tag \"not x\"", &|it| it != "none::gpu"), part("--tag x", &|it| it == "none::gpu"));
    let (code, _, stderr) = run(&["statement", "gpu", &most]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("the run was filtered: --tag \"not x\": 1 cell is in no record, such as none::gpu"),
        "{stderr}"
    );
    let (code, _, stderr) = run(&["statement", "gpu", &most, &none]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let all = folder.path("all.jsonl");
    run(&["merge", &most, &none, "--output", &all]);
    let (code, _, stderr) = run(&["statement", "gpu", &all]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_statement_says_what_is_supported_and_with_what_that_was_checked() {
    let folder = Folder::new("says");
    let record = folder.write("run.jsonl", &lines());
    let (code, stdout, stderr) = run(&["statement", "gpu", &record]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let feature = |marker: &str, support: &str, cells: u32, passed: u32| json!({ "marker": marker, "description": "It.", "support": support, "cells": cells, "passed": passed });
    let exception =
        |test: &str, outcome: &str| json!({ "test": test, "outcome": outcome, "reason": "so it is", "cells": 1 });
    let expected = json!({
        "format": 1,
        "suite": { "name": "kernels", "package": "ops-suite", "subject": "dyn Ops",
            "declared_by": { "name": "ops", "version": "0.3.0" }, "fingerprint": "0000000000000007", "baseline": "cpu" },
        "backend": { "name": "gpu", "registered_by": { "name": "gpu-ops", "version": "1.2.3" }, "devices": ["GPU 0"],
            "about": ["driver 7"] },
        "run": { "date": "2023-11-14T22:13:20Z", "machines": ["x86_64-linux"], "crosscheck": ["0.1.0"] },
        "result": "partial",
        "cells": 4,
        "counts": { "passed": 2, "x_failed": 1, "skipped": 1 },
        "features": [feature("whole", "supported", 1, 1), feature("part", "partial", 2, 1), feature("none", "excluded", 1, 0),
            feature("unused", "untested", 0, 0)],
        "exclusions": [{ "backend": "gpu", "row": "none", "action": "skip", "reason": "no", "debt": "not_yet" }],
        "exceptions": [exception("none", "skipped"), exception("part_b", "x_failed")],
        "tolerances": ["f32: rtol 1.3e-6, atol 1e-5"],
        "own_tolerances": { "part_a": ["rtol 1e-3, atol 0e0 (so it is)"] },
    });
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap(), expected);
    // A backend that fails has one as well, which says so.
    let (_, stdout, _) = run(&["statement", "cpu", &record]);
    let cpu: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&cpu["result"], &cpu["features"][0]["support"]), (&json!("failed"), &json!("failing")));
    let (_, markdown, _) = run(&["statement", "gpu", &record, "--format", "markdown"]);
    for part in [
        "| backend | `gpu-ops 1.2.3` |",
        "| `part` | partial | 1 of 2 | `It.` |",
        "| `none` | `skip` | `no` | not yet | – |",
        "| `part_b` | xfailed | 1 | `so it is` |",
        "- `part_a` sets `rtol 1e-3, atol 0e0 (so it is)`",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let (_, badge, _) = run(&["statement", "gpu", &record, "--format", "badge"]);
    assert!(badge.contains("<title>crosscheck: gpu: 2 of 4 passed</title>"), "{badge}");
    let (code, _, stderr) = run(&["statement", "gqu", &record]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("unknown backend `gqu`; did you mean `gpu`? (known: cpu, gpu)"), "{stderr}");
}

/// What is done to a run, whether a statement can still be made of it, and what verifying the old one says.
#[test]
fn a_statement_holds_for_its_records_and_for_no_others() {
    let folder = Folder::new("holds");
    let record = folder.write("run.jsonl", &lines());
    let statement = folder.path("gpu.json");
    assert_eq!(run(&["statement", "gpu", &record, "-o", &statement]).0, Some(0));
    let (code, stdout, stderr) = run(&["verify", &statement, &record]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, "the statement of `gpu` holds for `kernels`: 4 cells\n");

    type Change = fn(&mut Vec<Value>);
    let changes: &[(&str, Change, bool, &str)] = &[
        ("filtered", |it| it[2]["narrowed"] = json!(["--skip none"]), false, "the run was filtered: --skip none"),
        (
            "by a filter of that name",
            |it| it[2]["narrowed"] = json!(["`--backend gpu`"]),
            false,
            "the run was filtered: `--",
        ),
        ("open", |it| drop(it.pop()), false, "the run has not concluded"),
        ("missing", |it| drop(it.remove(3)), false, "whole::gpu is missing: was planned, but is in no record"),
        ("unplanned", |it| drop(it[2]["cells"].as_array_mut().unwrap().remove(0)), false, "1 cells were not planned"),
        ("without a plan", |it| drop(it.remove(2)), false, "no record says what was to run"),
        ("old", |it| it[0]["format"] = json!(4), false, "a record has format 4, which does not say what was left out"),
        (
            "set aside",
            |it| it[5]["excluded"] = json!(true),
            false,
            "the rows of 1 cells were set aside (--run-excluded)",
        ),
        (
            "fingerprint",
            |it| it[0]["fingerprint"] = json!("0000000000000008"),
            true,
            "`suite.fingerprint`: the statement says \"0000000000000007\", the records say \"0000000000000008\"",
        ),
        (
            "loosened",
            |it| it[4]["terms"] = json!(["rtol 1e-2, atol 0e0"]),
            true,
            "`own_tolerances.part_a[0]`: the statement says \"rtol 1e-3, atol 0e0 (so it is)\", the records say \"rtol 1e-2, atol 0e0\"",
        ),
        (
            "loosened by one more",
            |it| it[3]["terms"] = json!(["rtol 1e-2, atol 0e0"]),
            true,
            "`own_tolerances.whole`: the statement says nothing",
        ),
        (
            "loosened as a whole",
            |it| it[1]["terms"] = json!(["f32: rtol 1e0, atol 0e0"]),
            true,
            "`tolerances[0]`: the statement says \"f32: rtol 1.3e-6",
        ),
        (
            "failed",
            |it| it[3]["outcome"] = json!("failed"),
            true,
            "`result`: the statement says \"partial\", the records say \"failed\"",
        ),
        (
            "excused",
            |it| it[3]["outcome"] = json!("skipped"),
            true,
            "`features[0].support`: the statement says \"supported\", the records say \"excluded\"",
        ),
        (
            "row",
            |it| it[1]["rows"][0]["action"] = json!("xfail"),
            true,
            "`exclusions[0].action`: the statement says \"skip\", the records say \"xfail\"",
        ),
        ("version", |it| it[1]["packages"]["gpu"]["version"] = json!("1.2.4"), true, "`backend.registered_by.version`"),
        ("later", |it| it[0]["at"] = json!(1_700_000_001), true, "`run.date`"),
        (
            "words",
            |it| it[5]["reason"] = json!("at 0x7f"),
            true,
            "`exceptions[1].reason`: the statement says \"so it is\"",
        ),
        (
            "device",
            |it| it[3]["receipt"]["device"] = json!("GPU 1"),
            true,
            "`backend.devices`: the statement says nothing else, the records say \"GPU 1\"",
        ),
    ];
    for (what, change, can_be_stated, reason) in changes {
        let mut changed = lines();
        change(&mut changed);
        let record = folder.write("changed.jsonl", &changed);
        let (code, stdout, stderr) = run(&["verify", &statement, &record]);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{what}: {stderr}");
        assert!(stderr.contains(reason), "{what}: {stderr}");
        let (code, _, stderr) = run(&["statement", "gpu", &record]);
        assert_eq!(code, Some(if *can_be_stated { 0 } else { 2 }), "{what}: {stderr}");
        assert_eq!(stderr.contains(reason), !can_be_stated, "{what}: {stderr}");
        // Of another run, when and where it was and what cells said may be different, and nothing else.
        let holds = ["later", "device", "words"].contains(what);
        let (code, _, stderr) = run(&["verify", &statement, &record, "--another-run"]);
        assert_eq!(code, Some(if holds { 0 } else { 1 }), "{what}: {stderr}");
    }
    // All of it at once.
    let mut changed = lines();
    changes
        .iter()
        .filter(|(what, ..)| ["filtered", "open", "loosened"].contains(what))
        .for_each(|(_, change, ..)| change(&mut changed));
    let (_, _, stderr) = run(&["verify", &statement, &folder.write("changed.jsonl", &changed)]);
    for part in ["filtered: --skip none", "has not concluded", "own_tolerances"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    // What other backends did, and that others were left out, is no part of it.
    let mut changed = lines();
    changed[7]["outcome"] = json!("passed");
    changed[2]["narrowed"] = json!(["--backend gpu"]);
    assert_eq!(run(&["verify", &statement, &folder.write("changed.jsonl", &changed)]).0, Some(0));
}

/// Each field of a statement that somebody edits is found.
#[test]
fn an_edited_statement_is_found_out() {
    let folder = Folder::new("edited");
    let record = folder.write("run.jsonl", &lines());
    let (_, text, _) = run(&["statement", "gpu", &record]);
    let statement: Value = serde_json::from_str(&text).unwrap();
    let mut pointers = Vec::new();
    leaves(&statement, String::new(), &mut pointers);
    assert!(pointers.len() > 50, "{pointers:?}");
    let path = folder.path("edited.json");
    let verify = |statement: &Value| {
        std::fs::write(&path, statement.to_string()).unwrap();
        run(&["verify", &path, &record])
    };
    for pointer in &pointers {
        let mut edited = statement.clone();
        let value = edited.pointer_mut(pointer).unwrap();
        *value = match &*value {
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::String(text) => json!(format!("{text}0")),
            other => panic!("{pointer}: {other}"),
        };
        let (code, _, stderr) = verify(&edited);
        // A format or a word of another version cannot be read, and everything else is something else.
        assert!(matches!(code, Some(1 | 2)), "{pointer}: {code:?}: {stderr}");
        let field = pointer.rsplit('/').find(|part| part.parse::<u32>().is_err()).unwrap();
        let expected = if pointer == "/backend/name" { "unknown backend `gpu0`" } else { field };
        assert!(stderr.contains(expected), "{pointer}: {stderr}");
    }
    let edits: [fn(&mut Value); 3] = [
        |it| drop(it["exceptions"].as_array_mut().unwrap().pop()),
        |it| {
            it["features"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "marker": "x", "support": "supported", "cells": 1, "passed": 1 }))
        },
        |it| it["own_tolerances"] = json!({}),
    ];
    for edit in edits {
        let mut edited = statement.clone();
        edit(&mut edited);
        assert_eq!(verify(&edited).0, Some(1));
    }
    for (edited, reason) in [
        (json!({ "format": 2 }), "a statement in format 2, this version reads 1"),
        (json!({ "format": "1" }), "not a statement: `format` is \"1\""),
        (json!([]), "not a statement: it has no field `format`"),
        (
            json!({ "format": 1, "suite": { "name": 7 } }),
            "not a statement: `suite.name`: invalid type: integer `7`, expected a string",
        ),
    ] {
        let (code, _, stderr) = verify(&edited);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
    }
}

fn leaves(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| leaves(value, format!("{pointer}/{key}"), pointers));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| leaves(value, format!("{pointer}/{at}"), pointers));
        }
        _ => pointers.push(pointer),
    }
}
