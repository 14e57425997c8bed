//! `cargo crosscheck merge`, as it is called.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crosscheck::Outcome;
use crosscheck::internals::{Agreement, Fingerprint, Journal, Line, PlanRecord, Start, read_all};
use crosscheck::record::CellRecord;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("merge-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A record of two planned cells, of which these are known.
    fn record(&self, name: &str, fingerprint: u64, cells: &[(&str, &str)]) -> PathBuf {
        let path = self.0.join(name);
        let mut journal = Journal::open(&path, Start::now("ops", "kernels", Fingerprint(fingerprint))).unwrap();
        let planned = ["add::cpu", "add::gpu"].map(str::to_owned).to_vec();
        journal.write(&Line::Plan(PlanRecord { cells: planned, ..PlanRecord::default() })).unwrap();
        for (name, outcome) in cells {
            let backend = name.rsplit("::").next().unwrap();
            let text = format!(
                r#"{{"name":"{name}","test":"add","backend":"{backend}","markers":["float64"],"row":null,"outcome":"{outcome}","reason":"no device","origin":"a.rs:1","duration_us":1}}"#
            );
            let cell: CellRecord = serde_json::from_str(&text).unwrap();
            journal.write(&Line::Cell(Box::new(cell))).unwrap();
        }
        journal.write(&Line::End).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn merge(arguments: &[&Path]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck")).arg("merge").args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn two_machines_make_one_run() {
    let folder = Folder::new("run");
    let linux = folder.record("linux.jsonl", 7, &[("add::cpu", "passed"), ("add::gpu", "unavailable")]);
    let mac = folder.record("mac.jsonl", 7, &[("add::cpu", "passed"), ("add::gpu", "x_failed")]);
    let output = folder.0.join("all.jsonl");
    let (code, stdout, stderr) = merge(&[&linux, &mac, Path::new("--output"), &output]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    assert!(stdout.contains("\n float64     1 passed   1 xfailed\n"), "{stdout}");
    assert!(stdout.ends_with("\n2 cells: 1 passed, 1 xfailed\n"), "{stdout}");
    let all = read_all(&output).unwrap();
    let outcomes: Vec<_> = all.cells.iter().map(|cell| (cell.name.as_str(), cell.outcome)).collect();
    assert_eq!(outcomes, [("add::cpu", Outcome::Passed), ("add::gpu", Outcome::XFailed)]);
    assert_eq!((all.starts[0].1.fingerprint, all.planned.len()), (Fingerprint(7), 2));

    // What is there is not written over.
    let (code, _, stderr) = merge(&[&linux, Path::new("-o"), &output]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("all.jsonl: File exists"), "{stderr}");
    assert_eq!(read_all(&output).unwrap(), all);
}

#[test]
fn a_cell_that_no_shard_ran_fails_the_run() {
    let folder = Folder::new("missing");
    let shard = folder.record("one.jsonl", 7, &[("add::cpu", "passed")]);
    let (code, stdout, _) = merge(&[&shard]);
    assert_eq!(code, Some(101), "{stdout}");
    assert!(stdout.contains("1 MISSING\n  add::gpu: was planned, but is in no record\n"), "{stdout}");
}

#[test]
fn what_cannot_be_joined_is_refused_with_its_place() {
    let folder = Folder::new("refused");
    let (one, other) = (folder.record("one.jsonl", 7, &[]), folder.record("other.jsonl", 8, &[]));
    let (code, stdout, stderr) = merge(&[&one, &other]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(
        stderr.contains("other.jsonl:1: a record of `kernels` (fingerprint 0000000000000008), not of `kernels`"),
        "{stderr}"
    );

    std::fs::write(&other, "{\"line\":\"start\",\"format\":6}\n").unwrap();
    let forged = folder.0.join("forged.jsonl");
    std::fs::write(&forged, [std::fs::read(&one).unwrap(), b"{\"line\":\"cell\"}\n{}\n".to_vec()].concat()).unwrap();
    let (code, _, stderr) = merge(&[&one, &other, &forged, &folder.0.join("nowhere.jsonl")]);
    assert_eq!(code, Some(2));
    // Everything that is wrong, at once.
    for part in [
        "other.jsonl:1: written in format 6, this version reads 4 to 5",
        "forged.jsonl:4: not a line of a crosscheck record: missing field `name`",
        "nowhere.jsonl: No such file",
    ] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

/// The rules of a run hold for records too.
#[test]
fn what_does_not_pass_as_a_run_does_not_pass_as_records() {
    let folder = Folder::new("rules");
    let both = [("add::cpu", "passed"), ("add::gpu", "passed")];
    let absent = folder.record("absent.jsonl", 7, &[("add::cpu", "unavailable"), ("add::gpu", "skipped")]);
    let (code, _, stderr) = merge(&[&absent]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("error: no body was run: 2 cells: 1 skipped, 1 unavailable"), "{stderr}");

    let start = r#"{"line":"start","format":4,"suite":"kernels","fingerprint":"0000000000000007"}"#;
    let only_a_start = folder.0.join("start.jsonl");
    std::fs::write(&only_a_start, format!("{start}\n")).unwrap();
    assert_eq!(merge(&[&only_a_start]).0, Some(2));

    // Every cell is there, and yet the run did not come to its conclusion.
    let whole = folder.record("whole.jsonl", 7, &both);
    assert_eq!(merge(&[&whole]).0, Some(0));
    let text = std::fs::read_to_string(&whole).unwrap();
    let open = folder.0.join("open.jsonl");
    std::fs::write(&open, text.strip_suffix("{\"line\":\"end\"}\n").unwrap()).unwrap();
    for records in [&[open.as_path()][..], &[&open, &whole], &[&whole, &open]] {
        let (code, _, stderr) = merge(records);
        assert_eq!(code, Some(101), "{stderr}");
        assert!(stderr.contains("open.jsonl: the run has not concluded"), "{stderr}");
    }
    // One that goes on with it concludes it.
    let resumed = "{\"line\":\"plan\",\"cells\":[],\"resumes\":true}\n{\"line\":\"end\"}\n";
    std::fs::write(&open, std::fs::read_to_string(&open).unwrap() + resumed).unwrap();
    assert_eq!(merge(&[&open]).0, Some(0));

    // What began and did not end is named.
    let died = folder.0.join("died.jsonl");
    std::fs::write(&died, format!("{start}\n{{\"line\":\"begin\",\"cell\":\"add::cpu\"}}\n")).unwrap();
    let (code, stdout, _) = merge(&[&died]);
    assert_eq!(code, Some(101), "{stdout}");
    assert!(
        stdout.contains("1 MISSING\n  add::cpu: began, but did not end: it may have ended the process"),
        "{stdout}"
    );
}

/// Every field of a cell is whatever somebody wrote into a file.
#[test]
fn what_a_record_says_does_nothing_to_a_terminal() {
    const LIE: &str =
        "\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{8}\u{9b}31m\u{7f}\u{202e}\u{2028}\ntest x ... ok\n\ntest result: ok. ";
    let folder = Folder::new("lies");
    let path = folder.record("lies.jsonl", 7, &[("add::cpu", "passed"), ("add::gpu", "failed")]);
    let lie = |what: &str, outcome: Outcome| {
        let text = |field: &str| format!("{what}-{field}{LIE}");
        let mut cell = read_all(&path).unwrap().cells[0].clone();
        cell.outcome = outcome;
        (cell.name, cell.test, cell.backend) = (text("name"), text("test"), text("backend"));
        (cell.function, cell.row) = (Some(text("function")), Some(text("row")));
        (cell.reason, cell.output, cell.origin) = (text("reason"), Some(text("output")), text("origin"));
        cell.markers = vec![text("marker")];
        cell
    };
    let mut journal = Journal::open(&path, Start::now("ops", "kernels", Fingerprint(7))).unwrap();
    let cells = [
        lie("a", Outcome::Failed),
        lie("b", Outcome::Unavailable),
        lie("c", Outcome::Passed),
        lie("d", Outcome::XPassed),
    ];
    for cell in &cells {
        journal.write(&Line::Cell(Box::new(cell.clone()))).unwrap();
    }
    let output = folder.0.join("all.jsonl");
    let merge = |arguments: &[&Path]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
        let coloured = command.arg("merge").args(arguments).env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
        let output = coloured.output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        // Without the colours of the report itself.
        let codes = ["0", "1", "31", "32", "33", "36", "90"];
        codes.iter().fold(text, |text, code| text.replace(&format!("\u{1b}[{code}m"), ""))
    };
    let shown = merge(&[&path, Path::new("-o"), &output]);
    for part in
        ["a-name", "a-backend", "a-marker", "a-reason", "b-backend", "b-reason", "c-marker", "d-name", "d-reason"]
    {
        assert!(shown.contains(&format!("{part}\\u{{1b}}]0;owned")), "{part}: {shown}");
    }
    // What was read is what is written.
    let written = read_all(&output).unwrap().cells;
    assert!(cells.iter().all(|cell| written.contains(cell)));
    // A suite's name is a text as well.
    let other = folder.0.join("other.jsonl");
    Journal::open(&other, Start::now("ops", &format!("suite{LIE}"), Fingerprint(7))).unwrap();
    let refused = merge(&[&path, &other]);
    assert!(refused.contains("suite\\u{1b}]0;owned"), "{refused}");
    for line in [shown, refused].iter().flat_map(|text| text.split('\n')) {
        let acts = |c: &char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}');
        assert_eq!(line.chars().find(acts), None, "{line:?}");
        assert!(!line.trim_start().starts_with("test "), "{line:?}");
    }
}

/// A share that is written is the one that is read, to the last bit, however often it is merged.
#[test]
fn a_float_is_what_it_was_after_each_step() {
    let folder = Folder::new("floats");
    let path = folder.record("floats.jsonl", 7, &[("add::cpu", "passed")]);
    let mut journal = Journal::open(&path, Start::now("ops", "kernels", Fingerprint(7))).unwrap();
    let mut cell = read_all(&path).unwrap().cells[0].clone();
    let mut state = 7_u64;
    let numbers = std::iter::repeat_with(|| {
        // SplitMix64: every share.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % 1_000_000_001) as f64 / 1e9
    });
    let numbers: Vec<_> = numbers.take(5_000).collect();
    for (at, number) in numbers.iter().enumerate() {
        cell.name = format!("float::n_{at:05}::cpu");
        let mut agreement = Agreement::default();
        agreement.used = *number;
        cell.agreement = Some(Box::new(agreement));
        journal.write(&Line::Cell(Box::new(cell.clone()))).unwrap();
    }
    let (once, twice) = (folder.0.join("once.jsonl"), folder.0.join("twice.jsonl"));
    assert_eq!(merge(&[&path, Path::new("-o"), &once]).0, Some(101));
    assert_eq!(merge(&[&once, Path::new("-o"), &twice]).0, Some(101));
    for path in [&path, &once, &twice] {
        let cells = read_all(path).unwrap().cells;
        let read = cells
            .iter()
            .filter(|cell| cell.name.starts_with("float::"))
            .map(|cell| cell.agreement.as_ref().unwrap().used);
        let wrong = read.zip(&numbers).filter(|(read, number)| read.to_bits() != number.to_bits()).count();
        assert_eq!(wrong, 0, "of {} in {}", numbers.len(), path.display());
    }
}
