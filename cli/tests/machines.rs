//! One suite on two kinds of machines: each format says which backend did what on which of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn records() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records")
}

/// Called in a folder of no package, so that no path depends on where this is.
fn shown(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
    command.args(arguments).current_dir(records()).env("NO_COLOR", "1").env("GITHUB_WORKSPACE", records());
    let output = command.env("CARGO", "/no/cargo").output().unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn of_both(command: &[&str]) -> String {
    shown(&[command, &["linux.jsonl", "macos.jsonl"]].concat())
}

#[test]
fn every_format_says_on_which_machines() {
    for format in ["text", "markdown", "tap", "github", "junit"] {
        insta::assert_snapshot!(format!("report-{format}"), of_both(&["report", "--format", format]));
    }
    insta::assert_snapshot!("matrix-csv", of_both(&["matrix", "--format", "csv"]));
    // The order of the records is nobody's business.
    let other_way = ["report", "--format", "markdown", "macos.jsonl", "linux.jsonl"];
    assert_eq!(shown(&other_way), of_both(&["report", "--format", "markdown"]));
}

/// What the page shows without its script, and what its script is told.
#[test]
fn the_page_has_a_column_for_each_kind_of_machines() {
    let page = of_both(&["report", "--format", "html"]);
    let (_, table) = page.split_once("<table class=\"support\">").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    insta::assert_snapshot!("report-html-table", table.replace("<tr", "\n<tr").replace("<t", "\n  <t"));
    let (_, told) = page.split_once("<script type=\"application/json\" id=\"cells\">").unwrap();
    let told: Value = serde_json::from_str(told.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(
        told["backends"],
        serde_json::json!([
            "reference@aarch64-macos",
            "reference@x86_64-linux",
            "cpu@aarch64-macos",
            "cpu@x86_64-linux",
            "metal"
        ])
    );
    assert_eq!(told["columns"], serde_json::json!(["reference", "reference", "cpu", "cpu", "metal"]));
    assert_eq!(told["cells"], 9);
    assert_eq!(told["test"].as_array().unwrap().len(), 15);
    // A cell counts once.
    assert!(page.contains("<strong>9</strong> cells"), "{page}");
    let of_one: Vec<_> = ["linux.jsonl", "macos.jsonl"].map(|one| shown(&["report", "--format", "html", one])).into();
    assert!(of_one.iter().all(|page| !page.contains("cpu@x86_64-linux")));
}

#[test]
fn a_statement_says_on_which_machine_a_cell_did_not_pass() {
    insta::assert_snapshot!("statement", of_both(&["statement", "cpu"]));
    insta::assert_snapshot!("statement-markdown", of_both(&["statement", "cpu", "--format", "markdown"]));
    // Where it ran on one kind of machine, nobody has to say on which.
    let metal = of_both(&["statement", "metal"]);
    assert!(!metal.contains("\"machine\""), "{metal}");
}

/// A cell that one kind of machine skips stands as passed, since it ran on the other; its feature is not supported all the same.
#[test]
fn what_one_machine_skips_is_not_supported() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("machines-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (linux, mac) = (folder.join("linux.jsonl"), folder.join("macos.jsonl"));
    std::fs::copy(records().join("linux.jsonl"), &linux).unwrap();
    let text = std::fs::read_to_string(records().join("macos.jsonl")).unwrap();
    std::fs::write(&mac, text.replace("\"x_failed\"", "\"skipped\"").replace("\"failed\"", "\"passed\"")).unwrap();
    let statement = shown(&["statement", "cpu", linux.to_str().unwrap(), mac.to_str().unwrap()]);
    let statement: Value = serde_json::from_str(&statement).unwrap();
    assert_eq!(statement["counts"], serde_json::json!({ "passed": 3 }));
    assert_eq!(statement["result"], "partial");
    assert_eq!(statement["features"][0]["support"], "partial");
    assert_eq!(statement["exceptions"][0]["machine"], "aarch64-macos");
    std::fs::remove_dir_all(&folder).unwrap();
}
