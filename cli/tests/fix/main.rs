//! `cargo crosscheck fix`, on a suite whose rows do not say what its backends do: after it, they do.

mod baseline;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// A workspace of its own, as a stranger has one; what it builds is kept for the next time.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn new(name: &str) -> Self {
        let scratch = Self::empty(name, "2024");
        let suite = Path::new(HERE).join("tests/fix/suite");
        for file in
            ["src/lib.rs", "src/checks.rs", "src/fast.rs", "src/inside.rs", "src/umlaut.rs", "tests/conformance.rs"]
        {
            scratch.write(file, &std::fs::read_to_string(suite.join(file)).unwrap());
        }
        // Whatever git makes of the file.
        let windows = std::fs::read_to_string(suite.join("src/windows.rs")).unwrap().replace("\r\n", "\n");
        scratch.write("src/windows.rs", &windows.replace('\n', "\r\n"));
        scratch
    }

    fn empty(name: &str, edition: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fix-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        let scratch = Self { folder };
        // Cargo tells executables in one target folder apart by the names of their packages, not by where these are.
        let manifest = format!(
            "[package]\nname = \"scratch-{name}\"\nedition = \"{edition}\"\n\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\ndebug = false\n\n[dependencies]\n\
             crosscheck = {{ path = {:?} }}\n\n[lib]\nname = \"scratch\"\n\n[[test]]\nname = \"conformance\"\nharness = false\n",
            Path::new(HERE).join("../runtime")
        );
        scratch.write("Cargo.toml", &manifest);
        // The versions that are here.
        std::fs::copy(Path::new(HERE).join("../Cargo.lock"), scratch.folder.join("Cargo.lock")).unwrap();
        scratch
    }

    fn write(&self, file: &str, text: &str) {
        let to = self.folder.join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, text).unwrap();
    }

    fn record(&self) -> PathBuf {
        self.folder.join("run.jsonl")
    }

    /// Runs the suite.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        self.run_with(arguments, &[])
    }

    /// Runs the suite with variables set.
    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
        let _ = std::fs::remove_file(self.record());
        // What this workspace has built of other crates serves here as well.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["test", "--offline", "-q", "--test", "conformance", "--"]).args(arguments);
        command.env("CARGO_TARGET_DIR", target).env("CROSSCHECK_RECORD", self.record()).current_dir(&self.folder);
        command.envs(variables.iter().copied());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let said = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(self.record().is_file(), "{said}");
        (status.code(), said)
    }

    fn fix(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
        command.arg("fix").args(arguments).arg(self.record()).current_dir(&self.folder);
        let Output { status, stdout, stderr } = command.output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    fn is_formatted(&self, file: &str, edition: &str) -> bool {
        let mut command = Command::new(std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into()));
        let text = std::fs::File::open(self.folder.join(file)).unwrap();
        command.args(["--edition", edition]).stdin(text).current_dir(&self.folder);
        command.output().unwrap().stdout == self.read(file).as_bytes()
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{text}");
        std::fs::write(self.folder.join(file), text.replace(from, to)).unwrap();
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap()
    }
}

/// One after the other: what a run shows, what an audit shows beside, and then nothing any more.
#[test]
fn after_a_fix_the_rows_say_what_the_backends_do() {
    let scratch = Scratch::new("suite");
    let (status, said) = scratch.run(&[]);
    assert_eq!(status, Some(101), "{said}");
    let before = scratch.read("src/fast.rs");
    let (status, shown, stderr) = scratch.fix(&["--check"]);
    // A row in a macro is somebody's to change.
    assert_eq!(status, Some(2), "{shown}{stderr}");
    assert_eq!(scratch.read("src/fast.rs"), before, "only --apply changes files");
    let (status, applied, stderr) = scratch.fix(&["--apply"]);
    assert_eq!((status, &applied), (Some(2), &shown), "{stderr}");
    let inside = "row `inside` of `fast` at src/inside.rs:12: src/inside.rs: it is written inside of the macro `row!`";
    assert!(stderr.contains(inside), "{stderr}");
    assert!(stderr.contains("row `expired` of `fast` at src/fast.rs:30 was good until 2020-01-31"), "{stderr}");
    // What is to be done about a row is said once, also where its attribute and its words both change.
    let reasons = shown.lines().filter_map(|line| Some(line.strip_prefix("src/fast.rs:")?.split_once(": ")?.1));
    let mut seen = BTreeSet::new();
    assert_eq!(reasons.filter(|why| !seen.insert(*why)).collect::<Vec<_>>(), Vec::<&str>::new(), "{shown}");
    assert!(seen.len() > 10, "{shown}");
    for (file, expected) in [
        ("src/fast.rs", include_str!("expected/fast.rs")),
        ("src/umlaut.rs", include_str!("expected/umlaut.rs")),
        ("src/windows.rs", &include_str!("expected/windows.rs").replace("\r\n", "\n").replace('\n', "\r\n")),
    ] {
        assert_eq!(scratch.read(file), expected, "{file}");
    }

    // The record is of rows that are gone: none is changed twice.
    let after = scratch.read("src/fast.rs");
    let (status, shown, stderr) = scratch.fix(&["--apply"]);
    assert_eq!((status, shown.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains("src/fast.rs has changed since the record was made"), "{stderr}");
    assert_eq!(scratch.read("src/fast.rs"), after);

    // Somebody does the rest.
    scratch.change(
        "src/fast.rs",
        "xfail(\"elsewhere\").because(NotYet).by(Error)",
        "xfail(\"elsewhere\").because(NotYet)",
    );
    scratch.change("src/fast.rs", "2020-01-31", "2999-12-31");
    scratch.change("src/inside.rs", "row! { INSIDE }", "row! {}");
    let (status, said) = scratch.run(&[]);
    assert_eq!(status, Some(0), "{said}");
    assert!(!said.contains("unused import"), "{said}");
    let (status, shown, stderr) = scratch.fix(&["--check"]);
    assert_eq!((status, shown.as_str(), stderr.as_str()), (Some(0), "", "note: nothing to change\n"));

    // What is skipped shows in an audit.
    scratch.run(&["--run-excluded"]);
    let (status, shown, stderr) = scratch.fix(&["--check"]);
    assert_eq!(status, Some(1), "{shown}{stderr}");
    for line in [
        "+        Feature::SkipStale => RUN,",
        "+        Feature::SkipFails => xfail(\"cannot\").because(NotYet).by(Error).saying(\"“fast:error” is not known\"),",
    ] {
        assert!(shown.lines().any(|it| it == line), "{shown}");
    }
    assert_eq!(
        shown.lines().filter(|line| line.starts_with('+') || line.starts_with('-')).count(),
        2 + 2 * 3,
        "{shown}"
    );
    assert_eq!(scratch.fix(&["--apply"]).0, Some(0));
    for arguments in [&["--run-excluded"][..], &[]] {
        let (status, said) = scratch.run(arguments);
        assert_eq!(status == Some(0), arguments.is_empty(), "{said}");
        let (status, shown, stderr) = scratch.fix(&["--check"]);
        assert_eq!((status, shown.as_str()), (Some(0), ""), "{stderr}");
    }

    // Where tags leave cells out by default, two runs have all of them together.
    scratch.write("tests/conformance.rs", "crosscheck::main!(scratch; tags = \"not slow\");\n");
    let (status, said) = scratch.run(&[]);
    assert_eq!(status, Some(0), "{said}");
    let (status, _, stderr) = scratch.fix(&[]);
    let expected = "12 cells (checks::case_row::scale_1::fast, checks::case_row::scale_1::slow and 10 more) of the suite are in \
                    no record, left out by --tag \"not slow\" (by default here)";
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
    let first = scratch.folder.join("first.jsonl");
    std::fs::rename(scratch.record(), &first).unwrap();
    let (status, said) = scratch.run(&["--tag", "slow"]);
    assert_eq!(status, Some(0), "{said}");
    let (status, shown, stderr) = scratch.fix(&["--check", first.to_str().unwrap()]);
    assert_eq!((status, shown.as_str(), stderr.as_str()), (Some(0), "", "note: nothing to change\n"));
    let (status, said) = scratch.run(&["--tag", "slow or not slow"]);
    assert_eq!(status, Some(0), "{said}");
    let (status, shown, stderr) = scratch.fix(&["--check"]);
    assert_eq!((status, shown.as_str(), stderr.as_str()), (Some(0), "", "note: nothing to change\n"));
    // A run that is asked for one test looks at nothing else.
    scratch.run(&["checks::off", "--exact"]);
    let (status, _, stderr) = scratch.fix(&[]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("this run left some out (--tag"), "{stderr}");
}

/// Rows that are stale, each in another file.
fn record(path: &Path, files: &[&str]) {
    let source = |file: &str| format!(r#"{{"file":{file:?},"lines":[1,2],"hash":"0123456789abcdef"}}"#);
    let row = |(at, file): (usize, &&str)| {
        format!(r#"{{"backend":"fast","row":"m{at}","action":"xfail","at":"a.rs:{at}","source":{}}}"#, source(file))
    };
    let rows: Vec<_> = files.iter().enumerate().map(row).collect();
    let cell = |at: usize| {
        format!(
            r#"{{"line":"cell","name":"t{at}::fast","test":"t{at}","backend":"fast","markers":["m{at}"],"row":"m{at}","row_at":"a.rs:{at}","outcome":"x_passed","origin":"a.rs:1","duration_us":1}}"#
        )
    };
    let mut lines = vec![
        r#"{"line":"start","format":5,"suite":"conformance","fingerprint":"0000000000000007"}"#.to_owned(),
        format!(
            r#"{{"line":"suite","subject":"dyn Ops","baseline":"reference","features":[],"backends":["fast"],"rows":[{}]}}"#,
            rows.join(",")
        ),
    ];
    lines.extend((0..files.len()).map(cell));
    lines.push(r#"{"line":"end"}"#.to_owned());
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// What a record names is changed only where it belongs to a package of the workspace.
#[cfg(unix)]
#[test]
fn nothing_outside_of_the_workspace_is_changed() {
    let scratch = Scratch::new("outside");
    let outside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fix-elsewhere");
    let _ = std::fs::remove_dir_all(&outside);
    let text = "#[crosscheck::exclusions(\"fast\", uses = \"a\")]\nconst A: Action = xfail(\"a\").because(NotYet);\n";
    let package = |folder: &Path| {
        std::fs::create_dir_all(folder.join("src")).unwrap();
        std::fs::write(folder.join("Cargo.toml"), "[package]\nname = \"other\"\n").unwrap();
        std::fs::write(folder.join("src/lib.rs"), text).unwrap();
    };
    package(&outside);
    package(&scratch.folder.join("vendor/other"));
    std::os::unix::fs::symlink(outside.join("src/lib.rs"), scratch.folder.join("src/link.rs")).unwrap();
    std::os::unix::fs::symlink(outside.join("src"), scratch.folder.join("src/linked")).unwrap();
    let absolute = outside.join("src/lib.rs");
    let files = [
        absolute.to_str().unwrap(),
        "../fix-elsewhere/src/lib.rs",
        "src/../../fix-elsewhere/src/lib.rs",
        "src/link.rs",
        "src/linked/lib.rs",
        "vendor/other/src/lib.rs",
        "/etc/passwd",
        "src/gone.rs",
        "src/lib.rs",
    ];
    record(&scratch.record(), &files);
    let (status, stdout, stderr) = scratch.fix(&["--apply"]);
    assert_eq!((status, stdout.as_str()), (Some(2), ""), "{stderr}");
    let root = scratch.folder.canonicalize().unwrap();
    let errors: Vec<_> = stderr.lines().filter(|line| !line.starts_with("note: ")).collect();
    assert_eq!(errors.len(), files.len(), "{stderr}");
    for (at, error) in errors.iter().enumerate() {
        let expected = match at {
            0..=6 => format!("belongs to no package of the workspace {}", root.display()),
            7 => format!("src/gone.rs is not there (looked for it in {}, the folder of the workspace)", root.display()),
            _ => "src/lib.rs has changed since the record was made: run the suite again".to_owned(),
        };
        assert!(error.starts_with(&format!("error: row `m{at}` of `fast` at a.rs:{at}: ")), "{stderr}");
        assert!(error.ends_with(&expected), "{error}");
    }
    for file in [absolute, scratch.folder.join("vendor/other/src/lib.rs")] {
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    }
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let scratch = Scratch::new("refused");
    record(&scratch.record(), &[]);
    let text = std::fs::read_to_string(scratch.record()).unwrap();
    let narrowed = r#"{"line":"plan","cells":["a::fast"],"narrowed":["--marker x"]}"#;
    std::fs::write(scratch.record(), text.replace(r#"{"line":"end"}"#, narrowed)).unwrap();
    let (status, _, stderr) = scratch.fix(&[]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("this run left some out (--marker x): run the whole suite"), "{stderr}");

    // What nextest listed and did not start may have been left out by its own filter; what began has died.
    let listed = r#"{"line":"plan","cells":["t0::fast","t1::n_1::fast","t1::n_2::fast","t2::fast"],"listed":true}"#;
    record(&scratch.record(), &["a.rs"]);
    let text = std::fs::read_to_string(scratch.record()).unwrap();
    std::fs::write(scratch.record(), text.replace(r#"{"line":"end"}"#, listed)).unwrap();
    let (status, stdout, stderr) = scratch.fix(&["--baseline"]);
    assert_eq!((status, stdout.as_str()), (Some(2), ""), "{stderr}");
    let expected = "nextest listed 3 cells (t1::n_1::fast, t1::n_2::fast and 1 more) that it did not start: run it without a filter, and \
                    with --no-fail-fast";
    assert!(stderr.contains(expected), "{stderr}");
    let began =
        ["t1::n_1::fast", "t1::n_2::fast", "t2::fast"].map(|cell| format!(r#"{{"line":"begin","cell":"{cell}"}}"#));
    let lines = [&[listed.to_owned()][..], &began].concat().join("\n");
    std::fs::write(scratch.record(), text.replace(r#"{"line":"end"}"#, &lines)).unwrap();
    let (_, _, stderr) = scratch.fix(&["--baseline"]);
    assert!(!stderr.contains("nextest") && stderr.contains("note: t2::fast: began, but did not end"), "{stderr}");

    record(&scratch.record(), &[]);
    let nowhere = scratch.folder.join("nowhere/Cargo.toml");
    let (status, _, stderr) = scratch.fix(&["--manifest-path", nowhere.to_str().unwrap()]);
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("error: the workspace is not known: cargo metadata:"), "{stderr}");
}

/// A row names all backends of a constructor: where the same case fails on two of them, each in its own way, none can say both.
#[test]
fn what_no_row_can_say_is_an_error_and_changes_nothing() {
    let scratch = Scratch::new("unsaid");
    record(&scratch.record(), &["src/lib.rs"]);
    let cell = |backend: &str, outcome: &str, failure: &str| {
        format!(
            r#"{{"line":"cell","name":"t0::{backend}","test":"t0","backend":"{backend}","markers":["m0"],"row":"m0","row_at":"a.rs:0","outcome":"{outcome}","failure":"{failure}","reason":"it {failure}s","origin":"a.rs:1","duration_us":1}}"#
        )
    };
    let text = std::fs::read_to_string(scratch.record()).unwrap();
    let lines = text.lines().filter(|line| !line.contains(r#""line":"cell""#) && !line.contains(r#""line":"end""#));
    let family = r#""places":[{"backend":"fast","each":["fast-0","fast-1"],"at":"a.rs:1"}],"rows""#;
    let lines: Vec<_> = lines.map(|line| line.replace(r#""rows""#, family)).collect();
    let cells = [cell("fast-0", "x_failed", "error"), cell("fast-1", "x_changed", "panic")];
    std::fs::write(scratch.record(), [&lines[..], &cells].concat().join("\n") + "\n").unwrap();
    let (status, stdout, stderr) = scratch.fix(&["--apply"]);
    let expected = "error: row `m0` of `fast` at a.rs:0: left as it is: t0::fast-1 fails in another way than t0::fast-0, and a row of \
                    one means the other as well\n";
    assert_eq!((status, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains(expected), "{stderr}");
    // The same without a row.
    let unexcused = |cell: &String| {
        let cell = cell.replace(r#""row":"m0","row_at":"a.rs:0""#, r#""row":null"#);
        cell.replace("x_failed", "failed").replace("x_changed", "failed")
    };
    let cells = cells.each_ref().map(unexcused);
    std::fs::write(scratch.record(), [&lines[..], &cells].concat().join("\n") + "\n").unwrap();
    let (_, stdout, stderr) = scratch.fix(&["--apply"]);
    assert_eq!(stdout, "", "{stderr}");
    assert!(stderr.contains("note: no row: t0::fast-1 fails in another way than t0::fast-0"), "{stderr}");
}

/// The attribute and the command take the same for the same.
#[test]
fn a_row_has_one_hash() {
    let file = |path: &str| std::fs::read_to_string(Path::new(HERE).join(path)).unwrap();
    assert_eq!(file("src/fix/hash.rs"), file("../macros/src/exclusions/hash.rs"), "one of the two was changed alone");
}
