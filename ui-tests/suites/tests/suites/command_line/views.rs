use super::*;

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
