use super::*;

#[test]
fn all_faults_of_registration_are_reported_together() {
    for args in [&[][..], &["--list"], &["--list", "--format", "terse"], &["--matrix"], &["--exact", "for_nobody"]] {
        let output = suite("misregistered").args(args).run();
        let faults = [
            "`serde_json` is named in `crosscheck::main!`, but registers no test, backend or exclusions",
            "two tests are named `doubled`: ",
            "two backends are named `ref`: ",
            "two backends are named `twin`: ",
            "`shadow` has two `exclusions`: ",
            "a backend for a subject or features without any test",
            "exclusions for a subject or features without any test",
            "exclusions for an unknown backend `twinn`; did you mean `twin`? (known: reference, shadow, twin",
            "exclusions for an unknown backend `shaddow`; did you mean `shadow`? (known: reference, shadow, twin",
            "exclusions for a subject or features without any test",
            "row `for_nobody` of `shadow` at ",
            "test `for_nobody` names an unknown backend `refrence`; did you mean `reference`? (known: ",
        ];
        for fault in faults {
            output.complains(fault);
        }
        let errors = output.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, faults.len(), "another number of errors{output}");
        assert!(!output.stderr.contains("is refused"), "something was run{output}");
        output.exits(2).ran_nothing();
        assert_eq!(output.stdout, "", "something stands on stdout{output}");
    }
}

#[test]
fn an_alias_may_stand_for_a_backend_of_each_subject() {
    let output = suite("subjects").args(&["--backend", "cpu"]).run();
    let names: Vec<_> = output.outcomes().into_keys().map(str::to_owned).collect();
    assert_eq!(
        names,
        ["lamps::shines::lamp_cpu", "radios::plays::radio_cpu", "radios::turns_up::radio_cpu"],
        "{output}"
    );
    output.exits(101);
}

/// The text of an error is the user's code too: it may panic, and that is no reason to lose the cell.
#[test]
fn an_error_that_cannot_be_printed_is_a_failure_like_any_other() {
    let output = suite("subjects").args(&["radios"]).run();
    let outcomes = output.outcomes();
    let radio = outcomes["radios::plays::radio_cpu"];
    assert_eq!((radio.outcome, outcomes.len()), (Outcome::Failed, 4), "{output}");
    assert!(radio.reason.contains("no words for it"), "{output}");
}

#[test]
fn a_suite_without_tests_is_refused() {
    for args in [&[][..], &["--list", "--format", "terse"]] {
        let output = suite("empty").args(args).run();
        output.exits(2).ran_nothing().complains("error: no tests are registered: name the crate that holds them");
        assert_eq!(output.stdout, "", "something stands on stdout{output}");
    }
}

#[test]
fn a_row_that_decides_on_nothing_is_an_error_whatever_is_selected() {
    let selections = [&[][..], &["--list"], &["--list", "--format", "terse"], &["suite::is_noon::sun"]];
    for args in selections.into_iter().chain([&["--matrix"][..], &["--run-excluded"]]) {
        let output = suite("leftovers").args(args).run();
        let (row, at) = ("error: row ", "leftovers.rs:");
        for (row, why) in [
            (format!("{row}`summer` of `sun` at "), ": no test that it hangs on runs there; delete it"),
            (format!("{row}`mars` of `sun` at "), ": no test uses the feature, or is as it says; delete it"),
            (format!("{row}`digital` of `wall` at "), " always comes first; delete one of them"),
        ] {
            let line = output.stderr.lines().find(|line| line.starts_with(&row));
            let line = line.unwrap_or_else(|| panic!("nothing is said of {row}{output}"));
            assert!(line.contains(at) && line.contains(" decides on no cell: ") && line.ends_with(why), "{line}");
        }
        assert_eq!(output.stderr.lines().count(), 3, "something else is said{output}");
        output.exits(2).ran_nothing();
        // The matrix is shown all the same: it is what one wants to look at then.
        let shown = output.stdout.contains("skip  wall digital: wound up on Sundays only (won't fix, ")
            && output.stdout.contains("\n        shadowed by row `digital` of `wall` at ");
        assert_eq!(shown, args == ["--matrix"], "the matrix{output}");
    }
}

/// Of 30,000 processes of nextest's, each would say it again.
#[test]
fn a_process_for_one_cell_leaves_the_whole_to_others() {
    const NOTE: &str =
        "note: only what these cells need was checked; `--list`, or a run of more, checks the whole suite\n";
    for cell in ["suite::is_noon::sun", "suite::is_noon"] {
        let output = suite("leftovers").args(&["--exact", cell]).run();
        assert_eq!(output.exits(0).stderr, NOTE);
        assert!(output.outcomes().contains_key("suite::is_noon::sun"), "it was not run{output}");
        let output = suite("leftovers").env("NEXTEST", "1").args(&["--exact", cell, "--nocapture"]).run();
        assert_eq!(output.exits(0).stderr, "");
    }
    // What is not found there, all are searched for.
    let output = suite("leftovers").args(&["--exact", "suite::is_noon::sum"]).run();
    output.exits(2).complains(" decides on no cell: ");
    // What is wrong with the cell itself comes with all that is wrong.
    for (args, faults) in [(["--exact", "for_nobody"], 12), (["--exact", "for_nobody::reference"], 12)] {
        let output = suite("misregistered").args(&args).run();
        let errors = output.exits(2).stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, faults, "{output}");
    }
}

/// A record of one cell is of the run that the others are of.
#[test]
fn a_process_for_one_cell_knows_the_fingerprint_of_the_whole() {
    let record = std::env::temp_dir().join(format!("crosscheck-one-cell-{}.jsonl", std::process::id()));
    let fingerprint = |args: &[&str]| {
        let _ = std::fs::remove_file(&record);
        suite("outcomes").args(args).env("CROSSCHECK_RECORD", record.to_str().unwrap()).run();
        let text = std::fs::read_to_string(&record).unwrap();
        let (_, rest) = text.split_once("\"fingerprint\":\"").unwrap();
        rest[..16].to_owned()
    };
    let whole = fingerprint(&["--backend", "faulty"]);
    // Twice: the second one finds what the first one has computed.
    for _ in 0..2 {
        assert_eq!(fingerprint(&["--exact", "agrees::faulty"]), whole);
    }
    std::fs::remove_file(record).unwrap();
}

#[test]
fn a_part_of_a_suite_may_leave_rows_without_a_cell() {
    let output = suite("partial").run();
    output.exits(0).says("3 cells: 1 passed, 2 skipped");
    assert_eq!(output.stderr, "", "something is said{output}");
}

#[test]
fn what_no_test_has_to_do_with_is_a_warning() {
    let output = suite("subjects").args(&["shines"]).run();
    output.exits(0).complains("warning: no test of `dyn subjects::lamps::Lamp` uses the feature `colour`\n");
    output.complains("warning: no test of `dyn subjects::radios::Radio` uses the feature `colour`\n");
    output.complains(": no test runs on the backend `idle`\n");
    assert!(!output.stderr.contains("volume"), "a feature that one of two subjects uses is left over{output}");
    // A list has nothing to say of it, and neither has each process of nextest's.
    let args = ["--exact", "lamps::shines::lamp"];
    for silent in [suite("subjects").args(&["--list"]), suite("subjects").env("NEXTEST", "1").args(&args)] {
        assert_eq!(silent.run().exits(0).stderr, "");
    }
}
