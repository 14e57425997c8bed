//! What nextest runs, as JUnit from the records that its processes leave.
//!
//! It needs cargo-nextest, which `cargo xtask ci` provides: `cargo test -p crosscheck-cli --test nextest -- --ignored`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// A cell, the element that its test case has, and its properties besides `backend`, `at` and `row_at`.
type Expected = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PASSES: &str = "";
const MISSING: &str = "error MISSING";
const CELLS: [Expected; 10] = [
    ("ends::fast", MISSING, &[]),
    ("ends::reference", PASSES, &[]),
    ("left_out::fast", MISSING, &[]),
    ("left_out::reference", MISSING, &[]),
    (
        "of_nothing::fast",
        "skipped skipped",
        &[("marker", "empty"), ("row", "empty"), ("debt", "not yet"), ("tracking", "https://example.org/8")],
    ),
    ("of_nothing::reference", PASSES, &[("marker", "empty")]),
    ("of_one::number_1_5::fast", PASSES, &[("share_used", "0")]),
    ("of_one::number_3000_0::fast", "failure FAILED", &[("marker", "wide"), ("worst_ulps", "1024")]),
    (
        "of_one::number_minus_7_0::fast",
        "skipped xfailed",
        &[
            ("marker", "negative"),
            ("row", "negative"),
            ("debt", "upstream"),
            ("tracking", "https://example.org/7"),
            ("worst_ulps", "29360128"),
        ],
    ),
    ("random::fast", PASSES, &[("marker", "random"), ("share_used", "0"), ("seed", "0x8f09ca808d2ec222")]),
];

/// A package of its own, as a stranger has one; what it builds is kept for the next time.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nextest");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("tests")).unwrap();
        std::fs::copy(Path::new(HERE).join("tests/nextest/conformance.rs"), folder.join("tests/conformance.rs"))
            .unwrap();
        let manifest = format!(
            "[package]\nname = \"scratch\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\
             [profile.dev.package.\"*\"]\ndebug = false\n\n[dev-dependencies]\ncrosscheck = {{ path = {:?} }}\n\n[[test]]\n\
             name = \"conformance\"\nharness = false\n",
            Path::new(HERE).join("../runtime")
        );
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        // The versions that are here.
        std::fs::copy(Path::new(HERE).join("../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self(folder)
    }

    /// nextest with these arguments and a filter; its status, and what it prints.
    fn nextest(&self, arguments: &[&str], record: &Path) -> (Option<i32>, String, String) {
        // What this workspace has built of other crates serves here as well.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg("nextest").args(arguments).args(["--offline", "-E", "not test(left_out)"]).current_dir(&self.0);
        said(command.env("CARGO_TARGET_DIR", target).env("CROSSCHECK_RECORD", record))
    }

    fn crosscheck(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        said(Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck")).args(arguments).current_dir(&self.0))
    }
}

fn said(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (status.code(), stdout, stderr)
}

/// The same as it is read.
type Case = (String, String, Vec<(String, String)>);

/// Each test case: its name, its element, and its properties.
fn cases(junit: &str) -> Vec<Case> {
    let quoted = |text: &str, before: &str| Some(text.split_once(before)?.1.split_once('"')?.0.to_owned());
    let case = |case: &str| {
        let element = ["skipped", "failure", "error"].into_iter().find_map(|element| {
            let (_, rest) = case.split_once(&format!("<{element} "))?;
            Some(format!("{element} {}", quoted(rest, "type=\"")?))
        });
        let property = |text: &str| Some((text.split_once('"')?.0.to_owned(), quoted(text, "value=\"")?));
        let known = |(name, _): &(String, String)| !["backend", "at", "row_at"].contains(&name.as_str());
        let properties = case.split("<property name=\"").skip(1).filter_map(property).filter(known).collect();
        (case.split_once('"').unwrap().0.to_owned(), element.unwrap_or_default(), properties)
    };
    let ends = |text: &str| text.split_once("</testcase>").map_or(text, |(case, _)| case).to_owned();
    let mut cases: Vec<_> = junit.split("<testcase name=\"").skip(1).map(|text| case(&ends(text))).collect();
    cases.sort();
    cases
}

fn expected(is_shown: impl Fn(&str) -> bool) -> Vec<Case> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let shown = CELLS.iter().filter(|(name, ..)| is_shown(name));
    shown.map(|(name, ends, with)| ((*name).into(), (*ends).into(), with.iter().map(owned).collect())).collect()
}

#[test]
#[ignore = "needs cargo-nextest: `cargo xtask ci` runs it"]
fn what_nextest_has_run_is_junit() {
    let scratch = Scratch::new();
    for half in ["1", "2"] {
        let (partition, record) = (format!("hash:{half}/2"), scratch.0.join(format!("{half}.jsonl")));
        let (_, _, stderr) = scratch.nextest(&["run", "--no-fail-fast", "--partition", &partition], &record);
        assert!(record.is_file(), "{stderr}");
    }
    // A report leaves out what the filter of nextest may have left out, and says so.
    let (status, junit, stderr) = scratch.crosscheck(&["report", "1.jsonl", "2.jsonl", "--format", "junit"]);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stderr.starts_with("note: nextest did not start 2 of the cells that it listed: "), "{stderr}");
    assert_eq!(cases(&junit), expected(|name| !name.starts_with("left_out")), "{junit}");
    // The whole has it as missing.
    let (status, shown, stderr) = scratch.crosscheck(&["merge", "1.jsonl", "2.jsonl", "--output", "all.jsonl"]);
    assert_eq!(status, Some(101), "{shown}{stderr}");
    let (_, junit, stderr) = scratch.crosscheck(&["report", "all.jsonl", "--format", "junit"]);
    assert_eq!(stderr, "");
    assert_eq!(cases(&junit), expected(|_| true), "{junit}");
}
