//! What each backend supports, feature by feature.

use std::collections::BTreeMap;

use crosscheck::Outcome;
use crosscheck::internals::report::Columns;
use maud::{Markup, html};

use super::head::brief;
use super::page::text;
use crate::records::Run;

/// What the cells of a feature on a backend come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// All of them pass.
    Supported,
    /// Some pass; others are excluded, or did not run.
    Partial,
    /// The matrix excuses all of them.
    Excluded,
    /// One at least fails the run.
    Failing,
    /// The backend could not be opened.
    Unavailable,
    /// There are none.
    Untested,
}

impl Support {
    const ALL: [Self; 5] = [Self::Supported, Self::Partial, Self::Excluded, Self::Failing, Self::Unavailable];

    /// Of cells with these outcomes.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let count = |wanted: &[Outcome]| outcomes.iter().filter(|outcome| wanted.contains(outcome)).count();
        let passed = count(&[Outcome::Passed]);
        match outcomes.len() {
            0 => Self::Untested,
            _ if outcomes.iter().any(|outcome| outcome.fails_the_run()) => Self::Failing,
            all if passed == all => Self::Supported,
            _ if passed > 0 || count(&[Outcome::KnownFlaky]) > 0 => Self::Partial,
            _ if count(&[Outcome::Unavailable]) > 0 => Self::Unavailable,
            _ => Self::Excluded,
        }
    }

    /// Its name, which is also that of its picture.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Partial => "partial",
            Self::Excluded => "excluded",
            Self::Failing => "failing",
            Self::Unavailable => "unavailable",
            Self::Untested => "untested",
        }
    }

    /// What it means.
    const fn meaning(self) -> &'static str {
        match self {
            Self::Supported => "every cell passes",
            Self::Partial => "some cells pass, the others are excluded or did not run",
            Self::Excluded => "the exclusion matrix or the backend says that it cannot",
            Self::Failing => "a cell fails the run",
            Self::Unavailable => "the backend could not be opened",
            Self::Untested => "no cell",
        }
    }
}

/// The class of an outcome's colours.
pub fn kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "good",
        Outcome::XFailed | Outcome::KnownFlaky => "part",
        outcome if outcome.fails_the_run() => "bad",
        _ => "none",
    }
}

/// The signs, once for the whole page, and what each of them means.
pub fn legend() -> Markup {
    html! {
        svg width="0" height="0" aria-hidden="true" focusable="false" style="position:absolute" {
            symbol id="supported" viewBox="0 0 16 16" { path d="M3 8.5l3.2 3.2L13 4.8" class="stroke" {} }
            symbol id="partial" viewBox="0 0 16 16" { circle cx="8" cy="8" r="5.5" class="stroke" {} path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="area" {} }
            symbol id="excluded" viewBox="0 0 16 16" { circle cx="8" cy="8" r="5.5" class="stroke" {} path d="M4.2 11.8l7.6-7.6" class="stroke" {} }
            symbol id="failing" viewBox="0 0 16 16" { path d="M4 4l8 8M12 4l-8 8" class="stroke" {} }
            symbol id="unavailable" viewBox="0 0 16 16" { path d="M3 8h2M7 8h2M11 8h2" class="stroke" {} }
        }
        ul .legend .small {
            @for support in Support::ALL {
                li { (sign(support)) " " strong { (support.as_str()) } ": " (support.meaning()) }
            }
        }
    }
}

fn sign(support: Support) -> Markup {
    html! { svg .sign aria-hidden="true" focusable="false" { use href={ "#" (support.as_str()) } {} } }
}

/// Features and backends in the order in which the suites declare them; those that no suite declares come last, by name.
pub struct Order<'a> {
    /// Markers and descriptions.
    pub features: Vec<(&'a str, &'a str)>,
    /// The baseline first; one that ran on several kinds of machines stands once for each.
    pub backends: Vec<String>,
}

impl<'a> Order<'a> {
    /// That of a run.
    pub fn of(run: &'a Run) -> Self {
        let declared = run.suites.iter().flat_map(|suite| &suite.features);
        let mut features: Vec<(&str, &str)> = Vec::new();
        for feature in declared {
            if !features.iter().any(|(marker, _)| *marker == feature.marker) {
                features.push((&feature.marker, &feature.description));
            }
        }
        let used: std::collections::BTreeSet<_> =
            run.cells.iter().chain(&run.elsewhere).flat_map(|cell| &cell.markers).map(String::as_str).collect();
        let others: Vec<_> = used.into_iter().filter(|marker| !features.iter().any(|(it, _)| it == marker)).collect();
        features.extend(others.into_iter().map(|marker| (marker, "")));

        let columns = Columns::of(&run.results());
        let mut backends: Vec<String> = Vec::new();
        let used: std::collections::BTreeSet<_> =
            run.cells.iter().chain(&run.elsewhere).map(|cell| columns.name(cell)).collect();
        let declared = run.suites.iter().flat_map(|suite| &suite.backends).flat_map(|backend| columns.names(backend));
        for backend in declared.filter(|backend| used.contains(backend)).chain(used.iter().cloned()) {
            if !backends.contains(&backend) {
                backends.push(backend);
            }
        }
        Self { features, backends }
    }
}

/// The row of tests that use no feature, and that of all cells.
pub const UNMARKED: &str = "(no feature)";
pub const TOTAL: &str = "all cells";

/// The table as it is without the script.
pub fn table(run: &Run) -> Markup {
    let Order { features, backends } = Order::of(run);
    let mut outcomes: BTreeMap<(&str, &str), Vec<Outcome>> = BTreeMap::new();
    let results = run.results();
    let cells = Columns::of(&results).apart(&results);
    for cell in &*cells {
        let unmarked = cell.markers.is_empty().then_some(UNMARKED);
        for row in cell.markers.iter().map(String::as_str).chain(unmarked).chain([TOTAL]) {
            outcomes.entry((row, &cell.backend)).or_default().push(cell.outcome);
        }
    }
    let rows = features.iter().copied().chain([(UNMARKED, ""), (TOTAL, "")]);
    let rows: Vec<_> = rows
        .filter(|(row, _)| backends.iter().any(|backend| outcomes.contains_key(&(*row, backend.as_str()))))
        .collect();
    html! {
        table .support {
            caption .hidden-text { "What each backend supports, by feature" }
            thead {
                tr {
                    th scope="col" { "Feature" }
                    @for backend in &backends { th scope="col" { bdi { (brief(&text(backend))) } } }
                }
            }
            tbody {
                @for (row, description) in rows {
                    tr .total[row == TOTAL] {
                        th scope="row" {
                            bdi { (brief(&text(row))) }
                            @if !description.is_empty() { span .description { (brief(&text(description))) } }
                        }
                        @for backend in &backends {
                            (cell(outcomes.get(&(row, backend.as_str())).map_or(&[], Vec::as_slice)))
                        }
                    }
                }
            }
        }
    }
}

fn cell(outcomes: &[Outcome]) -> Markup {
    let support = Support::of(outcomes);
    let passed = outcomes.iter().filter(|outcome| **outcome == Outcome::Passed).count();
    html! {
        @if support == Support::Untested {
            td .untested { "–" }
        } @else {
            td .(support.as_str()) {
                (sign(support)) " " (support.as_str()) " "
                span .of { (passed) " of " (outcomes.len()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One outcome, and two, in either order.
    #[test]
    fn every_pair_of_outcomes_comes_to_something() {
        use Outcome::*;
        for one in Outcome::ALL {
            let alone = match one {
                Passed => Support::Supported,
                KnownFlaky => Support::Partial,
                XFailed | Skipped | NotImplemented => Support::Excluded,
                Unavailable => Support::Unavailable,
                _ => Support::Failing,
            };
            assert_eq!(Support::of(&[one]), alone, "{one}");
            for other in Outcome::ALL {
                let both = Support::of(&[one, other]);
                assert_eq!(both, Support::of(&[other, one]));
                assert_eq!(both == Support::Failing, one.fails_the_run() || other.fails_the_run(), "{one} {other}");
                assert_eq!(both == Support::Supported, one == Passed && other == Passed, "{one} {other}");
                if both == Support::Excluded {
                    assert!(![one, other].iter().any(|it| matches!(it, Passed | KnownFlaky | Unavailable)));
                }
            }
        }
        assert_eq!(Support::of(&[]), Support::Untested);
    }
}
