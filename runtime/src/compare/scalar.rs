//! Values that are a number, or a few.

use super::element::Element;
use super::leaves::{ItemKind, Structure};
use super::source::Source;
use super::view::for_each_dtype;
use super::{Data, Leaves, View};

/// Whether a value is `bool`, a number, or a tuple or an `Option` of such: there are numbers in it and nothing else.
///
/// No output that has nothing to do with it tells anything of one such value, because `false` and 0 are right answers like
/// others. Those of all cases of a test are judged together.
pub(super) fn is_scalar(value: &Leaves<'_>) -> bool {
    let mut holds_a_number = false;
    let has_nothing_else = value.items.iter().all(|item| match &item.kind {
        ItemKind::Array(view) => {
            holds_a_number = true;
            view.shape.is_empty()
        }
        ItemKind::Structure(structure) => matches!(structure, Structure::Text(_)),
        ItemKind::Note(_) => true,
        ItemKind::Broken(_) | ItemKind::Text(_) | ItemKind::Opaque(_) | ItemKind::Keys(_) => false,
    });
    has_nothing_else && holds_a_number
}

/// The numbers of such a value as text, which is the same for equal values only.
pub(super) fn scalar(value: &Leaves<'_>) -> Option<String> {
    if !is_scalar(value) {
        return None;
    }
    let parts = value.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Array(view) => Some(number(view)),
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
