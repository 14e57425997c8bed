//! A run as one JSON document.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::{FORMAT, Start, SuiteRecord, report};
use crosscheck::record::CellRecord;
use serde::Serialize;

use crate::records::Run;

/// What the records say, joined; `docs/src/run.schema.json` describes it.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    name: String,
    concluded: bool,
    counts: BTreeMap<Outcome, usize>,
    starts: &'a [Start],
    suites: &'a [SuiteRecord],
    narrowed: &'a [String],
    planned: &'a [String],
    open: Vec<String>,
    cells: &'a [CellRecord],
}

/// The whole run.
pub fn json(run: &Run) -> String {
    let results = run.results();
    document(&Document {
        format: FORMAT,
        name: results.name(),
        concluded: results.concluded,
        counts: results.counts().into_iter().collect(),
        starts: &run.starts,
        suites: &run.suites,
        narrowed: &run.narrowed,
        planned: &run.planned,
        open: run.open.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        cells: &run.cells,
    })
}

/// A document, also for those who look at it in a terminal.
pub fn document(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("what holds texts and numbers only can be written as JSON");
    harmless(&text) + "\n"
}

/// A text as JSON.
pub fn text(text: &str) -> String {
    harmless(&serde_json::Value::from(text).to_string())
}

/// With what acts on a terminal, and what YAML and XML do not know, as `\u009b`: JSON escapes the first 32 characters only.
fn harmless(json: &str) -> String {
    let acts = |c: char| !matches!(c, '\n') && report::acts(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match acts(c) {
            // All of them are in the first plane.
            true => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_escaped_and_read_back() {
        let lie = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2028}\u{7f}\0\u{fffe}\u{ffff} ü 👩‍💻\n\t";
        for shown in [text(lie), document(&BTreeMap::from([(lie, [lie])]))] {
            let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
            assert!(read == lie || read[lie][0] == lie, "{shown}");
            assert!(!shown.contains(|c: char| c != '\n' && report::acts(c)), "{shown:?}");
            assert!(!shown.contains(['\u{fffe}', '\u{ffff}']), "{shown:?}");
        }
    }
}
