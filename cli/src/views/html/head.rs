//! What stands at the top: of which suite the run is, what it came to, where and when it ran.

use std::collections::BTreeSet;

use crosscheck::internals::report;
use maud::{Markup, html};

use super::page::text;
use crate::records::Run;

/// The name of the suite: that of its package, where it is known.
pub fn suite(run: &Run) -> &str {
    run.starts.first().map_or("", |start| if start.package.is_empty() { &start.suite } else { &start.package })
}

/// What the run came to, in a word or two.
pub fn verdict(run: &Run) -> String {
    match run.cells.iter().filter(|cell| cell.outcome.fails_the_run()).count() {
        0 if run.open.is_empty() => "passed".to_owned(),
        0 => "not concluded".to_owned(),
        1 => "1 cell fails".to_owned(),
        count => format!("{count} cells fail"),
    }
}

/// The heading.
pub fn head(run: &Run) -> Markup {
    let machines: BTreeSet<_> = run.starts.iter().map(|start| start.machine.as_str()).collect();
    let machines: Vec<_> = machines.into_iter().filter(|machine| !machine.is_empty()).collect();
    html! {
        h1 { bdi { (text(suite(run))) } }
        p .muted {
            (report::totals(&run.cells).trim_end())
            @if !machines.is_empty() { " · on " (text(&machines.join(", "))) }
        }
    }
}
