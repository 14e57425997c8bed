//! The cells for the script: a column a field, in which what occurs often stands once.

use std::collections::HashMap;

use crosscheck::Outcome;
use crosscheck::internals::report::{Columns, line, lines};
use crosscheck::internals::{Disagreement, WrongElement};
use crosscheck::record::CellRecord;
use serde_json::{Map, Value, json};

use super::head::brief;
use super::support::{Order, TOTAL, UNMARKED, kind};
use crate::records::Run;

/// Things with a number each; what is there already keeps it.
#[derive(Default)]
struct Numbered {
    numbers: HashMap<String, usize>,
    things: Vec<Value>,
}

impl Numbered {
    fn number(&mut self, key: String, thing: impl FnOnce() -> Value) -> usize {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        self.things.push(thing());
        self.numbers.insert(key, self.things.len() - 1);
        self.things.len() - 1
    }

    fn text(&mut self, text: &str) -> usize {
        self.number(text.to_owned(), || json!(text))
    }

    fn value(&mut self, value: Value) -> usize {
        self.number(value.to_string(), || value)
    }
}

/// Everything that the script knows of a run, as JSON.
pub fn of(run: &Run) -> String {
    let Order { features, backends } = Order::of(run);
    let start = run.starts.first();
    let (mut texts, mut values, mut tests) = (Numbered::default(), Numbered::default(), Numbered::default());
    let numbers = |names: &[&str]| {
        let names = names.iter().enumerate();
        names.map(|(number, name)| ((*name).to_owned(), number)).collect::<HashMap<_, _>>()
    };
    let feature_numbers = numbers(&features.iter().map(|(marker, _)| *marker).collect::<Vec<_>>());
    let backend_numbers = numbers(&backends.iter().map(String::as_str).collect::<Vec<_>>());
    let columns_of = Columns::of(&run.results());
    let outcome_numbers = numbers(&Outcome::ALL.map(Outcome::as_str));

    const COLUMNS: [&str; 15] = [
        "test", "case", "backend", "outcome", "us", "reason", "uses", "row", "receipt", "used", "spread", "ulps",
        "dtype", "seed", "machine",
    ];
    let mut columns: [Vec<Value>; COLUMNS.len()] = Default::default();
    let (mut names, mut more) = (Map::new(), Map::new());
    for (at, cell) in run.cells.iter().chain(&run.elsewhere).enumerate() {
        let test = tests.number(cell.test.clone(), || test(cell));
        let case = case(cell);
        if case.is_none() {
            names.insert(at.to_string(), json!(line(&cell.name)));
        }
        let markers: Vec<_> = cell.markers.iter().map(|marker| feature_numbers[marker]).collect();
        let agreement = cell.agreement.as_deref();
        let agreement_fields = agreement.map(|agreement| serde_json::to_value(agreement).unwrap_or_default());
        let field = |name: &str| agreement_fields.as_ref().and_then(|it| it.get(name)).cloned();
        let mut one_of = |value: Option<Value>| value.map_or(Value::Null, |value| json!(values.value(value)));
        let row: [Value; COLUMNS.len()] = [
            json!(test),
            json!(texts.text(&line(case.unwrap_or_default()))),
            json!(backend_numbers[&columns_of.name(cell)]),
            json!(outcome_numbers[cell.outcome.as_str()]),
            json!(cell.duration_us),
            json!(texts.text(&lines(&cell.reason))),
            one_of(Some(json!(markers))),
            one_of(decided_by(cell)),
            one_of(cell.receipt.as_deref().map(|receipt| {
                let fallbacks: Vec<_> = receipt.fallbacks.iter().map(|text| line(text)).collect();
                json!([line(&receipt.device), receipt.evaluations, receipt.refusals, fallbacks, receipt.bytes])
            })),
            field("used").unwrap_or_default(),
            one_of(field("histogram")),
            one_of(field("ulps")),
            one_of(field("dtype")),
            cell.seed.map_or(Value::Null, |seed| json!(format!("{seed:#018x}"))),
            one_of(cell.machine.as_deref().map(|machine| json!(line(machine)))),
        ];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
        let own = own(cell);
        if !own.is_empty() {
            more.insert(at.to_string(), Value::Object(own));
        }
    }
    let outcomes = Outcome::ALL.map(|outcome| json!([outcome.as_str(), kind(outcome), outcome.fails_the_run()]));
    let rows = run.suites.iter().flat_map(|suite| &suite.rows).map(|row| {
        json!({
            "action": line(&row.action).replace('_', " "), "backend": line(&row.backend), "row": line(&row.row),
            "reason": lines(&row.reason), "tracking": row.tracking.as_deref().map(line),
            "since": row.since.as_deref().map(line), "until": row.until.as_deref().map(line),
            "condition": row.condition.as_deref().map(line), "at": row.at.as_deref().map(line),
        })
    });
    let mut told = json!({
        "command": command(run),
        "outcomes": outcomes,
        "cells": run.cells.len(),
        "columns": without_machines(&backends, run),
        "backends": backends.iter().map(|name| line(name)).collect::<Vec<_>>(),
        "features": features.iter().map(|(marker, text)| [line(marker), line(text)]).collect::<Vec<_>>(),
        "unmarked": UNMARKED, "total": TOTAL,
        "tests": tests.things, "texts": texts.things, "values": values.things,
        "rows": rows.collect::<Vec<_>>(),
        "names": names, "more": more,
        "at": start.map_or(0, |start| start.at),
    });
    for (name, column) in COLUMNS.into_iter().zip(columns) {
        // A column in which nothing stands is left out.
        if column.iter().any(|value| !value.is_null()) {
            told[name] = Value::Array(column);
        }
    }
    told.to_string()
}

fn test(cell: &CellRecord) -> Value {
    let texts = |texts: &[String]| texts.iter().map(|text| line(text).into_owned()).collect::<Vec<_>>();
    json!({
        "name": line(&cell.test), "function": cell.function.as_deref().map(line), "origin": line(&cell.origin),
        "tags": texts(&cell.tags), "terms": texts(&cell.terms),
    })
}

/// The backend of each column; `None` where each backend has one.
fn without_machines(names: &[String], run: &Run) -> Option<Vec<String>> {
    let columns = Columns::of(&run.results());
    let of: HashMap<_, _> =
        run.cells.iter().chain(&run.elsewhere).map(|cell| (columns.name(cell), cell.backend.as_str())).collect();
    let of: Vec<_> = names.iter().map(|name| line(of[name]).into_owned()).collect();
    (of != *names).then_some(of)
}

/// What stands between the test and the backend in the name of a cell; `None` where the name is not made in this way.
fn case(cell: &CellRecord) -> Option<&str> {
    let rest = cell.name.strip_prefix(&cell.test)?.strip_suffix(&cell.backend)?;
    match rest {
        "::" => Some(""),
        rest => rest.strip_prefix("::")?.strip_suffix("::"),
    }
}

/// The row of the matrix, and what the backend said to find it.
fn decided_by(cell: &CellRecord) -> Option<Value> {
    let mut fields = Map::new();
    let mut add = |name: &str, text: Option<&str>| {
        if let Some(text) = text {
            fields.insert(name.to_owned(), json!(line(text)));
        }
    };
    add("row", cell.row.as_deref());
    add("at", cell.row_at.as_deref());
    add("disputed", cell.disputed_at.as_deref());
    add("about", cell.about.as_deref());
    add("debt", cell.debt.map(|debt| debt.as_str()));
    add("withRow", cell.with_row.map(Outcome::as_str));
    if cell.excluded {
        fields.insert("excluded".to_owned(), json!(true));
    }
    if !cell.conditions.is_empty() {
        let conditions = cell.conditions.iter().map(|(name, holds)| json!([line(name), holds]));
        fields.insert("conditions".to_owned(), conditions.collect());
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// What hardly two cells share.
fn own(cell: &CellRecord) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    add("output", cell.output.as_deref().map(|output| json!(lines(output))));
    add("attempts", cell.attempts.map(|attempts| json!(attempts)));
    add("setup", cell.setup.then_some(json!(true)));
    add("failure", cell.failure.and_then(|failure| serde_json::to_value(failure).ok()));
    add("disagreement", cell.disagreement.as_deref().map(disagreement));
    fields
}

fn disagreement(it: &Disagreement) -> Value {
    let first = it
        .first
        .iter()
        .map(|WrongElement { index, actual, expected }| json!([index, line(&brief(actual)), line(&brief(expected))]));
    json!({
        "path": line(&it.path), "dtype": line(&it.dtype), "shape": it.shape, "wrong": it.wrong, "ulps": it.ulps,
        "first": first.collect::<Vec<_>>(), "place": it.place.as_deref().map(line),
        "part": (!it.part.is_empty()).then_some(&it.part),
    })
}

/// What runs a cell again, without its name; `None` where the record does not say of which package the suite is.
fn command(run: &Run) -> Option<String> {
    let start = run.starts.first()?;
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if start.package.is_empty() || !is_plain(&start.package) || !is_plain(&start.suite) {
        return None;
    }
    // The crate's name may have an underscore where the target's has a dash; Cargo takes a pattern for it.
    let target = match start.suite.as_str() {
        name if name.contains('_') => format!("'{}'", name.replace('_', "?")),
        name => name.to_owned(),
    };
    Some(format!("cargo test -p {} --test {target} --", start.package))
}
