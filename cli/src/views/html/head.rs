//! What stands at the top: of which suite the run is, what it came to, where and when it ran.

use std::collections::BTreeSet;

use crosscheck::Outcome;
use crosscheck::internals::day;
use maud::{Markup, html};

use super::page::text;
use super::support::kind;
use crate::records::Run;

/// The name of the suite: that of its package, where it is known.
pub fn suite(run: &Run) -> &str {
    run.starts.first().map_or("", |start| if start.package.is_empty() { &start.suite } else { &start.package })
}

/// What the run came to, in a word or two.
pub fn verdict(run: &Run) -> String {
    match failing(run) {
        0 if !run.open.is_empty() => "not concluded".to_owned(),
        0 if run.cells.iter().any(|cell| cell.outcome.ran()) => "passed".to_owned(),
        0 => "nothing ran".to_owned(),
        1 => "1 cell fails".to_owned(),
        count => format!("{count} cells fail"),
    }
}

fn failing(run: &Run) -> usize {
    run.cells.iter().filter(|cell| cell.outcome.fails_the_run()).count()
}

/// The heading.
pub fn head(run: &Run) -> Markup {
    let verdict = verdict(run);
    let machines: BTreeSet<_> = run.starts.iter().map(|start| start.machine.as_str()).collect();
    let machines: Vec<_> = machines.into_iter().filter(|machine| !machine.is_empty()).collect();
    let days: BTreeSet<_> = run.starts.iter().filter(|start| start.at > 0).map(|start| day(start.at)).collect();
    let subjects: Vec<_> = run.suites.iter().map(|suite| suite.subject.as_str()).collect();
    html! {
        h1 {
            bdi { (brief(&text(suite(run)))) } " "
            span .tag .(if verdict == "passed" { "good" } else { "bad" }) { (verdict) }
        }
        p .muted {
            "A conformance run"
            @if !subjects.is_empty() { " of " code { (brief(&text(&subjects.join(", ")))) } }
            @if !machines.is_empty() { " on " (brief(&text(&machines.join(", ")))) }
            @if let (Some(first), Some(last)) = (days.first(), days.last()) {
                ", " time datetime=(first) { (first) }
                @if first != last { " to " time datetime=(last) { (last) } }
            }
            "."
        }
        @for path in &run.open {
            p .note .bad { "The run of " code { (brief(&text(&path.display().to_string()))) } " has not concluded." }
        }
        @if !run.narrowed.is_empty() {
            p .note .none { "A part of the suite only: " code { (brief(&text(&run.narrowed.join(" ")))) } }
        }
    }
}

/// How many cells have which outcome, as a bar and in words.
pub fn totals(run: &Run) -> Markup {
    let all = run.cells.len();
    let counts = Outcome::ALL.map(|outcome| run.cells.iter().filter(|cell| cell.outcome == outcome).count());
    let counts: Vec<_> = Outcome::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
    let share = |count: usize| 100.0 * count as f64 / all.max(1) as f64;
    let before = |at: usize| share(counts[..at].iter().map(|(_, count)| count).sum());
    html! {
        svg .totals viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for (at, (outcome, count)) in counts.iter().enumerate() {
                rect .(format!("fill-{}", kind(*outcome))) x=(before(at)) width=(share(*count)) height="1" {}
            }
        }
        p .counts {
            span { strong { (all) } " cell" @if all != 1 { "s" } }
            @for (outcome, count) in &counts {
                span { span .swatch .(format!("ground-{}", kind(*outcome))) {} strong { (count) } " " (outcome) }
            }
        }
    }
}

/// The beginning of a text that is too long for a heading.
pub fn brief(text: &str) -> String {
    const MOST: usize = 240;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
