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
