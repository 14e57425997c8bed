//! `cargo xtask mutants`: whether the suite notices faults.

use std::collections::BTreeSet;

use crosscheck::judge::Outcome;
use crosscheck::record::{self, CellRecord};
use crosscheck_mutants::{Entry, FUNCTION, catalogue};

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::record::fresh;

/// How many of the tests that kill a mutant are shown.
const SHOWN: usize = 3;

/// What `mutants` can be told.
#[derive(Default, clap::Args)]
pub struct Options {
    /// Only the mutants of these functions of the contract
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
}

/// Runs the suite on the mutants, and prints which tests notice them. A mutant that no test about its function notices is an
/// error.
pub fn mutants(options: &Options) -> Result<(), TaskError> {
    let path = fresh("mutants")?;
    // What breaks a mutant is no counterexample that anybody else has to try.
    let counterexamples = path.with_extension("counterexamples");
    let suite = ["test", "--quiet", "-p", "crosscheck-mutants", "--test", "mutants"];
    cargo(&[&suite[..], &["--no-run"]].concat()).run()?;
    let wanted = |entry: &Entry| options.function.is_empty() || options.function.iter().any(|it| it == entry.function);
    let catalogue: Vec<_> = catalogue().into_iter().filter(wanted).collect();
    if catalogue.is_empty() {
        return Err(TaskError::NoMutants(options.function.join(", ")));
    }
    // Only what is about the function with the fault: everywhere else a mutant is the reference.
    let functions: BTreeSet<_> = catalogue.iter().map(|entry| entry.function).collect();
    for function in functions {
        let faulty = catalogue.iter().filter(|entry| entry.function == function).map(|entry| entry.backend);
        let faulty: Vec<_> = faulty.collect();
        let selection = ["--", "--format", "terse", "--function", function, "--backend", &faulty.join(",")];
        let run = cargo(&[&suite[..], &selection].concat()).env("CROSSCHECK_RECORD", &path).env(FUNCTION, function);
        run.env("CROSSCHECK_COUNTEREXAMPLES", &counterexamples).run_silently_whatever_it_says()?;
    }
    let cells = record::read(&path)?;
    let (table, survivors) = kills(&catalogue, &cells);
    print!("{table}{}", weak(&catalogue, &cells));
    if survivors.is_empty() {
        println!("{} mutants, all of them killed by a test about their function", catalogue.len());
        return Ok(());
    }
    Err(TaskError::Survivors(survivors.join("\n")))
}

/// Whether a cell notices that something is wrong.
fn notices(cell: &CellRecord) -> bool {
    matches!(cell.outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Crashed) && !cell.setup
}

/// The table of mutants and the tests about their functions that notice them, and those that live.
fn kills(catalogue: &[Entry], cells: &[CellRecord]) -> (String, Vec<String>) {
    let (mut table, mut survivors) = (String::new(), Vec::new());
    let width = catalogue.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    for Entry { name, backend, function, what } in catalogue {
        let of_function = |cell: &&CellRecord| cell.function.as_deref() == Some(*function);
        let own = cells.iter().filter(|cell| cell.backend == *backend && notices(cell)).filter(of_function);
        let own: Vec<_> = own.collect();
        let tests: BTreeSet<_> = own.iter().map(|cell| cell.test.as_str()).collect();
        let shown: Vec<_> = tests.iter().take(SHOWN).copied().collect();
        let more = if tests.len() > SHOWN { format!(" and {} more", tests.len() - SHOWN) } else { String::new() };
        table.push_str(&format!("{name:width$}  {:>3} cells  {}{more}\n", own.len(), shown.join(", ")));
        if own.is_empty() {
            survivors.push(format!("  {name}: {what}"));
        }
    }
    (table, survivors)
}

/// The tests that notice no mutant, although there are some of their function: the weak ones.
fn weak(catalogue: &[Entry], cells: &[CellRecord]) -> String {
    let mutants: BTreeSet<_> = catalogue.iter().map(|entry| (entry.backend, Some(entry.function))).collect();
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
        let entry = |backend: &'static str, function, what| Entry {
            name: format!("{function}_{backend}"),
            backend,
            function,
            what,
        };
        [entry("a_wrong", "add", "one too many"), entry("b_wrong", "mul", "one too few")]
    }

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
        let (table, survivors) = kills(&catalogue(), &cells);
        assert_eq!(table, "add_a_wrong    1 cells  sums\nmul_b_wrong    0 cells  \n");
        assert_eq!(survivors, ["  mul_b_wrong: one too few"]);
        assert_eq!(
            weak(&catalogue(), &cells),
            "\ntests that notice no mutant of their function\n  empty_sums\n  products\n\n"
        );
    }

    #[test]
    fn what_was_not_run_notices_nothing() {
        let failed = cell("a_wrong", "add", "sums", Outcome::Failed);
        let setup = CellRecord { setup: true, ..failed };
        for cell in [setup, cell("a_wrong", "add", "sums", Outcome::NotImplemented)] {
            assert_eq!(kills(&catalogue()[..1], &[cell]).1.len(), 1);
        }
    }
}
