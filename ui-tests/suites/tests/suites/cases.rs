//! Suites that are made of data, tried on `src/bin/cases.rs`: its files lie in a folder of each test's own.

use std::fs;
use std::path::{Path, PathBuf};

use crosscheck::Outcome;
use crosscheck::record::CellRecord;

use crate::common::{Output, Suite, suite};

/// The folder of a crate with the files of the suite.
struct Crate(PathBuf);

impl Crate {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("crosscheck-cases-{}-{name}", std::process::id()));
        let files = [
            ("valid/plain.txt", &b"one two"[..]),
            ("valid/tabs/one.txt", b"a\tb c"),
            ("valid/deep/er/three words.txt", b"x y z"),
            ("valid/deep/two.txt", b"q r"),
            ("valid/deep/two.txt.orig", b"not meant"),
            ("valid/notes.md", b"not meant"),
            ("bytes/odd.bin", b"a \xff b"),
        ];
        let own = Self(folder);
        files.iter().for_each(|(path, bytes)| own.write(path, bytes));
        own
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.join("corpus").join(file)
    }

    fn write(&self, file: &str, bytes: &[u8]) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    /// The suite, as Cargo or nextest would start it there.
    fn suite(&self) -> Suite {
        suite("cases").env("CARGO_MANIFEST_DIR", &self.0).env("CARGO_PKG_NAME", env!("CARGO_PKG_NAME"))
    }

    #[track_caller]
    fn lists(&self, filter: &str) -> Vec<String> {
        let output = self.suite().args(&["--list", "--format", "terse", filter]).run();
        output.exits(0);
        output.stdout.lines().map(|line| line.strip_suffix(": test").unwrap().to_owned()).collect()
    }
}

impl Drop for Crate {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Outcomes without the names in front.
fn outcomes<'a>(output: &'a Output, test: &str) -> Vec<(&'a str, Outcome)> {
    let cells = output.outcomes();
    let of_test = cells.into_iter().filter_map(|(name, cell)| Some((name.strip_prefix(test)?, cell.outcome)));
    of_test.collect()
}

fn fingerprint(output: &Output, record: &Path) -> String {
    let text = fs::read_to_string(record).unwrap_or_else(|error| panic!("{error}{output}"));
    let at = text.find("\"fingerprint\":\"").unwrap() + 15;
    text[at..at + 16].to_owned()
}

#[test]
fn each_file_is_a_case_in_the_order_of_the_names() {
    let own = Crate::new("files");
    assert_eq!(
        own.lists("files::counts::"),
        ["deep/er/three%20words", "deep/two", "plain", "tabs/one"].map(|case| format!("files::counts::{case}::spaces"))
    );
    // Two patterns: the names begin at the folder that both have in common, and the extensions differ.
    let of_bytes = [
        "bytes/odd.bin",
        "valid/deep/er/three%20words.txt",
        "valid/deep/two.txt",
        "valid/plain.txt",
        "valid/tabs/one.txt",
    ];
    let cells =
        of_bytes.iter().flat_map(|case| ["reference", "spaces"].map(|it| format!("files::bytes::{case}::{it}")));
    assert_eq!(own.lists("files::bytes::"), cells.collect::<Vec<_>>());
    // One `*` stands for one folder.
    let paths = own.lists("files::paths::");
    assert_eq!(
        paths.iter().map(|name| name.split("::").nth(2).unwrap()).collect::<Vec<_>>(),
        ["deep/two", "deep/two", "tabs/one", "tabs/one"]
    );
    let output = own.suite().args(&["files::"]).run();
    output.exits(0);
    use Outcome::{Passed, XFailed};
    assert_eq!(
        outcomes(&output, "files::counts::"),
        [
            ("deep/er/three%20words::spaces", Passed),
            ("deep/two::spaces", Passed),
            ("plain::spaces", Passed),
            ("tabs/one::spaces", XFailed)
        ]
    );
    assert_eq!(
        outcomes(&output, "files::bytes::bytes/"),
        [("odd.bin::reference", Passed), ("odd.bin::spaces", Passed)]
    );
}

/// Whatever a file system takes as a name is a case of its own, and is found again by its name alone.
#[cfg(unix)]
#[test]
fn every_name_of_a_file_is_one_of_a_cell() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let own = Crate::new("names");
    let names: [&[u8]; 12] = [
        b"a::b",
        b"a%3A%3Ab",
        "größe".as_bytes(),
        "日本".as_bytes(),
        b"\xff\xfe",
        b"tab\tline\nend",
        b"'quoted\" $HOME `x`",
        b"-dash",
        b"*",
        b".hidden",
        b"UPPER",
        b"upper",
    ];
    for name in names {
        let name = [name, b".txt"].concat();
        let path = own.path("valid/odd").join(OsStr::from_bytes(&name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"a b").unwrap();
    }
    let listed = own.lists("files::counts::odd/");
    assert_eq!(listed.len(), names.len(), "{listed:#?}");
    for name in listed {
        let output = own.suite().args(&["--exact", &name]).run();
        output.exits(0);
        assert_eq!(output.outcomes().keys().copied().collect::<Vec<_>>(), [name.as_str()]);
        assert!(name.bytes().all(|byte| !byte.is_ascii_whitespace() && !b"'\"$`*\\".contains(&byte)), "{name}");
    }
    // Another way to write a name is no name.
    own.suite().args(&["--exact", "files::counts::%70lain::spaces"]).run().exits(2);
}

#[test]
fn what_cannot_be_listed_is_an_error_with_its_path() {
    let own = Crate::new("missing");
    let folder = own.0.display().to_string();
    let refuses = |output: Output, said: &str| {
        output.exits(2).ran_nothing().complains("the cases of `files::");
        output.complains(said);
    };
    own.remove("bytes/odd.bin");
    refuses(own.suite().run(), &format!("`files::bytes`: no file fits `corpus/bytes/*.bin` in {folder}"));
    fs::remove_dir_all(own.path("valid")).unwrap();
    let missing = own.path("valid").display().to_string();
    let there = own.path("").display().to_string();
    refuses(
        own.suite().run(),
        &format!(
            "{missing} cannot be read: No such file or directory (os error 2); {} is there",
            there.trim_end_matches('/')
        ),
    );
    // A folder that is none, and one of another package that is not there either.
    own.write("valid", b"a file");
    refuses(own.suite().run(), &format!("{missing} cannot be read: Not a directory"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_lead_to_something() {
    use std::os::unix::fs::symlink;
    let own = Crate::new("links");
    symlink(own.path("valid/tabs"), own.path("valid/linked")).unwrap();
    symlink(own.path("valid/plain.txt"), own.path("valid/same.txt")).unwrap();
    symlink("nowhere", own.path("valid/broken.md")).unwrap();
    let listed = own.lists("files::counts::");
    assert_eq!(listed.len(), 6, "{listed:?}");
    assert!(listed.contains(&"files::counts::linked/one::spaces".to_owned()), "{listed:?}");
    symlink("nowhere", own.path("valid/broken.txt")).unwrap();
    own.suite().run().exits(2).complains("valid/broken.txt cannot be read: No such file or directory");
    own.remove("valid/broken.txt");
    symlink(own.path("valid"), own.path("valid/deep/up")).unwrap();
    own.suite().run().exits(2).complains("is deeper than 64 folders: does a link in it lead back?");
}

#[test]
fn a_file_that_is_no_text_fails_its_cells_and_no_row_excuses_that() {
    let own = Crate::new("text");
    own.write("valid/tabs/one.txt", b"a\tb \xff");
    let output = own.suite().args(&["files::"]).run();
    output.exits(101);
    let cells = output.outcomes();
    let cell: &CellRecord = cells["files::counts::tabs/one::spaces"];
    assert!(cell.outcome == Outcome::Failed && cell.setup, "{cell}");
    let path = own.path("valid/tabs/one.txt").display().to_string();
    let said = format!("{path} is not UTF-8: byte 4 is 0xff (`&[u8]` takes it as it is)");
    assert!(cell.reason.contains(&said), "{}", cell.reason);
    assert_eq!(cell.case_at.as_deref(), Some("corpus/valid/tabs/one.txt"));
    output.says("\n  of a case at corpus/valid/tabs/one.txt\n");
    // The others are not concerned.
    assert_eq!(cells["files::counts::plain::spaces"].outcome, Outcome::Passed);
}

#[test]
fn a_list_says_of_each_case_what_a_check_says_of_all() {
    let own = Crate::new("own");
    let output = own.suite().args(&["lists::"]).run();
    let cells = output.outcomes();
    let markers = |name: &str| cells[name].markers.clone();
    assert_eq!(markers("lists::counts::two%20words::reference"), ["unicode"]);
    assert_eq!(markers("lists::counts::plain::reference"), [""; 0]);
    assert_eq!(cells["lists::counts::two%20words::reference"].tags, ["slow"]);
    // A marker decides by its row, a function that is not implemented before any row, and a row by the name of a case.
    use Outcome::{Failed, NotImplemented, Passed, Skipped, XFailed};
    let outcome = |name: &str| cells[name].outcome;
    assert_eq!(outcome("lists::counts::tabbed::spaces"), XFailed);
    assert_eq!(outcome("lists::counts::loud::spaces"), NotImplemented);
    assert_eq!(cells["lists::counts::loud::spaces"].function.as_deref(), Some("shout"));
    assert_eq!(outcome("lists::counts::two%20words::spaces"), Skipped);
    assert_eq!(outcome("lists::counts::a%3A%3Ab::spaces"), Passed);
    // Beside an axis, a case is a part of its own.
    assert_eq!(outcome("lists::repeated::large::größe/日本::spaces"), Passed);
    assert_eq!(outcome("lists::repeated::small::tabbed::spaces"), XFailed);
    // Each has the tolerance that it says, and else the default.
    assert_eq!(outcome("lists::means::short::spaces"), Passed);
    assert_eq!(outcome("lists::means::one::spaces"), Passed);
    assert_eq!(outcome("lists::means::exact::spaces"), Failed);
    assert_eq!(outcome("lists::means::default::spaces"), Failed);
    assert_eq!(cells["lists::means::short::spaces"].terms, ["rtol 1e-6, atol 0e0 (it multiplies)"]);
    assert!(cells["lists::means::default::spaces"].terms.is_empty());
    output.exits(101);
}

#[test]
fn cases_are_selected_as_all_cells_are() {
    let own = Crate::new("selected");
    let names = |args: &[&str]| {
        let output = own.suite().args(&[&["--list", "--format", "terse"], args].concat()).run();
        output.exits(0);
        output.stdout.lines().map(|line| line.trim_end_matches(": test").to_owned()).collect::<Vec<_>>()
    };
    let unicode = names(&["--marker", "unicode", "--backend", "reference"]);
    assert_eq!(unicode.len(), 2 + 2 * 2, "{unicode:?}");
    assert!(unicode.iter().all(|name| name.contains("two%20words") || name.contains("größe")), "{unicode:?}");
    assert_eq!(names(&["--tag", "slow", "--backend", "reference"]).len(), 1 + 2);
    assert_eq!(names(&["--tag", "slow and axes", "--backend", "reference"]).len(), 2);
    assert_eq!(names(&["--tag", "paths"]).len(), 4);
    assert_eq!(names(&["--function", "shout"]).len(), 2 + 2 * 2);
    assert_eq!(names(&["--skip", "lists", "--exact", "files::counts::deep/two"]), ["files::counts::deep/two::spaces"]);
    // All parts of a whole, each cell in one of them.
    let mut parts: Vec<_> = (1..=3).flat_map(|part| names(&["--shard", &format!("{part}/3")])).collect();
    parts.sort();
    let mut whole = names(&[]);
    whole.sort();
    assert_eq!(parts, whole);
    own.suite().args(&["--tag", "slo"]).run().exits(2).complains("unknown tag `slo`; did you mean `slow`?");
}

/// One cell by itself is what it is among all, and neither lists the others nor needs them to be right.
#[test]
fn one_cell_is_found_without_the_others() {
    let own = Crate::new("one");
    let whole = own.suite().run();
    let cells = whole.outcomes();
    for name in
        ["files::counts::tabs/one::spaces", "lists::repeated::large::tabbed::spaces", "lists::means::exact::spaces"]
    {
        let alone = own.suite().args(&["--exact", name]).run();
        let (alone, among) = (&alone.outcomes()[name].clone(), cells[name]);
        assert_eq!((alone.outcome, &alone.reason), (among.outcome, &among.reason));
        assert_eq!((&alone.markers, &alone.tags, &alone.row), (&among.markers, &among.tags, &among.row));
    }
    // Another file in the way of the list.
    fs::remove_dir_all(own.path("bytes")).unwrap();
    own.suite().args(&["--exact", "files::counts::deep/two::spaces"]).run().exits(0);
    own.suite().args(&["files::counts::deep/two::spaces"]).run().exits(2);
    // One that is not there: all are listed, to say what is.
    own.write("bytes/odd.bin", b"x");
    own.suite()
        .args(&["--exact", "files::counts::deep/tow::spaces"])
        .run()
        .exits(2)
        .complains(
        "none of the 70 cells matches `files::counts::deep/tow::spaces`; did you mean `files::counts::deep/two::spaces`?",
    );
}

#[test]
fn what_is_wrong_with_a_list_is_said_of_the_case() {
    let own = Crate::new("faults");
    for (fault, said) in [
        ("error", "the cases of `lists::counts`: documents.json:7: expected `,`"),
        ("panic", "the cases of `lists::counts`: the function that lists them panicked"),
        ("empty", "the cases of `lists::counts`: the list is empty"),
        (
            "twice",
            "the cases of `lists::counts`: two cases have one name: case `plain` (number 1 of the list) and case `plain` (documents.json:9)",
        ),
        (
            "marker",
            "the cases of `lists::repeated`: case `marked` (documents.json:9): unknown marker `unicorn`; did you mean `unicode`? (known: unicode, tabs)",
        ),
        (
            "tag",
            "case `tagged` (number 9 of the list): `not` is not a tag: use ASCII letters, digits, `_` and `-` (not `and`, `or`, `not`); case `tagged` (number 9 of the list): `two words` is not a tag",
        ),
        ("unnamed", "the cases of `lists::repeated`: case `` (number 9 of the list) has no name"),
        ("constant", "case `constant` (number 9 of the list): the reason for which it expects a constant is empty"),
        ("more", "the cases of `lists::counts`: there are 9, and there have to be 8 (`count = 8`)"),
    ] {
        let output = own.suite().env("CASES_FAULT", fault).run();
        output.exits(2).ran_nothing().complains(said);
        assert!(!output.stderr.contains("`lists::means`"), "{output}");
    }
}

#[test]
fn content_that_cannot_be_made_is_no_failure_of_the_backends() {
    let own = Crate::new("unmade");
    let output = own.suite().env("CASES_FAULT", "unmade").args(&["lists::counts"]).run();
    output.exits(101);
    for backend in ["reference", "spaces"] {
        let cells = output.outcomes();
        let cell = cells[format!("lists::counts::unmade::{backend}").as_str()];
        assert!(cell.outcome == Outcome::Failed && cell.setup, "{cell}");
        let said = "the case `unmade` (documents.json:8) cannot be made: the archive ends early";
        assert!(cell.reason.contains(said), "{}", cell.reason);
    }
}

/// What a corpus holds is a part of what the suite is made of.
#[test]
fn two_corpora_are_two_suites() {
    let own = Crate::new("corpora");
    let record = own.0.join("record.jsonl");
    let run = |args: &[&str]| {
        let _ = fs::remove_file(&record);
        let output = own.suite().env("CROSSCHECK_RECORD", &record).args(args).run();
        fingerprint(&output, &record)
    };
    let first = run(&["lists::means"]);
    assert_eq!(run(&["files::"]), first, "it depends on what is selected");
    let mut seen = vec![first.clone()];
    let changes: [(&str, &dyn Fn()); 5] = [
        ("corrupted", &|| own.write("valid/plain.txt", b"one twO")),
        ("renamed", &|| fs::rename(own.path("valid/plain.txt"), own.path("valid/plane.txt")).unwrap()),
        ("added", &|| own.write("valid/deep/three.txt", b"a b c")),
        ("removed", &|| own.remove("valid/deep/two.txt")),
        ("duplicated", &|| own.write("valid/copy.txt", b"one twO")),
    ];
    for (what, change) in changes {
        change();
        let now = run(&[]);
        assert!(!seen.contains(&now), "{what}: {now}");
        seen.push(now);
    }
    // What is not meant changes nothing.
    own.write("valid/notes.md", b"other notes");
    assert_eq!(run(&[]), *seen.last().unwrap());
}

/// A row that names a case which is not there decides on nothing, and the nearest one is said.
#[test]
fn rows_of_cases_go_stale() {
    let own = Crate::new("stale");
    fs::rename(own.path("valid/tabs"), own.path("valid/tab")).unwrap();
    own.suite().run().exits(2).complains(
        "row `files::counts | files::bytes, case(\"*tabs/*\")` of `spaces` at ui-tests/suites/src/bin/cases.rs",
    );
}
