//! What a user names: backends by name or alias, and functions that tests are about.

use super::spec::SuiteSpec;
#[cfg(feature = "harness")]
use super::spec::TestSpec;
use crate::nearest;
#[cfg(feature = "harness")]
use crate::sorted;

/// The backends' own names for a name or alias; an alias may stand for a backend of each suite.
///
/// # Errors
/// The name, the known ones and the nearest, where no backend has it.
#[cfg(feature = "harness")]
pub(crate) fn backend(suites: &[SuiteSpec], given: &str) -> Result<Vec<&'static str>, String> {
    let backends = suites.iter().flat_map(|suite| &suite.backends);
    let named = backends
        .filter(|backend| [backend.name, backend.declared()].contains(&given) || backend.aliases.contains(&given));
    let names: Vec<_> = named.map(|backend| backend.name).collect();
    if names.is_empty() { Err(unknown_backend(suites, given)) } else { Ok(names) }
}

/// What is said of a name that no backend has: the known ones and the nearest.
pub(crate) fn unknown_backend(suites: &[SuiteSpec], given: &str) -> String {
    let backends = suites.iter().flat_map(|suite| &suite.backends);
    let known =
        backends.flat_map(|backend| std::iter::once(&backend.name).chain(&backend.family).chain(backend.aliases));
    nearest::unknown("backend", given, &distinct(known))
}

/// The functions that tests are about, sorted.
#[cfg(feature = "harness")]
pub(crate) fn functions(suites: &[SuiteSpec]) -> Vec<&'static str> {
    let tests = || suites.iter().flat_map(|suite| &suite.tests);
    let of_cases = tests().flat_map(TestSpec::all_own).filter_map(|own| own.of.as_deref());
    sorted(tests().filter_map(|test| test.of).chain(of_cases))
}

/// Whether a test is about this function.
///
/// # Errors
/// The name, the known ones and the nearest, where none is.
#[cfg(feature = "harness")]
pub(crate) fn function(suites: &[SuiteSpec], given: &str) -> Result<(), String> {
    let known = functions(suites);
    if known.contains(&given) { Ok(()) } else { Err(nearest::unknown("function", given, &known)) }
}

/// The markers of the features, in the order of their declaration.
#[cfg(feature = "harness")]
pub(crate) fn markers(suites: &[SuiteSpec]) -> Vec<&'static str> {
    distinct(suites.iter().flat_map(|suite| &suite.features).map(|feature| &feature.marker))
}

/// The tags of the tests, sorted.
#[cfg(feature = "harness")]
pub(crate) fn tags(suites: &[SuiteSpec]) -> Vec<&'static str> {
    let tests = || suites.iter().flat_map(|suite| &suite.tests);
    let of_cases = tests().flat_map(TestSpec::all_own).flat_map(|own| &own.tags).map(|tag| &**tag);
    sorted(tests().flat_map(|test| test.tags).copied().chain(of_cases))
}

/// The names sorted, each once: there may be many, of which each case has some.
#[cfg(feature = "harness")]
fn sorted(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let names = sorted::set(names);
    names.into_iter().collect()
}

/// The names in their order, each once.
fn distinct<'a>(names: impl Iterator<Item = &'a &'static str>) -> Vec<&'static str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(*name);
        }
    }
    distinct
}
