//! Whether a comparison would also accept an output that has nothing to do with the value.

use std::fmt;

use super::element::{Element, Exact, Float};
use super::engine::{Rule, check_budget};
use super::keys::KeyKind;
use super::leaves::{Item, ItemKind};
use super::scalar::is_scalar;
use super::source::Source;
use super::view::for_each_dtype;
use super::{Agreement, Data, Dtype, Leaves, Terms, View};

/// An output that takes no computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Null {
    /// Zeros, or `false`.
    Zeros,
    /// An empty text, map or set.
    Empty,
    /// What `derive(Default)` makes.
    Default,
    /// The mean of an array, everywhere in it.
    Mean,
    /// What is expected, but each element at the next index of this axis, and the last one at the first.
    Rolled {
        /// The axis.
        axis: usize,
    },
    /// What is expected, with the other sign.
    Negated,
    /// An input, passed through unchanged.
    Identity {
        /// Which one, from 0.
        input: usize,
    },
    /// What is expected, but each float rounded to the next narrower type.
    Narrowed {
        /// The type that it has.
        from: Dtype,
    },
}

impl fmt::Display for Null {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zeros => f.write_str("nothing but zeros"),
            Self::Empty => f.write_str("nothing at all (it is empty)"),
            Self::Default => f.write_str("a default value (zeros, `false`, `None` and what is empty)"),
            Self::Mean => f.write_str("the mean of all elements everywhere"),
            Self::Rolled { axis } => write!(f, "its elements rolled by one on axis {axis}"),
            Self::Negated => f.write_str("its negated elements"),
            Self::Identity { input } => write!(f, "its input {}, passed through unchanged", input + 1),
            Self::Narrowed { from: Dtype::F32 } => f.write_str("its elements rounded to f16 or bf16"),
            Self::Narrowed { .. } => f.write_str("its elements rounded to f32"),
        }
    }
}

/// A null output that the same comparison would accept in place of what is expected, if any: such a comparison shows little.
///
/// Every array of the value is replaced, except those without elements; what is no array is replaced by what is empty or a
/// default, and shows something where it is not. A null that leaves an array as it is whatever is in
/// it does not count: one element has no other mean, and cannot be rolled; `bool` has no sign. None counts of a value that is a
/// number or a few, which is judged with those of other cases. It stops at the first element that differs.
pub fn accepts_null(expected: &Leaves<'_>, terms: &Terms<'_>) -> Option<Null> {
    check_budget(expected, terms).ok()?;
    if expected.is_nothing() {
        return Some(Null::Empty);
    }
    let mut beside_arrays = None;
    for item in &expected.items {
        beside_arrays = match &item.kind {
            ItemKind::Text("") => beside_arrays.or(Some(Null::Empty)),
            ItemKind::Keys(keys) if keys.len() == 0 => beside_arrays.or(Some(Null::Empty)),
            // They are structure, as names of fields are.
            ItemKind::Keys(keys) if keys.what() == KeyKind::Map => beside_arrays,
            ItemKind::Opaque(value) if value.is_null() == Some(true) => Some(Null::Default),
            ItemKind::Array(_) | ItemKind::Structure(_) | ItemKind::Note(_) => beside_arrays,
            // It shows something, or what else it would accept cannot be known.
            ItemKind::Text(_) | ItemKind::Keys(_) | ItemKind::Opaque(_) | ItemKind::Broken(_) => return None,
        };
    }
    if is_scalar(expected) {
        return None;
    }
    let views = || {
        expected.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Array(view) if !view.is_empty() => Some(view),
            _ => None,
        })
    };
    let Some(rank) = views().map(|view| view.shape.len()).max() else { return beside_arrays };
    let rolls = (0..rank).map(|axis| Null::Rolled { axis });
    let mut nulls = [Null::Zeros, Null::Mean].into_iter().chain(rolls).chain([Null::Negated]);
    nulls.find(|null| views().all(|view| accepts(view, *null, terms)))
}

/// The input that the same comparison would accept in place of what is expected, if any.
pub(crate) fn accepts_input(expected: &Leaves<'_>, inputs: &[Leaves<'_>], terms: &Terms<'_>) -> Option<Null> {
    let echoed = |input: &Leaves<'_>| match (input.items.as_slice(), expected.items.as_slice()) {
        ([Item { kind: ItemKind::Array(view), .. }], _) => echoes(expected, view, terms),
        ([Item { kind: ItemKind::Text(own), .. }], [Item { kind: ItemKind::Text(text), .. }]) => own == text,
        ([Item { kind: ItemKind::Opaque(own), .. }], [Item { kind: ItemKind::Opaque(value), .. }]) => {
            own.same_type(*value) && own.compare(*value, terms, &mut Agreement::default()).is_none()
        }
        _ => false,
    };
    inputs.iter().position(echoed).map(|input| Null::Identity { input })
}

/// Whether the comparison would accept an input in place of what is expected; for a value that is one array, of the input's
/// type and shape. It stops at the first element that differs.
pub fn echoes(expected: &Leaves<'_>, input: &View<'_>, terms: &Terms<'_>) -> bool {
    let mut items = expected.items.iter();
    let view = match (items.next().map(|item| &item.kind), items.next()) {
        (Some(ItemKind::Array(view)), None) => view,
        _ => return false,
    };
    let comparable = view.dtype() == input.dtype() && view.shape == input.shape && !view.is_empty();
    comparable && check_budget(expected, terms).is_ok() && echoed(view, input, terms)
}

macro_rules! dispatch {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        /// Whether a null in place of an array that has elements is accepted.
        fn accepts(view: &View<'_>, null: Null, terms: &Terms<'_>) -> bool {
            match view.data {
                $(Data::$float(data) => {
                    let (source, rule) = (view.source(data), Rule::new(view, terms));
                    replaced(source, null, |at, a, e| agrees::<$float_type>(&rule, at, a, e), || mean(source, &rule))
                })*
                $(Data::$exact(data) => {
                    let source = view.source(data);
                    replaced(source, null, |_, a, e| a == e, || constant::<$exact_type>(source))
                })*
            }
        }

        /// Whether an input of the same type and shape is accepted.
        fn echoed(view: &View<'_>, input: &View<'_>, terms: &Terms<'_>) -> bool {
            match (view.data, input.data) {
                $((Data::$float(data), Data::$float(own)) => {
                    let (source, own, rule) = (view.source(data), input.source(own), Rule::new(view, terms));
                    (0..source.len()).all(|at| agrees::<$float_type>(&rule, at, own.get(at), source.get(at)))
                })*
                $((Data::$exact(data), Data::$exact(own)) => {
                    let (source, own) = (view.source(data), input.source(own));
                    (0..source.len()).all(|at| own.get(at) == source.get(at))
                })*
                _ => false,
            }
        }
    };
}
for_each_dtype!(dispatch);

fn agrees<T: Float>(rule: &Rule<'_>, at: usize, actual: T, expected: T) -> bool {
    rule.accepts::<T>(at, actual.wide(), expected.wide())
}

fn replaced<T: Element>(
    source: Source<'_, T>,
    null: Null,
    agrees: impl Fn(usize, T, T) -> bool,
    mean: impl FnOnce() -> Option<T>,
) -> bool {
    let total = source.len();
    let all = |null: &dyn Fn(usize) -> Option<T>| {
        (0..total).all(|at| null(at).is_some_and(|null| agrees(at, null, source.get(at))))
    };
    match null {
        Null::Zeros => all(&|_| Some(T::default())),
        Null::Mean => total > 1 && mean().is_some_and(|mean| all(&|_| Some(mean))),
        Null::Rolled { axis } => {
            let Some((dim, inner)) = source.shape().get(axis..).and_then(<[usize]>::split_first) else { return false };
            let step: usize = inner.iter().product();
            *dim > 1
                && all(&|at| {
                    Some(source.get(if (at / step).is_multiple_of(*dim) { at + (dim - 1) * step } else { at - step }))
                })
        }
        Null::Negated => all(&|at| source.get(at).negated()),
        // What the inputs are is known to `echoes` only, what is narrower to `accepts_narrower`, and an array that has elements is
        // not empty.
        Null::Identity { .. } | Null::Narrowed { .. } | Null::Empty | Null::Default => false,
    }
}

/// The mean of equal elements; that of others is accepted by none of them that differs from it.
fn constant<T: Exact>(source: Source<'_, T>) -> Option<T> {
    let first = source.get(0);
    (1..source.len()).all(|at| source.get(at) == first).then_some(first)
}

/// The mean of elements that one number can be near enough to. It gives up at the first one that is too far from those before.
fn mean<T: Float>(source: Source<'_, T>, rule: &Rule<'_>) -> Option<T> {
    let first = source.get(0);
    if !first.wide().is_finite() {
        // Infinite or NaN, and so is the mean.
        return Some(first);
    }
    let (mut low, mut high, mut mean) = (f64::NEG_INFINITY, f64::INFINITY, 0.0);
    for at in 0..source.len() {
        let x = source.get(at).wide();
        if !x.is_finite() {
            return None;
        }
        // A running mean, so that no sum overflows; the elements are near to each other.
        mean += (x - mean) / (at as f64 + 1.0);
        // Wider than what is allowed by more than the roundings here and where the mean is judged.
        let allowed = rule.allowed::<T>(at, x);
        let reach = allowed + 4.0 * f64::EPSILON * (x.abs() + allowed);
        (low, high) = (f64::max(low, x - reach), f64::min(high, x + reach));
        if low > high {
            return None;
        }
    }
    Some(T::narrow(mean))
}
