//! `cargo crosscheck merge` of many shards, of nextest's runs, and of machines of several kinds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crosscheck::internals::{Fingerprint, Journal, Line, PlanRecord, Shard, Start, SuiteRecord, read_all};
use crosscheck::record::CellRecord;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shards-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A record that was made on this machine, of this plan, in which these cells came to this.
    fn record(&self, name: &str, machine: &str, plan: PlanRecord, cells: &[(&str, &str)]) -> PathBuf {
        let path = self.0.join(name);
        let start = Start { machine: machine.to_owned(), ..Start::now("ops", "kernels", Fingerprint(7)) };
        let mut journal = Journal::open(&path, start).unwrap();
        let is_listed = plan.listed;
        journal.write(&Line::Plan(plan)).unwrap();
        for (name, outcome) in cells {
            let backend = name.rsplit("::").next().unwrap();
            let text = format!(
                r#"{{"name":"{name}","test":"add","backend":"{backend}","markers":["float64"],"row":null,"outcome":"{outcome}","reason":"why","origin":"a.rs:1","duration_us":1}}"#
            );
            let cell: CellRecord = serde_json::from_str(&text).unwrap();
            journal.write(&Line::Cell(Box::new(cell))).unwrap();
        }
        if !is_listed {
            journal.write(&Line::End).unwrap();
        }
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn crosscheck<'a>(command: &str, arguments: impl IntoIterator<Item = &'a Path>) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck")).arg(command).args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn plan(names: &[&str]) -> PlanRecord {
    PlanRecord { cells: names.iter().map(|name| (*name).to_owned()).collect(), ..PlanRecord::default() }
}

/// So many that no record names all of them: each lost shard is seen, and its cells are named as far as others name them.
#[test]
fn a_lost_shard_is_seen_and_its_cells_are_named() {
    const COUNT: u32 = 100;
    let folder = Folder::new("lost");
    let names: Vec<String> = (0..11_000).map(|number| format!("add::n_{number}::cpu")).collect();
    let (mut records, mut named) = (Vec::new(), 0);
    let mut sizes = Vec::new();
    for number in 1..=COUNT {
        let shard = Shard::new(number, COUNT).unwrap();
        let plan = PlanRecord::of(names.iter().cloned(), Some(shard));
        let own: Vec<_> = names.iter().filter(|name| shard.holds(name)).map(|name| (name.as_str(), "passed")).collect();
        named += plan.cells.len();
        sizes.push(own.len());
        records.push(folder.record(&format!("{number}.jsonl"), "x86_64-linux", plan, &own));
    }
    // A name stands in two records.
    assert_eq!(named, 2 * names.len());
    let without = |lost: &[usize]| {
        let here = records.iter().enumerate().filter(|(at, _)| !lost.contains(at));
        crosscheck("merge", here.map(|(_, path)| path.as_path()))
    };
    let (code, stdout, stderr) = without(&[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    assert!(stdout.ends_with("\n11000 cells: 11000 passed\n"), "{stdout}");

    let (code, stdout, stderr) = without(&[4]);
    assert_eq!(code, Some(101));
    assert_eq!(stderr, "note: there is no record of shard 5 of 100\n");
    let missing: BTreeSet<_> = stdout.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(": ")).collect();
    let reason = "was planned, but is in no record: that of shard 5/100 is not here";
    let expected = names.iter().filter(|name| Shard::new(5, COUNT).unwrap().holds(name));
    assert_eq!(missing, expected.map(|name| (name.as_str(), reason)).collect());

    // Of two, those names are lost that stand in these two records only; how many they are is known.
    let (code, stdout, stderr) = without(&[4, 5]);
    assert_eq!(code, Some(101));
    let missing = stdout.lines().filter(|line| line.contains("was planned, but is in no record")).count();
    let unnamed = sizes[4] + sizes[5] - missing;
    assert!((1..20).contains(&unnamed), "{unnamed}");
    assert_eq!(
        stderr,
        format!(
            "error: there is no record of shard 5, 6 of 100, and none that names {unnamed} of the cells that were planned\n"
        )
    );
    // Although every cell that is named has passed.
    let all_but_two = names.iter().filter(|name| !(5..=6).any(|at| Shard::new(at, COUNT).unwrap().holds(name)));
    assert_eq!(all_but_two.count(), names.len() - sizes[4] - sizes[5]);
}

#[test]
fn cells_that_nobody_names_fail_even_where_all_named_ones_passed() {
    let folder = Folder::new("unnamed");
    let mut plan = PlanRecord::of(["a::cpu", "b::cpu"].map(str::to_owned).into_iter(), Shard::new(1, 2));
    plan.cells.clear();
    let record = folder.record("one.jsonl", "x86_64-linux", plan, &[("a::cpu", "passed")]);
    let (code, stdout, stderr) = crosscheck("merge", [record.as_path()]);
    assert_eq!(code, Some(101), "{stdout}");
    let error = "error: there is no record of shard 2 of 2, and none that names 1 of the cells that were planned\n";
    assert_eq!(stderr, error);
}

/// A few shards name all, so that nothing is lost with them.
#[test]
fn where_there_are_few_every_record_names_all() {
    let names = ["a::cpu", "b::cpu", "c::cpu"].map(str::to_owned);
    for number in 1..=3 {
        let plan = PlanRecord::of(names.clone().into_iter(), Shard::new(number, 3));
        assert_eq!(plan.cells, names);
    }
}

fn listed(names: &[&str]) -> PlanRecord {
    PlanRecord { listed: true, ..plan(names) }
}

#[test]
fn what_nextest_did_not_start_is_missing_unless_its_filter_leaves_it_out() {
    let folder = Folder::new("nextest");
    let all = ["a::cpu", "b::cpu", "c::cpu", "d\\u{7}::cpu"];
    let all: Vec<_> = all.iter().map(|name| name.replace("\\u{7}", "\u{7}")).collect();
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    let one = folder.record("one.jsonl", "x86_64-linux", listed(&all), &[("a::cpu", "passed"), ("c::cpu", "skipped")]);
    let two = folder.record("two.jsonl", "x86_64-linux", listed(&all), &[("b::cpu", "passed"), ("c::cpu", "skipped")]);
    // It has concluded, as far as anybody knows.
    let (code, stdout, stderr) = crosscheck("merge", [one.as_path(), &two]);
    assert_eq!((code, stderr.as_str()), (Some(101), ""), "{stdout}");
    assert!(stdout.contains("\n1 MISSING\n  d\\u{7}::cpu: was listed for nextest, but is in no record: "), "{stdout}");
    let (_, stdout, _) = crosscheck("merge", [one.as_path()]);
    assert!(stdout.contains("\n2 MISSING\n  b::cpu: was listed"), "{stdout}");
    // A report does not hold it against the run, and says so.
    let (code, stdout, stderr) = crosscheck("report", [one.as_path()]);
    assert_eq!(code, Some(0));
    assert!(stdout.ends_with("\n2 cells: 1 passed, 1 skipped\n"), "{stdout}");
    assert!(stderr.starts_with("note: nextest did not start 2 of the cells that it listed: "), "{stderr}");

    // As nextest prints it, which sees the names as they are listed.
    let list = |matches: &[(&str, &str)]| {
        let test = |(name, matched): &(&str, &str)| {
            let status = if matched.is_empty() { "matches" } else { "mismatch" };
            let name = name.replace('\\', "\\\\");
            format!(
                r#""{name}":{{"kind":"test","ignored":false,"filter-match":{{"status":"{status}","reason":"{matched}"}}}}"#
            )
        };
        let tests: Vec<_> = matches.iter().map(test).collect();
        format!(
            r#"{{"test-count":4,"rust-suites":{{"ops::kernels":{{"package-name":"ops","binary-name":"kernels","testcases":{{{}}}}}}}}}"#,
            tests.join(",")
        )
    };
    let path = folder.0.join("list.json");
    let merged = |text: &str| {
        std::fs::write(&path, text).unwrap();
        crosscheck("merge", [one.as_path(), &two, Path::new("--nextest-list"), &path])
    };
    let ignored = ("c::cpu", "ignored");
    let (code, stdout, stderr) =
        merged(&list(&[("a::cpu", ""), ("b::cpu", "partition"), ignored, ("d\\u{7}::cpu", "expression")]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    let part = "only a part of the suite: the filter of nextest";
    assert!(stdout.ends_with(&format!("\n3 cells: 2 passed, 1 skipped\n{part}\n")), "{stdout}");
    for wanted in ["", "partition"] {
        let (code, stdout, _) = merged(&list(&[("a::cpu", ""), ("b::cpu", ""), ignored, ("d\\u{7}::cpu", wanted)]));
        assert_eq!(code, Some(101), "{stdout}");
    }
    // What cannot be understood is refused.
    for (text, says) in [
        ("{}", "list.json: not what `cargo nextest list --message-format json` prints: missing field `rust-suites`"),
        (
            r#"{"rust-suites":{"x::y":{"package-name":"x","binary-name":"y","testcases":{}}}}"#,
            "list.json: lists no test of `kernels` (it lists: x::y)",
        ),
    ] {
        let (code, _, stderr) = merged(text);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
    }
    std::fs::remove_file(&path).unwrap();
    let (code, _, stderr) = crosscheck("merge", [one.as_path(), Path::new("--nextest-list"), &path]);
    assert!(code == Some(2) && stderr.contains("list.json: No such file"), "{stderr}");
}

/// A statement is about the whole.
#[test]
fn what_was_not_started_and_what_nobody_names_is_in_no_statement() {
    let folder = Folder::new("statement");
    let suite = SuiteRecord { subject: "Ops".to_owned(), backends: vec!["cpu".to_owned()], ..SuiteRecord::default() };
    let with_suite = |path: &PathBuf| {
        let mut journal = Journal::open(path, Start::now("ops", "kernels", Fingerprint(7))).unwrap();
        journal.write(&Line::Suite(Box::new(suite.clone()))).unwrap();
    };
    let one = folder.record("one.jsonl", "x86_64-linux", listed(&["a::cpu", "b::cpu"]), &[("a::cpu", "passed")]);
    let mut plan = PlanRecord::of(["a::cpu", "b::cpu"].map(str::to_owned).into_iter(), Shard::new(1, 2));
    plan.cells.pop();
    let two = folder.record("two.jsonl", "x86_64-linux", plan, &[("a::cpu", "passed")]);
    for (record, why) in [
        (&one, "b::cpu is missing: was listed for nextest, but is in no record"),
        (&two, "1 of the cells that were planned are named by no record: shards are missing"),
    ] {
        with_suite(record);
        let (code, stdout, stderr) = crosscheck("statement", [Path::new("cpu"), record.as_path()]);
        assert!(code == Some(2) && stderr.contains(why), "{stdout}{stderr}");
    }
}

/// What the whole came to says that it was not all of it.
#[test]
fn a_filter_of_nextests_stands_in_the_joined_record() {
    let folder = Folder::new("narrowed");
    let one = folder.record("one.jsonl", "x86_64-linux", listed(&["a::cpu", "b::cpu"]), &[("a::cpu", "passed")]);
    let (list, all) = (folder.0.join("list.json"), folder.0.join("all.jsonl"));
    let text = r#"{"rust-suites":{"x":{"package-name":"ops","binary-name":"kernels","testcases":{"a::cpu":{"filter-match":{"status":"matches"}}}}}}"#;
    std::fs::write(&list, text).unwrap();
    let arguments = [one.as_path(), Path::new("--nextest-list"), &list, Path::new("--output"), &all];
    assert_eq!(crosscheck("merge", arguments).0, Some(0));
    let recorded = read_all(&all).unwrap();
    assert_eq!(recorded.narrowed, ["the filter of nextest"]);
    assert_eq!((recorded.planned, recorded.listed), (vec!["a::cpu".to_owned()], false));
}

#[test]
fn a_backend_that_ran_on_two_kinds_of_machines_has_a_column_for_each() {
    let folder = Folder::new("machines");
    let names = ["add::cpu", "add::metal", "mul::cpu", "sub::cpu"];
    let linux = [("add::cpu", "passed"), ("add::metal", "unavailable"), ("mul::cpu", "passed"), ("sub::cpu", "passed")];
    let mac = [("add::cpu", "failed"), ("add::metal", "passed"), ("mul::cpu", "skipped")];
    let linux = folder.record("linux.jsonl", "x86_64-linux", plan(&names), &linux);
    let mac = folder.record("mac.jsonl", "aarch64-macos", plan(&names), &mac);
    let all = folder.0.join("all.jsonl");
    let (code, stdout, _) = crosscheck("merge", [linux.as_path(), &mac, Path::new("-o"), &all]);
    assert_eq!(code, Some(101));
    let header = stdout.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>();
    // Where it was not to be had, there is nothing to see.
    assert_eq!(header, ["feature", "cpu@aarch64-macos", "cpu@x86_64-linux", "metal"]);
    let row = stdout.lines().find(|line| line.starts_with(" float64")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["float64", "1", "skipped", "3", "passed", "1", "passed"]);
    assert!(stdout.contains("\n1 FAILED\n  add::cpu on aarch64-macos (passed on x86_64-linux): why\n"), "{stdout}");
    // A cell counts once.
    assert!(stdout.ends_with("\n4 cells: 3 passed, 1 FAILED\n"), "{stdout}");
    // The joined record shows the same, and so does one that holds both.
    assert_eq!(crosscheck("report", [all.as_path()]).1, stdout);
    let both = folder.0.join("both.jsonl");
    std::fs::write(&both, [std::fs::read(&linux).unwrap(), std::fs::read(&mac).unwrap()].concat()).unwrap();
    assert_eq!(crosscheck("report", [both.as_path()]).1, stdout);
    // Of one kind of machines, nobody has to say which.
    let (_, stdout, _) = crosscheck("merge", [linux.as_path(), &linux]);
    assert!(!stdout.contains('@') && !stdout.contains(" on x86_64"), "{stdout}");
}
