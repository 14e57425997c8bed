use super::*;

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
fn an_ignored_cell_that_is_run_all_the_same_does_not_pass_unrun() {
    // What nextest passes for `--run-ignored`, and an IDE's run button.
    for (cell, flag) in
        cells(Cell::is_ignored).iter().flat_map(|cell| [(*cell, "--ignored"), (*cell, "--include-ignored")])
    {
        let output = suite("outcomes").env("NEXTEST", "1").args(&["--exact", cell.name, "--nocapture", flag]).run();
        let outcome = output.outcomes()[cell.name].outcome;
        assert_eq!(outcome, cell.outcome(), "{output}");
        assert!(output.exits(101).bodies.is_empty(), "bodies: {:?}{output}", output.bodies);
        output
            .complains(&format!("Error: {outcome}: "))
            .complains("its body was not run: CROSSCHECK_RUN_EXCLUDED=1 runs it");
    }
    let skipped = cells(|cell| cell.outcome() == Outcome::Skipped);
    for cell in &skipped {
        let output = suite("outcomes").args(&["--exact", cell.name, "--include-ignored", "--no-tests", "pass"]).run();
        came_to(&output, &[*cell], Cell::outcome);
        assert!(output.exits(0).bodies.is_empty(), "bodies: {:?}{output}", output.bodies);
        output.says(&format!("ignored ({})", cell.expect.reason()));
    }
}
