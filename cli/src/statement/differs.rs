//! Where a statement says something else than the records.

use serde_json::Value;

use super::Statement;

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

/// All differences, in the order of the fields; without when and where it ran, if that may be elsewhere.
pub fn differs(statement: &Statement, records: &Statement, is_another_run: bool) -> Vec<Difference> {
    let [mut said, mut is] =
        [statement, records].map(|it| serde_json::to_value(it).expect("a statement can be written as JSON"));
    if is_another_run {
        for value in [&mut said, &mut is] {
            value["run"] = Value::Null;
            value["backend"]["devices"] = Value::Null;
            value["backend"]["about"] = Value::Null;
        }
    }
    let mut differences = Vec::new();
    walk("", Some(&said), Some(&is), &mut differences);
    differences
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
            let or_none = |list: Vec<String>, len: usize| {
                if list.is_empty() { format!("{len} entries") } else { list.join(", ") }
            };
            let (says, is) = (or_none(put_in, said.len()), or_none(taken_out, is.len()));
            differences.push(Difference { field: path.to_owned(), says, is });
        }
        _ if said == is => {}
        _ => {
            let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            differences.push(Difference { field: path.to_owned(), says: shown(said), is: shown(is) });
        }
    }
}
