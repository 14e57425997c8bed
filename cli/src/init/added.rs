//! The manifest with a test target, changed where something is added and nowhere else.

use std::path::{Path, PathBuf};

use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, Value, value};

use super::dependency::{Dependency, From};
use super::manifest::{Manifest, is_inherited};

/// The manifest with a test target that has no harness, and what that depends on; and what was added.
///
/// # Errors
/// When nothing says where a package is from; which.
pub fn added(
    manifest: &Manifest,
    test: &str,
    crosscheck: &Dependency,
    others: &[Dependency],
) -> Result<(String, Vec<String>), Vec<String>> {
    let mut document = manifest.document.clone();
    let (mut said, mut errors) = (Vec::new(), Vec::new());
    let mut depends = Vec::new();
    let package = crosscheck.package.as_str();
    let known = manifest.dependency("dependencies", package);
    let has_harness = |(_, item): &(&str, &Item)| has_harness(item, package, manifest);
    match manifest.dependency("dev-dependencies", package).or_else(|| known.filter(has_harness)) {
        Some(known) if !has_harness(&known) => errors.push(format!(
            "dev-dependency `{}` is without its default features, and runs no suite: add `features = [\"harness\"]` to it",
            known.0
        )),
        Some(_) => {}
        // Without default features, as a suite or a backend depends on it, it runs nothing.
        None => {
            depends.push(match (&crosscheck.from, known) {
                (Some(from), _) => (known.map_or(package, |(name, _)| name), Some(source(from, manifest))),
                (None, Some((name, known))) => (name, with_default_features(known, package, manifest)),
                (None, None) => match inherited(package, manifest) {
                    Some((name, source)) => (name, with_default_features(&Item::Value(source), package, manifest)),
                    None => (package, Some(env!("CARGO_PKG_VERSION").into())),
                },
            });
        }
    }
    for (at, other) in others.iter().enumerate().filter(|(_, other)| manifest.known(&other.package).is_none()) {
        let same = |it: &&Dependency| it.package == other.package;
        if others[..at].iter().any(|it| same(&it)) {
            continue;
        }
        // Named twice, it is from where one of the two says.
        let from = others.iter().filter(same).find_map(|it| it.from.as_ref());
        depends.push(match (from, inherited(&other.package, manifest)) {
            (None, Some((name, source))) => (name, Some(source)),
            (from, _) => (&other.package, from.map(|from| source(from, manifest))),
        });
    }
    for (package, source) in depends {
        match source {
            Some(source) => {
                let table = document.entry("dev-dependencies").or_insert_with(|| Item::Table(Table::new()));
                let Some(table) = table.as_table_like_mut() else { continue };
                table.insert(package, Item::Value(source));
                said.push(format!("dev-dependency {package}"));
            }
            None => errors.push(format!("where is `{package}` from? write `{package}@version` or `{package}=folder`")),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut table = Table::new();
    table.insert("name", value(test));
    table.insert("harness", value(false));
    let tests = document.entry("test").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    match tests.as_array_of_tables_mut() {
        Some(tests) => tests.push(table),
        None => return Err(vec!["`test` of the manifest is not written `[[test]]`".to_owned()]),
    }
    said.push(format!("[[test]] {test}"));
    Ok((document.to_string(), said))
}

/// A dependency on what is from there.
fn source(from: &From, manifest: &Manifest) -> Value {
    match from {
        From::Version(version) => Value::from(version.as_str()),
        From::Folder(folder) => {
            let path = relative(folder, &manifest.folder());
            Value::InlineTable(InlineTable::from_iter([(
                "path",
                Value::from(path.display().to_string().replace('\\', "/")),
            )]))
        }
    }
}

/// A dependency as the workspace has it.
fn inherited<'a>(package: &str, manifest: &'a Manifest) -> Option<(&'a str, Value)> {
    let (name, _) = manifest.inherited(package)?;
    Some((name, Value::InlineTable(InlineTable::from_iter([("workspace", Value::from(true))]))))
}

/// The same dependency with the default features.
fn with_default_features(known: &Item, package: &str, manifest: &Manifest) -> Option<Value> {
    if let Some(version) = known.as_str() {
        return Some(Value::from(version));
    }
    let table = known.as_table_like()?;
    let kept = table.iter().filter(|(key, _)| !["default-features", "features", "optional"].contains(key));
    let kept: Vec<_> = kept.filter_map(|(key, item)| Some((key.to_owned(), item.as_value()?.clone()))).collect();
    let mut inline: InlineTable = kept.into_iter().collect();
    if !has_harness(&Item::Value(Value::InlineTable(inline.clone())), package, manifest) {
        inline.insert("features", Value::Array(Array::from_iter(["default"])));
    }
    inline.fmt();
    Some(Value::InlineTable(inline))
}

/// Whether a dependency has the default features, or that of them which runs a suite.
fn has_harness(dependency: &Item, package: &str, manifest: &Manifest) -> bool {
    let of_workspace = manifest.inherited(package).map(|(_, item)| item).filter(|_| is_inherited(dependency));
    let is_on = |item: &Item| item.get("default-features").and_then(Item::as_bool);
    let has = |item: &Item| {
        let features = item.get("features").and_then(Item::as_array);
        features.is_some_and(|features| features.iter().any(|it| matches!(it.as_str(), Some("default" | "harness"))))
    };
    let is_default = is_on(dependency).or_else(|| of_workspace.and_then(is_on)).unwrap_or(true);
    is_default || has(dependency) || of_workspace.is_some_and(has)
}

/// The way to a folder from another one, where both are there.
fn relative(to: &Path, from: &Path) -> PathBuf {
    let from = if from.as_os_str().is_empty() { Path::new(".") } else { from };
    let (Ok(to), Ok(from)) = (to.canonicalize(), from.canonicalize()) else { return to.to_owned() };
    let common = to.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    // Not even the disk is the same, or nothing but the root.
    if common <= 1 {
        return to;
    }
    let up = from.components().skip(common).map(|_| Path::new(".."));
    let down = to.components().skip(common).map(|step| Path::new(step.as_os_str()).to_owned());
    up.map(Path::to_owned).chain(down).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        Manifest::of("Cargo.toml".as_ref(), text.parse().unwrap(), None)
    }

    fn result(text: &str, crosscheck: &str, others: &[&str]) -> Result<String, Vec<String>> {
        let others: Vec<_> = others.iter().map(|it| it.parse().unwrap()).collect();
        added(&manifest(text), "conformance", &crosscheck.parse().unwrap(), &others).map(|(text, _)| text)
    }

    #[test]
    fn what_is_there_stays_as_it_is_written() {
        let text = "# Mine.\n[package]\nname   = \"mine\" # really\n\n[dependencies]\na = { version = \"1\" } # why\n\n[features]\nx = []\n";
        let end = "\n[dev-dependencies]\ncrosscheck = \"0.1\"\nsuite = \"2\"\n\n[[test]]\nname = \"conformance\"\nharness = false\n";
        assert_eq!(result(text, "crosscheck@0.1", &["suite@2", "a"]), Ok(format!("{text}{end}")));
        let text = "[package]\nname = \"mine\"\n\n[dev-dependencies]\ncrosscheck = \"0.1\" # known\n\n[[test]]\nname = \"other\"\n";
        let end = "\n[[test]]\nname = \"conformance\"\nharness = false\n";
        assert_eq!(result(text, "crosscheck@0.2", &[]), Ok(format!("{text}{end}")));
    }

    #[test]
    fn the_harness_comes_from_where_the_rest_is_from() {
        let text = "[package]\nname = \"mine\"\n\n[dependencies]\ncrosscheck = { path = \"../runtime\", default-features = false }\n";
        let changed = result(text, "crosscheck", &[]).unwrap();
        assert!(changed.contains("[dev-dependencies]\ncrosscheck = { path = \"../runtime\" }\n"), "{changed}");
    }

    #[test]
    fn a_crate_may_be_named_twice() {
        let changed = result("[package]\nname = \"mine\"\n", "crosscheck@1", &["a", "a@2"]).unwrap();
        assert_eq!(changed.matches("a = \"2\"").count(), 1, "{changed}");
    }

    #[test]
    fn a_crate_from_nowhere_is_an_error() {
        let errors = result("[package]\nname = \"mine\"\n", "crosscheck", &["suite"]).unwrap_err();
        // `crosscheck` is from where this command is.
        assert_eq!(errors, ["where is `suite` from? write `suite@version` or `suite=folder`"]);
    }
}
