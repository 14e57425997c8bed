//! How two values disagree.

use std::fmt;

use super::diff::Diff;
use super::keys::{KeyDifference, KeyKind, Listed};
use super::parting::Parting;
use super::{Dtype, Number, Place, Tolerance, ViewError};

/// What elements disagree in that are not too far apart, but of different kinds.
const BEING_NAN: &str = "in being NaN";
const BEING_INFINITE: &str = "in being infinite, or in its sign";
const THE_SIGN_OF_ZERO: &str = "in the sign of a zero";
const BEING_SUBNORMAL: &str = "in being zero or subnormal";

/// How a value disagrees with the baseline's.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The two are made of different parts.
    #[doc(hidden)]
    Structure {
        /// Where; empty for the value itself.
        path: String,
        /// The backend's part.
        actual: String,
        /// The baseline's.
        expected: String,
    },
    /// A value handed over an array that makes no sense.
    #[doc(hidden)]
    View {
        /// Whose value.
        side: Side,
        /// Where; empty for the value itself.
        path: String,
        /// What is wrong.
        error: ViewError,
    },
    /// Two arrays have different types of elements.
    #[doc(hidden)]
    Dtype {
        /// Where; empty for the value itself.
        path: String,
        /// The backend's.
        actual: Dtype,
        /// The baseline's.
        expected: Dtype,
    },
    /// Two arrays have different shapes; nothing is broadcast.
    #[doc(hidden)]
    Shape {
        /// Where; empty for the value itself.
        path: String,
        /// The backend's.
        actual: Vec<usize>,
        /// The baseline's.
        expected: Vec<usize>,
        /// Where two lists of integers or characters part.
        parting: Option<Box<Parting>>,
    },
    /// Two maps have different keys, or two sets different elements.
    #[doc(hidden)]
    Keys {
        /// Where; empty for the value itself.
        path: String,
        /// Which ones.
        difference: Box<KeyDifference>,
    },
    /// A budget is not one for the value.
    #[doc(hidden)]
    Budget {
        /// How many entries it has.
        entries: usize,
        /// How many arrays of floats the value is made of.
        arrays: usize,
        /// How many elements the first one has.
        elements: usize,
    },
    /// Values in `Approx` disagree.
    #[doc(hidden)]
    Approx {
        /// Where the first one is; empty for the value itself.
        path: String,
        /// The backend's.
        actual: String,
        /// The baseline's.
        expected: String,
        /// What was allowed.
        allowed: String,
        /// How many elements of the whole value disagree.
        wrong: usize,
        /// How many there are.
        total: usize,
    },
    /// Texts disagree, or values in [`Exact`](super::Exact).
    #[doc(hidden)]
    Text {
        /// Where the first one is; empty for the value itself.
        path: String,
        /// How the two differ.
        diff: Box<Diff>,
        /// How many elements of the whole value disagree.
        wrong: usize,
        /// How many there are.
        total: usize,
    },
    /// Elements of an array disagree.
    #[doc(hidden)]
    Elements(Box<Differences>),
}

/// One of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The backend's.
    Actual,
    /// The baseline's.
    Expected,
}

/// The elements of one array that disagree.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Differences {
    /// Where the array is; empty for the value itself.
    pub path: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its shape.
    pub shape: Vec<usize>,
    /// How many elements there are.
    pub total: usize,
    /// How many of them disagree in any way.
    pub wrong: usize,
    /// How many disagree in what.
    pub counts: Counts,
    /// The finite wrong pair with the largest difference.
    pub absolute: Option<Largest>,
    /// The one with the largest difference, as a share of what is expected, where that is not 0.
    pub relative: Option<Largest>,
    /// The one with the largest difference in units in the last place of what is expected; for floats.
    pub ulps: Option<Largest>,
    /// The first few, in row-major order.
    pub first: Vec<Difference>,
    /// Where they are, if not all over the array.
    pub place: Option<Place>,
    /// What is around the first one, where the elements are bytes.
    pub bytes: Option<Parting>,
    /// What was allowed.
    pub allowed: Allowed,
    /// What the other arrays of the value are like.
    pub elsewhere: Elsewhere,
}

/// How many elements disagree in what. An element is counted once, in the first of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// One is NaN, the other is not.
    pub nan: usize,
    /// One is infinite, the other is not or has the other sign.
    pub infinite: usize,
    /// One is -0, the other 0.
    pub signed_zero: usize,
    /// One is 0, the other below the smallest normal number.
    pub subnormal: usize,
    /// They are too far apart.
    pub finite: usize,
}

/// The pair that differs most.
#[derive(Clone, Debug, PartialEq)]
pub struct Largest {
    /// How much it differs.
    pub value: f64,
    /// Its index, one number a dimension.
    pub index: Vec<usize>,
    /// The backend's value.
    pub actual: Number,
    /// The baseline's.
    pub expected: Number,
}

/// One element that disagrees.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its index, one number a dimension.
    pub index: Vec<usize>,
    /// The backend's value.
    pub actual: Number,
    /// The baseline's.
    pub expected: Number,
    /// How far off it was allowed to be; for finite floats.
    pub allowed: Option<f64>,
}

/// What was allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Allowed {
    /// Nothing but equality: elements that are no floats.
    Equal,
    /// A tolerance.
    Tolerance {
        /// Which one.
        tolerance: Tolerance,
        /// Whether it is that of the type; else it was given for this comparison.
        of_the_table: bool,
    },
    /// An amount for each element.
    Budget,
}

/// What the leaves of a value are like besides the one that is described.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Elsewhere {
    /// How many of them disagree.
    pub leaves: usize,
    /// How many elements disagree in them.
    pub wrong: usize,
    /// How many elements they have.
    pub total: usize,
    /// The largest difference in units in the last place; for floats.
    pub ulps: Option<f64>,
    /// Whether something that is no float disagrees in one of them.
    pub is_exact: bool,
}

impl Elsewhere {
    /// Adds a leaf that disagrees.
    pub(super) fn add(&mut self, total: usize, wrong: usize, ulps: Option<f64>, is_exact: bool) {
        self.leaves += 1;
        self.total = self.total.saturating_add(total);
        self.wrong = self.wrong.saturating_add(wrong);
        self.ulps = self.ulps.into_iter().chain(ulps).reduce(f64::max);
        self.is_exact |= is_exact;
    }
}

impl Counts {
    /// Of what elements disagree in, the gravest.
    #[cfg(feature = "harness")]
    fn gravest(&self) -> &'static str {
        let Self { nan, infinite, signed_zero, subnormal, finite } = *self;
        let kinds = [
            (nan, BEING_NAN),
            (infinite, BEING_INFINITE),
            (finite, "in value"),
            (signed_zero, THE_SIGN_OF_ZERO),
            (subnormal, BEING_SUBNORMAL),
        ];
        kinds.into_iter().find(|(count, _)| *count > 0).map_or("in value", |(_, what)| what)
    }

    /// The largest difference in units in the last place, that of finite elements given.
    pub(super) fn ulps(&self, finite: Option<f64>) -> Option<f64> {
        if self.nan + self.infinite > 0 { Some(f64::INFINITY) } else { finite }
    }
}

impl Mismatch {
    /// The largest difference in units in the last place: infinite where one of two is not finite, and where structure,
    /// dtype, shape or keys disagree; `None` where elements disagree that are no floats, in whichever part of the value.
    pub fn ulps(&self) -> Option<f64> {
        match self {
            Self::Elements(differences) => {
                let Differences { dtype, counts, ulps, elsewhere, .. } = &**differences;
                // How far off a float is says nothing of the integers or the text beside it.
                if !dtype.is_float() || elsewhere.is_exact {
                    return None;
                }
                let here = counts.ulps(ulps.as_ref().map(|largest| largest.value));
                here.into_iter().chain(elsewhere.ulps).reduce(f64::max)
            }
            Self::Approx { .. } | Self::Text { .. } => None,
            Self::Keys { difference, .. } if difference.what == KeyKind::Set => None,
            _ => Some(f64::INFINITY),
        }
    }

    /// The share of the elements that disagree, from 0 to 1; all of them where structure, dtype or shape disagree. Of maps
    /// with different keys and of sets, that of the keys or elements that only one of the two has among those of both.
    pub fn share(&self) -> f64 {
        match self {
            Self::Elements(differences) => {
                let Differences { wrong, total, elsewhere, .. } = &**differences;
                (*wrong as f64 + elsewhere.wrong as f64) / (*total as f64 + elsewhere.total as f64)
            }
            Self::Approx { wrong, total, .. } | Self::Text { wrong, total, .. } => *wrong as f64 / *total as f64,
            Self::Keys { difference, .. } => difference.count() as f64 / difference.total as f64,
            _ => 1.0,
        }
    }

    /// What the two disagree in, without their values; of elements, the gravest.
    #[cfg(feature = "harness")]
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Structure { .. } => "in structure",
            Self::View { .. } => "in whether they make sense",
            Self::Dtype { .. } => "in dtype",
            Self::Shape { .. } => "in shape",
            Self::Keys { .. } => "in keys",
            Self::Budget { .. } => "in the size of a budget",
            Self::Approx { .. } => "in value",
            Self::Text { .. } => "in text",
            Self::Elements(differences) => differences.counts.gravest(),
        }
    }

    pub(super) fn and_elsewhere(mut self, others: Elsewhere) -> Self {
        match &mut self {
            Self::Elements(differences) => differences.elsewhere = others,
            Self::Approx { wrong, total, .. } | Self::Text { wrong, total, .. } => {
                *wrong = wrong.saturating_add(others.wrong);
                *total = total.saturating_add(others.total);
            }
            _ => {}
        }
        self
    }
}

/// Where, for the end of a line.
struct In<'a>(&'a str);

impl fmt::Display for In<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " in `{}`", self.0) }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Actual => "actual",
            Self::Expected => "expected",
        })
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => f.write_str("nothing but equality"),
            Self::Tolerance { tolerance, .. } => tolerance.fmt(f),
            Self::Budget => f.write_str("an amount for each element"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, actual, expected, allowed } = self;
        write!(f, "{index:?} {actual} instead of {expected}")?;
        match allowed {
            Some(allowed) => write!(f, " (may be {allowed:.3e} off)"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Structure { path, actual, expected } => write!(f, "{actual} instead of {expected}{}", In(path)),
            Self::View { side, path, error } => {
                write!(f, "the {side} value makes no sense{}: {error}", In(path))
            }
            Self::Dtype { path, actual, expected } => write!(f, "dtype {actual} instead of {expected}{}", In(path)),
            Self::Shape { path, actual, expected, parting } => {
                write!(f, "shape {actual:?} instead of {expected:?}{}", In(path))?;
                parting.iter().try_for_each(|parting| write!(f, "\n  {parting}"))
            }
            Self::Keys { path, difference } => difference.fmt(In(path), f),
            Self::Text { path, diff, wrong, total } => {
                diff.fmt(In(path), f)?;
                if *total > 1 { write!(f, "\n  {wrong} of {total} elements disagree") } else { Ok(()) }
            }
            Self::Budget { entries, arrays: 1, elements } => {
                write!(
                    f,
                    "the budget has {entries} entries for an array of {elements} elements: it needs one an element"
                )
            }
            Self::Budget { arrays, .. } => {
                write!(f, "a budget is for a value with one array of floats, and this one has {arrays}")
            }
            Self::Approx { path, actual, expected, allowed, wrong, total } => {
                write!(f, "{actual} instead of {expected}{}; allowed: {allowed}", In(path))?;
                if *total > 1 { write!(f, "\n  {wrong} of {total} elements disagree") } else { Ok(()) }
            }
            Self::Elements(differences) => differences.fmt(f),
        }
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, dtype, shape, total, wrong, first, allowed, elsewhere, .. } = self;
        let share = 100.0 * *wrong as f64 / *total as f64;
        let leaf = if path.is_empty() { " in".to_owned() } else { format!("{},", In(path)) };
        write!(f, "{wrong} of {total} elements ({share:.1} %) disagree{leaf} {dtype}{shape:?}; allowed: {allowed}")?;
        if let Allowed::Tolerance { of_the_table: true, .. } = allowed {
            write!(f, " (for {dtype})")?;
        }
        self.counts.fmt_special(f)?;
        self.fmt_largest(f)?;
        if let Some(place) = &self.place {
            write!(f, "\n  all of them {place}")?;
        }
        if first.len() < *wrong {
            write!(f, "\n  the first of them:")?;
        } else {
            f.write_str("\n  all of them:")?;
        }
        first.iter().try_for_each(|difference| write!(f, "\n    {difference}"))?;
        if let Some(bytes) = &self.bytes {
            write!(f, "\n  {bytes}")?;
        }
        let Elsewhere { leaves, wrong, .. } = elsewhere;
        match leaves {
            0 => Ok(()),
            1 => write!(f, "\n  and {wrong} elements of another array"),
            _ => write!(f, "\n  and {wrong} elements of {leaves} other arrays"),
        }
    }
}

impl KeyDifference {
    /// How many keys only one of the two has.
    fn count(&self) -> usize {
        self.missing.count + self.additional.count
    }

    fn fmt(&self, place: In<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, missing, additional, total } = self;
        write!(f, "{} of {total} {} of {} disagree{place}", self.count(), what.plural(), what.name())?;
        for (listed, word) in [(missing, "missing"), (additional, "additional")] {
            let Listed { first, count } = listed;
            if *count == 0 {
                continue;
            }
            write!(f, "\n  {count} {word}: {}", first.join(", "))?;
            if *count > first.len() {
                write!(f, ", … {} more", count - first.len())?;
            }
        }
        Ok(())
    }
}

impl Counts {
    fn fmt_special(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nan, infinite, signed_zero, subnormal, .. } = *self;
        let kinds = [
            (nan, BEING_NAN),
            (infinite, BEING_INFINITE),
            (signed_zero, THE_SIGN_OF_ZERO),
            (subnormal, BEING_SUBNORMAL),
        ];
        kinds.iter().filter(|(count, _)| *count > 0).try_for_each(|(count, what)| {
            let verb = if *count == 1 { "disagrees" } else { "disagree" };
            write!(f, "\n  {count} {verb} {what}")
        })
    }
}

impl Differences {
    /// The largest differences; those at one place in one line.
    fn fmt_largest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (&self.absolute, "", ""),
            (&self.relative, "", " of what is expected"),
            (&self.ulps, "", " units in the last place"),
        ];
        let mut before: Option<&Largest> = None;
        for (largest, lead, unit) in kinds {
            let Some(largest) = largest else { continue };
            if before.is_some_and(|before| before.index == largest.index) {
                write!(f, ", {}{unit}", Amount(largest.value))?;
                continue;
            }
            let Largest { value, index, actual, expected } = largest;
            write!(
                f,
                "\n  largest difference: {index:?} {actual} instead of {expected}, off by {lead}{}{unit}",
                Amount(*value)
            )?;
            before = Some(largest);
        }
        Ok(())
    }
}

/// A difference, as short as it says what matters.
struct Amount(f64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(x) = self;
        if *x == x.trunc() && *x < 1e6 || (1e-3..1e6).contains(x) {
            // No more than four digits matter.
            let rounded = format!("{x:.4}");
            let short = rounded.trim_end_matches('0').trim_end_matches('.');
            return f.write_str(if short.is_empty() { "0" } else { short });
        }
        write!(f, "{x:.3e}")
    }
}
