//! The cases of a check as its suite knows them, and the content behind each.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Index;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::content::{Content, hash};
use super::files::Corpus;
use super::order::ordered;
use super::root::Root;
use super::{Case, Cases, Held, label};
use crate::compare::Tolerance;
use crate::registry::BoxError;
use crate::suite::spec::CaseSpec;

/// The cases of a check, in the order of their names.
pub struct Listing {
    /// What they are called.
    pub(crate) labels: &'static [&'static str],
    /// What each has for itself; empty where none has anything.
    pub(crate) own: Vec<&'static CaseSpec>,
    /// How many there are, where all of them are known.
    pub(crate) total: Option<u32>,
    /// Where they are files, what stands before and behind their labels in the paths of these.
    pub(crate) files: Option<(String, &'static str)>,
    /// What is behind each label.
    source: Box<dyn Source>,
    /// The position of each in that.
    order: Vec<u32>,
}

/// What lists the cases of a check: all, or the one of this label only.
pub type List = fn(Option<&str>) -> Result<Listing, String>;

/// The axis of a check whose values are cases.
#[derive(Clone, Copy)]
pub struct CasesOf {
    /// Its position among the parameters behind the backend.
    pub(crate) axis: usize,
    /// The parameter.
    pub(crate) name: &'static str,
    /// What lists them.
    pub(crate) list: List,
    /// How many there have to be.
    pub(crate) count: Option<u32>,
}

impl CasesOf {
    /// Cases that this lists, for the parameter at a position.
    pub const fn new(axis: usize, name: &'static str, list: List) -> Self {
        Self { axis, name, list, count: None }
    }

    /// So many of them.
    pub const fn count(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    /// Lists all, or the one of this label.
    ///
    /// # Errors
    /// Why they cannot be listed, or are not as many as there have to be.
    pub(crate) fn listed(&self, only: Option<&str>) -> Result<Listing, String> {
        let listed = (self.list)(only)?;
        match (self.count, listed.total) {
            (Some(wanted), Some(found)) if wanted != found => {
                Err(format!("there are {found}, and there have to be {wanted} (`count = {wanted}`)"))
            }
            _ => Ok(listed),
        }
    }
}

/// What cases are made of.
trait Source: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    /// What the value of a case is compared with in place of the check's tolerance.
    fn tolerance(&self, at: usize) -> Option<Tolerance>;
    /// A hash over what a case is made of, as far as that is known.
    fn content(&self, at: usize) -> u64;
}

/// The cases that a function lists.
struct Typed<T: 'static> {
    cases: &'static [Case<T>],
    root: Root,
}

impl<T: Send + Sync + 'static> Source for Typed<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn tolerance(&self, at: usize) -> Option<Tolerance> {
        self.cases[at].tolerance
    }

    fn content(&self, at: usize) -> u64 {
        let case = &self.cases[at];
        let of_file = || match &case.content {
            Held::File(path, _) => Some(of_file(&self.root.join(path).ok()?)),
            Held::Here(_) | Held::Made(_) => None,
        };
        case.covered.or_else(of_file).unwrap_or_default()
    }
}

impl Source for &'static Corpus {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn tolerance(&self, _: usize) -> Option<Tolerance> {
        None
    }

    fn content(&self, at: usize) -> u64 {
        of_file(&self.path(at))
    }
}

fn of_file(path: &Path) -> u64 {
    // That it cannot be read is what its cell says.
    std::fs::read(path).map(|bytes| hash(&bytes)).unwrap_or_default()
}

impl Listing {
    /// A hash over what each case is made of, in their order.
    pub(crate) fn contents(&self) -> Vec<u64> {
        self.order.iter().map(|at| self.source.content(*at as usize)).collect()
    }

    /// Whether the value of a case may be a constant.
    pub(crate) fn expects_constant(&self, case: usize) -> bool {
        self.own.get(case).is_some_and(|own| own.constant.is_some())
    }

    /// What the value of a case is compared with in place of the check's tolerance.
    pub(crate) fn tolerance(&self, case: usize) -> Option<Tolerance> {
        self.source.tolerance(self.order[case] as usize)
    }
}

/// Where a cell is on its axes.
pub struct At<'a> {
    positions: &'a [usize],
    listing: Option<&'a Listing>,
}

impl Index<usize> for At<'_> {
    type Output = usize;

    fn index(&self, axis: usize) -> &usize {
        &self.positions[axis]
    }
}

impl<'a> At<'a> {
    pub(crate) const fn new(positions: &'a [usize], listing: Option<&'a Listing>) -> Self {
        Self { positions, listing }
    }

    fn source<T: 'static>(&self, axis: usize) -> Result<(&T, usize), BoxError> {
        let listing = self.listing.ok_or("the cell is one of no case")?;
        let at = listing.order[self.positions[axis]] as usize;
        let source = listing.source.as_any().downcast_ref().ok_or("the cell is one of a case of another type")?;
        Ok((source, at))
    }

    /// The content of the cell's case among those of a function. `reading` is told when it begins to be made, and when it is.
    ///
    /// # Errors
    /// Why it cannot be made, or what the body returns.
    pub(crate) fn given<T, R>(
        &self,
        axis: usize,
        reading: impl Fn(bool),
        then: impl FnOnce(&T) -> Result<R, BoxError>,
    ) -> Result<R, BoxError>
    where
        T: Send + Sync + 'static,
    {
        let (source, at) = self.source::<Typed<T>>(axis)?;
        let case = &source.cases[at];
        let made = match &case.content {
            Held::Here(content) => return then(content),
            Held::Made(make) => {
                reading(true);
                make().map_err(|error| case.cannot(&error.to_string()))
            }
            Held::File(path, decode) => {
                reading(true);
                let path = source.root.join(path).map_err(|error| case.cannot(&error))?;
                let bytes = <[u8]>::read(&path).map_err(|error| case.cannot(&error))?;
                decode(&bytes).map_err(|error| case.cannot(&format!("{}: {error}", path.display())))
            }
        };
        let made = made?;
        reading(false);
        then(&made)
    }

    /// The content of the cell's case, which is a file.
    ///
    /// # Errors
    /// Why it cannot be read, or what the body returns.
    pub(crate) fn of_file<U: Content + ?Sized, R>(
        &self,
        axis: usize,
        reading: impl Fn(bool),
        then: impl FnOnce(&U) -> Result<R, BoxError>,
    ) -> Result<R, BoxError> {
        use std::borrow::Borrow;
        let (corpus, at) = self.source::<&'static Corpus>(axis)?;
        reading(true);
        let read = U::read(&corpus.path(at))?;
        reading(false);
        then(read.borrow())
    }
}

impl<T> Case<T> {
    fn cannot(&self, why: &str) -> BoxError {
        let place = self.own.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        format!("the case `{}`{place} cannot be made: {why}", self.name).into()
    }
}

/// The cases that a function lists; each function is called once.
///
/// # Errors
/// Why they cannot be listed, and what is wrong with them.
pub fn list<L: Cases>(function: fn() -> L, root: Root, only: Option<&str>) -> Result<Listing, String> {
    let cases = known(function)?;
    let mut labels: Vec<Cow<'static, str>> = Vec::with_capacity(if only.is_some() { 1 } else { cases.len() });
    let mut of_labels: Vec<u32> = Vec::with_capacity(labels.capacity());
    for (at, case) in cases.iter().enumerate() {
        let label = label(case.name.as_ref());
        if only.is_none_or(|only| *label == *only) {
            labels.push(label);
            of_labels.push(at as u32);
        }
    }
    let sorted = ordered(&labels);
    let order: Vec<_> = sorted.iter().map(|at| of_labels[*at as usize]).collect();
    let labels: Vec<&'static str> = {
        let mut kept: Vec<_> = labels.into_iter().map(kept).collect();
        let unsorted = kept.clone();
        for (at, from) in sorted.iter().enumerate() {
            kept[at] = unsorted[*from as usize];
        }
        kept
    };
    let faults = faults(cases, &labels, &order);
    if !faults.is_empty() {
        return Err(faults);
    }
    let total = u32::try_from(cases.len()).map_err(|_| "there are more than 4,294,967,295")?;
    let has_own = order.iter().any(|at| !cases[*at as usize].own.is_empty());
    let own = order.iter().filter(|_| has_own).map(|at| &cases[*at as usize].own).collect();
    Ok(Listing {
        labels: labels.leak(),
        own,
        total: Some(total),
        files: None,
        source: Box::new(Typed { cases, root }),
        order,
    })
}

/// As long as the process runs, which has one list of each check.
fn kept(text: Cow<'static, str>) -> &'static str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => text.leak(),
    }
}

/// The functions that have listed their cases.
static KNOWN: Mutex<Vec<(TypeId, usize, &'static (dyn Any + Send + Sync))>> = Mutex::new(Vec::new());

/// What the function lists. It is kept: the names of cells are static, and several checks may be about the same cases.
fn known<L: Cases>(function: fn() -> L) -> Result<&'static [Case<L::Value>], String> {
    let (id, address) = (TypeId::of::<L::Value>(), function as usize);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let found = known.iter().find(|(of, at, _)| (*of, *at) == (id, address));
    if let Some(cases) = found.and_then(|(.., cases)| cases.downcast_ref::<Vec<Case<L::Value>>>()) {
        return Ok(cases);
    }
    let listed = catch_unwind(|| function().list()).map_err(|_| "the function that lists them panicked")?;
    let cases: &'static Vec<Case<L::Value>> = Box::leak(Box::new(listed.map_err(|error| with_sources(&error))?));
    known.push((id, address, cases));
    Ok(cases)
}

fn with_sources(error: &BoxError) -> String {
    let (mut text, mut next) = (error.to_string(), error.source());
    while let Some(source) = next {
        let cause = source.to_string();
        if !text.contains(&cause) {
            let _ = write!(text, ": {cause}");
        }
        next = source.source();
    }
    text
}

/// What is wrong with cases, all of it; empty where nothing is.
fn faults<T>(cases: &[Case<T>], labels: &[&str], order: &[u32]) -> String {
    if cases.is_empty() {
        return "the list is empty".to_owned();
    }
    let mut faults = Vec::new();
    let named = |at: u32| {
        let Case { name, own, .. } = &cases[at as usize];
        let place = own.place.as_ref().map(|place| format!(" ({place})"));
        format!("case `{name}`{}", place.unwrap_or_else(|| format!(" (number {} of the list)", at + 1)))
    };
    for at in 1..labels.len() {
        if labels[at - 1] == labels[at] {
            faults.push(format!("two cases have one name: {} and {}", named(order[at - 1]), named(order[at])));
        }
    }
    for (label, at) in labels.iter().zip(order) {
        let own = &cases[*at as usize].own;
        if label.is_empty() {
            faults.push(format!("{} has no name", named(*at)));
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        for tag in &own.tags {
            if tag.is_empty() || !tag.chars().all(is_word) || matches!(tag.as_ref(), "and" | "or" | "not") {
                let known = "use ASCII letters, digits, `_` and `-` (not `and`, `or`, `not`)";
                faults.push(format!("{}: `{tag}` is not a tag: {known}", named(*at)));
            }
        }
        if own.constant.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            faults.push(format!("{}: the reason for which it expects a constant is empty", named(*at)));
        }
    }
    shortened(faults)
}

/// The first faults; of a list with a slip in it there may be as many as cases.
fn shortened(mut faults: Vec<String>) -> String {
    const SHOWN: usize = 5;
    let more = faults.len().saturating_sub(SHOWN);
    faults.truncate(SHOWN);
    if more > 0 {
        faults.push(format!("… and {more} more"));
    }
    faults.join("; ")
}

/// The cases that are files, those that these patterns fit, under the folder of a crate.
///
/// # Errors
/// Why they cannot be listed, and what is wrong with them.
pub fn files(patterns: &'static [&'static str], root: Root, only: Option<&str>) -> Result<Listing, String> {
    let corpus = Corpus::of(patterns, root, only)?;
    let total = match only {
        None => Some(u32::try_from(corpus.len()).map_err(|_| "there are more than 4,294,967,295")?),
        Some(_) => None,
    };
    let labels = corpus.labels();
    let order = (0..labels.len() as u32).collect();
    let files = Some(corpus.around());
    Ok(Listing { labels, own: Vec::new(), total, files, source: Box::new(corpus), order })
}
