//! Executables that Cargo has built.

use std::path::PathBuf;

use serde_json::Value;

use crate::cargo::cargo;
use crate::error::TaskError;

/// An executable of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    pub package: String,
    pub target: String,
    pub path: PathBuf,
}

/// Builds what these arguments of `cargo build` name, and returns the executables.
pub fn build(arguments: &[&str]) -> Result<Vec<Executable>, TaskError> {
    let format = ["--message-format", "json-render-diagnostics"];
    let printed = cargo(&[&["build", "--quiet"][..], arguments, &format].concat()).output()?;
    Ok(printed.lines().filter_map(executable).collect())
}

/// The one of a package and target.
pub fn find<'a>(built: &'a [Executable], package: &str, target: &str) -> Result<&'a Executable, TaskError> {
    let found = built.iter().find(|it| it.package == package && it.target == target);
    found.ok_or_else(|| TaskError::NotBuilt { package: package.to_owned(), target: target.to_owned() })
}

/// The executable that a line of Cargo's messages is about.
fn executable(line: &str) -> Option<Executable> {
    let message: Value = serde_json::from_str(line).ok()?;
    let path = message["executable"].as_str()?.into();
    let target = message["target"]["name"].as_str()?.to_owned();
    // `path+file:///folder#name@version`, or `path+file:///name#version` where the folder has the package's name.
    let (place, package) = message["package_id"].as_str()?.rsplit_once('#')?;
    let package = package.split_once('@').map_or_else(|| place.rsplit('/').next().unwrap_or(place), |(name, _)| name);
    Some(Executable { package: package.to_owned(), target, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_known_by_package_and_target() {
        let line = |id: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///r/{id}","target":{{"name":"t"}},"executable":{executable}}}"#
            )
        };
        let made = |package: &str| Executable { package: package.into(), target: "t".into(), path: "/x/t-1".into() };
        assert_eq!(executable(&line("tests#suite@0.1.0", r#""/x/t-1""#)), Some(made("suite")));
        assert_eq!(executable(&line("xtask#0.1.0", r#""/x/t-1""#)), Some(made("xtask")));
        assert_eq!(executable(&line("tests#suite@0.1.0", "null")), None);
        assert_eq!(executable("not JSON"), None);
        assert!(find(&[made("suite")], "suite", "t").is_ok());
        assert!(find(&[made("suite")], "suite", "other").is_err());
    }
}
