//! What a run shows each backend to do, by feature, function or tag: as data, for every format.

use std::collections::BTreeMap;

use comfy_table::{LineStyle, Table as Grid, presets};

use super::columns::Columns;
use super::results::Results;
use crate::judge::Outcome;
use crate::record::CellRecord;
use crate::{sorted, text};

/// The last row, in which each cell counts once.
const TOTAL: &str = "all cells";

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The markers of the cells.
    Feature,
    /// The functions of the contract that the tests are about.
    Function,
    /// The tags of the tests.
    Tag,
}

impl By {
    /// The heading of the rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Function => "function",
            Self::Tag => "tag",
        }
    }

    /// The row of the cells that have none.
    const fn none(self) -> &'static str {
        match self {
            Self::Feature => "(no feature)",
            Self::Function => "(no function)",
            Self::Tag => "(no tag)",
        }
    }

    /// The rows that a cell counts in.
    fn of(self, cell: &CellRecord) -> Vec<&str> {
        let mut rows: Vec<_> = match self {
            Self::Feature => cell.markers.iter().map(String::as_str).collect(),
            Self::Function => cell.function.iter().map(String::as_str).collect(),
            Self::Tag => cell.tags.iter().map(String::as_str).collect(),
        };
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

/// How many cells have which outcome, in the order of the report.
pub type Counts = Vec<(Outcome, usize)>;

/// Counts of outcomes by row and backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the rows are.
    pub by: By,
    /// The backends: as the suites name them, then others by name.
    pub backends: Vec<String>,
    /// A name and the counts of each backend, in that order: the cells with none of the names first, all cells last.
    pub rows: Vec<(String, Vec<Counts>)>,
}

impl Table {
    /// The table of a run. A row or a backend without a cell is left out; a backend that ran on several kinds of machines is
    /// several.
    pub fn new(results: &Results<'_>, by: By) -> Self {
        let columns = Columns::of(results);
        let (suites, cells) = (results.suites, columns.apart(results));
        let mut counts: BTreeMap<(Key<'_>, &str), BTreeMap<usize, usize>> = BTreeMap::new();
        for cell in &*cells {
            let order = Outcome::ALL.iter().position(|outcome| *outcome == cell.outcome).unwrap_or_default();
            let names = by.of(cell);
            let none = names.is_empty().then_some(Key::None);
            for row in names.into_iter().map(Key::Named).chain(none).chain([Key::Total]) {
                *counts.entry((row, cell.backend.as_str())).or_default().entry(order).or_default() += 1;
            }
        }
        let known = suites.iter().flat_map(|suite| &suite.features).filter(|_| by == By::Feature);
        let known = known.map(|feature| Key::Named(feature.marker.as_str()));
        let backends: Vec<_> =
            suites.iter().flat_map(|suite| &suite.backends).flat_map(|backend| columns.names(backend)).collect();
        let backends = in_order(backends.iter().map(String::as_str), counts.keys().map(|(_, backend)| *backend));
        let (last, rows): (Vec<_>, Vec<_>) =
            in_order([Key::None].into_iter().chain(known), counts.keys().map(|(row, _)| *row))
                .into_iter()
                .partition(|row| *row == Key::Total);
        let count = |row: Key<'_>, backend: &str| {
            let of = counts.get(&(row, backend)).into_iter().flatten();
            of.map(|(order, count)| (Outcome::ALL[*order], *count)).collect()
        };
        let row = |row: Key<'_>| {
            let name = match row {
                Key::None => by.none(),
                Key::Named(name) => name,
                Key::Total => TOTAL,
            };
            (name.to_owned(), backends.iter().map(|backend| count(row, backend)).collect())
        };
        let rows = rows.into_iter().chain(last).map(row).collect();
        Self { by, backends: backends.into_iter().map(str::to_owned).collect(), rows }
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let cell = |counts: &Counts| {
            let words: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
            if words.is_empty() { "–".to_owned() } else { words.join("\n") }
        };
        let mut grid = Grid::new();
        grid.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        grid.set_header(std::iter::once(self.by.as_str().into()).chain(self.backends.iter().map(|it| text::line(it))));
        for (name, counts) in &self.rows {
            grid.add_row(std::iter::once(text::line(name).into_owned()).chain(counts.iter().map(cell)));
        }
        grid.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// A row, apart from what it is called: a feature may have the name of another row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    None,
    Named(&'a str),
    Total,
}

/// What is there: what is known in its order, then the rest.
fn in_order<T: Ord>(known: impl Iterator<Item = T>, there: impl Iterator<Item = T>) -> Vec<T> {
    let mut there = sorted::set(there);
    let mut names: Vec<_> = known.filter(|name| there.remove(name)).collect();
    names.extend(there);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::SuiteRecord;
    use crate::record::suite::FeatureRecord;

    fn cell(backend: &str, markers: &[&str], function: Option<&str>, outcome: Outcome) -> CellRecord {
        CellRecord {
            backend: backend.to_owned(),
            markers: markers.iter().map(|marker| (*marker).to_owned()).collect(),
            function: function.map(str::to_owned),
            tags: function.map(str::to_owned).into_iter().collect(),
            outcome,
            ..CellRecord::missing("t")
        }
    }

    #[test]
    fn each_cell_counts_once_a_row_and_in_the_last_one() {
        use Outcome::{Failed, Missing, Passed};
        let feature = |marker: &str| FeatureRecord { marker: marker.to_owned(), description: String::new() };
        let suite = SuiteRecord {
            features: ["z", "a", "unused"].map(feature).to_vec(),
            backends: ["reference", "absent", "mlx"].map(str::to_owned).to_vec(),
            ..SuiteRecord::default()
        };
        let cells = [
            cell("mlx", &["a", "z"], Some("add"), Failed),
            cell("mlx", &["a", "all cells", "a"], Some("add"), Passed),
            cell("reference", &[], None, Passed),
            cell("foreign", &["later"], None, Missing),
        ];
        let results = Results { suites: &[suite], cells: &cells, ..Results::default() };
        let Table { backends, rows, .. } = Table::new(&results, By::Feature);
        assert_eq!(backends, ["reference", "mlx", "foreign"]);
        let (p, f, m) = ((Passed, 1), (Failed, 1), (Missing, 1));
        assert_eq!(
            rows,
            [
                ("(no feature)".to_owned(), vec![vec![p], vec![], vec![]]),
                ("z".to_owned(), vec![vec![], vec![f], vec![]]),
                ("a".to_owned(), vec![vec![], vec![p, f], vec![]]),
                ("all cells".to_owned(), vec![vec![], vec![p], vec![]]),
                ("later".to_owned(), vec![vec![], vec![], vec![m]]),
                ("all cells".to_owned(), vec![vec![p], vec![p, f], vec![m]]),
            ]
        );
        for (by, none) in [(By::Function, "(no function)"), (By::Tag, "(no tag)")] {
            let rows = Table::new(&Results { cells: &cells, ..Results::default() }, by).rows;
            assert_eq!(rows.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [none, "add", "all cells"]);
        }
        assert_eq!(Table::new(&Results::default(), By::Feature).rows, []);
    }
}
