//! Cells that ran on machines of several kinds: which of their outcomes stands for the cell, and which beside it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crosscheck::record::CellRecord;

/// What stands for each cell, and what became of it on machines of other kinds, as far as its backend ran there. `heavier` puts
/// what stands for a cell first. Where there is one kind of machines only, no cell says where it ran.
pub fn part(
    mut cells: Vec<(CellRecord, usize)>,
    machines: &[String],
    heavier: impl Fn(&CellRecord, &CellRecord) -> Ordering,
) -> (Vec<CellRecord>, Vec<CellRecord>) {
    if machines.len() < 2 {
        return (cells.into_iter().map(|(cell, _)| cell).collect(), Vec::new());
    }
    let ran = cells.iter().filter(|(cell, _)| cell.outcome.ran());
    let ran: BTreeSet<_> = ran.map(|(cell, machine)| (cell.backend.clone(), *machine)).collect();
    cells.sort_by(|(a, on), (b, other)| {
        a.name.cmp(&b.name).then_with(|| heavier(a, b)).then_with(|| machines[*on].cmp(&machines[*other]))
    });
    let (mut standing, mut elsewhere) = (Vec::<CellRecord>::with_capacity(cells.len()), Vec::new());
    for (mut cell, machine) in cells {
        let is_other = standing.last().is_some_and(|known| known.name == cell.name);
        let has_run = ran.contains(&(cell.backend.clone(), machine));
        cell.machine = Some(machines[machine].clone()).filter(|name| !name.is_empty());
        match is_other {
            true if has_run => elsewhere.push(cell),
            true => {}
            false => standing.push(cell),
        }
    }
    (standing, elsewhere)
}
