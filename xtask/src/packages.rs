//! `cargo xtask packages`: what would be published, built and tested as somebody has it who has nothing but the packages.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cargo::{cargo, program};
use crate::error::TaskError;
use crate::workspace::root;

/// What each package has besides its sources.
const FILES: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];
/// What the tests of `crosscheck` want of it.
const FEATURES: &str = "crosscheck/approx,crosscheck/half";
/// What each manifest says.
const KEYS: [&str; 9] = [
    "description",
    "license",
    "repository",
    "documentation",
    "readme",
    "keywords",
    "categories",
    "rust-version",
    "edition",
];

/// Packs everything, unpacks it into a workspace that has nothing else, and tests that.
pub fn packages() -> Result<(), TaskError> {
    let unpacked = Unpacked::new()?;
    test(&unpacked.folder, &unpacked.packages)
}

/// What would be published, in a folder that is gone when this is.
pub struct Unpacked {
    folder: PathBuf,
    /// Their folders in it, each a name and a version.
    packages: Vec<String>,
}

impl Unpacked {
    /// Packs everything, and unpacks it.
    pub fn new() -> Result<Self, TaskError> {
        // Not in the repository: its configuration of Cargo would count there.
        let folder = std::env::temp_dir().join(format!("crosscheck-packages-{}", std::process::id()));
        remove(&folder)?;
        create(&folder)?;
        // From now on it is removed.
        let mut unpacked = Self { folder, packages: Vec::new() };
        unpacked.packages = unpack(&pack()?, &unpacked.folder)?;
        Ok(unpacked)
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name and the folder of each package.
    pub fn packages(&self) -> impl Iterator<Item = (&str, PathBuf)> {
        self.packages.iter().map(|package| (name(package), self.folder.join(package)))
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // A folder that stays behind is no reason to fail.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Packs everything, and says where the archives are.
fn pack() -> Result<PathBuf, TaskError> {
    let packed = root().join("target/package");
    // What an earlier version of a package has left would be tested too.
    remove(&packed)?;
    // What is built is what was unpacked.
    let unbuilt = ["--no-verify", "--allow-dirty", "--quiet"];
    cargo(&[&["publish", "--workspace", "--dry-run"][..], &unbuilt].concat()).run()?;
    let published = published()?;
    let named: Vec<_> = published.iter().flat_map(|name| ["-p", name]).collect();
    cargo(&[&["package"][..], &named, &unbuilt].concat()).run()?;
    Ok(packed)
}

/// The packages of the workspace that are published.
fn published() -> Result<Vec<String>, TaskError> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap_or_default();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    // A list of registries, which is empty where it is published nowhere.
    let published =
        packages.filter(|package| package["publish"].as_array().is_none_or(|registries| !registries.is_empty()));
    Ok(published.filter_map(|package| package["name"].as_str().map(str::to_owned)).collect())
}

/// Unpacks the packages, and says which there are, by folder.
fn unpack(packed: &Path, folder: &Path) -> Result<Vec<String>, TaskError> {
    let archives = entries(packed)?.into_iter().filter(|path| path.extension().is_some_and(|it| it == "crate"));
    for archive in archives {
        let [archive, folder] = [&archive, folder].map(|path| path.to_string_lossy());
        // As files of now: Cargo takes those of the archive, which all have one old date, for what it has built before.
        program(Path::new("tar"), &["-xzmf", &*archive, "-C", &*folder]).run()?;
    }
    let packages = entries(folder)?.into_iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let packages: Vec<_> = packages.collect();
    if packages.is_empty() {
        return Err(TaskError::Packages("nothing was packed".to_owned()));
    }
    Ok(packages)
}

fn test(folder: &Path, packages: &[String]) -> Result<(), TaskError> {
    let incomplete: String = packages.iter().map(|package| missing(&folder.join(package))).collect::<Result<_, _>>()?;
    if !incomplete.is_empty() {
        return Err(TaskError::Packages(incomplete));
    }
    let own = root().join("Cargo.toml");
    let manifest = fs::read_to_string(&own).map_err(|source| TaskError::Io { path: own, source })?;
    write(&folder.join("Cargo.toml"), &workspace(packages, &manifest))?;
    // The same dependencies, which are built already.
    copy(&root().join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    let all = || packages.iter().map(|package| contents(&folder.join(package))).collect::<Result<Vec<_>, _>>();
    let before: BTreeMap<_, _> = all()?.into_iter().flatten().collect();
    let [manifest, target] =
        [folder.join("Cargo.toml"), root().join("target")].map(|it| it.to_string_lossy().into_owned());
    let of_them = ["--manifest-path", &manifest, "--target-dir", &target];
    cargo(
        &[&["test", "--workspace", "--lib", "--bins", "--tests", "--quiet", "--features", FEATURES][..], &of_them]
            .concat(),
    )
    .inside(folder)
    .run()?;
    let after: BTreeMap<_, _> = all()?.into_iter().flatten().collect();
    let changed: Vec<_> = after.iter().filter(|(path, length)| before.get(*path) != Some(length)).collect();
    match changed.as_slice() {
        [] => Ok(()),
        changed => {
            let paths = changed.iter().fold(String::new(), |mut paths, (path, _)| {
                let _ = writeln!(paths, "  {}", path.strip_prefix(folder).unwrap_or(path).display());
                paths
            });
            Err(TaskError::Packages(format!("their tests write into the folders of the packages:\n{paths}")))
        }
    }
}

/// What a package lacks, a line each.
fn missing(package: &Path) -> Result<String, TaskError> {
    let path = package.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).map_err(|source| TaskError::Io { path, source })?;
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    let says = |key: &&str| manifest.lines().any(|line| line.split('=').next().is_some_and(|it| it.trim() == *key));
    let files = FILES.iter().filter(|file| !package.join(file).is_file()).map(|file| format!("{name} has no {file}\n"));
    let keys = KEYS.iter().filter(|key| !says(key)).map(|key| format!("{name} says no `{key}`\n"));
    Ok(files.chain(keys).collect())
}

/// The manifest of a workspace of the packages, which are each other's dependencies, built as here.
fn workspace(packages: &[String], own: &str) -> String {
    let members: Vec<_> = packages.iter().map(|package| format!("\"{package}\"")).collect();
    let mut manifest =
        format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n", members.join(", "));
    for package in packages {
        let _ = writeln!(manifest, "{} = {{ path = \"{package}\" }}", name(package));
    }
    manifest.push('\n');
    manifest.push_str(own.find("[profile.").map_or("", |at| &own[at..]));
    manifest
}

/// The name of a package, without its version.
fn name(package: &str) -> &str {
    package.rsplit_once('-').map_or(package, |(name, _)| name)
}

/// The files below a folder, and how long they are.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, u64>, TaskError> {
    let mut files = BTreeMap::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(contents(&path)?);
        } else {
            let length = path.metadata().map_err(|source| TaskError::Io { path: path.clone(), source })?.len();
            files.insert(path, length);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut entries: Vec<_> = entries.map_err(|source| TaskError::Io { path: folder.to_owned(), source })?;
    entries.sort_unstable();
    Ok(entries)
}

fn remove(folder: &Path) -> Result<(), TaskError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(TaskError::Io { path: folder.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

fn create(folder: &Path) -> Result<(), TaskError> {
    fs::create_dir_all(folder).map_err(|source| TaskError::Io { path: folder.to_owned(), source })
}

fn write(path: &Path, text: &str) -> Result<(), TaskError> {
    fs::write(path, text).map_err(|source| TaskError::Io { path: path.to_owned(), source })
}

fn copy(from: &Path, to: &Path) -> Result<(), TaskError> {
    fs::copy(from, to).map(drop).map_err(|source| TaskError::Io { path: from.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_lacks_what_it_does_not_say() {
        let folder = std::env::temp_dir().join(format!("xtask-packages-{}", std::process::id()));
        let package = folder.join("a-0.1.0");
        create(&package).unwrap();
        let all: Vec<_> = KEYS.iter().map(|key| format!("{key} = 1\n")).collect();
        let state = |files: &[&str], keys: &[String]| {
            remove(&package).unwrap();
            create(&package).unwrap();
            files.iter().for_each(|file| write(&package.join(file), "x").unwrap());
            write(&package.join("Cargo.toml"), &keys.concat()).unwrap();
            missing(&package).unwrap()
        };
        assert_eq!(state(&FILES, &all), "");
        for (at, key) in KEYS.iter().enumerate() {
            let others = [&all[..at], &all[at + 1..]].concat();
            assert_eq!(state(&FILES, &others), format!("a-0.1.0 says no `{key}`\n"));
        }
        for (at, file) in FILES.iter().enumerate() {
            let others = [&FILES[..at], &FILES[at + 1..]].concat();
            assert_eq!(state(&others, &all), format!("a-0.1.0 has no {file}\n"));
        }
        remove(&folder).unwrap();
    }

    #[test]
    fn the_packages_are_each_others_dependencies() {
        let manifest = workspace(&["a-b-0.1.0".to_owned()], "[workspace]\n\n[profile.dev]\ndebug = false\n");
        let expected = "[workspace]\nresolver = \"3\"\nmembers = [\"a-b-0.1.0\"]\n\n[patch.crates-io]\n\
                        a-b = { path = \"a-b-0.1.0\" }\n\n[profile.dev]\ndebug = false\n";
        assert_eq!(manifest, expected);
    }
}
