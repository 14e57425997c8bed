//! What cells say cannot pass for anything else: every text of `src/bin/liar.rs`, in every view.

use std::collections::BTreeSet;

use crosscheck::Outcome;

use crate::common::{Output, Suite, suite};

/// Fields that a run shows.
const SHOWN_BY_RUNS: &[&str] = &[
    "panic",
    "error",
    "cause",
    "function",
    "part",
    "structure",
    "expected-structure",
    "skip",
    "tracking",
    "since",
    "stale",
    "changed",
    "saying",
    "unavailable",
    "constructor",
    "device",
    "fallback",
    "tolerance",
    "skipped-marker",
    "stale-marker",
    "changed-marker",
];

/// What stands for the beginning of a lie where it is shown.
const BEGINS: &str = "-begins\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\rback";

/// A run in which every stream is a terminal, as far as colours go.
fn coloured(args: &[&str]) -> Output {
    prepared(args).run()
}

fn prepared(args: &[&str]) -> Suite {
    let args = [args, &["--color", "always", "--test-threads", "2"]].concat();
    let suite = suite("liar").args(&args).env("NO_COLOR", "").env("CLICOLOR_FORCE", "1");
    // In a process that it shares with the run, what a body prints goes where the body wants it to.
    if args.contains(&"--isolate") { suite.env("LIAR_PRINTS", "1") } else { suite }
}

/// Without the colours that the report has itself.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split("\u{1b}[");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once('m') {
            Some((codes, rest)) if codes.chars().all(|c| c.is_ascii_digit() || c == ';') => plain.push_str(rest),
            _ => plain.extend(["\u{1b}[", part]),
        }
    }
    plain
}

/// Nothing in it does anything to a terminal, no line begins as a lie wants one to, and these fields are shown.
#[track_caller]
fn is_honest(view: &str, stdout: &str, stderr: &str, fields: &[&str]) {
    let (stdout, stderr) = (without_colours(stdout), without_colours(stderr));
    for (stream, text) in [("stdout", &stdout), ("stderr", &stderr)] {
        for (number, line) in text.split('\n').enumerate() {
            let acts = |c: &char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}');
            assert_eq!(line.chars().find(acts), None, "{view}, {stream}:{number}: {line:?}");
            // A line of the runner's own begins with the name of a cell, whatever else stands in it.
            let says_so = |name: &str| name.starts_with("test ") && name.ends_with("::forged");
            let forged = line.split(" ... ").next().is_some_and(says_so)
                || line.starts_with("test result: ok") && line.contains("-ends");
            assert!(!forged, "{view}, {stream}:{number}: {line:?}");
        }
    }
    let both = stdout + &stderr;
    let missing: BTreeSet<_> = fields.iter().filter(|field| !both.contains(&format!("{field}{BEGINS}"))).collect();
    assert!(missing.is_empty(), "{view} does not show {missing:?}\n{both}");
}

#[test]
fn a_run_shows_every_text_as_what_it_is() {
    for (view, args, more) in [
        ("a run", &["--headroom"][..], &[][..]),
        ("an isolated run", &["--headroom", "--isolate"], &["output"]),
        ("a quiet run", &["--headroom", "--quiet"], &[]),
        ("a run without the matrix", &["--headroom", "--run-excluded"], &[]),
    ] {
        let output = coloured(args);
        output.exits(101);
        let fields = SHOWN_BY_RUNS.iter().chain(more);
        // Without their rows, cells are no longer skipped or expected to fail in some way; and dots have no reasons.
        let hidden: &[&str] = match view {
            "a run without the matrix" => &["saying", "tracking", "since", "skip", "changed"],
            "a quiet run" => &["function"],
            _ => &[],
        };
        let fields: Vec<_> = fields.copied().filter(|field| !hidden.contains(field)).collect();
        is_honest(view, &output.stdout, &output.stderr, &fields);
    }
}

#[test]
fn a_view_of_the_plan_shows_every_text_as_what_it_is() {
    let output = coloured(&["--list"]);
    is_honest("the list", &output.exits(0).stdout, &output.stderr, &["skip"]);
    let output = coloured(&["--matrix"]);
    let fields = [
        "skipped-marker",
        "stale-marker",
        "changed-marker",
        "description",
        "skip",
        "stale",
        "changed",
        "tracking",
        "since",
    ];
    is_honest("the matrix", &output.exits(0).stdout, &output.stderr, &fields);
    // An error lists what there is.
    let output = coloured(&["--marker", "honest"]);
    is_honest("an error", &output.exits(2).stdout, &output.stderr, &["skipped-marker"]);
    let output = coloured(&["--require", "absent", "opened"]);
    is_honest("a requirement", &output.exits(101).stdout, &output.stderr, &["unavailable"]);
}

/// What programs read, and what nextest shows of the process of a cell.
#[test]
fn a_view_for_programs_does_nothing_to_a_terminal_either() {
    let output = coloured(&["--format", "json"]);
    is_honest("JSON", &output.exits(101).stdout, &output.stderr, &[]);
    for (cell, fields) in [
        ("told::panic::liar", &["panic"][..]),
        ("told::fail::liar", &["error", "cause"]),
        ("told::expect::liar", &["saying", "changed-marker"]),
        ("opened::absent", &[]),
        ("opened::broken", &["constructor"]),
    ] {
        let output = prepared(&["--exact", cell, "--nocapture"]).env("NEXTEST", "1").run();
        is_honest(cell, &output.stdout, &output.stderr, fields);
    }
    let output = prepared(&["--list", "--ignored", "--format", "terse"]).env("NEXTEST", "1").run();
    is_honest("nextest's list", &output.exits(0).stdout, &output.stderr, &[]);
}

#[test]
fn the_record_keeps_every_text_as_it_is() {
    for args in [&[][..], &["--isolate"]] {
        let output = coloured(args);
        let cells = output.outcomes();
        let lie = |field: &str| {
            format!(
                "{field}-begins\u{1b}]0;owned\u{7}\u{1b}[2J\rback\u{8}\u{9b}31m\u{7f}\u{202e}desrever\u{2028}\ntest \
                 {field}::forged ... ok\n\ntest result: ok. {field}-ends"
            )
        };
        let told = |case: &str| cells[format!("told::{case}::liar").as_str()];
        assert!(told("panic").reason.ends_with(&lie("panic")), "{output}");
        assert_eq!(told("fail").reason, format!("returned an error: {}: {}", lie("error"), lie("cause")), "{output}");
        assert_eq!(told("skip").reason, lie("skip"), "{output}");
        assert_eq!(cells["opened::absent"].reason, lie("unavailable"), "{output}");
        if !args.is_empty() {
            assert_eq!(told("print").output, Some(lie("output") + "\n"), "{output}");
        }
    }
}

/// A text of 100 MB fits neither into a message between processes nor onto a terminal.
#[test]
fn of_a_long_text_a_run_keeps_the_beginning_and_the_end() {
    for args in [&["told::long", "opened::far"][..], &["told::long", "opened::far", "--isolate"]] {
        let output = suite("liar").args(args).env("LIAR_LENGTH", "100000000").run();
        let cells = output.exits(101).outcomes();
        for (name, begins, outcome) in [
            ("told::long_panic::liar", "panicked at ", Outcome::Failed),
            ("told::long_failure::liar", "returned an error: long-begins", Outcome::Failed),
            ("told::long_expectation::liar", "buried: returned an error: long-begins", Outcome::XFailed),
            ("told::long_structure::liar", "long-begins", Outcome::Failed),
            ("told::long_receipt::liar", "passed, but not on device alone: it left long-begins", Outcome::Failed),
            ("opened::far", "long-begins", Outcome::Unavailable),
        ] {
            let (cell, case) = (cells[name], name);
            let reason = cell.reason.as_str();
            assert_eq!(cell.outcome, outcome, "{args:?}, {case}: {}", &reason[..reason.len().min(200)]);
            assert!(
                reason.starts_with(begins) && reason.contains("long-begins") && reason.contains("x-long-ends"),
                "{case}"
            );
            assert!(reason.contains(" bytes are left out]") && reason.len() < 20_000, "{case}: {}", reason.len());
        }
        assert!(output.stdout.len() + output.stderr.len() < 200_000, "{} bytes", output.stdout.len());
    }
}
