//! The charts and their numbers as a page.

use maud::{Markup, PreEscaped, html as markup};

use super::chart::{DARK, HEIGHT, LIGHT, STYLE, WIDTH, chart, description};
use super::panels::{Panel, panels};
use crate::trend::Trend;
use crate::views::html::page::{Page, text};
use crate::views::moment;

/// The page.
pub fn html(trend: &Trend) -> String {
    let runs = trend.points.len();
    let (first, last) = (trend.points.first(), trend.points.last());
    let head = markup! {
        h1 { bdi { (text(&trend.suite)) } ": from run to run" }
        p .muted {
            (runs) " runs"
            @if let (Some(first), Some(last)) = (first, last) { ", " (moment(first.at)) " to " (moment(last.at)) }
        }
    };
    let body = markup! {
        @for (at, panel) in panels(trend).iter().enumerate() {
            (section(trend, panel, at))
        }
    };
    let style = format!(
        ":root{{{LIGHT}}}@media (prefers-color-scheme:dark){{:root:not([data-theme=\"light\"]){{{DARK}}}}}\
         :root[data-theme=\"dark\"]{{{DARK}}}{STYLE}.chart{{max-width:100%;height:auto}}"
    );
    let title = format!("{}: {runs} runs", trend.suite);
    Page { title: &title, head, body, style: &style, data: None, script: "" }.render()
}

fn section(trend: &Trend, panel: &Panel<'_>, at: usize) -> Markup {
    let (title, described) = (format!("title-{at}"), format!("desc-{at}"));
    let description = description(trend, panel);
    markup! {
        section {
            h2 { (panel.title) }
            p { (panel.about) }
            svg .chart xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT)
                role="img" aria-labelledby={ (title) " " (described) } {
                title id=(title) { (panel.title) }
                desc id=(described) { (text(&description)) }
                // Made of numbers, and of names that it escapes.
                (PreEscaped(chart(trend, panel)))
            }
            details {
                summary { "Numbers" }
                (table(trend, panel))
            }
        }
    }
}

fn table(trend: &Trend, panel: &Panel<'_>) -> Markup {
    markup! {
        div .scrolls tabindex="0" role="region" aria-label={ (panel.title) ", in numbers" } {
            table {
                thead {
                    tr {
                        th scope="col" { "when" }
                        @for (name, _) in &panel.series { th .number scope="col" { bdi { (text(name)) } } }
                        th scope="col" { "run" }
                    }
                }
                tbody {
                    @for (at, point) in trend.points.iter().enumerate() {
                        tr {
                            th scope="row" { (moment(point.at)) }
                            @for (_, numbers) in &panel.series {
                                td .number { (numbers[at].map_or_else(|| "–".to_owned(), |number| panel.unit.show(number))) }
                            }
                            td { bdi { (text(&point.name)) } }
                        }
                    }
                }
            }
        }
    }
}
