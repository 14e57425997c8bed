//! Numbers and their scale.

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, of which all is 1.
    Percent,
    /// So many.
    Count,
    /// A time.
    Seconds,
}

impl Unit {
    /// A number.
    pub fn show(self, number: f64) -> String {
        match self {
            Self::Percent => percent(number),
            Self::Count => format!("{number:.0}"),
            Self::Seconds if number == 0.0 => "0 s".to_owned(),
            Self::Seconds if number >= 60.0 => format!("{:.1} min", number / 60.0),
            Self::Seconds if number >= 1.0 => format!("{number:.1} s"),
            Self::Seconds => format!("{:.1} ms", number * 1e3),
        }
    }
}

/// What is there is never 0, and what is not all never 100.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    let rounded = (percent * 10.0).round() / 10.0;
    let honest = match rounded {
        zero if zero <= 0.0 && percent > 0.0 => 0.1,
        all if all >= 100.0 && percent < 100.0 => 99.9,
        other => other,
    };
    format!("{honest} %")
}

/// From where to where an axis goes, and where its lines are.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its lower end.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
    /// Both, and what is between.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// One that these numbers fit on. It begins at 0; shares that are all high have one that begins below them.
    pub fn of(unit: Unit, numbers: impl Iterator<Item = f64>) -> Self {
        let (least, most) = numbers.fold((f64::MAX, 0.0_f64), |(least, most), it| (least.min(it), most.max(it)));
        if unit == Unit::Percent && most <= 1.0 {
            let from =
                if (0.5..=1.0).contains(&least) { ((least * 10.0 - 0.5).floor() / 10.0).clamp(0.5, 0.9) } else { 0.0 };
            let steps = if from == 0.0 { 5 } else { ((1.0 - from) * 10.0).round() as usize };
            return Self::in_steps(from, 1.0, steps);
        }
        // Minutes are round numbers of their own.
        let one = if unit == Unit::Seconds && most >= 60.0 { 60.0 } else { 1.0 };
        let (to, steps) = nice(most / one);
        Self::in_steps(0.0, to * one, steps)
    }

    fn in_steps(from: f64, to: f64, steps: usize) -> Self {
        let tick = |step: usize| from + (to - from) * step as f64 / steps as f64;
        Self { from, to, ticks: (0..=steps).map(tick).collect() }
    }

    /// Where a number is on it, from 0 to 1.
    pub fn place(&self, number: f64) -> f64 {
        (number - self.from) / (self.to - self.from)
    }
}

/// A round number that is not below this one, and in how many steps it is divided.
fn nice(most: f64) -> (f64, usize) {
    let scale = 10_f64.powf(most.max(1e-9).log10().floor());
    let (round, steps) = [(1.0, 5), (2.0, 4), (4.0, 4), (5.0, 5), (8.0, 4), (10.0, 5)]
        .into_iter()
        .find(|(round, _)| most <= round * scale)
        .unwrap_or((10.0, 5));
    (round * scale, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_neither_nothing_nor_all_by_rounding() {
        for (share, shown) in
            [(0.0, "0 %"), (1e-6, "0.1 %"), (0.5, "50 %"), (0.1234, "12.3 %"), (0.99999, "99.9 %"), (1.0, "100 %")]
        {
            assert_eq!(Unit::Percent.show(share), shown);
        }
        let shown = [0.0123, 1.5, 90.0].map(|seconds| Unit::Seconds.show(seconds));
        assert_eq!(shown, ["12.3 ms", "1.5 s", "1.5 min"]);
    }

    #[test]
    fn an_axis_holds_its_numbers() {
        for unit in [Unit::Percent, Unit::Count, Unit::Seconds] {
            for numbers in
                [vec![0.0], vec![1e-7], vec![0.97, 0.99], vec![0.5], vec![1.0], vec![1.3], vec![999.0, 3.0], vec![1e12]]
            {
                let axis = Axis::of(unit, numbers.iter().copied());
                assert!(axis.ticks.len() >= 2 && axis.to > axis.from, "{unit:?} {numbers:?}: {axis:?}");
                for number in &numbers {
                    assert!((0.0..=1.0).contains(&axis.place(*number)), "{unit:?} {number}: {axis:?}");
                }
            }
        }
        assert_eq!(Axis::of(Unit::Percent, [0.97, 1.0].into_iter()).from, 0.9);
        assert_eq!(Axis::of(Unit::Seconds, [130.0].into_iter()).to, 240.0);
        assert_eq!(Axis::of(Unit::Count, [37.0].into_iter()).to, 40.0);
    }
}
