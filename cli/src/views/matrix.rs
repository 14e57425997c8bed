//! The table of features, functions or tags, and backends.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::report::{self, Table};
use serde::Serialize;

use super::json::document;

#[derive(Serialize)]
struct Document<'a> {
    by: &'static str,
    backends: &'a [String],
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    backends: BTreeMap<&'a str, BTreeMap<Outcome, usize>>,
}

/// As a document: the counts of each row, by backend and outcome.
pub fn matrix_json(table: &Table) -> String {
    let rows = table.rows.iter().map(|(name, of)| {
        let backends = table.backends.iter().map(String::as_str).zip(of).filter(|(_, of)| !of.is_empty());
        Row { name, backends: backends.map(|(backend, of)| (backend, of.iter().copied().collect())).collect() }
    });
    document(&Document { by: table.by.as_str(), backends: &table.backends, rows: rows.collect() })
}

/// A line for each row, backend and outcome, which a spreadsheet can turn around as it likes.
pub fn matrix_csv(table: &Table) -> String {
    let mut text = format!("{},backend,outcome,cells\n", table.by.as_str());
    for (name, of) in &table.rows {
        for (backend, counts) in table.backends.iter().zip(of) {
            for (outcome, count) in counts {
                text.push_str(&format!("{},{},{},{count}\n", field(name), field(backend), key(*outcome)));
            }
        }
    }
    text
}

/// An outcome, as records write it.
fn key(outcome: Outcome) -> String {
    serde_json::to_string(&outcome).unwrap_or_default().trim_matches('"').to_owned()
}

/// A text that is one field, and no formula.
fn field(text: &str) -> String {
    let text = report::line(text);
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    match is_formula || text.contains(['"', ',']) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{}{}\"", if is_formula { "'" } else { "" }, text.replace('"', "\"\"")),
        false => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_one_field_and_no_formula() {
        for (text, shown) in [
            ("float64", "float64"),
            ("a,b", "\"a,b\""),
            ("a \"b\"\n", "\"a \"\"b\"\"\\n\""),
            ("=HYPERLINK(1)", "\"'=HYPERLINK(1)\""),
            ("@a", "\"'@a\""),
            (" a", "\" a\""),
            ("", ""),
        ] {
            assert_eq!(field(text), shown, "{text:?}");
        }
    }
}
