use super::*;

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
    output.says(" --require absent --exact ");
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
    let mut counts =
        [("needed", 0), ("to delete", 0), ("to narrow", 0), ("to relabel", 0), ("to bound", 0), ("unknown", 0)];
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
            // The only one that expects a mismatch, and says nothing of its size.
            (0, total) if row == "known_mismatch" => format!("bound it: {} without it, and ", of(total, total, "fail")),
            (0, total) => format!("needed: {} without it", of(total, total, "fail")),
            (passed, total) if passed == total => format!("stale, delete it: {} without it", of(total, total, "pass")),
            (passed, total) => format!("too wide: {} without it: ", of(passed, total, "pass")),
        };
        let kinds = ["needed", "stale", "too wide", "relabel", "bound it", "no cell"];
        let kind = kinds.iter().position(|kind| verdict.starts_with(kind));
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
        let says_more = verdict.starts_with("relabel") || verdict.starts_with("bound it");
        assert_eq!(lines[at + 1].starts_with(&format!("+ xfail {backend} {row}: ")), says_more);
    }
    output.says("+ xfail faulty wrong_kind: the belt tears, or so we thought .by(Panic)\n");
    output.says("+ xfail faulty known_mismatch: off by one .share(0.5..=0.5)\n");
    output.says("+ xfail faulty grown_distance: hardly off .by(Mismatch).ulps(1.0..=1.0).share(0.5..=0.5)\n");
    output.says(
        "    fails in 2 ways, of which some may be other faults:\n      1 cell by an error: the belt is torn (skips::",
    );
    output.says("too wide: 1 of 2 cells pass without it: outdated::too_wide::answer::faulty\n");
    let counts = counts.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| format!("{count} {kind}"));
    output.says(&format!("\naudit of the exclusions: {}\n", counts.collect::<Vec<_>>().join(", ")));
    let output = suite("outcomes").args(&["--run-excluded", "expected::"]).run();
    output.says("\naudit of the exclusions: 4 needed, 1 to bound, ");
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
