//! Which cells are wanted.

use std::collections::BTreeSet;

use super::marker::MarkerExpr;
use super::shard::Shard;
use crate::suite::spec::TestSpec;

/// What of the whole is wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of backends; empty for all.
    pub backends: Vec<String>,
    /// By the markers of the cell.
    pub marker: Option<MarkerExpr>,
    /// By the tags of the test.
    pub tags: Option<MarkerExpr>,
    /// By the functions that the tests are about; empty for all.
    pub functions: Vec<String>,
    /// By the name of the cell.
    pub names: NameFilter,
    /// The names of cells; `None` for all.
    pub cells: Option<BTreeSet<String>>,
    /// A part of what is left then.
    pub shard: Option<Shard>,
    /// Plan as if the matrix were empty.
    pub run_excluded: bool,
    /// Whether bodies that are expected to end their process, or never to end, may be run: whoever runs the plan contains them
    /// in processes of their own.
    pub contained: bool,
}

/// The part of the selection that libtest knows.
#[derive(Clone, Debug, Default)]
pub struct NameFilter {
    /// A cell is wanted when its name contains one of these; empty for all.
    pub filters: Vec<String>,
    /// A cell is not wanted when its name contains one of these.
    pub skip: Vec<String>,
    /// Names have to be equal, or to start with the filter as a whole path: `module::test` means all cells of that test.
    pub exact: bool,
}

impl Selection {
    /// What is wanted on all machines together.
    pub fn whole(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }

    pub(super) fn wants_test(&self, test: &TestSpec) -> bool {
        // What a case has for itself is asked of each.
        let by_tags = || self.tags.as_ref().is_none_or(|expr| expr.matches(test.tags));
        let alike = test.all_own().is_empty();
        (!alike || by_tags() && self.wants_function(test.of)) && self.names.may_want(&test.path)
    }

    pub(super) fn wants_case(&self, test: &TestSpec, case: u32) -> bool {
        let by_tags = || self.tags.as_ref().is_none_or(|expr| expr.matches(&test.tags_of(case)));
        self.marker.as_ref().is_none_or(|expr| expr.matches(&test.markers_of(case)))
            && (test.all_own().is_empty() || by_tags() && self.wants_function(test.of_case(case)))
    }

    fn wants_function(&self, of: Option<&str>) -> bool {
        self.functions.is_empty() || of.is_some_and(|of| self.functions.iter().any(|function| function == of))
    }

    pub(super) fn wants_backend(&self, name: &str) -> bool {
        self.backends.is_empty() || self.backends.iter().any(|wanted| wanted == name)
    }

    pub(super) fn wants_name(&self, name: impl FnOnce() -> String) -> bool {
        if self.names.is_trivial() && self.shard.is_none() && self.cells.is_none() {
            return true;
        }
        let name = name();
        self.names.wants(&name)
            && self.cells.as_ref().is_none_or(|cells| cells.contains(&name))
            && self.shard.is_none_or(|shard| shard.holds(&name))
    }
}

impl NameFilter {
    fn is_trivial(&self) -> bool {
        self.filters.is_empty() && self.skip.is_empty()
    }

    /// Whether a cell of this test can be wanted; spares building the others' names.
    fn may_want(&self, path: &str) -> bool {
        let may = |filter: &String| filter.starts_with(path) || path.starts_with(filter.as_str());
        !self.exact || self.filters.is_empty() || self.filters.iter().any(may)
    }

    fn wants(&self, name: &str) -> bool {
        let hit = |filter: &String| match self.exact {
            true => name.strip_prefix(filter.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")),
            false => name.contains(filter.as_str()),
        };
        (self.filters.is_empty() || self.filters.iter().any(hit)) && !self.skip.iter().any(hit)
    }
}
