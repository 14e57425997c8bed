//! Patterns of paths, and what the files that they fit are called.

use std::path::{Path, PathBuf};

use super::label::{label, of_bytes};

pub(super) type Patterns = &'static [&'static str];

/// What patterns have in common, and each of them behind that.
pub(super) struct Shape {
    pub(super) patterns: Patterns,
    /// The folder that all of them begin with.
    pub(super) common: PathBuf,
    pub(super) parts: Vec<Vec<Part>>,
    /// What the name of each file ends with, and no label does: the extension that all patterns end with.
    pub(super) extension: &'static str,
}

/// A part of a pattern, between two `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
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
    pub(super) fn fits(self, name: &[u8]) -> bool {
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
    pub(super) fn of(patterns: Patterns) -> Self {
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

    /// What a file is called.
    pub(super) fn label(&self, file: &Path) -> String {
        let bytes = file.as_os_str().as_encoded_bytes();
        let stem =
            bytes.strip_suffix(self.extension.as_bytes()).filter(|stem| stem.last().is_some_and(|byte| *byte != b'/'));
        let bytes = stem.unwrap_or(bytes);
        let label = std::str::from_utf8(bytes).map_or_else(|_| of_bytes(bytes), |name| label(name).into_owned());
        // One name on each platform.
        if cfg!(windows) { label.replace("%5C", "/") } else { label }
    }

    /// Whether a pattern fits the path.
    pub(super) fn fits(&self, file: &Path) -> bool {
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
pub(super) fn begin(parts: &[Part]) -> Vec<usize> {
    let folders = parts.iter().take_while(|part| **part == Part::Folders).count();
    (0..=folders.min(parts.len() - 1)).collect()
}

/// The same, one folder further.
pub(super) fn step(parts: &[Part], states: &[usize], folder: &[u8]) -> Vec<usize> {
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

/// The file that a label means; `None` where no file can be called so.
pub(super) fn path_of(label: &str, extension: &str) -> Option<PathBuf> {
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
}
