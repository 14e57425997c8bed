//! A crate as it is named on the command line: `name`, `name@version` or `name=folder`.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml_edit::Item;

use super::manifest::{Manifest, document};

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

/// A crate as the test names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// In the manifest, and so in paths.
    pub name: String,
    /// As it calls itself, and `main!` does.
    pub library: String,
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
    /// What the crate is called where the package is tested.
    ///
    /// # Errors
    /// When its folder holds no package of that name; why.
    pub fn named(&self, manifest: &Manifest) -> Result<Named, String> {
        let known = manifest.known(&self.package);
        let inherited = || manifest.inherited(&self.package).filter(|_| self.from.is_none());
        let entry = known.or_else(inherited);
        let other_name = entry.filter(|(name, item)| *name != self.package || item.get("package").is_some());
        let package = manifest.package_of(other_name).unwrap_or(&self.package);
        let folder = entry.and_then(|(name, item)| match known {
            Some(_) => manifest.folder_of(name, item),
            None => manifest.inherited_folder(name),
        });
        let folder = folder.or_else(|| match &self.from {
            Some(From::Folder(folder)) => Some(folder.clone()),
            _ => None,
        });
        let library = folder.map_or(Ok(package.replace('-', "_")), |folder| lib_of(package, &folder))?;
        let name = other_name.map_or(library.clone(), |(name, _)| name.replace('-', "_"));
        Ok(Named { name, library })
    }
}

/// What the library of the package in this folder is called.
fn lib_of(package: &str, folder: &Path) -> Result<String, String> {
    let manifest = document(&folder.join("Cargo.toml"))?;
    let name = |table: &str| manifest.get(table).and_then(|it| it.get("name")).and_then(Item::as_str);
    match name("package") {
        Some(name) if name == package => {}
        Some(name) => return Err(format!("{} holds the package `{name}`, not `{package}`", folder.display())),
        None => return Err(format!("{} holds no package", folder.display())),
    }
    if !manifest.contains_key("lib") && !folder.join("src/lib.rs").is_file() {
        return Err(format!(
            "`{package}` in {} has no library, and so no suite and no backend for others",
            folder.display()
        ));
    }
    Ok(name("lib").map_or_else(|| package.replace('-', "_"), str::to_owned))
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
