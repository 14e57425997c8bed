//! The cells that fail the run, as they are listed without the script.

use crosscheck::internals::report::lines;
use maud::{Markup, html};

use super::head::brief;
use super::page::text;
use super::support::kind;
use crate::records::Run;

/// So many stand in the page itself; the script shows the others.
const SHOWN: usize = 50;
/// So many characters of a reason.
const REASON: usize = 4_000;

/// The first of them.
pub fn list(run: &Run) -> Markup {
    let failing = || run.cells.iter().filter(|cell| cell.outcome.fails_the_run());
    let more = failing().count().saturating_sub(SHOWN);
    html! {
        @if failing().next().is_none() {
            p { "Nothing." }
        }
        @for cell in failing().take(SHOWN) {
            article .failure {
                h3 { span .tag .(kind(cell.outcome)) { (cell.outcome) } " " bdi { (brief(&text(&cell.name))) } }
                @if !cell.reason.is_empty() {
                    pre { (lines(&cell.reason).chars().take(REASON).collect::<String>()) }
                }
            }
        }
        @if more > 0 {
            p .muted { "And " (more) " more." }
        }
    }
}
