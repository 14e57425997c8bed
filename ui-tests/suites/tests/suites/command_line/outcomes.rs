use super::*;

#[test]
fn the_model_holds_every_outcome() {
    // Those have a suite of their own.
    for outcome in Outcome::ALL.into_iter().filter(|it| {
        !matches!(it, Outcome::TimedOut | Outcome::Crashed | Outcome::Flaky | Outcome::KnownFlaky | Outcome::Missing)
    }) {
        assert!(CELLS.iter().any(|cell| cell.outcome() == outcome), "no cell of the example is {outcome}");
    }
}

#[test]
fn every_cell_comes_to_what_the_model_says() {
    let output = suite("outcomes").run();
    came_to(&output, CELLS, Cell::outcome);
    let recorded = output.outcomes();
    for cell in CELLS {
        let record = recorded[cell.name];
        assert!(record.reason.contains(cell.expect.reason()), "another reason: {record:?}{output}");
        assert_eq!(record.reason.is_empty(), cell.outcome() == Outcome::Passed, "{record:?}{output}");
        assert_eq!(record.row.as_deref(), cell.row, "another row: {record:?}{output}");
        assert_eq!(record.debt.is_some(), cell.row.is_some(), "another debt: {record:?}{output}");
        assert_eq!(record.markers, cell.markers, "other markers: {record:?}{output}");
        assert_eq!(record.backend, cell.backend(), "another backend: {record:?}{output}");
        assert!(!record.excluded, "a row was set aside: {record:?}{output}");
        assert!(record.origin.contains("outcomes.rs:"), "no place: {record:?}{output}");
        // Only what is compared agrees.
        let compared =
            ["agrees_by_a_constant", "agrees_with_anything", "unexcused::agrees", "a_value_sets_the_tolerance"];
        let agrees = compared.iter().any(|test| record.test == *test) && record.outcome != Outcome::Failed;
        assert_eq!(record.agreement.is_some(), agrees, "another agreement: {record:?}{output}");
    }
    assert!(recorded.values().any(|record| record.duration_us > 0), "no cell took any time{output}");
}

/// Each way to leave cells out, and none of them.
#[test]
fn a_run_says_which_part_of_the_suite_it_was_of() {
    let selections: [(&[&str], &str); 6] = [
        (&["agrees"], "`agrees`"),
        (&["--exact", "unexcused::agrees"], "`unexcused::agrees`"),
        (&["--skip", "agrees"], "--skip agrees"),
        (&["--backend", "faulty"], "--backend faulty"),
        (&["--marker", "not torn"], "--marker \"not torn\""),
        (&["agrees", "--backend", "faulty"], "`agrees`, --backend faulty"),
    ];
    for (args, part) in selections {
        let output = suite("outcomes").args(args).run();
        output.says(&format!("\nonly a part of the suite: {part}\n")).says("; only a part of the suite\n");
    }
    // Nobody has asked for it.
    suite("lives").run().says("\nonly a part of the suite: --tag \"not slow\" (by default here)\n");
    let whole = suite("outcomes").run();
    assert!(!whole.stdout.contains("only a part of the suite") && !whole.stdout.contains("judged as on"), "{whole}");
}

/// On another day rows expire that have not, and the other way round.
#[test]
fn a_run_of_another_day_says_so_and_so_does_its_record() {
    let name = format!("another-day-{}.jsonl", std::process::id());
    let record = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&record);
    let output = suite("outcomes").env("CROSSCHECK_TODAY", "2020-01-31").env("CROSSCHECK_RECORD", &record).run();
    output.says("\nrows are judged as on 2020-01-31\n");
    let recorded = crosscheck::internals::read_all(&record).unwrap();
    assert_eq!(recorded.starts[0].1.day, "2020-01-31");
    std::fs::remove_file(record).unwrap();
}

#[test]
fn the_terminal_says_why_and_counts_every_outcome() {
    let output = suite("outcomes").run();
    for cell in CELLS {
        let line = output.stdout.lines().find(|line| line.split_whitespace().nth(1) == Some(cell.name));
        let line = line.unwrap_or_else(|| panic!("no line for `{}`{output}", cell.name));
        let end = match cell.expect {
            Expect::Skips(reason) => format!("... ignored ({reason})"),
            Expect::Unavailable(reason) => format!("... ignored (unavailable: {reason})"),
            Expect::Missing(reason) | Expect::Lacks(reason) => format!("... ignored (not implemented: {reason})"),
            _ if fails(cell.outcome()) => "... FAILED".to_owned(),
            _ => "... ok".to_owned(),
        };
        assert!(line.ends_with(&end), "expected {end:?}, found {line:?}{output}");
    }
    let counted = Outcome::ALL.map(|outcome| (cells(|cell| cell.outcome() == outcome).len(), outcome));
    let counts = counted.iter().filter(|(count, _)| *count > 0).map(|(count, outcome)| format!("{count} {outcome}"));
    let counts: Vec<_> = counts.collect();
    output.says(&format!("\n{} cells: {}\n", CELLS.len(), counts.join(", ")));
    let unavailable: Vec<_> = output.stdout.lines().filter(|line| line.starts_with("unavailable: ")).collect();
    assert_eq!(unavailable, ["unavailable: absent: nobody delivered it"], "{output}");
    // What did not occur is not counted.
    let absent = |outcome| cells(|cell| cell.backend() == "absent" && cell.outcome() == outcome).len();
    let (skipped, unavailable) = (absent(Outcome::Skipped), absent(Outcome::Unavailable));
    let total = skipped + unavailable;
    let counts = format!("\n{total} cells: {skipped} skipped, {unavailable} unavailable\n");
    suite("outcomes").args(&["--backend", "absent"]).run().says(&counts);
}

#[test]
fn an_expected_failure_is_run_and_a_skip_is_not() {
    let output = suite("outcomes").run();
    for cell in CELLS {
        let ran = output.bodies.get(cell.name).copied().unwrap_or_default();
        assert_eq!(ran, usize::from(cell.runs()), "runs of the body of {cell:?}: {:?}{output}", output.bodies);
    }
    // The baseline's body goes first, also where it fails.
    for name in ["unexcused::mismatches", "inexcusable::baseline_panics", "inexcusable::baseline_errs"] {
        let on_baseline = output.bodies.get(&format!("{name}::reference"));
        assert_eq!(on_baseline, Some(&1), "`{name}` on the baseline: {:?}{output}", output.bodies);
    }
}

#[test]
fn an_unexpected_pass_names_the_row_to_delete() {
    let output = suite("outcomes").args(&["outdated::stale"]).run();
    output
        .exits(101)
        .says("XPASSED: passed, although the matrix expects it to fail: delete row `stale` of `faulty` at ");
    output.says(&format!(
        "{}, or narrow it if other cells need it (was wrong once)",
        line_of("xfail(\"was wrong once\")")
    ));
}

#[test]
fn a_changed_failure_names_its_row_and_both_failures() {
    let output = suite("outcomes").args(&["outdated::wrong"]).run();
    for (row, text) in [
        (
            "the belt tears, or so we thought",
            "expects an error, but this is a panic; if that is meant, say `.by(Failure::Panic)` there: panicked at ",
        ),
        (
            "the axle bends, or so we thought",
            "expects a failure that says \"axle\", but this one does not; if this is meant, quote it in `.saying(…)`: returned an error",
        ),
    ] {
        output.exits(101).says(&format!("{} {text}", line_of(&format!("xfail(\"{row}\")"))));
    }
}

#[test]
fn only_unexpected_panics_are_printed() {
    let output = suite("outcomes").run();
    output.complains("an assertion that nothing excuses").complains("even the reference gives up");
    output.complains("the crate arrived empty");
    assert!(!output.stderr.contains("the cogs jammed"), "an expected panic is printed{output}");
    // It is no longer expected without the matrix.
    let output = suite("outcomes").args(&["--run-excluded", "expected::panic"]).run();
    output.exits(101).complains("the cogs jammed");
    output.says(
        "cargo test -p crosscheck-ui-tests-suites --test outcomes -- --run-excluded --exact expected::panic::faulty\n",
    );
}

#[test]
fn a_record_that_cannot_be_written_is_a_warning() {
    let file = std::env::current_exe().unwrap();
    let output = suite("outcomes").env("CROSSCHECK_RECORD", file.join("record")).args(&["agrees::reference"]).run();
    output.exits(0).complains("warning: no record is written").says("1 cell: 1 passed");
}

#[test]
fn json_is_nothing_but_json() {
    let output = suite("outcomes").args(&["agrees", "--format", "json", "-Z", "unstable-options"]).run();
    for line in output.stdout.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line:?}{output}");
    }
    assert!(output.stdout.contains("agrees::faulty"), "{output}");
}
