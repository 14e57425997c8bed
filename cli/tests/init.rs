//! `cargo crosscheck init`, as it is called.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MANIFEST: &str = "# Mine.\n[package]\nname = \"my-kernels\" # really\n\n[dependencies]\n";

struct Crate(PathBuf);

impl Crate {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("init-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("suite")).unwrap();
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
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
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
