//! The records of several machines as one run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crosscheck::Outcome;
use crosscheck::internals::{RecordError, Recorded, Results, Start, SuiteRecord, judge_constants, missing};
use crosscheck::record::CellRecord;

/// What is known of a cell that began and did not end.
const DIED: &str =
    "began, but did not end: it may have ended the process of its run (--isolate runs each cell in one of its own)";

/// One run, on as many machines as there are records of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What its processes said at their start; one at least.
    pub starts: Vec<Start>,
    /// What the suites are made of, as far as a process said.
    pub suites: Vec<SuiteRecord>,
    /// What of the suites was left out, as options of the command line.
    pub narrowed: Vec<String>,
    /// The cells that were to run.
    pub planned: Vec<String>,
    /// What became of each cell, by name, those included that did not run.
    pub cells: Vec<CellRecord>,
    /// The records of runs that did not conclude.
    pub open: Vec<PathBuf>,
}

impl Run {
    /// The same for the views that test executables have too.
    pub fn results(&self) -> Results<'_> {
        let Self { starts, suites, narrowed, cells, open, .. } = self;
        Results { starts, suites, narrowed, cells, concluded: open.is_empty() }
    }
}

/// Joins records of one suite in one state.
///
/// A cell that ran on one machine has the outcome that it had there, also where it was unavailable on others; of several
/// machines that ran it, one where it fails counts. A cell that was planned and is in no record is [`Outcome::Missing`].
///
/// # Errors
/// When a record is of another suite than the first one, or of another state of it.
pub fn merge(records: Vec<(PathBuf, Recorded)>) -> Result<Run, RecordError> {
    let mut starts: Vec<Start> = Vec::new();
    let (mut planned, mut open, mut begun) = (Vec::new(), Vec::new(), BTreeSet::new());
    let (mut suites, mut narrowed) = (BTreeMap::new(), BTreeSet::new());
    let mut cells: BTreeMap<String, CellRecord> = BTreeMap::new();
    for (path, recorded) in records {
        // The first one is of the suite that it is of, in all its parts.
        let first = starts.first().or(recorded.starts.first().map(|(_, start)| start));
        if let Some((suite, fingerprint)) = first.map(|start| (start.suite.clone(), start.fingerprint)) {
            recorded.check(&path, &suite, fingerprint)?;
        }
        starts.extend(recorded.starts.into_iter().map(|(_, start)| start));
        for suite in recorded.suites {
            suites.entry(suite.subject.clone()).or_insert(suite);
        }
        narrowed.extend(recorded.narrowed);
        planned.extend(recorded.planned);
        begun.extend(recorded.begun);
        if !recorded.concluded {
            open.push(path);
        }
        // Of a cell that was run again by the same machine, what came last counts.
        let own: BTreeMap<_, _> = recorded.cells.into_iter().map(|cell| (cell.name.clone(), cell)).collect();
        for (name, cell) in own {
            match cells.get(&name) {
                Some(known) if weight(known) >= weight(&cell) => {}
                _ => drop(cells.insert(name, cell)),
            }
        }
    }
    starts.sort_by(|a, b| (a.at, &a.machine).cmp(&(b.at, &b.machine)));
    // Under nextest each cell has a process.
    starts.dedup_by(|a, b| a.machine == b.machine && a.crosscheck == b.crosscheck && a.format == b.format);
    planned.sort_unstable();
    planned.dedup();
    for name in begun.iter().chain(&planned) {
        if !cells.contains_key(name) {
            let mut missing = missing(name);
            if begun.contains(name) {
                missing.reason = DIED.to_owned();
            }
            cells.insert(name.clone(), missing);
        }
    }
    let mut cells: Vec<_> = cells.into_values().collect();
    // Each machine may have had some of the cases only.
    judge_constants(&mut cells);
    let (suites, narrowed) = (suites.into_values().collect(), narrowed.into_iter().collect());
    Ok(Run { starts, suites, narrowed, planned, cells, open })
}

/// The more, the more a record says.
fn weight(cell: &CellRecord) -> u8 {
    match cell.outcome {
        outcome if outcome.fails_the_run() => 3,
        outcome if outcome.ran() => 2,
        Outcome::Unavailable => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosscheck::internals::Fingerprint;

    fn start(suite: &str, fingerprint: u64) -> Start {
        Start::now("package", suite, Fingerprint(fingerprint))
    }

    fn cell(name: &str, outcome: Outcome) -> CellRecord {
        let mut cell = missing(name);
        (cell.outcome, cell.reason) = (outcome, String::new());
        cell
    }

    fn recorded(planned: &[&str], cells: &[(&str, Outcome)]) -> Recorded {
        Recorded {
            starts: vec![(1, start("s", 7))],
            suites: Vec::new(),
            narrowed: Vec::new(),
            planned: planned.iter().map(|name| (*name).to_owned()).collect(),
            cells: cells.iter().map(|(name, outcome)| cell(name, *outcome)).collect(),
            begun: Vec::new(),
            concluded: true,
            torn: Vec::new(),
        }
    }

    fn outcomes(records: Vec<Recorded>) -> Vec<(String, Outcome)> {
        let numbered = records.into_iter().enumerate();
        let records = numbered.map(|(at, recorded)| (PathBuf::from(format!("{at}.jsonl")), recorded)).collect();
        let merged = merge(records).unwrap();
        merged.cells.into_iter().map(|cell| (cell.name, cell.outcome)).collect()
    }

    #[test]
    fn what_ran_somewhere_counts_and_of_that_what_failed() {
        use Outcome::*;
        for (one, other, together) in [
            (Unavailable, Passed, Passed),
            (Unavailable, Unavailable, Unavailable),
            (Unavailable, Skipped, Skipped),
            (Skipped, XFailed, XFailed),
            (Passed, Failed, Failed),
            (Crashed, XFailed, Crashed),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                let merged = outcomes(vec![recorded(&[], &[("a::x", first)]), recorded(&[], &[("a::x", second)])]);
                assert_eq!(merged, [("a::x".to_owned(), together)]);
            }
        }
        // On one machine it is what came last.
        assert_eq!(outcomes(vec![recorded(&[], &[("a::x", Failed), ("a::x", Passed)])])[0].1, Passed);
    }

    /// Every two outcomes in both orders: what fails on one machine fails, and what ran on one has run.
    #[test]
    fn no_order_of_records_hides_a_failure_or_a_run() {
        for (one, other) in Outcome::ALL.into_iter().flat_map(|one| Outcome::ALL.map(|other| (one, other))) {
            let merged = outcomes(vec![recorded(&[], &[("a::x", one)]), recorded(&[], &[("a::x", other)])])[0].1;
            assert!([one, other].contains(&merged), "{one} and {other} came to {merged}");
            assert_eq!(merged.fails_the_run(), one.fails_the_run() || other.fails_the_run(), "{one} and {other}");
            if !merged.fails_the_run() {
                assert_eq!(merged.ran(), one.ran() || other.ran(), "{one} and {other}");
            }
        }
    }

    /// Any records of any runs: what they come to together is what a plain count says.
    #[test]
    fn records_come_to_what_a_plain_count_says() {
        use rand::{RngExt, SeedableRng};
        const NAMES: [&str; 4] = ["a::x", "a::y", "b::x", "b::y"];
        for seed in 0..2_000 {
            let generator = &mut rand_pcg::Pcg64::seed_from_u64(seed);
            let records: Vec<Recorded> = (0..generator.random_range(1..4))
                .map(|_| {
                    let mut name = || NAMES[generator.random_range(0..4)];
                    let planned = [name(), name()];
                    let begun = name().to_owned();
                    let cells: Vec<_> = (0..generator.random_range(0..6))
                        .map(|_| (NAMES[generator.random_range(0..4)], Outcome::ALL[generator.random_range(0..15)]))
                        .collect();
                    let planned = &planned[..generator.random_range(0..=2)];
                    let begun = if generator.random() { vec![begun] } else { Vec::new() };
                    Recorded { begun, concluded: generator.random(), ..recorded(planned, &cells) }
                })
                .collect();
            let numbered = records.iter().cloned().enumerate();
            let merged = merge(numbered.map(|(at, recorded)| (at.to_string().into(), recorded)).collect()).unwrap();
            for name in NAMES {
                // What each record said last of it.
                let said = records.iter().filter_map(|recorded| recorded.cells.iter().rfind(|cell| cell.name == name));
                let said: Vec<_> = said.map(|cell| cell.outcome).collect();
                let is_expected =
                    records.iter().any(|it| it.begun.iter().chain(&it.planned).any(|other| other == name));
                let found = merged.cells.iter().find(|cell| cell.name == name).map(|cell| cell.outcome);
                let fails = said.iter().any(|outcome| outcome.fails_the_run()) || said.is_empty() && is_expected;
                assert_eq!(found.is_some(), is_expected || !said.is_empty(), "{name} in {records:?}");
                assert_eq!(found.is_some_and(Outcome::fails_the_run), fails, "{name} in {records:?}");
                let ran = said.iter().any(|outcome| outcome.ran());
                assert!(fails || found.is_some_and(Outcome::ran) == ran, "{name} in {records:?}");
            }
            assert_eq!(merged.open.len(), records.iter().filter(|recorded| !recorded.concluded).count());
        }
    }

    #[test]
    fn a_planned_cell_in_no_record_is_missing() {
        let planned = &["a::x", "b::x", "c::y"];
        let shards =
            vec![recorded(planned, &[("a::x", Outcome::Passed)]), recorded(planned, &[("c::y", Outcome::Passed)])];
        let merged = outcomes(shards);
        let missing = ("b::x".to_owned(), Outcome::Missing);
        assert_eq!(merged, [("a::x".to_owned(), Outcome::Passed), missing, ("c::y".to_owned(), Outcome::Passed)]);
    }

    #[test]
    fn records_of_different_suites_are_not_joined() {
        for (suite, fingerprint) in [("other", 7), ("s", 8)] {
            let other = Recorded { starts: vec![(3, start(suite, fingerprint))], ..recorded(&[], &[]) };
            let records = vec![("a.jsonl".into(), recorded(&[], &[])), ("b.jsonl".into(), other)];
            let error = merge(records).unwrap_err().to_string();
            assert!(error.starts_with(&format!("b.jsonl:3: a record of `{suite}`")), "{error}");
        }
    }
}
