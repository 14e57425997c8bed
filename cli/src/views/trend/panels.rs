//! The four things that are followed, as series of numbers.

use crosscheck::Debt;

use super::axis::Unit;
use crate::trend::{Tally, Trend};

/// One of the things that are followed.
pub struct Panel<'a> {
    /// What it is.
    pub title: &'static str,
    /// What its numbers are, in a sentence.
    pub about: &'static str,
    /// How its numbers are written.
    pub unit: Unit,
    /// Its lines, by name; a run that has no number leaves a gap.
    pub series: Vec<(&'a str, Vec<Option<f64>>)>,
}

/// All of them; those without any number are left out.
pub fn panels(trend: &Trend) -> Vec<Panel<'_>> {
    let by_backend = |number: fn(&Tally) -> Option<f64>| -> Vec<(&str, Vec<Option<f64>>)> {
        let of = |backend: &String| trend.points.iter().map(|point| number(point.tallies.get(backend)?)).collect();
        trend.backends.iter().map(|backend| (backend.as_str(), of(backend))).collect()
    };
    let kinds = Debt::ALL.iter().map(|debt| debt.as_str()).chain(["no reason given"]).enumerate();
    let debts = kinds
        .map(|(kind, name)| (name, trend.points.iter().map(|point| Some(point.debt(kind) as f64)).collect::<Vec<_>>()));
    let debts = debts.filter(|(_, counts)| counts.iter().flatten().any(|count| *count > 0.0)).collect();
    let panels = [
        Panel {
            title: "Support",
            about: "The share of its cells that pass, of each backend, in the runs in which it is available.",
            unit: Unit::Percent,
            series: by_backend(Tally::support),
        },
        Panel {
            title: "Debt",
            about: "How many cells a row of the exclusion matrix excuses, on all backends together, by the reason of the row.",
            unit: Unit::Count,
            series: debts,
        },
        Panel {
            title: "Time",
            about: "How long the cells of each backend take together.",
            unit: Unit::Seconds,
            series: by_backend(Tally::seconds),
        },
        Panel {
            title: "Headroom",
            about: "The largest share of what is allowed that a cell of each backend uses: at 100 % nothing is left.",
            unit: Unit::Percent,
            series: by_backend(|tally| tally.used),
        },
    ];
    let with_numbers = panels.into_iter().map(|mut panel| {
        panel.series.retain(|(_, numbers)| numbers.iter().any(Option::is_some));
        panel
    });
    with_numbers.filter(|panel| !panel.series.is_empty()).collect()
}
