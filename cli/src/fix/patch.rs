//! Advice as a patch of the files in which the rows stand.

use std::collections::BTreeMap;
use std::ops::Range;

use crosscheck::internals::{PlaceRecord, RowRecord};

use super::advice::{Advice, Change, name};
use super::edit::{Edit, Editor};
use super::imports::cleaned;
use super::lines::{Lines, with_endings};
use super::source::{Found, Place, Source};
use super::workspace::{SourceFile, Workspace};
use crate::records::Run;
use crate::rustfmt::formatted;

/// What is to be changed.
#[derive(Debug, Default)]
pub struct Patch {
    /// The files.
    pub files: Vec<FilePatch>,
    /// What cannot be done, and why.
    pub refused: Vec<String>,
}

/// A file that is to be changed.
#[derive(Debug)]
pub struct FilePatch {
    /// The file.
    pub file: SourceFile,
    /// What it holds.
    pub old: String,
    /// What it is to hold.
    pub new: String,
    /// Why, by the lines of the old text that are concerned, from 0.
    pub why: Vec<(Range<usize>, String)>,
}

/// A file that is read.
struct Read {
    raw: String,
    source: Source,
}

/// Where advice is carried out in a file.
enum Target<'a> {
    /// In the item at this position among the rows.
    Row(usize, &'a Advice),
    /// Behind this item, which is a matrix function where the position among the rows is known.
    Behind(Place, Option<usize>, &'a Advice),
}

/// The patch.
pub fn patch(workspace: &Workspace, runs: &[Run], changes: &[Advice]) -> Patch {
    let mut files = Files { workspace, read: BTreeMap::new() };
    let mut refused = Vec::new();
    let mut targets: BTreeMap<SourceFile, Vec<Target<'_>>> = BTreeMap::new();
    for advice in changes {
        let target = match &advice.change {
            Change::Delete(row)
            | Change::Relabel(row, _)
            | Change::Narrow(row, _)
            | Change::Except(row, _)
            | Change::Beside(row, _) => files
                .row(row)
                .map(|(file, at)| (file, Target::Row(at, advice)))
                .map_err(|why| format!("{}: {why}", name(row))),
            Change::Add(..) => {
                let found = files.place(runs, &advice.backend);
                found.map(|(file, place, at)| (file, Target::Behind(place, at, advice)))
            }
        };
        match target {
            Ok((file, target)) => targets.entry(file).or_default().push(target),
            Err(why) => refused.push(why),
        }
    }
    let mut patch = Patch { files: Vec::new(), refused };
    for (file, targets) in targets {
        let Some(Ok(Read { raw, source })) = files.read.get(&file) else { continue };
        let (edits, refused) = edits(source, &targets);
        patch.refused.extend(refused);
        match apply(&file, raw, source, edits) {
            Ok(Some(file)) => patch.files.push(file),
            Ok(None) => {}
            Err(why) => patch.refused.push(why),
        }
    }
    patch.refused.sort();
    patch.refused.dedup();
    patch
}

struct Files<'a> {
    workspace: &'a Workspace,
    read: BTreeMap<SourceFile, Result<Read, String>>,
}

impl Files<'_> {
    fn read(&mut self, named: &str) -> Result<(SourceFile, &Read), String> {
        let file = self.workspace.file(named)?;
        let read = self.read.entry(file.clone()).or_insert_with(|| read(&file));
        match read {
            Ok(read) => Ok((file, read)),
            Err(why) => Err(why.clone()),
        }
    }

    /// The file of a row, and its position there.
    fn row(&mut self, row: &RowRecord) -> Result<(SourceFile, usize), String> {
        let Some(source) = &row.source else {
            let why = if row.at.is_none() {
                "it was not written as Rust"
            } else {
                "the record does not say how it was written"
            };
            return Err(why.to_owned());
        };
        let (file, read) = self.read(&source.file)?;
        match read.source.find(&row.backend, source, &file.shown) {
            Found::Here(written) => {
                let at = read.source.rows.iter().position(|it| std::ptr::eq(it, written));
                at.map(|at| (file, at)).ok_or_else(|| "it is not in its file".to_owned())
            }
            Found::Not(why) => Err(why),
        }
    }

    /// Where new rows of a backend go: behind its matrix function, its other rows, its constructor, or at the end of the test.
    fn place(&mut self, runs: &[Run], backend: &str) -> Result<(SourceFile, Place, Option<usize>), String> {
        let suites = || runs.iter().flat_map(|run| &run.suites);
        let places = || suites().flat_map(|suite| &suite.places).filter(|place| place.backend == backend);
        let mut tried = Vec::new();
        for matrix in places().filter(|place| place.matrix) {
            match self.matrix(matrix) {
                Ok(found) => return Ok(found),
                Err(why) => tried.push(why),
            }
        }
        for row in suites().flat_map(|suite| &suite.rows).filter(|row| row.backend == backend) {
            match self.row(row) {
                Ok((file, at)) => {
                    let (file, read) = self.read(&file.path.display().to_string())?;
                    return Ok((file, read.source.rows[at].place.clone(), None));
                }
                Err(why) => tried.push(why),
            }
        }
        for place in places().filter(|place| !place.matrix) {
            let Some((named, line)) = place.at.rsplit_once(':') else { continue };
            match self.read(named) {
                Ok((file, read)) => {
                    let line = line.parse().unwrap_or_default();
                    if let Some(place) = read.source.backend_at(line) {
                        let place = place.clone();
                        return Ok((file, place, None));
                    }
                    tried.push(format!("{} has changed since the record was made: run the suite again", file.shown));
                }
                Err(why) => tried.push(why),
            }
        }
        for start in runs.iter().flat_map(|run| &run.starts) {
            let Some(file) = self.workspace.test(&start.package, &start.suite) else { continue };
            let named = file.path.display().to_string();
            if let Ok((file, read)) = self.read(&named) {
                let end = read.source.text.trim_end().len();
                let place = Place { range: end..end, lines: 0..0, krate: "crosscheck".to_owned() };
                return Ok((file, place, None));
            }
        }
        tried.dedup();
        let tried = if tried.is_empty() { "the record does not say where it is".to_owned() } else { tried.join("; ") };
        Err(format!("new rows of `{backend}` have no place: {tried}"))
    }

    fn matrix(&mut self, place: &PlaceRecord) -> Result<(SourceFile, Place, Option<usize>), String> {
        let (named, line) = place.at.rsplit_once(':').unwrap_or((&place.at, ""));
        let line: usize = line.parse().unwrap_or_default();
        let (file, read) = self.read(named)?;
        let is_it = |it: &super::source::Written| it.args.backend == place.backend && it.place.lines.contains(&line);
        let at = read.source.rows.iter().position(is_it);
        let at =
            at.ok_or_else(|| format!("{} has changed since the record was made: run the suite again", file.shown))?;
        Ok((file, read.source.rows[at].place.clone(), Some(at)))
    }
}

fn read(file: &SourceFile) -> Result<Read, String> {
    let raw = std::fs::read_to_string(&file.path).map_err(|error| format!("{}: {error}", file.shown))?;
    let text = Lines::of(&raw).text;
    let source = Source::parse(&text).map_err(|error| {
        let at = error.span().start();
        format!("{}:{}: not Rust: {error}", file.shown, at.line)
    })?;
    Ok(Read { raw, source })
}

fn edits(source: &Source, targets: &[Target<'_>]) -> (Vec<Edit>, Vec<String>) {
    let mut editor = Editor::new(source);
    let mut of_rows: BTreeMap<usize, Vec<&Advice>> = BTreeMap::new();
    for target in targets {
        if let Target::Row(at, advice) = target {
            of_rows.entry(*at).or_default().push(advice);
        }
    }
    for (at, advice) in of_rows {
        editor.change(&source.rows[at], &advice);
    }
    for target in targets {
        if let Target::Behind(place, at, advice) = target
            && let Change::Add(scope, new) = &advice.change
        {
            let matrix = at.map(|at| &source.rows[at]);
            editor.add(place, matrix, &advice.backend, scope, new, &advice.why);
        }
    }
    editor.finish()
}

/// The new text as rustfmt has it, where the old text was as rustfmt has it: nothing else is formatted.
fn as_before(file: &SourceFile, old: &str, new: String) -> String {
    let format = |text: &str| formatted(file.path.parent()?, &file.edition, text);
    match format(old) {
        Some(text) if text == old => format(&new).unwrap_or(new),
        _ => new,
    }
}

/// The file with its edits; nothing where they change nothing.
fn apply(file: &SourceFile, raw: &str, source: &Source, mut edits: Vec<Edit>) -> Result<Option<FilePatch>, String> {
    // What is added at one place stays in its order.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let text = &source.text;
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    let mut why = Vec::new();
    for edit in &edits {
        let start = edit.range.start.max(at);
        new.push_str(&text[at..start]);
        // Where the item was that it was to stand behind.
        match edit.range.start < at {
            true => new.push_str(&format!("\n{}\n", edit.text.trim())),
            false => new.push_str(&edit.text),
        }
        at = edit.range.end.max(start);
        let line = |at: usize| text[..at].matches('\n').count();
        why.push((line(edit.range.start)..line(at) + 1, edit.why.clone()));
    }
    new.push_str(&text[at..]);
    let new = as_before(file, text, cleaned(text, new));
    if new == *text {
        return Ok(None);
    }
    syn::parse_file(&new)
        .map_err(|error| format!("{}: left as it is: it would not be Rust any more: {error}", file.shown))?;
    let new = with_endings(raw, text, &new);
    Ok(Some(FilePatch { file: file.clone(), old: raw.to_owned(), new, why }))
}
