//! `main!` where `harness = false` is missing: libtest runs the executable, and no cell.

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "compiles a suite: `cargo xtask ci` runs it"]
fn without_harness_false_a_test_fails_and_says_what_to_add() {
    // A suite of `src/bin/`, built as a test: what is built already is not built again.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let suite = ["--package", env!("CARGO_PKG_NAME"), "--bin", "readme"];
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--quiet", "--offline", "--target-dir"]).arg(target).args(suite);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{said}");
    for part in [
        "crosscheck_needs::harness_false",
        "no cell of `readme` runs, because libtest is its harness: add `harness = false` to its target in Cargo.toml:",
        "[[test]]\nname = \"readme\"\nharness = false\n",
        "0 passed; 1 failed",
    ] {
        assert!(said.contains(part), "{part:?} is missing in\n{said}");
    }
}
