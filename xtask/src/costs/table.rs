//! The table of the costs, and its place in the README of the benches.

use std::collections::BTreeMap;

use super::peer::Peer;
use super::work::{Cost, Work};
use crate::error::TaskError;
use crate::workspace::root;

const FILE: &str = "benches/README.md";
/// The table stands between these lines.
const MARKS: [&str; 2] = ["<!-- Written by `cargo xtask costs`. -->\n", "<!-- Here ends the table of costs. -->\n"];

/// The least of what was measured.
#[derive(Debug, Default)]
pub struct Table {
    costs: BTreeMap<(Work, Peer), Cost>,
}

impl Table {
    pub fn note(&mut self, work: Work, peer: Peer, cost: Cost) {
        let least = self.costs.entry((work, peer)).or_insert(cost);
        // Whatever else runs on the machine only adds to it.
        if cost.seconds < least.seconds {
            *least = cost;
        }
    }

    pub fn least(&self, work: Work, peer: Peer) -> Option<f64> {
        Some(self.costs.get(&(work, peer))?.seconds)
    }

    /// As Markdown; a row that was not measured is that of the table before.
    pub fn text(&self, before: &str) -> String {
        let peers = Peer::ALL.map(Peer::title).join(" | ");
        let mut text = format!("| work | {peers} | goal | |\n|---|{}---|---|\n", "---|".repeat(Peer::ALL.len()));
        for work in Work::ALL {
            let row = if self.costs.keys().any(|(of, _)| *of == work) {
                Some(self.row(work))
            } else {
                let title = format!("| {} |", work.title());
                before.lines().find(|line| line.starts_with(&title)).map(str::to_owned)
            };
            text.extend(row.map(|row| row + "\n"));
        }
        text
    }

    fn row(&self, work: Work) -> String {
        let of = |peer: Peer| self.costs.get(&(work, peer)).copied();
        let ours = of(Peer::Crosscheck);
        let column = |peer: Peer| match (of(peer), ours) {
            (None, _) => "–".to_owned(),
            (Some(cost), _) if peer == Peer::Crosscheck => format!("**{}**", work.show(&cost)),
            (Some(cost), Some(ours)) => format!("{}: {:.2} ×", work.show(&cost), ours.seconds / cost.seconds),
            (Some(cost), None) => work.show(&cost),
        };
        let (goal, met) = work.goal(of);
        let met = met.map_or("not known", |met| if met { "met" } else { "**not met**" });
        format!("| {} | {} | {goal} | {met} |", work.title(), Peer::ALL.map(column).join(" | "))
    }

    /// Puts it into the README.
    pub fn write(&self) -> Result<(), TaskError> {
        let path = root().join(FILE);
        let failed = |source| TaskError::Io { path: path.clone(), source };
        let readme = std::fs::read_to_string(&path).map_err(failed)?;
        let written = self.between(&readme).ok_or(TaskError::NoPlace { file: FILE, marks: MARKS })?;
        std::fs::write(&path, written).map_err(failed)
    }

    fn between(&self, text: &str) -> Option<String> {
        let (before, rest) = text.split_once(MARKS[0])?;
        let (table, after) = rest.split_once(MARKS[1])?;
        Some([before, MARKS[0], "\n", &self.text(table), "\n", MARKS[1], after].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_was_not_measured_stays_and_the_least_counts() {
        let mut table = Table::default();
        for seconds in [0.3, 0.1, 0.2] {
            table.note(Work::List, Peer::Crosscheck, Cost { seconds, crates: None });
        }
        table.note(Work::List, Peer::Plain, Cost { seconds: 0.05, crates: None });
        let kept = format!("| {} | as it was |\n", Work::Run.title());
        let other = format!("| {} | as it was |\n", Work::List.title());
        let text = format!("a\n{}{kept}{other}{}b\n", MARKS[0], MARKS[1]);
        let written = table.between(&text).unwrap();
        assert!(written.contains(&kept) && !written.contains(&other), "{written}");
        let row = format!("| {} | **100 ms (3.3 µs each)** | – | 50 ms (1.7 µs each): 2.00 × |", Work::List.title());
        assert!(written.contains(&row), "{written}");
        assert!(written.starts_with("a\n") && written.ends_with(&format!("{}b\n", MARKS[1])));
        assert!(written.contains("| ≤ 1 µs a name | **not met** |"), "{written}");
        assert_eq!(table.between("no marks"), None);
        assert!(table.between(include_str!("../../../benches/README.md")).is_some());
    }
}
