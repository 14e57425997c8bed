//! Cases that are files: which ones, where they are, and what is read of them.

use std::borrow::Borrow;
use std::env;
use std::fs::{self, DirEntry, FileType};
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::label::{label, of_bytes};
use super::order::ordered;

/// The folder of the crate in which a check stands, as the compiler knew it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    folder: Option<&'static str>,
    package: Option<&'static str>,
}

impl Root {
    /// The folder, and the name of the package.
    pub const fn new(folder: Option<&'static str>, package: Option<&'static str>) -> Self {
        Self { folder, package }
    }

    /// Where the folder is now: a runner says so of the package under test, and what was built elsewhere may have been moved with its
    /// workspace.
    fn now(&self) -> Result<PathBuf, String> {
        let Some(written) = self.folder else {
            return Err(
                "CARGO_MANIFEST_DIR was not set when the check was compiled, so that its files cannot be found"
                    .to_owned(),
            );
        };
        let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
        let is_of_this = self.package.is_some() && env::var("CARGO_PKG_NAME").ok().as_deref() == self.package;
        if let Some(own) = own.as_ref().filter(|_| is_of_this) {
            return Ok(own.clone());
        }
        if Path::new(written).is_dir() {
            return Ok(written.into());
        }
        let moved = own.and_then(|own| self.beside(&own, Path::new(written)));
        moved.ok_or_else(|| format!("the folder of the crate, {written}, is not there"))
    }

    /// The folder in a workspace that was moved as a whole, in which another package is there.
    fn beside(&self, other: &Path, written: &Path) -> Option<PathBuf> {
        let parts: Vec<_> = written.components().collect();
        for above in other.ancestors().skip(1) {
            for from in 1..parts.len() {
                let folder = above.join(parts[from..].iter().collect::<PathBuf>());
                if fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| self.is_package(&text)) {
                    return Some(folder);
                }
            }
        }
        None
    }

    fn is_package(&self, manifest: &str) -> bool {
        let name =
            |line: &str| Some(line.trim().strip_prefix("name")?.trim_start().strip_prefix('=')?.trim().to_owned());
        let first = manifest.lines().find_map(name);
        first.is_some_and(|first| Some(first.trim_matches('"')) == self.package)
    }

    /// A path that begins at the folder, unless it is absolute.
    pub(super) fn join(&self, path: &Path) -> Result<PathBuf, String> {
        if path.is_absolute() { Ok(path.to_owned()) } else { Ok(self.now()?.join(path)) }
    }
}

/// A hash (SipHash 2-4) over the content of a file: the same on every machine, and fast in a debug build too, because the standard
/// library computes it.
#[expect(deprecated, reason = "what is to replace it may be another function in each release of Rust")]
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::SipHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// What a check may get of a file.
#[diagnostic::on_unimplemented(
    message = "a case that is a file is given as `&str`, `&[u8]` or `&std::path::Path`, not as `&{Self}`",
    label = "not what is read of a file",
    note = "to decode files, list them by a function: `cases = list`, with `crosscheck::Case::file`"
)]
pub trait Content {
    /// What holds it.
    type Owned: Borrow<Self>;
    /// Reads it.
    ///
    /// # Errors
    /// Why it cannot be read, with the path.
    fn read(path: &Path) -> Result<Self::Owned, String>;
}

impl Content for [u8] {
    type Owned = Vec<u8>;

    fn read(path: &Path) -> Result<Vec<u8>, String> {
        fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    }
}

impl Content for str {
    type Owned = String;

    fn read(path: &Path) -> Result<String, String> {
        String::from_utf8(<[u8]>::read(path)?).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[at];
            format!("{} is not UTF-8: byte {at} is 0x{byte:02x} (`&[u8]` takes it as it is)", path.display())
        })
    }
}

impl Content for Path {
    type Owned = PathBuf;

    fn read(path: &Path) -> Result<PathBuf, String> {
        Ok(path.to_owned())
    }
}

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

type Patterns = &'static [&'static str];

/// The files that were looked for, by patterns and folder.
static KNOWN: Mutex<Vec<(Patterns, PathBuf, &'static Corpus)>> = Mutex::new(Vec::new());

impl Corpus {
    /// The files under the folder, or the one of this label.
    pub(super) fn of(patterns: Patterns, root: Root, only: Option<&str>) -> Result<&'static Self, String> {
        let folder = root.now()?;
        if let Some(label) = only {
            return Ok(Box::leak(Box::new(Shape::of(patterns).one(&folder, label))));
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., corpus)) = known.iter().find(|(of, at, _)| *of == patterns && *at == folder) {
            return Ok(corpus);
        }
        let corpus: &'static Self = Box::leak(Box::new(Shape::of(patterns).all(&folder)?));
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
}

/// What patterns have in common, and each of them behind that.
struct Shape {
    patterns: Patterns,
    /// The folder that all of them begin with.
    common: PathBuf,
    parts: Vec<Vec<Part>>,
    /// What the name of each file ends with, and no label does: the extension that all patterns end with.
    extension: &'static str,
}

/// A part of a pattern, between two `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any folders, also none.
    Folders,
    /// A name without a wildcard.
    Name(&'static str),
    /// A name with one `*` and no `?`: what stands before and behind it.
    Star(&'static str, &'static str),
    /// Any other one.
    Wild(&'static str),
}

impl Part {
    fn of(text: &'static str) -> Self {
        match text.split_once('*') {
            _ if text == "**" => Self::Folders,
            _ if text.contains('?') => Self::Wild(text),
            None => Self::Name(text),
            Some((before, behind)) if !behind.contains('*') => Self::Star(before, behind),
            Some(_) => Self::Wild(text),
        }
    }

    /// Whether it fits a name, as the system encodes it.
    fn fits(self, name: &[u8]) -> bool {
        match self {
            Self::Folders => true,
            Self::Name(text) => text.as_bytes() == name,
            Self::Star(before, behind) => {
                name.len() >= before.len() + behind.len()
                    && name.ends_with(behind.as_bytes())
                    && name.starts_with(before.as_bytes())
            }
            Self::Wild(text) => is_like(text.as_bytes(), name),
        }
    }
}

/// Whether a pattern of `*`, for any part, and `?`, for one character, fits the whole of a name. In time that is no more than the
/// product of both lengths.
fn is_like(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut back) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                back = Some((p, n));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                n = behind_character(name, n);
            }
            Some(byte) if *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((star, from)) = back else { return false };
                let next = behind_character(name, from);
                back = Some((star, next));
                p = star + 1;
                n = next;
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Where the next character begins; what is no UTF-8 counts byte by byte.
fn behind_character(name: &[u8], at: usize) -> usize {
    let goes_on = |byte: &&u8| **byte & 0xc0 == 0x80;
    at + 1 + if name[at] < 0xc0 { 0 } else { name[at + 1..].iter().take_while(goes_on).count() }
}

impl Shape {
    fn of(patterns: Patterns) -> Self {
        let parts: Vec<Vec<_>> = patterns.iter().map(|pattern| pattern.split('/').map(Part::of).collect()).collect();
        let is_fixed = |at: usize| match parts[0].get(at) {
            Some(part @ Part::Name(_)) => parts.iter().all(|other| other.get(at) == Some(part) && at + 1 < other.len()),
            _ => false,
        };
        let fixed = (0..).take_while(|at| is_fixed(*at)).count();
        let common =
            parts[0][..fixed].iter().filter_map(|part| if let Part::Name(name) = part { Some(name) } else { None });
        let extension = |pattern: &'static str| {
            let name = pattern.rsplit('/').next().unwrap_or_default();
            let fixed = name.rsplit(['*', '?']).next().unwrap_or_default();
            // A name that begins with a dot has no extension.
            let from = usize::from(fixed.len() == name.len());
            fixed.get(from..).and_then(|rest| rest.find('.')).map_or("", |dot| &fixed[from + dot..])
        };
        let of_first = extension(patterns[0]);
        let extension = if patterns.iter().all(|pattern| extension(pattern) == of_first) { of_first } else { "" };
        Self {
            patterns,
            common: common.collect(),
            parts: parts.iter().map(|parts| parts[fixed..].to_vec()).collect(),
            extension,
        }
    }

    /// All files that there are.
    fn all(&self, root: &Path) -> Result<Corpus, String> {
        let folder = root.join(&self.common);
        let mut found =
            Found { shape: self, folder: &folder, matched: vec![false; self.parts.len()], files: Vec::new() };
        found.walk(&mut PathBuf::new(), &self.parts.iter().map(|parts| begin(parts)).collect::<Vec<_>>(), 0)?;
        let Found { matched, files, .. } = found;
        if let Some(at) = matched.iter().position(|matched| !matched) {
            return Err(format!("no file fits `{}` in {}", self.patterns[at], root.display()));
        }
        let mut labels = Vec::with_capacity(files.len());
        for file in &files {
            labels.push(self.label(file));
        }
        let (mut unsorted, mut sorted) = (files, self.corpus(folder));
        for at in ordered(&labels) {
            // They are part of the names of cells.
            sorted.labels.push(&*std::mem::take(&mut labels[at as usize]).leak());
            sorted.files.push(std::mem::take(&mut unsorted[at as usize]));
        }
        Ok(sorted)
    }

    /// The file of this label, without a look at any other one.
    fn one(&self, root: &Path, label: &str) -> Corpus {
        let folder = root.join(&self.common);
        let is_so_called = |file: &PathBuf| self.fits(file) && self.label(file) == label;
        let file = path_of(label, self.extension).filter(|file| is_so_called(file) && folder.join(file).is_file());
        let labels = file.iter().map(|_| &*label.to_owned().leak()).collect();
        Corpus { files: file.into_iter().collect(), labels, ..self.corpus(folder) }
    }

    fn corpus(&self, folder: PathBuf) -> Corpus {
        let common = self.common.display().to_string();
        let before = if common.is_empty() { common } else { format!("{common}/") };
        Corpus { folder, around: (before, self.extension), files: Vec::new(), labels: Vec::new() }
    }

    /// What a file is called.
    fn label(&self, file: &Path) -> String {
        let bytes = file.as_os_str().as_encoded_bytes();
        let stem =
            bytes.strip_suffix(self.extension.as_bytes()).filter(|stem| stem.last().is_some_and(|byte| *byte != b'/'));
        let bytes = stem.unwrap_or(bytes);
        let label = std::str::from_utf8(bytes).map_or_else(|_| of_bytes(bytes), |name| label(name).into_owned());
        // One name on each platform.
        if cfg!(windows) { label.replace("%5C", "/") } else { label }
    }

    /// Whether a pattern fits the path.
    fn fits(&self, file: &Path) -> bool {
        let names: Vec<_> = file.iter().collect();
        let Some((name, folders)) = names.split_last() else { return false };
        self.parts.iter().any(|parts| {
            let through =
                |states: Vec<usize>, folder: &&std::ffi::OsStr| step(parts, &states, folder.as_encoded_bytes());
            takes(parts, &folders.iter().fold(begin(parts), through), name.as_encoded_bytes())
        })
    }
}

/// The positions in a pattern at which a walk may be: behind none of its parts, or behind `**`, which may stand for nothing.
fn begin(parts: &[Part]) -> Vec<usize> {
    let folders = parts.iter().take_while(|part| **part == Part::Folders).count();
    (0..=folders.min(parts.len() - 1)).collect()
}

/// The same, one folder further.
fn step(parts: &[Part], states: &[usize], folder: &[u8]) -> Vec<usize> {
    let mut next = Vec::new();
    for at in states.iter().copied() {
        // The last part is that of the file, unless it stands for all that there is.
        let reached = match parts[at] {
            Part::Folders => at,
            part if at + 1 < parts.len() && part.fits(folder) => at + 1,
            _ => continue,
        };
        for state in begin(&parts[reached..]) {
            if !next.contains(&(reached + state)) {
                next.push(reached + state);
            }
        }
    }
    next
}

/// Whether a file of this name is meant in a folder that is reached so.
fn takes(parts: &[Part], states: &[usize], name: &[u8]) -> bool {
    states.contains(&(parts.len() - 1)) && parts[parts.len() - 1].fits(name)
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

/// The file that a label means; `None` where no file can be called so.
fn path_of(label: &str, extension: &str) -> Option<PathBuf> {
    let (mut bytes, mut rest) = (Vec::with_capacity(label.len()), label.as_bytes());
    while let Some((byte, behind)) = rest.split_first() {
        match byte {
            b'%' => {
                let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = &behind[2..];
            }
            byte => {
                bytes.push(*byte);
                rest = behind;
            }
        }
    }
    bytes.extend_from_slice(extension.as_bytes());
    let path = os_path(bytes)?;
    // A label that leads elsewhere is none that a walk gives.
    let is_plain = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    (is_plain && !label.is_empty()).then_some(path)
}

#[cfg(unix)]
fn os_path(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn os_path(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, a character at a time.
    fn fits_slowly(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => fits_slowly(rest, name),
            (Some(('*', rest)), Some((_, behind))) => fits_slowly(rest, name) || fits_slowly(pattern, behind),
            (Some((a, rest)), Some((b, behind))) => (a == b || *a == '?') && fits_slowly(rest, behind),
            _ => false,
        }
    }

    fn words(letters: &[char], longest: usize) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut last = words.clone();
        for _ in 0..longest {
            last = last.iter().flat_map(|word| letters.iter().map(move |letter| format!("{word}{letter}"))).collect();
            words.extend(last.iter().cloned());
        }
        words
    }

    /// Every pattern of up to five characters on every name of up to four, of one byte or two.
    #[test]
    fn a_star_stands_for_any_part_of_a_name_and_a_question_mark_for_a_character() {
        let names = words(&['a', 'b', 'é'], 4);
        for pattern in words(&['a', 'é', '*', '?'], 5).into_iter().filter(|pattern| pattern != "**") {
            let part = Part::of(pattern.clone().leak());
            let slow: Vec<_> = pattern.chars().collect();
            for name in &names {
                let expected = fits_slowly(&slow, &name.chars().collect::<Vec<_>>());
                assert_eq!(part.fits(name.as_bytes()), expected, "{pattern:?} {name:?}");
            }
        }
    }

    /// The definition for whole paths, a part at a time.
    fn leads_slowly(parts: &[&str], names: &[&str]) -> bool {
        match (parts, names) {
            (["**"], [_, ..]) => true,
            (["**", rest @ ..], _) => leads_slowly(rest, names) || names.len() > 1 && leads_slowly(parts, &names[1..]),
            ([part], [name]) => part == &"*" || part == name,
            ([part, rest @ ..], [name, behind @ ..]) => (part == &"*" || part == name) && leads_slowly(rest, behind),
            _ => false,
        }
    }

    /// Every pattern of up to four parts on every path of up to four.
    #[test]
    fn two_stars_stand_for_any_folders() {
        let join = |word: String| {
            word.chars().map(|c| if c == '+' { "**".to_owned() } else { c.to_string() }).collect::<Vec<_>>()
        };
        let paths: Vec<_> = words(&['a', 'b'], 4).into_iter().filter(|path| !path.is_empty()).map(join).collect();
        for parts in words(&['a', '*', '+'], 4).into_iter().filter(|word| !word.is_empty()).map(join) {
            let pattern: &'static str = parts.join("/").leak();
            let shape = Shape::of(vec![pattern].leak());
            for path in &paths {
                let names: Vec<_> = path.iter().map(String::as_str).collect();
                let expected = leads_slowly(&pattern.split('/').collect::<Vec<_>>(), &names);
                // The part that all paths begin with is taken off.
                let whole: PathBuf = path.iter().collect();
                let found = whole.strip_prefix(&shape.common).is_ok_and(|rest| shape.fits(rest));
                assert_eq!(found, expected, "{pattern} {path:?}");
            }
        }
    }

    #[test]
    fn names_begin_behind_the_common_folder_and_end_before_the_common_extension() {
        for (patterns, common, extension) in [
            (&["a/b/*.toml"][..], "a/b", ".toml"),
            (&["a/b/*.in.toml"], "a/b", ".in.toml"),
            (&["a/**/*_input.json"], "a", ".json"),
            (&["a/*/input.txt"], "a", ".txt"),
            (&["a/*/.hidden"], "a", ""),
            (&["one.txt"], "", ".txt"),
            (&["a/**"], "a", ""),
            (&["a/b/*.x", "a/c/*.x"], "a", ".x"),
            (&["a/b/*.x", "a/b/c/*.y"], "a/b", ""),
            (&["a/*.x", "b/*.x"], "", ".x"),
            (&["../up/*.x"], "../up", ".x"),
        ] {
            let shape = Shape::of(patterns);
            assert_eq!((shape.common.as_path(), shape.extension), (Path::new(common), extension), "{patterns:?}");
        }
        let shape = Shape::of(&["**/*.toml"]);
        for (file, label) in [("a/b.toml", "a/b"), (".toml", ".toml"), ("a/.toml", "a/.toml"), ("a b.toml", "a%20b")] {
            assert_eq!(shape.label(Path::new(file)), label);
        }
    }

    /// A workspace that was moved as a whole: the crate of the check lies beside that under test as it did before.
    #[test]
    fn the_folder_is_found_where_the_workspace_was_moved() {
        let there = std::env::temp_dir().join(format!("crosscheck-root-{}", std::process::id()));
        let (suite, backend) = (there.join("libs/suite"), there.join("backend"));
        for (folder, name) in [(&suite, "suite"), (&backend, "backend")] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("Cargo.toml"), format!("[package]\nname = \"{name}\"\n")).unwrap();
        }
        let root = |folder, package| Root::new(Some(folder), Some(package));
        let written = Path::new("/nowhere/before/libs/suite");
        assert_eq!(root("/nowhere/before/libs/suite", "suite").beside(&backend, written), Some(suite));
        assert_eq!(root("/nowhere/before/libs/suite", "another").beside(&backend, written), None);
        let error = root("/nowhere/before/libs/suite", "another").now().unwrap_err();
        assert_eq!(error, "the folder of the crate, /nowhere/before/libs/suite, is not there");
        fs::remove_dir_all(there).unwrap();
    }
}
