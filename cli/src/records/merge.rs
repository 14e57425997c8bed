//! The records of several machines as one run.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use crosscheck::Outcome;
use crosscheck::internals::{
    Fingerprint, RecordError, Recorded, Results, Shard, ShardRecord, Start, SuiteRecord, judge_constants, missing,
};
use crosscheck::record::CellRecord;
use hashbrown::HashTable;

use super::machines::part;

/// What is known of a cell that began and did not end.
const DIED: &str =
    "began, but did not end: it may have ended the process of its run (--isolate runs each cell in one of its own)";
/// What is known of a cell that nextest knew of.
const UNSTARTED: &str =
    "was listed for nextest, but is in no record: what its own filter leaves out, `merge --nextest-list` takes";

/// One run, on as many machines as there are records of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// What its processes said at their start; one at least.
    pub starts: Vec<Start>,
    /// What the suites are made of, as far as a process said.
    pub suites: Vec<SuiteRecord>,
    /// What of the suites was left out, as options of the command line.
    pub narrowed: Vec<String>,
    /// The cells that were to run.
    pub planned: Vec<String>,
    /// What became of each cell, by name, those included that did not run. Where machines differ, each says where.
    pub cells: Vec<CellRecord>,
    /// What became of the same cells on machines of other kinds, on backends that ran there too.
    pub elsewhere: Vec<CellRecord>,
    /// The records of runs that did not conclude.
    pub open: Vec<PathBuf>,
    /// The shards of which there is no record.
    pub lost: Vec<Lost>,
    /// The cells that nextest knew of and did not start, where that is not held against the run; sorted.
    pub unstarted: Vec<String>,
    /// The cells of the suite that no record was to have; `None` where options left some out, and the records do not say which. Where
    /// there is none, the run is not narrowed, whatever options were given.
    pub left_out: Option<Vec<String>>,
}

impl Run {
    /// The same for the views that test executables have too.
    pub fn results(&self) -> Results<'_> {
        let Self { starts, suites, narrowed, cells, elsewhere, open, .. } = self;
        Results { starts, suites, narrowed, cells, elsewhere, concluded: open.is_empty() }
    }
}

/// Shards of one plan of which there is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Which ones, from 1.
    pub numbers: Vec<u32>,
    /// How many there are in all.
    pub count: u32,
    /// How many cells of theirs no record names.
    pub unnamed: usize,
}

/// What to make of cells that nextest knew of and that are in no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unstarted {
    /// Its own filter may have left them out.
    Excused,
    /// They were to run.
    Missing,
}

/// Records of one suite in one state, as far as they were read.
#[derive(Debug, Default)]
pub struct Joined {
    suite: Option<(String, Fingerprint)>,
    starts: Vec<Start>,
    suites: BTreeMap<String, (usize, SuiteRecord)>,
    /// The same as far as they are whole, one for each machine that has other devices.
    wholes: Vec<SuiteRecord>,
    narrowed: BTreeSet<String>,
    /// The cells of records that were narrowed.
    selected: HashSet<String>,
    planned: HashSet<String>,
    listed: HashSet<String>,
    begun: BTreeSet<String>,
    open: Vec<PathBuf>,
    /// The shards of each plan that are here, by how many there are, of how many cells, and which ones.
    shards: BTreeMap<(u32, usize, Fingerprint), BTreeSet<u32>>,
    machines: Vec<String>,
    /// Each with its machine, by position.
    cells: Vec<(CellRecord, usize)>,
    /// The positions of cells, by the hash of their name.
    places: HashTable<usize>,
    hasher: RandomState,
}

impl Joined {
    /// Joins one more record.
    ///
    /// A cell that ran on one machine has the outcome that it had there, also where it was unavailable on others; of several
    /// machines that ran it, one where it fails counts.
    ///
    /// # Errors
    /// When it is of another suite than the first one, or of another state of it.
    pub fn add(&mut self, path: &Path, recorded: Recorded) -> Result<(), RecordError> {
        // The first one is of the suite that it is of, in all its parts.
        let first = recorded.starts.first().map(|(_, start)| (start.suite.clone(), start.fingerprint));
        if self.suite.is_none() {
            self.suite = first;
        }
        if let Some((suite, fingerprint)) = &self.suite {
            recorded.check(path, suite, *fingerprint)?;
        }
        let own = recorded.starts.first().map(|(_, start)| start.machine.clone()).unwrap_or_default();
        let is_whole = !is_of_one_test(&recorded);
        self.start(recorded.starts);
        for suite in recorded.suites {
            if is_whole && suite.cells.is_some() && !self.wholes.contains(&suite) {
                self.wholes.push(suite.clone());
            }
            // A run of one test knows the rows of no other one, and one that left nothing out knows them all.
            let extent = if recorded.narrowed.is_empty() { usize::MAX } else { suite.cells.unwrap_or_default() };
            match self.suites.get_mut(&suite.subject) {
                Some((known, _)) if *known >= extent => {}
                _ => drop(self.suites.insert(suite.subject.clone(), (extent, suite))),
            }
        }
        if !recorded.narrowed.is_empty() {
            self.selected.extend(recorded.planned.iter().cloned());
        }
        self.narrowed.extend(recorded.narrowed);
        let planned = if recorded.listed { &mut self.listed } else { &mut self.planned };
        planned.extend(recorded.planned);
        self.begun.extend(recorded.begun);
        for ShardRecord { count, cells, digest, number } in recorded.shards {
            self.shards.entry((count, cells, digest)).or_default().insert(number);
        }
        if !recorded.concluded {
            self.open.push(path.to_owned());
        }
        // Of a cell that was run again by the same machine, what came last counts.
        let mut seen = HashSet::with_capacity(recorded.cells.len());
        let cells = recorded.cells.iter().rev();
        let counts: Vec<_> = cells.map(|cell| seen.insert((cell.name.as_str(), cell.machine.as_deref()))).collect();
        for (mut cell, counts) in recorded.cells.into_iter().zip(counts.into_iter().rev()) {
            if counts {
                let machine = cell.machine.take();
                let machine = self.machine(machine.as_deref().unwrap_or(&own));
                self.cell(cell, machine);
            }
        }
        Ok(())
    }

    fn start(&mut self, starts: Vec<(usize, Start)>) {
        self.starts.extend(starts.into_iter().map(|(_, start)| start));
        self.starts.sort_by(|a, b| (a.at, &a.machine).cmp(&(b.at, &b.machine)));
        // Under nextest each cell has a process.
        self.starts.dedup_by(|a, b| a.machine == b.machine && a.crosscheck == b.crosscheck && a.format == b.format);
    }

    fn machine(&mut self, name: &str) -> usize {
        self.machines.iter().position(|known| known == name).unwrap_or_else(|| {
            self.machines.push(name.to_owned());
            self.machines.len() - 1
        })
    }

    fn cell(&mut self, cell: CellRecord, machine: usize) {
        let Self { cells, places, hasher, .. } = self;
        let hash = hasher.hash_one(cell.name.as_str());
        match places.find(hash, |at| cells[*at].0.name == cell.name && cells[*at].1 == machine) {
            Some(at) if weight(&cells[*at].0) >= weight(&cell) => {}
            Some(at) => cells[*at].0 = cell,
            None => {
                places.insert_unique(hash, cells.len(), |at| hasher.hash_one(cells[*at].0.name.as_str()));
                cells.push((cell, machine));
            }
        }
    }

    fn knows(&self, name: &str) -> bool {
        let hash = self.hasher.hash_one(name);
        self.places.find(hash, |at| self.cells[*at].0.name == name).is_some()
    }

    /// The suite and its package.
    pub fn of(&self) -> Option<&Start> {
        self.starts.first()
    }

    /// Leaves out of what was listed for nextest what its filter leaves out.
    pub fn select(&mut self, selects: impl Fn(&str) -> bool) {
        let before = self.listed.len();
        self.listed.retain(|name| selects(name));
        if self.listed.len() < before {
            self.narrowed.insert("the filter of nextest".to_owned());
        }
    }

    /// The run that they are records of. A cell that was planned and is in no record is [`Outcome::Missing`].
    pub fn finish(mut self, unstarted: Unstarted) -> Run {
        let expected = self.begun.iter().chain(&self.planned);
        let firm: BTreeSet<_> = expected.filter(|name| !self.knows(name)).cloned().collect();
        let listed: BTreeSet<_> = self.listed.iter().filter(|name| !self.knows(name)).cloned().collect();
        let known = self.names() + firm.union(&listed).count();
        let lost = self.lost(known);
        let mut planned = std::mem::take(&mut self.planned);
        planned.extend(std::mem::take(&mut self.listed));
        let mut absent: Vec<_> = firm.iter().map(|name| self.absent(name, &lost)).collect();
        let excused = listed.difference(&firm);
        let unstarted = match unstarted {
            Unstarted::Excused => excused.filter(|name| planned.remove(*name)).cloned().collect(),
            Unstarted::Missing => {
                absent.extend(excused.map(|name| {
                    let mut absent = missing(name);
                    absent.reason = UNSTARTED.to_owned();
                    absent
                }));
                Vec::new()
            }
        };
        let left_out = self.left_out(&planned);
        if left_out.as_ref().is_some_and(Vec::is_empty) {
            self.narrowed.clear();
        }
        let (mut cells, elsewhere) = part(self.cells, &self.machines, |a, b| weight(b).cmp(&weight(a)));
        cells.extend(absent);
        cells.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        // Each machine may have had some of the cases only.
        judge_constants(&mut cells);
        let mut planned: Vec<_> = planned.into_iter().collect();
        planned.sort_unstable();
        let (suites, narrowed) =
            (self.suites.into_values().map(|(_, suite)| suite).collect(), self.narrowed.into_iter().collect());
        Run {
            starts: self.starts,
            suites,
            narrowed,
            planned,
            cells,
            elsewhere,
            open: self.open,
            lost,
            unstarted,
            left_out,
        }
    }

    /// The cells of the suite that are in no plan.
    fn left_out(&self, planned: &HashSet<String>) -> Option<Vec<String>> {
        if self.narrowed.is_empty() {
            return Some(Vec::new());
        }
        if self.wholes.is_empty() {
            return None;
        }
        let all = self.wholes.iter().map(SuiteRecord::cell_names).collect::<Option<Vec<_>>>()?;
        let all: BTreeSet<_> = all.into_iter().flatten().collect();
        // What was selected besides is of a suite that no record has as a whole.
        if !self.selected.iter().all(|name| all.contains(name)) {
            return None;
        }
        Some(all.into_iter().filter(|name| !planned.contains(name)).collect())
    }

    /// How many cells ended somewhere.
    fn names(&self) -> usize {
        match self.machines.len() {
            0 | 1 => self.cells.len(),
            _ => self.cells.iter().map(|(cell, _)| cell.name.as_str()).collect::<HashSet<_>>().len(),
        }
    }

    /// The shards of which there is no record, where so many names are known.
    fn lost(&self, known: usize) -> Vec<Lost> {
        let plans = self.shards.iter().map(|((count, cells, _), here)| Lost {
            numbers: (1..=*count).filter(|number| !here.contains(number)).collect(),
            count: *count,
            unnamed: cells.saturating_sub(known),
        });
        plans.filter(|lost| !lost.numbers.is_empty()).collect()
    }

    /// A cell that was to run and is in no record.
    fn absent(&self, name: &str, lost: &[Lost]) -> CellRecord {
        let mut absent = missing(name);
        let holds = |number: &u32, count| Shard::new(*number, count).filter(|shard| shard.holds(name));
        let mut shards =
            lost.iter().filter_map(|Lost { numbers, count, .. }| numbers.iter().find_map(|at| holds(at, *count)));
        if self.begun.contains(name) {
            absent.reason = DIED.to_owned();
        } else if let Some(shard) = shards.next() {
            absent.reason += &format!(": that of shard {shard} is not here");
        }
        absent
    }
}

/// Whether a run may have looked at one test only, whose name was all that it was asked for: it knows no more of the suite.
fn is_of_one_test(recorded: &Recorded) -> bool {
    let name = |option: &String| Some(option.strip_prefix('`')?.strip_suffix('`')?.to_owned());
    let is_of =
        |cell: &str, test: &str| cell.strip_prefix(test).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let of_name = |test: String| recorded.planned.iter().all(|cell| is_of(cell, &test));
    recorded.narrowed.iter().filter_map(name).any(of_name)
}

/// The run that these are records of.
///
/// # Errors
/// When one is of another suite than the first one, or of another state of it.
pub fn merge(records: Vec<(PathBuf, Recorded)>) -> Result<Run, RecordError> {
    let mut joined = Joined::default();
    records.into_iter().try_for_each(|(path, recorded)| joined.add(&path, recorded))?;
    Ok(joined.finish(Unstarted::Excused))
}

/// The more, the less a cell can do there, as far as it ran.
fn weight(cell: &CellRecord) -> u8 {
    match cell.outcome {
        outcome if outcome.fails_the_run() => 5,
        Outcome::XFailed => 4,
        Outcome::KnownFlaky => 3,
        outcome if outcome.ran() => 2,
        Outcome::Unavailable => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosscheck::internals::TestRecord;

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
            listed: false,
            shards: Vec::new(),
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
            (Passed, XFailed, XFailed),
            (Passed, KnownFlaky, KnownFlaky),
            (KnownFlaky, XFailed, XFailed),
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

    /// Whichever of the two records comes first: a run of one test by its name knows a part of the suite only.
    #[test]
    fn a_run_is_narrowed_where_the_records_together_lack_cells() {
        let suite = |tests: &[&str], cells| {
            let test = |test: &&str| TestRecord { test: (*test).to_owned(), axes: Vec::new(), backends: None };
            let (tests, backends) = (tests.iter().map(test).collect(), vec!["x".to_owned()]);
            SuiteRecord { subject: "Ops".to_owned(), backends, tests, cells, ..SuiteRecord::default() }
        };
        let of = |planned: &[&str], option: &str, suite: SuiteRecord| Recorded {
            suites: vec![suite],
            narrowed: vec![option.to_owned()],
            ..recorded(planned, &[])
        };
        let whole = || suite(&["a", "b", "c"], Some(3));
        let one = || of(&["a::x"], "`a`", suite(&["a"], Some(1)));
        let filtered = || of(&["a::x", "b::x"], "`:`", whole());
        let (tagged, rest) = (|| of(&["a::x", "b::x"], "--tag a", whole()), || of(&["c::x"], "--tag c", whole()));
        let old = || of(&["c::x"], "--tag c", suite(&["a", "b", "c"], None));
        // One that left nothing out does not say how many cells there are, and one of another machine has other backends.
        let plain = || {
            let planned = ["a::x", "b::x", "c::x", "d::y"];
            Recorded { suites: vec![suite(&["a", "b", "c"], None)], ..recorded(&planned, &[]) }
        };
        let lacks = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let cases = [
            (vec![one()], None, true),
            (vec![filtered()], lacks(&["c::x"]), true),
            (vec![tagged()], lacks(&["c::x"]), true),
            (vec![tagged(), one()], lacks(&["c::x"]), true),
            (vec![tagged(), rest()], lacks(&[]), false),
            (vec![one(), filtered(), rest()], lacks(&[]), false),
            (vec![tagged(), old()], lacks(&[]), false),
            (vec![old()], None, true),
            (vec![plain(), tagged()], lacks(&[]), false),
            (vec![plain(), one()], None, true),
            (vec![recorded(&["a::x"], &[])], lacks(&[]), false),
        ];
        for (records, expected, is_narrowed) in cases {
            for reversed in [false, true] {
                let mut records: Vec<_> = records.iter().cloned().map(|it| (PathBuf::from("a.jsonl"), it)).collect();
                if reversed {
                    records.reverse();
                }
                let run = merge(records.clone()).unwrap();
                assert_eq!((&run.left_out, !run.narrowed.is_empty()), (&expected, is_narrowed), "{records:?}");
                let most = records.iter().flat_map(|(_, it)| &it.suites).map(|suite| suite.tests.len()).max();
                assert_eq!(run.suites.first().map(|suite| suite.tests.len()), most);
            }
        }
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
