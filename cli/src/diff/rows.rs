//! What became of the rows of the exclusion matrix.

use crosscheck::internals::{RowRecord, SuiteRecord};

/// The rows that are different.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<'a> {
    /// By subject, and in the order in which they decide.
    pub changes: Vec<RowChange<'a>>,
}

/// A row that is new, gone, or another one; one of the two is there.
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange<'a> {
    /// What it was.
    pub old: Option<&'a RowRecord>,
    /// What it is.
    pub new: Option<&'a RowRecord>,
}

impl<'a> Rows<'a> {
    /// Of the same subjects; `None` where a run does not say what its suites are made of.
    pub fn of(old: &'a [SuiteRecord], new: &'a [SuiteRecord]) -> Option<Self> {
        if old.is_empty() || new.is_empty() {
            return None;
        }
        let subjects: std::collections::BTreeSet<_> = old.iter().chain(new).map(|suite| &suite.subject).collect();
        let rows = |suites: &'a [SuiteRecord], subject: &str| -> Vec<&'a RowRecord> {
            suites.iter().filter(|suite| suite.subject == subject).flat_map(|suite| &suite.rows).collect()
        };
        // An older record says neither how many cells there are nor what a row expects.
        let both_say = old.iter().chain(new).all(|suite| suite.cells.is_some());
        let of_subject = |subject: &String| changes(rows(old, subject), rows(new, subject), both_say);
        Some(Self { changes: subjects.into_iter().flat_map(of_subject).collect() })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.changes.len()
    }
}

fn changes<'a>(mut old: Vec<&'a RowRecord>, mut new: Vec<&'a RowRecord>, both_say: bool) -> Vec<RowChange<'a>> {
    let says = |row: &RowRecord| says(row, both_say);
    // What says the same is the same row, wherever it stands.
    new.retain(|row| match old.iter().position(|other| says(row) == says(other)) {
        Some(at) => {
            old.remove(at);
            false
        }
        None => true,
    });
    let mut changes = Vec::new();
    for row in new {
        let before = old.iter().position(|other| hangs_on(row) == hangs_on(other)).map(|at| old.remove(at));
        changes.push(RowChange { old: before, new: Some(row) });
    }
    changes.extend(old.into_iter().map(|row| RowChange { old: Some(row), new: None }));
    changes
}

/// What makes it the row that it is.
fn hangs_on(row: &RowRecord) -> (&str, &str, Option<&str>) {
    (&row.backend, &row.row, row.condition.as_deref())
}

/// All of it, but where it stands; what it expects, where both runs say it.
fn says(row: &RowRecord, both_say: bool) -> impl PartialEq + use<> {
    let expects = row.expects.clone().filter(|_| both_say);
    RowRecord { at: None, source: None, expects, ..row.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosscheck::internals::SourceRecord;

    fn row(backend: &str, row: &str, action: &str) -> RowRecord {
        serde_json::from_value(serde_json::json!({ "backend": backend, "row": row, "action": action })).unwrap()
    }

    #[test]
    fn a_row_that_says_the_same_is_the_same_wherever_it_stands() {
        let suite =
            |rows: Vec<RowRecord>| vec![SuiteRecord { subject: "dyn Ops".to_owned(), rows, ..Default::default() }];
        let source = SourceRecord { file: "a.rs".to_owned(), lines: (9, 9), hash: String::new() };
        let moved = RowRecord { at: Some("a.rs:9".to_owned()), source: Some(source), ..row("mlx", "f64", "skip") };
        let (twice, gone) = (row("mlx", "all", "xfail"), row("mlx", "big", "skip"));
        let old =
            suite(vec![row("mlx", "f64", "skip"), twice.clone(), twice.clone(), gone.clone(), row("mlx", "x", "skip")]);
        let (other, fresh) = (row("mlx", "x", "xfail"), row("cpu", "f64", "skip"));
        let new = suite(vec![moved, twice.clone(), other.clone(), fresh.clone()]);
        let changes = Rows::of(&old, &new).unwrap().changes;
        let change = |old, new| RowChange { old, new };
        let x = row("mlx", "x", "skip");
        assert_eq!(
            changes,
            [
                change(Some(&x), Some(&other)),
                change(None, Some(&fresh)),
                change(Some(&twice), None),
                change(Some(&gone), None),
            ]
        );
        assert_eq!(Rows::of(&old, &old).unwrap().len(), 0);
        // What a row expects is a part of it, where both runs say so.
        let expects = |calls: &str, cells| {
            let row = RowRecord { expects: Some(calls.to_owned()), ..row("mlx", "f64", "xfail") };
            vec![SuiteRecord { cells, ..suite(vec![row]).remove(0) }]
        };
        let (near, far) = (expects(".ulps(1.0..=2.0)", Some(1)), expects(".ulps(1.0..=9.0)", Some(1)));
        assert_eq!(Rows::of(&near, &far).unwrap().len(), 1);
        assert_eq!(Rows::of(&near, &expects(".ulps(1.0..=9.0)", None)).unwrap().len(), 0);
        // The rows of another subject are other ones.
        let of_another = vec![SuiteRecord { subject: "dyn Other".to_owned(), ..old[0].clone() }];
        assert_eq!(Rows::of(&old, &of_another).unwrap().len(), 10);
        assert_eq!(Rows::of(&old, &[]), None);
    }
}
