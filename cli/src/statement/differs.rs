//! Where a statement says something else than the records.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use serde_json::Value;

use super::{Exception, Run, Statement};

/// What is said in one place and otherwise in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path of the field.
    pub field: String,
    /// What the statement says there.
    pub says: String,
    /// What follows from the records.
    pub is: String,
}

/// All differences, in the order of the fields; of another run, only what is the same in every run.
pub fn differs(statement: &Statement, records: &Statement, is_another_run: bool) -> Vec<Difference> {
    let [said, is] = [statement, records].map(|it| match is_another_run {
        true => value(&of_any_run(it)),
        false => value(it),
    });
    let mut differences = Vec::new();
    walk("", Some(&said), Some(&is), &mut differences);
    differences
}

fn value(statement: &Statement) -> Value {
    serde_json::to_value(statement).expect("a statement can be written as JSON")
}

/// Without when and where it ran, and without the words that cells said, in which there may be a time or an address.
fn of_any_run(statement: &Statement) -> Statement {
    let mut statement = statement.clone();
    statement.run = Run { date: None, machines: Vec::new(), crosscheck: Vec::new() };
    (statement.backend.devices, statement.backend.about) = (Vec::new(), Vec::new());
    let mut exceptions: BTreeMap<(String, Outcome, Option<String>), usize> = BTreeMap::new();
    for Exception { test, outcome, machine, cells, .. } in statement.exceptions {
        *exceptions.entry((test, outcome, machine)).or_default() += cells;
    }
    let without_words = exceptions.into_iter().map(|((test, outcome, machine), cells)| Exception {
        test,
        outcome,
        reason: String::new(),
        machine,
        cells,
    });
    statement.exceptions = without_words.collect();
    statement
}

fn walk(path: &str, said: Option<&Value>, is: Option<&Value>, differences: &mut Vec<Difference>) {
    match (said, is) {
        (Some(Value::Object(said)), Some(Value::Object(is))) => {
            let keys: std::collections::BTreeSet<_> = said.keys().chain(is.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(&path, said.get(key), is.get(key), differences);
            }
        }
        (Some(Value::Array(said)), Some(Value::Array(is))) if said.len() == is.len() => {
            for (at, (said, is)) in said.iter().zip(is).enumerate() {
                walk(&format!("{path}[{at}]"), Some(said), Some(is), differences);
            }
        }
        (Some(Value::Array(said)), Some(Value::Array(is))) => {
            // Where something was put in or taken out, what is left is not another one.
            let only = |these: &[Value], others: &[Value]| {
                these.iter().filter(|it| !others.contains(it)).map(Value::to_string).collect::<Vec<_>>()
            };
            let (put_in, taken_out) = (only(said, is), only(is, said));
            let or_none = |list: Vec<String>| if list.is_empty() { "nothing else".to_owned() } else { list.join(", ") };
            let (says, is) = (or_none(put_in), or_none(taken_out));
            differences.push(Difference { field: path.to_owned(), says, is });
        }
        _ if said == is => {}
        _ => {
            let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            differences.push(Difference { field: path.to_owned(), says: shown(said), is: shown(is) });
        }
    }
}
