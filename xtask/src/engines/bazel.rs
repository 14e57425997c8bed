//! Bazel's example. rules_rust cannot stand here, so that Cargo builds what Bazel runs.

use std::fs;
use std::path::Path;

use super::asked;
use super::project::{self, Codec};
use super::seen::{Cases, Seen};
use crate::built::{build, find};
use crate::cargo::program;
use crate::error::{TaskError, io_error};
use crate::workspace::root;

const EXAMPLE: &str = "docs/src/engines/bazel/BUILD.bazel";
/// What stands in the place of rules_rust, of the crates, and of what Bazel would fetch besides.
const INSTEAD: &str = "xtask/engines/bazel";
/// Debian's `bazel-bootstrap` does not know which version it is; it is 4.2.3. Later ones need what they fetch.
const KNOWN: [&str; 2] = ["bazel no_version", "bazel 4."];

/// Runs it where all is right, and where cells fail.
pub fn run() -> Result<(), TaskError> {
    let version = asked("bazel")?;
    let version = version.lines().last().unwrap_or_default();
    if !KNOWN.iter().any(|known| version.starts_with(known)) {
        return Err(TaskError::NoEngine(format!("`{version}` is not Debian's `bazel-bootstrap`")));
    }
    for codec in [Codec::Right, Codec::Wrong] {
        let folder = project::empty("bazel")?;
        project::write(&folder, codec)?;
        let (passed, said) = start(&folder)?;
        let seen = seen(&folder)?;
        let is_right = codec == Codec::Right;
        if (passed, seen.failed == 0, seen.missing) != (is_right, is_right, 0) {
            return Err(TaskError::Engine(format!("the tests passed: {passed}, {seen:?}, of {codec:?}")));
        }
        // What it has read in `test.xml`.
        let Cases { failed, .. } = seen;
        let counted = said.lines().find(|line| line.starts_with("Test cases: ")).unwrap_or_default();
        println!("{counted}");
        if !counted.contains(&format!("and {failed} failing")) {
            return Err(TaskError::Engine(format!("{failed} cells fail, and Bazel has read: {counted}")));
        }
    }
    Ok(())
}

/// Runs the test of a project; says whether it passed, and what Bazel printed.
fn start(folder: &Path) -> Result<(bool, String), TaskError> {
    project::copy(&root().join(EXAMPLE), &folder.join("BUILD.bazel"))?;
    project::copy(&root().join(INSTEAD), folder)?;
    let [manifest, target] =
        [folder.join("Cargo.toml"), project::target()].map(|path| path.to_string_lossy().into_owned());
    let built = build(&["--manifest-path", &manifest, "--target-dir", &target, "--test", "conformance"])?;
    project::copy(&find(&built, "codec-suite", "conformance")?.path, &folder.join("built"))?;
    let outputs = root().join("target/engines/bazel-outputs");
    let outputs = format!("--output_user_root={}", outputs.display());
    let arguments =
        [&outputs, "--batch", "test", "//:conformance", "--test_summary=detailed", "--spawn_strategy=local"];
    program(Path::new("bazel"), &arguments).inside(folder).captured()
}

/// What Bazel has kept of each shard.
fn seen(folder: &Path) -> Result<Cases, TaskError> {
    let (mut records, mut junit) = (Vec::new(), Vec::new());
    for number in 1..=3 {
        let shard = folder.join(format!("bazel-testlogs/conformance/shard_{number}_of_3"));
        let xml = shard.join("test.xml");
        junit.push(fs::read_to_string(&xml).map_err(io_error(&xml))?);
        let outputs = shard.join("test.outputs");
        let left = fs::read_dir(&outputs).map_err(io_error(&outputs))?;
        records.extend(left.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_record(path)));
    }
    Seen { records, junit }.cases()
}

fn is_record(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl")
}
