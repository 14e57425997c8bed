//! What is wrong with what was registered: everything at once, before anything runs.

use std::collections::BTreeMap;

use crate::nearest;
use crate::registry::Elements;
use crate::suite::action::is_followed_up;
use crate::suite::row::Row;
use crate::suite::scope::Scope;
use crate::suite::spec::{BackendSpec, Origin, SuiteSpec, TestSpec};

/// What drops all that crates register on this target, and how to keep it; empty where nothing does.
pub(crate) const LINKER: &str = if cfg!(all(windows, target_env = "gnu")) {
    "GNU's linker drops what crates register, unless .cargo/config.toml says `rustflags = \
     [\"-Clink-arg=-Wl,--no-gc-sections\"]` under `[target.x86_64-pc-windows-gnu]`; where it does, "
} else {
    ""
};

/// A fault in what was registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The executable holds no test at all.
    #[error("no tests are registered: {LINKER}name the crate that holds them in `crosscheck::main!(…)`")]
    NoTests,
    /// A crate stands in `main!`, but registers nothing.
    #[error(
        "`{krate}` is named in `crosscheck::main!`, but registers no test, backend or exclusions (crates that do: {known})"
    )]
    EmptyCrate {
        /// The crate.
        krate: String,
        /// The crates that do.
        known: String,
    },
    /// Two tests have the same name, so that only one of them would be listed.
    #[error("two tests are named `{path}`: {first} and {second}{}", of_two_crates(first, second))]
    DuplicateTest {
        /// The name.
        path: String,
        /// Where one stands.
        first: Origin,
        /// Where the other one stands.
        second: Origin,
    },
    /// The cases of a test that are made of data are not as they have to be.
    #[error("{at}: the cases of `{path}`: {fault}")]
    Cases {
        /// Where the test stands.
        at: Origin,
        /// The test.
        path: String,
        /// What is wrong.
        fault: String,
    },
    /// Two cells have the same name, so that only one of them would be listed.
    #[error("two cells are named `{name}`: of {first} and {second}; give a value of an axis another label")]
    DuplicateCell {
        /// The name.
        name: String,
        /// Where the test of one stands.
        first: Origin,
        /// Where the test of the other one stands.
        second: Origin,
    },
    /// A backend or exclusions belong to a subject that has no test.
    #[error("{at}: {what} for a subject or features without any test: are they meant for another one?")]
    Orphan {
        /// Where it stands.
        at: Origin,
        /// What it is.
        what: &'static str,
    },
    /// Two backends, or aliases of them, have the same name.
    #[error("two backends are named `{name}`: {first} and {second}")]
    DuplicateBackend {
        /// The name.
        name: String,
        /// Where one stands.
        first: Origin,
        /// Where the other one stands.
        second: Origin,
    },
    /// One backend has two matrix functions.
    #[error("`{backend}` has two `exclusions`: {first} and {second}")]
    DuplicateExclusions {
        /// The backend.
        backend: String,
        /// Where one stands.
        first: Origin,
        /// Where the other one stands.
        second: Origin,
    },
    /// One backend has two blocks of implemented functions.
    #[error("what `{backend}` implements is said twice: {first} and {second}")]
    DuplicateImplements {
        /// The backend.
        backend: String,
        /// Where one stands.
        first: Origin,
        /// Where the other one stands.
        second: Origin,
    },
    /// A block of implemented functions names a backend that does not exist.
    #[error("{at}: functions implemented by an {unknown}")]
    DanglingImplements {
        /// Where it stands.
        at: Origin,
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// Exclusions name a backend that does not exist.
    #[error("{at}: exclusions for an {unknown}")]
    DanglingExclusions {
        /// Where they stand.
        at: Origin,
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// A row is not followed up, although the suite demands it.
    #[error(
        "{row} is followed up nowhere, and `{subject}` follows such exclusions up: add `.tracking(\"https://…\")`, a link to the issue"
    )]
    Untracked {
        /// The row, in words.
        row: String,
        /// The subject.
        subject: &'static str,
    },
    /// A `backends(…)` list names a backend that does not exist.
    #[error("{at}: test `{path}` names an {unknown}")]
    UnknownBackend {
        /// Where the test stands.
        at: Origin,
        /// The test.
        path: String,
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// A test has no cell on any backend.
    #[error("{at}: test `{path}` runs on no backend: {why}")]
    NoCells {
        /// Where the test stands.
        at: Origin,
        /// The test.
        path: String,
        /// Why.
        why: &'static str,
    },
    /// Differential tests have nothing to be compared with.
    #[error("the baseline of `{subject}` is an {unknown}")]
    NoBaseline {
        /// The subject.
        subject: &'static str,
        /// The name, the known ones and the nearest.
        unknown: String,
    },
    /// The closed list of a subject has a backend that is not there.
    #[error(
        "`{subject}` lists the backend `{backend}` (`Subject::BACKENDS`), but nothing registers it here: name its crate in \
         `crosscheck::main!(…)`, or leave it out of the list where it is not built (registered: {known})"
    )]
    NotLinked {
        /// The subject.
        subject: &'static str,
        /// The name.
        backend: &'static str,
        /// The backends that are there.
        known: String,
    },
    /// A backend is not in the closed list of its subject.
    #[error("{at}: a backend that the closed list of `{subject}` (`Subject::BACKENDS`) leaves out: {unknown}")]
    Unlisted {
        /// Where it stands.
        at: Origin,
        /// The subject.
        subject: &'static str,
        /// The name, those of the list and the nearest.
        unknown: String,
    },
}

/// What helps where two tests of one name are of two crates.
fn of_two_crates(first: &Origin, second: &Origin) -> String {
    match second.krate() {
        krate if krate == first.krate() => String::new(),
        krate => format!("; `crosscheck::main!(…, {krate} as name)` puts `name::` in front of the tests of `{krate}`"),
    }
}

/// Where closed lists and what is linked into an executable differ.
pub(crate) fn closed_lists(suites: &[SuiteSpec]) -> Vec<RegistryError> {
    let mut errors = Vec::new();
    for suite in suites {
        let (subject, Some(listed)) = (suite.subject, suite.closed) else { continue };
        let names: Vec<_> = declared([suite]);
        for backend in listed.iter().copied().filter(|name| !names.contains(name)) {
            errors.push(RegistryError::NotLinked { subject, backend, known: names.join(", ") });
        }
        for backend in suite.backends.iter().filter(|backend| !listed.contains(&backend.declared())) {
            let unknown = nearest::unknown("backend", backend.declared(), listed);
            errors.push(RegistryError::Unlisted { at: backend.origin, subject, unknown });
        }
    }
    errors
}

/// Everything that is wrong with the suites of an executable whose `main!` names the crates `named`.
pub(crate) fn check(elements: &Elements, suites: &[&SuiteSpec], named: &[&str]) -> Vec<RegistryError> {
    let crates = elements.crates();
    let mut errors = Vec::new();
    let is_empty = suites.iter().all(|suite| suite.tests.is_empty());
    // A linker that drops everything is not the fault of a crate.
    if !is_empty || LINKER.is_empty() {
        let empty = named.iter().filter(|krate| !crates.contains(krate));
        errors.extend(
            empty.map(|krate| RegistryError::EmptyCrate { krate: (*krate).to_owned(), known: crates.join(", ") }),
        );
    }
    if is_empty {
        errors.push(RegistryError::NoTests);
    }
    let duplicates = duplicate_tests(suites);
    if duplicates.is_empty() {
        errors.extend(duplicate_cells(suites));
    }
    errors.extend(duplicates);
    errors.extend(orphans(elements, suites));
    errors.extend(dangling_exclusions(suites));
    for suite in suites {
        errors.extend(check_suite(suite));
    }
    errors
}

/// What is wrong with one suite by itself, whatever else is linked.
pub(crate) fn check_one(suite: &SuiteSpec) -> Vec<RegistryError> {
    let mut errors = duplicate_tests(&[suite]);
    if errors.is_empty() {
        errors = duplicate_cells(&[suite]);
    }
    errors.extend(check_suite(suite));
    errors
}

/// The names that rows and lists know the backends by, each once.
fn declared<'a>(suites: impl IntoIterator<Item = &'a SuiteSpec>) -> Vec<&'static str> {
    let mut names: Vec<_> = suites.into_iter().flat_map(|suite| &suite.backends).map(BackendSpec::declared).collect();
    names.dedup();
    names
}

/// Names are unique over all suites: a test runner sees no subject.
fn duplicate_tests(suites: &[&SuiteSpec]) -> Vec<RegistryError> {
    // Tests are in the order of their paths: of one suite, a look at each two neighbours is enough.
    if let [suite] = suites
        && suite.tests.windows(2).all(|two| two[0].path < two[1].path)
    {
        return Vec::new();
    }
    let mut seen = BTreeMap::new();
    let mut errors = Vec::new();
    for test in suites.iter().flat_map(|suite| &suite.tests) {
        if let Some(first) = seen.insert(test.path.as_str(), test.origin) {
            errors.push(RegistryError::DuplicateTest { path: test.path.clone(), first, second: test.origin });
        }
    }
    errors
}

/// Labels are joined by `_`, and a label can be the name of a test in a module: two cells can have one name although their
/// tests have two.
fn duplicate_cells(suites: &[&SuiteSpec]) -> Vec<RegistryError> {
    let tests = || suites.iter().flat_map(|suite| &suite.tests);
    // Without any label, cells differ where tests do.
    if tests().all(|test| test.axes.is_empty()) {
        return Vec::new();
    }
    // The names of cases that are made of data differ, and are many.
    let is_data = |test: &&TestSpec| test.axes.len() == 1 && test.data.is_some();
    let mut seen = BTreeMap::new();
    let mut errors = Vec::new();
    for test in tests().filter(|test| !is_data(test)) {
        // One backend stands for all: it is the last part of every name.
        for name in (0..test.cases()).map(|case| test.cell_name(case, "…")) {
            if let Some(first) = seen.insert(name.clone(), test.origin) {
                errors.push(RegistryError::DuplicateCell { name, first, second: test.origin });
            }
        }
    }
    for test in tests().filter(is_data) {
        let others = seen.range(format!("{}::", test.path)..).take_while(|(name, _)| name.starts_with(&test.path));
        for (name, first) in others {
            let label = name.strip_prefix(&test.path).and_then(|rest| rest.strip_prefix("::")?.strip_suffix("::…"));
            if label.is_some_and(|label| test.axes[0].labels.binary_search(&label).is_ok()) {
                errors.push(RegistryError::DuplicateCell { name: name.clone(), first: *first, second: test.origin });
            }
        }
    }
    errors
}

/// A suite is gathered around its tests; what belongs to none would be lost without a word.
fn orphans(elements: &Elements, suites: &[&SuiteSpec]) -> Vec<RegistryError> {
    let backend_of_a_suite =
        |at: &&Origin| suites.iter().flat_map(|suite| &suite.backends).any(|backend| backend.origin == **at);
    let exclusions_of_a_suite = |at: &&Origin| {
        suites.iter().flat_map(|suite| suite.excluding.iter().chain(&suite.apart)).any(|(_, origin)| origin == *at)
    };
    let implements_of_a_suite =
        |at: &&Origin| suites.iter().flat_map(|suite| &suite.implementing).any(|(_, origin)| origin == *at);
    let backends = elements.backends.iter().map(|element| element.origin());
    let exclusions = elements.exclusions.iter().map(|element| element.origin());
    let implements = elements.implements.iter().map(|element| element.origin());
    let backends = backends.filter(|at| !backend_of_a_suite(at)).map(|at| (at, "a backend"));
    let exclusions = exclusions.filter(|at| !exclusions_of_a_suite(at)).map(|at| (at, "exclusions"));
    let implements = implements.filter(|at| !implements_of_a_suite(at)).map(|at| (at, "implemented functions"));
    backends.chain(exclusions).chain(implements).map(|(at, what)| RegistryError::Orphan { at: *at, what }).collect()
}

/// Exclusions belong to a type of features, which several subjects may share: one of them has to have the backend.
fn dangling_exclusions(suites: &[&SuiteSpec]) -> Vec<RegistryError> {
    let mut errors: Vec<RegistryError> = Vec::new();
    for row in suites.iter().flat_map(|suite| suite.excluding.iter().chain(&suite.apart)) {
        let sharing = || suites.iter().filter(|suite| suite.excluding.contains(row) || suite.apart.contains(row));
        let names = declared(sharing().copied());
        let (backend, at) = *row;
        let error = RegistryError::DanglingExclusions { at, unknown: nearest::unknown("backend", backend, &names) };
        if !names.contains(&backend) && !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

fn check_suite(suite: &SuiteSpec) -> Vec<RegistryError> {
    let names = declared([suite]);
    let unknown = |name: &str| nearest::unknown("backend", name, &names);
    let mut errors = Vec::new();

    let mut seen = BTreeMap::new();
    for (at, backend) in suite.backends.iter().enumerate() {
        // The others of its family have the same aliases.
        let is_first = at == 0 || backend.family.is_none() || suite.backends[at - 1].origin != backend.origin;
        let common = backend.family.iter().chain(backend.aliases).filter(|_| is_first);
        for name in std::iter::once(&backend.name).chain(common) {
            if let Some(first) = seen.insert(*name, backend.origin) {
                let (name, second) = ((*name).to_owned(), backend.origin);
                errors.push(RegistryError::DuplicateBackend { name, first, second });
            }
        }
    }
    let mut seen = BTreeMap::new();
    for (backend, origin) in &suite.excluding {
        if let Some(first) = seen.insert(*backend, *origin) {
            let (backend, second) = ((*backend).to_owned(), *origin);
            errors.push(RegistryError::DuplicateExclusions { backend, first, second });
        }
    }
    let concerns = |row: &&Row| match (&row.scope, row.scope.tests()) {
        (_, Some(named)) => suite.tests.iter().any(|test| named.iter().any(|name| name.means(test))),
        (Scope::Feature(marker), None) => suite.features.iter().any(|feature| feature.marker == marker),
        _ => true,
    };
    for row in suite.rows.iter().filter(|row| names.contains(&row.backend.as_ref())).filter(concerns) {
        if !is_followed_up(row.debt, row.tracking.is_some(), suite.tracked) {
            errors.push(RegistryError::Untracked { row: row.describe(), subject: suite.subject });
        }
    }
    let mut seen = BTreeMap::new();
    for (backend, origin) in &suite.implementing {
        if !names.contains(backend) {
            errors.push(RegistryError::DanglingImplements { at: *origin, unknown: unknown(backend) });
        }
        if let Some(first) = seen.insert(*backend, *origin) {
            let (backend, second) = ((*backend).to_owned(), *origin);
            errors.push(RegistryError::DuplicateImplements { backend, first, second });
        }
    }
    for (at, path, fault) in &suite.faults {
        errors.push(RegistryError::Cases { at: *at, path: path.clone(), fault: fault.clone() });
    }
    for test in &suite.tests {
        let listed = test.backends.unwrap_or_default();
        for name in listed.iter().filter(|name| !names.contains(name)) {
            let (at, path) = (test.origin, test.path.clone());
            errors.push(RegistryError::UnknownBackend { at, path, unknown: unknown(name) });
        }
        let all_known = listed.iter().all(|name| names.contains(name));
        if all_known && !names.iter().any(|name| test.runs_on(name, suite.baseline)) {
            let why = match (test.backends, test.differential) {
                (Some([]), _) => "`backends()` is empty",
                (None, true) => ALONE,
                (Some(_), true) => {
                    "a differential test does not run on the baseline, and no other backend is in its list"
                }
                (_, false) => "none is registered",
            };
            errors.push(RegistryError::NoCells { at: test.origin, path: test.path.clone(), why });
        }
    }
    let differential = suite.tests.iter().any(|test| test.differential);
    if differential && !names.contains(&suite.baseline) {
        errors.push(RegistryError::NoBaseline { subject: suite.subject, unknown: unknown(suite.baseline) });
    }
    errors
}

/// Why a differential test has no cell where the baseline is the only backend.
const ALONE: &str = "a differential test does not run on the baseline, and no other backend is there; where the others are in other \
                     crates, say so: `crosscheck::main!(…; partial = \"…\")`";

impl RegistryError {
    /// Whether it is only because a part of the backends is linked.
    pub(crate) fn is_of_a_part(&self) -> bool {
        matches!(self, Self::NoCells { why: ALONE, .. })
    }
}

#[cfg(test)]
mod tests;
