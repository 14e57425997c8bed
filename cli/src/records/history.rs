//! The runs that lie in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crosscheck::internals::{Recorded, read_all, unknown};

use super::corrupt::located;
use super::merge::{Run, merge};
use super::sources::is_named_as_a_record;
use crate::error::Error;
use crate::output::say;

/// A run, and when it was.
#[derive(Clone, Debug)]
pub struct Dated {
    /// When it began, in seconds since 1970.
    pub at: u64,
    /// What it is called: its file or its folder.
    pub name: String,
    /// The run.
    pub run: Run,
}

/// What a run is of: the executable, its package, and the state of the suite.
type Of = (String, String, u64);

/// The runs of one suite that lie in a folder, and what that is called. Each record there is a run, and so are the records in each folder
/// there, as far as they are of one suite.
///
/// # Errors
/// Everything that cannot be read, and where there is none, or of several suites and not of which one.
pub fn history(folder: &Path, suite: Option<&str>) -> Result<(String, Vec<Dated>), Vec<Error>> {
    let mut groups: BTreeMap<(String, Of), Vec<(PathBuf, Recorded)>> = BTreeMap::new();
    let mut errors = Vec::new();
    for (name, path) in files(folder)? {
        match read_all(&path) {
            Ok(recorded) => {
                let start = &recorded.starts[0].1;
                let of = (start.suite.clone(), start.package.clone(), start.fingerprint.0);
                groups.entry((name, of)).or_default().push((path, recorded));
            }
            Err(error) => errors.push(located(error)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if groups.is_empty() {
        return Err(Error::NoRecordIn(folder.to_owned()).into());
    }
    let suites = groups.keys().map(|(_, (suite, package, _))| (suite.as_str(), package.as_str()));
    let (chosen, package) = choose(suites, suite)?;
    let is_it = |suite: &str, of: &str| suite == chosen && (of == package || of.is_empty());
    let of_it = groups.into_iter().filter(|((_, (suite, package, _)), _)| is_it(suite, package));
    let mut runs = Vec::new();
    for ((name, _), records) in of_it {
        let modified = records.iter().filter_map(|(path, _)| modified(path)).min();
        let run = merge(records).map_err(Error::from)?;
        let said = run.starts.iter().map(|start| start.at).find(|at| *at > 0);
        if said.is_none() {
            say("note:", &format!("{name} does not say when it began: it stands where its file was written"));
        }
        runs.push(Dated { at: said.or(modified).unwrap_or_default(), name, run });
    }
    Ok((if package.is_empty() { chosen } else { package }, runs))
}

/// Each record, by the name of its run.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let entries = |folder: &Path| -> Result<Vec<PathBuf>, Error> {
        let input = |source| Error::Input { path: folder.to_owned(), source };
        let entries = std::fs::read_dir(folder).map_err(input)?;
        let mut paths: Vec<_> =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(input)?;
        paths.sort();
        Ok(paths)
    };
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_record = |path: &PathBuf| path.is_file() && is_named_as_a_record(path);
    let mut files = Vec::new();
    for path in entries(folder)? {
        match path.is_dir() {
            true => files.extend(entries(&path)?.into_iter().filter(is_record).map(|file| (name(&path), file))),
            false if is_record(&path) => files.push((name(&path), path)),
            false => {}
        }
    }
    Ok(files)
}

/// The only suite and its package, or those that are asked for, by the name of either.
fn choose<'a>(
    suites: impl Iterator<Item = (&'a str, &'a str)>,
    asked: Option<&str>,
) -> Result<(String, String), Error> {
    let all: BTreeSet<_> = suites.collect();
    let is_asked = |(suite, package): &&(&str, &str)| asked.is_none_or(|asked| asked == *suite || asked == *package);
    // An older record does not name its package.
    let is_named = |suite: &str| all.iter().any(|(other, package)| *other == suite && !package.is_empty());
    let of_one = |(suite, package): &&(&str, &str)| !package.is_empty() || !is_named(suite);
    let chosen: Vec<_> = all.iter().filter(of_one).filter(is_asked).collect();
    let names = |suites: &[&(&'a str, &'a str)]| -> Vec<&'a str> {
        suites.iter().map(|(suite, package)| if package.is_empty() { *suite } else { *package }).collect()
    };
    match (chosen.as_slice(), asked) {
        ([(suite, package)], _) => Ok(((*suite).to_owned(), (*package).to_owned())),
        ([], Some(asked)) => {
            Err(Error::Unknown(unknown("suite", asked, &names(&all.iter().filter(of_one).collect::<Vec<_>>()))))
        }
        (several, _) => {
            let named = names(several).join(", ");
            Err(Error::Unknown(format!(
                "there are records of several suites: choose one with --suite (known: {named})"
            )))
        }
    }
}

fn modified(path: &Path) -> Option<u64> {
    Some(path.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs())
}
