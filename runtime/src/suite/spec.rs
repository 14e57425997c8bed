//! A suite as plain data: what planning, judging and reporting work on.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::action::Debt;
use super::row::Row;
#[cfg(feature = "harness")]
use crate::buffer::Buffer;

/// Where something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The module's full path, the crate's name first.
    pub module: &'static str,
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl Origin {
    /// The crate's name.
    pub(crate) fn krate(&self) -> &'static str {
        match self.end_of_crate() {
            Some(end) => &self.module[..end],
            None => self.module,
        }
    }

    /// What tells two items of one name apart, in an order that no linker changes.
    pub(crate) fn place(&self) -> (&'static str, &'static str, u32) {
        (self.module, self.file, self.line)
    }

    /// The path of `name` inside the crate: what a test runner and an IDE ask for.
    pub(crate) fn path(&self, name: &str) -> String {
        match self.end_of_crate() {
            Some(end) => format!("{}::{name}", &self.module[end + 2..]),
            None => name.to_owned(),
        }
    }

    /// Where the crate's name ends, if anything stands behind it. By bytes, because this is asked of each test of a suite, and a
    /// debug build takes several times as long to search for a text.
    fn end_of_crate(&self) -> Option<usize> {
        self.module.as_bytes().iter().position(|byte| *byte == b':')
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// How rows were written: a matrix function, or a row that stands apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, as the compiler was given it.
    pub file: &'static str,
    /// The first line of the item, from 1.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// A hash (FNV-1a) over the tokens of the attribute's arguments and of the item.
    pub hash: u64,
}

/// Everything that is registered for one subject.
#[derive(Clone, Debug)]
pub struct SuiteSpec {
    /// The subject's type.
    pub subject: &'static str,
    /// The name of the backend whose values the others are compared with.
    pub baseline: &'static str,
    /// The name and the version of the crate that declares the features; empty where that is not known.
    pub package: (&'static str, &'static str),
    /// What values have to agree in, where a test does not say otherwise, for the reader.
    pub terms: Vec<String>,
    /// The features, in the order of declaration.
    pub features: Vec<FeatureSpec>,
    /// The kinds of debt that a row has to follow up.
    pub tracked: &'static [Debt],
    /// The backends, the baseline first.
    pub backends: Vec<BackendSpec>,
    /// The names of all backends, where the list is closed.
    pub closed: Option<&'static [&'static str]>,
    /// The tests, in the order of their paths.
    pub tests: Vec<TestSpec>,
    /// What is wrong with the cases of tests that are made of data: where the test stands, its path, and what.
    pub faults: Vec<(Origin, String, String)>,
    /// The functions of the contract that tests are about which are left out, because this process does not run them.
    pub elsewhere: Vec<&'static str>,
    /// The backends that a matrix function is registered for, known or not.
    pub excluding: Vec<(&'static str, Origin)>,
    /// The backends that a block of implemented functions is registered for, known or not.
    pub implementing: Vec<(&'static str, Origin)>,
    /// The rows that stand apart from a matrix function, each by its backend, known or not.
    pub apart: Vec<(&'static str, Origin)>,
    /// The features that a matrix function leaves to its last arm, each with the backend and where that function stands.
    pub unclassified: Vec<(&'static str, &'static str, Origin)>,
    /// The exclusion matrix, flattened: the first row that matches wins among equals.
    pub rows: Vec<Row>,
}

impl SuiteSpec {
    /// A suite without anything in it.
    pub fn new(subject: &'static str, baseline: &'static str) -> Self {
        Self {
            subject,
            baseline,
            package: ("", ""),
            terms: Vec::new(),
            features: Vec::new(),
            tracked: &[],
            backends: Vec::new(),
            closed: None,
            tests: Vec::new(),
            faults: Vec::new(),
            elsewhere: Vec::new(),
            excluding: Vec::new(),
            implementing: Vec::new(),
            apart: Vec::new(),
            unclassified: Vec::new(),
            rows: Vec::new(),
        }
    }
}

/// A feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureSpec {
    /// Its name in attributes and reports.
    pub marker: &'static str,
    /// Its doc comment.
    pub description: &'static str,
}

/// A backend.
#[derive(Clone, Copy, Debug)]
pub struct BackendSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is one of, where one constructor makes as many as the machine has devices: what rows and lists name.
    pub family: Option<&'static str>,
    /// Other names that the command line accepts.
    pub aliases: &'static [&'static str],
    /// Where it is registered.
    pub origin: Origin,
    /// The name and the version of the crate that registers it; empty where that is not known.
    pub package: (&'static str, &'static str),
    /// The functions of the contract that it implements; `None` when nothing says so.
    pub implements: Option<&'static [&'static str]>,
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// Whether it is opened for each cell anew.
    pub fresh: bool,
    /// The device that its cells have for themselves while they run.
    pub device: Option<&'static str>,
}

/// A test.
#[derive(Clone, Debug)]
pub struct TestSpec {
    /// `module::function`, without the crate's name; behind the name that `main!` gives to that, if any.
    pub path: String,
    /// The name that `main!` gives to the crate.
    pub prefix: Option<&'static str>,
    /// Where it was written.
    pub origin: Origin,
    /// The type of its function, of which no other one is.
    pub function: Option<TypeId>,
    /// The markers of the features that each of its cases uses.
    pub markers: Vec<&'static str>,
    /// The markers that the values of its axes imply, by axis and value; empty when none does.
    pub implied: Vec<Vec<Vec<&'static str>>>,
    /// The function of the contract that it is about.
    pub of: Option<&'static str>,
    /// The functions that it calls on the backend, as far as its own body shows.
    pub calls: &'static [&'static str],
    /// The backends it is narrowed to; `None` for all.
    pub backends: Option<&'static [&'static str]>,
    /// Whether its cells run in processes of their own.
    pub isolated: bool,
    /// How long its cells may take; they run in processes of their own then.
    pub timeout: Option<Duration>,
    /// What it can be selected by besides what it uses.
    pub tags: &'static [&'static str],
    /// Its axes.
    pub axes: &'static [AxisSpec],
    /// Which of them is made of data, and what its values have for themselves.
    pub data: Option<DataSpec>,
    /// Whether its value is compared with the baseline's.
    pub differential: bool,
    /// How many of its cases are to differ in their values, where these are numbers: all that do not expect a constant.
    pub told_apart: u32,
    /// What it sets for the comparison itself, each with its reason, for the reader.
    pub terms: Vec<String>,
}

impl BackendSpec {
    /// A backend without aliases, of which nothing says what it implements.
    pub fn new(name: &'static str, origin: Origin) -> Self {
        Self {
            name,
            family: None,
            aliases: &[],
            origin,
            package: ("", ""),
            implements: None,
            isolated: false,
            fresh: false,
            device: None,
        }
    }
}

impl BackendSpec {
    /// The name that rows, lists and blocks know it by.
    pub fn declared(&self) -> &'static str {
        self.family.unwrap_or(self.name)
    }
}

impl TestSpec {
    /// A check without markers and axes that runs on all backends.
    pub fn new(path: impl Into<String>, origin: Origin) -> Self {
        Self {
            path: path.into(),
            prefix: None,
            origin,
            function: None,
            markers: Vec::new(),
            implied: Vec::new(),
            of: None,
            calls: &[],
            backends: None,
            isolated: false,
            timeout: None,
            tags: &[],
            axes: &[],
            data: None,
            differential: false,
            told_apart: 0,
            terms: Vec::new(),
        }
    }
}

/// An axis whose values are cases that are made of data.
#[derive(Clone, Debug)]
pub struct DataSpec {
    /// Its position among the test's axes.
    pub axis: usize,
    /// What each case has for itself; empty where none has anything.
    pub own: Vec<&'static CaseSpec>,
    /// Where they are files, what stands before and behind their names in the paths of these.
    pub files: Option<(String, &'static str)>,
}

/// What a case that is made of data has for itself.
#[derive(Clone, Debug, Default)]
pub struct CaseSpec {
    /// The markers of the features that it uses.
    pub markers: Vec<Cow<'static, str>>,
    /// The function of the contract that it is about.
    pub of: Option<Cow<'static, str>>,
    /// The functions that it calls.
    pub calls: Vec<Cow<'static, str>>,
    /// What it can be selected by besides what it uses.
    pub tags: Vec<Cow<'static, str>>,
    /// What it sets for the comparison itself, each with its reason, for the reader.
    pub terms: Vec<String>,
    /// Why its value may be a constant.
    pub constant: Option<String>,
    /// Where it stands.
    pub place: Option<String>,
}

impl CaseSpec {
    /// Whether it has nothing for itself.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { markers, of, calls, tags, terms, constant, place } = self;
        markers.is_empty()
            && of.is_none()
            && calls.is_empty()
            && tags.is_empty()
            && terms.is_empty()
            && place.is_none()
            && constant.is_none()
    }
}

/// An axis of a test.
#[derive(Clone, Copy, Debug)]
pub struct AxisSpec {
    /// The parameter's name.
    pub name: &'static str,
    /// What each value is called in the names of cells.
    pub labels: &'static [&'static str],
}

#[cfg(feature = "harness")]
impl TestSpec {
    /// `module::function`, whatever the crate is called in `main!`.
    pub(crate) fn own_path(&self) -> &str {
        match self.prefix {
            Some(prefix) => self.path.get(prefix.len() + 2..).unwrap_or_default(),
            None => &self.path,
        }
    }

    /// Whether the test has cells on this backend. A differential test has none on the baseline: it would compare the
    /// baseline with itself.
    pub(crate) fn runs_on(&self, backend: &str, baseline: &str) -> bool {
        let named = self.backends.is_none_or(|names| names.contains(&backend));
        named && !(self.differential && backend == baseline)
    }

    /// What a case has for itself, where cases have anything.
    pub(crate) fn own(&self, case: u32) -> Option<&'static CaseSpec> {
        let data = self.data.as_ref().filter(|data| !data.own.is_empty())?;
        data.own.get(self.position(case, data.axis)).copied()
    }

    /// What the cases have for themselves; none where they have nothing.
    pub(crate) fn all_own(&self) -> &[&'static CaseSpec] {
        self.data.as_ref().map_or(&[], |data| &data.own)
    }

    /// Where a case stands: as its list says, or the file that it is.
    pub(crate) fn place(&self, case: u32) -> Option<String> {
        let data = self.data.as_ref()?;
        let of_file = |(folder, extension): &(String, &str)| {
            format!("{folder}{}{extension}", self.axes[data.axis].labels[self.position(case, data.axis)])
        };
        data.files.as_ref().map(of_file).or_else(|| self.own(case)?.place.clone())
    }

    /// Whether the functions that a case is about, or calls, may be other ones than those of the next one.
    pub(crate) fn has_own_functions(&self) -> bool {
        self.all_own().iter().any(|own| own.of.is_some() || !own.calls.is_empty())
    }

    /// The function that a case is about.
    pub(crate) fn of_case(&self, case: u32) -> Option<&'static str> {
        self.own(case).and_then(|own| own.of.as_deref()).or(self.of)
    }

    /// The functions that a case is about and calls: the test's, and its own.
    pub fn functions(&self, case: u32) -> Vec<&'static str> {
        let own = self.own(case);
        let of_own = own.into_iter().flat_map(|own| own.of.iter().chain(&own.calls)).map(|function| &**function);
        let mut functions: Vec<&'static str> = Vec::new();
        for function in self.of.into_iter().chain(self.calls.iter().copied()).chain(of_own) {
            if !functions.contains(&function) {
                functions.push(function);
            }
        }
        functions
    }

    /// What a case can be selected by besides what it uses: the test's tags, and its own.
    pub(crate) fn tags_of(&self, case: u32) -> Vec<&'static str> {
        let own = self.own(case).into_iter().flat_map(|own| &own.tags).map(|tag| &**tag);
        let mut tags = self.tags.to_vec();
        for tag in own {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }

    /// What is set for the comparison of a case, each with its reason: by the test, and by the case itself.
    pub(crate) fn terms_of(&self, case: u32) -> Vec<String> {
        let mut terms = self.terms.clone();
        terms.extend(self.own(case).into_iter().flat_map(|own| &own.terms).cloned());
        terms
    }

    /// The markers that the values of a case imply.
    pub(crate) fn implied_by(&self, case: u32) -> impl Iterator<Item = &'static str> {
        let values = self.implied.iter().enumerate().filter(|(_, values)| !values.is_empty());
        values.flat_map(move |(axis, values)| values[self.position(case, axis)].iter().copied())
    }

    /// The markers of a case: the test's, and those that its values imply.
    pub(crate) fn markers_of(&self, case: u32) -> Vec<&'static str> {
        let mut markers = self.markers.clone();
        if self.implied.is_empty() {
            return markers;
        }
        for marker in self.implied_by(case) {
            if !markers.contains(&marker) {
                markers.push(marker);
            }
        }
        markers
    }

    /// Whether a value of an axis implies the marker.
    pub(crate) fn implies(&self, marker: &str) -> bool {
        self.implied.iter().flatten().flatten().any(|implied| *implied == marker)
    }

    /// How many cases the axes make; one without axes.
    pub(crate) fn cases(&self) -> u32 {
        self.axes.iter().map(|axis| axis.labels.len() as u32).product()
    }

    /// The position on each axis.
    pub(crate) fn positions(&self, case: u32) -> Vec<usize> {
        if self.axes.is_empty() {
            return Vec::new();
        }
        let mut rest = case as usize;
        let mut positions: Vec<_> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let at = rest % axis.labels.len();
                rest /= axis.labels.len();
                at
            })
            .collect();
        positions.reverse();
        positions
    }

    /// The position on one axis.
    pub(crate) fn position(&self, case: u32, axis: usize) -> usize {
        match self.axes {
            [_] => case as usize,
            _ => self.positions(case)[axis],
        }
    }

    /// The values of the axes, joined by `_`, and one that is made of data by `::`; empty without axes.
    pub(crate) fn case_label(&self, case: u32) -> Cow<'static, str> {
        if let [axis] = self.axes {
            return Cow::Borrowed(axis.labels[case as usize]);
        }
        let mut label = String::new();
        for (number, (axis, at)) in self.axes.iter().zip(self.positions(case)).enumerate() {
            if number > 0 {
                let is_data = |at: usize| self.data.as_ref().is_some_and(|data| data.axis == at);
                label.push_str(if is_data(number) || is_data(number - 1) { "::" } else { "_" });
            }
            label.push_str(axis.labels[at]);
        }
        Cow::Owned(label)
    }

    /// Whether a cell of this case, of whichever backend, is called so: `module::test::case`, whatever the crate is called.
    pub(crate) fn is_called(&self, case: &str, name: &str) -> bool {
        [self.own_path(), &self.path].into_iter().any(|path| match name.strip_prefix(path) {
            Some(rest) if case.is_empty() => rest.is_empty(),
            Some(rest) => rest.strip_prefix("::") == Some(case),
            None => false,
        })
    }

    /// Adds the name of a cell, as [`cell_name`](Self::cell_name) has it.
    pub(crate) fn add_cell_name(&self, to: &mut Buffer, case: u32, backend: &str) {
        to.add(&self.path);
        if !self.axes.is_empty() {
            to.add("::");
            to.add(&self.case_label(case));
        }
        to.add("::");
        to.add(backend);
    }

    /// `module::test::case::backend`.
    pub(crate) fn cell_name(&self, case: u32, backend: &str) -> String {
        let Self { path, axes, .. } = self;
        match axes {
            [] => format!("{path}::{backend}"),
            _ => format!("{path}::{}::{backend}", self.case_label(case)),
        }
    }
}
