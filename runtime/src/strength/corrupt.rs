//! Values that are made wrong.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;
use std::time::Duration;

/// How a value is made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Corruption {
    /// Nothing is left in it: no element, no text, `None`.
    Emptied,
    /// All numbers are 0.
    Zeroed,
    /// One number is NaN.
    Nan,
    /// All numbers have the other sign.
    Negated,
    /// The last element is missing.
    Shortened,
    /// One element is off by much.
    Off,
    /// Two elements are exchanged.
    Exchanged,
    /// One number is off by a few units in the last place.
    Nudged,
}

/// A value of which a wrong one can be made, so that `--strength` can tell whether a suite notices: what a function of a contract
/// takes or returns.
///
/// It is implemented for the types for which [`Compare`](crate::Compare) is: numbers, texts, `bool`, `char`, `Duration`, and
/// arrays, vectors, boxed slices, `Option`s, `Result`s, tuples, maps and sets of what implements it. A type of one's own hands its
/// parts on:
///
/// ```
/// use crosscheck::{Corrupt, Corruption};
///
/// #[derive(Clone)]
/// struct Tensor { shape: Vec<usize>, data: Vec<f32> }
///
/// impl Corrupt for Tensor {
///     fn corrupt(&mut self, how: Corruption) -> bool {
///         self.data.corrupt(how)
///     }
/// }
///
/// let mut tensor = Tensor { shape: vec![2], data: vec![1.0, 2.0] };
/// assert!(tensor.corrupt(Corruption::Exchanged));
/// assert_eq!(tensor.data, [2.0, 1.0]);
/// ```
///
/// With no function at all (`impl Corrupt for Mode {}`) a value is never corrupted, but can still be taken for that of another
/// call.
pub trait Corrupt: Clone + Send + Sync + 'static {
    /// Makes the value wrong in this way, and says whether it is another one now. A way that makes no sense for it leaves it as it
    /// is.
    fn corrupt(&mut self, how: Corruption) -> bool {
        let _ = how;
        false
    }

    /// Whether two values are known to be the same.
    #[doc(hidden)]
    fn is_same(&self, other: &Self) -> bool {
        let _ = other;
        false
    }
}

/// By so many units in the last place a number is off that is off by a few.
pub(super) const FEW: u8 = 4;

macro_rules! floats {
    ($($type:ty, $bits:ty;)*) => {$(
        impl Corrupt for $type {
            fn corrupt(&mut self, how: Corruption) -> bool {
                let zero = <$type>::default();
                let wrong = match how {
                    Corruption::Zeroed => zero,
                    Corruption::Nan => <$type>::NAN,
                    Corruption::Negated => -*self,
                    Corruption::Off if self.is_nan() => <$type>::from(1_u8),
                    Corruption::Off if self.is_infinite() => -*self,
                    Corruption::Off => {
                        let size = if *self < zero { -*self } else { *self };
                        *self + size + <$type>::from(1_u8)
                    }
                    // Away from zero, where no tolerance of small numbers hides it.
                    Corruption::Nudged if self.is_finite() && *self != zero => {
                        let few = <$bits>::from(FEW);
                        let away = <$type>::from_bits(self.to_bits() + few);
                        if away.is_finite() { away } else { <$type>::from_bits(self.to_bits() - few) }
                    }
                    _ => return false,
                };
                // A zero of another sign is one that most contracts do not tell apart.
                let is_another = wrong.to_bits() != self.to_bits() && wrong != *self && !(wrong.is_nan() && self.is_nan());
                *self = wrong;
                is_another
            }

            fn is_same(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits()
            }
        }
    )*};
}
floats! { f32, u32; f64, u64; }
#[cfg(feature = "half")]
pub(super) use floats;

macro_rules! integers {
    ($($type:ty: $is_signed:literal,)*) => {$(
        impl Corrupt for $type {
            fn corrupt(&mut self, how: Corruption) -> bool {
                let wrong = match how {
                    Corruption::Zeroed => 0,
                    Corruption::Negated if $is_signed => <$type>::wrapping_neg(*self),
                    Corruption::Off => self.wrapping_add(<$type>::MAX / 3 + 1),
                    Corruption::Nudged => self.wrapping_add(1),
                    _ => return false,
                };
                std::mem::replace(self, wrong) != wrong
            }

            fn is_same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}
integers! {
    i8: true, i16: true, i32: true, i64: true, i128: true, isize: true,
    u8: false, u16: false, u32: false, u64: false, u128: false, usize: false,
}

macro_rules! whole {
    ($($type:ty: $value:ident => { $($how:ident => $wrong:expr,)* },)*) => {$(
        impl Corrupt for $type {
            fn corrupt(&mut self, how: Corruption) -> bool {
                let $value = &*self;
                let wrong = match how {
                    $(Corruption::$how => $wrong,)*
                    _ => return false,
                };
                std::mem::replace(self, wrong.clone()) != wrong
            }

            fn is_same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}
whole! {
    bool: value => { Zeroed => false, Off => !value, },
    char: value => { Off => if *value == 'x' { 'y' } else { 'x' }, },
    Ordering: value => { Zeroed => Ordering::Equal, Negated => value.reverse(), Off => if value.is_eq() { Ordering::Less } else { Ordering::Equal }, },
    Duration: value => {
        Zeroed => Duration::ZERO,
        Off => value.saturating_add(Duration::from_secs(60)),
        Nudged => value.saturating_add(Duration::from_nanos(1)),
    },
    String: text => {
        Emptied => String::new(),
        Shortened => { let mut chars = text.chars(); chars.next_back(); chars.as_str().to_owned() },
        Off => changed(text, |chars| { chars.last_mut().is_some_and(|last| last.corrupt(Corruption::Off)) }),
        Exchanged => changed(text, exchange),
    },
    std::path::PathBuf: path => { Emptied => std::path::PathBuf::new(), Off => path.join("x"), },
}

impl Corrupt for () {
    fn is_same(&self, (): &Self) -> bool {
        true
    }
}

fn changed(text: &str, change: impl FnOnce(&mut [char]) -> bool) -> String {
    let mut chars: Vec<_> = text.chars().collect();
    change(&mut chars);
    chars.into_iter().collect()
}

/// Exchanges the first element with the last one that is another.
fn exchange<T: Corrupt>(slice: &mut [T]) -> bool {
    let Some((first, rest)) = slice.split_first() else { return false };
    match rest.iter().rposition(|other| !other.is_same(first)) {
        Some(at) => {
            slice.swap(0, at + 1);
            true
        }
        None => false,
    }
}

/// What becomes of elements whose number stays.
fn corrupt_elements<T: Corrupt>(slice: &mut [T], how: Corruption) -> bool {
    match how {
        Corruption::Exchanged => exchange(slice),
        Corruption::Zeroed | Corruption::Negated => {
            slice.iter_mut().filter_map(|element| element.corrupt(how).then_some(())).count() > 0
        }
        // What is at the end is what blocks and tails get wrong.
        _ => slice.iter_mut().rev().any(|element| element.corrupt(how)),
    }
}

fn are_same<T: Corrupt>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
}

impl<T: Corrupt> Corrupt for Vec<T> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match how {
            Corruption::Emptied => {
                let is_another = !self.is_empty();
                self.clear();
                is_another
            }
            Corruption::Shortened => self.pop().is_some(),
            _ => corrupt_elements(self, how),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        are_same(self, other)
    }
}

impl<T: Corrupt> Corrupt for Box<[T]> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        let mut elements = std::mem::take(self).into_vec();
        let is_another = elements.corrupt(how);
        *self = elements.into();
        is_another
    }

    fn is_same(&self, other: &Self) -> bool {
        are_same(self, other)
    }
}

impl<T: Corrupt, const N: usize> Corrupt for [T; N] {
    fn corrupt(&mut self, how: Corruption) -> bool {
        corrupt_elements(self, how)
    }

    fn is_same(&self, other: &Self) -> bool {
        are_same(self, other)
    }
}

impl<T: Corrupt> Corrupt for Option<T> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match (how, &mut *self) {
            (Corruption::Emptied, Some(_)) => {
                *self = None;
                true
            }
            (_, Some(value)) => value.corrupt(how),
            (_, None) => false,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.is_same(b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

impl<T: Corrupt, E: Corrupt> Corrupt for Result<T, E> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match self {
            Ok(value) => value.corrupt(how),
            Err(error) => error.corrupt(how),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Ok(a), Ok(b)) => a.is_same(b),
            (Err(a), Err(b)) => a.is_same(b),
            _ => false,
        }
    }
}

impl<T: Corrupt> Corrupt for Box<T> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        (**self).corrupt(how)
    }

    fn is_same(&self, other: &Self) -> bool {
        (**self).is_same(other)
    }
}

impl<T: Corrupt> Corrupt for Arc<T> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        Arc::make_mut(self).corrupt(how)
    }

    fn is_same(&self, other: &Self) -> bool {
        (**self).is_same(other)
    }
}

/// The last value that can be made wrong is; one entry less is one without the last.
impl<K: Corrupt + Ord, V: Corrupt> Corrupt for BTreeMap<K, V> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match how {
            Corruption::Emptied => !std::mem::take(self).is_empty(),
            Corruption::Shortened => self.pop_last().is_some(),
            _ => corrupt_values(self.values_mut().collect(), how),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let same = |((k, v), (l, w)): ((&K, &V), (&K, &V))| k.cmp(l).is_eq() && v.is_same(w);
        self.len() == other.len() && self.iter().zip(other).all(same)
    }
}

/// Like a `BTreeMap`, but which entry is the last one is the order of the keys.
impl<K: Corrupt + Ord + Hash, V: Corrupt, S: BuildHasher + Clone + Send + Sync + 'static> Corrupt for HashMap<K, V, S> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match how {
            Corruption::Emptied => {
                let is_another = !self.is_empty();
                self.clear();
                is_another
            }
            Corruption::Shortened => {
                let last = self.keys().max().cloned();
                last.is_some_and(|last| self.remove(&last).is_some())
            }
            _ => {
                let mut entries: Vec<_> = self.iter_mut().collect();
                entries.sort_by_key(|(key, _)| *key);
                corrupt_values(entries.into_iter().map(|(_, value)| value).collect(), how)
            }
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k).is_some_and(|w| v.is_same(w)))
    }
}

fn corrupt_values<V: Corrupt>(mut values: Vec<&mut V>, how: Corruption) -> bool {
    match how {
        Corruption::Exchanged => {
            let Some((first, rest)) = values.split_first_mut() else { return false };
            match rest.iter_mut().rev().find(|other| !other.is_same(first)) {
                Some(other) => {
                    std::mem::swap(*first, *other);
                    true
                }
                None => false,
            }
        }
        Corruption::Zeroed | Corruption::Negated => {
            values.into_iter().filter_map(|value| value.corrupt(how).then_some(())).count() > 0
        }
        _ => values.into_iter().rev().any(|value| value.corrupt(how)),
    }
}

impl<T: Corrupt + Ord> Corrupt for BTreeSet<T> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match how {
            Corruption::Emptied => !std::mem::take(self).is_empty(),
            Corruption::Shortened => self.pop_last().is_some(),
            _ => false,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl<T: Corrupt + Ord + Hash, S: BuildHasher + Clone + Send + Sync + 'static> Corrupt for HashSet<T, S> {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match how {
            Corruption::Emptied => {
                let is_another = !self.is_empty();
                self.clear();
                is_another
            }
            Corruption::Shortened => {
                let last = self.iter().max().cloned();
                last.is_some_and(|last| self.remove(&last))
            }
            _ => false,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

macro_rules! tuples {
    ($($(($type:ident $at:tt))+;)*) => {$(
        /// One part is made wrong: the last one that can be.
        impl<$($type: Corrupt),+> Corrupt for ($($type,)+) {
            fn corrupt(&mut self, how: Corruption) -> bool {
                let mut parts = [$(&mut self.$at as &mut dyn Part),+];
                parts.iter_mut().rev().any(|part| part.make_wrong(how))
            }

            fn is_same(&self, other: &Self) -> bool {
                $(self.$at.is_same(&other.$at))&&+
            }
        }
    )*};
}

/// A part of a tuple.
trait Part {
    fn make_wrong(&mut self, how: Corruption) -> bool;
}

impl<T: Corrupt> Part for T {
    fn make_wrong(&mut self, how: Corruption) -> bool {
        self.corrupt(how)
    }
}

tuples! {
    (A 0);
    (A 0) (B 1);
    (A 0) (B 1) (C 2);
    (A 0) (B 1) (C 2) (D 3);
    (A 0) (B 1) (C 2) (D 3) (E 4);
    (A 0) (B 1) (C 2) (D 3) (E 4) (F 5);
}

#[cfg(test)]
mod tests {
    use super::Corruption::*;
    use super::*;

    const ALL: [Corruption; 8] = [Emptied, Zeroed, Nan, Negated, Shortened, Off, Exchanged, Nudged];

    /// In which ways a value can be made wrong, each with what it becomes; what is said of the others has to be true as well.
    #[track_caller]
    fn becomes<T: Corrupt + PartialEq + std::fmt::Debug>(value: T, expected: &[(Corruption, T)]) {
        for how in ALL {
            let mut wrong = value.clone();
            let is_another = wrong.corrupt(how);
            match expected.iter().find(|(known, _)| *known == how) {
                Some((_, expected)) => {
                    assert!(is_another && !wrong.is_same(&value), "{how:?} of {value:?}: {wrong:?}");
                    assert_eq!(format!("{wrong:?}"), format!("{expected:?}"), "{how:?} of {value:?}");
                }
                None => assert!(!is_another && wrong == value, "{how:?} of {value:?}: {wrong:?}"),
            }
            assert!(value.is_same(&value.clone()));
        }
    }

    #[test]
    fn each_value_is_made_wrong_in_the_ways_that_make_sense_for_it() {
        let four_up = |x: f32| f32::from_bits(x.to_bits() + 4);
        becomes(1.5_f32, &[(Zeroed, 0.0), (Nan, f32::NAN), (Negated, -1.5), (Off, 4.0), (Nudged, four_up(1.5))]);
        becomes(
            -1.0_f64,
            &[(Zeroed, 0.0), (Nan, f64::NAN), (Negated, 1.0), (Off, 1.0), (Nudged, -1.0 - 4.0 * f64::EPSILON)],
        );
        becomes(0_u8, &[(Off, 86), (Nudged, 1)]);
        becomes(-3_i64, &[(Zeroed, 0), (Negated, 3), (Off, i64::MAX / 3 - 2), (Nudged, -2)]);
        becomes(true, &[(Zeroed, false), (Off, false)]);
        becomes(false, &[(Off, true)]);
        becomes('x', &[(Off, 'y')]);
        becomes((), &[]);
        becomes(String::new(), &[]);
        let text = |text: &str| text.to_owned();
        becomes(
            text("äbä"),
            &[(Emptied, text("")), (Shortened, text("äb")), (Off, text("äbx")), (Exchanged, text("bää"))],
        );
        becomes(Vec::<f32>::new(), &[]);
        becomes(vec![0_u8, 0], &[(Emptied, vec![]), (Shortened, vec![0]), (Off, vec![0, 86]), (Nudged, vec![0, 1])]);
        let some = |x: u8| Some(vec![x]);
        becomes(
            some(2),
            &[(Emptied, None), (Zeroed, some(0)), (Shortened, Some(vec![])), (Off, some(88)), (Nudged, some(3))],
        );
        becomes(None::<u8>, &[]);
        becomes([1_u8, 1, 2], &[(Zeroed, [0, 0, 0]), (Off, [1, 1, 88]), (Exchanged, [2, 1, 1]), (Nudged, [1, 1, 3])]);
        becomes(
            (2_u8, text("a")),
            &[
                (Emptied, (2, text(""))),
                (Zeroed, (0, text("a"))),
                (Shortened, (2, text(""))),
                (Off, (2, text("x"))),
                (Nudged, (3, text("a"))),
            ],
        );
        let map = |entries: &[(u8, u8)]| entries.iter().copied().collect::<BTreeMap<_, _>>();
        let wrong = [
            (Emptied, map(&[])),
            (Zeroed, map(&[(1, 0), (2, 0)])),
            (Shortened, map(&[(1, 5)])),
            (Off, map(&[(1, 5), (2, 92)])),
            (Exchanged, map(&[(1, 6), (2, 5)])),
            (Nudged, map(&[(1, 5), (2, 7)])),
        ];
        becomes(map(&[(1, 5), (2, 6)]), &wrong);
        for (how, expected) in wrong {
            let mut hashed: HashMap<u8, u8> = [(1, 5), (2, 6)].into();
            assert!(hashed.corrupt(how));
            assert_eq!(hashed.into_iter().collect::<BTreeMap<_, _>>(), expected, "{how:?}");
        }
        let set = |elements: &[u8]| elements.iter().copied().collect::<BTreeSet<_>>();
        becomes(set(&[1, 2]), &[(Emptied, set(&[])), (Shortened, set(&[1]))]);
        let seconds = Duration::from_secs;
        becomes(seconds(1), &[(Zeroed, seconds(0)), (Off, seconds(61)), (Nudged, Duration::from_nanos(1_000_000_001))]);
        becomes(Ok::<u8, ()>(1), &[(Zeroed, Ok(0)), (Off, Ok(87)), (Nudged, Ok(2))]);
        becomes(Err::<u8, _>(text("")), &[]);
    }

    #[test]
    fn the_last_element_that_can_be_made_wrong_is() {
        let mut values = [1.0_f32, f32::INFINITY, 0.0];
        assert!(values.corrupt(Nudged));
        assert_eq!(values, [1.0 + 4.0 * f32::EPSILON, f32::INFINITY, 0.0]);
        let mut values = [1.0_f32, f32::NAN];
        assert!(values.corrupt(Nan));
        assert!(values[0].is_nan());
        let mut zeros = [0.0_f32, -0.0];
        assert!(!zeros.corrupt(Negated), "a zero of the other sign is another value only to few");
    }
}
