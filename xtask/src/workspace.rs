//! The workspace that a task works on, and the Cargo that it calls.
//!
//! Both are read when the task runs. A target folder may be shared by several checkouts, whose one executable then was compiled
//! in any of them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static ROOT: OnceLock<PathBuf> = OnceLock::new();

/// There is no workspace to work on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no workspace with the member `{MEMBER}` was found, neither in {} nor above: start `cargo xtask` in the repository",
    .0.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(" and ")
)]
pub struct NoWorkspace(Vec<PathBuf>);

/// What tells this repository's workspace from that of another.
const MEMBER: &str = "xtask";

/// Finds the repository's root. `main` calls it first, so that [`root`] has it.
pub fn find() -> Result<&'static Path, NoWorkspace> {
    if let Some(root) = ROOT.get() {
        return Ok(root);
    }
    // `cargo run` sets it to this package's folder. The other folder is for an executable that is started without Cargo.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let starts = package.into_iter().chain(std::env::current_dir()).collect();
    let found = find_from(starts)?;
    Ok(ROOT.get_or_init(|| found))
}

/// The repository's root.
///
/// # Panics
///
/// Where there is none, which `main` reports before any task begins.
pub fn root() -> &'static Path {
    find().unwrap_or_else(|error| panic!("{error}"))
}

/// The Cargo that runs this task, else the one of the search path.
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn find_from(starts: Vec<PathBuf>) -> Result<PathBuf, NoWorkspace> {
    let mut folders = starts.iter().flat_map(|start| start.ancestors());
    let found = folders.find(|folder| fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| is_ours(&text)));
    found.map(Path::to_owned).ok_or(NoWorkspace(starts))
}

/// Whether a manifest is that of a workspace with our member.
fn is_ours(manifest: &str) -> bool {
    let lines = manifest.lines().map(|line| line.split_once('#').map_or(line, |(line, _comment)| line).trim());
    let of_workspace =
        lines.skip_while(|line| *line != "[workspace]").skip(1).take_while(|line| !line.starts_with('['));
    // Other lists of members, such as `default-members`, do not make a package a member.
    let members: String = of_workspace.skip_while(|line| !line.starts_with("members")).collect();
    let list = members.split_once('[').and_then(|(_, list)| list.split_once(']'));
    list.is_some_and(|(list, _)| list.split(',').any(|member| member.trim().trim_matches(['"', '\'']) == MEMBER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_known_by_its_member() {
        assert!(is_ours("[workspace]\nresolver = \"3\"\nmembers = [\n    \"a\", \"xtask\", # a comment\n]\n"));
        assert!(is_ours("[package]\nname = \"a\"\n\n[workspace]\nmembers = ['xtask']"));
        assert!(!is_ours("[workspace]\nmembers = [\"xtask/other\"]\n"));
        assert!(!is_ours("[workspace]\nmembers = [\"a\"]\ndefault-members = [\"xtask\"]\n"));
        assert!(!is_ours("[workspace]\ndefault-members = [\"xtask\"]\n"));
        assert!(!is_ours("[workspace]\nmembers = [\"a\"]\n\n[package]\nmembers = [\"xtask\"]\n"));
        assert!(!is_ours("[package]\nname = \"xtask\"\n"));
        assert!(!is_ours(""));
    }

    #[test]
    fn the_search_goes_upwards_from_each_folder() {
        let base = std::env::temp_dir().join(format!("xtask-workspace-{}", std::process::id()));
        let (ours, other) = (base.join("ours"), base.join("other"));
        let package = ours.join("xtask/src");
        for folder in [&package, &other] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(ours.join("xtask/Cargo.toml"), "[package]\nname = \"xtask\"\n").unwrap();
        fs::write(ours.join("Cargo.toml"), "[workspace]\nmembers = [\"xtask\"]\n").unwrap();
        fs::write(other.join("Cargo.toml"), "[workspace]\nmembers = [\"other\"]\n").unwrap();
        assert_eq!(find_from(vec![package.clone()]), Ok(ours.clone()));
        // The variable may be that of a package elsewhere, which has started the executable.
        assert_eq!(find_from(vec![other.clone(), package]), Ok(ours));
        let error = find_from(vec![other.clone()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "no workspace with the member `xtask` was found, neither in {} nor above: start `cargo xtask` in the repository",
                other.display()
            )
        );
        fs::remove_dir_all(&base).unwrap();
    }
}
