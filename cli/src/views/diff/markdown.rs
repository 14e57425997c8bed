//! The difference in a pull request.

use std::fmt::Write;

use super::{Item, items, pace, run, summary};
use crate::diff::{Diff, Kind};
use crate::views::escape::markdown as code;

/// What it comes to, the two runs, and a table a kind; what is no regression is folded.
pub fn markdown(diff: &Diff<'_>, regressions: &[Kind], limit: usize) -> String {
    let mut text = format!("## {}\n\n", summary(diff, regressions));
    let _ = write!(text, "- old: {}\n- new: {}\n", code(&run(diff.old)), code(&run(diff.new)));
    for note in diff.notes().into_iter().chain(pace(diff)) {
        let _ = writeln!(text, "- note: {}", code(&note));
    }
    for kind in Kind::ALL {
        let items = items(diff, kind);
        if items.is_empty() {
            continue;
        }
        let head = format!("{} {}", items.len(), kind.counted());
        let table = table(&items, limit);
        let _ = match regressions.contains(&kind) {
            true => write!(text, "\n### {head}\n\n{table}"),
            false => write!(text, "\n<details><summary>{head}</summary>\n\n{table}\n</details>\n"),
        };
    }
    text
}

fn table(items: &[Item], limit: usize) -> String {
    let has_why = items.iter().take(limit).any(|item| !item.why.is_empty());
    let mut table = match has_why {
        true => "| what | change | why |\n| --- | --- | --- |\n".to_owned(),
        false => "| what | change |\n| --- | --- |\n".to_owned(),
    };
    for Item { of, change, why } in items.iter().take(limit) {
        let why = if has_why { format!(" {} |", code(why)) } else { String::new() };
        let _ = writeln!(table, "| {} | {} |{why}", code(of), code(change));
    }
    if items.len() > limit {
        let _ = writeln!(table, "\n… and {} more.", items.len() - limit);
    }
    table
}
