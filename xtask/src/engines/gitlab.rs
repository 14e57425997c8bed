//! GitLab's example, run by gitlab-ci-local, which checks it by GitLab's schema first.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::asked;
use super::project::{self, Codec};
use super::seen::{Cases, Seen};
use crate::cargo::program;
use crate::error::{TaskError, io_error};
use crate::unpacked;
use crate::workspace::root;

const EXAMPLE: &str = "docs/src/engines/gitlab-ci.yml";
/// Which of the npm registry. Later ones need a newer Node than Debian has.
const RUNNER: &str = "gitlab-ci-local@4.61.0";
/// What of the example is not done here: no container is started, and the command is the one of this repository.
const LEFT_OUT: [&str; 2] = ["default:\n  image: rust:1\n\n", "  before_script:\n    - cargo install crosscheck-cli\n"];
const TEST: &str = "- cargo test --test conformance\n";
/// One shard of the three that loses what it did.
const LOST: &str = "- test $CI_NODE_INDEX = 2 || cargo test --test conformance\n";

/// Runs it where all is right, where cells fail, and where a shard is lost. `command` is the folder of `cargo-crosscheck`.
pub fn run(command: &Path) -> Result<(), TaskError> {
    ["git", "npm"].iter().try_for_each(|program| asked(program).map(drop))?;
    let runner = provide()?;
    let rsync = rsync().map_err(TaskError::NoEngine)?;
    let programs: Vec<_> = [command.to_owned()].into_iter().chain(rsync).collect();
    let pipeline = |codec, script: &str| -> Result<(bool, Cases), TaskError> {
        let folder = project::empty("gitlab")?;
        project::write(&folder, codec)?;
        let passed = start(&runner, &programs, &folder, script)?;
        // The job of the shards has copied its artifacts; reports stay where they were made.
        let records = fs::read_dir(&folder).map_err(io_error(&folder))?.filter_map(|entry| Some(entry.ok()?.path()));
        let is_record =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("conformance-"));
        let junit = folder.join(".gitlab-ci-local/builds/merge/junit.xml");
        let junit = fs::read_to_string(&junit).map_err(io_error(&junit))?;
        let seen = Seen { records: records.filter(is_record).collect(), junit: vec![junit] }.cases()?;
        Ok((passed, seen))
    };
    for (codec, script) in [(Codec::Right, TEST), (Codec::Wrong, TEST), (Codec::Right, LOST)] {
        let (passed, seen) = pipeline(codec, script)?;
        let right = (codec == Codec::Right, script == TEST);
        if (passed, seen.failed == 0, seen.missing == 0) != (right == (true, true), right.0, right.1) {
            return Err(TaskError::Engine(format!("the pipeline passed: {passed}, {seen:?}, of {codec:?}, {script}")));
        }
    }
    Ok(())
}

/// Runs the pipeline of a project, and says whether it passed. `programs` are folders of what it starts.
fn start(runner: &Path, programs: &[PathBuf], folder: &Path, script: &str) -> Result<bool, TaskError> {
    let pipeline = folder.join(".gitlab-ci.yml");
    project::copy(&root().join(EXAMPLE), &pipeline)?;
    LEFT_OUT.iter().try_for_each(|text| project::change(&pipeline, text, ""))?;
    project::change(&pipeline, TEST, script)?;
    // Of a project it wants a commit, and to know where it comes from.
    let author = ["-c", "user.name=xtask", "-c", "user.email=xtask@example.org"];
    for arguments in [
        &["init", "--quiet"][..],
        &["remote", "add", "origin", "git@gitlab.example:group/project.git"],
        &["add", "--all"],
        &[&author[..], &["commit", "--quiet", "--message", "The example"]].concat(),
    ] {
        program(Path::new("git"), arguments).inside(folder).run()?;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = programs.iter().cloned().chain(std::env::split_paths(&path));
    let path: OsString = std::env::join_paths(folders).unwrap_or(path);
    println!("\n$ {RUNNER} in {}", folder.display());
    let home = folder.join("home");
    let started = program(runner, &["--shell-isolation", "--home", &home.to_string_lossy()])
        .inside(folder)
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", project::target())
        .status()?;
    Ok(started.success())
}

/// The runner, which is installed once.
fn provide() -> Result<PathBuf, TaskError> {
    let folder = root().join("target/engines/npm").join(RUNNER);
    let runner = folder.join("node_modules/.bin/gitlab-ci-local");
    if !runner.is_file() {
        fs::create_dir_all(&folder).map_err(io_error(&folder))?;
        let prefix = folder.to_string_lossy();
        program(
            Path::new("npm"),
            &["install", "--silent", "--no-save", "--ignore-scripts", "--prefix", &prefix, RUNNER],
        )
        .run()?;
    }
    Ok(runner)
}

/// The folder of rsync, with which the runner copies the project, where it is not on the search path: unpacked once.
fn rsync() -> Result<Option<PathBuf>, String> {
    if unpacked::in_path("rsync").is_some() {
        return Ok(None);
    }
    let folder = unpacked::folder("rsync")?;
    let (bin, wrapped) = (folder.join("bin"), folder.join("bin/rsync"));
    if !wrapped.is_file() {
        println!("\nthere is no rsync; it is unpacked into {}", folder.display());
        let files = unpacked::unpack(&["rsync"], &folder)?;
        fs::create_dir_all(&bin).map_err(|error| format!("{}: {error}", bin.display()))?;
        let libraries = files.join(format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH));
        let libraries = [("LD_LIBRARY_PATH", libraries.display().to_string())];
        unpacked::script(&wrapped, &libraries, &files.join("usr/bin/rsync"))?;
    }
    Ok(Some(bin))
}
