//! The rows of the exclusion matrix, by why they exist.

use std::collections::HashMap;

use crosscheck::Debt;
use crosscheck::internals::RowRecord;
use maud::{Markup, html};

use super::head::brief;
use super::page::{link, text};
use crate::records::Run;

/// A table for each kind, with how many cells a row decides on.
pub fn tables(run: &Run) -> Markup {
    let rows: Vec<_> = rows(run);
    let mut cells: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
    for cell in run.cells.iter().filter(|cell| cell.row.is_some()) {
        *cells.entry((cell.row_at.as_deref(), cell.row.as_deref())).or_default() += 1;
    }
    let decides_on =
        |row: &RowRecord| cells.get(&(row.at.as_deref(), Some(row.row.as_str()))).copied().unwrap_or_default();
    let kinds = Debt::ALL.iter().map(|debt| (Some(*debt), debt.as_str())).chain([(None, "no reason given")]);
    html! {
        @if rows.is_empty() {
            p { "None." }
        }
        @for (debt, name) in kinds {
            @let of_kind: Vec<_> = rows.iter().filter(|row| row.debt == debt).collect();
            @if !of_kind.is_empty() {
                div .kind {
                    h3 { (name) " " span .muted { (of_kind.len()) } }
                    div .scrolls tabindex="0" role="group" aria-label={ "Exclusions: " (name) } {
                        table .rows {
                            caption .hidden-text { "Exclusions: " (name) }
                            thead {
                                tr {
                                    @for head in ["Backend", "Does", "What", "Why", "Followed up", "Until"] { th scope="col" { (head) } }
                                    th scope="col" .number { "Cells" }
                                    th scope="col" { "Stands in" }
                                }
                            }
                            tbody {
                                @for row in of_kind { (line(row, decides_on(row))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Those that exclude something, each once: suites that share a backend share its rows.
fn rows(run: &Run) -> Vec<&RowRecord> {
    let mut rows: Vec<&RowRecord> = Vec::new();
    for row in run.suites.iter().flat_map(|suite| &suite.rows).filter(|row| row.action != "run") {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

fn line(row: &RowRecord, cells: usize) -> Markup {
    html! {
        tr data-backend=(text(&row.backend)) {
            th scope="row" { bdi { (brief(&text(&row.backend))) } }
            td { (text(&row.action).replace('_', " ")) }
            td { code { (brief(&text(&row.row))) } @if let Some(condition) = &row.condition { " if " code { (brief(&text(condition))) } } }
            td { bdi { (brief(&text(&row.reason))) } @if let Some(since) = &row.since { span .muted { " since " (brief(&text(since))) } } }
            td { @if let Some(tracking) = &row.tracking { (link(&brief(tracking))) } }
            td { @if let Some(until) = &row.until { time datetime=(text(until)) { (text(until)) } } }
            td .number { (cells) }
            td { @if let Some(at) = &row.at { code { (brief(&text(at))) } } }
        }
    }
}
