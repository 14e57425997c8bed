//! `cargo crosscheck init`, as it is called.

mod kinds;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MANIFEST: &str =
    "# Mine.\n[package]\nname = \"my-kernels\" # really\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n";

struct Crate(PathBuf);

impl Crate {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("init-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("suite/src")).unwrap();
        std::fs::create_dir_all(path.join("src")).unwrap();
        std::fs::write(path.join("src/lib.rs"), "").unwrap();
        std::fs::write(path.join("suite/src/lib.rs"), "").unwrap();
        std::fs::write(path.join("Cargo.toml"), MANIFEST).unwrap();
        std::fs::write(path.join("suite/Cargo.toml"), "[package]\nname = \"kernel-suite\"\n[lib]\nname = \"suite\"\n")
            .unwrap();
        Self(path)
    }

    fn init(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
        let Output { status, stderr, .. } = command.arg("init").args(arguments).current_dir(&self.0).output().unwrap();
        (status.code(), String::from_utf8(stderr).unwrap())
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).unwrap()
    }
}

impl Drop for Crate {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_starter_is_the_suite_of_the_readme() {
    let mine = Crate::new("starter");
    let (status, stderr) = mine.init(&[]);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stderr.contains("note: then: cargo test --test conformance\n"), "{stderr}");
    let readme = include_str!("../../../README.md").replace("\r\n", "\n");
    assert!(readme.contains(&format!("```rust\n{}```\n", mine.read("tests/conformance.rs").replace("\r\n", "\n"))));
    let version = env!("CARGO_PKG_VERSION");
    let end = format!(
        "\n[dev-dependencies]\ncrosscheck = \"{version}\"\n\n[[test]]\nname = \"conformance\"\nharness = false\n"
    );
    assert_eq!(mine.read("Cargo.toml"), format!("{MANIFEST}{end}"));
    // What is there is not written over.
    let before = (mine.read("Cargo.toml"), mine.read("tests/conformance.rs"));
    let (status, stderr) = mine.init(&[]);
    assert_eq!(status, Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 2, "{stderr}");
    assert!(stderr.contains("Cargo.toml has a test `conformance` already"), "{stderr}");
    assert!(stderr.contains("conformance.rs is there already"), "{stderr}");
    assert_eq!((mine.read("Cargo.toml"), mine.read("tests/conformance.rs")), before);
    assert_eq!(mine.init(&["--test", "second"]).0, Some(0));
    assert!(mine.read("Cargo.toml").contains("name = \"second\"\nharness = false\n"));
}

#[test]
fn a_published_suite_gets_a_backend_and_an_empty_matrix() {
    let mine = Crate::new("suite");
    let arguments = [
        "--suite",
        "kernel-suite=suite",
        "--subject",
        "dyn Kernels",
        "--backend",
        "mine",
        "--open",
        "my_kernels::Mine",
    ];
    let (status, stderr) = mine.init(&arguments);
    assert_eq!(status, Some(0), "{stderr}");
    let expected = "\
//! The suite `kernel-suite` on `mine`.

use crosscheck::{Action, RUN, Subject, Unavailable};
use suite::Kernels;

#[crosscheck::backend(name = \"mine\")]
fn mine() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(my_kernels::Mine))
}

/// What `mine` cannot do yet: `cargo crosscheck fix --baseline` writes the rows behind this function.
#[crosscheck::exclusions(\"mine\")]
const fn mine_cannot(_: <dyn Kernels as Subject>::Feature) -> Action {
    RUN
}

crosscheck::main!(suite);
";
    assert_eq!(mine.read("tests/conformance.rs"), expected);
    assert!(mine.read("Cargo.toml").contains("\nkernel-suite = { path = \"suite\" }\n"), "{}", mine.read("Cargo.toml"));
}

/// Each argument wrong in each way: all that is wrong is said at once, and nothing is written.
#[test]
fn what_makes_no_sense_is_refused() {
    let mine = Crate::new("refused");
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--suite", "../suite"], &["a crate is written `name`, `name@version` or `name=folder`"]),
        (&["--subject", "dyn K"], &["--suite <CRATE>"]),
        (&["--suite", "a@1", "--backend", "mine"], &["--subject <TYPE>"]),
        (&["--suite", "nowhere=nowhere"], &["nowhere/Cargo.toml"]),
        (&["--suite", "other=suite"], &["suite holds the package `kernel-suite`, not `other`"]),
        (&["--suite", "unknown"], &["where is `unknown` from? write `unknown@version` or `unknown=folder`"]),
        (
            &["--suite", "a@1", "--subject", "dyn b::K", "--backend", "m-n", "--open", "a +"],
            &["`dyn b::K` is of the crate `b`: name it, `--contract b@version` (known: a, my_kernels)"],
        ),
        (
            &["--suite", "a@1", "--subject", "dyn K", "--backend", "m-n", "--open", "a +"],
            &["`m-n` is no name of a backend", "`a +` is no expression"],
        ),
        (&["--manifest-path", "gone/Cargo.toml"], &["gone/Cargo.toml"]),
    ];
    for (arguments, expected) in cases {
        let (status, stderr) = mine.init(arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {stderr}");
        for text in expected {
            assert!(stderr.contains(text), "{arguments:?}: {stderr}");
        }
        assert_eq!(mine.read("Cargo.toml"), MANIFEST, "{arguments:?}");
        assert!(!mine.0.join("tests").exists(), "{arguments:?}");
    }
}

/// A name, a manifest, files that are made or removed, arguments, and what is said.
type Refused<'a> = (&'a str, String, &'a [&'a str], &'a [&'a str], &'a str);

/// Each crate in which the test could not be built or would run nothing.
#[test]
fn a_crate_that_cannot_have_the_test_is_refused() {
    let suite =
        ["--suite", "kernel-suite=suite", "--subject", "dyn Kernels", "--backend", "mine", "--open", "suite::Plain"];
    let own = [
        "--suite",
        "kernel-suite=suite",
        "--subject",
        "dyn Kernels",
        "--backend",
        "mine",
        "--open",
        "my_kernels::Mine",
    ];
    let registers = ["--suite", "kernel-suite=suite"];
    let package = "[package]\nname = \"my-kernels\"\nedition = \"2021\"\n\n[workspace]\n";
    let with = |more: &str| format!("{package}\n{more}");
    let no_lib =
        "the package has no library `my_kernels`, and its tests see nothing else of it: give it a `src/lib.rs`";
    let cases: [Refused<'_>; 11] = [
        (
            "workspace",
            "[workspace]\nmembers = [\"a\", \"b/*\"]\n".to_owned(),
            &[],
            &suite,
            "this is the manifest of a workspace, not of a package: --manifest-path names that of a member (members: a, b/*)",
        ),
        ("nothing", "[profile.dev]\n".to_owned(), &[], &suite, "this is not the manifest of a package"),
        ("no Rust", "[package".to_owned(), &[], &suite, "Cargo.toml: TOML parse error at line 1"),
        ("old", with("").replace("edition = \"2021\"\n", ""), &[], &[], "is of the edition 2015"),
        ("older", with("").replace("2021", "2015"), &[], &suite, "is of the edition 2015"),
        ("bin", with(""), &["src/lib.rs"], &own, no_lib),
        ("bin-registers", with(""), &["src/lib.rs"], &registers, no_lib),
        (
            "no-suite",
            with(""),
            &["suite/src/lib.rs"],
            &suite,
            "`kernel-suite` in suite has no library, and so no suite and no backend for others",
        ),
        (
            "no-harness",
            with("[dev-dependencies]\ncrosscheck = { version = \"0.1\", default-features = false }\n"),
            &[],
            &suite,
            "dev-dependency `crosscheck` is without its default features, and runs no suite: add `features = [\"harness\"]` to it",
        ),
        ("array", format!("test = []\n{package}"), &[], &suite, "`test` of the manifest is not written `[[test]]`"),
        (
            "folder",
            with(""),
            &["tests/conformance/main.rs"],
            &suite,
            "conformance/main.rs is there already: --test gives another name",
        ),
    ];
    for (name, manifest, changed, arguments, expected) in cases {
        let mine = Crate::new(&format!("refused-{}", name.replace(' ', "-")));
        std::fs::write(mine.0.join("Cargo.toml"), &manifest).unwrap();
        std::fs::write(mine.0.join("suite/Cargo.toml"), "[package]\nname = \"kernel-suite\"\n").unwrap();
        for file in changed {
            let path = mine.0.join(file);
            if std::fs::remove_file(&path).is_err() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "").unwrap();
            }
        }
        let (status, stderr) = mine.init(arguments);
        assert_eq!(status, Some(2), "{name}: {stderr}");
        assert!(stderr.contains(expected), "{name}: {stderr}");
        assert_eq!(mine.read("Cargo.toml"), manifest, "{name}");
        assert!(!mine.0.join("tests/conformance.rs").exists(), "{name}");
    }
}

/// A package that another workspace leaves out inherits nothing of it.
#[test]
fn what_the_workspace_excludes_does_not_inherit() {
    let mine = Crate::new("excluded");
    let workspace =
        "[workspace]\nmembers = [\"in\"]\nexclude = [\"out\"]\n\n[workspace.dependencies]\ncrosscheck = \"7\"\n";
    std::fs::write(mine.0.join("Cargo.toml"), workspace).unwrap();
    for (folder, expected) in [("in", "crosscheck = { workspace = true }"), ("out", "crosscheck = \"0.")] {
        std::fs::create_dir_all(mine.0.join(folder)).unwrap();
        let manifest = format!("{folder}/Cargo.toml");
        std::fs::write(mine.0.join(&manifest), "[package]\nname = \"a\"\nedition = \"2024\"\n").unwrap();
        assert_eq!(mine.init(&["--manifest-path", &manifest]).0, Some(0));
        assert!(mine.read(&manifest).contains(expected), "{}", mine.read(&manifest));
    }
}
