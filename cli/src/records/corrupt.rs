//! What is wrong with a line of a record, down to its field: the reader of records only knows that it cannot be read.

use std::path::Path;

use crosscheck::internals::{PlanRecord, RecordError, Start, SuiteRecord};
use crosscheck::record::CellRecord;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;

/// How much of what somebody wrote is shown, in bytes.
const SHOWN: usize = 400;

/// The error as it is said: with the field, where it is about one.
pub fn located(error: RecordError) -> Error {
    match &error {
        RecordError::Line { path, line, source } => {
            let found = read_line(path, *line).and_then(|text| reason(&text));
            let (field, reason) = found.unwrap_or_else(|| (String::new(), source.to_string()));
            Error::Line { path: path.clone(), line: *line, field, reason: cut(&reason) }
        }
        RecordError::NoRecord { path } if is_empty(path) => Error::Empty(path.clone()),
        _ => error.into(),
    }
}

/// The field of a line that is not what it should be, and why; no field where it is about the whole line.
fn reason(text: &[u8]) -> Option<(String, String)> {
    let mut value: Value = match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(error) => return Some((String::new(), format!("not JSON: {error}"))),
    };
    let Some(fields) = value.as_object_mut() else {
        return Some((String::new(), "not an object".to_owned()));
    };
    let line = match fields.remove("line") {
        Some(Value::String(line)) => line,
        Some(other) => return Some(("line".to_owned(), format!("expected a text, not {other}"))),
        None => return Some(("line".to_owned(), "it is not there".to_owned())),
    };
    match line.as_str() {
        "start" => field::<Start>(value),
        "suite" => field::<SuiteRecord>(value),
        "plan" => field::<PlanRecord>(value),
        "begin" => field::<Begin>(value),
        "cell" => field::<CellRecord>(value),
        "end" => None,
        other => {
            Some(("line".to_owned(), format!("unknown kind `{other}` (known: start, suite, plan, begin, cell, end)")))
        }
    }
}

fn field<T: DeserializeOwned>(value: Value) -> Option<(String, String)> {
    let error = serde_path_to_error::deserialize::<_, T>(value).err()?;
    let path = error.path().to_string();
    Some((if path == "." { String::new() } else { path }, error.into_inner().to_string()))
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read is asked")]
struct Begin {
    cell: String,
}

fn read_line(path: &Path, line: usize) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).ok()?;
    bytes.split(|byte| *byte == b'\n').nth(line.checked_sub(1)?).map(<[u8]>::to_vec)
}

fn is_empty(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() == 0)
}

/// An error may quote a text of any length.
fn cut(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let (head, tail) = (text.floor_char_boundary(SHOWN / 2), text.ceil_char_boundary(text.len() - SHOWN / 2));
    format!("{} … {}", &text[..head], &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_wrong_in_a_field() {
        let cell = r#"{"line":"cell","name":"a","test":"a","backend":"b","markers":[],"row":null,"outcome":"passed","origin":"","duration_us":1"#;
        for (text, field, expected) in [
            (&format!("{cell},\"tags\":[1]}}")[..], "tags[0]", "invalid type: integer `1`, expected a string"),
            (&cell.replace("passed", "pased")[..], "", "not JSON: EOF while parsing an object at line 1 column 120"),
            (
                &format!("{}}}", cell.replace("passed", "pased")),
                "outcome",
                "unknown variant `pased`, expected one of `passed`",
            ),
            (&format!("{cell},\"receipt\":{{\"device\":7}}}}"), "receipt.device", "invalid type: integer `7`"),
            (r#"{"line":"cell"}"#, "", "missing field `name`"),
            (r#"{"line":"plan","cells":["a",7]}"#, "cells[1]", "invalid type: integer `7`"),
            (r#"{"line":"begin"}"#, "", "missing field `cell`"),
            (r#"{"line":"start","format":5,"suite":"a","fingerprint":"xyz"}"#, "fingerprint", "invalid digit"),
            (
                r#"{"line":"suite","subject":"a","baseline":"b","features":[{"marker":1}],"backends":[]}"#,
                "features[0].marker",
                "invalid type",
            ),
            (r#"{"line":"fin"}"#, "line", "unknown kind `fin` (known: start,"),
            (r#"{"line":7}"#, "line", "expected a text, not 7"),
            ("{}", "line", "it is not there"),
            ("[1]", "", "not an object"),
            ("\u{0}", "", "not JSON: expected value at line 1 column 1"),
        ] {
            let (found, reason) = reason(text.as_bytes()).unwrap();
            assert_eq!(found, field, "{text}: {reason}");
            assert!(reason.starts_with(expected), "{text}: {reason}");
        }
    }

    #[test]
    fn of_a_long_reason_beginning_and_end_are_kept() {
        assert_eq!(cut(&"x".repeat(SHOWN)), "x".repeat(SHOWN));
        let long = cut(&format!("begin{}end", "€".repeat(SHOWN)));
        assert!(long.len() < SHOWN + 16 && long.starts_with("begin€") && long.ends_with("€end"), "{long}");
    }
}
