//! Which files may be changed: those of the packages of the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// A workspace, as Cargo describes it.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its folder, from which the compiler names the files.
    pub root: PathBuf,
    members: Vec<Member>,
}

/// A package of it.
#[derive(Clone, Debug)]
struct Member {
    name: String,
    edition: String,
    manifest: PathBuf,
    /// Its tests, by name.
    tests: Vec<(String, PathBuf)>,
}

/// A file that may be changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile {
    /// Where it is, without links.
    pub path: PathBuf,
    /// As it is shown.
    pub shown: String,
    /// The edition of its package.
    pub edition: String,
}

impl Workspace {
    /// The workspace of a package; of the one in the current folder where none is named.
    ///
    /// # Errors
    /// When Cargo knows none.
    pub fn load(manifest: Option<&Path>) -> Result<Self, Error> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["metadata", "--no-deps", "--format-version", "1", "--color", "never"]);
        if let Some(manifest) = manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        let output = command.output().map_err(|error| Error::Workspace(error.to_string()))?;
        if !output.status.success() {
            return Err(Error::Workspace(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Self::read(&output.stdout).ok_or_else(|| Error::Workspace("its answer is not as expected".to_owned()))
    }

    fn read(metadata: &[u8]) -> Option<Self> {
        let metadata: serde_json::Value = serde_json::from_slice(metadata).ok()?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let members = metadata["packages"].as_array()?.iter().filter_map(|package| {
            let tests = package["targets"].as_array()?.iter().filter(|target| target["kind"][0] == "test");
            let tests = tests.filter_map(|target| Some((text(&target["name"])?, text(&target["src_path"])?.into())));
            Some(Member {
                name: text(&package["name"])?,
                edition: text(&package["edition"])?,
                manifest: canonical(Path::new(package["manifest_path"].as_str()?))?,
                tests: tests.collect(),
            })
        });
        let root = canonical(Path::new(metadata["workspace_root"].as_str()?))?;
        Some(Self { members: members.collect(), root })
    }

    /// The file that the compiler calls so, if it may be changed; an error is why not.
    ///
    /// # Errors
    /// When it is not there, or belongs to no package of the workspace: it is somebody else's.
    pub fn file(&self, named: &str) -> Result<SourceFile, String> {
        let path = self.root.join(named.replace('\\', std::path::MAIN_SEPARATOR_STR));
        let Some(real) = canonical(&path) else {
            let root = self.root.display();
            return Err(format!("{named} is not there (looked for it in {root}, the folder of the workspace)"));
        };
        let manifest = real.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|it| it.is_file());
        let member = self.members.iter().find(|member| Some(&member.manifest) == manifest.as_ref());
        let Some(member) = member else {
            return Err(format!("{} belongs to no package of the workspace {}", real.display(), self.root.display()));
        };
        let shown = real.strip_prefix(&self.root).unwrap_or(&real).display().to_string();
        Ok(SourceFile { path: real, shown, edition: member.edition.clone() })
    }

    /// The file of a test of a package.
    pub fn test(&self, package: &str, name: &str) -> Option<SourceFile> {
        let named = self.members.iter().filter(|member| package.is_empty() || member.name == package);
        let path = named.flat_map(|member| &member.tests).find(|(test, _)| test == name).map(|(_, path)| path)?;
        self.file(path.to_str()?).ok()
    }
}

/// Without links and detours.
fn canonical(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}
