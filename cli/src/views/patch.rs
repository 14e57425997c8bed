//! A patch in a terminal.

use std::ops::Range;

use crosscheck::internals::report;

use crate::fix::{FilePatch, hunks};

/// Why, change by change, and a unified diff.
pub fn patch(files: &[FilePatch]) -> String {
    files.iter().map(|file| reasons(file) + &of_file(file)).collect()
}

fn reasons(FilePatch { file, why, .. }: &FilePatch) -> String {
    let of_change = |(lines, why): &(Range<usize>, String)| {
        format!("{}:{}: {}\n", report::line(&file.shown), lines.start + 1, report::line(why))
    };
    why.iter().map(of_change).collect()
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
