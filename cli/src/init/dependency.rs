//! A crate as it is named on the command line: `name`, `name@version` or `name=folder`.

use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A crate that a test depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The package.
    pub package: String,
    /// Where it is from; nothing where the manifest has it already.
    pub from: Option<From>,
}

/// Where a crate is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A registry.
    Version(String),
    /// A folder.
    Folder(PathBuf),
}

impl FromStr for Dependency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (package, from) = match (text.split_once('='), text.split_once('@')) {
            (Some((package, folder)), _) => (package, Some(From::Folder(folder.into()))),
            (None, Some((package, version))) => (package, Some(From::Version(version.to_owned()))),
            (None, None) => (text, None),
        };
        let is_empty = match &from {
            Some(From::Version(version)) => version.is_empty(),
            Some(From::Folder(folder)) => folder.as_os_str().is_empty(),
            None => false,
        };
        let may_be_in_a_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if package.is_empty() || is_empty || !package.chars().all(may_be_in_a_name) {
            return Err("a crate is written `name`, `name@version` or `name=folder`".to_owned());
        }
        Ok(Self { package: package.to_owned(), from })
    }
}

impl Dependency {
    /// What the compiler calls the crate.
    ///
    /// # Errors
    /// When its folder holds no package of that name; why.
    pub fn crate_name(&self) -> Result<String, String> {
        let usual = self.package.replace('-', "_");
        let Some(From::Folder(folder)) = &self.from else { return Ok(usual) };
        let manifest = read(folder)?;
        let name = manifest.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str());
        match name {
            Some(name) if name == self.package => {}
            Some(name) => {
                return Err(format!("{} holds the package `{name}`, not `{}`", folder.display(), self.package));
            }
            None => return Err(format!("{} holds no package", folder.display())),
        }
        let lib = manifest.get("lib").and_then(|lib| lib.get("name")).and_then(|name| name.as_str());
        Ok(lib.map_or(usual, str::to_owned))
    }
}

fn read(folder: &Path) -> Result<toml_edit::DocumentMut, String> {
    let path = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_in_one_of_three_ways() {
        let package = "kernel-suite".to_owned();
        for (text, from) in [
            ("kernel-suite", None),
            ("kernel-suite@0.1", Some(From::Version("0.1".to_owned()))),
            ("kernel-suite=../a@b", Some(From::Folder("../a@b".into()))),
        ] {
            assert_eq!(text.parse(), Ok(Dependency { package: package.clone(), from }), "{text}");
        }
        for text in ["", "@1", "=a", "a@", "a=", "a b", "../suite"] {
            assert!(text.parse::<Dependency>().is_err(), "{text}");
        }
    }
}
