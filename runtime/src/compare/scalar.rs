//! Values of which one case shows nothing: a number, or a few, and what has no elements.

use super::element::Element;
use super::impls::NONE;
use super::leaves::{ItemKind, Structure};
use super::source::Source;
use super::view::for_each_dtype;
use super::{Data, Leaves, View};

/// Whether a value is `bool`, a number, a tuple or an `Option` of such, or one without any element: `None`, an empty list.
///
/// No output that has nothing to do with it tells anything of one such value, because `false`, 0 and nothing are right answers like
/// others. Those of all cases of a test are judged together. An `Err` is no such value: what has to be refused is refused in each case.
pub(super) fn is_scalar(value: &Leaves<'_>) -> bool {
    // Of the elements of a list, other ones tell something.
    let is_list = |kind: &ItemKind<'_>| matches!(kind, ItemKind::Structure(Structure::Len(1..) | Structure::Shape(_)));
    let has_list = value.items.iter().any(|item| is_list(&item.kind));
    let is_one = |kind: &ItemKind<'_>| match kind {
        ItemKind::Array(view) => view.is_empty() || view.shape.is_empty() && !has_list,
        ItemKind::Structure(_) | ItemKind::Note(_) => true,
        ItemKind::Broken(_) | ItemKind::Text(_) | ItemKind::Opaque(_) | ItemKind::Keys(_) => false,
    };
    let is_told = |kind: &ItemKind<'_>| match kind {
        ItemKind::Array(_) | ItemKind::Structure(Structure::Len(0)) => true,
        ItemKind::Structure(Structure::Text(word)) => word == NONE,
        _ => false,
    };
    let mut kinds = value.items.iter().map(|item| &item.kind);
    kinds.clone().all(is_one) && kinds.any(is_told)
}

/// Such a value as text, which is the same for equal values only.
pub(super) fn scalar(value: &Leaves<'_>) -> Option<String> {
    if !is_scalar(value) {
        return None;
    }
    let parts = value.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Array(view) if !view.is_empty() => Some(number(view)),
        // What nobody compares.
        ItemKind::Note(_) => None,
        kind => Some(kind.describe()),
    });
    let parts: Vec<_> = parts.collect();
    Some(if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(", ")) })
}

macro_rules! dispatch {
    (
        floats { $($float:ident: $float_type:ty = $float_name:literal,)* }
        exact { $($exact:ident: $exact_type:ty = $exact_name:literal,)* }
    ) => {
        /// The only element of an array.
        fn number(view: &View<'_>) -> String {
            match view.data {
                $(Data::$float(data) => first(view.source(data)),)*
                $(Data::$exact(data) => first(view.source(data)),)*
            }
        }
    };
}
for_each_dtype!(dispatch);

fn first<T: Element>(source: Source<'_, T>) -> String {
    source.get(0).number().to_string()
}
