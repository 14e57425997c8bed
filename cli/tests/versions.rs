//! Records of each version that is read. `records/format-N.jsonl` was written in format N, by a run of the suite `rows` of
//! `ui-tests/suites`; where the format changes, the new one is added, and none of the others is touched.

use std::path::{Path, PathBuf};
use std::process::Command;

use crosscheck::internals::{FORMAT, OLDEST, read_all};

fn record(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/records/format-{format}.jsonl"))
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_record_of_each_version_is_read() {
    for format in OLDEST..=FORMAT {
        let path = record(format);
        let recorded = read_all(&path).unwrap();
        assert!(recorded.starts.iter().all(|(_, start)| start.format == format), "{format}");
        assert!(!recorded.planned.is_empty() && recorded.concluded && recorded.torn.is_empty(), "{format}");
        let (code, stdout, stderr) = run(&["report", path.to_str().unwrap()]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{format}");
        let cells = recorded.planned.len();
        assert!(stdout.contains(&format!("\n{cells} cells: ")), "{format}: {stdout}");
        // Whatever is newer, it is compared with today's.
        let (code, stdout, stderr) =
            run(&["diff", path.to_str().unwrap(), record(FORMAT).to_str().unwrap(), "--fail-on", "none"]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{format}: {stdout}");
    }
}
