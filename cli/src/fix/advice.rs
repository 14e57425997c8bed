//! What to do about the rows of the exclusion matrix, as runs show it: pure functions of records.

use std::collections::{BTreeMap, BTreeSet};

use crosscheck::internals::report::{Narrow, narrowest};
use crosscheck::internals::{RowRecord, SuiteRecord, TestRecord};
use crosscheck::record::CellRecord;
use crosscheck::{Failure, Outcome};

use super::seen::{Seen, agrees_with_what_is_wrong, failure};
use crate::records::Run;

/// The most texts of one test that get rows of their own.
const MOST_TEXTS: usize = 8;

/// A change of the matrix, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The backend, as rows name it.
    pub backend: String,
    /// What to change.
    pub change: Change,
    /// Why.
    pub why: String,
}

/// What to change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// No cell needs the row.
    Delete(RowRecord),
    /// The cells fail in another way than the row says.
    Relabel(RowRecord, Seen),
    /// Rows that mean less stand for the row; each says what its cells showed, where the row does not.
    Narrow(RowRecord, Vec<(Vec<Narrow>, Option<Seen>)>),
    /// Rows that mean less take cells out of the row.
    Except(RowRecord, Vec<Narrow>),
    /// The row stays as it is for some cells; rows that mean less say what the others showed.
    Beside(RowRecord, Vec<(Vec<Narrow>, Seen)>),
    /// A new row.
    Add(Scope, New),
}

/// What a new row hangs on.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// A feature.
    Feature(String),
    /// All cases of several tests, or some of one.
    Tests(Vec<Narrow>),
}

/// What a new row says.
#[derive(Clone, Debug, PartialEq)]
pub enum New {
    /// The cells fail like this.
    XFail(Seen),
    /// They cannot be expected to fail, and are not run, for this reason.
    Skip(String),
    /// They pass now and then.
    Flaky(String),
}

/// What a run says that no change of a row answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advised {
    /// The changes.
    pub changes: Vec<Advice>,
    /// What is left for somebody to look at.
    pub left: Vec<String>,
    /// What should be changed, and no row can say.
    pub refused: Vec<String>,
}

/// Why nothing is done about a row.
enum Stays {
    /// What is known is not enough.
    Unknown(String),
    /// What would have to be written cannot be.
    Unsaid(String),
}

/// What to do. With `baseline`, everything that fails today becomes a row that says so.
pub fn advise(runs: &[Run], baseline: bool) -> Advised {
    let known = Known::of(runs);
    let mut advised = Advised::default();
    // What is compared with a baseline that is right after all passes when it agrees.
    let (of_baselines, others): (Vec<_>, Vec<_>) = known.rows.iter().partition(|row| row.action == "baseline_wrong");
    for row in of_baselines.into_iter().chain(others) {
        match known.advise_on(row, &advised.changes) {
            Ok(change) => advised.changes.extend(change),
            Err(Stays::Unknown(why)) => advised.left.push(why),
            Err(Stays::Unsaid(why)) => advised.refused.push(why),
        }
    }
    let changes = std::mem::take(&mut advised.changes);
    let (added, left) = known.additions(baseline, &|cell| agrees_with_what_is_right(cell, &changes));
    advised.changes = changes;
    advised.changes.extend(added);
    advised.left.extend(left);
    advised
}

/// Whether a cell agrees with a baseline of which no row says any longer that it is wrong.
fn agrees_with_what_is_right(cell: &CellRecord, changes: &[Advice]) -> bool {
    let deleted = changes.iter().filter_map(Advice::deletes).collect::<Vec<_>>();
    agrees_with_what_is_wrong(cell) && cell.disputed_at.as_ref().is_some_and(|at| deleted.contains(at))
}

impl Advice {
    /// Where the row stood that says no longer that the baseline is wrong.
    fn deletes(&self) -> Option<String> {
        match &self.change {
            Change::Delete(row) if row.action == "baseline_wrong" => row.at.clone(),
            _ => None,
        }
    }
}

/// What a cell shows of the row that decides on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    Passes,
    FailsAsSaid,
    FailsOtherwise,
}

/// The cells of all runs, each as the machine saw it.
struct Known<'a> {
    cells: Vec<&'a CellRecord>,
    rows: Vec<RowRecord>,
    tests: Vec<TestRecord>,
    /// As rows name a backend, by its own name.
    declared: BTreeMap<String, String>,
    /// The backends of which some cells are in no record.
    incomplete: BTreeSet<String>,
}

impl<'a> Known<'a> {
    fn of(runs: &'a [Run]) -> Self {
        let suites = || runs.iter().flat_map(|run| &run.suites);
        let mut rows: Vec<RowRecord> = Vec::new();
        for row in suites().flat_map(|suite: &SuiteRecord| &suite.rows) {
            // Suites that share a backend share its rows, and so do runs.
            if !rows.contains(row) {
                rows.push(row.clone());
            }
        }
        let families = suites().flat_map(|suite| &suite.places);
        let declared: BTreeMap<_, _> =
            families.flat_map(|place| place.each.iter().map(|name| (name.clone(), place.backend.clone()))).collect();
        let cells: Vec<_> = runs.iter().flat_map(|run| &run.cells).collect();
        let known: BTreeSet<_> =
            cells.iter().filter(|cell| cell.outcome != Outcome::Missing).map(|cell| &cell.name).collect();
        // What is not there on one machine may be on another.
        let cells: Vec<_> = cells
            .iter()
            .copied()
            .filter(|cell| cell.outcome != Outcome::Missing || !known.contains(&cell.name))
            .collect();
        let name = |backend: &String| declared.get(backend).unwrap_or(backend).clone();
        let missing = cells.iter().filter(|cell| cell.outcome == Outcome::Missing);
        let incomplete = missing.map(|cell| name(&cell.backend)).collect();
        let tests = suites().flat_map(|suite| suite.tests.clone()).collect();
        Self { cells, rows, tests, declared, incomplete }
    }

    fn declared(&self, cell: &CellRecord) -> String {
        self.declared.get(&cell.backend).unwrap_or(&cell.backend).clone()
    }

    fn of_row(&self, row: &RowRecord) -> impl Iterator<Item = &'a CellRecord> {
        let decides = |cell: &CellRecord| match row.action.as_str() {
            "baseline_wrong" => cell.disputed_at.is_some() && cell.disputed_at == row.at,
            _ => is_named(row, cell) && self.declared(cell) == row.backend,
        };
        self.cells.iter().copied().filter(move |cell| decides(cell)).collect::<Vec<_>>().into_iter()
    }

    /// What to do about a row; an error is why nothing can be done.
    fn advise_on(&self, row: &RowRecord, before: &[Advice]) -> Result<Option<Advice>, Stays> {
        let shown: Vec<_> = self.of_row(row).filter_map(|cell| Some((cell, self.shows(row, cell, before)?))).collect();
        let of = |wanted: &[Shows]| -> Vec<&CellRecord> {
            shown.iter().filter(|(_, shows)| wanted.contains(shows)).map(|(cell, _)| *cell).collect()
        };
        let (passing, otherwise) = (of(&[Shows::Passes]), of(&[Shows::FailsOtherwise]));
        let as_said = of(&[Shows::FailsAsSaid]);
        let failing = of(&[Shows::FailsAsSaid, Shows::FailsOtherwise]);
        let advice = |change, why: String| {
            let why = format!("`{}` of `{}`: {why}", row.row, row.backend);
            Ok(Some(Advice { backend: row.backend.clone(), change, why }))
        };
        if passing.is_empty() && otherwise.is_empty() {
            return Ok(None);
        }
        if self.incomplete.contains(&row.backend) {
            let why = format!("{}: left as it is, because some cells of `{}` are missing", name(row), row.backend);
            return Err(Stays::Unknown(why));
        }
        let ran: Vec<_> = shown.iter().map(|(cell, _)| *cell).collect();
        // One machine's answer is not that of another.
        let names = |cells: &[&CellRecord]| cells.iter().map(|cell| cell.name.clone()).collect::<BTreeSet<_>>();
        let disputed: Vec<_> = names(&passing).intersection(&names(&failing)).cloned().collect();
        if let Some(one) = disputed.first() {
            return Err(Stays::Unknown(format!(
                "{}: {one} passes on one machine and fails on another: say where it holds (`applies_if`, `#[cfg]`)",
                name(row)
            )));
        }
        if failing.is_empty() {
            return advice(
                Change::Delete(row.clone()),
                format!("stale, {} without it", count(passing.len(), ran.len(), "pass")),
            );
        }
        // Everything that fails is one fault as far as a row can say; else each keeps what its own cells say of it.
        let widens_little = || as_said.is_empty() || Seen::of(failing.iter().copied()).is_mostly_common();
        // No row tells machines apart, nor the backends of a family.
        let cannot_part = || !same_cases([&as_said, &otherwise]).is_empty();
        let is_one = otherwise.is_empty() || ways(&failing).len() == 1 && (widens_little() || cannot_part());
        let (said, groups) = if is_one { (Vec::new(), vec![failing.clone()]) } else { (as_said, ways(&otherwise)) };
        if let Some((one, other)) = same_cases(std::iter::once(&said).chain(&groups)).first() {
            return Err(Stays::Unsaid(format!("{}: left as it is: {}", name(row), apart(one, other))));
        }
        let rows_of = |cells: &[&CellRecord]| together(narrowest(&self.tests, cells, &ran));
        let by_way = || {
            groups
                .iter()
                .flat_map(|cells| rows_of(cells).into_iter().map(move |it| (it, Seen::of(cells.iter().copied()))))
        };
        let split = || -> Vec<_> {
            let kept = rows_of(&said).into_iter().map(|scope| (scope, None));
            kept.chain(by_way().map(|(scope, seen)| (scope, (!otherwise.is_empty()).then_some(seen)))).collect()
        };
        if passing.is_empty() {
            let by = |cells: &[&CellRecord]| kinds(&Seen::of(cells.iter().copied()));
            let fail = |cells: &[&CellRecord]| count(cells.len(), ran.len(), "fail");
            let why = format!("relabelled, {} by {}", fail(&failing), by(&failing));
            if let ([], [_]) = (said.as_slice(), groups.as_slice()) {
                return advice(Change::Relabel(row.clone(), Seen::of(failing.iter().copied())), why);
            }
            if said.is_empty() {
                return advice(Change::Narrow(row.clone(), split()), why);
            }
            let why = format!("{} in another way than it says, by {}", fail(&otherwise), by(&otherwise));
            let beside: Vec<_> = by_way().collect();
            return match beside.iter().flat_map(|(scope, _)| scope).all(|it| is_narrower(it, row)) {
                true => advice(Change::Beside(row.clone(), beside), why),
                false => advice(Change::Narrow(row.clone(), split()), why),
            };
        }
        let why = format!("narrowed, {} without it", count(passing.len(), ran.len(), "pass"));
        let instead = split();
        let except = narrowest(&self.tests, &passing, &ran);
        let may_except =
            otherwise.is_empty() && row.action != "baseline_wrong" && except.iter().all(|it| is_narrower(it, row));
        if may_except && except.len() < instead.len() {
            return advice(Change::Except(row.clone(), except), why);
        }
        advice(Change::Narrow(row.clone(), instead), why)
    }

    /// What a cell shows of its row; nothing where its body was not run, or something else than the body failed.
    fn shows(&self, row: &RowRecord, cell: &CellRecord, before: &[Advice]) -> Option<Shows> {
        if cell.setup || !cell.outcome.ran() || is_given_up(cell) {
            return None;
        }
        if row.action == "baseline_wrong" {
            return self.shows_of_baseline(cell);
        }
        if agrees_with_what_is_right(cell, before) && row.action != "run" {
            return Some(Shows::Passes);
        }
        let failed = |shows| failure(cell).map(|_| shows);
        let outcome = if cell.excluded { cell.with_row? } else { cell.outcome };
        match (row.action.as_str(), outcome) {
            ("run", _) => None,
            // What it excuses does not show without it.
            ("flaky", _) if cell.excluded => None,
            ("flaky", Outcome::Failed | Outcome::TimedOut | Outcome::Crashed) => failed(Shows::FailsOtherwise),
            ("flaky", _) => None,
            ("skip", Outcome::Passed) => Some(Shows::Passes),
            ("skip", Outcome::Failed | Outcome::TimedOut | Outcome::Crashed) => failed(Shows::FailsOtherwise),
            ("skip", _) => None,
            (_, Outcome::XPassed) => Some(Shows::Passes),
            (_, Outcome::XFailed | Outcome::Expired) => failed(Shows::FailsAsSaid),
            (_, Outcome::XChanged) => failed(Shows::FailsOtherwise),
            _ => None,
        }
    }

    /// Where no backend disagrees, the baseline is as right as they are.
    fn shows_of_baseline(&self, cell: &CellRecord) -> Option<Shows> {
        let disagrees = |cell: &CellRecord| cell.failure == Some(Failure::Mismatch);
        if cell.agreement.is_none() && !disagrees(cell) {
            return None;
        }
        let same = self.cells.iter().filter(|other| case(other) == case(cell));
        Some(if same.into_iter().any(|other| disagrees(other)) { Shows::FailsAsSaid } else { Shows::Passes })
    }

    /// Rows for what fails and no row excuses, and what no row can excuse.
    fn additions(&self, baseline: bool, is_answered: &dyn Fn(&CellRecord) -> bool) -> (Vec<Advice>, Vec<String>) {
        let (mut added, mut left) = (Vec::new(), Vec::new());
        let mut failing: BTreeMap<String, Vec<&CellRecord>> = BTreeMap::new();
        let mut others: Vec<(String, New, Vec<&CellRecord>)> = Vec::new();
        for cell in self.cells.iter().copied().filter(|cell| cell.outcome.fails_the_run() && !is_answered(cell)) {
            let backend = self.declared(cell);
            let is_excused = cell.row.is_some() && !self.fails_in_spite_of_a_flaky_row(cell);
            match cell.outcome {
                _ if cell.setup => left.push(format!("{}: its set-up fails, which no row excuses", cell.name)),
                Outcome::Missing => left.push(format!("{}: {}", cell.name, cell.reason)),
                Outcome::Expired => left.push(format!("{}: {}", cell.name, cell.reason)),
                _ if is_given_up(cell) => left.push(format!("{}: {}", cell.name, first_line(&cell.reason))),
                // An audit sets the row aside that expects it of every backend that is right.
                Outcome::Failed if cell.disputed_at.is_some() && cell.failure == Some(Failure::Mismatch) => {}
                Outcome::Failed | Outcome::TimedOut | Outcome::Crashed if !is_excused && failure(cell).is_some() => {
                    failing.entry(backend).or_default().push(cell);
                }
                Outcome::XPassed | Outcome::XChanged
                    if cell.not_implemented.is_none() && self.rows.iter().any(|row| is_named(row, cell)) => {}
                Outcome::Failed | Outcome::TimedOut | Outcome::Crashed if cell.excluded && failure(cell).is_some() => {}
                _ => match self.only_with_baseline(cell) {
                    Some(new) if baseline && !is_excused => {
                        let same =
                            |(of, what, _): &&mut (String, New, Vec<&CellRecord>)| *of == backend && *what == new;
                        match others.iter_mut().find(same) {
                            Some((.., cells)) => cells.push(cell),
                            None => others.push((backend, new, vec![cell])),
                        }
                    }
                    Some(_) if !is_excused => left.push(format!(
                        "{}: {}: {} (--baseline writes a row for it)",
                        cell.name,
                        cell.outcome,
                        first_line(&cell.reason)
                    )),
                    _ => left.push(format!("{}: {}: {}", cell.name, cell.outcome, first_line(&cell.reason))),
                },
            }
        }
        for (backend, new, cells) in others {
            for scope in together(narrowest(&self.tests, &cells, &self.ran_on(&backend))) {
                let (outcome, reason) = (cells[0].outcome, first_line(&cells[0].reason));
                let why = format!("`{}` of `{backend}`: new, {outcome}: {reason}", called(&scope));
                let change = Change::Add(Scope::Tests(scope), new.clone());
                added.push(Advice { backend: backend.clone(), change, why });
            }
        }
        for (backend, cells) in failing {
            let (rows, unsaid) = self.rows_for(&backend, &cells);
            added.extend(rows);
            left.extend(unsaid);
        }
        (added, left)
    }

    /// A row that is not one of an expected failure.
    fn only_with_baseline(&self, cell: &CellRecord) -> Option<New> {
        let reason = first_line(&cell.reason).replace('{', "(").replace('}', ")");
        match (cell.outcome, &cell.not_implemented) {
            (_, Some(function)) => Some(New::Skip(format!("`{function}` is not implemented"))),
            // Behind the first sentence stands what may be done about it.
            (Outcome::Vacuous, _) => {
                let seen = reason.split_once(". ").map_or(reason.as_str(), |(seen, _)| seen);
                Some(New::Skip(format!("shows nothing: {seen}")))
            }
            (Outcome::Flaky, _) => Some(New::Flaky(reason)),
            _ => None,
        }
    }

    /// Whether the row that decides on it says that it passes now and then, and other cells of the row do.
    fn fails_in_spite_of_a_flaky_row(&self, cell: &CellRecord) -> bool {
        let is_of = |row: &&RowRecord| self.of_row(row).any(|other| std::ptr::eq(other, cell));
        let row = self.rows.iter().filter(|row| row.action == "flaky").find(is_of);
        row.is_some_and(|row| !cell.excluded && self.of_row(row).any(|other| self.shows(row, other, &[]).is_none()))
    }

    fn ran_on(&self, backend: &str) -> Vec<&'a CellRecord> {
        self.cells.iter().copied().filter(|cell| self.declared(cell) == backend && cell.outcome.ran()).collect()
    }

    /// Rows for what fails on one backend: of a feature where that is what tells the failing cells from the others, else of tests
    /// or cases. And what no row can say.
    fn rows_for(&self, backend: &str, failing: &[&CellRecord]) -> (Vec<Advice>, Vec<String>) {
        let mut rows = Vec::new();
        let mut rest = failing.to_vec();
        let ran = self.ran_on(backend);
        let markers: BTreeSet<_> = failing.iter().flat_map(|cell| &cell.markers).collect();
        let mut markers: Vec<_> = markers
            .into_iter()
            .filter_map(|marker| Some((marker, self.tells_failing(marker, failing, &ran)?)))
            .filter(|_| !self.incomplete.contains(backend))
            .collect();
        markers.sort_by_key(|(_, cells)| std::cmp::Reverse(cells.len()));
        for (marker, cells) in markers {
            let all = rest.len();
            rest.retain(|cell| !cell.markers.contains(marker));
            if rest.len() < all {
                let why = format!("`{marker}` of `{backend}`: new, {}", count(cells.len(), cells.len(), "fail"));
                let new = New::XFail(Seen::of(cells));
                let change = Change::Add(Scope::Feature(marker.clone()), new);
                rows.push(Advice { backend: backend.to_owned(), change, why });
            }
        }
        let mut left = Vec::new();
        let groups = loop {
            let groups = alike(&rest);
            let torn = same_cases(&groups);
            if torn.is_empty() {
                break groups;
            }
            left.extend(torn.iter().map(|(one, other)| format!("no row: {}", apart(one, other))));
            rest.retain(|cell| !torn.iter().any(|(one, _)| case(one) == case(cell)));
        };
        for cells in groups {
            let of_scope = |scope: &[Narrow]| -> Vec<&CellRecord> {
                cells.iter().copied().filter(|cell| scope.iter().any(|it| it.test == cell.test)).collect()
            };
            for scope in together(narrowest(&self.tests, &cells, &ran)) {
                let own = of_scope(&scope);
                let why = format!("`{}` of `{backend}`: new, {}", called(&scope), count(own.len(), own.len(), "fail"));
                let change = Change::Add(Scope::Tests(scope), New::XFail(Seen::of(own)));
                rows.push(Advice { backend: backend.to_owned(), change, why });
            }
        }
        (rows, left)
    }

    /// The cells of a feature, where all of them fail in a way that no others do.
    fn tells_failing<'c>(
        &self,
        marker: &String,
        failing: &[&'c CellRecord],
        ran: &[&CellRecord],
    ) -> Option<Vec<&'c CellRecord>> {
        let uses = |cell: &CellRecord| cell.markers.contains(marker);
        let (with, without): (Vec<_>, Vec<_>) = failing.iter().copied().partition(|cell| uses(cell));
        let all_fail = ran.iter().filter(|cell| uses(cell)).all(|cell| is_among(failing, cell) && cell.row.is_none());
        let seen = Seen::of(with.iter().copied());
        let (kind, common) = (seen.only_failure(), seen.common());
        let alike = |cell: &&CellRecord| {
            let other = Seen::of([*cell]);
            let says = |part: &String| other.texts.iter().any(|text| text.contains(part));
            other.only_failure() == kind && common.as_ref().is_none_or(says)
        };
        (all_fail && seen.fits_one_row() && !without.iter().any(alike)).then_some(with)
    }
}

/// Cells that one row of tests and cases can expect without being as wide as any failure: they fail in one way, and say something in
/// common. A mismatch says nothing that lasts, so that those of one test are alike.
fn alike<'c>(failing: &[&'c CellRecord]) -> Vec<Vec<&'c CellRecord>> {
    let mut alike: BTreeMap<(Failure, String), Vec<&CellRecord>> = BTreeMap::new();
    let mut texts: BTreeMap<(Failure, &str), BTreeSet<String>> = BTreeMap::new();
    for cell in failing {
        let seen = Seen::of([*cell]);
        let Some(failure) = seen.only_failure() else { continue };
        let what = if failure == Failure::Mismatch { cell.test.clone() } else { seen.message() };
        texts.entry((failure, &cell.test)).or_default().insert(what.clone());
        alike.entry((failure, what)).or_default().push(cell);
    }
    let mut groups: Vec<(Failure, Vec<&CellRecord>)> = Vec::new();
    for ((kind, _), cells) in alike {
        let tests = |cells: &[&'c CellRecord]| cells.iter().map(|cell| cell.test.as_str()).collect::<BTreeSet<_>>();
        let mine = tests(&cells);
        let belongs = |(other, group): &&mut (Failure, Vec<&'c CellRecord>)| {
            let shared: Vec<_> = tests(group).intersection(&mine).copied().collect();
            // A test whose cases say many different things gets one row: nobody reads a row for each.
            let says_too_much = || shared.iter().any(|test| texts[&(kind, *test)].len() > MOST_TEXTS);
            let has_no_text = kind == Failure::Timeout;
            let says_the_same = || Seen::of(group.iter().chain(&cells).copied()).common().is_some();
            *other == kind && !shared.is_empty() && (has_no_text || says_too_much() || says_the_same())
        };
        match groups.iter_mut().find(belongs) {
            Some((_, group)) => group.extend(cells),
            None => groups.push((kind, cells)),
        }
    }
    groups.into_iter().map(|(_, cells)| cells).collect()
}

/// Cells that one row can say no less of than a row for each would: alike, and mismatches as far off as the others, in a number, without
/// end, or in no measure.
fn ways<'c>(failing: &[&'c CellRecord]) -> Vec<Vec<&'c CellRecord>> {
    let measure = |cell: &&CellRecord| {
        let seen = Seen::of([*cell]);
        let is_mismatch = seen.only_failure() == Some(Failure::Mismatch);
        seen.ulps.first().copied().flatten().filter(|_| is_mismatch).map(f64::is_finite)
    };
    let all = Seen::of(failing.iter().copied());
    let groups = if all.fits_one_row() { vec![failing.to_vec()] } else { alike(failing) };
    let by_measure = groups.into_iter().flat_map(|cells| {
        let mut measures: BTreeMap<Option<bool>, Vec<&CellRecord>> = BTreeMap::new();
        cells.into_iter().for_each(|cell| measures.entry(measure(&cell)).or_default().push(cell));
        measures.into_values()
    });
    by_measure.collect()
}

/// Cells of different groups that are the same case, two of each: on two of the backends that a row names alike, or on two machines.
fn same_cases<'g, 'c: 'g>(
    groups: impl IntoIterator<Item = &'g Vec<&'c CellRecord>>,
) -> Vec<(&'c CellRecord, &'c CellRecord)> {
    let mut seen: BTreeMap<&str, (usize, &CellRecord)> = BTreeMap::new();
    let mut same: BTreeMap<&str, (&CellRecord, &CellRecord)> = BTreeMap::new();
    for (group, cells) in groups.into_iter().enumerate() {
        for cell in cells {
            let (other, known) = *seen.entry(case(cell)).or_insert((group, cell));
            if other != group {
                same.entry(case(cell)).or_insert((cell, known));
            }
        }
    }
    same.into_values().collect()
}

/// `module::test::case::`
fn case(cell: &CellRecord) -> &str {
    cell.name.strip_suffix(&cell.backend).unwrap_or(&cell.name)
}

/// Why no row says of two cells what each of them showed.
fn apart(one: &CellRecord, other: &CellRecord) -> String {
    let (one, other) = (&one.name, &other.name);
    match one == other {
        true => format!("{one} fails in another way on another machine, and a row means both"),
        false => format!("{one} fails in another way than {other}, and a row of one means the other as well"),
    }
}

fn is_among(cells: &[&CellRecord], cell: &CellRecord) -> bool {
    cells.iter().any(|other| other.name == cell.name)
}

/// Whether a cell names the row as the one that decides.
fn is_named(row: &RowRecord, cell: &CellRecord) -> bool {
    cell.row.as_ref() == Some(&row.row) && cell.row_at == row.at
}

/// Whether the whole run was given up while it ran, for which no row is to blame.
fn is_given_up(cell: &CellRecord) -> bool {
    cell.outcome == Outcome::TimedOut && cell.reason.contains("when --run-timeout ended the run")
}

/// Rows of whole tests as one.
fn together(rows: Vec<Narrow>) -> Vec<Vec<Narrow>> {
    let (whole, cases): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.cases.is_empty());
    let whole = Some(whole).filter(|whole| !whole.is_empty());
    whole.into_iter().chain(cases.into_iter().map(|row| vec![row])).collect()
}

/// What a row hangs on, in a sentence.
fn called(scope: &[Narrow]) -> String {
    let name = |Narrow { test, cases }: &Narrow| match cases.as_str() {
        "" => test.clone(),
        cases => format!("{test}, case({cases})"),
    };
    scope.iter().map(name).collect::<Vec<_>>().join(" | ")
}

/// Whether such a row decides before that one, whatever the two say.
fn is_narrower(narrow: &Narrow, row: &RowRecord) -> bool {
    let of_cases = row.row.contains(", case(");
    let of_tests = row.row.contains("::") || of_cases;
    if narrow.cases.is_empty() { !of_tests } else { !of_cases }
}

/// The row in a sentence.
pub fn name(row: &RowRecord) -> String {
    let at = row.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("row `{}` of `{}`{at}", row.row, row.backend)
}

fn kinds(seen: &Seen) -> String {
    let kinds: Vec<_> = seen.failures.iter().map(|failure| failure.with_article()).collect();
    kinds.join(" or ")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// `2 of 3 cells pass`
fn count(some: usize, all: usize, what: &str) -> String {
    match (some, all) {
        (1, 1) => format!("its one cell {what}{}", if what == "pass" { "es" } else { "s" }),
        (some, all) if some == all => format!("all {all} cells {what}"),
        _ => format!("{some} of {all} cells {what}"),
    }
}
