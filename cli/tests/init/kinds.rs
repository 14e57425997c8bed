//! What `init` writes in each kind of crate is Rust without a warning, as rustfmt has it, and runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A crate in which `init` is called.
struct Kind {
    name: &'static str,
    edition: &'static str,
    /// The rest of its manifest.
    manifest: &'static str,
    /// Its files besides.
    files: &'static [(&'static str, &'static str)],
    init: &'static [&'static str],
    /// How its run ends.
    ends: &'static str,
}

/// A backend for the suite.
const MINE: (&str, &str) = (
    "src/lib.rs",
    "//! Mine.\n\n/// Doubles.\npub struct Mine;\n\nimpl published::Doubles for Mine {\n    fn double(&self, x: u32) -> u32 {\n        x + x\n    }\n}\n",
);

/// Neither a library nor anything else to test.
const BIN: (&str, &str) = ("src/main.rs", "fn main() {}\n");

const BOTH: &str = "4 passed on mine and reference";
const STARTER: &str = "1 FAILED, 1 passed on fast";

const KINDS: [Kind; 20] = [
    Kind { name: "starter-2018", edition: "2018", manifest: "", files: &[BIN], init: &[], ends: STARTER },
    Kind { name: "starter-2021", edition: "2021", manifest: "", files: &[BIN], init: &[], ends: STARTER },
    Kind {
        name: "starter-renamed",
        edition: "2024",
        manifest: "[dev-dependencies]\ncc = { package = \"crosscheck\", version = \"0.1\" }\n",
        files: &[BIN],
        init: &["--test", "other-name"],
        ends: STARTER,
    },
    Kind {
        name: "opened",
        edition: "2018",
        manifest: "[dependencies]\npublished-suite = { path = \"../suite\" }\n",
        files: &[MINE],
        init: &[
            "--suite",
            "published-suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "mine",
            "--open",
            "opened::Mine",
        ],
        ends: BOTH,
    },
    Kind {
        name: "by-folder",
        edition: "2024",
        manifest: "",
        files: &[BIN, ("tests/other.rs", "#[test]\nfn passes() {}\n")],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "mine",
            "--open",
            "published::Plain",
        ],
        ends: BOTH,
    },
    Kind {
        name: "still-to-open",
        edition: "2021",
        manifest: "",
        files: &[BIN],
        init: &["--suite", "published-suite=../suite", "--subject", "dyn Doubles", "--backend", "mine"],
        ends: "1 FAILED, 3 passed on mine and reference",
    },
    Kind {
        name: "registers-itself",
        edition: "2024",
        manifest: "[dependencies]\ncrosscheck = { version = \"0.1\", default-features = false }\npublished-suite = { path = \"../suite\" }\n",
        files: &[(
            "src/lib.rs",
            "//! Mine.\n\n#[crosscheck::backend(name = \"mine\")]\nfn mine() -> Result<Box<dyn published::Doubles>, crosscheck::Unavailable> {\n    Ok(Box::new(published::Plain))\n}\n",
        )],
        init: &["--suite", "published-suite"],
        ends: BOTH,
    },
    Kind {
        name: "two-crates",
        edition: "2024",
        manifest: "",
        files: &[BIN],
        init: &[
            "--suite",
            "adds-suite=../adds-suite",
            "--contract",
            "adds=../adds",
            "--with",
            "adds",
            "--subject",
            "dyn adds::Adds",
            "--backend",
            "mine",
            "--open",
            "adds::Plain",
        ],
        ends: "1 passed on mine",
    },
    Kind {
        name: "generic",
        edition: "2024",
        manifest: "",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Halves<u8>",
            "--backend",
            "mine",
            "--open",
            "published::Plain",
        ],
        ends: BOTH,
    },
    Kind {
        name: "same-name",
        edition: "2024",
        manifest: "",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Action",
            "--backend",
            "mine",
            "--open",
            "published::Plain",
        ],
        ends: BOTH,
    },
    Kind {
        name: "library-of-another-name",
        edition: "2024",
        manifest: "[lib]\nname = \"short\"\n\n[dependencies]\npublished-suite = { path = \"../suite\" }\n",
        files: &[MINE],
        init: &["--suite", "published-suite", "--subject", "dyn Doubles", "--backend", "mine", "--open", "short::Mine"],
        ends: BOTH,
    },
    Kind {
        name: "inherits",
        edition: "2024",
        manifest: "[dependencies]\ncrosscheck.workspace = true\n",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "mine",
            "--open",
            "published::Plain",
        ],
        ends: BOTH,
    },
    Kind {
        name: "renames",
        edition: "2021",
        manifest: "[dependencies]\ncc = { package = \"crosscheck\", version = \"0.1\", default-features = false }\ntheirs = { package = \"published-suite\", path = \"../suite\" }\n",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "mine",
            "--open",
            "theirs::Plain",
        ],
        ends: BOTH,
    },
    Kind {
        name: "inherits-other-names",
        edition: "2024",
        manifest: "[dependencies]\ntheir-suite.workspace = true\n",
        files: &[BIN],
        init: &[
            "--suite",
            "adds-suite",
            "--contract",
            "adds=../adds",
            "--with",
            "adds",
            "--subject",
            "dyn Adds",
            "--backend",
            "mine",
            "--open",
            "adds::Plain",
        ],
        ends: "1 passed on mine",
    },
    Kind {
        name: "renames-and-registers",
        edition: "2024",
        manifest: "[dependencies]\ncrosscheck = { version = \"0.1\", default-features = false }\ntheirs = { package = \"published-suite\", path = \"../suite\" }\n",
        files: &[(
            "src/lib.rs",
            "//! Mine.\n\n#[crosscheck::backend(name = \"mine\")]\nfn mine() -> Result<Box<dyn theirs::Doubles>, crosscheck::Unavailable> {\n    Ok(Box::new(theirs::Plain))\n}\n",
        )],
        init: &["--suite", "theirs"],
        ends: BOTH,
    },
    Kind {
        name: "keyword",
        edition: "2024",
        manifest: "",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "match",
            "--open",
            "published::Plain",
        ],
        ends: "4 passed on match and reference",
    },
    Kind {
        name: "entry-point",
        edition: "2024",
        manifest: "",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "main",
            "--open",
            "published::Plain",
        ],
        ends: "4 passed on main and reference",
    },
    Kind {
        name: "digit",
        edition: "2024",
        manifest: "",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "3D",
            "--open",
            "published::Plain",
        ],
        ends: "4 passed on 3D and reference",
    },
    Kind {
        name: "own-style",
        edition: "2024",
        manifest: "",
        files: &[BIN, ("rustfmt.toml", "max_width = 60\ntab_spaces = 2\n")],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "mine",
            "--open",
            "published::Plain",
        ],
        ends: BOTH,
    },
    Kind {
        name: "finds-no-tests",
        edition: "2024",
        manifest: "autotests = false\n",
        files: &[BIN],
        init: &[
            "--suite",
            "published-suite=../suite",
            "--subject",
            "dyn Doubles",
            "--backend",
            "mine",
            "--open",
            "published::Plain",
        ],
        ends: BOTH,
    },
];

/// A workspace of them, in a folder with a space in its name; what it builds is kept for the next time.
struct Workspace(PathBuf);

impl Workspace {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init kinds");
        let _ = std::fs::remove_dir_all(&folder);
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let runtime = here.join("../runtime").display().to_string();
        let macros = here.join("../macros").display().to_string();
        let workspace = Self(folder);
        workspace.write(
            "Cargo.toml",
            &format!(
                "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n\n[workspace.dependencies]\n\
                 crosscheck = {{ version = \"0.1\", default-features = false }}\npublished-suite = {{ path = \"suite\" }}\ntheir-suite = {{ package = \"adds-suite\", path = \"adds-suite\" }}\n\n\
                 [workspace.lints.rust]\nwarnings = \"deny\"\n\n\
                 [profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\ndebug = false\n\n\
                 [patch.crates-io]\ncrosscheck = {{ path = {runtime:?} }}\ncrosscheck-macros = {{ path = {macros:?} }}\n"
            ),
        );
        // The versions that are here.
        std::fs::copy(here.join("../Cargo.lock"), workspace.0.join("Cargo.lock")).unwrap();
        let published = |name: &str, more: &str| {
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ncrosscheck.workspace = true\n{more}"
            )
        };
        workspace.write("suite/Cargo.toml", &published("published-suite", "\n[lib]\nname = \"published\"\n"));
        workspace.write("suite/src/lib.rs", include_str!("published.rs"));
        workspace.write("adds/Cargo.toml", &published("adds", ""));
        workspace.write("adds/src/lib.rs", include_str!("adds.rs"));
        workspace.write("adds-suite/Cargo.toml", &published("adds-suite", "adds = { path = \"../adds\" }\n"));
        workspace.write("adds-suite/src/lib.rs", include_str!("adds_suite.rs"));
        workspace
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn add(&self, kind: &Kind) {
        let Kind { name, edition, manifest, files, init, .. } = kind;
        let package = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n{manifest}\n[lints]\nworkspace = true\n"
        );
        self.write(&format!("{name}/Cargo.toml"), &package);
        files.iter().for_each(|(file, text)| self.write(&format!("{name}/{file}"), text));
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-crosscheck"));
        let Output { status, stderr, .. } =
            command.arg("init").args(*init).current_dir(self.0.join(name)).output().unwrap();
        assert!(status.success(), "{name}: {}", String::from_utf8_lossy(&stderr));
    }

    /// Calls Cargo; says whether it succeeds, and what it prints.
    fn cargo(&self, arguments: &[&str], record: &str) -> (bool, String) {
        // What this workspace has built of other crates serves here as well.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.0).env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TARGET_DIR", target).env("CROSSCHECK_RECORD", self.0.join(record));
        let Output { status, stdout, stderr } = command.output().unwrap();
        (status.success(), [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat())
    }
}

#[test]
#[ignore = "compiles twenty crates: `cargo xtask ci` runs it"]
fn what_is_written_compiles_without_a_warning_and_runs_and_is_formatted() {
    let workspace = Workspace::new();
    KINDS.iter().for_each(|kind| workspace.add(kind));
    let (builds, said) = workspace.cargo(&["test", "--quiet", "--workspace", "--no-run"], "none");
    assert!(builds, "{said}");
    let mut wrong = Vec::new();
    for Kind { name, ends, .. } in &KINDS {
        let (_, said) = workspace.cargo(&["test", "--quiet", "-p", name, "--tests"], &format!("{name}.jsonl"));
        let expected = format!("{name}: {ends}");
        if !said.lines().any(|line| line == expected) {
            wrong.push(format!("{expected}\n\n{said}"));
        }
        let (is_formatted, said) = workspace.cargo(&["fmt", "--check", "-p", name], "none");
        if !is_formatted {
            wrong.push(format!("{name}: {said}"));
        }
    }
    assert_eq!(wrong.concat(), "");
}
