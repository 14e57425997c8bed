use super::*;

/// A record of a whole run of these cells.
fn with_record(args: &[&str]) -> Stage {
    let stage = Stage::new();
    stage.run(args).finish().exits(0);
    stage
}

#[test]
fn only_a_record_of_this_very_suite_is_gone_on_with() {
    let stage = with_record(MIXED);
    let path = stage.record();
    let (shown, whole) = (path.display(), std::fs::read_to_string(&path).unwrap());
    let resume = |path: &str| stage.run(MIXED).args(&["--resume", path]);
    let fingerprint = stage.recorded().starts[0].1.fingerprint.to_string();
    let other = if fingerprint.starts_with('0') {
        fingerprint.replacen('0', "1", 1)
    } else {
        format!("0{}", &fingerprint[1..])
    };
    let lines: Vec<_> = whole.lines().collect();
    for (text, expected) in [
        (
            whole.replacen("\"suite\":\"runner\"", "\"suite\":\"walker\"", 1),
            format!(
                "{shown}:1: a record of `walker` (fingerprint {fingerprint}), not of `runner` (fingerprint {fingerprint})"
            ),
        ),
        (
            whole.replacen(&fingerprint, &other, 1),
            format!(
                "{shown}:1: a record of `runner` (fingerprint {other}), not of `runner` (fingerprint {fingerprint})"
            ),
        ),
        (
            format!("{whole}{}\n", lines[0].replace(&fingerprint, &other)),
            format!("{shown}:{}: a record of `runner` (fingerprint {other})", lines.len() + 1),
        ),
        (
            whole.replacen("\"format\":5", "\"format\":99", 1),
            format!("{shown}:1: written in format 99, this version reads 4"),
        ),
        (
            format!("{}\nnonsense\n{}\n", lines[..4].join("\n"), lines[4..].join("\n")),
            format!("{shown}:5: not a line of a crosscheck record: "),
        ),
        ("nonsense\n".to_owned(), format!("{shown}: not a crosscheck record: the first line is not a `start` line")),
        (String::new(), format!("{shown}: not a crosscheck record: ")),
    ] {
        assert_ne!(text, whole);
        std::fs::write(&path, &text).unwrap();
        resume(path.to_str().unwrap()).refused(&stage, &format!("error: --resume (CROSSCHECK_RESUME): {expected}"));
    }
    std::fs::write(&path, &whole).unwrap();
    let missing = stage.folder.join("nowhere.jsonl");
    resume(missing.to_str().unwrap())
        .refused(&stage, &format!("error: --resume (CROSSCHECK_RESUME): {}: ", missing.display()));
    assert!(!missing.exists());
    // There is none where it would be looked for.
    let text = "error: --resume (CROSSCHECK_RESUME): there is no record of `runner` to resume";
    stage.run_anywhere(&["--resume"]).refused(&stage, text);
    let one = ["--exact", "moody::plain", "--nocapture", "--resume", path.to_str().unwrap()];
    let text = "--resume (CROSSCHECK_RESUME): nextest starts each cell in its own process; use its own `--rerun`";
    stage.run(&one).env("NEXTEST", "1").refused(&stage, text);
}

#[test]
fn a_line_that_was_not_written_to_its_end_is_run_again() {
    let stage = with_record(MIXED);
    let path = stage.record();
    let concluded = std::fs::read_to_string(&path).unwrap();
    let whole = concluded.strip_suffix("{\"line\":\"end\"}\n").unwrap().as_bytes();
    let last = stage.recorded().cells.last().unwrap().name.clone();
    let lines = whole.iter().filter(|byte| **byte == b'\n').count();
    std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    let done = stage.run(MIXED).args(&["--resume", path.to_str().unwrap()]).finish();
    done.exits(0).says("\n34 cells: 33 passed, 1 xfailed\n").complains("resumed: 33 cells were recorded in ");
    done.complains(&format!("note: {}:{lines} is incomplete and is ignored\n", path.display()));
    let begun = stage.noted("begin");
    assert!(begun.iter().all(|(name, count)| *count == if *name == last { 2 } else { 1 }), "{begun:?}");
    assert_eq!(once(&stage.recorded().cells).len(), 34);
}

#[test]
fn of_a_cell_that_is_recorded_twice_the_last_time_counts() {
    let stage = with_record(MIXED);
    let path = stage.record();
    let whole = std::fs::read_to_string(&path).unwrap();
    let is_plain = |line: &&str| line.starts_with("{\"line\":\"cell\"") && line.contains("\"name\":\"moody::plain\"");
    let passed = whole.lines().find(is_plain).unwrap();
    let failed = passed.replacen("\"outcome\":\"passed\"", "\"outcome\":\"failed\"", 1);
    assert_ne!(passed, failed);
    for (lines, code) in [([passed, &failed], 101), ([&failed, passed], 0)] {
        std::fs::write(&path, whole.replacen(passed, &lines.join("\n"), 1)).unwrap();
        let done = stage.run(MIXED).args(&["--resume", path.to_str().unwrap()]).finish();
        done.exits(code).says("\n34 cells: ").complains("resumed: 34 cells were recorded in ");
        assert_eq!(done.stdout.contains("1 FAILED"), code == 101, "{done}");
    }
}

/// Bodies, backends and rows may all have changed, and no fingerprint says so.
#[test]
fn what_another_build_has_recorded_is_not_taken_for_what_this_one_does() {
    let stage = with_record(MIXED);
    let path = stage.record();
    let whole = std::fs::read_to_string(&path).unwrap();
    let build = whole.split_once("\"build\":\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    assert!(!build.is_empty(), "{whole}");
    let expected = format!(
        "error: --resume (CROSSCHECK_RESUME): {} is the record of another build of `runner`, in which any cell may have come to \
         something else: run without it",
        path.display()
    );
    for other in [format!("\"build\":\"{build}0\""), "\"build\":\"\"".to_owned(), "\"seed\":0".to_owned()] {
        std::fs::write(&path, whole.replacen(&format!("\"build\":\"{build}\""), &other, 1)).unwrap();
        stage.run(MIXED).args(&["--resume", path.to_str().unwrap()]).refused(&stage, &expected);
    }
}

#[test]
fn what_failed_before_has_failed() {
    let stage = Stage::new();
    stage.run(MIXED).env("RUNNER_FAILS", "1").finish().exits(101);
    let path = stage.record();
    let done = stage.run(MIXED).args(&["--resume", path.to_str().unwrap()]).finish();
    done.exits(101).says("\n34 cells: 32 passed, 1 xfailed, 1 FAILED\n");
    assert!(stage.noted("begin").values().all(|count| *count == 1), "something is run again{done}");
    // It is of no interest to a run of other cells.
    let done = stage.run(&["--exact", "slow", "--resume", path.to_str().unwrap()]).finish();
    done.exits(0).says("\n20 cells: 20 passed\n");
}

#[test]
fn the_last_record_is_that_of_the_place_where_records_go() {
    let stage = Stage::new();
    let few = ["--exact", "slow"];
    stage.run_anywhere(&few).finish().exits(0);
    stage.run_anywhere(&["--exact", "known"]).finish().exits(0);
    let done = stage.run_anywhere(MIXED).args(&["--resume"]).finish();
    done.exits(0).complains("resumed: 1 cells were recorded in ").says("\n34 cells: ");
    let sizes: BTreeSet<_> = stage.records().iter().map(|path| CellRecord::read(path).unwrap().len()).collect();
    assert_eq!(sizes, [20, 34].into());
    // Where a place is given, the last record is the one that is there.
    stage.run(&few).finish().exits(0);
    let done = stage.run(MIXED).env("CROSSCHECK_RESUME", "last").finish();
    done.exits(0).complains(&format!("resumed: 20 cells were recorded in {}\n", stage.record().display()));
    assert_eq!(once(&stage.recorded().cells).len(), 34);
}
