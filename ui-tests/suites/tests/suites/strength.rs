//! What `--strength` says of a suite, tried on `src/bin/strength.rs`.

use crate::common::{Output, suite};

#[track_caller]
fn strength(args: &[&str]) -> Output {
    suite("strength").args(&[&["--strength"], args].concat()).run()
}

/// What is said of a function, without what the wrapped lines begin with.
fn of<'a>(output: &'a Output, function: &str) -> Vec<String> {
    let blocks = output.stdout.split("\n\n");
    let block: &'a str =
        blocks.into_iter().find(|block| block.starts_with(&format!("{function}: "))).unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("    "), lines.last_mut()) {
            (Some(more), Some(last)) => *last = format!("{last} {more}"),
            _ => lines.push(line.trim_start().to_owned()),
        }
    }
    lines
}

#[test]
fn each_fault_of_each_function_is_tried_with_each_test_that_calls_it() {
    let output = strength(&[]);
    output.exits(0);
    let expected = [
        (
            "between",
            &[
                "between: 17 of 17 faults are noticed; 3 checks call it",
                "killed by 1 differential test: `step` is ignored, and the default of its type taken; `step` is always that of the first call",
                "killed by 2 differential tests: it does nothing, and returns a default; its value is empty; its value is 0; the last element is missing; one element is off by much; two elements are exchanged; one number is off by a few units in the last place; it returns the value of its first call for ever; it returns the value of its last call; `from` and `to` are exchanged; `from` is ignored, and the default of its type taken; `to` is ignored, and the default of its type taken; `from` is always that of the first call; `to` is always that of the first call",
                "killed by 1 check and 2 differential tests: it panics",
                "not applicable: one number is NaN; the sign is the other one",
            ][..],
        ),
        (
            "take",
            &[
                "take: 13 of 13 faults are noticed; 2 checks call it",
                "killed by 1 check: its value is empty; its value is 0; the last element is missing; one element is off by much; two elements are exchanged; one number is off by a few units in the last place; it returns the value of its first call for ever; it returns the value of its last call; it returns an error where there is none; it returns a value where there is an error; `title` is ignored, and the default of its type taken; `title` is always that of the first call",
                "killed by 2 checks: it panics",
                "not applicable: one number is NaN; the sign is the other one",
            ],
        ),
        (
            "put",
            &[
                "put: 5 of 5 faults are noticed; 5 checks call it",
                "killed by 3 checks: `title` is ignored, and the default of its type taken",
                "killed by 4 checks: it does nothing, and returns a default; `title` is always that of the first call; `book` is always that of the first call",
                "killed by 5 checks: it panics",
                "not applicable: its value is empty; its value is 0; one number is NaN; the sign is the other one; the last element is missing; one element is off by much; two elements are exchanged; one number is off by a few units in the last place; it returns the value of its first call for ever; it returns the value of its last call",
            ],
        ),
        (
            "page",
            &[
                "page: 11 of 11 faults are noticed; 3 checks call it",
                "killed by 1 check: `number` is always that of the first call",
                "killed by 2 checks: it returns the value of its last call; `title` is ignored, and the default of its type taken",
                "killed by 3 checks: it panics; it does nothing, and returns a default; its value is 0; one element is off by much; one number is off by a few units in the last place; it returns the value of its first call for ever; `number` is ignored, and the default of its type taken; `title` is always that of the first call",
                "not applicable: its value is empty; one number is NaN; the sign is the other one; the last element is missing; two elements are exchanged",
            ],
        ),
        (
            "later",
            &[
                "later: 5 of 5 faults are noticed; 1 check calls it",
                "killed by 1 check: it panics; its value is 0; one element is off by much; one number is off by a few units in the last place; `title` is ignored, and the default of its type taken",
                "not applicable: its value is empty; one number is NaN; the sign is the other one; the last element is missing; two elements are exchanged; it returns the value of its first call for ever; it returns the value of its last call; `title` is always that of the first call",
            ],
        ),
        (
            "opaque",
            &[
                "opaque: 2 of 2 faults are noticed; 1 check calls it",
                "killed by 1 check: it panics; `cell` is ignored, and the default of its type taken",
            ],
        ),
        (
            "pair",
            &[
                "pair: 6 of 7 faults are noticed; 1 check calls it",
                "ALIVE: `argument 2` is ignored, and the default of its type taken",
                "killed by 1 check: it panics; it does nothing, and returns a default; its value is 0; one element is off by much; one number is off by a few units in the last place; `argument 1` is ignored, and the default of its type taken",
                "not applicable: its value is empty; one number is NaN; the sign is the other one; the last element is missing; two elements are exchanged; it returns the value of its first call for ever; it returns the value of its last call; `argument 1` is always that of the first call; `argument 2` is always that of the first call",
            ],
        ),
        (
            "shared",
            &[
                "shared: 7 of 7 faults are noticed; 1 check calls it",
                "killed by 1 check: it panics; it does nothing, and returns a default; its value is 0; one element is off by much; one number is off by a few units in the last place; `a` is ignored, and the default of its type taken; `b` is ignored, and the default of its type taken",
                "not applicable: its value is empty; one number is NaN; the sign is the other one; the last element is missing; two elements are exchanged; it returns the value of its first call for ever; it returns the value of its last call; `a` is always that of the first call; `b` is always that of the first call",
            ],
        ),
    ];
    for (function, lines) in expected {
        assert_eq!(of(&output, function), lines, "{}", output.stdout);
    }
    // The weakest stand first.
    let first = output.stdout.lines().next();
    assert_eq!(first, Some("number: 9 of 11 faults are noticed; 1 check calls it"));
    let (_, end) = output.stdout.split_once("no check calls `forgotten`").expect("a function that no check calls");
    let end: Vec<_> = end.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        end[..3],
        [
            "`calls_nothing` notices no fault but a panic",
            "`is_lazy` notices no fault but a panic",
            "strength of dyn strength::Shelf: 110 of 115 faults are noticed (95.7 %)"
        ]
    );
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/strength.md");
    let page = std::fs::read_to_string(page).unwrap();
    let shown: Vec<_> = page.split("```text\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    assert_eq!(shown.len(), 2);
    for block in shown {
        assert!(output.stdout.contains(block), "docs/src/strength.md shows\n{block}\nand it is\n{}", output.stdout);
    }
    // What is only asked outside of checks, what is on no object, and what is left out.
    for name in ["name", "new", "generic", "into_name", "left_out"] {
        assert!(
            !output.stdout.contains(&format!("`{name}`")) && of(&output, name).is_empty(),
            "{name}: {}",
            output.stdout
        );
    }
}

#[test]
fn less_than_what_was_asked_for_fails_and_one_function_can_be_asked_for() {
    let output = strength(&["--function", "match"]);
    assert!(output.stderr.contains("unknown function `match`"), "{}", output.stderr);
    let enough = suite("strength").args(&["--strength=95", "--test-threads", "1"]).run();
    enough.exits(0);
    let few = suite("strength").args(&["--strength=96"]).run();
    few.exits(101);
    let why = "error: 95.7 % of the faults of `dyn strength::Shelf` are noticed, and 96 % were asked for";
    assert!(few.stderr.contains(why), "{}", few.stderr);
    let narrowed = strength(&["steps"]);
    narrowed.exits(0);
    assert!(
        narrowed.stdout.starts_with("between: ") && !narrowed.stdout.contains("no check calls"),
        "{}",
        narrowed.stdout
    );
}

#[test]
fn a_cell_that_fails_without_a_fault_takes_no_part_and_fails_the_run() {
    let output = suite("strength").env("STRENGTH_FAILS", "1").args(&["--strength", "fails", "heads"]).run();
    output.exits(101);
    assert!(output.stdout.contains("\n`fails::wooden` fails without a fault: panicked"), "{}", output.stdout);
    assert!(
        output.stderr.contains("error: cells that fail without any fault take no part: mend them first"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.contains("head: 12 of 12"), "{}", output.stdout);
}

#[test]
fn what_cannot_be_done_is_said() {
    for (args, why) in [
        (
            &["--strength=101"][..],
            "invalid value '101' for '--strength[=<PERCENT>]': not a number of percent from 0 to 100",
        ),
        (&["--strength=x"], "invalid value 'x' for '--strength[=<PERCENT>]'"),
        (&["--strength", "--strength"], "the argument '--strength[=<PERCENT>]' cannot be used multiple times"),
        (
            &["--strength", "--resume"],
            "the argument '--strength[=<PERCENT>]' cannot be used with '--resume [<RECORD>]'",
        ),
        (&["--strenght"], "a similar argument exists: '--strength'"),
        (
            &["--strength", "--backend", "other", "heads"],
            "error: --strength: faults are put into the baseline (`wooden`), and none of its cells is selected",
        ),
        (&["--strength", "calls_nothing"], "error: none of these checks calls a function of the contract"),
        (&["--strength", "no such test"], "none of the 28 cells matches `no such test`"),
    ] {
        let output = suite("strength").args(args).run();
        output.exits(2);
        assert!(output.stderr.contains(why), "{args:?}: {}", output.stderr);
    }
    let under_nextest = suite("strength").env("NEXTEST", "1").args(&["--strength"]).run();
    under_nextest.exits(2);
    assert!(
        under_nextest.stderr.contains("--strength: nextest has a process for each cell"),
        "{}",
        under_nextest.stderr
    );
    let unfit = suite("strengthless").args(&["--strength"]).run();
    unfit.exits(2);
    for why in [
        "put `#[crosscheck::contract]` on the trait of `dyn strengthless::Bare`: it writes the backend that has the faults",
        "no faulty backend can be made, because the contract `Odd` demands `Iterator`, which a faulty backend does not have",
    ] {
        assert!(unfit.stderr.contains(why), "{}", unfit.stderr);
    }
}
