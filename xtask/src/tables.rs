//! `cargo xtask tables`: what the suite finds, as tables in the README of the backends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crosscheck::Outcome;
use crosscheck::internals::{Agreement, report};
use crosscheck::record::CellRecord;

use crate::cargo::cargo;
use crate::error::TaskError;
use crate::mlx;
use crate::mutants::{self, Kills};
use crate::record::fresh;
use crate::workspace::root;

const FILE: &str = "backends/README.md";
/// The tables stand between these lines.
const MARKS: [&str; 2] = ["<!-- Written by `cargo xtask tables`. -->\n", "<!-- Here end the tables. -->\n"];

/// The suite on the reference, MLX and candle, in one executable.
const SUITE: [&str; 6] = [
    "-p",
    "crosscheck-candle",
    "--features",
    "crosscheck-backends/metal,crosscheck-backends/cuda",
    "--test",
    "conformance",
];

/// Runs the suite on all backends and on the mutants, and writes the tables.
pub fn tables() -> Result<(), TaskError> {
    mlx::provision(&mlx::Options::default())?;
    let path = fresh("tables")?;
    let suite = [&["test", "--quiet"][..], &SUITE].concat();
    cargo(&[&suite[..], &["--no-run"]].concat()).run()?;
    let started = Instant::now();
    let run = cargo(&[&suite[..], &["--", "--format", "terse"]].concat());
    run.env("CROSSCHECK_REQUIRE", "mlx_cpu").env("CROSSCHECK_RECORD", &path).output()?;
    let took = started.elapsed();
    let cells = CellRecord::read(&path).map_err(TaskError::Record)?;
    let ran = cells.iter().filter(|cell| cell.outcome.ran()).count();
    let kills = mutants::all()?;
    let killed = kills.iter().filter(|mutant| mutant.cells > 0).count();
    let text = [
        folded(
            &format!(
                "{ran} cells on {}, in {:.0} s on {} cores: outcomes by feature and backend",
                backends(&cells).join(", "),
                took.as_secs_f64().ceil(),
                std::thread::available_parallelism().map_or(1, usize::from),
            ),
            &outcomes(&cells),
        ),
        folded(
            "Headroom: how much of what is allowed the values of each function use at the worst, compared with the reference's",
            &headroom(&cells),
        ),
        folded(
            &format!("{killed} of {} faults put into the reference are noticed by a test about their function", kills.len()),
            &mutants(&kills),
        ),
    ]
    .join("\n");
    let path = root().join(FILE);
    let failed = |source| TaskError::Io { path: path.clone(), source };
    let readme = std::fs::read_to_string(&path).map_err(failed)?;
    let written = between(&readme, &text).ok_or(TaskError::NoPlace { file: FILE, marks: MARKS })?;
    std::fs::write(&path, written).map_err(failed)
}

/// A table behind its title.
fn folded(title: &str, table: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{table}\n</details>\n")
}

/// The text with other tables between the marks.
fn between(text: &str, tables: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some([before, MARKS[0], "\n", tables, "\n", MARKS[1], after].concat())
}

/// The backends that ran anything.
fn backends(cells: &[CellRecord]) -> Vec<&str> {
    let ran: BTreeSet<_> = cells.iter().filter(|cell| cell.outcome.ran()).map(|cell| cell.backend.as_str()).collect();
    ran.into_iter().collect()
}

fn table<R: AsRef<str>>(head: &str, backends: &[&str], rows: impl IntoIterator<Item = (R, Vec<String>)>) -> String {
    let mut text = format!("| {head} | {} |\n|---|{}\n", backends.join(" | "), "---|".repeat(backends.len()));
    for (name, columns) in rows {
        text.push_str(&format!("| {} | {} |\n", name.as_ref(), columns.join(" | ")));
    }
    text
}

/// How many cells came to what, by feature.
fn outcomes(cells: &[CellRecord]) -> String {
    let backends = backends(cells);
    let mut counts: BTreeMap<(&str, &str), BTreeMap<Outcome, usize>> = BTreeMap::new();
    for cell in cells {
        let markers = cell.markers.iter().map(String::as_str);
        let own = if cell.markers.is_empty() { Some("(no feature)") } else { None };
        for feature in markers.chain(own) {
            *counts.entry((feature, &cell.backend)).or_default().entry(cell.outcome).or_default() += 1;
        }
    }
    let features: BTreeSet<_> = counts.keys().map(|(feature, _)| *feature).collect();
    let rows = features.into_iter().map(|feature| {
        let column = |backend: &&str| match counts.get(&(feature, *backend)) {
            Some(counts) => {
                counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect::<Vec<_>>().join(", ")
            }
            None => "–".to_owned(),
        };
        (feature, backends.iter().map(column).collect())
    });
    table("feature", &backends, rows)
}

/// The worst share of what is allowed, by function.
fn headroom(cells: &[CellRecord]) -> String {
    let worst = report::agreements(cells);
    let functions: BTreeSet<_> = worst.keys().map(|(function, _)| *function).collect();
    let backends: BTreeSet<_> = worst.keys().map(|(_, backend)| *backend).collect();
    let backends: Vec<_> = backends.into_iter().collect();
    let rows = functions.into_iter().map(|function| {
        let column = |backend: &&str| match worst.get(&(function, *backend)) {
            Some(Agreement { used: 0.0, .. }) => "equal".to_owned(),
            Some(agreement) => format!("{:.2} %", 100.0 * agreement.used),
            None => "–".to_owned(),
        };
        (format!("`{function}`"), backends.iter().map(column).collect())
    });
    table("function", &backends, rows)
}

/// How many mutants of each function there are, how many are noticed, and by how many tests.
fn mutants(kills: &[Kills]) -> String {
    let mut functions: BTreeMap<&str, Vec<&Kills>> = BTreeMap::new();
    for kills in kills {
        functions.entry(kills.mutant.function.as_str()).or_default().push(kills);
    }
    let rows = functions.into_iter().map(|(function, mutants)| {
        let killed = mutants.iter().filter(|mutant| mutant.cells > 0).count();
        let tests: BTreeSet<_> = mutants.iter().flat_map(|mutant| &mutant.tests).collect();
        (format!("`{function}`"), vec![mutants.len().to_string(), killed.to_string(), tests.len().to_string()])
    });
    table("function", &["mutants", "killed", "tests that kill one"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::Entry;

    fn cell(backend: &str, markers: &str, outcome: &str, used: Option<f64>) -> CellRecord {
        let agreement =
            used.map(|used| format!(r#","agreement":{{"used":{used},"elements":1,"histogram":[0,1,0,0,0,0,0,0]}}"#));
        let agreement = agreement.unwrap_or_default();
        let text = format!(
            r#"{{"name":"t::{backend}","test":"t","function":"add","backend":"{backend}","markers":[{markers}],"row":null,
            "outcome":"{outcome}","origin":"","duration_us":0{agreement}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn tables_have_a_column_for_each_backend_that_ran() {
        let cells = [
            cell("mlx", "", "passed", Some(0.25)),
            cell("mlx", r#""nan""#, "x_failed", None),
            cell("mlx", "", "passed", Some(0.5)),
            cell("reference", "", "passed", None),
            cell("candle", "", "passed", Some(0.0)),
            cell("metal", "", "unavailable", None),
        ];
        assert_eq!(
            outcomes(&cells),
            "| feature | candle | mlx | reference |\n|---|---|---|---|\n\
             | (no feature) | 1 passed | 2 passed | 1 passed |\n| nan | – | 1 xfailed | – |\n"
        );
        assert_eq!(headroom(&cells), "| function | candle | mlx |\n|---|---|---|\n| `add` | equal | 50.00 % |\n");
    }

    #[test]
    fn what_stands_around_the_tables_stays() {
        let text = format!("a\n{}old\n{}b\n", MARKS[0], MARKS[1]);
        let expected = format!("a\n{}\nnew\n\n{}b\n", MARKS[0], MARKS[1]);
        assert_eq!(between(&text, "new\n"), Some(expected));
        assert_eq!(between("no marks", "new"), None);
        assert!(between(include_str!("../../backends/README.md"), "new").is_some());
    }

    #[test]
    fn a_mutant_counts_for_its_function() {
        let mutant = |function, cells, tests: &[&str]| Kills {
            mutant: Entry {
                name: "m".to_owned(),
                backend: "m".to_owned(),
                function: str::to_owned(function),
                what: String::new(),
                tests: String::new(),
            },
            cells,
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        };
        let kills = [mutant("add", 2, &["a", "b"]), mutant("add", 1, &["b"]), mutant("mul", 0, &[])];
        assert_eq!(
            mutants(&kills),
            "| function | mutants | killed | tests that kill one |\n|---|---|---|---|\n| `add` | 2 | 2 | 2 |\n| `mul` | 1 | 0 | 0 |\n"
        );
    }
}
