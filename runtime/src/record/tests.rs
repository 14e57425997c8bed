//! What is written is what is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::disagreement::WrongElement;
use super::*;
use crate::compare::Agreed;
use crate::compare::Dtype;
use crate::compare::agreement::{Agreement, Ulps};
use crate::execute::Observation;
use crate::fuzz::{changed, fuzz};
use crate::judge::Finished;
use crate::judge::{Judgement, Outcome};
use crate::plan::{Selection, plan};
use crate::suite::action::Debt;
use crate::suite::expectation::Failure;
use crate::suite::spec::{AxisSpec, BackendSpec, Origin, SuiteSpec, TestSpec};
use crate::suite::subject::Receipt;

const HERE: Origin = Origin { module: "suite::a", file: "a.rs", line: 1 };

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("crosscheck-record-{name}-{}", std::process::id()))
}

fn cells(path: &Path) -> Result<Vec<CellRecord>, RecordError> {
    read_all(path).map(|recorded| recorded.cells)
}

fn start(fingerprint: u64) -> Start {
    Start::now("package", "suite", Fingerprint(fingerprint))
}

fn cell() -> CellRecord {
    CellRecord {
        name: "a::b::cpu".to_owned(),
        test: "a::b".to_owned(),
        function: Some("add".to_owned()),
        backend: "cpu".to_owned(),
        markers: vec!["float64".to_owned()],
        tags: Vec::new(),
        row: None,
        row_at: None,
        disputed_at: None,
        conditions: BTreeMap::new(),
        about: None,
        debt: None,
        excluded: false,
        with_row: None,
        setup: false,
        outcome: Outcome::Passed,
        failure: None,
        agreement: None,
        disagreement: None,
        extent: None,
        terms: Vec::new(),
        receipt: None,
        seed: None,
        scalar: None,
        reason: String::new(),
        seen_at: None,
        not_implemented: None,
        output: None,
        origin: "a.rs:1".to_owned(),
        case_at: None,
        machine: Some("aarch64-linux".to_owned()),
        attempts: None,
        duration_us: 7,
    }
}

#[test]
fn every_field_is_written() {
    let path = folder("fields").join("run.jsonl");
    let wrong = WrongElement { index: vec![1, 0], actual: "NaN".to_owned(), expected: "-0.5".to_owned() };
    let disagreement = Disagreement {
        path: ".0".to_owned(),
        dtype: "f32".to_owned(),
        shape: vec![2, 3],
        wrong: 1,
        ulps: Some(0.1),
        first: vec![wrong],
        place: Some("[1, 0]".to_owned()),
        part: vec![(1, 1), (0, 2)],
    };
    let extent = Extent { what: "in value".to_owned(), ulps: Some(0.1), infinite: true, share: Some(0.5) };
    let full = CellRecord {
        tags: vec!["slow".to_owned()],
        disagreement: Some(Box::new(disagreement)),
        extent: Some(Box::new(extent)),
        terms: vec!["rtol 1e-3 (sums)".to_owned()],
        row: Some("float64".to_owned()),
        row_at: Some("m.rs:3".to_owned()),
        disputed_at: Some("m.rs:4".to_owned()),
        conditions: BTreeMap::from([("has_no_fp64".to_owned(), true)]),
        about: Some("gpu 0, driver 7".to_owned()),
        debt: Some(Debt::Upstream),
        excluded: true,
        with_row: Some(Outcome::XChanged),
        setup: true,
        outcome: Outcome::Failed,
        failure: Some(Failure::Mismatch),
        seed: Some(7),
        scalar: Some(Box::new(Scalar { value: "NaN".to_owned(), cases: 2 })),
        reason: "off".to_owned(),
        seen_at: Some(1),
        not_implemented: Some("add".to_owned()),
        output: Some("help!".to_owned()),
        attempts: Some(3),
        agreement: Some(Box::default()),
        receipt: Some(Box::new(Receipt::new("gpu 0"))),
        ..cell()
    };
    Journal::open(&path, start(7)).unwrap().write(&Line::Cell(Box::new(full.clone()))).unwrap();
    assert_eq!(cells(&path).unwrap(), [full]);
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(undocumented(&written), Vec::<String>::new());
    let fields: serde_json::Map<_, _> = serde_json::from_str(written.lines().last().unwrap()).unwrap();
    assert_eq!(fields.len(), 33, "with all fields of a cell and `line`: {fields:?}");
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

/// The lines that are written without a serializer hold what it would have written, whatever texts hold.
#[test]
fn the_lines_of_cells_are_those_of_the_serializer() {
    let texts = [
        "",
        "a::b",
        "\"",
        "\\",
        "\n\r\t\0\u{8}\u{c}\u{1b}\u{7f}\u{85}",
        "ü – 👩‍💻",
        "e\u{301}",
        "\u{202e}\u{2028}\u{feff}",
        "'",
        "\u{10ffff}",
    ];
    let each = (0..=0x2fff).filter_map(char::from_u32).map(|c| format!("a{c}b"));
    for text in texts.into_iter().map(str::to_owned).chain(each) {
        let cell = CellRecord {
            name: text.clone(),
            test: text.clone(),
            function: Some(text.clone()),
            backend: text.clone(),
            markers: vec![text.clone(); text.len() % 3],
            row: Some(text.clone()),
            reason: text.clone(),
            origin: text.clone(),
            machine: None,
            ..cell()
        };
        let shard = super::plan::ShardRecord { count: 2, cells: 7, digest: Fingerprint(3), number: 1 };
        let cells = vec![text.clone(); text.len() % 3];
        let plain = PlanRecord { cells: cells.clone(), ..PlanRecord::default() };
        let plan = PlanRecord { cells, resumes: true, narrowed: vec![text.clone()], listed: true, shard: Some(shard) };
        let begin = Line::Begin { cell: text.clone() };
        let number = text.len() as u64;
        let (package, machine) = (text.clone(), text.clone());
        let start = Line::Start(Start {
            suite: text.clone(),
            package,
            machine,
            at: number,
            seed: number,
            build: text.clone(),
            day: text.clone(),
            ..start(number)
        });
        for line in [begin, start, Line::Cell(Box::new(cell)), Line::Plan(plain), Line::Plan(plan)] {
            let written = json::line(&line).unwrap();
            assert!(written.ends_with("}\n") && written.matches('\n').count() == 1, "{written:?}");
            let [ours, theirs] = [written, serde_json::to_string(&line).unwrap()]
                .map(|json| serde_json::from_str::<serde_json::Value>(&json).unwrap());
            assert_eq!(ours, theirs);
        }
    }
}

#[test]
fn each_outcome_is_called_what_the_serializer_calls_it() {
    for outcome in Outcome::ALL {
        let line = Line::Cell(Box::new(CellRecord { outcome, ..cell() }));
        let [ours, theirs] = [json::line(&line).unwrap(), serde_json::to_string(&line).unwrap()]
            .map(|json| serde_json::from_str::<serde_json::Value>(&json).unwrap());
        assert_eq!(ours, theirs);
    }
}

/// The fields of these lines that `docs/src/record.schema.json` does not have.
fn undocumented(lines: &str) -> Vec<String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = package.join("../docs/src/record.schema.json");
    // Cargo puts this file into what it packs, where there is no book.
    if package.join(".cargo_vcs_info.json").exists() && !schema.exists() {
        return Vec::new();
    }
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Map<_, _>>(line).unwrap());
    let unknown = lines.flat_map(|line| {
        let kind = line["line"].as_str().unwrap().to_owned();
        let known = schema["$defs"][&kind]["properties"].as_object().unwrap().clone();
        line.into_iter()
            .filter(move |(field, _)| !known.contains_key(field))
            .map(move |(field, _)| format!("{kind}: {field}"))
    });
    unknown.collect()
}

#[test]
fn what_a_backend_shows_is_kept_with_how_well_it_agrees() {
    let suite = SuiteSpec {
        backends: vec![BackendSpec::new("cpu", HERE)],
        tests: vec![TestSpec { of: Some("add"), ..TestSpec::new("a::b", HERE) }],
        ..SuiteSpec::new("dyn Ops", "cpu")
    };
    let plan = plan([suite].into(), &Selection::default());
    let receipt = Receipt::new("gpu 0").evaluations(3);
    let ulps = Some(Ulps { largest: u64::MAX, counts: [1, 0, 0, 2, 0, 0, 3] });
    let agreement = Agreement { used: 0.5, dtype: Some(Dtype::BF16), ulps, ..Agreement::default() };
    let agreed = Agreed { agreement, null: None, narrower: None };
    let finished = Finished {
        observation: Observation::Returned { comparison: Some(Ok(agreed)), receipt: Some(receipt.clone()) },
        judgement: Judgement { outcome: Outcome::Passed, reason: String::new() },
        decision: crate::plan::Decision::Run,
        answers: crate::execute::Answers::default(),
        with_row: None,
        seed: Some(11),
        scalar: None,
        duration_us: 7,
    };
    let record = CellRecord::new(&plan, &plan.cells[0], &finished);
    assert_eq!(record.receipt.as_deref(), Some(&receipt));
    assert_eq!(record.agreement.as_deref(), Some(&agreed.agreement));
    assert_eq!(record.function.as_deref(), Some("add"));
    assert_eq!(record.seed, Some(11));
    let line = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<CellRecord>(&line).unwrap(), record);
}

/// What a backend publishes names the crates that it is of, and what is allowed.
#[test]
fn a_suite_is_recorded_with_its_crates_and_terms() {
    let backends = [("cpu", ("", "")), ("gpu", ("gpu-ops", "1.2.3"))];
    let suite = SuiteSpec {
        package: ("ops", "0.3.0"),
        terms: vec!["f32: rtol 1e-3, atol 0e0".to_owned()],
        backends: backends.map(|(name, package)| BackendSpec { package, ..BackendSpec::new(name, HERE) }).to_vec(),
        ..SuiteSpec::new("dyn Ops", "cpu")
    };
    let record = SuiteRecord::of(&suite);
    assert_eq!(record.cell_names(), None);
    let line = serde_json::to_value(Line::Suite(Box::new(record.clone()))).unwrap();
    assert_eq!(line["package"], serde_json::json!({ "name": "ops", "version": "0.3.0" }));
    assert_eq!(line["packages"], serde_json::json!({ "gpu": { "name": "gpu-ops", "version": "1.2.3" } }));
    assert_eq!(line["terms"], serde_json::json!(["f32: rtol 1e-3, atol 0e0"]));
    // A line is read also where `line` is not its first key.
    assert_eq!(Line::read(line.to_string().as_bytes()).unwrap(), Line::Suite(Box::new(record)));
}

/// Where a run leaves cells out, its record names every one that the whole suite has.
#[test]
fn a_suite_is_recorded_with_all_of_its_cells() {
    const AXES: &[AxisSpec] =
        &[AxisSpec { name: "dtype", labels: &["f32", "f16"] }, AxisSpec { name: "n", labels: &["n_1", "n_2", "n_3"] }];
    let each = |name, family| BackendSpec { family: Some(family), ..BackendSpec::new(name, HERE) };
    let suite = SuiteSpec {
        backends: vec![
            BackendSpec::new("cpu", HERE),
            each("gpu-0", "gpu"),
            each("gpu-1", "gpu"),
            BackendSpec::new("mlx", HERE),
        ],
        tests: vec![
            TestSpec::new("a::plain", HERE),
            TestSpec { axes: AXES, ..TestSpec::new("a::axes", HERE) },
            TestSpec { axes: AXES, backends: Some(&["gpu"]), ..TestSpec::new("b::some", HERE) },
        ],
        ..SuiteSpec::new("dyn Ops", "cpu")
    };
    let record = SuiteRecord::whole(&suite);
    let plan = plan([suite].into(), &Selection::default());
    let planned: Vec<_> = plan.cells.iter().map(|cell| plan.name(cell)).collect();
    assert_eq!(record.cell_names(), Some(planned));
    // Older records have only the tests with axes.
    let tests = record.tests[1..].to_vec();
    assert_eq!(SuiteRecord { tests, cells: None, ..record }.cell_names(), None);
}

#[test]
fn what_was_written_is_read_back_also_by_two_processes_in_one_file() {
    let path = folder("back").join("run.jsonl");
    for _ in 0..2 {
        Journal::open(&path, start(7)).unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
    }
    assert_eq!(cells(&path).unwrap(), [cell(), cell()]);
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn a_torn_last_line_costs_nothing_but_itself() {
    let path = folder("torn").join("run.jsonl");
    Journal::open(&path, start(7)).unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let torn = format!("{whole}{{\"line\":\"ce");
    std::fs::write(&path, &torn).unwrap();
    assert_eq!(cells(&path).unwrap(), [cell()]);
    // The next process goes on in the same file.
    Journal::open(&path, start(7)).unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
    assert_eq!(cells(&path).unwrap(), [cell(), cell()]);
    // A bad line anywhere else was not torn.
    std::fs::write(&path, format!("{torn}\n{}", serde_json::to_string(&Line::Cell(Box::new(cell()))).unwrap() + "\n"))
        .unwrap();
    assert!(matches!(cells(&path), Err(RecordError::Line { line: 3, .. })));
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn a_file_that_is_no_record_is_an_error_with_file_and_line() {
    let path = folder("bad");
    let start = r#"{"line":"start","format":4,"suite":"s","fingerprint":"0000000000000007"}"#;
    for (text, expected) in [
        ("", ": not a crosscheck record: the first line is not a `start` line"),
        ("{\"line\":\"sta", ": not a crosscheck record"),
        ("PK\u{3}\u{4}\n\n", ": not a crosscheck record"),
        (&format!("{start}\n{{\"line\":\n"), ":2: not a line of a crosscheck record: EOF while parsing"),
        (
            &format!("{start}\n{{\"line\":\"cell\"}}\n{start}\n{{\"line\":\"fin\"}}\n"),
            ":4: not a line of a crosscheck record",
        ),
        (&format!("{start}\n{{\"line\":\"start\",\"format\":99}}\n"), ":2: written in format 99, this version reads 4"),
        ("{\"line\":\"start\",\"format\":1,\"suite\":\"s\"}\n", ":1: written in format 1, this version reads 4"),
        (&start.replace("0007", "000x"), ": not a crosscheck record"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = cells(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}{expected}", path.display())), "{text:?}: {error}");
        // Nothing is written over.
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(cells(&path), Err(RecordError::Io { .. })));
}

#[test]
fn a_record_of_another_suite_or_state_is_refused_with_its_line() {
    let path = folder("other").join("run.jsonl");
    Journal::open(&path, start(7)).unwrap().write(&Line::Cell(Box::new(cell()))).unwrap();
    let check = |suite, fingerprint| {
        read_all(&path).unwrap().check(&path, suite, Fingerprint(fingerprint)).map_err(|error| error.to_string())
    };
    assert_eq!(check("suite", 7), Ok(()));
    let refused = |found: &str| {
        let (file, seven) = (path.display(), Fingerprint(7));
        Err(format!("{file}:1: a record of `suite` (fingerprint {seven}), not of {found}"))
    };
    assert_eq!(check("suite", 8), refused("`suite` (fingerprint 0000000000000008)"));
    assert_eq!(check("other", 7), refused("`other` (fingerprint 0000000000000007)"));
    // The second process counts as well.
    Journal::open(&path, start(9)).unwrap();
    assert!(check("suite", 7).unwrap_err().contains(":3: a record of `suite` (fingerprint 0000000000000009)"));
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

/// A run that is killed anywhere leaves a file that can be read, and loses no whole line.
#[test]
fn a_record_may_end_anywhere() {
    let path = folder("cut").join("run.jsonl");
    let mut journal = Journal::open(&path, start(7)).unwrap();
    journal.write(&Line::Plan(PlanRecord { cells: vec!["a::b::cpu".to_owned()], ..PlanRecord::default() })).unwrap();
    journal.write(&Line::Cell(Box::new(CellRecord { reason: "ümläut".to_owned(), ..cell() }))).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let ends: Vec<_> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    for end in 0..=whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        match read_all(&path) {
            Ok(recorded) => {
                assert!(end >= ends[0], "{end}");
                assert_eq!(recorded.cells.len(), usize::from(end == ends[2]), "{end}");
                assert_eq!(recorded.planned.len(), usize::from(end >= ends[1]), "{end}");
                assert_eq!(recorded.torn.len(), usize::from(!ends.contains(&end)), "{end}");
            }
            Err(RecordError::NoRecord { .. }) => assert!(end < ends[0], "{end}"),
            Err(error) => panic!("{end}: {error}"),
        }
    }
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

/// Whatever stands in a file: it is read as its lines say, or refused, and read in the same way once more.
#[test]
fn any_bytes_are_a_record_or_an_error() {
    use rand::RngExt;
    let path = folder("fuzz").join("run.jsonl");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let line = |line: &Line| serde_json::to_string(line).unwrap() + "\n";
    fuzz("records", |generator| {
        let start = start(generator.random_range(0..2));
        let mut text = line(&Line::Start(start.clone()));
        for _ in 0..generator.random_range(0..8) {
            let name = format!("a::n_{}::cpu", generator.random_range(0..3));
            text += &line(&match generator.random_range(0..6) {
                0 => Line::Start(start.clone()),
                1 => Line::Plan(PlanRecord {
                    cells: vec![name, cell().name],
                    resumes: generator.random(),
                    ..PlanRecord::default()
                }),
                2 => Line::Begin { cell: name },
                3 => Line::End,
                _ => {
                    let outcome = Outcome::ALL[generator.random_range(0..Outcome::ALL.len())];
                    Line::Cell(Box::new(CellRecord { name, outcome, reason: "\u{1b}ü".to_owned(), ..cell() }))
                }
            });
        }
        let bytes = changed(generator, text.clone().into_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let read = read_all(&path);
        if bytes == text.as_bytes() {
            read.as_ref().unwrap();
        }
        let Ok(recorded) = read else { return };
        // Each line counts by itself.
        let (mut cells, mut ends) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n")) {
            match Line::read(line) {
                Ok(Line::Cell(cell)) => cells.push(*cell),
                Ok(Line::End) => ends += 1,
                _ => {}
            }
        }
        assert_eq!(recorded.cells, cells);
        let plans = bytes.windows(PLAN.len()).filter(|window| *window == PLAN).count();
        assert!(recorded.concluded || plans > 0);
        assert!(!recorded.concluded || recorded.planned.is_empty() || ends > 0);
        let named = |name: &String| recorded.cells.iter().any(|cell| cell.name == *name);
        assert!(
            recorded.begun.iter().all(|name| bytes.windows(name.len()).any(|it| it == name.as_bytes()) || named(name))
        );
    });
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

const PLAN: &[u8] = b"\"line\":\"plan\"";

/// A process that starts while another one is in the middle of a line cannot tell it from a torn one.
#[test]
fn a_line_that_was_whole_in_the_end_was_not_torn() {
    let path = folder("race").join("run.jsonl");
    let mut journal = Journal::open(&path, start(7)).unwrap();
    journal.write(&Line::Cell(Box::new(cell()))).unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let start = whole.lines().next().unwrap();
    std::fs::write(&path, format!("{whole}\n{start}\n")).unwrap();
    let recorded = read_all(&path).unwrap();
    assert_eq!((recorded.cells.len(), recorded.starts.len(), recorded.torn), (1, 2, Vec::new()));
    // An empty line anywhere else is an error.
    std::fs::write(&path, format!("{start}\n\n{whole}\n\n")).unwrap();
    assert!(matches!(read_all(&path), Err(RecordError::Line { line: 5, .. })));
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

/// Whoever has opened a file for this process has chosen it already.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_open_already_may_hold_anything() {
    use std::os::fd::AsRawFd;
    let path = folder("open");
    std::fs::write(&path, "a line\n").unwrap();
    assert!(matches!(Journal::open(&path, start(7)), Err(JournalError::NoRecord)));
    let file = std::fs::File::options().append(true).open(&path).unwrap();
    let by_descriptor = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    Journal::open(&by_descriptor, start(7)).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("a line\n{\"line\":\"start\","));
    std::fs::remove_file(&path).unwrap();
}

/// Where a record is printed by itself, as `run_conformance` does, it is shown as in every report.
#[test]
fn a_record_is_displayed_as_what_it_is() {
    let reason = "panicked at a.rs:1:2: left\n\u{1b}[2J\rright\n\ntest x ... ok".to_owned();
    let cell = CellRecord { name: "a\n::b".to_owned(), outcome: Outcome::Failed, reason, ..cell() };
    let shown = "a\\n::b: FAILED: panicked at a.rs:1:2: left\n  | \\u{1b}[2J\\rright\n  | \n  | test x ... ok";
    assert_eq!(cell.to_string(), shown);
}

#[test]
fn the_target_folder_is_found_also_where_it_was_there_before_cargo() {
    let folder = folder("target");
    let executable = folder.join("debug/deps/suite-1");
    std::fs::create_dir_all(executable.parent().unwrap()).unwrap();
    for mark in ["CACHEDIR.TAG", ".rustc_info.json"] {
        std::fs::write(folder.join(mark), "").unwrap();
        assert_eq!(journal::target_of(&executable), Some(folder.as_path()), "{mark}");
        std::fs::remove_file(folder.join(mark)).unwrap();
    }
    assert_ne!(journal::target_of(&executable), Some(folder.as_path()));
    std::fs::remove_dir_all(&folder).unwrap();
}
