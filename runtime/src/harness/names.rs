//! What the cells of a run are called: put together once, and not each time that somebody says it.

use crate::plan::{Cell, Plan};
use crate::suite::spec::TestSpec;
use crate::text::is_json;

/// The name of a cell.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    /// Whether it shows itself, and JSON has it as it stands there, and the markers and the place of its test as well.
    pub(super) is_plain: bool,
}

impl Name {
    /// Those of all cells of the plan, in its order; the texts may be there already.
    pub(super) fn all(plan: &Plan, texts: Option<Vec<String>>) -> Vec<Self> {
        let mut names = Vec::with_capacity(plan.cells.len());
        let (mut texts, mut plain) = (texts.unwrap_or_default().into_iter(), Plain::new(plan, is_said));
        for cell in &plan.cells {
            let text = texts.next().unwrap_or_else(|| plan.name(cell));
            names.push(Self { text, is_plain: plain.is(cell) });
        }
        names
    }
}

/// Whether what is said of cells shows itself, and JSON has it as it stands there: found out once for all cells of a test.
pub(super) struct Plain<'a> {
    plan: &'a Plan,
    is_test: fn(&TestSpec) -> bool,
    /// Whether the names of all backends are plain, by suite.
    backends: Vec<bool>,
    /// The test that was asked last, by suite and position: the cells of one stand together.
    known: Option<(u32, u32)>,
    is_known: bool,
}

impl<'a> Plain<'a> {
    /// Of the names of the cells.
    pub(super) fn names(plan: &'a Plan) -> Self {
        Self::new(plan, is_named)
    }

    fn new(plan: &'a Plan, is_test: fn(&TestSpec) -> bool) -> Self {
        let backends = plan.suites.iter().map(|suite| suite.backends.iter().all(|backend| is_json(backend.name)));
        Self { plan, is_test, backends: backends.collect(), known: None, is_known: false }
    }

    pub(super) fn is(&mut self, cell: &Cell) -> bool {
        if self.known != Some((cell.suite, cell.test)) {
            self.known = Some((cell.suite, cell.test));
            self.is_known = self.backends[cell.suite as usize] && (self.is_test)(self.plan.test(cell));
        }
        self.is_known
    }
}

/// Whether the names of the cells of a test are plain, except for those of the backends.
fn is_named(test: &TestSpec) -> bool {
    let mut is_plain = is_json(&test.path);
    // Loops, because a debug build takes several times as long for iterators.
    for axis in test.axes {
        for label in axis.labels {
            is_plain = is_plain && is_json(label);
        }
    }
    is_plain
}

/// Whether that is so, and the rest of what a plan says of the test is plain.
fn is_said(test: &TestSpec) -> bool {
    let mut is_plain = is_named(test) && is_json(test.origin.file);
    for marker in &test.markers {
        is_plain = is_plain && is_json(marker);
    }
    for markers in test.implied.iter().flatten() {
        for marker in markers {
            is_plain = is_plain && is_json(marker);
        }
    }
    is_plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Selection, plan};
    use crate::suite::spec::{AxisSpec, BackendSpec, Origin, SuiteSpec};

    /// Whether the cells of two tests are plain, the first of which holds this text in one place; by their names, and by all that is
    /// said of them.
    fn are_plain(text: &str, place: usize) -> [Vec<bool>; 2] {
        let of = |at: usize| -> &'static str { if at == place { text.to_owned().leak() } else { "plain" } };
        let labels: &'static [&'static str] = vec!["one", of(1)].leak();
        let here = Origin { module: "suite", file: "a.rs", line: 1 };
        let test = TestSpec {
            axes: vec![AxisSpec { name: "axis", labels }].leak(),
            markers: vec![of(3)],
            implied: vec![vec![vec![], vec![of(4)]]],
            ..TestSpec::new(of(0), Origin { file: of(5), ..here })
        };
        let suite = SuiteSpec {
            backends: vec![BackendSpec::new("reference", here), BackendSpec::new(of(2), here)],
            tests: vec![test, TestSpec::new("other", here)],
            ..SuiteSpec::new("dyn Ops", "reference")
        };
        let plan = plan([suite].into(), &Selection::default());
        let mut names = Plain::names(&plan);
        let named = plan.cells.iter().map(|cell| names.is(cell)).collect();
        let texts = plan.cells.iter().map(|cell| plan.name(cell)).collect();
        let all = Name::all(&plan, Some(texts));
        assert!(all.iter().zip(&plan.cells).all(|(name, cell)| name.text == plan.name(cell)));
        [named, all.iter().map(|name| name.is_plain).collect()]
    }

    #[test]
    fn a_cell_is_plain_where_nothing_that_is_said_of_it_has_to_be_escaped() {
        let of = |[one, other]: [bool; 2]| vec![one, one, one, one, other, other];
        let plain = of([true, true]);
        for place in 0..6 {
            assert_eq!(are_plain("plain", place), [plain.clone(), plain.clone()]);
            for text in ["\"", "a\\b", "\n", "\u{7f}", "ü", "\u{202e}", "a text that is longer than sixteen bytes\t"] {
                // The name of a backend is in the names of both tests.
                let said = of([false, place != 2]);
                let named = if place < 3 { said.clone() } else { plain.clone() };
                assert_eq!(are_plain(text, place), [named, said], "{text:?} at {place}");
            }
        }
    }
}
