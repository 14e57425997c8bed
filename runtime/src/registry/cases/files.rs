//! Cases that are files: which ones there are, and where.

use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::order::ordered;
use super::pattern::{Patterns, Shape, begin, path_of, step};
use super::root::Root;

/// The files that patterns fit, in the order of their labels.
#[derive(Debug)]
pub(super) struct Corpus {
    folder: PathBuf,
    /// What stands before and behind the labels in paths that begin at the crate's folder.
    around: (String, &'static str),
    /// Behind the folder.
    files: Vec<PathBuf>,
    labels: Vec<&'static str>,
}

/// The files that were looked for, by patterns and folder.
static KNOWN: Mutex<Vec<(Patterns, PathBuf, &'static Corpus)>> = Mutex::new(Vec::new());

impl Corpus {
    /// The files under the folder, or the one of this label.
    pub(super) fn of(patterns: Patterns, root: Root, only: Option<&str>) -> Result<&'static Self, String> {
        let folder = root.now()?;
        if let Some(label) = only {
            return Ok(Box::leak(Box::new(Self::one(&Shape::of(patterns), &folder, label))));
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., corpus)) = known.iter().find(|(of, at, _)| *of == patterns && *at == folder) {
            return Ok(corpus);
        }
        let corpus: &'static Self = Box::leak(Box::new(Self::all(&Shape::of(patterns), &folder)?));
        known.push((patterns, folder, corpus));
        Ok(corpus)
    }

    pub(super) fn around(&self) -> (String, &'static str) {
        self.around.clone()
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn labels(&'static self) -> &'static [&'static str] {
        &self.labels
    }

    pub(super) fn path(&self, at: usize) -> PathBuf {
        self.folder.join(&self.files[at])
    }

    /// All files that there are.
    fn all(shape: &Shape, root: &Path) -> Result<Self, String> {
        let folder = root.join(&shape.common);
        let mut found = Found { shape, folder: &folder, matched: vec![false; shape.parts.len()], files: Vec::new() };
        found.walk(&mut PathBuf::new(), &shape.parts.iter().map(|parts| begin(parts)).collect::<Vec<_>>(), 0)?;
        let Found { matched, files, .. } = found;
        if let Some(at) = matched.iter().position(|matched| !matched) {
            return Err(format!("no file fits `{}` in {}", shape.patterns[at], root.display()));
        }
        let mut labels = Vec::with_capacity(files.len());
        for file in &files {
            labels.push(shape.label(file));
        }
        let (mut unsorted, mut sorted) = (files, Self::empty(shape, folder));
        for at in ordered(&labels) {
            // They are part of the names of cells.
            sorted.labels.push(&*std::mem::take(&mut labels[at as usize]).leak());
            sorted.files.push(std::mem::take(&mut unsorted[at as usize]));
        }
        Ok(sorted)
    }

    /// The file of this label, without a look at any other one.
    fn one(shape: &Shape, root: &Path, label: &str) -> Self {
        let folder = root.join(&shape.common);
        let is_so_called = |file: &PathBuf| shape.fits(file) && shape.label(file) == label;
        let file = path_of(label, shape.extension).filter(|file| is_so_called(file) && folder.join(file).is_file());
        let labels = file.iter().map(|_| &*label.to_owned().leak()).collect();
        Self { files: file.into_iter().collect(), labels, ..Self::empty(shape, folder) }
    }

    fn empty(shape: &Shape, folder: PathBuf) -> Self {
        let common = shape.common.display().to_string();
        let before = if common.is_empty() { common } else { format!("{common}/") };
        Self { folder, around: (before, shape.extension), files: Vec::new(), labels: Vec::new() }
    }
}

/// What a walk has found.
struct Found<'a> {
    shape: &'a Shape,
    folder: &'a Path,
    /// Whether each pattern has fitted anything.
    matched: Vec<bool>,
    files: Vec<PathBuf>,
}

/// Folders that are deeper hold themselves, by a link.
const DEEPEST: usize = 64;

impl Found<'_> {
    /// Looks through a folder, in which the walk is at these positions of each pattern.
    fn walk(&mut self, inside: &mut PathBuf, states: &[Vec<usize>], depth: usize) -> Result<(), String> {
        let here = if depth == 0 { self.folder.to_owned() } else { self.folder.join(&inside) };
        let cannot = |error: io::Error| {
            let there =
                here.ancestors().find(|folder| folder.is_dir()).filter(|_| error.kind() == io::ErrorKind::NotFound);
            let there = there.map(|folder| format!("; {} is there", folder.display())).unwrap_or_default();
            format!("{} cannot be read: {error}{there}", here.display())
        };
        if depth > DEEPEST {
            return Err(format!("{} is deeper than {DEEPEST} folders: does a link in it lead back?", here.display()));
        }
        let patterns = &self.shape.parts;
        // Of each pattern, the part that a file here has to fit.
        let mut last = Vec::new();
        for (number, (parts, states)) in patterns.iter().zip(states).enumerate() {
            if states.contains(&(parts.len() - 1)) {
                last.push((number, parts[parts.len() - 1]));
            }
        }
        for entry in fs::read_dir(&here).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name();
            let bytes = name.as_encoded_bytes();
            let kind = entry.file_type().map_err(cannot)?;
            let mut fitting = None;
            for (number, part) in &last {
                if part.fits(bytes) {
                    fitting = Some(*number);
                    break;
                }
            }
            let Some(kind) = followed(kind, &entry, fitting.is_some())? else { continue };
            if kind.is_dir() {
                let next: Vec<_> =
                    patterns.iter().zip(states).map(|(parts, states)| step(parts, states, bytes)).collect();
                if next.iter().any(|states| !states.is_empty()) {
                    inside.push(&name);
                    self.walk(inside, &next, depth + 1)?;
                    inside.pop();
                }
            } else if fitting.is_some() && kind.is_file() {
                for (number, part) in &last {
                    self.matched[*number] |= part.fits(bytes);
                }
                self.files.push(inside.join(&name));
            }
        }
        Ok(())
    }
}

/// What a link leads to; `None` where that is nothing, and no pattern fits the link.
fn followed(kind: FileType, entry: &DirEntry, is_wanted: bool) -> Result<Option<FileType>, String> {
    if !kind.is_symlink() {
        return Ok(Some(kind));
    }
    match fs::metadata(entry.path()) {
        Ok(of_target) => Ok(Some(of_target.file_type())),
        Err(error) if is_wanted => Err(format!("{} cannot be read: {error}", entry.path().display())),
        Err(_) => Ok(None),
    }
}
