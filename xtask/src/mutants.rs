//! `cargo xtask mutants`: whether the suite notices faults.

use std::collections::BTreeSet;

use crosscheck::Outcome;
use crosscheck::record::CellRecord;

use crate::built::{build, find};
use crate::cargo::program;
use crate::error::TaskError;
use crate::record::{fresh, read};

/// The variable that says which function a common fault is in, as the mutants read it.
const FUNCTION: &str = "CROSSCHECK_MUTANT_FUNCTION";
/// How many of the tests that kill a mutant are shown.
const SHOWN: usize = 3;

/// What `mutants` can be told.
#[derive(Default, clap::Args)]
pub struct Options {
    /// Only the mutants of these functions of the contract
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
}

/// The arguments of Cargo that name the mutants and nothing else.
pub const ALONE: [&str; 2] = ["-p", "crosscheck-mutants"];

/// A mutant, as the crate's program `catalogue` prints it: a line each, its columns between tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The mutant's name.
    pub name: String,
    /// The backend that it is.
    pub backend: String,
    /// The function of the contract that has the fault.
    pub function: String,
    /// The fault.
    pub what: String,
    /// The tests that are about this kind of fault, by the beginning of their paths, several between bars.
    pub tests: String,
}

/// A mutant, and what notices it.
#[derive(Debug)]
pub struct Kills {
    pub mutant: Entry,
    /// How many cells about its function fail.
    pub cells: usize,
    /// The tests that they belong to.
    pub tests: BTreeSet<String>,
}

impl Kills {
    /// Of these tests, those that are about this kind of fault.
    fn of_its_kind(&self) -> impl Iterator<Item = &str> {
        let kinds = || self.mutant.tests.split('|');
        let is =
            |test: &str, kind| test.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        let about = move |test: &&str| kinds().any(|kind| is(test, kind));
        self.tests.iter().map(String::as_str).filter(about)
    }

    /// Whether it dies of something else only: by accident.
    fn by_accident(&self) -> bool {
        self.cells > 0 && self.of_its_kind().next().is_none()
    }
}

/// Runs the suite on the mutants, and prints which tests notice them. A mutant that no test about its function notices is an
/// error, and so is one that none of the tests about its kind of fault does. `packages` are arguments of Cargo that name the mutants' package.
pub fn mutants(options: &Options, packages: &[&str]) -> Result<(), TaskError> {
    let (catalogue, cells) = run(options, packages)?;
    let kills = kills(catalogue.clone(), &cells);
    print!("{}{}", table(&kills), weak(&catalogue, &cells));
    let survivors: Vec<_> = kills.iter().filter(|kills| kills.cells == 0).map(|kills| &kills.mutant).collect();
    if !survivors.is_empty() {
        let survivors: Vec<_> = survivors.iter().map(|Entry { name, what, .. }| format!("  {name}: {what}")).collect();
        return Err(TaskError::Survivors(survivors.join("\n")));
    }
    let accidents = accidents(&kills);
    if !accidents.is_empty() {
        return Err(TaskError::Accidents(accidents));
    }
    println!("{} mutants, all of them killed by a test about their function and their kind of fault", catalogue.len());
    Ok(())
}

/// What notices each mutant.
pub fn all() -> Result<Vec<Kills>, TaskError> {
    let (catalogue, cells) = run(&Options::default(), &ALONE)?;
    Ok(kills(catalogue, &cells))
}

/// The mutants, and the cells of a run on them.
fn run(options: &Options, packages: &[&str]) -> Result<(Vec<Entry>, Vec<CellRecord>), TaskError> {
    let path = fresh("mutants")?;
    // What breaks a mutant is no counterexample for other runs to try.
    let counterexamples = path.with_extension("counterexamples");
    let built = build(&[packages, &["--bin", "catalogue", "--test", "mutants"]].concat())?;
    let executable = |target| find(&built, "crosscheck-mutants", target);
    let catalogue = program(&executable("catalogue")?.path, &[]).output()?;
    let wanted = |entry: &Entry| options.function.is_empty() || options.function.contains(&entry.function);
    let catalogue: Vec<_> = catalogue.lines().filter_map(entry).filter(wanted).collect();
    if catalogue.is_empty() {
        return Err(TaskError::NoMutants(options.function.join(", ")));
    }
    let suite = &executable("mutants")?.path;
    // Only what is about the function with the fault: everywhere else a mutant is the reference.
    let functions: BTreeSet<_> = catalogue.iter().map(|entry| entry.function.as_str()).collect();
    for function in functions {
        let faulty = catalogue.iter().filter(|entry| entry.function == function);
        let faulty: Vec<_> = faulty.map(|entry| entry.backend.as_str()).collect();
        let selection = ["--format", "terse", "--function", function, "--backend", &faulty.join(",")];
        let run = program(suite, &selection).env("CROSSCHECK_RECORD", &path).env(FUNCTION, function);
        run.env("CROSSCHECK_COUNTEREXAMPLES", &counterexamples).run_silently()?;
    }
    Ok((catalogue, read(&path)?))
}

/// The mutant of a line of the catalogue.
fn entry(line: &str) -> Option<Entry> {
    let mut columns = line.split('\t').map(str::to_owned);
    let mut next = || columns.next();
    Some(Entry { name: next()?, backend: next()?, function: next()?, what: next()?, tests: next()? })
}

/// Whether a cell notices that something is wrong.
fn notices(cell: &CellRecord) -> bool {
    matches!(cell.outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Crashed) && !cell.setup
}

/// The tests about the function of each mutant that notice it.
fn kills(catalogue: Vec<Entry>, cells: &[CellRecord]) -> Vec<Kills> {
    let of = |mutant: Entry| {
        let Entry { backend, function, .. } = &mutant;
        let of_function = |cell: &&CellRecord| cell.function.as_deref() == Some(function.as_str());
        let own = cells.iter().filter(|cell| cell.backend == *backend && notices(cell)).filter(of_function);
        let own: Vec<_> = own.collect();
        let tests = own.iter().map(|cell| cell.test.clone()).collect();
        let cells = own.len();
        Kills { mutant, cells, tests }
    };
    catalogue.into_iter().map(of).collect()
}

/// A line for each mutant that none of the tests about its kind of fault notices.
fn accidents(kills: &[Kills]) -> String {
    let line = |kills: &Kills| {
        let Entry { name, tests, .. } = &kills.mutant;
        let killers: Vec<_> = kills.tests.iter().take(SHOWN).map(String::as_str).collect();
        format!("  {name}: by {}, and not by `{tests}`", killers.join(", "))
    };
    kills.iter().filter(|kills| kills.by_accident()).map(line).collect::<Vec<_>>().join("\n")
}

/// A line a mutant, with the tests about its kind of fault first.
fn table(kills: &[Kills]) -> String {
    let width = kills.iter().map(|kills| kills.mutant.name.len()).max().unwrap_or_default();
    let line = |kills: &Kills| {
        let Kills { mutant: Entry { name, .. }, cells, tests } = kills;
        let own: Vec<_> = kills.of_its_kind().collect();
        let others = tests.iter().map(String::as_str).filter(|test| !own.contains(test));
        let shown: Vec<_> = own.iter().copied().chain(others).take(SHOWN).collect();
        let more = if tests.len() > SHOWN { format!(" and {} more", tests.len() - SHOWN) } else { String::new() };
        format!("{name:width$}  {cells:>3} cells  {}{more}\n", shown.join(", "))
    };
    kills.iter().map(line).collect()
}

/// The tests that notice no mutant, although there are some of their function: the weak ones.
fn weak(catalogue: &[Entry], cells: &[CellRecord]) -> String {
    let mutants: BTreeSet<_> =
        catalogue.iter().map(|entry| (entry.backend.as_str(), Some(entry.function.as_str()))).collect();
    let own = || cells.iter().filter(|cell| mutants.contains(&(cell.backend.as_str(), cell.function.as_deref())));
    let killing: BTreeSet<_> = own().filter(|cell| notices(cell)).map(|cell| &cell.test).collect();
    let idle: BTreeSet<_> = own().map(|cell| &cell.test).filter(|test| !killing.contains(test)).collect();
    if idle.is_empty() {
        return String::new();
    }
    let lines: String = idle.iter().map(|test| format!("  {test}\n")).collect();
    format!("\ntests that notice no mutant of their function\n{lines}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> [Entry; 2] {
        ["add_a_wrong\ta_wrong\tadd\tone too many\tsums", "mul_b_wrong\tb_wrong\tmul\tone too few\tproducts|factors"]
            .map(|line| entry(line).unwrap())
    }

    fn cell(backend: &str, function: &str, test: &str, outcome: Outcome) -> CellRecord {
        let text = format!(
            r#"{{"name":"{test}::{backend}","test":"{test}","function":"{function}","backend":"{backend}","markers":[],
            "row":null,"outcome":"passed","origin":"","duration_us":0}}"#
        );
        let mut cell: CellRecord = serde_json::from_str(&text).unwrap();
        cell.outcome = outcome;
        cell
    }

    #[test]
    fn a_mutant_is_killed_by_a_test_about_its_function_only() {
        let cells = [
            cell("a_wrong", "add", "sums", Outcome::Failed),
            cell("a_wrong", "add", "empty_sums", Outcome::Passed),
            cell("b_wrong", "add", "sums", Outcome::Failed),
            cell("b_wrong", "mul", "products", Outcome::Passed),
            cell("reference", "mul", "products", Outcome::Failed),
        ];
        let kills = kills(catalogue().to_vec(), &cells);
        assert_eq!(table(&kills), "add_a_wrong    1 cells  sums\nmul_b_wrong    0 cells  \n");
        assert_eq!(kills.iter().map(|kills| kills.cells).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(
            weak(&catalogue(), &cells),
            "\ntests that notice no mutant of their function\n  empty_sums\n  products\n\n"
        );
    }

    #[test]
    fn a_mutant_that_dies_of_another_kind_of_test_dies_by_accident() {
        let of = |tests: &[&str]| {
            let cells: Vec<_> = tests.iter().map(|test| cell("a_wrong", "add", test, Outcome::Failed)).collect();
            kills(catalogue()[..1].to_vec(), &cells)
        };
        for its_kind in [&["sums"][..], &["sums::small"], &["about", "sums::small::of_two"]] {
            assert_eq!(accidents(&of(its_kind)), "", "{its_kind:?}");
        }
        assert_eq!(
            accidents(&of(&["sumsets", "about::sums"])),
            "  add_a_wrong: by about::sums, sumsets, and not by `sums`"
        );
        let factors = kills(catalogue()[1..].to_vec(), &[cell("b_wrong", "mul", "factors::of_two", Outcome::Failed)]);
        assert_eq!(accidents(&factors), "");
        // What lives is no accident, and is listed by itself.
        assert_eq!(accidents(&of(&[])), "");
        assert_eq!(table(&of(&["about", "sums::small"])), "add_a_wrong    2 cells  sums::small, about\n");
    }

    #[test]
    fn what_was_not_run_notices_nothing() {
        let mut setup = cell("a_wrong", "add", "sums", Outcome::Failed);
        setup.setup = true;
        for cell in [setup, cell("a_wrong", "add", "sums", Outcome::NotImplemented)] {
            assert_eq!(kills(catalogue()[..1].to_vec(), &[cell])[0].cells, 0);
        }
    }
}
