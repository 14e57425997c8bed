//! Whose costs are measured, and the suite of each: the same bodies on the same three backends, with the same exclusions.

use std::path::Path;

use super::matrix::Matrix;
use crate::workspace::root;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Peer {
    Crosscheck,
    Bare,
    Plain,
    Rstest,
    Mimic,
    Pytest,
}

/// A file of a suite: where it belongs in the package, and its text.
pub type File = (String, String);

/// Tests in a file.
const TESTS_A_FILE: usize = 100;

impl Peer {
    pub const ALL: [Self; 6] = [Self::Crosscheck, Self::Bare, Self::Plain, Self::Rstest, Self::Mimic, Self::Pytest];

    pub fn title(self) -> &'static str {
        match self {
            Self::Crosscheck => "crosscheck",
            Self::Bare => "an empty main",
            Self::Plain => "plain `#[test]`",
            Self::Rstest => "rstest",
            Self::Mimic => "libtest-mimic",
            Self::Pytest => "pytest",
        }
    }

    /// The name of the cell that is run by itself: the last backend's of a test in the middle.
    pub fn cell(self, tests: usize) -> String {
        let (file, test) = (tests / 2 / TESTS_A_FILE, name(tests / 2));
        match self {
            Self::Crosscheck | Self::Mimic => format!("m{file}::{test}::dace"),
            Self::Plain => format!("m{file}::{test}_dace"),
            Self::Bare | Self::Rstest | Self::Pytest => String::new(),
        }
    }

    /// All files of a suite with this many tests.
    pub fn files(self, matrix: &Matrix, tests: usize) -> Vec<File> {
        let modules = (0..tests).step_by(TESTS_A_FILE).map(|first| first..tests.min(first + TESTS_A_FILE));
        if self == Self::Pytest {
            let python = modules.enumerate().map(|(number, of)| (format!("test_m{number}.py"), python(matrix, of)));
            return python.chain([("conftest.py".to_owned(), conftest(matrix)), pytest_ini(matrix)]).collect();
        }
        if self == Self::Bare {
            let main = ("tests/suite/main.rs".to_owned(), "fn main() {}\n".to_owned());
            return vec![
                ("Cargo.toml".to_owned(), manifest("", false)),
                ("src/lib.rs".to_owned(), String::new()),
                main,
            ];
        }
        let tests_of = |of: std::ops::Range<usize>| {
            let tests = of.map(|test| self.test(matrix, test)).collect::<String>();
            format!("use crate::contract::*;\n\n{tests}")
        };
        let files: Vec<File> = (modules.clone().enumerate())
            .map(|(number, of)| (format!("tests/suite/m{number}.rs"), tests_of(of)))
            .collect();
        let declared: String = (0..files.len()).map(|number| format!("mod m{number};\n")).collect();
        let main = format!("mod contract;\n{declared}{}", self.main(files.len(), tests));
        let contract = format!("{CONTRACT}{}{}", fails(matrix, tests), self.contract(matrix));
        let (dependency, harness) = match self {
            Self::Crosscheck => (format!("crosscheck = {{ path = {:?} }}\n", root().join("runtime")), false),
            Self::Rstest => ("rstest = \"0.28\"\n".to_owned(), true),
            Self::Mimic => ("libtest-mimic = \"0.8\"\n".to_owned(), false),
            Self::Bare | Self::Plain | Self::Pytest => (String::new(), true),
        };
        let own = [
            ("Cargo.toml".to_owned(), manifest(&dependency, harness)),
            ("src/lib.rs".to_owned(), String::new()),
            ("tests/suite/main.rs".to_owned(), main),
            ("tests/suite/contract.rs".to_owned(), contract),
        ];
        own.into_iter().chain(files).collect()
    }

    /// A test.
    fn test(self, matrix: &Matrix, test: usize) -> String {
        let (name, sum) = (name(test), test + 2);
        let markers: Vec<_> = matrix.set(test).iter().map(|marker| format!("{marker:?}")).collect();
        let markers = markers.join(", ");
        let body = format!("    assert_eq!(stencils.sum({test}, 2)?, {sum});\n    Ok(())\n}}\n");
        let function = format!("fn {name}(stencils: &dyn Stencils) -> Result<(), Unsupported> {{\n{body}");
        match self {
            Self::Crosscheck => format!("#[conformance(uses({markers}))]\n{function}\n"),
            Self::Plain => {
                let tests = matrix.backends.iter().map(|(backend, _)| {
                    let call = format!("on({backend:?}, &[{markers}], {name})");
                    format!("#[test]\nfn {name}_{backend}() -> Result<(), Unsupported> {{\n    {call}\n}}\n")
                });
                format!("{function}{}\n", tests.collect::<String>())
            }
            Self::Rstest => {
                let values: Vec<_> = matrix.backends.iter().map(|(backend, _)| format!("{backend:?}")).collect();
                let values = values.join(", ");
                format!(
                    "#[rstest]\nfn {name}(#[values({values})] backend: &str) -> Result<(), Unsupported> {{\n    \
                     let Some(stencils) = open(backend, &[{markers}]) else {{ return Ok(()) }};\n{body}\n"
                )
            }
            Self::Mimic => format!("pub {function}pub const {}: &[&str] = &[{markers}];\n\n", name.to_uppercase()),
            Self::Bare | Self::Pytest => String::new(),
        }
    }

    fn main(self, modules: usize, tests: usize) -> String {
        match self {
            Self::Crosscheck => "\ncrosscheck::main!();\n".to_owned(),
            Self::Mimic => {
                let of = |test: usize| {
                    let (name, file) = (name(test), test / TESTS_A_FILE);
                    let (path, markers) = (format!("m{file}::{name}"), name.to_uppercase());
                    format!("    (\"{path}\", {path}, m{file}::{markers}),\n")
                };
                let listed: String = (0..tests).map(of).collect();
                format!("\nconst TESTS: &[contract::Test] = &[\n{listed}];\n{MIMIC_MAIN}")
            }
            _ => {
                debug_assert!(modules > 0, "a suite without tests shows nothing");
                String::new()
            }
        }
    }

    /// What the tests of this peer need besides the contract.
    fn contract(self, matrix: &Matrix) -> String {
        let opened = |at: usize| format!("Fake(&FAILS[{at}])");
        if self != Self::Crosscheck {
            let arms = matrix.backends.iter().enumerate().map(|(at, (backend, rows))| {
                let markers: Vec<_> = rows.iter().map(|(marker, _)| format!("{marker:?}")).collect();
                format!("        {backend:?} => ({}, &[{}]),\n", opened(at), markers.join(", "))
            });
            let arms: String = arms.collect();
            let own = match self {
                Self::Plain => PLAIN,
                Self::Rstest => "\npub use rstest::rstest;\n",
                _ => MIMIC,
            };
            return format!(
                "\npub fn open(backend: &str, markers: &[&str]) -> Option<Fake> {{\n    \
                 let (fake, excluded): (_, &[&str]) = match backend {{\n{arms}        _ => return None,\n    }};\n    \
                 // A skip that counts as a pass.\n    \
                 markers.iter().all(|marker| !excluded.contains(marker)).then_some(fake)\n}}\n{own}"
            );
        }
        let markers = matrix.markers();
        let variants: String =
            markers.iter().map(|marker| format!("    /// What `{marker}` says.\n    {},\n", variant(marker))).collect();
        let backends = matrix.backends.iter().enumerate().map(|(at, (backend, rows))| {
            let rows: String = rows
                .iter()
                .map(|(marker, message)| {
                    format!("        Feature::{} => xfail({message:?}).because(NotYet),\n", variant(marker))
                })
                .collect();
            format!(
                "\n#[crosscheck::backend(name = {backend:?})]\nfn {backend}() -> Result<Box<dyn Stencils>, Unavailable> {{\n    \
                 Ok(Box::new({}))\n}}\n\n#[crosscheck::exclusions({backend:?})]\nconst fn {backend}_cannot(feature: Feature) \
                 -> Action {{\n    match feature {{\n{rows}        _ => RUN,\n    }}\n}}\n",
                opened(at)
            )
        });
        let backends: String = backends.collect();
        format!(
            "\npub use crosscheck::conformance;\nuse crosscheck::{{Action, Debt::NotYet, RUN, Subject, Unavailable, xfail}};\n\n\
             #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]\npub enum Feature {{\n{variants}}}\n\n\
             impl Subject for dyn Stencils {{\n    type Feature = Feature;\n    \
             const BASELINE: &'static str = \"embedded\";\n}}\n{backends}"
        )
    }

    /// Writes a suite, where it is another one than lies there.
    ///
    /// # Errors
    /// When a file cannot be written, with its name.
    pub fn write(self, folder: &Path, matrix: &Matrix, tests: usize) -> Result<(), String> {
        let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        for (name, text) in self.files(matrix, tests) {
            let path = folder.join(name);
            if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
                continue;
            }
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
            std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }
}

fn name(test: usize) -> String {
    format!("t{test:05}")
}

/// `uses_lift` as the variant that has this marker.
fn variant(marker: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    marker.split('_').map(capital).collect()
}

/// A package of its own, outside of any workspace.
fn manifest(dependency: &str, harness: bool) -> String {
    let harness = if harness { "" } else { "harness = false\n" };
    format!(
        "[package]\nname = \"costs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[lib]\ntest = false\n\
         doctest = false\n\n[dev-dependencies]\n{dependency}\n[[test]]\nname = \"suite\"\npath = \"tests/suite/main.rs\"\n{harness}"
    )
}

/// Which tests fail on which backend: those that the rows say.
fn fails(matrix: &Matrix, tests: usize) -> String {
    let words = tests.div_ceil(64);
    let of = |backend: usize| {
        let word = |word: usize| {
            let set = (0..64).filter(|bit| word * 64 + bit < tests && matrix.excludes(backend, word * 64 + bit));
            format!("{:#x}", set.fold(0_u64, |word, bit| word | 1 << bit))
        };
        format!("    [{}],\n", (0..words).map(word).collect::<Vec<_>>().join(", "))
    };
    let backends: String = (0..matrix.backends.len()).map(of).collect();
    format!("\nstatic FAILS: [[u64; {words}]; {}] = [\n{backends}];\n", matrix.backends.len())
}

const CONTRACT: &str = r#"pub trait Stencils: Send + Sync {
    fn sum(&self, a: usize, b: usize) -> Result<usize, Unsupported>;
}

#[derive(Debug)]
pub struct Unsupported;

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not supported")
    }
}

impl std::error::Error for Unsupported {}

pub struct Fake(&'static [u64]);

impl Stencils for Fake {
    fn sum(&self, a: usize, b: usize) -> Result<usize, Unsupported> {
        if self.0[a / 64] >> (a % 64) & 1 == 1 { Err(Unsupported) } else { Ok(a + b) }
    }
}
"#;

const PLAIN: &str = "
pub fn on(
    backend: &str,
    markers: &[&str],
    body: fn(&dyn Stencils) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    match open(backend, markers) {
        Some(stencils) => body(&stencils),
        None => Ok(()),
    }
}
";

const MIMIC: &str = "
pub type Test = (&'static str, fn(&dyn Stencils) -> Result<(), Unsupported>, &'static [&'static str]);
";

const MIMIC_MAIN: &str = r#"
fn main() -> std::process::ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let mut trials = Vec::new();
    for &(path, body, markers) in TESTS {
        for backend in ["embedded", "gtfn", "dace"] {
            trials.push(libtest_mimic::Trial::test(format!("{path}::{backend}"), move || {
                match contract::open(backend, markers) {
                    Some(stencils) => body(&stencils).map_err(Into::into),
                    None => Ok(()),
                }
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
"#;

/// A module of tests for pytest.
fn python(matrix: &Matrix, tests: std::ops::Range<usize>) -> String {
    let of = |test: usize| {
        let markers: String = matrix.set(test).iter().map(|marker| format!("@pytest.mark.{marker}\n")).collect();
        let (name, sum) = (name(test), test + 2);
        format!("\n\n{markers}def test_{name}(stencils):\n    assert stencils.sum({test}, 2) == {sum}\n")
    };
    format!("import pytest\n{}", tests.map(of).collect::<String>())
}

/// The matrix as GT4Py has it: a fixture that every test has.
fn conftest(matrix: &Matrix) -> String {
    let backends: String = matrix
        .backends
        .iter()
        .map(|(backend, rows)| {
            let rows: String =
                rows.iter().map(|(marker, message)| format!("        ({marker:?}, {message:?}),\n")).collect();
            format!("    {backend:?}: [\n{rows}    ],\n")
        })
        .collect();
    format!(
        "import pytest\n\nMATRIX = {{\n{backends}}}\n\n\nclass Stencils:\n    def sum(self, a, b):\n        return a + b\n\n\n\
         @pytest.fixture(params=MATRIX, autouse=True)\ndef stencils(request):\n    for marker, message in MATRIX[request.param]:\n        \
         if request.node.get_closest_marker(marker):\n            pytest.xfail(message.format(marker=marker, backend=request.param))\n    \
         yield Stencils()\n"
    )
}

fn pytest_ini(matrix: &Matrix) -> File {
    let markers: String = matrix.markers().iter().map(|marker| format!("    {marker}\n")).collect();
    ("pytest.ini".to_owned(), format!("[pytest]\naddopts = --strict-markers -p no:cacheprovider\nmarkers =\n{markers}"))
}
