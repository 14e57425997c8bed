//! The difference as a page.

use maud::{Markup, html as markup};

use super::{Item, items, pace, run, summary};
use crate::diff::{Diff, Kind};
use crate::views::html::page::{Page, text};

/// What it comes to, the two runs, and a table a kind; what is no regression is folded.
pub fn html(diff: &Diff<'_>, regressions: &[Kind]) -> String {
    let summary = summary(diff, regressions);
    let suite = diff.new.starts.first().map_or("", |start| start.suite.as_str());
    let is_worse = !diff.counts(regressions).is_empty();
    let head = markup! {
        h1 { bdi { (text(suite)) } ": what is different" }
        p { span .tag .bad[is_worse] .good[!is_worse] { (if is_worse { "worse" } else { "no regression" }) } " " (summary) }
        p .muted { "old: " bdi { (text(&run(diff.old))) } }
        p .muted { "new: " bdi { (text(&run(diff.new))) } }
    };
    let body = markup! {
        @for note in diff.notes().into_iter().chain(pace(diff)) {
            p { "Note: " bdi { (text(&note)) } }
        }
        @for kind in Kind::ALL {
            (section(kind, &items(diff, kind), regressions.contains(&kind)))
        }
    };
    let title = format!("{suite}: {summary}");
    Page { title: &title, head, body, style: "", data: None, script: "" }.render()
}

fn section(kind: Kind, items: &[Item], is_regression: bool) -> Markup {
    let head = format!("{} {}", items.len(), kind.counted());
    markup! {
        @if !items.is_empty() {
            section {
                h2 { (head) }
                details open[is_regression || items.len() <= super::LIMIT] {
                    summary { "Which ones" }
                    (table(&head, items))
                }
            }
        }
    }
}

fn table(name: &str, items: &[Item]) -> Markup {
    let has_why = items.iter().any(|item| !item.why.is_empty());
    markup! {
        // What can be scrolled can be reached by keyboard.
        div .scrolls tabindex="0" role="region" aria-label=(name) {
            table {
                thead { tr { th scope="col" { "what" } th scope="col" { "change" } @if has_why { th scope="col" { "why" } } } }
                tbody {
                    @for Item { of, change, why } in items {
                        tr {
                            th scope="row" { code { (text(of)) } }
                            td { bdi { (text(change)) } }
                            @if has_why { td { bdi { (text(why)) } } }
                        }
                    }
                }
            }
        }
    }
}
