//! What is known of a mutant.

use crate::common::COMMON;
use crate::fault::OWN;

/// A mutant, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The mutant's name.
    pub name: String,
    /// The backend that it is. One with a common fault is many mutants: which function has the fault, [`FUNCTION`] says.
    ///
    /// [`FUNCTION`]: crate::FUNCTION
    pub backend: &'static str,
    /// The function of the contract that has the fault: a check about it has to notice.
    pub function: &'static str,
    /// The fault.
    pub what: &'static str,
    /// The tests that are about this kind of fault, by the beginning of their paths, several between bars: one of
    /// them has to notice it.
    pub tests: &'static str,
}

/// Every mutant.
pub fn catalogue() -> Vec<Entry> {
    let own = OWN.iter().map(|[backend, function, what, tests]| Entry {
        name: (*backend).to_owned(),
        backend,
        function,
        what,
        tests,
    });
    let common = COMMON.iter().flat_map(|(function, faults)| {
        faults.iter().map(move |fault| {
            let (backend, what, tests) = (fault.backend(), fault.what(), fault.tests());
            Entry { name: format!("{function}_{backend}"), backend, function, what, tests }
        })
    });
    own.chain(common).collect()
}
