//! A run as its records tell it, with what several views need of it.

use std::fmt::Write;

use crate::judge::{Outcome, REQUIRED};
use crate::record::{CellRecord, RowRecord, Start, SuiteRecord};
use crate::text;

/// What the records of a run say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Results<'a> {
    /// What its processes said at their start.
    pub starts: &'a [Start],
    /// What the suites are made of, as far as a process said.
    pub suites: &'a [SuiteRecord],
    /// What of the suites was left out, as options of the command line.
    pub narrowed: &'a [String],
    /// What became of each cell, sorted by name.
    pub cells: &'a [CellRecord],
    /// What became of the same cells on machines of other kinds, sorted by name; of a test executable, nothing.
    pub elsewhere: &'a [CellRecord],
    /// Whether each run has concluded.
    pub concluded: bool,
}

impl<'a> Results<'a> {
    /// The executable, as `package::target`.
    pub fn name(&self) -> String {
        match self.starts.first() {
            Some(Start { package, suite, .. }) if !package.is_empty() => format!("{package}::{suite}"),
            Some(Start { suite, .. }) => suite.clone(),
            None => "crosscheck".to_owned(),
        }
    }

    /// The row of the matrix that decides on a cell.
    pub fn row(&self, cell: &CellRecord) -> Option<&'a RowRecord> {
        let (named, at) = (cell.row.as_deref()?, cell.row_at.as_deref());
        let rows = || self.suites.iter().flat_map(|suite| &suite.rows);
        // The backends of a family share the rows of the family.
        let same = |row: &&RowRecord| row.row == named && row.at.as_deref() == at;
        rows().filter(same).find(|row| row.backend == cell.backend).or_else(|| rows().find(same))
    }

    /// The row that says that the baseline's value is wrong, with which a cell was compared.
    pub fn disputed(&self, cell: &CellRecord) -> Option<&'a RowRecord> {
        let at = cell.disputed_at.as_deref()?;
        let rows = self.suites.iter().flat_map(|suite| &suite.rows);
        rows.filter(|row| row.action == "baseline_wrong").find(|row| row.at.as_deref() == Some(at))
    }

    /// What became of a cell on machines of other kinds: `passed on x86_64-linux`.
    pub fn others(&self, cell: &CellRecord) -> Vec<String> {
        let from = self.elsewhere.partition_point(|other| other.name < cell.name);
        let others = self.elsewhere[from..].iter().take_while(|other| other.name == cell.name);
        others.filter_map(|other| Some(format!("{} on {}", other.outcome, other.machine.as_ref()?))).collect()
    }

    /// On which machines a cell came to its outcome, and what became of it on others, where there are several kinds:
    /// ` on x86_64-linux (passed on aarch64-linux)`.
    pub fn places(&self, cell: &CellRecord) -> String {
        let Some(machine) = &cell.machine else { return String::new() };
        let others = self.others(cell);
        let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
        format!(" on {machine}{others}")
    }

    /// The command that runs a cell alone.
    pub fn rerun(&self, cell: &CellRecord) -> String {
        let start = self.starts.first();
        let (package, target) = start.map_or(("", ""), |start| (start.package.as_str(), start.suite.as_str()));
        let base = self.starts.iter().map(|start| start.seed).max().unwrap_or_default();
        rerun(package, target, cell, base)
    }

    /// What a format that knows properties says of a cell besides its outcome: each name once, and only what there is.
    pub fn properties(&self, cell: &CellRecord) -> Vec<(&'static str, String)> {
        let row = self.row(cell);
        let ulps = cell.disagreement.as_ref().and_then(|it| it.ulps);
        let used = cell.agreement.as_ref().filter(|it| it.elements > 0).map(|it| it.used);
        let all = [
            ("backend", Some(cell.backend.clone())),
            ("marker", Some(cell.markers.join(", "))),
            ("function", cell.function.clone()),
            ("tag", Some(cell.tags.join(", "))),
            ("row", cell.row.clone()),
            ("row_at", cell.row_at.clone()),
            ("debt", cell.debt.map(|debt| debt.as_str().to_owned())),
            ("tracking", row.and_then(|row| row.tracking.clone())),
            ("since", row.and_then(|row| row.since.clone())),
            ("until", row.and_then(|row| row.until.clone())),
            ("disputed_at", cell.disputed_at.clone()),
            ("run_excluded", cell.excluded.then(|| "true".to_owned())),
            ("worst_ulps", ulps.map(|ulps| ulps.to_string())),
            ("share_used", used.filter(|_| ulps.is_none()).map(|used| used.to_string())),
            ("seed", cell.seed.map(|seed| format!("{seed:#018x}"))),
            ("attempts", cell.attempts.map(|attempts| attempts.to_string())),
            ("machine", cell.machine.clone()),
            ("elsewhere", Some(self.others(cell).join(", "))),
            ("device", cell.receipt.as_ref().map(|receipt| receipt.device.clone())),
            ("at", Some(cell.origin.clone())),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))).collect()
    }

    /// How many cells have which outcome, in the order of the report, without those that no cell has.
    pub fn counts(&self) -> Vec<(Outcome, usize)> {
        let count = |outcome| self.cells.iter().filter(|cell| cell.outcome == outcome).count();
        Outcome::ALL.into_iter().map(|outcome| (outcome, count(outcome))).filter(|(_, count)| *count > 0).collect()
    }
}

/// The command that runs a cell alone. `base` is what the run was given as `--seed`.
pub fn rerun(package: &str, target: &str, cell: &CellRecord, base: u64) -> String {
    let mut command = "cargo test".to_owned();
    if !package.is_empty() {
        let _ = write!(command, " -p {}", quoted(package));
    }
    // The crate's name may have an underscore where the target's has a dash; Cargo takes a pattern for it.
    let _ = write!(command, " --test {} --", quoted(&target.replace('_', "?")));
    if cell.excluded {
        command.push_str(" --run-excluded");
    }
    // Without it, nothing would run and nothing fail.
    if cell.reason.starts_with(REQUIRED) {
        let _ = write!(command, " --require {}", quoted(&cell.backend));
    }
    if base != 0 {
        let _ = write!(command, " --seed {base}");
    }
    let _ = write!(command, " --exact {}", quoted(&cell.name));
    command
}

/// An argument as a shell takes it: as it is, or between single quotes.
fn quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:=+,@%".contains(c);
    let argument = text::line(argument);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return argument.into_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Fingerprint;

    fn cell(name: &str) -> CellRecord {
        CellRecord::missing(name)
    }

    #[test]
    fn a_command_is_one_command_whatever_the_names_are() {
        let excluded = CellRecord { excluded: true, ..cell("a::n_1::mlx") };
        assert_eq!(rerun("ops", "all", &cell("a::n_1::mlx"), 0), "cargo test -p ops --test all -- --exact a::n_1::mlx");
        assert_eq!(
            rerun("ops", "all_cells", &excluded, 7),
            "cargo test -p ops --test 'all?cells' -- --run-excluded --seed 7 --exact a::n_1::mlx"
        );
        assert_eq!(
            rerun("", "all", &cell("a::it's; $(rm) `b`\n::mlx"), 0),
            r"cargo test --test all -- --exact 'a::it'\''s; $(rm) `b`\n::mlx'"
        );
    }

    #[test]
    fn the_row_of_a_cell_is_that_of_its_backend_or_of_its_family() {
        let row = |backend: &str, tracking: &str| RowRecord {
            backend: backend.to_owned(),
            row: "f64".to_owned(),
            action: "skip".to_owned(),
            reason: String::new(),
            condition: None,
            debt: None,
            tracking: Some(tracking.to_owned()),
            since: None,
            until: None,
            seen_in: None,
            expects: None,
            unbounded: false,
            at: Some("m.rs:1".to_owned()),
            source: None,
        };
        let suites = [SuiteRecord { rows: vec![row("cuda", "1"), row("mlx", "2")], ..SuiteRecord::default() }];
        let starts = [Start::now("ops", "all", Fingerprint(7))];
        let results =
            Results { starts: &starts, suites: &suites, narrowed: &[], concluded: true, ..Results::default() };
        let tracking = |backend: &str, row: Option<&str>, at: Option<&str>| {
            let cell = CellRecord {
                backend: backend.to_owned(),
                row: row.map(str::to_owned),
                row_at: at.map(str::to_owned),
                ..cell("a::b")
            };
            results.row(&cell).and_then(|row| row.tracking.clone())
        };
        assert_eq!(tracking("mlx", Some("f64"), Some("m.rs:1")).as_deref(), Some("2"));
        assert_eq!(tracking("cuda0", Some("f64"), Some("m.rs:1")).as_deref(), Some("1"));
        for (row, at) in [(None, Some("m.rs:1")), (Some("f64"), None), (Some("f16"), Some("m.rs:1"))] {
            assert_eq!(tracking("mlx", row, at), None, "{row:?} {at:?}");
        }
    }
}
