//! Pages: one file each, without anything from elsewhere.

mod data;
mod failures;
mod head;
pub mod page;
mod rows;
mod support;

use maud::html as markup;

use crate::records::Run;

use page::{Page, text};

const STYLE: &str = include_str!("report.css");
/// The parts of the script; each uses those before it.
const SCRIPT: &str = concat!(
    include_str!("script/data.js"),
    include_str!("script/filters.js"),
    include_str!("script/tensor.js"),
    include_str!("script/cell.js"),
    include_str!("script/support.js"),
    include_str!("script/failures.js"),
    include_str!("script/headroom.js"),
    include_str!("script/time.js"),
    include_str!("script/rows.js"),
    include_str!("script/main.js"),
);

/// A run as a page. What is most wanted of it can be read without its script, which opens the rest.
pub fn html(run: &Run) -> String {
    let title = format!("{}: {}", text(head::suite(run)), head::verdict(run));
    let body = markup! {
        (head::totals(run))
        noscript { p { "This page needs its script for the cells, the filters, headroom and time." } }
        nav #places .places .screen-only aria-label="Parts of this page" hidden {}
        div #filters .filters .screen-only hidden {}
        section aria-labelledby="support-heading" {
            h2 #support-heading tabindex="-1" { "Support" }
            (support::legend())
            div #support .scrolls tabindex="0" role="group" aria-labelledby="support-heading" { (support::table(run)) }
        }
        section #failures-section aria-labelledby="failures-heading" {
            h2 #failures-heading tabindex="-1" { "What fails the run" }
            div #failures { (failures::list(run)) }
        }
        section #rows-section aria-labelledby="rows-heading" {
            h2 #rows-heading tabindex="-1" { "Exclusions" }
            div #rows { (rows::tables(run)) }
        }
        section #headroom-section aria-labelledby="headroom-heading" hidden {
            h2 #headroom-heading tabindex="-1" { "Headroom" }
            div #headroom {}
        }
        section #time-section aria-labelledby="time-heading" hidden {
            h2 #time-heading tabindex="-1" { "Time" }
            div #time {}
        }
        dialog #cell aria-labelledby="cell-name" {}
    };
    let data = data::of(run);
    Page { title: &title, head: head::head(run), body, style: STYLE, data: Some(("cells", &data)), script: SCRIPT }
        .render()
}
