//! How long the cells take, where the whole run may be slower: on another machine, in another profile, beside other work.

use crosscheck::record::CellRecord;

/// With fewer cells that can be measured, one of them would shift the pace of all.
const FEW: usize = 10;
/// What takes less, in microseconds, is not measured by it.
const MEASURABLE: u64 = 100;
/// What a cell loses is worth a word from here on, in microseconds.
pub const FLOOR: u64 = 10_000;
/// How many times the usual spread is no chance any more, and how many standard deviations the median distance stands for.
const BEYOND: f64 = 3.0 * 1.4826;

/// How long the cells take.
#[derive(Clone, Debug)]
pub struct Pace<'a> {
    /// How many times as long the median cell takes; 1 where too few cells ran in both runs to tell.
    pub all: f64,
    /// How many cells that follows from.
    pub measured: usize,
    /// How many times that a cell has to take, to be slower.
    pub limit: f64,
    /// The cells that are slower, those first that lose most.
    pub slower: Vec<Slower<'a>>,
    /// How many are faster by as much: where these are as many, it is chance.
    pub faster: usize,
}

/// A cell that is slower.
#[derive(Clone, Copy, Debug)]
pub struct Slower<'a> {
    /// The cell.
    pub cell: &'a CellRecord,
    /// How long it took, in microseconds.
    pub before: u64,
    /// How long it takes.
    pub after: u64,
    /// How many times as long, where the pace of all is taken out.
    pub ratio: f64,
}

impl<'a> Pace<'a> {
    /// Of the cells that ran in both runs.
    pub fn of(both: &[(&'a CellRecord, &'a CellRecord)], slower: f64) -> Self {
        let ran = both.iter().filter(|(old, new)| old.outcome.ran() && new.outcome.ran());
        // What failed may have ended early.
        let comparable: Vec<_> =
            ran.filter(|(old, new)| old.outcome.fails_the_run() == new.outcome.fails_the_run()).collect();
        let ratio = |old: &CellRecord, new: &CellRecord| new.duration_us.max(1) as f64 / old.duration_us.max(1) as f64;
        let measurable = comparable.iter().filter(|(old, new)| old.duration_us.min(new.duration_us) >= MEASURABLE);
        let ratios: Vec<_> = measurable.map(|(old, new)| ratio(old, new).ln()).collect();
        let measured = ratios.len();
        let (all, spread) = if measured < FEW {
            (0.0, 0.0)
        } else {
            let all = median(ratios.clone());
            (all, median(ratios.into_iter().map(|ratio| (ratio - all).abs()).collect()))
        };
        let (all, limit) = (all.exp(), slower.max((BEYOND * spread).exp()));
        let beside = |old: &CellRecord, new: &CellRecord| {
            (ratio(old, new) / all, new.duration_us as f64 - old.duration_us as f64 * all)
        };
        let cells = comparable.iter().filter_map(|(old, new)| {
            let (ratio, lost) = beside(old, new);
            let (before, after) = (old.duration_us, new.duration_us);
            (ratio >= limit && lost >= FLOOR as f64).then_some(Slower { cell: new, before, after, ratio })
        });
        let mut slower: Vec<_> = cells.collect();
        let is_faster = |(ratio, lost): (f64, f64)| 1.0 / ratio >= limit && -lost >= FLOOR as f64;
        let faster = comparable.iter().filter(|(old, new)| is_faster(beside(old, new))).count();
        slower.sort_by_key(|it| (std::cmp::Reverse(it.after - it.before.min(it.after)), &it.cell.name));
        Self { all, measured, limit, slower, faster }
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len().is_multiple_of(2) { (numbers[middle - 1] + numbers[middle]) / 2.0 } else { numbers[middle] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosscheck::Outcome;
    use crosscheck::internals::missing;

    fn cells(durations: &[u64]) -> Vec<CellRecord> {
        let cell = |(at, duration): (usize, &u64)| {
            let mut cell = missing(&format!("a::n_{at}::cpu"));
            (cell.outcome, cell.duration_us) = (Outcome::Passed, *duration);
            cell
        };
        durations.iter().enumerate().map(cell).collect()
    }

    /// The positions of what is slower by two, and the pace.
    fn slower(old: &[CellRecord], new: &[CellRecord]) -> (Vec<String>, f64) {
        let both: Vec<_> = old.iter().zip(new).collect();
        let pace = Pace::of(&both, 2.0);
        (pace.slower.iter().map(|it| it.cell.name.clone()).collect(), pace.all)
    }

    #[test]
    fn a_cell_is_slower_beside_the_others_and_not_by_itself() {
        let old = vec![20_000; 20];
        // Three times as long, each of them: another machine.
        assert_eq!(slower(&cells(&old), &cells(&[60_000; 20])), (vec![], 3.0000000000000004));
        let mut new = vec![60_000; 20];
        new[7] = 130_000;
        assert_eq!(slower(&cells(&old), &cells(&new)).0, ["a::n_7::cpu"]);
        // The other way round, it is one that is faster.
        let (fast, slow) = (cells(&old), cells(&new));
        let both: Vec<_> = slow.iter().zip(&fast).collect();
        let pace = Pace::of(&both, 2.0);
        assert_eq!((pace.slower.len(), pace.faster), (0, 1));
        new[7] = 119_000;
        assert!(slower(&cells(&old), &cells(&new)).0.is_empty());
        // A few cells have no pace.
        assert_eq!(slower(&cells(&old[..2]), &cells(&[60_000, 20_000])), (vec!["a::n_0::cpu".to_owned()], 1.0));
    }

    #[test]
    fn neither_a_small_loss_nor_a_usual_one_counts() {
        // Ten times as long, and nobody notices.
        let mut new = vec![1_000; 20];
        new[3] = 10_000;
        assert!(slower(&cells(&[1_000; 20]), &cells(&new)).0.is_empty());
        // Where cells take half or twice as long by chance, one that takes three times as long says nothing.
        let noisy: Vec<_> = (0..20).map(|at| if at % 2 == 0 { 50_000 } else { 200_000 }).collect();
        let mut new = noisy.clone();
        new[1] = 300_000;
        assert!(slower(&cells(&[100_000; 20]), &cells(&new)).0.is_empty());
        new[1] = 100_000_000;
        assert_eq!(slower(&cells(&[100_000; 20]), &cells(&new)).0, ["a::n_1::cpu"]);
    }

    #[test]
    fn what_did_not_run_or_failed_in_one_run_has_no_time() {
        let (old, mut new) = (cells(&[20_000]), cells(&[200_000]));
        assert_eq!(slower(&old, &new).0.len(), 1);
        for outcome in [Outcome::Skipped, Outcome::Failed, Outcome::Missing] {
            new[0].outcome = outcome;
            assert!(slower(&old, &new).0.is_empty(), "{outcome}");
        }
    }
}
