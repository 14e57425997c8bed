//! What the cells of a run are called: put together once, and not each time that somebody says it.

use crate::plan::{Cell, Plan};
use crate::suite::spec::TestSpec;
use crate::text::is_json;

/// The name of a cell.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    /// Whether it [is plain](Plain).
    pub(super) is_plain: bool,
}

impl Name {
    /// Those of all cells of the plan, in its order; the texts may be there already.
    pub(super) fn all(plan: &Plan, texts: Option<Vec<String>>) -> Vec<Self> {
        let mut names = Vec::with_capacity(plan.cells.len());
        let (mut texts, mut plain) = (texts.unwrap_or_default().into_iter(), Plain::new(plan));
        for cell in &plan.cells {
            let text = texts.next().unwrap_or_else(|| plan.name(cell));
            names.push(Self { text, is_plain: plain.is(cell) });
        }
        names
    }
}

/// Whether the name of a cell shows itself, and JSON has it as it stands there, and the markers and the place of its test as well.
pub(super) struct Plain<'a> {
    plan: &'a Plan,
    /// Whether the names of all backends are, by suite.
    backends: Vec<bool>,
    /// The test that was asked last, by suite and position: the cells of one stand together.
    known: Option<(u32, u32)>,
    is_known: bool,
}

impl<'a> Plain<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let backends = plan.suites.iter().map(|suite| suite.backends.iter().all(|backend| is_json(backend.name)));
        Self { plan, backends: backends.collect(), known: None, is_known: false }
    }

    pub(super) fn is(&mut self, cell: &Cell) -> bool {
        let of = Some((cell.suite, cell.test));
        if self.known != of {
            (self.known, self.is_known) = (of, self.backends[cell.suite as usize] && is_test(self.plan.test(cell)));
        }
        self.is_known
    }
}

/// Whether what a plan says of all cells of a test is plain.
fn is_test(test: &TestSpec) -> bool {
    let TestSpec { path, origin, markers, implied, axes, .. } = test;
    let mut is_plain = is_json(path) && is_json(origin.file);
    // Loops, because a debug build takes several times as long for iterators.
    for marker in markers {
        is_plain = is_plain && is_json(marker);
    }
    for markers in implied.iter().flatten() {
        for marker in markers {
            is_plain = is_plain && is_json(marker);
        }
    }
    for axis in *axes {
        for label in axis.labels {
            is_plain = is_plain && is_json(label);
        }
    }
    is_plain
}
