//! The lines of which a record has many, as JSON.
//!
//! `serde_json` looks at each byte of a text in code that a user's debug build does not optimise, which takes as long as everything
//! else about a small cell.

use std::io;

use serde::Serialize;
use serde_json::Result;

use super::{CellRecord, Line, PlanRecord, Start};
use crate::buffer::Buffer;
use crate::judge::Outcome;
use crate::text::is_json;

/// A line, with its end.
pub(crate) fn line(line: &Line) -> io::Result<String> {
    let mut to = Buffer::default();
    match line {
        Line::Begin { cell } => begin(&mut to, cell, false)?,
        Line::Cell(record) => cell(&mut to, record, false)?,
        Line::Plan(record) => plan(&mut to, record)?,
        Line::Start(record) => start(&mut to, record)?,
        Line::Suite(_) | Line::End => return Ok(serde_json::to_string(line)? + "\n"),
    }
    String::from_utf8(to.bytes().to_vec()).map_err(io::Error::other)
}

fn start(to: &mut Buffer, record: &Start) -> io::Result<()> {
    let Start { format, suite, fingerprint, package, crosscheck, machine, at, seed, build, day } = record;
    to.add(BEGINNING);
    to.add_number(u64::from(*format));
    more_text(to, "suite", suite)?;
    more_text(to, "fingerprint", &fingerprint.to_string())?;
    for (key, value) in [("package", package), ("crosscheck", crosscheck), ("machine", machine)] {
        if !value.is_empty() {
            more_text(to, key, value)?;
        }
    }
    for (key, value) in [("at", *at), ("seed", *seed)] {
        if value > 0 {
            member(to, key);
            to.add_number(value);
        }
    }
    for (key, value) in [("build", build), ("day", day)] {
        if !value.is_empty() {
            more_text(to, key, value)?;
        }
    }
    to.add("}\n");
    Ok(())
}

/// What the first line of a record begins with, up to the format.
pub(super) const BEGINNING: &str = "{\"line\":\"start\",\"format\":";

/// Adds the line of a cell that begins; whether its name [is JSON](is_json) may be known.
pub(crate) fn begin(to: &mut Buffer, cell: &str, is_known: bool) -> io::Result<()> {
    to.add("{\"line\":\"begin\",\"cell\":");
    known(to, cell, is_known)?;
    to.add("}\n");
    Ok(())
}

/// Adds the line of a plan.
pub(crate) fn plan(to: &mut Buffer, record: &PlanRecord) -> io::Result<()> {
    let PlanRecord { cells, resumes, narrowed, listed, shard } = record;
    to.add("{\"line\":\"plan\",\"cells\":");
    texts(to, cells, false)?;
    if *resumes {
        more(to, "resumes", resumes)?;
    }
    if !narrowed.is_empty() {
        more(to, "narrowed", narrowed)?;
    }
    if *listed {
        more(to, "listed", listed)?;
    }
    if let Some(shard) = shard {
        more(to, "shard", shard)?;
    }
    to.add("}\n");
    Ok(())
}

/// Adds the line of a cell that has ended. It may be known that what the plan says of it [is JSON](is_json): its names, markers, tags
/// and place.
pub(crate) fn cell(to: &mut Buffer, record: &CellRecord, is_known: bool) -> io::Result<()> {
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
        extent,
        terms,
        receipt,
        seed,
        scalar,
        reason,
        seen_at,
        not_implemented,
        output,
        origin,
        case_at,
        machine,
        attempts,
        duration_us,
    } = record;
    to.add("{\"line\":\"cell\",\"name\":");
    known(to, name, is_known)?;
    to.add(",\"test\":");
    known(to, test, is_known)?;
    to.add(",\"backend\":");
    known(to, backend, is_known)?;
    to.add(",\"outcome\":\"");
    to.add(named(*outcome));
    to.add("\",\"markers\":");
    texts(to, markers, is_known)?;
    to.add(",\"row\":");
    match row {
        Some(row) => text(to, row)?,
        None => to.add("null"),
    }
    to.add(",\"origin\":");
    known(to, origin, is_known)?;
    to.add(",\"duration_us\":");
    to.add_number(*duration_us);
    /// Adds what is there; of a cell that has passed, nothing is.
    macro_rules! add {
        ($($key:ident: $add:ident $value:expr,)*) => {
            $(if let Some(value) = $value {
                $add(to, stringify!($key), value)?;
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
        extent: more extent,
        terms: more if terms.is_empty() { None } else { Some(terms) },
        receipt: more receipt,
        seed: more seed,
        scalar: more scalar,
        reason: more_text if reason.is_empty() { None } else { Some(reason) },
        seen_at: more seen_at,
        not_implemented: more_text not_implemented,
        output: more_text output,
        case_at: more_text case_at,
        machine: more_text machine,
        attempts: more attempts,
    }
    to.add("}\n");
    Ok(())
}

/// An outcome as a record says it.
fn named(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
        Outcome::NotImplemented => "not_implemented",
        Outcome::Unavailable => "unavailable",
        Outcome::XFailed => "x_failed",
        Outcome::XPassed => "x_passed",
        Outcome::XChanged => "x_changed",
        Outcome::Expired => "expired",
        Outcome::Vacuous => "vacuous",
        Outcome::KnownFlaky => "known_flaky",
        Outcome::Flaky => "flaky",
        Outcome::TimedOut => "timed_out",
        Outcome::Crashed => "crashed",
        Outcome::Missing => "missing",
    }
}

/// Adds a text between quotation marks, of which it may be known that it is JSON.
fn known(to: &mut Buffer, text: &str, is_known: bool) -> Result<()> {
    if is_known || is_json(text) {
        to.add_ascii(b'"');
        to.add(text);
        to.add_ascii(b'"');
        return Ok(());
    }
    // Rust escapes everything that JSON does, and more: line ends, tabs, quotation marks and backslashes in the same way, and
    // everything else in these two. What `format!` does is compiled with the standard library, which is optimised.
    let quoted = format!("{text:?}");
    if quoted.contains("\\u{") || quoted.contains("\\0") {
        to.add(&serde_json::to_string(text)?);
    } else {
        to.add(&quoted);
    }
    Ok(())
}

/// Adds a text between quotation marks.
fn text(to: &mut Buffer, text: &str) -> Result<()> {
    known(to, text, false)
}

/// Adds a list of texts. Those of a plan are many.
fn texts(to: &mut Buffer, all: &[String], is_known: bool) -> Result<()> {
    to.add_ascii(b'[');
    let mut at = 0;
    // A loop, because a debug build takes several times as long for an iterator.
    while at < all.len() {
        if at > 0 {
            to.add_ascii(b',');
        }
        known(to, &all[at], is_known)?;
        at += 1;
    }
    to.add_ascii(b']');
    Ok(())
}

/// Adds a member that is a text.
fn more_text(to: &mut Buffer, key: &str, value: &str) -> Result<()> {
    member(to, key);
    text(to, value)
}

/// Adds any other member.
fn more<T: Serialize + ?Sized>(to: &mut Buffer, key: &str, value: &T) -> Result<()> {
    member(to, key);
    to.add(&serde_json::to_string(value)?);
    Ok(())
}

/// Adds the name of a member.
fn member(to: &mut Buffer, key: &str) {
    to.add(",\"");
    to.add(key);
    to.add("\":");
}
