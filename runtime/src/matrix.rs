//! The exclusion matrix as a flat table of rows, and which row decides: one resolver for typed matrix functions and for
//! rows that come as data.

use std::collections::HashMap;

use crate::spec::{ALL, Exclusion, Row};

/// The row that decides on a cell with these markers on this backend, by position.
///
/// A row applies when it names the backend, and one of the markers or [`ALL`]. Skip beats XFail, because a body that cannot
/// run is never run; among equals the first row wins.
pub fn resolve(rows: &[Row], backend: &str, markers: &[&str]) -> Option<usize> {
    let applies = |row: &Row| row.backend == backend && (row.marker == ALL || markers.contains(&row.marker.as_ref()));
    (0..rows.len()).filter(|at| applies(&rows[*at])).min_by_key(|at| rank(rows, *at))
}

/// The rows that never decide on any cell because another one always comes first: the shadowed one and the other, by
/// position, in the order of the former.
pub fn shadowed(rows: &[Row]) -> Vec<(usize, usize)> {
    let index = Index::new(rows);
    let by = |at: usize| {
        let Row { backend, marker, .. } = &rows[at];
        let first = index.first(index.of(backend, marker), index.of(backend, ALL))?;
        (first != at).then_some((at, first))
    };
    (0..rows.len()).filter_map(by).collect()
}

/// The less, the sooner a row decides.
fn rank(rows: &[Row], at: usize) -> (u8, usize) {
    let kind = match rows[at].kind {
        Exclusion::Skip => 0,
        Exclusion::XFail { .. } => 1,
        Exclusion::Flaky => 2,
    };
    (kind, at)
}

/// The row that decides on each backend and marker, looked up instead of searched for.
pub(crate) struct Index<'a> {
    rows: &'a [Row],
    deciding: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(rows: &'a [Row]) -> Self {
        let mut deciding = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let first = deciding.entry((row.backend.as_ref(), row.marker.as_ref())).or_insert(at);
            if rank(rows, at) < rank(rows, *first) {
                *first = at;
            }
        }
        Self { rows, deciding }
    }

    /// The row that decides among those of one backend and marker.
    pub(crate) fn of(&self, backend: &str, marker: &str) -> Option<usize> {
        self.deciding.get(&(backend, marker)).copied()
    }

    /// The one of two rows that decides.
    pub(crate) fn first(&self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        a.into_iter().chain(b).min_by_key(|at| rank(self.rows, *at))
    }

    /// The row that decides on a cell with any of these markers.
    pub(crate) fn of_any(&self, backend: &str, markers: &[&str]) -> Option<usize> {
        markers.iter().fold(None, |first, marker| self.first(first, self.of(backend, marker)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(backend: &str, marker: &str, kind: Exclusion) -> Row {
        Row::new(backend, marker, kind, "no").unwrap()
    }

    /// Every table of up to three rows over two markers and `all`, against the rules written a second time, and both ways
    /// of looking a row up against each other.
    #[test]
    fn skip_beats_xfail_and_among_equals_the_first_row_wins() {
        let choices: Vec<_> = ["a", "b", ALL]
            .iter()
            .flat_map(|marker| [Exclusion::Skip, Exclusion::XFAIL].map(|kind| row("mlx", marker, kind)))
            .chain([row("other", "a", Exclusion::Skip)])
            .collect();
        let tables = (0..choices.len().pow(3)).map(|n| {
            [n, n / choices.len(), n / choices.len().pow(2)].map(|digit| choices[digit % choices.len()].clone())
        });
        for rows in tables {
            let index = Index::new(&rows);
            for markers in [&[][..], &["a"], &["b"], &["a", "b"], &["b", "a"], &["c"]] {
                let applies = |at: &usize| {
                    rows[*at].backend == "mlx" && (rows[*at].marker == ALL || markers.contains(&&*rows[*at].marker))
                };
                let of_kind = |skip: bool| (0..3).find(|at| applies(at) && (rows[*at].kind == Exclusion::Skip) == skip);
                let expected = of_kind(true).or_else(|| of_kind(false));
                assert_eq!(resolve(&rows, "mlx", markers), expected, "{rows:?} {markers:?}");
                let indexed = index.first(index.of_any("mlx", markers), index.of("mlx", ALL));
                assert_eq!(indexed, expected, "{rows:?} {markers:?}");
            }
            // A shadowed row decides on no set of markers, any other one on that of its own marker.
            for at in 0..3 {
                let (backend, marker) = (&rows[at].backend, rows[at].marker.as_ref());
                let by = shadowed(&rows).into_iter().find(|(row, _)| *row == at).map(|(_, by)| by);
                let decides = resolve(&rows, backend, &[marker]);
                assert_eq!(by.or(Some(at)), decides, "{rows:?} {at}");
            }
        }
    }
}
