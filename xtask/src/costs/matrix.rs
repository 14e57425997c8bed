//! What the generated suites hold: the sets of markers of GT4Py's tests, and the rows of three of its backends.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::TaskError;
use crate::workspace::root;

/// The backends of the generated suites, the baseline first: what they are called, and what GT4Py calls them.
const BACKENDS: [(&str, &str); 3] = [
    ("embedded", "next_tests.definitions.numpy_execution"),
    ("gtfn", "gt4py.next.program_processors.runners.gtfn.run_gtfn"),
    ("dace", "gt4py.next.program_processors.runners.dace.run_dace_cpu"),
];

/// The markers and rows of GT4Py.
#[derive(Debug)]
pub struct Matrix {
    /// The sets of markers that occur on a test; the generated tests take them in turn.
    sets: Vec<Vec<String>>,
    /// The backends with their rows, each a marker and a message.
    pub backends: Vec<(&'static str, Vec<(String, String)>)>,
}

impl Matrix {
    /// As it stands in the fixtures.
    pub fn of_gt4py() -> Result<Self, TaskError> {
        let cells = read("cells.jsonl")?;
        let cells: Vec<Value> = cells.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let sets: BTreeSet<Vec<String>> = cells.iter().map(|cell| texts(&cell["markers"])).collect();
        let matrix: Value = serde_json::from_str(&read("matrix.json")?).unwrap_or_default();
        let occurs = |marker: &str| sets.iter().flatten().any(|other| other == marker);
        let rows = |id: &str| {
            let mut rows: Vec<(String, String)> = Vec::new();
            for row in matrix[id].as_array().into_iter().flatten().map(texts) {
                let [marker, _, message] = &row[..] else { continue };
                // GT4Py has rows twice, and rows for markers that no test has: neither compiles here.
                if occurs(marker) && rows.iter().all(|(known, _)| known != marker) {
                    rows.push((marker.clone(), message.clone()));
                }
            }
            rows
        };
        let backends = BACKENDS.map(|(name, id)| (name, rows(id))).into();
        Ok(Self { sets: sets.into_iter().collect(), backends })
    }

    /// All markers.
    pub fn markers(&self) -> BTreeSet<&str> {
        self.sets.iter().flatten().map(String::as_str).collect()
    }

    /// The markers of a test, by its number.
    pub fn set(&self, test: usize) -> &[String] {
        &self.sets[test % self.sets.len()]
    }

    /// Whether a row says that the backend cannot run the test.
    pub fn excludes(&self, backend: usize, test: usize) -> bool {
        let rows = &self.backends[backend].1;
        self.set(test).iter().any(|marker| rows.iter().any(|(of, _)| of == marker))
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

fn read(name: &str) -> Result<String, TaskError> {
    let path = root().join("fixtures/gt4py").join(name);
    std::fs::read_to_string(&path).map_err(|source| TaskError::Io { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suites_have_the_markers_and_the_rows_of_gt4py() {
        let matrix = Matrix::of_gt4py().unwrap();
        assert_eq!((matrix.sets.len(), matrix.markers().len()), (205, 39));
        assert_eq!(matrix.backends.iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>(), [4, 10, 11]);
        let excluded = [0, 1, 2].map(|backend| (0..205).filter(|test| matrix.excludes(backend, *test)).count());
        assert_eq!(excluded, [17, 28, 25]);
    }
}
