//! Whether a comparison would also accept what a narrower type of floats can hold.

use super::element::Float;
use super::engine::Rule;
use super::leaves::ItemKind;
use super::source::Source;
use super::view::for_each_dtype;
use super::{Data, Leaves, Null, Terms, View};

/// The value with its floats rounded to the next narrower type, if the same comparison would accept that in its place.
///
/// An array of floats of 16 bits, or of integers, has no narrower type and stays as it is, and so does one whose tolerance
/// has a reason: somebody has said why it is as wide as that. A budget says it for each element, out of the inputs. A value that
/// this changes in no element is one that both types hold, of which no comparison can tell anything.
pub(crate) fn accepts_narrower(expected: &Leaves<'_>, terms: &Terms<'_>) -> Option<Null> {
    if terms.budget.is_some() {
        return None;
    }
    let mut changed = None;
    for item in &expected.items {
        let view = match &item.kind {
            ItemKind::Array(view) => view,
            // What the others would accept cannot be known.
            ItemKind::Broken(_) | ItemKind::Opaque(_) => return None,
            ItemKind::Structure(_) | ItemKind::Text(_) | ItemKind::Keys(_) | ItemKind::Note(_) => continue,
        };
        if terms.tolerance(view.dtype()).0.has_reason() {
            continue;
        }
        match rounded(view, terms) {
            Rounded::Refused => return None,
            Rounded::Accepted => changed = changed.or(Some(Null::Narrowed { from: view.dtype() })),
            Rounded::Unchanged => {}
        }
    }
    changed
}

/// What becomes of an array whose elements are rounded to each of the next narrower types.
#[derive(Clone, Copy, PartialEq)]
enum Rounded {
    /// One of these types holds all of its elements, or there is no such type.
    Unchanged,
    /// All of them are accepted, and each changes an element.
    Accepted,
    /// One of them is not accepted.
    Refused,
}

macro_rules! dispatch {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        fn rounded(view: &View<'_>, terms: &Terms<'_>) -> Rounded {
            match view.data {
                $(Data::$float(data) => each::<$float_type>(view.source(data), &Rule::new(view, terms)),)*
                $(Data::$exact(_) => Rounded::Unchanged,)*
            }
        }
    };
}
for_each_dtype!(dispatch);

/// It stops at the first element that would be refused.
fn each<T: Float>(source: Source<'_, T>, rule: &Rule<'_>) -> Rounded {
    let mut together = if T::NARROWER.is_empty() { Rounded::Unchanged } else { Rounded::Accepted };
    for narrower in T::NARROWER {
        let mut is_changed = false;
        for at in 0..source.len() {
            let x = source.get(at).wide();
            let rounded = narrower(x);
            if rounded == x || x.is_nan() {
                continue;
            }
            is_changed = true;
            if !rule.accepts::<T>(at, rounded, x) {
                return Rounded::Refused;
            }
        }
        if !is_changed {
            together = Rounded::Unchanged;
        }
    }
    together
}
