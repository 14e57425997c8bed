//! A run as GitHub's Markdown: for a pull request, and for the summary of a job.
//!
//! Every text of others stands as code, where GitHub reads no markup, no mention and no link.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::results::Results;
use super::table::{By, Counts, Table};
use crate::judge::Outcome;
use crate::record::{CellRecord, RowRecord};
use crate::suite::action::Debt;
use crate::{sorted, text};

/// How much of a reason is shown, in bytes.
const MOST_OF_A_REASON: usize = 4 << 10;
/// How much of a text that stands in a line of its own kind, in bytes.
const MOST_OF_A_LINE: usize = 512;
/// What is kept free for the line that says what is left out.
const NOTE: usize = 512;
/// A page has room for its head, whatever the names in it are.
const LEAST: usize = 4_000;

/// The run in a sentence and a table, the cells that fail it, each with the command that runs it again, and the rows that excuse
/// others. No longer than `most` bytes, which are four thousand at least: what does not fit is counted at the end.
pub fn markdown(results: &Results<'_>, most: usize) -> String {
    let mut page = Page { text: head(results), most: most.max(LEAST) - NOTE };
    let mut left_out = Vec::new();
    if !page.push(&table(&Table::new(results, By::Feature))) {
        left_out.push("the table".to_owned());
    }
    for (backend, reason) in unavailable(results.cells) {
        page.push(&format!("{} is unavailable: {}\n\n", code(backend), code(first_line(reason))));
    }
    let unexpected: Vec<_> = results.cells.iter().filter(|cell| cell.outcome.fails_the_run()).collect();
    let shown = unexpected.iter().take_while(|cell| page.push(&details(results, cell))).count();
    if shown < unexpected.len() {
        left_out.push(format!("{} of the cells that fail the run", unexpected.len() - shown));
    }
    if !page.push(&exclusions(results)) {
        left_out.push("the rows of the exclusion matrix".to_owned());
    }
    if !left_out.is_empty() {
        let _ = writeln!(page.text, "Left out, for it would be too long: {}.", left_out.join(", "));
    }
    page.text
}

/// A table of counts.
pub fn table(table: &Table) -> String {
    if table.rows.is_empty() {
        return String::new();
    }
    let head = std::iter::once(table.by.as_str().to_owned()).chain(table.backends.iter().map(|it| in_a_table(it)));
    let mut text = row(head) + &row(std::iter::repeat_n("---".to_owned(), table.backends.len() + 1));
    for (at, (name, counts)) in table.rows.iter().enumerate() {
        // The names of these two are not anybody's.
        let is_ours = at + 1 == table.rows.len() || at == 0 && name.starts_with('(');
        let name = if is_ours { name.clone() } else { in_a_table(name) };
        text.push_str(&row(std::iter::once(name).chain(counts.iter().map(counted))));
    }
    text + "\n"
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

/// `❌ 1 FAILED, 11 passed`
fn counted(counts: &Counts) -> String {
    let sign = match counts {
        counts if counts.iter().any(|(outcome, _)| outcome.fails_the_run()) => "❌",
        counts if counts.iter().any(|(outcome, _)| outcome.ran()) => "✅",
        counts if counts.is_empty() => return "–".to_owned(),
        _ => "➖",
    };
    format!("{sign} {}", words(counts))
}

/// What fails stands first.
fn words(counts: &Counts) -> String {
    let (failing, others): (Vec<_>, Vec<_>) = counts.iter().partition(|(outcome, _)| outcome.fails_the_run());
    let words = failing.iter().chain(&others).map(|(outcome, count)| format!("{count} {outcome}"));
    words.collect::<Vec<_>>().join(", ")
}

/// The name of the run, and the run in a sentence.
fn head(results: &Results<'_>) -> String {
    let (counts, all) = (results.counts(), results.cells.len());
    let failing = results.cells.iter().filter(|cell| cell.outcome.fails_the_run()).count();
    let cells = if all == 1 { "cell" } else { "cells" };
    let verdict = match failing {
        _ if all == 0 => "❌ **Nothing was run**".to_owned(),
        0 if !results.cells.iter().any(|cell| cell.outcome.ran()) => format!("❌ **No body was run** ({all} {cells})"),
        0 => format!("✅ **{all} {cells}, as expected**"),
        1 => format!("❌ **1 of {all} {cells} fails the run**"),
        _ => format!("❌ **{failing} of {all} {cells} fail the run**"),
    };
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", words(&counts)) };
    let open = if results.concluded { "" } else { " ❌ **The run has not concluded.**" };
    let mut head = format!("### {}\n\n{verdict}{counts}.{open}\n\n", code(&results.name()));
    if !results.narrowed.is_empty() {
        let _ = write!(head, "Only a part of the suite: {}\n\n", code(&results.narrowed.join(", ")));
    }
    head
}

fn unavailable(cells: &[CellRecord]) -> BTreeMap<&str, &str> {
    let cells = cells.iter().filter(|cell| cell.outcome == Outcome::Unavailable);
    sorted::map(cells.map(|cell| (cell.backend.as_str(), cell.reason.as_str())))
}

/// A cell that fails the run, folded up.
fn details(results: &Results<'_>, cell: &CellRecord) -> String {
    let CellRecord { name, test, outcome, origin, markers, row_at, seed, .. } = cell;
    // As the terminal has it: no line begins with what somebody wrote, which a log would take for a line of its own.
    let reason = fenced("text", &format!("{outcome}: {}", text::block(&shortened(&cell.reason))));
    let markers = match markers.as_slice() {
        [] => String::new(),
        markers => format!(", uses {}", code(&markers.join(", "))),
    };
    let row = row_at.as_ref().map(|at| format!(", under the row at {}", code(at))).unwrap_or_default();
    let seed = seed.map(|seed| format!(", seed {}", code(&format!("{seed:#018x}")))).unwrap_or_default();
    let machine = cell.machine.as_ref().map(|machine| format!(", on {}", code(machine))).unwrap_or_default();
    let others = results.others(cell);
    let others = if others.is_empty() { others.concat() } else { format!(" ({})", code(&others.join(", "))) };
    let place = if origin.is_empty() { String::new() } else { format!(" ({})", code(origin)) };
    let rerun = fenced("sh", &results.rerun(cell));
    format!(
        "<details><summary>❌ <code>{}</code>: {outcome}</summary>\n\n{reason}\nIn {}{place}{markers}{row}{machine}{others}{seed}. To run only this:\n\n\
         {rerun}\n</details>\n\n",
        html(name),
        code(test)
    )
}

/// The rows that excuse cells, folded up, by the kind of their debt.
fn exclusions(results: &Results<'_>) -> String {
    let mut cells: BTreeMap<*const RowRecord, usize> = BTreeMap::new();
    for cell in results.cells {
        for row in results.row(cell).into_iter().chain(results.disputed(cell)) {
            *cells.entry(row).or_default() += 1;
        }
    }
    let mut kinds: BTreeMap<(bool, Option<Debt>), Vec<String>> = BTreeMap::new();
    for row in results.suites.iter().flat_map(|suite| &suite.rows).filter(|row| row.action != "run") {
        let count = cells.get(&std::ptr::from_ref(row)).copied().unwrap_or_default();
        kinds.entry((row.debt.is_none(), row.debt)).or_default().push(exclusion(row, count));
    }
    if kinds.is_empty() {
        return String::new();
    }
    let counts = kinds.iter().map(|((_, debt), rows)| {
        let name = debt.map_or("no reason given", Debt::as_str);
        format!("{} {name}", rows.len())
    });
    let rows: usize = kinds.values().map(Vec::len).sum();
    let plural = if rows == 1 { "" } else { "s" };
    format!(
        "<details><summary>{rows} row{plural} of the exclusion matrix: {}</summary>\n\n{}\n</details>\n",
        counts.collect::<Vec<_>>().join(", "),
        kinds.values().flatten().map(String::as_str).collect::<String>()
    )
}

/// ``- `xfail mlx float64`: `no 64-bit floats` (upstream, <https://…>, `m.rs:7`; 3 cells)``
fn exclusion(row: &RowRecord, cells: usize) -> String {
    let RowRecord { backend, row: named, action, reason, debt, tracking, since, until, at, .. } = row;
    let notes = [
        debt.map(|debt| debt.as_str().to_owned()),
        tracking.as_deref().map(link),
        since.as_deref().map(|since| format!("since {}", code(since))),
        until.as_deref().map(|until| format!("until {}", code(until))),
        at.as_deref().map(code),
    ];
    let notes: Vec<_> = notes.into_iter().flatten().collect();
    let notes = if notes.is_empty() { String::new() } else { format!("{}; ", notes.join(", ")) };
    let plural = if cells == 1 { "" } else { "s" };
    let named = code(&format!("{action} {backend} {named}"));
    let reason = code(first_line(reason));
    format!("- {named}: {reason} ({notes}{cells} cell{plural})\n")
}

/// An address that is nothing but one is a link.
fn link(address: &str) -> String {
    let is_harmless = |c: char| c.is_ascii_alphanumeric() || "-._~/?#=&%+:".contains(c);
    let is_address = address.starts_with("https://") || address.starts_with("http://");
    if is_address && address.chars().all(is_harmless) { format!("<{address}>") } else { code(address) }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn shortened(reason: &str) -> String {
    if reason.len() <= MOST_OF_A_REASON {
        return reason.to_owned();
    }
    let kept = &reason[..reason.floor_char_boundary(MOST_OF_A_REASON)];
    format!("{kept}\n{}", text::left_out((reason.len() - kept.len()) as u64))
}

/// A text in one line, and no more of it than a line holds.
fn line(text: &str) -> String {
    let kept = &text[..text.floor_char_boundary(MOST_OF_A_LINE)];
    let more = if kept.len() < text.len() { "…" } else { "" };
    format!("{}{more}", text::line(kept))
}

/// A text in one line, as code.
fn code(text: &str) -> String {
    let text = line(text);
    // One that is nothing but blanks is shown as it is.
    if text.trim().is_empty() {
        return "–".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // A blank at both ends belongs to the marks.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The same within a table, where a bar would end the column, whatever stands around it.
fn in_a_table(text: &str) -> String {
    code(&text.replace('|', r"\u{7c}"))
}

/// A text of several lines, as code.
fn fenced(language: &str, text: &str) -> String {
    let text = text::lines(text);
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A text in one line of HTML.
fn html(text: &str) -> String {
    line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A text that does not outgrow its limit.
struct Page {
    text: String,
    most: usize,
}

impl Page {
    /// Adds a section, if there is room for all of it.
    fn push(&mut self, section: &str) -> bool {
        let fits = self.text.len() + section.len() <= self.most;
        if fits {
            self.text.push_str(section);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_code_whatever_it_holds() {
        for (text, shown) in [
            ("a::b", "`a::b`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("```", "```` ``` ````"),
            (" a ", "`  a  `"),
            ("", "–"),
            (" ", "–"),
            ("a\n# b\u{1b}[2J", r"`a\n# b\u{1b}[2J`"),
            ("<script>@all https://x.y", "`<script>@all https://x.y`"),
        ] {
            assert_eq!(code(text), shown, "{text:?}");
        }
        assert_eq!(code(&"é".repeat(257)), format!("`{}…`", "é".repeat(256)));
        assert_eq!(in_a_table(r"a\|b"), r"`a\\u{7c}b`");
        assert_eq!(fenced("text", "a\n```\n````b\n"), "`````text\na\n```\n````b\n`````\n");
    }

    #[test]
    fn only_an_address_is_a_link() {
        assert_eq!(link("https://example.com/issues/7?a=b#c"), "<https://example.com/issues/7?a=b#c>");
        for other in ["issue 7", "javascript:alert(1)", "https://a.b/><script>", "https://a b", "https://a@b"] {
            assert_eq!(link(other), code(other));
        }
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let cell = |at: usize| CellRecord {
            outcome: Outcome::Failed,
            reason: "x".repeat(3_000),
            ..CellRecord::missing(&format!("a::n_{at:03}::mlx"))
        };
        let cells: Vec<_> = (0..100).map(cell).collect();
        let results = Results { cells: &cells, concluded: true, ..Results::default() };
        let whole = markdown(&results, usize::MAX);
        assert_eq!(whole.matches("<details>").count(), 100);
        assert!(!whole.contains("Left out"));
        for most in [0, 3_999, 4_000, 10_000, 65_535, 100_000] {
            let text = markdown(&results, most);
            assert!(text.len() <= most.max(4_000), "{} of {most}", text.len());
            let shown = text.matches("<details>").count();
            assert_eq!(text.matches("</details>").count(), shown);
            let note = format!("Left out, for it would be too long: {} of the cells that fail the run.\n", 100 - shown);
            assert!(text.ends_with(&note), "{most}: {text}");
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_two_characters() {
        let reason = "é".repeat(5_000);
        let short = shortened(&reason);
        assert!(short.starts_with("éé") && short.ends_with("\n[5904 bytes are left out]"), "{}", short.len());
        assert_eq!(shortened("a"), "a");
    }
}
