//! What CI engines ask an executable to write, by variables that they set themselves.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::args::Cli;
use super::run::Run;
use super::under_nextest;
use crate::record::SuiteRecord;
use crate::report::{self, Results};
use crate::text;

/// GitHub's, of a file that the page of the job shows as Markdown.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// How much of it GitHub shows for a step, in bytes.
const MOST_OF_A_SUMMARY: u64 = 1 << 20;
/// Bazel's, of a file of JUnit.
const XML: &str = "XML_OUTPUT_FILE";

/// Writes what is asked for, and warns where it cannot be written: the run is what it is.
pub(super) fn write(run: &Run, cli: &Cli) {
    // Of one cell a process knows nothing of the others.
    if under_nextest() {
        return;
    }
    let (summary, xml) = (asked(SUMMARY), asked(XML));
    if summary.is_none() && xml.is_none() {
        return;
    }
    let suites: Vec<_> = run.session.plan.suites.iter().map(SuiteRecord::of).collect();
    let narrowed = cli.narrowed(&run.executable);
    let mut log = run.log();
    log.cells.sort_by(|a, b| a.name.cmp(&b.name));
    let start = log.start.take();
    let results = Results {
        starts: start.as_slice(),
        suites: &suites,
        narrowed: &narrowed,
        cells: &log.cells,
        elsewhere: &[],
        concluded: log.cells.len() >= run.session.plan.cells.len(),
    };
    let written = [
        (SUMMARY, summary.map(|path| append_summary(Path::new(&path), &results))),
        (XML, xml.map(|path| write_xml(Path::new(&path), &results))),
    ];
    for (variable, written) in written {
        if let Some(Err(error)) = written {
            let error = text::line(&error).into_owned();
            anstream::eprintln!("{} {variable} is set, but {error}", report::paint("warning:"));
        }
    }
}

/// What a variable is set to; set to nothing, it counts as not set.
fn asked(variable: &str) -> Option<OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
}

/// Behind what other steps and executables have written.
fn append_summary(path: &Path, results: &Results<'_>) -> Result<(), String> {
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let mut file = File::options().append(true).create(true).open(path).map_err(failed)?;
    let room = MOST_OF_A_SUMMARY.saturating_sub(file.metadata().map_err(failed)?.len());
    let page = report::markdown(results, usize::try_from(room).unwrap_or(usize::MAX));
    if page.len() as u64 > room {
        return Err(format!("{}: it is full ({MOST_OF_A_SUMMARY} bytes are shown)", path.display()));
    }
    file.write_all(page.as_bytes()).map_err(failed)
}

#[cfg(feature = "junit")]
fn write_xml(path: &Path, results: &Results<'_>) -> Result<(), String> {
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    std::fs::write(path, report::junit(results, report::Dialect::Properties)).map_err(failed)
}

#[cfg(not(feature = "junit"))]
fn write_xml(path: &Path, _: &Results<'_>) -> Result<(), String> {
    Err(format!("{} is not written: that takes the feature `junit` of `crosscheck`", path.display()))
}
