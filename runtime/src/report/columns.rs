//! The columns of tables: a backend that ran on several kinds of machines has one for each.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::results::Results;
use crate::record::CellRecord;

/// The kinds of machines that each backend ran on.
#[derive(Debug)]
pub struct Columns<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Columns<'a> {
    /// Those of a run.
    pub fn of(results: &Results<'a>) -> Self {
        let mut ran = BTreeMap::<_, BTreeSet<_>>::new();
        for cell in results.cells.iter().chain(results.elsewhere).filter(|cell| cell.outcome.ran()) {
            ran.entry(cell.backend.as_str()).or_default().extend(cell.machine.as_deref());
        }
        Self(ran)
    }

    /// The names of the columns of a backend, as `mlx_cpu`, or `mlx_cpu@aarch64-macos` and `mlx_cpu@x86_64-linux`.
    pub fn names(&self, backend: &str) -> Vec<String> {
        match self.machines(backend) {
            Some(machines) => {
                machines.iter().map(|machine| name(backend, machine)).chain([backend.to_owned()]).collect()
            }
            None => vec![backend.to_owned()],
        }
    }

    /// The column of a cell. One that no machine ran is in that of its backend.
    pub fn name(&self, cell: &CellRecord) -> String {
        match cell.machine.as_deref().filter(|_| self.machines(&cell.backend).is_some()) {
            Some(machine) => name(&cell.backend, machine),
            None => cell.backend.clone(),
        }
    }

    /// The cells of a run, and those that ran elsewhere, each on a backend of the name of its column.
    pub fn apart<'b>(&self, results: &Results<'b>) -> Cow<'b, [CellRecord]> {
        if self.0.keys().all(|backend| self.machines(backend).is_none()) {
            return Cow::Borrowed(results.cells);
        }
        let all = results.cells.iter().chain(results.elsewhere).cloned();
        let named = all.map(|mut cell| {
            cell.backend = self.name(&cell);
            cell
        });
        named.collect()
    }

    /// The kinds of machines of a backend that ran on several.
    fn machines(&self, backend: &str) -> Option<&BTreeSet<&'a str>> {
        self.0.get(backend).filter(|machines| machines.len() > 1)
    }
}

fn name(backend: &str, machine: &str) -> String {
    format!("{backend}@{machine}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Outcome;

    #[test]
    fn a_backend_has_a_column_for_each_kind_of_machines_that_it_ran_on() {
        let cell = |backend: &str, machine: Option<&str>, outcome| CellRecord {
            backend: backend.to_owned(),
            machine: machine.map(str::to_owned),
            outcome,
            ..CellRecord::missing("t")
        };
        use Outcome::{Failed, Missing, Passed, Skipped, Unavailable};
        let (linux, mac) = (Some("x86_64-linux"), Some("aarch64-macos"));
        let cells = [
            cell("cpu", linux, Passed),
            cell("cpu", mac, Skipped),
            cell("cpu", None, Missing),
            cell("metal", mac, Failed),
            cell("cuda", linux, Passed),
        ];
        let elsewhere = [cell("cpu", mac, Passed), cell("cuda", mac, Unavailable)];
        let results = Results { cells: &cells, elsewhere: &elsewhere, ..Results::default() };
        let columns = Columns::of(&results);
        assert_eq!(columns.names("cpu"), ["cpu@aarch64-macos", "cpu@x86_64-linux", "cpu"]);
        assert_eq!([columns.names("metal"), columns.names("new")], [["metal"], ["new"]]);
        let named: Vec<_> = columns.apart(&results).iter().map(|cell| cell.backend.clone()).collect();
        assert_eq!(
            named,
            ["cpu@x86_64-linux", "cpu@aarch64-macos", "cpu", "metal", "cuda", "cpu@aarch64-macos", "cuda"]
        );
        let alone = Results { elsewhere: &[], ..results };
        assert!(matches!(Columns::of(&alone).apart(&alone), Cow::Borrowed(_)));
    }
}
