//! `cargo xtask mutants`: whether the suite notices faults.

use std::collections::{BTreeMap, BTreeSet};

use crosscheck::judge::Outcome;
use crosscheck::record::{self, CellRecord};
use crosscheck_mutants::{CATALOGUE, Entry};

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::record::fresh;

/// How many of the tests that kill a mutant are shown.
const SHOWN: usize = 3;

/// A mutant, and what notices it.
#[derive(Debug)]
pub struct Kills {
    pub name: &'static str,
    pub function: &'static str,
    pub what: &'static str,
    /// How many cells about its function fail.
    pub cells: usize,
    /// The tests that they belong to.
    pub tests: BTreeSet<String>,
}

/// Runs the suite on every mutant, and prints which tests notice it. A mutant that no test about its function notices is an
/// error.
pub fn mutants() -> Result<(), TaskError> {
    let cells = cells()?;
    let kills = kills(CATALOGUE, &cells);
    print!("{}{}", table(&kills), weak(CATALOGUE, &cells));
    let survivors: Vec<_> = kills.iter().filter(|mutant| mutant.cells == 0).collect();
    if survivors.is_empty() {
        println!("{} mutants, all of them killed by a test about their function", CATALOGUE.len());
        return Ok(());
    }
    let survivors: Vec<_> = survivors.iter().map(|Kills { name, what, .. }| format!("  {name}: {what}")).collect();
    Err(TaskError::Survivors(survivors.join("\n")))
}

/// What notices each mutant.
pub fn run() -> Result<Vec<Kills>, TaskError> {
    Ok(kills(CATALOGUE, &cells()?))
}

/// The cells of a run on every mutant.
fn cells() -> Result<Vec<CellRecord>, TaskError> {
    let path = fresh("mutants")?;
    // What breaks a mutant is no counterexample that anybody else has to try.
    let counterexamples = path.with_extension("counterexamples");
    let suite = ["test", "--quiet", "-p", "crosscheck-mutants", "--test", "mutants"];
    cargo(&[&suite[..], &["--no-run"]].concat()).run()?;
    // Only what is about the function with the fault: everywhere else a mutant is the reference.
    let functions: BTreeSet<_> = CATALOGUE.iter().map(|entry| entry.function).collect();
    for function in functions {
        let faulty = CATALOGUE.iter().filter(|entry| entry.function == function).map(|entry| entry.name);
        let faulty: Vec<_> = faulty.collect();
        let selection = ["--", "--format", "terse", "--function", function, "--backend", &faulty.join(",")];
        let run = cargo(&[&suite[..], &selection].concat()).env("CROSSCHECK_RECORD", &path);
        run.env("CROSSCHECK_COUNTEREXAMPLES", &counterexamples).run_silently_whatever_it_says()?;
    }
    Ok(record::read(&path)?)
}

/// Whether a cell notices that something is wrong.
fn notices(cell: &CellRecord) -> bool {
    matches!(cell.outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Crashed) && !cell.setup
}

/// The tests about the function of each mutant that notice it.
fn kills(catalogue: &[Entry], cells: &[CellRecord]) -> Vec<Kills> {
    let of = |Entry { name, function, what }: &Entry| {
        let of_function = |cell: &&CellRecord| cell.function.as_deref() == Some(*function);
        let own = cells.iter().filter(|cell| cell.backend == *name && notices(cell)).filter(of_function);
        let own: Vec<_> = own.collect();
        let tests = own.iter().map(|cell| cell.test.clone()).collect();
        Kills { name, function, what, cells: own.len(), tests }
    };
    catalogue.iter().map(of).collect()
}

/// A line a mutant.
fn table(kills: &[Kills]) -> String {
    let width = kills.iter().map(|mutant| mutant.name.len()).max().unwrap_or_default();
    let line = |Kills { name, cells, tests, .. }: &Kills| {
        let shown: Vec<_> = tests.iter().take(SHOWN).map(String::as_str).collect();
        let more = if tests.len() > SHOWN { format!(" and {} more", tests.len() - SHOWN) } else { String::new() };
        format!("{name:width$}  {cells:>3} cells  {}{more}\n", shown.join(", "))
    };
    kills.iter().map(line).collect()
}

/// The tests that notice no mutant, although there are some of their function: the weak ones.
fn weak(catalogue: &[Entry], cells: &[CellRecord]) -> String {
    let functions: BTreeMap<_, _> = catalogue.iter().map(|entry| (entry.name, entry.function)).collect();
    let own = |cell: &&CellRecord| functions.get(cell.backend.as_str()).copied() == cell.function.as_deref();
    let own = || cells.iter().filter(|cell| functions.contains_key(cell.backend.as_str())).filter(own);
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

    const CATALOGUE: &[Entry] = &[
        Entry { name: "a_wrong", function: "add", what: "one too many" },
        Entry { name: "b_wrong", function: "mul", what: "one too few" },
    ];

    fn cell(backend: &str, function: &str, test: &str, outcome: Outcome) -> CellRecord {
        let text = format!(
            r#"{{"name":"{test}::{backend}","test":"{test}","function":"{function}","backend":"{backend}","markers":[],
            "row":null,"outcome":"passed","origin":"","micros":0}}"#
        );
        CellRecord { outcome, ..serde_json::from_str(&text).unwrap() }
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
        let kills = kills(CATALOGUE, &cells);
        assert_eq!(table(&kills), "a_wrong    1 cells  sums\nb_wrong    0 cells  \n");
        assert_eq!(kills.iter().map(|mutant| mutant.cells).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(
            weak(CATALOGUE, &cells),
            "\ntests that notice no mutant of their function\n  empty_sums\n  products\n\n"
        );
    }

    #[test]
    fn what_was_not_run_notices_nothing() {
        let failed = cell("a_wrong", "add", "sums", Outcome::Failed);
        let setup = CellRecord { setup: true, ..failed };
        for cell in [setup, cell("a_wrong", "add", "sums", Outcome::NotImplemented)] {
            assert_eq!(kills(&CATALOGUE[..1], &[cell])[0].cells, 0);
        }
    }
}
