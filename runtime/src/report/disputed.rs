//! Rows that say of the baseline that it is wrong, although nothing disagrees with it any more.

use std::collections::BTreeMap;

use crate::judge::Outcome;
use crate::record::CellRecord;
use crate::suite::expectation::Failure;
use crate::text;

/// Such rows, each in a line of its own; over records, because no single cell knows what became of the others.
pub fn stale_disputes(cells: &[CellRecord]) -> Vec<String> {
    let mut rows: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for cell in cells {
        // What ended before there was a value says nothing of it.
        let disagrees = cell.failure == Some(Failure::Mismatch);
        let compared = cell.agreement.is_some() || disagrees;
        if let Some(at) = cell.disputed_at.as_deref().filter(|_| compared && cell.outcome != Outcome::Missing) {
            let (count, disagree) = rows.entry(at).or_default();
            *count += 1;
            *disagree |= disagrees;
        }
    }
    let stale = rows.into_iter().filter(|(_, (_, disagree))| !disagree);
    let describe = |(at, (count, _)): (&str, (usize, bool))| {
        let plural = if count == 1 { "" } else { "s" };
        let at = text::line(at);
        format!(
            "the row at {at} is stale: it says that the baseline is wrong, and no backend disagrees with it ({count} cell{plural}); \
             delete it"
        )
    };
    stale.map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Agreement;

    #[test]
    fn a_row_is_stale_where_every_value_agrees_and_there_is_one() {
        let cell = |row: Option<&str>, disagrees: Option<bool>| CellRecord {
            disputed_at: row.map(str::to_owned),
            outcome: Outcome::Passed,
            failure: (disagrees == Some(true)).then_some(Failure::Mismatch),
            agreement: (disagrees == Some(false)).then(|| Box::new(Agreement::default())),
            ..CellRecord::missing("a::b")
        };
        for (cells, stale) in [
            (vec![], None),
            (vec![cell(None, Some(false))], None),
            (vec![cell(Some("m.rs:1"), None)], None),
            (vec![cell(Some("m.rs:1"), Some(true))], None),
            (vec![cell(Some("m.rs:1"), Some(false))], Some("(1 cell)")),
            (vec![cell(Some("m.rs:1"), Some(false)), cell(Some("m.rs:1"), Some(false))], Some("(2 cells)")),
            // One that disagrees is enough, whichever it is.
            (vec![cell(Some("m.rs:1"), Some(true)), cell(Some("m.rs:1"), Some(false))], None),
            (vec![cell(Some("m.rs:1"), Some(false)), cell(Some("m.rs:1"), Some(true))], None),
            (vec![cell(Some("m.rs:1"), Some(false)), cell(Some("m.rs:2"), Some(true))], Some("m.rs:1 is stale")),
        ] {
            let found = stale_disputes(&cells);
            assert_eq!(found.len(), usize::from(stale.is_some()), "{found:?}");
            assert!(stale.is_none_or(|text| found[0].contains(text)), "{found:?}");
        }
    }
}
