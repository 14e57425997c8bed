//! `cargo xtask walk`: does what the pages for newcomers say, in an empty folder, checks that it comes to what they say, and prints how
//! long each step takes.
//!
//! Behind the language of a block stands what is done with it:
//!
//! | block | is |
//! |---|---|
//! | `file=PATH` | all of that file |
//! | `append=PATH` | its new end |
//! | `item=PATH` | in place of the item of that file that begins with the same line |
//! | `run`, `run=101` | commands, one a line, of which the last one ends with that status (else 0) |
//! | `output` | in the output of the commands before it: these lines, in this order; `…` stands for anything |

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::built::{build, find};
use crate::error::TaskError;
use crate::original::PYTEST;
use crate::packages::Unpacked;
use crate::python;
use crate::usage::children;
use crate::workspace::root;

/// Which pages are walked.
#[derive(Debug, Default, Args)]
pub struct Options {
    /// Pages below docs/src; all of them where none is named
    pages: Vec<String>,

    /// Compile everything anew, as whoever comes for the first time does
    #[arg(long)]
    fresh: bool,
}

/// The pages that somebody follows from an empty folder.
const PAGES: [&str; 4] = ["tutorial.md", "adopt.md", "from_rust.md", FROM_PYTEST];
/// The one whose reader has pytest.
const FROM_PYTEST: &str = "from_pytest.md";

/// What the pages depend on, as it would be published.
const PACKAGES: [&str; 3] = ["crosscheck", "crosscheck-macros", "crosscheck-cli"];
/// A suite of somebody else's, which a page adopts.
const SUITE: &str = "codec-suite";
/// How it depends on what is published, here and outside of this repository.
const DEPENDS: [&str; 2] = [r#"path = "../../runtime""#, r#"version = "0.1""#];

/// Walks the pages.
pub fn walk(Options { pages, fresh }: &Options) -> Result<(), TaskError> {
    let pages: Vec<&str> = if pages.is_empty() { PAGES.to_vec() } else { pages.iter().map(String::as_str).collect() };
    let built = build(&["-p", "crosscheck-cli"])?;
    let installed = find(&built, "crosscheck-cli", "cargo-crosscheck")?;
    let packages = Unpacked::new()?;
    let suite = publish_suite(packages.folder())?;
    let known = packages.packages().filter(|(name, _)| PACKAGES.contains(name));
    let published: Vec<_> = known.chain([(SUITE, suite)]).collect();
    for page in pages {
        let target = root().join("target/walk");
        if *fresh && target.exists() {
            fs::remove_dir_all(&target).map_err(|source| TaskError::Io { path: target, source })?;
        }
        let path = root().join("docs/src").join(page);
        let text = fs::read_to_string(&path).map_err(|source| TaskError::Io { path, source })?;
        let folder = std::env::temp_dir().join(format!("crosscheck-walk-{}", std::process::id()));
        let python = if page == FROM_PYTEST { Some(python::provide(PYTEST)?) } else { None };
        let programs: Vec<_> =
            [Some(&installed.path), python.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect();
        let walked = Walk::begin(page, &folder, &programs, &published).and_then(|mut walk| walk.all(&text));
        let removed = fs::remove_dir_all(&folder).map_err(|source| TaskError::Io { path: folder, source });
        walked.and(removed)?;
    }
    Ok(())
}

/// Copies the suite into a folder, as it is outside of this repository.
fn publish_suite(folder: &Path) -> Result<PathBuf, TaskError> {
    let (from, to) = (root().join("examples").join(SUITE), folder.join(SUITE));
    let manifest = read(&from.join("Cargo.toml"))?;
    write(&to.join("Cargo.toml"), &manifest.replace(DEPENDS[0], DEPENDS[1]))?;
    for folder in ["src", "tests"] {
        let sources = from.join(folder);
        let failed = |source| TaskError::Io { path: sources.clone(), source };
        for entry in fs::read_dir(&sources).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            write(&to.join(folder).join(entry.file_name()), &read(&entry.path())?)?;
        }
    }
    Ok(to)
}

struct Walk<'a> {
    page: &'a str,
    /// Where the reader is.
    folder: PathBuf,
    /// Where programs are looked for.
    search: OsString,
    /// What the last commands printed.
    output: String,
    /// What all commands took, in seconds.
    took: Took,
}

/// What commands took, in seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Took {
    wall: f64,
    /// Of the processor; nothing where that is not known.
    processor: Option<f64>,
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} s", self.wall)?;
        self.processor.map_or(Ok(()), |seconds| write!(f, ", {seconds:.1} s of the processor"))
    }
}

impl<'a> Walk<'a> {
    /// `published` are the packages that the reader can depend on, which no registry has yet.
    fn begin(
        page: &'a str,
        folder: &Path,
        programs: &[&Path],
        published: &[(&str, PathBuf)],
    ) -> Result<Self, TaskError> {
        let patches = published.iter().map(|(name, path)| format!("{name} = {{ path = {path:?} }}\n"));
        let config = format!("[patch.crates-io]\n{}", patches.collect::<String>());
        write(&folder.join(".cargo/config.toml"), &config)?;
        let searched = std::env::var_os("PATH").unwrap_or_default();
        let of_programs = programs.iter().filter_map(|program| Some(program.parent()?.to_owned()));
        let folders = of_programs.chain(std::env::split_paths(&searched));
        let search = std::env::join_paths(folders).unwrap_or(searched);
        let took = Took { wall: 0.0, processor: children().ok().map(|_| 0.0) };
        Ok(Self { page, folder: folder.to_owned(), search, output: String::new(), took })
    }

    fn all(&mut self, text: &str) -> Result<(), TaskError> {
        for block in blocks(text) {
            self.block(&block)?;
        }
        println!("{}: {}", self.page, self.took);
        Ok(())
    }

    fn block(&mut self, Block { line, action, text }: &Block<'_>) -> Result<(), TaskError> {
        let wrong = |what: String| TaskError::Walk { page: self.page.to_owned(), line: *line, what };
        let (action, of) = action.split_once('=').unwrap_or((action, ""));
        let path = self.folder.join(of);
        match action {
            "file" => write(&path, text),
            "append" => write(&path, &(read(&path)? + text)),
            "item" => {
                let file = read(&path)?;
                write(
                    &path,
                    &with_item(&file, text).ok_or_else(|| wrong(format!("{of} has no such item, or several")))?,
                )
            }
            "run" => {
                let (status, output) = self.run(text)?;
                self.output = output;
                let expected = if of.is_empty() { "0" } else { of };
                match status.map(|status| status.to_string()).as_deref() == Some(expected) {
                    true => Ok(()),
                    false => Err(wrong(format!("ends with {status:?}, not {expected}, and prints:\n{}", self.output))),
                }
            }
            "output" => match missing(&self.output, text) {
                None => Ok(()),
                Some(line) => Err(wrong(format!("`{line}` is not printed there. What is:\n{}", self.output))),
            },
            other => Err(wrong(format!("unknown action `{other}` (known: file, append, item, run, output)"))),
        }
    }

    /// Runs commands; says what the last one ended with, and what all of them printed.
    fn run(&mut self, commands: &str) -> Result<(Option<i32>, String), TaskError> {
        let (mut status, mut printed) = (Some(0), String::new());
        for line in commands.lines() {
            println!("$ {line}");
            if let Some(folder) = line.strip_prefix("cd ") {
                self.folder.push(folder);
                continue;
            }
            let mut command = Command::new("sh");
            command.args(["-c", &format!("{line} 2>&1")]).current_dir(&self.folder);
            command.env("CARGO_TARGET_DIR", root().join("target/walk")).env("NO_COLOR", "1").env("PATH", &self.search);
            // What this task was started with is not what the reader has.
            for (variable, _) in std::env::vars_os() {
                let name = variable.to_string_lossy();
                if name.starts_with("CROSSCHECK_") || name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
                    command.env_remove(&variable);
                }
            }
            let (begin, before) = (Instant::now(), children().ok());
            let ended = command.output().map_err(|source| TaskError::Start { command: line.to_owned(), source })?;
            let processor = children().ok().zip(before).map(|(after, before)| after - before);
            let took = Took { wall: begin.elapsed().as_secs_f64(), processor };
            println!("  {took}");
            self.took.wall += took.wall;
            self.took.processor = self.took.processor.zip(took.processor).map(|(all, one)| all + one);
            status = ended.status.code();
            printed += &String::from_utf8_lossy(&ended.stdout);
        }
        Ok((status, printed))
    }
}

/// A block of a page with which something is done.
struct Block<'a> {
    /// Where it begins, from 1.
    line: usize,
    action: &'a str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(page.lines());
    while let Some((line, opening)) = lines.next() {
        let Some(info) = opening.strip_prefix("```") else { continue };
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let text: String = inside.map(|line| format!("{line}\n")).collect();
        let mut words = info.split(',').skip(1).filter(|word| !matches!(*word, "ignore" | "no_run"));
        if let Some(action) = words.next() {
            blocks.push(Block { line, action, text });
        }
    }
    blocks
}

/// The file with its item that begins with the same line replaced; an item ends with the first line that begins with `}`.
fn with_item(file: &str, item: &str) -> Option<String> {
    let first = item.lines().next()?;
    let mut found = file.match_indices(first).filter(|(at, _)| *at == 0 || file[..*at].ends_with('\n'));
    let (start, _) = found.next()?;
    let end = start + file[start..].find("\n}")? + "\n}\n".len();
    found.next().is_none().then(|| [&file[..start], item, file.get(end..).unwrap_or_default()].concat())
}

/// The first of these lines that is not in the output, behind those before it.
fn missing<'a>(output: &str, expected: &'a str) -> Option<&'a str> {
    let mut rest = output.lines();
    let is_missing = |line: &&'a str| !rest.any(|found| fits(found.trim_end(), line.trim_end()));
    expected.lines().filter(|line| line.trim() != "…").find(is_missing)
}

/// Whether a line is this one, in which `…` stands for anything.
fn fits(found: &str, expected: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| found.strip_prefix(first)) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn read(path: &Path) -> Result<String, TaskError> {
    fs::read_to_string(path).map_err(|source| TaskError::Io { path: path.to_owned(), source })
}

fn write(path: &Path, text: &str) -> Result<(), TaskError> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|source| TaskError::Io { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_where_what_stands_around_the_gaps_is_there() {
        for (found, expected, does) in [
            ("a b", "a b", true),
            ("a b c", "a b", false),
            ("a b c", "a … c", true),
            ("a b c", "…c", true),
            ("a b c", "a…", true),
            ("a b c", "a … d", false),
            ("a b c d", "a…c…d", true),
            ("a c b", "a…b…c", false),
        ] {
            assert_eq!(fits(found, expected), does, "{found} / {expected}");
        }
        assert_eq!(missing("a\nb\nc\n", "a\n…\nc\n"), None);
        assert_eq!(missing("a\nb\nc\n", "c\na\n"), Some("a"));
    }

    #[test]
    fn an_item_is_replaced_where_there_is_one_of_its_first_line() {
        let file = "fn a() {\n    1\n}\n\nfn b() {\n}\n";
        assert_eq!(with_item(file, "fn a() {\n    2\n}\n").unwrap(), "fn a() {\n    2\n}\n\nfn b() {\n}\n");
        assert_eq!(with_item(file, "fn b() {\n    2\n}\n").unwrap(), "fn a() {\n    1\n}\n\nfn b() {\n    2\n}\n");
        assert_eq!(with_item(file, "fn c() {\n}\n"), None);
        assert_eq!(with_item(&[file, file].concat(), "fn a() {\n}\n"), None);
    }

    #[test]
    fn a_walk_that_does_not_come_to_what_the_page_says_fails() {
        crate::workspace::find().unwrap();
        let folder = std::env::temp_dir().join(format!("xtask-walk-{}", std::process::id()));
        let walked =
            |text: &str| Walk::begin("p.md", &folder, &[], &[]).unwrap().all(text).map_err(|error| error.to_string());
        assert_eq!(
            walked("```text,file=a.txt\nx\ny\n```\n```sh,run\ncat a.txt\n```\n```text,output\nx\n…\n```\n"),
            Ok(())
        );
        assert_eq!(walked("```sh,run=3\nexit 3\n```\n"), Ok(()));
        for (text, says) in [
            ("```sh,run\nexit 3\n```\n", "p.md:1: ends with Some(3), not 0"),
            ("```sh,run\necho x\n```\n\n```text,output\ny\n```\n", "p.md:5: `y` is not printed there"),
            ("```rust,item=a.txt\nfn f() {\n}\n```\n", "p.md:1: a.txt has no such item, or several"),
            ("```rust,files=a\n```\n", "p.md:1: unknown action `files` (known: "),
        ] {
            let error = walked(text).unwrap_err();
            assert!(error.starts_with(says), "{error}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
