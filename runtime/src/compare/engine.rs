//! The comparison itself.

use super::diff::Diff;
use super::element::{Exact, Float};
use super::found::{Found, Kind};
use super::keys::KeyKind;
use super::leaves::{ItemKind, Structure};
use super::mismatch::{Allowed, Differences, Elsewhere, Side};
use super::opaque::Disagreement;
use super::parting::Parting;
use super::scan::{Room, off_by, scan, units, within};
use super::source::{CHUNK, Source};
use super::tolerance::Measure;
use super::view::for_each_dtype;
use super::{Agreement, Compare, Data, Dtype, Leaves, Mismatch, SignedZeros, Subnormals, Terms, View};

impl Terms<'_> {
    /// Compares a value with the expected one.
    ///
    /// ```
    /// use crosscheck::compare::{Terms, Tolerance};
    ///
    /// let terms = Terms::DEFAULT.f32(Tolerance::new(0.0, 0.25));
    /// assert!(terms.compare(&[1.0_f32, 2.25], &[1.0, 2.0]).is_ok());
    /// assert!(terms.compare(&[1.0_f32, 2.5], &[1.0, 2.0]).is_err());
    /// ```
    ///
    /// # Errors
    /// How they disagree; its text shows the first differences and the largest one.
    pub fn compare<T: Compare + ?Sized>(&self, actual: &T, expected: &T) -> Result<(), Mismatch> {
        compare(&Leaves::of(actual), &Leaves::of(expected), self).map(drop)
    }
}

/// Compares a value with the one that is expected.
///
/// # Errors
/// How the two disagree: the first leaf that does, and how many others do.
pub fn compare(actual: &Leaves<'_>, expected: &Leaves<'_>, terms: &Terms<'_>) -> Result<Agreement, Mismatch> {
    same_structure(actual, expected)?;
    same_arrays(actual, expected)?;
    check_budget(expected, terms)?;
    let mut agreement = Agreement::default();
    let mut first = None;
    let mut elsewhere = Elsewhere::default();
    for (actual, item) in actual.items.iter().zip(&expected.items) {
        let (total, mismatch) = match (&actual.kind, &item.kind) {
            (ItemKind::Array(actual), ItemKind::Array(view)) => (
                view.total,
                arrays(actual, view, terms, &mut agreement).map(|found| {
                    (found.wrong(), found.ulps(), {
                        let differences = found.into_differences(expected.path(item.place), view, allowed(view, terms));
                        let bytes = (view.dtype() == Dtype::U8).then(|| parting(actual, view)).flatten();
                        Mismatch::Elements(Box::new(Differences { bytes, ..differences }))
                    })
                }),
            ),
            (ItemKind::Opaque(actual), ItemKind::Opaque(value)) => {
                let disagreement = actual.compare(*value, terms, &mut agreement);
                (1, disagreement.map(|found| (1, None, found.into_mismatch(expected.path(item.place)))))
            }
            (ItemKind::Text(actual), ItemKind::Text(text)) => {
                let differ = actual != text;
                if !differ {
                    agreement.equal(1);
                }
                let mismatch = || {
                    let diff = Disagreement::Exact(Diff::of_texts(actual, text));
                    (1, None, diff.into_mismatch(expected.path(item.place)))
                };
                (1, differ.then(mismatch))
            }
            // They were compared before.
            (ItemKind::Keys(_), ItemKind::Keys(keys)) if keys.what() == KeyKind::Set => {
                agreement.equal(keys.len() as u64);
                (keys.len(), None)
            }
            _ => continue,
        };
        match mismatch {
            Some((_, _, mismatch)) if first.is_none() => first = Some(mismatch),
            Some((wrong, ulps, mismatch)) => {
                let is_float = matches!(&mismatch, Mismatch::Elements(it) if it.dtype.is_float());
                elsewhere.add(total, wrong, ulps, !is_float);
            }
            None => elsewhere.total = elsewhere.total.saturating_add(total),
        }
    }
    match first {
        None => Ok(agreement),
        Some(mismatch) => Err(mismatch.and_elsewhere(elsewhere)),
    }
}

fn same_structure(actual: &Leaves<'_>, expected: &Leaves<'_>) -> Result<(), Mismatch> {
    for at in 0..actual.items.len().max(expected.items.len()) {
        let (own, other) = (actual.items.get(at), expected.items.get(at));
        if let (Some(own), Some(other)) = (own, other)
            && actual.same_place(own.place, expected, other.place)
            && own.kind.same_structure(&other.kind)
        {
            if let (ItemKind::Keys(own), ItemKind::Keys(keys)) = (&own.kind, &other.kind)
                && let Some(difference) = own.difference(*keys)
            {
                let path = expected.path(other.place);
                return Err(Mismatch::Keys { path, difference: Box::new(difference) });
            }
            continue;
        }
        let describe = |leaves: &Leaves<'_>, at: usize| match leaves.items.get(at) {
            Some(item) => (leaves.path(item.place), leaves.describe(at)),
            None => (String::new(), "nothing more".to_owned()),
        };
        let ((own_path, own), (path, other)) = (describe(actual, at), describe(expected, at));
        return Err(match own_path == path {
            true => Mismatch::Structure { path, actual: own, expected: other },
            // The names are what differs.
            false => {
                let named =
                    |path: &str, what: String| if path.is_empty() { what } else { format!("{what} in `{path}`") };
                Mismatch::Structure {
                    path: String::new(),
                    actual: named(&own_path, own),
                    expected: named(&path, other),
                }
            }
        });
    }
    Ok(())
}

/// Whether the arrays are of the same types and shapes; the structure is the same.
fn same_arrays(actual: &Leaves<'_>, expected: &Leaves<'_>) -> Result<(), Mismatch> {
    for (side, leaves) in [(Side::Actual, actual), (Side::Expected, expected)] {
        for item in &leaves.items {
            if let ItemKind::Broken(error) = &item.kind {
                return Err(Mismatch::View { side, path: leaves.path(item.place), error: error.clone() });
            }
        }
    }
    let arrays = || {
        actual.items.iter().zip(&expected.items).filter_map(|(actual, item)| match (&actual.kind, &item.kind) {
            (ItemKind::Array(actual), ItemKind::Array(view)) => Some((actual, view, item.place)),
            _ => None,
        })
    };
    if let Some((actual, view, place)) = arrays().find(|(actual, view, _)| actual.dtype() != view.dtype()) {
        let path = expected.path(place);
        return Err(Mismatch::Dtype { path, actual: actual.dtype(), expected: view.dtype() });
    }
    if let Some((actual, view, place)) = arrays().find(|(actual, view, _)| actual.shape != view.shape) {
        let parting = parting(actual, view).map(Box::new);
        let (path, actual, expected) = (expected.path(place), actual.shape.to_vec(), view.shape.to_vec());
        return Err(Mismatch::Shape { path, actual, expected, parting });
    }
    Ok(())
}

impl Leaves<'_> {
    /// What an item is, for the reader of a mismatch of structure; where it is a word such as `Err`, with what that is about.
    fn describe(&self, at: usize) -> String {
        let Some(item) = self.items.get(at) else { return String::new() };
        let next = self.items.get(at + 1).filter(|next| next.place == item.place);
        match (&item.kind, next.and_then(|next| next.kind.about())) {
            (ItemKind::Structure(Structure::Text(word)), Some(about)) => format!("{word} ({about})"),
            (kind, _) => kind.describe(),
        }
    }
}

/// Whether the budget, if there is one, is one for the only array of floats.
pub(super) fn check_budget(expected: &Leaves<'_>, terms: &Terms<'_>) -> Result<(), Mismatch> {
    let Some(budget) = terms.budget else { return Ok(()) };
    let mut floats = expected.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Array(view) if view.dtype().is_float() => Some(view.total),
        _ => None,
    });
    let (first, others) = (floats.next(), floats.count());
    match (first, others) {
        (Some(elements), 0) if elements == budget.allowed().len() => Ok(()),
        _ => Err(Mismatch::Budget {
            entries: budget.allowed().len(),
            arrays: others + usize::from(first.is_some()),
            elements: first.unwrap_or(0),
        }),
    }
}

/// What was allowed for an array, for the reader.
fn allowed(view: &View<'_>, terms: &Terms<'_>) -> Allowed {
    match terms.tolerance(view.dtype()) {
        _ if !view.dtype().is_float() => Allowed::Equal,
        _ if terms.budget.is_some() => Allowed::Budget,
        (tolerance, of_the_table) => Allowed::Tolerance { tolerance, of_the_table },
    }
}

/// How floats are judged, element by element.
#[derive(Clone, Copy)]
pub(super) struct Rule<'t> {
    room: Room<'t>,
    signed_zeros: SignedZeros,
    subnormals: Subnormals,
}

/// Whether an element agrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It counts as equal.
    Equal,
    /// It is not equal, and uses this share of what is allowed.
    Near(f64),
    Wrong(Kind),
}

impl<'t> Rule<'t> {
    /// The rule for an array.
    pub(super) fn new(view: &View<'_>, terms: &Terms<'t>) -> Self {
        let room = match terms.budget {
            Some(budget) => Room::Budget(budget.allowed()),
            None => Room::Measure(terms.tolerance(view.dtype()).0.measure()),
        };
        Self { room, signed_zeros: terms.signed_zeros, subnormals: terms.subnormals }
    }

    /// How far off the element at `at` may be.
    #[inline(always)]
    pub(super) fn allowed<T: Float>(&self, at: usize, expected: f64) -> f64 {
        match self.room {
            Room::Measure(Measure::Bounds { rtol, atol }) => within(rtol, atol, expected),
            Room::Measure(Measure::Ulps(ulps)) => units::<T>(ulps, expected),
            // One entry an element, or the comparison would not have begun.
            Room::Budget(allowed) => allowed.get(at).copied().unwrap_or(0.0),
        }
    }

    /// What is allowed from `at` on, for as many elements.
    fn chunk(&self, at: usize, length: usize) -> Room<'t> {
        match self.room {
            Room::Budget(allowed) => Room::Budget(&allowed[at..at + length]),
            measure => measure,
        }
    }

    /// The definition.
    pub(super) fn judge<T: Float>(&self, at: usize, actual: f64, expected: f64) -> Verdict {
        if actual.is_nan() || expected.is_nan() {
            return if actual.is_nan() && expected.is_nan() { Verdict::Equal } else { Verdict::Wrong(Kind::Nan) };
        }
        if actual.is_infinite() || expected.is_infinite() {
            return if actual == expected { Verdict::Equal } else { Verdict::Wrong(Kind::Infinite) };
        }
        if actual == expected {
            let other_sign = expected == 0.0 && actual.is_sign_negative() != expected.is_sign_negative();
            return match self.signed_zeros {
                SignedZeros::MustAgree if other_sign => Verdict::Wrong(Kind::SignedZero),
                _ => Verdict::Equal,
            };
        }
        let is_flushed = |x: f64, other: f64| x == 0.0 && other.abs() < T::MIN_POSITIVE;
        if is_flushed(actual, expected) || is_flushed(expected, actual) {
            match self.subnormals {
                Subnormals::Ignore => {}
                Subnormals::MayBeFlushed => return Verdict::Equal,
                Subnormals::MustBeKept => return Verdict::Wrong(Kind::Subnormal),
            }
        }
        let (difference, allowed) = ((actual - expected).abs(), self.allowed::<T>(at, expected));
        if difference <= allowed { Verdict::Near(difference / allowed) } else { Verdict::Wrong(Kind::Finite) }
    }

    /// Whether that is no mismatch.
    pub(super) fn accepts<T: Float>(&self, at: usize, actual: f64, expected: f64) -> bool {
        !matches!(self.judge::<T>(at, actual, expected), Verdict::Wrong(_))
    }

    /// Whether zeros and subnormals matter besides their values.
    fn is_strict(&self) -> bool {
        self.signed_zeros != SignedZeros::Ignore || self.subnormals != Subnormals::Ignore
    }
}

macro_rules! dispatch {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        /// Compares two arrays of one type and shape; what was found where they disagree.
        fn arrays<'a>(
            actual: &'a View<'_>,
            expected: &'a View<'_>,
            terms: &Terms<'_>,
            agreement: &mut Agreement,
        ) -> Option<Found<'a>> {
            let mut found = Found::new(&expected.shape);
            agreement.of(expected.dtype());
            match (&actual.data, &expected.data) {
                $((Data::$float(own), Data::$float(other)) => {
                    let (actual, source) = (actual.source(own), expected.source(other));
                    floats::<$float_type>(actual, source, &Rule::new(expected, terms), &mut found, agreement);
                })*
                $((Data::$exact(own), Data::$exact(other)) => {
                    let (actual, source) = (actual.source(own), expected.source(other));
                    exact::<$exact_type>(actual, source, &mut found, agreement);
                })*
                // The types were compared before.
                _ => {}
            }
            (found.wrong() > 0).then_some(found)
        }

        /// Where two lists of one type part, where they are compared exactly and lie in order.
        fn parting(actual: &View<'_>, expected: &View<'_>) -> Option<Parting> {
            if let (Data::U8(own), Data::U8(other)) = (&actual.data, &expected.data) {
                let (own, other) = actual.source(own).list().zip(expected.source(other).list())?;
                return Some(Parting::of_bytes(own, other));
            }
            match (&actual.data, &expected.data) {
                $((Data::$exact(own), Data::$exact(other)) => {
                    let (own, other) = actual.source(own).list().zip(expected.source(other).list())?;
                    Some(Parting::of::<$exact_type>(own, other))
                })*
                _ => None,
            }
        }
    };
}
for_each_dtype!(dispatch);

impl<'a> View<'a> {
    /// The elements; `data` is that of the view.
    pub(super) fn source<'s, T: Copy>(&'s self, data: &'s [T]) -> Source<'s, T> {
        Source::new(data, self.layout, &self.shape, self.total)
    }
}

fn floats<T: Float>(
    actual: Source<'_, T>,
    expected: Source<'_, T>,
    rule: &Rule<'_>,
    found: &mut Found<'_>,
    agreement: &mut Agreement,
) {
    let (mut own_chunk, mut other_chunk) = ([T::default(); CHUNK], [T::default(); CHUNK]);
    let (mut own_lanes, mut other_lanes) = ([T::Lane::default(); CHUNK], [T::Lane::default(); CHUNK]);
    let mut ratios = [0.0; CHUNK];
    let scan = if rule.is_strict() { scan::<T, true> } else { scan::<T, false> };
    for start in (0..expected.len()).step_by(CHUNK) {
        let length = CHUNK.min(expected.len() - start);
        let own = actual.chunk(start, &mut own_chunk[..length]);
        let other = expected.chunk(start, &mut other_chunk[..length]);
        let (a, e) = (T::lanes(own, &mut own_lanes), T::lanes(other, &mut other_lanes));
        if let Some(scan) = scan(a, e, rule.chunk(start, length), &mut ratios) {
            agreement.add(scan.used, scan.counts);
            // Most are equal, and cost nothing here.
            if scan.counts[0] < length as u64 {
                agreement.off_by(&off_by::<T>(a, e, &mut ratios, scan.counts[0]));
            }
            continue;
        }
        for (at, (a_own, e_own)) in (start..).zip(own.iter().zip(other)) {
            let (one, lane) = (at - start, at - start + 1);
            match rule.judge::<T>(at, a_own.wide(), e_own.wide()) {
                Verdict::Equal => agreement.equal(1),
                Verdict::Near(ratio) => {
                    agreement.near(ratio);
                    agreement.off_by(&off_by::<T>(&a[one..lane], &e[one..lane], &mut ratios, 0));
                }
                Verdict::Wrong(kind) => found.float(at, kind, *a_own, *e_own, rule.allowed::<T>(at, e_own.wide())),
            }
        }
    }
}

fn exact<T: Exact>(actual: Source<'_, T>, expected: Source<'_, T>, found: &mut Found<'_>, agreement: &mut Agreement) {
    let (mut own_chunk, mut other_chunk) = ([T::default(); CHUNK], [T::default(); CHUNK]);
    for start in (0..expected.len()).step_by(CHUNK) {
        let length = CHUNK.min(expected.len() - start);
        let own = actual.chunk(start, &mut own_chunk[..length]);
        let other = expected.chunk(start, &mut other_chunk[..length]);
        if own == other {
            agreement.equal(length as u64);
            continue;
        }
        for (at, (a, e)) in (start..).zip(own.iter().zip(other)) {
            match a == e {
                true => agreement.equal(1),
                false => found.exact(at, *a, *e),
            }
        }
    }
}
