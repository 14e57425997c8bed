//! Why records prove nothing of a backend.

use crosscheck::Outcome;

use crate::records::Run;

/// The first format that says what was left out of a run.
const SAYS_WHAT_WAS_LEFT_OUT: u32 = 5;

/// Everything that keeps a run from being what a statement about a backend can be made from, or held against.
pub fn unfit(run: &Run, backend: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(start) = run.starts.iter().find(|start| start.format < SAYS_WHAT_WAS_LEFT_OUT) {
        reasons.push(format!("a record has format {}, which does not say what was left out of a run", start.format));
    }
    reasons.extend(run.open.iter().map(|path| format!("{}: the run has not concluded", path.display())));
    let unnamed = run.lost.iter().map(|lost| lost.unnamed).max().unwrap_or_default();
    if unnamed > 0 {
        reasons.push(format!("{unnamed} of the cells that were planned are named by no record: shards are missing"));
    }
    if run.planned.is_empty() {
        reasons.push("no record says what was to run".to_owned());
    }
    // A backend that was chosen was chosen with all of its cells.
    let filters = run.narrowed.iter().filter(|option| !option.starts_with("--backend "));
    match &run.left_out {
        None => reasons.extend(filters.map(|option| format!("the run was filtered: {option}"))),
        Some(left_out) => {
            let own: Vec<_> = left_out.iter().filter(|name| name.ends_with(&format!("::{backend}"))).collect();
            if let Some(one) = own.first() {
                let filters: Vec<_> = filters.map(String::as_str).collect();
                let (count, filters) = (own.len(), filters.join(", "));
                let are = if count == 1 { "cell is" } else { "cells are" };
                reasons.push(format!("the run was filtered: {filters}: {count} {are} in no record, such as {one}"));
            }
        }
    }
    let cells: Vec<_> = run.cells.iter().filter(|cell| cell.backend == backend).collect();
    let missing: Vec<_> = cells.iter().filter(|cell| cell.outcome == Outcome::Missing).collect();
    reasons.extend(missing.iter().map(|cell| format!("{} is missing: {}", cell.name, cell.reason)));
    let set_aside = cells.iter().filter(|cell| cell.excluded).count();
    if set_aside > 0 {
        reasons.push(format!("the rows of {set_aside} cells were set aside (--run-excluded)"));
    }
    let unplanned = cells.iter().filter(|cell| run.planned.binary_search(&cell.name).is_err()).count();
    if unplanned > 0 && !run.planned.is_empty() {
        reasons.push(format!("{unplanned} cells were not planned"));
    }
    if !cells.iter().any(|cell| cell.outcome.ran()) {
        let why =
            cells.iter().find(|cell| cell.outcome == Outcome::Unavailable).map(|cell| format!(": {}", cell.reason));
        reasons.push(format!("no cell of `{backend}` ran{}", why.unwrap_or_default()));
    }
    reasons
}
