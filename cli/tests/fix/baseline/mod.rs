//! Every kind of row that `fix --baseline` writes, in every place where it can: it compiles, holds, and goes when its fault does.

use crate::Scratch;

/// The files, those of the backends first.
const FILES: [(&str, &str); 9] = [
    ("matrix", include_str!("matrix.rs")),
    ("blank", include_str!("blank.rs")),
    ("rows", include_str!("rows.rs")),
    ("constructor", include_str!("constructor.rs")),
    ("conditions", include_str!("conditions.rs")),
    ("renamed", include_str!("renamed.rs")),
    ("style", include_str!("style.rs")),
    ("lib", include_str!("lib.rs")),
    ("checks", include_str!("checks.rs")),
];

const BACKENDS: [&str; 8] = ["matrix", "blank", "rows", "constructor", "conditions", "renamed", "style", "by_macro"];

/// What each backend gets rows of, white space aside.
const WRITTEN: [&str; 19] = [
    "Failure::Error)",
    "Failure::Panic)",
    "Failure::Mismatch)",
    "Failure::Timeout)",
    "Failure::Crash)",
    "skip(",
    "flaky(",
    "saying(\"thereisnokernel\")",
    "test(\"checks::errs\",\"checks::errs_alike\"",
    "test(\"checks::panics\")",
    "test(\"checks::is_off\")",
    "test(\"checks::is_off_too\")",
    "test(\"checks::is_no_number\")",
    "test(\"checks::says_two_things\"),case(what=no_kernel)",
    "test(\"checks::says_two_things\"),case(what=torn)",
    "saying(\"abelttore\")",
    "test(\"checks::says_anything\")",
    "case(scale=scale_2|scale_3,sign=minus)",
    "xfail(\"thedriveristooold\")",
];

/// The file in which the rows of a backend stand.
fn file(backend: &str) -> String {
    if backend == "by_macro" { "tests/conformance.rs".to_owned() } else { format!("src/{backend}.rs") }
}

fn compact(text: &str) -> String {
    text.split_whitespace().collect()
}

fn walks_through(edition: &str) {
    let scratch = Scratch::empty(&format!("baseline-{edition}"), edition);
    scratch.write("Cargo.toml", &format!("{}\n[lints.rust]\nwarnings = \"deny\"\n", scratch.read("Cargo.toml")));
    for (name, text) in FILES {
        let text = text.replace("\r\n", "\n");
        let text = if name == "style" { text.replace('\n', "\r\n") } else { text };
        scratch.write(&format!("src/{name}.rs"), &text);
    }
    scratch.write("tests/conformance.rs", "//! The suite.\n\ncrosscheck::main!(scratch);\n");

    let (status, said) = scratch.run(&["--retries", "2"]);
    assert_eq!(status, Some(101), "{said}");
    let (status, shown, stderr) = scratch.fix(&["--baseline", "--apply"]);
    assert_eq!((status, stderr.as_str()), (Some(0), "note: 8 files changed: run the suite again\n"), "{shown}");
    for backend in BACKENDS {
        let text = scratch.read(&file(backend));
        let of_feature = match backend {
            "matrix" | "conditions" | "style" => "Feature::Broken=>",
            _ => "uses=\"broken\"",
        };
        for written in WRITTEN.iter().chain([&of_feature]) {
            assert!(compact(&text).contains(written), "{written} of {backend}\n{text}");
        }
        // Other editions order imports in another way, so that nothing here is formatted in them.
        if edition == "2024" {
            assert_eq!(scratch.is_formatted(&file(backend), edition), backend != "style", "{backend}\n{text}");
        }
    }
    let (status, said) = scratch.run(&[]);
    assert_eq!(status, Some(0), "{said}");
    let (status, shown, stderr) = scratch.fix(&["--baseline", "--check"]);
    assert_eq!((status, shown.as_str(), stderr.as_str()), (Some(0), "", "note: nothing to change\n"));

    // The faults are mended.
    let mended = [("MENDED", "1")];
    let (status, said) = scratch.run_with(&[], &mended);
    assert_eq!(status, Some(101), "{said}");
    // What is skipped shows only in an audit.
    let (status, said) = scratch.run_with(&["--run-excluded"], &mended);
    assert_eq!(status, Some(0), "{said}");
    let (status, shown, stderr) = scratch.fix(&["--apply"]);
    assert_eq!((status, stderr.as_str()), (Some(0), "note: 8 files changed: run the suite again\n"), "{shown}");
    let (status, said) = scratch.run_with(&[], &mended);
    assert_eq!(status, Some(0), "{said}");
    for backend in BACKENDS {
        let text = scratch.read(&file(backend));
        assert!(!text.contains("xfail(") && !text.contains("skip("), "{text}");
        // What may pass at once is not stale.
        assert_eq!(text.matches("flaky(").count(), 1, "{text}");
        assert_eq!(text.matches("\r\n").count(), if backend == "style" { text.lines().count() } else { 0 }, "{text:?}");
    }
    // Nobody's comments are gone.
    assert!(scratch.read("src/matrix.rs").contains("        // Two of them.\n"), "{}", scratch.read("src/matrix.rs"));
}

#[test]
#[ignore = "compiles two crates three times: `cargo xtask ci` runs it"]
fn every_kind_of_row_holds_and_goes_in_2024() {
    walks_through("2024");
}

#[test]
#[ignore = "compiles two crates three times: `cargo xtask ci` runs it"]
fn every_kind_of_row_holds_and_goes_in_2018() {
    walks_through("2018");
}
