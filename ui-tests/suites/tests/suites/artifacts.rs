//! What CI engines ask for by their variables, tried on `src/bin/outcomes.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Output, Suite, suite};

const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
const XML: &str = "XML_OUTPUT_FILE";
/// GitHub shows so much of a summary.
const MOST: usize = 1 << 20;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("artifacts-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn outcomes() -> Suite {
    suite("outcomes")
}

fn warns(output: &Output) -> bool {
    output.stderr.contains("warning: GITHUB_STEP_SUMMARY") || output.stderr.contains("warning: XML_OUTPUT_FILE")
}

#[test]
fn a_summary_goes_behind_what_is_there() {
    let folder = Folder::new("summary");
    let path = folder.0.join("summary.md");
    fs::write(&path, "# earlier\n\n").unwrap();
    let output = outcomes().args(&["--test-threads", "1"]).env(SUMMARY, &path).run();
    output.exits(101);
    assert!(!warns(&output), "{output}");
    let summary = fs::read_to_string(&path).unwrap();
    let (head, own) = summary.split_once("### ").unwrap();
    assert_eq!(head, "# earlier\n\n");
    assert!(own.starts_with("`crosscheck-ui-tests-suites::outcomes`\n\n❌ **"), "{summary}");
    for cell in output.record.iter().flatten().filter(|cell| cell.outcome.fails_the_run()) {
        let folded = format!("<details><summary>❌ <code>{}</code>: {}</summary>\n", cell.name, cell.outcome);
        assert_eq!(own.matches(&folded).count(), 1, "{folded}\n{summary}");
        let rerun = format!("cargo test -p crosscheck-ui-tests-suites --test outcomes -- --exact {}\n", cell.name);
        assert!(own.contains(&rerun), "{rerun}\n{summary}");
    }
    // The next executable of the step goes on with it.
    outcomes().args(&["--backend", "reference"]).env(SUMMARY, &path).run();
    let both = fs::read_to_string(&path).unwrap();
    assert!(
        both.starts_with(&summary) && both[summary.len()..].contains("Only a part of the suite: `--backend reference`")
    );
}

#[test]
fn one_cell_of_many_makes_no_summary() {
    let folder = Folder::new("nextest");
    let path = folder.0.join("summary.md");
    let all = outcomes().run();
    let passed = all.record.iter().flatten().find(|cell| cell.outcome.as_str() == "passed").unwrap();
    let one = |suite: Suite| suite.args(&["--exact", &passed.name]).env(SUMMARY, &path).run();
    one(outcomes().env("NEXTEST", "1")).exits(0);
    assert!(!path.exists());
    one(outcomes()).exits(0);
    assert!(path.exists());
}

#[test]
fn what_cannot_be_written_is_a_warning_and_the_run_is_what_it_is() {
    let folder = Folder::new("unwritable");
    for args in [&["--backend", "reference"][..], &[]] {
        let without = outcomes().args(args).run();
        for variable in [SUMMARY, XML] {
            let output = outcomes().args(args).env(variable, &folder.0).run();
            output.complains(&format!("warning: {variable} is set, but {}", folder.0.display()));
            assert_eq!(output.code, without.code, "{output}");
            // Set to nothing is not set.
            let output = outcomes().args(args).env(variable, "").run();
            assert!(!warns(&output), "{output}");
        }
    }
    let full = folder.0.join("full.md");
    for (size, grows) in [(MOST, false), (MOST - 100, false), (MOST - 10_000, true), (2 * MOST, false)] {
        fs::write(&full, "x".repeat(size)).unwrap();
        let output = outcomes().env(SUMMARY, &full).run();
        let now = usize::try_from(fs::metadata(&full).unwrap().len()).unwrap();
        assert_eq!((now > size, now <= size.max(MOST)), (grows, true), "{now} after {size}");
        assert_eq!(warns(&output), !grows, "{output}");
        assert!(grows || output.stderr.contains("it is full"), "{output}");
    }
}

/// In a build of the whole workspace the command-line crate turns the feature on.
#[test]
fn junit_is_written_or_the_feature_is_named() {
    let folder = Folder::new("xml");
    let path = folder.0.join("test.xml");
    let output = outcomes().env(XML, &path).run();
    output.exits(101);
    let Ok(xml) = fs::read_to_string(&path) else {
        let why = "is not written: that takes the feature `junit` of `crosscheck`\n";
        output.complains(&format!("warning: XML_OUTPUT_FILE is set, but {} {why}", path.display()));
        return;
    };
    assert!(!warns(&output), "{output}");
    assert!(xml.contains("<testsuites name=\"crosscheck-ui-tests-suites::outcomes\" tests="), "{xml}");
    for cell in output.record.iter().flatten() {
        let name = format!("<testcase name=\"{}\" ", cell.name);
        assert_eq!(xml.matches(&name).count(), 1, "{name}\n{xml}");
    }
}
