//! What the cells of a run are called: put together once, and not each time that somebody says it.

use crate::plan::Plan;
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
        let mut texts = texts.unwrap_or_default().into_iter();
        let backends: Vec<_> =
            plan.suites.iter().map(|suite| suite.backends.iter().all(|it| is_json(it.name))).collect();
        let (mut of, mut is_plain) = (None, false);
        for cell in &plan.cells {
            // The cells of one test stand together.
            if of != Some((cell.suite, cell.test)) {
                of = Some((cell.suite, cell.test));
                is_plain = backends[cell.suite as usize] && says_plain(plan.test(cell));
            }
            let text = texts.next().unwrap_or_else(|| plan.name(cell));
            names.push(Self { text, is_plain });
        }
        names
    }
}

/// Whether what a plan says of all cells of a test is plain.
fn says_plain(test: &TestSpec) -> bool {
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
