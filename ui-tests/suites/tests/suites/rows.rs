//! Rows by anybody, for tests, cases and conditions, as a run sees them.

use crosscheck::Outcome::{self, *};

use crate::common::{Output, suite};

/// What became of each cell where the card has no 64-bit units, and where it has.
const CELLS: [(&str, Outcome, Outcome); 28] = [
    ("suite::mean::of_nothing::card", Skipped, Skipped),
    ("suite::mean::of_nothing::exact", Passed, Passed),
    ("suite::mean::of_nothing::reference", Passed, Passed),
    ("suite::mean::of_some::length_1::card", Passed, Passed),
    ("suite::mean::of_some::length_1::exact", Passed, Passed),
    ("suite::mean::of_some::length_1::reference", Passed, Passed),
    ("suite::mean::of_some::length_2::card", Passed, Passed),
    ("suite::mean::of_some::length_2::exact", Passed, Passed),
    ("suite::mean::of_some::length_2::reference", Passed, Passed),
    ("suite::mean::of_some::length_3::card", XFailed, XFailed),
    ("suite::mean::of_some::length_3::exact", Passed, Passed),
    ("suite::mean::of_some::length_3::reference", Passed, Passed),
    ("suite::mean::without_rows::card", XFailed, XFailed),
    ("suite::mean::without_rows::exact", Passed, Passed),
    ("suite::mean::without_rows::reference", Passed, Passed),
    ("suite::parse::digits::digits_16::card", Skipped, Passed),
    ("suite::parse::digits::digits_16::exact", Passed, Passed),
    ("suite::parse::digits::digits_16::reference", Passed, Passed),
    ("suite::parse::digits::digits_7::card", Passed, Passed),
    ("suite::parse::digits::digits_7::exact", Passed, Passed),
    ("suite::parse::digits::digits_7::reference", Passed, Passed),
    ("suite::parse::takes_the_card_down::card", Skipped, Passed),
    ("suite::parse::takes_the_card_down::exact", Passed, Passed),
    ("suite::parse::takes_the_card_down::reference", Passed, Passed),
    // Where the baseline is wrong, the card with 24 bits is so too, and what disagrees is right.
    ("suite::parse::text::large::card", XFailed, Passed),
    ("suite::parse::text::large::exact", Passed, Passed),
    ("suite::parse::text::small::card", Passed, Passed),
    ("suite::parse::text::small::exact", Passed, Passed),
];

#[track_caller]
fn came_to(output: &Output, fp64: bool) {
    let found: Vec<_> = output.outcomes().iter().map(|(name, cell)| (*name, cell.outcome)).collect();
    let expected: Vec<_> =
        CELLS.iter().map(|(name, without, with)| (*name, if fp64 { *with } else { *without })).collect();
    assert_eq!(found, expected, "{output}");
}

/// Wherever the cells run; what is asked, and what is said to it, stands in the record.
#[test]
fn every_row_decides_as_its_level_and_the_opened_backend_say() {
    for (card, fp64) in [("none", false), ("fp64", true)] {
        for args in [&[][..], &["--isolate"]] {
            if cfg!(windows) && !args.is_empty() {
                continue;
            }
            let output = suite("rows").env("CARD", card).args(args).run();
            came_to(&output, fp64);
            output
                .exits(0)
                .complains("rows.rs:")
                .complains(": new feature `later` of the suite is not classified by `card`");
            let outcomes = output.outcomes();
            let about = if fp64 { "card with 64-bit units, driver 7" } else { "card without 64-bit units, driver 7" };
            for (name, cell) in &outcomes {
                let asked = match *name {
                    "suite::parse::digits::digits_16::card" | "suite::parse::text::large::card" => {
                        vec![("has_no_fp64", !fp64)]
                    }
                    "suite::parse::takes_the_card_down::card" => {
                        vec![("dies_without_fp64", false), ("has_no_fp64", !fp64)]
                    }
                    _ => vec![],
                };
                let found: Vec<_> = cell.conditions.iter().map(|(name, holds)| (name.as_str(), *holds)).collect();
                assert_eq!(found, asked, "{name}{output}");
                // What ran says so too, of whatever backend.
                let has_said = cell.outcome.ran() || !asked.is_empty();
                assert_eq!(cell.about.is_some(), has_said, "{name}{output}");
                if has_said && cell.backend == "card" {
                    assert_eq!(cell.about.as_deref(), Some(about), "{name}{output}");
                }
            }
            let row = |name: &str| (outcomes[name].row.as_deref(), outcomes[name].row_at.is_some());
            assert_eq!(
                row("suite::mean::of_some::length_3::card"),
                (Some("mean::of_some, case(length = length_3)"), true)
            );
            assert_eq!(row("suite::mean::without_rows::card"), (Some("suite::mean::*without*"), true));
            assert_eq!(row("suite::parse::digits::digits_7::card"), (None, false));
            let large = &outcomes["suite::parse::text::large::exact"];
            assert_eq!(large.reason, "disagrees with the baseline, which is wrong: it is off beyond 1e15", "{output}");
            assert!(large.disputed_at.as_ref().is_some_and(|at| at.contains("rows.rs:")), "{output}");
        }
    }
}

/// A body that a condition expects to end its process is contained, and excused only where the condition holds.
#[cfg(unix)]
#[test]
fn a_crash_is_expected_where_the_condition_says_so() {
    let name = "suite::parse::takes_the_card_down::card";
    for (card, deadly, outcome, row) in [
        ("none", true, XFailed, Some("parse::takes_the_card_down")),
        ("none", false, Skipped, Some("float64")),
        ("fp64", true, Passed, None),
    ] {
        let mut run = suite("rows").env("CARD", card).args(&["--exact", name]);
        if deadly {
            run = run.env("DEADLY", "1");
        }
        // A run in which nothing ran proves nothing.
        let output = run.args(&["--no-tests", "pass"]).run();
        let cell = output.exits(0).outcomes()[name];
        assert_eq!((cell.outcome, cell.row.as_deref()), (outcome, row), "{output}");
        assert_eq!(cell.conditions["dies_without_fp64"], deadly && card == "none", "{output}");
    }
}

#[test]
fn the_plan_holds_both_branches_and_opens_nothing() {
    for args in [&["--matrix"][..], &["--list"], &["--list", "--format", "terse", "--ignored"]] {
        let output = suite("rows").env("NEXTEST", if args.len() > 2 { "1" } else { "" }).args(args).run();
        assert!(output.exits(0).bodies.is_empty(), "the card was opened{output}");
        // What only the backend can say is listed as a cell that runs.
        assert_eq!(output.stdout.contains("digits_16::card"), args == ["--list"], "{output}");
    }
    let output = suite("rows").args(&["--matrix"]).run();
    for line in [
        "  skip  card float64: this card has no 64-bit units (if has_no_fp64, hardware limit, ",
        "  run   card parse::digits, case(digits = digits_7) (ui-tests",
        "  wrong reference parse::text, case(text = large): it is off beyond 1e15 (upstream, ",
        "  xfail card suite::mean::*without*: the mean of nothing is 0 (upstream, ",
        "conditional",
    ] {
        output.says(line);
    }
}

/// nextest lists no reason with what is known only now; whoever reads its output finds it.
#[test]
fn a_skip_that_is_known_only_then_says_so_under_nextest() {
    let args = ["--exact", "suite::parse::digits::digits_16::card", "--nocapture"];
    let output = suite("rows").env("NEXTEST", "1").env("CARD", "none").args(&args).run();
    output.exits(0).complains("skipped: this card has no 64-bit units");
    assert_eq!(output.outcomes()[args[1]].outcome, Skipped);
}

#[test]
fn a_wrong_baseline_is_stale_when_nothing_disagrees() {
    let output = suite("rows").env("CARD", "fp64").env("ROUNDS", "no").args(&["text"]).run();
    let stale = "is stale: it says that the baseline is wrong, and no backend disagrees with it (2 cells); delete it";
    output.exits(101).complains("error: the row at ").complains(stale);
    for backend in ["card", "exact"] {
        let name = format!("suite::parse::text::large::{backend}");
        let cell = output.outcomes()[name.as_str()];
        assert_eq!(cell.outcome, Failed, "{output}");
        assert!(cell.reason.starts_with("agrees with the baseline, of which row "), "{output}");
    }
    // Also where the cell that agrees is excused by a row of its own.
    let output = suite("rows").env("CARD", "none").env("ROUNDS", "no").args(&["text", "--backend", "card"]).run();
    assert_eq!(output.outcomes()["suite::parse::text::large::card"].outcome, XPassed, "{output}");
    let output = suite("rows").env("CARD", "none").args(&["text", "--backend", "card"]).run();
    assert_eq!(output.outcomes()["suite::parse::text::large::card"].outcome, XFailed, "{output}");
    output.exits(101).complains("no backend disagrees with it (1 cell); delete it");
}

#[test]
fn run_excluded_judges_rows_of_cases_and_of_the_baseline() {
    let output = suite("rows").env("CARD", "none").args(&["--run-excluded"]).run();
    for line in [
        "  row `mean::of_some, case(length = length_3)` of `card` at ",
        "  row `suite::mean::*without*` of `card` at ",
        "  row `parse::text, case(text = large)` of `reference` at ",
        "  row `parse::text, case(\"l*\")` of `card` at ",
        "+ xfail card float64: this card has no 64-bit units .by(Panic)\n",
    ] {
        output.says(line);
    }
    output.exits(101).says("audit of the exclusions: 4 needed, 2 to relabel, 1 unknown\n");
    // Where the condition does not hold, nothing is known of its row.
    let output = suite("rows").env("CARD", "fp64").args(&["--run-excluded"]).run();
    output.says("audit of the exclusions: 3 needed, 1 to relabel, 3 unknown\n");
    let output = suite("rows").env("CARD", "fp64").env("ROUNDS", "no").args(&["--run-excluded", "text"]).run();
    output
        .says(" @@ stale, delete it: 2 of 2 cells pass without it\n- wrong reference parse::text, case(text = large)");
}

/// What one machine skips because its backend says so, another one runs.
#[test]
fn records_of_machines_that_answer_differently_are_of_one_run() {
    let kept = |card: &str| {
        let path = std::env::temp_dir().join(format!("crosscheck-rows-{card}-{}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        suite("rows").env("CARD", card).env("CROSSCHECK_RECORD", &path).run().exits(0);
        path
    };
    let paths = ["none", "fp64"].map(kept);
    let fingerprints = paths.each_ref().map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        // The rest of the line says when the run began.
        let (_, fingerprint) = text.split_once("\"fingerprint\":").unwrap();
        fingerprint.split(',').next().unwrap_or_default().to_owned()
    });
    assert_eq!(fingerprints[0], fingerprints[1]);
    paths.iter().for_each(|path| std::fs::remove_file(path).unwrap());
}

#[test]
fn a_row_that_names_what_is_not_there_is_refused_with_the_nearest() {
    let output = suite("misnamed").run();
    let faults = [
        "row `opns` of `glass` at ",
        "unknown test `opns`; did you mean `opens`? (`--list` shows the tests that there are: 1)",
        "the function `helper` is no check of the suite (`--list` shows those that are: 1)",
        "no test fits the pattern `closes::*` (`--list` shows the tests that there are: 1)",
        "unknown axis `sid`; did you mean `side`? (known: side)",
        "unknown value of `side` `rihgt`; did you mean `right`? (known: Left, right)",
        "no case fits `rigt`; did you mean `right`? (known: Left, right)",
        "unknown feature `revolvin`; did you mean `revolving`? (known: revolving)",
        "`RUN` overrides a wider row, and without this one each cell would run as well; delete it",
        "`baseline_wrong` is a row of the baseline, which is `wood`: write it for that, or expect a failure here (`xfail`)",
        "nothing is compared with the baseline there: of a check, expect a failure (`xfail`)",
        "is said to be seen in an unknown cell, `opens::lft`; did you mean `opens::Left`?",
    ];
    for fault in faults {
        output.complains(fault);
    }
    assert_eq!(output.stderr.lines().count(), faults.len() - 1, "another number of errors{output}");
    output.exits(2).ran_nothing();
}
