//! The command line, tried on suites that misbehave on purpose (`src/bin/`) against a model of what each cell comes to.

mod common;

use std::collections::BTreeMap;

use common::model::{CELLS, Cell, Expect, cells, exit_code, fails, line_of, listed};
use common::{Output, suite};
use crosscheck::Outcome;

/// The cells that were recorded are these, with the outcomes that `outcome` says; the exit code follows from them.
#[track_caller]
fn came_to(output: &Output, expected: &[Cell], outcome: impl Fn(&Cell) -> Outcome) {
    let recorded: BTreeMap<_, _> = output.outcomes().into_iter().map(|(name, cell)| (name, cell.outcome)).collect();
    let expected: BTreeMap<_, _> = expected.iter().map(|cell| (cell.name, outcome(cell))).collect();
    assert_eq!(recorded, expected, "other outcomes than the model says{output}");
    output.exits(exit_code(expected.into_values()));
}

/// Runs with these arguments: exactly the cells of the model that are `wanted` come to what the model says.
#[track_caller]
fn selects(args: &[&str], wanted: impl Fn(&Cell) -> bool) {
    let output = suite("outcomes").args(args).args(&["--no-tests", "pass"]).run();
    came_to(&output, &cells(&wanted), Cell::outcome);
    let list = suite("outcomes").args(args).args(&["--list", "--format", "terse"]).run();
    assert_eq!(list.exits(0).ran_nothing().stdout, listed(&cells(&wanted)), "another list{list}");
}

/// Runs with these arguments: a usage error with this text, and nothing is run.
#[track_caller]
fn refuses(args: &[&str], text: &str) {
    let output = suite("outcomes").args(args).run();
    output.exits(2).ran_nothing().complains(text);
    assert_eq!(output.stdout, "", "something stands on stdout{output}");
}

// ---- Outcomes.

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
        ("the belt tears, or so we thought", "expects an error, but this is a panic: panicked at "),
        (
            "the axle bends, or so we thought",
            "expects a failure that says \"axle\", but this one does not: returned an error",
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
    output
        .says("cargo test -p crosscheck-ui-tests --test outcomes -- --run-excluded --exact expected::panic::faulty\n");
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

// ---- Suites that are refused.

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
    let selections = [&[][..], &["--list"], &["--list", "--format", "terse"], &["--exact", "suite::is_noon::sun"]];
    for args in selections.into_iter().chain([&["--matrix"][..], &["--run-excluded"]]) {
        let output = suite("leftovers").args(args).run();
        let (row, at) = ("error: row ", "leftovers.rs:");
        for (row, why) in [
            (format!("{row}`summer` of `sun` at "), ": no test that uses the feature runs there; delete it"),
            (format!("{row}`mars` of `sun` at "), ": no test uses the feature; delete it"),
            (format!("{row}`digital` of `wall` at "), " always comes first; delete one of them"),
        ] {
            let line = output.stderr.lines().find(|line| line.starts_with(&row));
            let line = line.unwrap_or_else(|| panic!("nothing is said of {row}{output}"));
            assert!(line.contains(at) && line.contains(" decides on no cell: ") && line.ends_with(why), "{line}");
        }
        assert_eq!(output.stderr.lines().count(), 3, "something else is said{output}");
        output.exits(2).ran_nothing();
        // The matrix is shown all the same: it is what one wants to look at then.
        let shown = output.stdout.contains("skip  wall all: wound up on Sundays only (won't fix, ")
            && output.stdout.contains("\n        shadowed by row `all` of `wall` at ");
        assert_eq!(shown, args == ["--matrix"], "the matrix{output}");
    }
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

// ---- Selection.

#[test]
fn backends_are_selected_by_name_and_alias() {
    selects(&["--backend", "faulty"], |cell| cell.backend() == "faulty");
    selects(&["--backend", "f"], |cell| cell.backend() == "faulty");
    selects(&["--backend", "f", "--backend", "absent"], |cell| ["faulty", "absent"].contains(&cell.backend()));
    selects(&["--backend", "f,faulty,absent"], |cell| ["faulty", "absent"].contains(&cell.backend()));
}

#[test]
fn an_unknown_backend_is_named_with_the_known_and_the_nearest() {
    let known = "(known: reference, absent, broken, faulty, f)";
    refuses(
        &["--backend", "fualty"],
        &format!("--backend (CROSSCHECK_BACKEND): unknown backend `fualty`; did you mean `faulty`? {known}"),
    );
    refuses(&["--backend", "cuda"], &format!("--backend (CROSSCHECK_BACKEND): unknown backend `cuda` {known}"));
    refuses(
        &["--require", "absnet"],
        &format!("--require (CROSSCHECK_REQUIRE): unknown backend `absnet`; did you mean `absent`? {known}"),
    );
    // All at once, and before a list or a matrix.
    let args = ["--list", "--matrix", "--backend", "cuda", "--require", "tpu", "--marker", "nope"];
    for part in ["unknown backend `cuda`", "unknown backend `tpu`", "unknown marker `nope`"] {
        refuses(&args, part);
    }
}

#[test]
fn markers_are_selected_by_expressions() {
    let has = |cell: &Cell, marker| cell.markers.contains(&marker);
    selects(&["--marker", "impossible"], |cell| has(cell, "impossible"));
    selects(&["--marker", "impossible and not known_error"], |cell| {
        has(cell, "impossible") && !has(cell, "known_error")
    });
    selects(&["--marker", "stale or known_error and impossible"], |cell| {
        has(cell, "stale") || has(cell, "known_error") && has(cell, "impossible")
    });
    selects(&["--marker", "not (stale or impossible)", "--backend", "faulty"], |cell| {
        !has(cell, "stale") && !has(cell, "impossible") && cell.backend() == "faulty"
    });
}

#[test]
fn a_marker_expression_that_makes_no_sense_has_a_caret_under_the_fault() {
    for (expression, message, column) in [
        (
            "stale and imposible",
            "unknown marker `imposible`; did you mean `impossible`? (known: impossible, possible",
            10,
        ),
        ("stale and", "expected a marker, `not` or `(`, found the end", 9),
        ("(stale", "expected `)`", 6),
        ("stale & possible", "expected `and`, `or` or the end, found `&`", 6),
    ] {
        refuses(&["--marker", expression], &format!("--marker (CROSSCHECK_MARKER): {message}"));
        refuses(&["--marker", expression], &format!("\n  {expression}\n  {:column$}^\n", ""));
    }
}

#[test]
fn cells_are_selected_by_the_function_that_they_are_about() {
    let about = |cell: &Cell, name: &str| cell.name.starts_with(name);
    let sing = |cell: &Cell| about(cell, "lacking::a_song::");
    let obey = |cell: &Cell| about(cell, "lacking::a_song_");
    selects(&["--function", "sing"], sing);
    selects(&["--function", "obey", "--backend", "faulty"], |cell| obey(cell) && cell.backend() == "faulty");
    selects(&["--function", "obey,sing"], |cell| sing(cell) || obey(cell));
    let known = "(known: obey, sing)";
    let unknown = "--function (CROSSCHECK_FUNCTION): unknown function";
    refuses(&["--function", "sign"], &format!("{unknown} `sign`; did you mean `sing`? {known}"));
    refuses(&["--function", "dance"], &format!("{unknown} `dance` {known}"));
}

#[test]
fn cells_are_selected_by_name() {
    selects(&["skips"], |cell| cell.name.contains("skips"));
    selects(&["::faulty"], |cell| cell.backend() == "faulty");
    selects(&["stale", "agrees", "mismatch"], |cell| {
        ["stale", "agrees", "mismatch"].iter().any(|part| cell.name.contains(part))
    });
    selects(&["agrees", "--skip", "broken", "--skip", "unexcused"], |cell| {
        cell.name.contains("agrees") && !cell.name.contains("broken") && !cell.name.contains("unexcused")
    });
    selects(&["no such test"], |_| false);
}

#[test]
fn exact_names_are_whole_paths_of_cells_tests_or_modules() {
    selects(&["--exact", "agrees"], |cell| cell.name.starts_with("agrees::"));
    selects(&["--exact", "outdated::too_wide"], |cell| cell.name.starts_with("outdated::too_wide::"));
    selects(&["--exact", "outdated::too_wide::fail"], |cell| cell.name == "outdated::too_wide::fail::faulty");
    selects(&["--exact", "agrees::faulty", "expected::error"], |cell| {
        cell.name == "agrees::faulty" || cell.name.starts_with("expected::error::")
    });
    selects(&["--exact", "agrees", "--skip", "agrees::broken"], |cell| {
        cell.name.starts_with("agrees::") && cell.backend() != "broken"
    });
    // Parts of words are no paths.
    selects(&["--exact", "agree"], |_| false);
    selects(&["--exact", "faulty"], |_| false);
}

// ---- Views of the plan.

#[test]
fn the_matrix_counts_every_cell_and_runs_nothing() {
    let output = suite("outcomes").args(&["--matrix"]).run();
    output.exits(0).ran_nothing();
    let (_, totals) = output.stdout.split_once("all cells").unwrap_or_else(|| panic!("no row of totals{output}"));
    let (totals, _) = totals.split_once('─').unwrap_or_else(|| panic!("no end of the table{output}"));
    let words: Vec<_> = totals.split_whitespace().collect();
    let counted = |word: &str| -> usize {
        words.windows(2).filter(|pair| pair[1] == word).map(|pair| pair[0].parse::<usize>().unwrap()).sum()
    };
    let skipped = cells(|cell| matches!(cell.expect, Expect::Skips(_))).len();
    let skipped = skipped + cells(|cell| matches!(cell.expect, Expect::Expires { skip: true, .. })).len();
    // What would end the process is expected to fail all the same.
    let skipped = skipped - cells(|cell| cell.alone == Outcome::Skipped).len();
    let ruled = cells(|cell| cell.row.is_some()).len();
    let lacking = cells(|cell| matches!(cell.expect, Expect::Lacks(_))).len();
    assert_eq!(counted("run"), CELLS.len() - ruled - lacking, "cells to run{output}");
    assert_eq!(counted("not"), lacking, "cells that are not implemented{output}");
    assert_eq!(counted("xfail"), ruled - skipped, "cells expected to fail{output}");
    assert_eq!(counted("skip"), skipped, "cells to skip{output}");
    output.says("xfail faulty known_somehow: something is wrong (upstream, issue 7, ");
    output.says("xfail faulty lapsed: the belt tears (upstream, since 0.7, until 2020-01-31, ");
    output.says("skip  faulty impossible: 'faulty' has no arms for 'impossible' (hardware limit, ");
    output.says("\nfeatures\n  impossible: Skipped, by a row that is right.\n");
    // A selection narrows it, and what a value of an axis carries is a feature as well.
    let narrow = suite("outcomes").args(&["--matrix", "carried::by_the_type"]).run();
    narrow.exits(0).says("\nfeatures\n  torn: Carried by one value of an axis.\n\nexclusions: ");
    let narrow = suite("outcomes").args(&["--matrix", "--backend", "reference"]).run();
    assert!(!narrow.exits(0).ran_nothing().stdout.contains("faulty"), "an unselected backend{narrow}");
}

#[test]
fn the_list_for_people_says_why_a_cell_is_skipped() {
    let output = suite("outcomes").args(&["--list"]).run();
    let lines = CELLS.iter().map(|cell| match cell.expect {
        Expect::Skips(reason) | Expect::Lacks(reason) => format!("{}: test, ignored: {reason}\n", cell.name),
        _ => format!("{}: test\n", cell.name),
    });
    let expected = format!("{}\n{} tests, 0 benchmarks\n", lines.collect::<String>(), CELLS.len());
    assert_eq!(output.exits(0).ran_nothing().stdout, expected, "another list{output}");
}

#[test]
fn the_list_for_programs_holds_names_only() {
    let output = suite("outcomes").args(&["--list", "--format", "terse"]).run();
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(CELLS), "another list{output}");
    // Reasons are given at run time where the runner shows them: nothing carries libtest's flag.
    let ignored = suite("outcomes").args(&["--list", "--format", "terse", "--ignored"]).run();
    assert_eq!(ignored.exits(0).ran_nothing().stdout, "", "something is ignored{ignored}");
}

// ---- Required backends, and the audit of the matrix.

/// What a cell comes to where `absent` is required.
fn with_absent_required(cell: &Cell) -> Outcome {
    match cell.outcome() {
        Outcome::Unavailable => Outcome::Failed,
        outcome => outcome,
    }
}

#[test]
fn a_required_backend_that_is_not_available_fails() {
    let args = ["--require", "absent", "--backend", "absent", "--backend", "reference"];
    let output = suite("outcomes").args(&args).run();
    let selected = cells(|cell| ["absent", "reference"].contains(&cell.backend()));
    came_to(&output, &selected, with_absent_required);
    output.exits(101).says("the backend is required, but not available: nobody delivered it");
    // Also when no cell of it would be started.
    let skipped = ["--require", "absent", "--backend", "absent", "--ignored"];
    let complaint = "`absent` is required, but not available: nobody delivered it";
    suite("outcomes").args(&skipped).run().exits(101).complains(complaint);
    // It is no fault that something else is not available.
    let args = ["--require", "reference", "--backend", "absent", "--no-tests", "pass"];
    suite("outcomes").args(&args).run().exits(0);
}

#[test]
fn run_excluded_tries_every_row() {
    let output = suite("outcomes").args(&["--run-excluded"]).run();
    came_to(&output, CELLS, |cell| cell.alone);
    let recorded = output.outcomes();
    for cell in CELLS {
        let record = recorded[cell.name];
        assert_eq!((record.excluded, record.row.as_deref()), (cell.row.is_some(), cell.row), "{record:?}{output}");
        // What is not run without the matrix either says why.
        let unrun = cell.alone == Outcome::Skipped;
        assert!(!unrun || record.reason.contains(cell.expect.reason()), "{record:?}{output}");
    }
    let rows: BTreeMap<_, Vec<_>> = CELLS.iter().fold(BTreeMap::new(), |mut rows, cell| {
        if let Some(row) = cell.row {
            rows.entry((row, cell.backend())).or_insert_with(Vec::new).push(cell);
        }
        rows
    });
    let mut counts = [("needed", 0), ("to delete", 0), ("to narrow", 0), ("to relabel", 0), ("unknown", 0)];
    for ((row, backend), cells) in rows {
        // What fails before its body's turn says nothing of the row.
        let count = |outcome| cells.iter().filter(|cell| cell.alone == outcome && !cell.cannot_start()).count();
        let passed = count(Outcome::Passed);
        let changed = cells.iter().any(|cell| cell.outcome() == Outcome::XChanged);
        let skip =
            cells.iter().any(|cell| matches!(cell.expect, Expect::Skips(_) | Expect::Expires { skip: true, .. }));
        let of = |some, all: usize, verb: &str| match all {
            1 => format!(
                "its one cell {}",
                verb.replace("pass", "passes").replace("fail", "fails").replace("run", "runs")
            ),
            _ => format!("{some} of {all} cells {verb}"),
        };
        let verdict = match (passed, passed + count(Outcome::Failed) + count(Outcome::Crashed)) {
            (_, 0) => "no cell of it ran: nothing is known of it".to_owned(),
            (0, total) if changed || skip => format!("relabel it: {}, by ", of(total, total, "run and fail")),
            (0, total) => format!("needed: {} without it", of(total, total, "fail")),
            (passed, total) if passed == total => format!("stale, delete it: {} without it", of(total, total, "pass")),
            (passed, total) => format!("too wide: {} without it: ", of(passed, total, "pass")),
        };
        let kind =
            ["needed", "stale", "too wide", "relabel", "no cell"].iter().position(|kind| verdict.starts_with(kind));
        counts[kind.unwrap_or_default()].1 += 1;
        let lines: Vec<_> = output.stdout.lines().collect();
        if verdict.starts_with("no cell") || verdict.starts_with("needed") {
            let found = lines.iter().find(|line| line.contains(&format!("  row `{row}` of `{backend}` at ")));
            let found = found.unwrap_or_else(|| panic!("the audit lacks row `{row}` of `{backend}`{output}"));
            assert!(found.ends_with(&format!(": {verdict}")), "expected {verdict:?}, found {found:?}{output}");
            continue;
        }
        // A change is headed by its place, and begins with the row as it is.
        let at = lines.iter().position(|line| {
            ["- xfail", "- skip "].iter().any(|kind| line.starts_with(&format!("{kind} {backend} {row}: ")))
        });
        let at = at.unwrap_or_else(|| panic!("the audit lacks a change of `{row}` of `{backend}`{output}"));
        let head = lines[at - 1];
        assert!(
            head.starts_with("@@ ") && head.contains(&format!(" @@ {verdict}")),
            "expected {verdict:?}: {head}{output}"
        );
        let place = lines[at].rsplit_once(", ").and_then(|(_, place)| place.strip_suffix(')')).unwrap_or_default();
        assert!(
            place.contains("outcomes.rs:") && head.contains(&format!("@@ {place} @@")),
            "{head}\n{}{output}",
            lines[at]
        );
        assert_eq!(lines[at + 1].starts_with(&format!("+ xfail {backend} {row}: ")), verdict.starts_with("relabel"));
    }
    output.says("+ xfail faulty wrong_kind: the belt tears, or so we thought .by(Panic)\n");
    output.says("too wide: 1 of 2 cells pass without it: outdated::too_wide::answer::faulty\n");
    let counts = counts.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| format!("{count} {kind}"));
    output.says(&format!("\naudit of the exclusions: {}\n", counts.collect::<Vec<_>>().join(", ")));
    let output = suite("outcomes").args(&["--run-excluded", "expected::"]).run();
    output.says("\naudit of the exclusions: 5 needed, ");
}

#[test]
fn a_run_of_nothing_is_an_error() {
    for (args, text) in [
        (&["no such test"][..], "cells matches `no such test` ("),
        (&["lacking::a_sng"], "matches `lacking::a_sng`; did you mean `lacking::a_song`? ("),
        (&["a_sng_on_the_way"], "matches `a_sng_on_the_way`; did you mean `a_song_on_the_way`? ("),
        (&["stale", "--backend", "absent"], "matches `stale`, --backend absent ("),
        (&["agrees", "--skip", "agrees"], "matches `agrees`, --skip agrees ("),
        (&["--marker", "deadly and stale"], "matches --marker \"deadly and stale\" ("),
    ] {
        refuses(args, text);
        let output = suite("outcomes").args(args).args(&["--no-tests", "pass"]).run();
        came_to(&output, &[], Cell::outcome);
    }
    let output = suite("outcomes").args(&["--backend", "absent"]).run();
    let absent = cells(|cell| cell.backend() == "absent");
    let total = absent.len();
    output.exits(2).complains(&format!("error: no body was run: {total} cells: 1 skipped, {} unavailable", total - 1));
    suite("outcomes").args(&["--backend", "absent"]).env("CROSSCHECK_NO_TESTS", "pass").run().exits(0);
    refuses(&["no such test"], &format!("error: none of the {} cells matches ", CELLS.len()));
    // nextest judges that by itself.
    suite("outcomes").env("NEXTEST", "1").args(&["no such test"]).run().exits(0);
    // One body is enough.
    suite("outcomes").args(&["agrees", "--backend", "absent,reference"]).run().exits(0);
}

#[test]
fn a_row_expires_at_the_end_of_its_last_day() {
    for (day, expired) in [("2020-01-30", false), ("2020-01-31", false), ("2020-02-01", true), ("2999-12-31", true)] {
        let output = suite("outcomes").args(&["overdue", "--today", day]).run();
        let (code, outcomes) = if expired {
            (101, [Outcome::Expired, Outcome::Expired])
        } else {
            (0, [Outcome::XFailed, Outcome::Skipped])
        };
        assert_eq!(output.exits(code).outcomes().values().map(|cell| cell.outcome).collect::<Vec<_>>(), outcomes);
    }
    // Before that, nextest lists the skip as ignored; afterwards it has to fail.
    let list = ["--list", "--format", "terse", "--ignored", "overdue"];
    let output = suite("outcomes").env("NEXTEST", "1").env("CROSSCHECK_TODAY", "2020-01-31").args(&list).run();
    assert_eq!(output.exits(0).stdout, "overdue::skip::faulty: test\n");
    assert_eq!(suite("outcomes").env("NEXTEST", "1").args(&list).run().exits(0).stdout, "");
    refuses(&["--today", "2020-02-30"], "not a day of the calendar, written YYYY-MM-DD");
}

// ---- The same by environment.

#[test]
fn every_variable_does_what_its_flag_does() {
    for (flag, variable, value) in [
        (&["--backend", "f,absent"][..], "CROSSCHECK_BACKEND", "f,absent"),
        (&["--backend", "fualty"], "CROSSCHECK_BACKEND", "fualty"),
        (&["--function", "sing"], "CROSSCHECK_FUNCTION", "sing"),
        (&["--marker", "stale or impossible"], "CROSSCHECK_MARKER", "stale or impossible"),
        (&["--marker", "stale or"], "CROSSCHECK_MARKER", "stale or"),
        (&["--matrix"], "CROSSCHECK_MATRIX", "1"),
        (&["--require", "absent"], "CROSSCHECK_REQUIRE", "absent"),
        (&["--run-excluded"], "CROSSCHECK_RUN_EXCLUDED", "true"),
    ] {
        let by_flag = suite("outcomes").args(flag).run();
        let by_variable = suite("outcomes").env(variable, value).run();
        let plain = suite("outcomes").run();
        assert_eq!(by_variable.code, by_flag.code, "another exit code{by_variable}{by_flag}");
        assert_eq!(outcomes(&by_variable), outcomes(&by_flag), "other outcomes{by_variable}{by_flag}");
        assert_ne!(outcomes(&by_variable), outcomes(&plain), "the variable has no effect{by_variable}{plain}");
        if by_flag.record.is_none() {
            assert_eq!(by_variable.stdout, by_flag.stdout, "another text{by_variable}{by_flag}");
            assert_eq!(by_variable.stderr, by_flag.stderr, "another complaint{by_variable}{by_flag}");
        }
    }
}

fn outcomes(output: &Output) -> BTreeMap<&str, Outcome> {
    output.outcomes().into_iter().map(|(name, cell)| (name, cell.outcome)).collect()
}

#[test]
fn a_flag_beats_its_variable() {
    let output = suite("outcomes").env("CROSSCHECK_BACKEND", "reference").args(&["--backend", "faulty"]).run();
    came_to(&output, &cells(|cell| cell.backend() == "faulty"), Cell::outcome);
}

#[test]
fn an_empty_variable_and_a_falsy_one_mean_unset() {
    for (variable, value) in [
        ("CROSSCHECK_BACKEND", ""),
        ("CROSSCHECK_FUNCTION", ""),
        ("CROSSCHECK_MARKER", ""),
        ("CROSSCHECK_MATRIX", ""),
        ("CROSSCHECK_MATRIX", "0"),
        ("CROSSCHECK_REQUIRE", ""),
        ("CROSSCHECK_RUN_EXCLUDED", ""),
        ("CROSSCHECK_RUN_EXCLUDED", "false"),
    ] {
        came_to(&suite("outcomes").env(variable, value).run(), CELLS, Cell::outcome);
    }
}

// ---- Under nextest.

#[test]
fn nextest_lists_everything_and_again_what_is_ignored() {
    let list = ["--list", "--format", "terse"];
    let output = suite("outcomes").env("NEXTEST", "1").args(&list).run();
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(CELLS), "another list{output}");
    let output = suite("outcomes").env("NEXTEST", "1").args(&list).args(&["--ignored"]).run();
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(&cells(Cell::is_ignored)), "another list{output}");
    // A required backend is not ignored, so that it can fail.
    let required = suite("outcomes").env("NEXTEST", "1").env("CROSSCHECK_REQUIRE", "absent");
    let output = required.args(&list).args(&["--ignored"]).run();
    let skipped = cells(|cell| cell.is_ignored() && cell.outcome() != Outcome::Unavailable);
    assert_eq!(output.exits(0).ran_nothing().stdout, listed(&skipped), "another list{output}");
}

#[test]
fn nextest_runs_each_cell_in_a_process_of_its_own() {
    for cell in CELLS {
        let output = suite("outcomes").env("NEXTEST", "1").args(&["--exact", cell.name, "--nocapture"]).run();
        // What carries the ignored flag is not started.
        let started = cells(|other| other.name == cell.name && !other.is_ignored());
        came_to(&output, &started, Cell::outcome);
        assert_eq!(output.bodies.contains_key(cell.name), cell.runs(), "bodies: {:?}{output}", output.bodies);
        let word = cell.outcome().as_str();
        let says = |line: &str| line.starts_with(&format!("Error: {word}: ")) && line.contains(cell.expect.reason());
        // A mismatch gives its numbers in later lines.
        let complains = output.stderr.lines().any(says) || matches!(cell.expect, Expect::Fails(_));
        assert_eq!(complains, fails(cell.outcome()), "a line `Error: {word}: …` on stderr{output}");
        assert!(!output.stdout.contains("all cells"), "a report for one cell{output}");
        let errors = output.stderr.lines().filter(|line| line.starts_with("Error: ")).count();
        assert_eq!(errors, usize::from(fails(cell.outcome())), "another number of errors on stderr{output}");
    }
}

#[test]
fn an_ignored_cell_that_is_run_all_the_same_passes_unrun() {
    // What nextest passes for `--run-ignored`, and an IDE's run button.
    for (cell, flag) in
        cells(Cell::is_ignored).iter().flat_map(|cell| [(*cell, "--ignored"), (*cell, "--include-ignored")])
    {
        let output = suite("outcomes").env("NEXTEST", "1").args(&["--exact", cell.name, "--nocapture", flag]).run();
        came_to(&output, &[cell], Cell::outcome);
        assert!(output.exits(0).bodies.is_empty(), "bodies: {:?}{output}", output.bodies);
    }
    let skipped = cells(|cell| cell.outcome() == Outcome::Skipped);
    for cell in &skipped {
        let output = suite("outcomes").args(&["--exact", cell.name, "--include-ignored", "--no-tests", "pass"]).run();
        came_to(&output, &[*cell], Cell::outcome);
        assert!(output.exits(0).bodies.is_empty(), "bodies: {:?}{output}", output.bodies);
        output.says(&format!("ignored ({})", cell.expect.reason()));
    }
}
