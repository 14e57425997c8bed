//! The manifest of the crate: what it says, and what its workspace says for it.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, TableLike};

/// The manifest of a package.
pub struct Manifest {
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub document: DocumentMut,
    /// That of its workspace, which may be the same one.
    workspace: Option<Workspace>,
}

/// The manifest of a workspace.
pub struct Workspace {
    folder: PathBuf,
    document: DocumentMut,
}

impl Manifest {
    /// Reads one.
    ///
    /// # Errors
    /// When it cannot be read, or is not that of a package; why.
    pub fn read(path: &Path) -> Result<Self, String> {
        let document = document(path)?;
        if !document.contains_key("package") {
            let shown = path.display();
            return Err(match members(&document) {
                Some(members) => format!(
                    "{shown}: this is the manifest of a workspace, not of a package: --manifest-path names that of a member \
                     (members: {members})"
                ),
                None => format!("{shown}: this is not the manifest of a package"),
            });
        }
        let workspace = workspace_of(path, &document);
        Ok(Self::of(path, document, workspace))
    }

    /// That of a package, and of its workspace.
    pub fn of(path: &Path, document: DocumentMut, workspace: Option<Workspace>) -> Self {
        Self { path: path.to_owned(), document, workspace }
    }

    /// The folder of the package.
    pub fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// What others call the crate.
    pub fn crate_name(&self) -> String {
        let of = |table: &str| self.document.get(table).and_then(|it| it.get("name")).and_then(Item::as_str);
        of("lib").or(of("package")).unwrap_or_default().replace('-', "_")
    }

    /// Whether it has a library, which is all that its tests see of it.
    pub fn has_library(&self) -> bool {
        self.document.contains_key("lib") || self.folder().join("src/lib.rs").is_file()
    }

    /// The edition of its targets.
    pub fn edition(&self) -> String {
        let own = self.document.get("package").and_then(|it| it.get("edition"));
        let inherited = || self.of_workspace("package")?.get("edition");
        let edition = own.and_then(|own| own.as_str().or_else(|| inherited()?.as_str()));
        // What Cargo takes where nothing is said.
        edition.unwrap_or("2015").to_owned()
    }

    /// Whether there is a test target of this name.
    pub fn has_test(&self, name: &str) -> bool {
        let tests = self.document.get("test").and_then(Item::as_array_of_tables);
        tests.is_some_and(|tests| tests.iter().any(|test| test.get("name").and_then(Item::as_str) == Some(name)))
    }

    /// How a package is depended on in one of the tables of dependencies, and what it is called there.
    pub fn dependency(&self, table: &str, package: &str) -> Option<(&str, &Item)> {
        // What the workspace calls otherwise is called so by its members.
        let inherited = self.inherited(package).map(|(name, _)| name);
        let is_it = |(name, item): &(&str, &Item)| inherited == Some(name) && is_inherited(item);
        let table = self.document.get(table)?.as_table_like()?;
        named(table, package).or_else(|| table.iter().find(is_it))
    }

    /// How a package is depended on, by tests at least, and what it is called there.
    pub fn known(&self, package: &str) -> Option<(&str, &Item)> {
        self.dependency("dev-dependencies", package).or_else(|| self.dependency("dependencies", package))
    }

    /// How the members of the workspace depend on a package, and what it is called there.
    pub fn inherited(&self, package: &str) -> Option<(&str, &Item)> {
        named(self.of_workspace("dependencies")?.as_table_like()?, package)
    }

    /// Where a dependency lies, if it is a folder.
    pub fn folder_of(&self, name: &str, item: &Item) -> Option<PathBuf> {
        if is_inherited(item) {
            return self.inherited_folder(name);
        }
        Some(self.folder().join(item.get("path")?.as_str()?))
    }

    /// Where a dependency of the workspace lies, if it is a folder.
    pub fn inherited_folder(&self, name: &str) -> Option<PathBuf> {
        let path = self.of_workspace("dependencies")?.get(name)?.get("path")?.as_str()?;
        Some(self.workspace.as_ref()?.folder.join(path))
    }

    /// The package that a dependency names, under whatever name.
    pub fn package_of<'a>(&'a self, dependency: Option<(&str, &'a Item)>) -> Option<&'a str> {
        let (name, item) = dependency?;
        let inherited = || self.of_workspace("dependencies")?.get(name)?.get("package");
        item.get("package").or_else(inherited)?.as_str()
    }

    fn of_workspace(&self, table: &str) -> Option<&Item> {
        self.workspace.as_ref()?.document.get("workspace")?.get(table)
    }
}

/// Whether a dependency is what the workspace says.
pub fn is_inherited(dependency: &Item) -> bool {
    dependency.get("workspace").and_then(Item::as_bool) == Some(true)
}

/// A package among dependencies, which may have another name there.
fn named<'a>(table: &'a dyn TableLike, package: &str) -> Option<(&'a str, &'a Item)> {
    let is_it = |item: &Item| item.get("package").and_then(Item::as_str) == Some(package);
    table
        .get_key_value(package)
        .map(|(key, item)| (key.get(), item))
        .or_else(|| table.iter().find(|(_, item)| is_it(item)))
}

/// A manifest as it is written.
///
/// # Errors
/// When it cannot be read; why.
pub fn document(path: &Path) -> Result<DocumentMut, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}

fn members(document: &DocumentMut) -> Option<String> {
    let members = document.get("workspace")?.get("members").and_then(Item::as_array);
    let members: Vec<_> = members.into_iter().flatten().filter_map(|it| it.as_str()).collect();
    Some(if members.is_empty() { "none".to_owned() } else { members.join(", ") })
}

/// The workspace that a package is in: the one that it names, or the first one in the folders above.
fn workspace_of(path: &Path, package: &DocumentMut) -> Option<Workspace> {
    let path = std::path::absolute(path).ok()?;
    let named = package.get("package").and_then(|it| it.get("workspace")).and_then(Item::as_str);
    let folders = match named {
        Some(named) => vec![path.parent()?.join(named)],
        None => path.parent()?.ancestors().map(Path::to_owned).collect(),
    };
    let mut workspaces = folders.into_iter().filter_map(|folder| {
        let document = document(&folder.join("Cargo.toml")).ok()?;
        document.contains_key("workspace").then_some(Workspace { folder, document })
    });
    workspaces.next().filter(|workspace| !workspace.excludes(path.parent().unwrap_or(&path)))
}

impl Workspace {
    fn excludes(&self, package: &Path) -> bool {
        let excluded = self.document.get("workspace").and_then(|it| it.get("exclude")).and_then(Item::as_array);
        let mut excluded = excluded.into_iter().flatten().filter_map(|it| it.as_str());
        excluded.any(|it| package.starts_with(self.folder.join(it)))
    }
}
