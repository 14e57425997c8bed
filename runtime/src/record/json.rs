//! The lines of which a record has many, as JSON.
//!
//! `serde_json` looks at each byte of a text in code that a user's debug build does not optimise, which takes as long as everything
//! else about a small cell. What `format!` does is compiled with the standard library, which is optimised.

use std::borrow::Cow;
use std::fmt::Debug;
use std::io;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::Result;

use super::{CellRecord, Line, PlanRecord};
use crate::judge::Outcome;

/// A line, with its end.
pub(crate) fn line(line: &Line) -> io::Result<String> {
    match line {
        Line::Begin { cell } => begin(cell),
        Line::Cell(record) => cell(record),
        Line::Plan(record) => Ok(plan(record)?),
        Line::Start(_) | Line::Suite(_) | Line::End => Ok(serde_json::to_string(line)? + "\n"),
    }
}

/// The line of a cell that begins.
pub(crate) fn begin(cell: &str) -> io::Result<String> {
    let line = format!("{{\"line\":\"begin\",\"cell\":{cell:?}}}\n");
    if is_rusts_own(&line) { Ok(format!("{{\"line\":\"begin\",\"cell\":{}}}\n", text(cell)?)) } else { Ok(line) }
}

/// Whether anything in what was written as Rust writes texts is no JSON. Rust escapes everything that JSON does, and more: line
/// ends, tabs, quotation marks and backslashes in the same way, and everything else in these two.
fn is_rusts_own(written: &str) -> bool {
    written.as_bytes().contains(&b'\\') && (written.contains("\\u{") || written.contains("\\0"))
}

/// A text between quotation marks.
fn text(text: &str) -> Result<String> {
    let quoted = format!("{text:?}");
    if is_rusts_own(&quoted) { serde_json::to_string(text) } else { Ok(quoted) }
}

fn plan(record: &PlanRecord) -> Result<String> {
    let PlanRecord { cells, resumes, narrowed, listed, shard } = record;
    let mut line = format!("{{\"line\":\"plan\",\"cells\":{}", texts(cells)?);
    if *resumes {
        more(&mut line, "resumes", resumes)?;
    }
    if !narrowed.is_empty() {
        more(&mut line, "narrowed", narrowed)?;
    }
    if *listed {
        more(&mut line, "listed", listed)?;
    }
    if let Some(shard) = shard {
        more(&mut line, "shard", shard)?;
    }
    line.push_str("}\n");
    Ok(line)
}

/// The line of a cell that has ended.
pub(crate) fn cell(record: &CellRecord) -> io::Result<String> {
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
    let (outcome, markers) = (&OUTCOMES[*outcome as usize], texts(markers)?);
    let row = match row {
        Some(row) => Cow::Owned(text(row)?),
        None => Cow::Borrowed("null"),
    };
    let begins = |name: &dyn Debug, test: &dyn Debug, backend: &dyn Debug, origin: &dyn Debug| {
        format!(
            "{{\"line\":\"cell\",\"name\":{name:?},\"test\":{test:?},\"backend\":{backend:?},\"outcome\":{outcome},\
             \"markers\":{markers},\"row\":{row},\"origin\":{origin:?},\"duration_us\":{duration_us}"
        )
    };
    let mut line = begins(name, test, backend, origin);
    if is_rusts_own(&line) {
        let [name, test, backend, origin] = [text(name)?, text(test)?, text(backend)?, text(origin)?];
        line = begins(
            &format_args!("{name}"),
            &format_args!("{test}"),
            &format_args!("{backend}"),
            &format_args!("{origin}"),
        );
    }
    /// Adds what is there; of a cell that has passed, nothing is.
    macro_rules! add {
        ($($key:ident: $add:ident $value:expr,)*) => {
            $(if let Some(value) = $value {
                $add(&mut line, stringify!($key), value)?;
            })*
        };
    }
    add! {
        function: more_text function,
        tags: more if tags.is_empty() { None } else { Some(tags) },
        row_at: more_text row_at,
        disputed_at: more_text disputed_at,
        conditions: more if conditions.is_empty() { None } else { Some(conditions) },
        about: more_text about,
        debt: more debt,
        excluded: more if *excluded { Some(excluded) } else { None },
        with_row: more with_row,
        setup: more if *setup { Some(setup) } else { None },
        failure: more failure,
        agreement: more agreement,
        disagreement: more disagreement,
        terms: more if terms.is_empty() { None } else { Some(terms) },
        receipt: more receipt,
        seed: more seed,
        scalar: more scalar,
        reason: more_text if reason.is_empty() { None } else { Some(reason) },
        seen_at: more seen_at,
        not_implemented: more_text not_implemented,
        output: more_text output,
        machine: more_text machine,
        attempts: more attempts,
    }
    line.push_str("}\n");
    Ok(line)
}

/// Each outcome as a record says it, by its number.
static OUTCOMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut outcomes = vec![String::new(); Outcome::ALL.len()];
    for outcome in Outcome::ALL {
        outcomes[outcome as usize] = serde_json::to_string(&outcome).unwrap_or_default();
    }
    outcomes
});

/// A list of texts. Those of a plan are many.
fn texts(all: &[String]) -> Result<Cow<'static, str>> {
    let list = match all {
        [] => return Ok(Cow::Borrowed("[]")),
        [one] => format!("[{one:?}]"),
        [first, others @ ..] => {
            let mut list = format!("[{first:?}");
            for one in others {
                list.push_str(&format!(",{one:?}"));
            }
            list.push(']');
            list
        }
    };
    Ok(Cow::Owned(if is_rusts_own(&list) { serde_json::to_string(all)? } else { list }))
}

/// Adds a member that is a text.
fn more_text(line: &mut String, key: &str, value: &str) -> Result<()> {
    line.push_str(&format!(",\"{key}\":{}", text(value)?));
    Ok(())
}

/// Adds any other member.
fn more<T: Serialize + ?Sized>(line: &mut String, key: &str, value: &T) -> Result<()> {
    line.push_str(&format!(",\"{key}\":{}", serde_json::to_string(value)?));
    Ok(())
}
