//! A patch in a terminal.

use crosscheck::internals::report;

use crate::fix::{FilePatch, hunks};

/// Why, change by change, and a unified diff.
pub fn patch(files: &[FilePatch]) -> String {
    files.iter().map(|file| reasons(file) + &of_file(file)).collect()
}

fn reasons(FilePatch { file, why, .. }: &FilePatch) -> String {
    // A row may have two places: its attribute, and what it says.
    let mut places: Vec<(&str, Vec<String>)> = Vec::new();
    for (lines, why) in why {
        let line = (lines.start + 1).to_string();
        match places.iter_mut().find(|(known, _)| known == why) {
            Some((_, lines)) if lines.contains(&line) => {}
            Some((_, lines)) => lines.push(line),
            None => places.push((why, vec![line])),
        }
    }
    let of_change = |(why, lines): &(&str, Vec<String>)| {
        format!("{}:{}: {}\n", report::line(&file.shown), lines.join(", "), report::line(why))
    };
    places.iter().map(of_change).collect()
}

fn of_file(FilePatch { file, old, new, why }: &FilePatch) -> String {
    let shown = report::line(&file.shown);
    let mut text = format!("--- a/{shown}\n+++ b/{shown}\n");
    for hunk in hunks(old, new) {
        let concerned = why.iter().filter(|(lines, _)| lines.start <= hunk.old.end && hunk.old.start <= lines.end);
        let mut reasons: Vec<_> = concerned.map(|(_, why)| report::line(why).into_owned()).collect();
        reasons.dedup();
        // More than that is a line each, above.
        let reason = if let [one] = reasons.as_slice() { format!(" {one}") } else { String::new() };
        text.push_str(&format!("{}{reason}\n", hunk.head));
        hunk.lines.iter().for_each(|line| text.push_str(&format!("{}\n", report::line(line))));
    }
    text
}
