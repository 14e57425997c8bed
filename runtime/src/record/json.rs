//! The lines of which a record has many, as JSON.
//!
//! `serde_json` looks at each byte of a text in code that a user's debug build does not optimise, which takes as long as everything
//! else about a small cell. What `format!` does is compiled with the standard library, which is optimised.

use serde::Serialize;
use serde_json::Result;

use super::{CellRecord, Line, PlanRecord};

/// The line that a cell begins or ends with, or that names all cells, with its end of line; none of the other lines.
pub(super) fn line(line: &Line) -> Result<Option<String>> {
    match line {
        Line::Begin { cell } => Ok(Some(format!("{{\"line\":\"begin\",\"cell\":{}}}\n", text(cell)?))),
        Line::Cell(record) => cell(record).map(Some),
        Line::Plan(record) => plan(record).map(Some),
        Line::Start(_) | Line::Suite(_) | Line::End => Ok(None),
    }
}

/// A text between quotation marks.
fn text(text: &str) -> Result<String> {
    let quoted = format!("{text:?}");
    // Rust escapes everything that JSON does, in another way, and more: what it leaves as it is needs no escape in either.
    if quoted.len() == text.len() + 2 { Ok(quoted) } else { serde_json::to_string(text) }
}

fn plan(record: &PlanRecord) -> Result<String> {
    let PlanRecord { cells, resumes, narrowed, listed, shard } = record;
    let mut line = format!("{{\"line\":\"plan\",\"cells\":{}", texts(cells)?);
    more(&mut line, "resumes", *resumes, resumes)?;
    more(&mut line, "narrowed", !narrowed.is_empty(), narrowed)?;
    more(&mut line, "listed", *listed, listed)?;
    some(&mut line, "shard", shard)?;
    line.push_str("}\n");
    Ok(line)
}

fn cell(record: &CellRecord) -> Result<String> {
    // Named one by one, so that no field is forgotten.
    let CellRecord {
        name,
        test,
        function,
        backend,
        markers,
        tags,
        row,
        row_at,
        disputed_at,
        conditions,
        about,
        debt,
        excluded,
        with_row,
        setup,
        outcome,
        failure,
        agreement,
        disagreement,
        terms,
        receipt,
        seed,
        scalar,
        reason,
        seen_at,
        not_implemented,
        output,
        origin,
        machine,
        attempts,
        duration_us,
    } = record;
    let row = row.as_deref().map_or(Ok("null".to_owned()), text)?;
    let mut line = format!(
        "{{\"line\":\"cell\",\"name\":{},\"test\":{},\"backend\":{},\"outcome\":{},\"markers\":{},\"row\":{row},\"origin\":{},\
         \"duration_us\":{duration_us}",
        text(name)?,
        text(test)?,
        text(backend)?,
        serde_json::to_string(outcome)?,
        texts(markers)?,
        text(origin)?,
    );
    let rest = &mut line;
    some_text(rest, "function", function.as_deref())?;
    more(rest, "tags", !tags.is_empty(), tags)?;
    some_text(rest, "row_at", row_at.as_deref())?;
    some_text(rest, "disputed_at", disputed_at.as_deref())?;
    more(rest, "conditions", !conditions.is_empty(), conditions)?;
    some_text(rest, "about", about.as_deref())?;
    some(rest, "debt", debt)?;
    more(rest, "excluded", *excluded, excluded)?;
    some(rest, "with_row", with_row)?;
    more(rest, "setup", *setup, setup)?;
    some(rest, "failure", failure)?;
    some(rest, "agreement", agreement)?;
    some(rest, "disagreement", disagreement)?;
    more(rest, "terms", !terms.is_empty(), terms)?;
    some(rest, "receipt", receipt)?;
    some(rest, "seed", seed)?;
    some(rest, "scalar", scalar)?;
    some_text(rest, "reason", Some(&**reason).filter(|reason| !reason.is_empty()))?;
    some(rest, "seen_at", seen_at)?;
    some_text(rest, "not_implemented", not_implemented.as_deref())?;
    some_text(rest, "output", output.as_deref())?;
    some_text(rest, "machine", machine.as_deref())?;
    some(rest, "attempts", attempts)?;
    line.push_str("}\n");
    Ok(line)
}

fn texts(all: &[String]) -> Result<String> {
    let mut list = "[".to_owned();
    for (at, one) in all.iter().enumerate() {
        if at > 0 {
            list.push(',');
        }
        list.push_str(&text(one)?);
    }
    list.push(']');
    Ok(list)
}

fn some_text(line: &mut String, key: &str, value: Option<&str>) -> Result<()> {
    if let Some(value) = value {
        line.push_str(&format!(",\"{key}\":{}", text(value)?));
    }
    Ok(())
}

fn some<T: Serialize>(line: &mut String, key: &str, value: &Option<T>) -> Result<()> {
    match value {
        Some(value) => more(line, key, true, value),
        None => Ok(()),
    }
}

/// Adds a member, where it is there.
fn more<T: Serialize>(line: &mut String, key: &str, is_there: bool, value: &T) -> Result<()> {
    if is_there {
        line.push_str(&format!(",\"{key}\":{}", serde_json::to_string(value)?));
    }
    Ok(())
}
