//! The manifest of the crate, changed where something is added and nowhere else.

use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::dependency::{Dependency, From};

/// A manifest.
pub struct Manifest {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub document: DocumentMut,
}

impl Manifest {
    /// Reads one.
    ///
    /// # Errors
    /// When it cannot be read, or is not that of a package; why.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let document: DocumentMut = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        if !document.contains_key("package") {
            return Err(format!("{}: this is not the manifest of a package", path.display()));
        }
        Ok(Self { path: path.to_owned(), document })
    }

    /// The folder of the package.
    pub fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// The crate's own name, and what others call it.
    pub fn crate_name(&self) -> String {
        let of = |table: &str| self.document.get(table).and_then(|it| it.get("name")).and_then(Item::as_str);
        of("lib").or(of("package")).unwrap_or_default().replace('-', "_")
    }

    /// Whether there is a test target of this name.
    pub fn has_test(&self, name: &str) -> bool {
        let tests = self.document.get("test").and_then(Item::as_array_of_tables);
        tests.is_some_and(|tests| tests.iter().any(|test| test.get("name").and_then(Item::as_str) == Some(name)))
    }

    /// How a package is depended on, apart from tests.
    fn dependency(&self, package: &str) -> Option<&Item> {
        self.document.get("dependencies").and_then(|it| it.get(package))
    }

    /// Whether a package is depended on, by tests at least.
    fn has(&self, package: &str) -> bool {
        let of_tests = self.document.get("dev-dependencies").is_some_and(|it| it.get(package).is_some());
        of_tests || self.dependency(package).is_some()
    }
}

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
    // Without default features, as a suite or a backend depends on it, it runs nothing.
    let has_harness = document.get("dev-dependencies").is_some_and(|it| it.get(&crosscheck.package).is_some());
    if !has_harness {
        let source = match (&crosscheck.from, manifest.dependency(&crosscheck.package)) {
            (None, Some(known)) => known_source(known),
            (from, _) => from.as_ref().map(|from| source(from, manifest)),
        };
        depends.push((crosscheck, source));
    }
    for (at, other) in others.iter().enumerate().filter(|(_, other)| !manifest.has(&other.package)) {
        let same = |it: &&Dependency| it.package == other.package;
        if others[..at].iter().any(|it| same(&it)) {
            continue;
        }
        // Named twice, it is from where one of the two says.
        let from = others.iter().filter(same).find_map(|it| it.from.as_ref());
        depends.push((other, from.map(|from| source(from, manifest))));
    }
    for (dependency, source) in depends {
        let package = &dependency.package;
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

/// The same source with the default features.
fn known_source(known: &Item) -> Option<Value> {
    if let Some(version) = known.as_str() {
        return Some(Value::from(version));
    }
    let table: &dyn TableLike = known.as_table_like()?;
    let kept = table.iter().filter(|(key, _)| !["default-features", "features", "optional"].contains(key));
    let kept: Vec<_> = kept.filter_map(|(key, item)| Some((key.to_owned(), item.as_value()?.clone()))).collect();
    let mut inline: InlineTable = kept.into_iter().collect();
    inline.fmt();
    Some(Value::InlineTable(inline))
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
        Manifest { path: "Cargo.toml".into(), document: text.parse().unwrap() }
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
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert_eq!(errors[1], "where is `suite` from? write `suite@version` or `suite=folder`");
    }
}
