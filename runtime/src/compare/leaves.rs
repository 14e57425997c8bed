//! A value as a tree of arrays.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};

use super::keys::Keys;
use super::opaque::Opaque;
use super::shown::{brief, quoted};
use super::{Compare, Data, View, ViewError};

/// The arrays, texts and other parts that a value is made of, each with its place in the value.
#[derive(Default)]
pub struct Leaves<'a> {
    /// The places; a parent comes before its children.
    places: Vec<PlaceIn<'a>>,
    /// The place that is being visited; none for the value itself.
    here: Option<usize>,
    pub(super) items: Vec<Item<'a>>,
}

/// A place within another one.
struct PlaceIn<'a> {
    parent: Option<usize>,
    name: Name<'a>,
}

enum Name<'a> {
    Field(String),
    Index(usize),
    Indices(Vec<usize>),
    /// A key of a map, and its position among all of them, which stands for it: equal keys were found before.
    Key(usize, &'a dyn Debug),
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Field(own), Self::Field(other)) => own == other,
            (Self::Index(own), Self::Index(other)) | (Self::Key(own, _), Self::Key(other, _)) => own == other,
            (Self::Indices(own), Self::Indices(other)) => own == other,
            _ => false,
        }
    }
}

/// Something that must be equal on both sides, or agree.
pub(super) struct Item<'a> {
    /// Where it is.
    pub(super) place: Option<usize>,
    pub(super) kind: ItemKind<'a>,
}

pub(super) enum ItemKind<'a> {
    Array(View<'a>),
    /// The array that a host wanted to hand over makes no sense.
    Broken(ViewError),
    Text(&'a str),
    Opaque(&'a dyn Opaque),
    /// The keys of a map, or the elements of a set.
    Keys(&'a dyn Keys),
    /// What the reader is told, and nobody compares.
    Note(&'a str),
    Structure(Structure),
}

#[derive(PartialEq)]
pub(super) enum Structure {
    Text(Cow<'static, str>),
    Len(usize),
    Shape(Vec<usize>),
}

impl<'a> Leaves<'a> {
    /// The arrays of a value.
    pub fn of<T: Compare + ?Sized>(value: &'a T) -> Self {
        let mut leaves = Self::default();
        value.leaves(&mut leaves);
        leaves
    }

    /// Whether there is nothing in it that would be compared.
    pub(super) fn is_nothing(&self) -> bool {
        self.items.iter().all(|item| matches!(item.kind, ItemKind::Note(_)))
    }

    /// Adds an array: all of these elements in row-major order, a slice or vector of floats, integers or `bool`. A shape
    /// without dimensions holds one element. An array whose shape does not hold as many elements as there are agrees with
    /// nothing, and the mismatch says so.
    pub fn array(&mut self, data: impl Into<Data<'a>>, shape: impl Into<Cow<'a, [usize]>>) {
        self.view(View::new(data, shape));
    }

    /// Adds an array of the elements at `first + Σ index[k] · strides[k]`. Strides are counted in elements; they may be
    /// negative, or 0, which repeats an element. An array with an element outside of `data` agrees with nothing, and the
    /// mismatch says so.
    pub fn strided(
        &mut self,
        data: impl Into<Data<'a>>,
        shape: impl Into<Cow<'a, [usize]>>,
        strides: &'a [isize],
        first: usize,
    ) {
        self.view(View::strided(data, shape, strides, first));
    }

    pub(super) fn view(&mut self, view: impl Into<Result<View<'a>, ViewError>>) {
        self.push(match view.into() {
            Ok(view) => ItemKind::Array(view),
            Err(error) => ItemKind::Broken(error),
        });
    }

    /// Adds what a part of the value hands over. Names are for the reader, and must be equal on both sides.
    pub fn within(&mut self, name: impl Display, part: impl FnOnce(&mut Self)) {
        self.under(Name::Field(name.to_string()), part);
    }

    /// Adds what must be equal on both sides besides arrays: `Some`, or how many parts there are.
    pub fn structure(&mut self, what: impl Into<Cow<'static, str>>) {
        self.push(ItemKind::Structure(Structure::Text(what.into())));
    }

    pub(super) fn text(&mut self, text: &'a str) {
        self.push(ItemKind::Text(text));
    }

    pub(super) fn opaque(&mut self, value: &'a dyn Opaque) {
        self.push(ItemKind::Opaque(value));
    }

    pub(super) fn note(&mut self, text: &'a str) {
        self.push(ItemKind::Note(text));
    }

    pub(super) fn keys(&mut self, keys: &'a dyn Keys) {
        self.push(ItemKind::Keys(keys));
    }

    /// The values of a map, in the order of their keys.
    pub(super) fn entries<K: Debug + 'a, V: Compare>(&mut self, entries: impl IntoIterator<Item = (&'a K, &'a V)>) {
        for (at, (key, value)) in entries.into_iter().enumerate() {
            self.under(Name::Key(at, key), |leaves| value.leaves(leaves));
        }
    }

    /// Values in row-major order, one after the other.
    pub(super) fn each<T: Compare>(&mut self, values: &'a [T], shape: Vec<usize>) {
        self.push(ItemKind::Structure(match shape[..] {
            [len] => Structure::Len(len),
            _ => Structure::Shape(shape.clone()),
        }));
        for (at, value) in values.iter().enumerate() {
            let name = match shape[..] {
                [_] => Name::Index(at),
                _ => Name::Indices(index_of(at, &shape)),
            };
            self.under(name, |leaves| value.leaves(leaves));
        }
    }

    /// How a place is called; empty for the value itself.
    pub(super) fn path(&self, place: Option<usize>) -> String {
        let mut names = Vec::new();
        let mut next = place;
        while let Some(PlaceIn { parent, name }) = next.map(|at| &self.places[at]) {
            names.push(name);
            next = *parent;
        }
        let mut path = String::new();
        for name in names.into_iter().rev() {
            match name {
                Name::Field(field) => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(field);
                }
                Name::Index(at) => path.push_str(&format!("[{at}]")),
                Name::Indices(at) => path.push_str(&format!("{at:?}")),
                Name::Key(_, key) => path.push_str(&format!("[{}]", brief(*key))),
            }
        }
        path
    }

    /// Whether a place of this value is called like one of another value.
    pub(super) fn same_place(&self, own: Option<usize>, other: &Self, others: Option<usize>) -> bool {
        let (mut own, mut others) = (own, others);
        while let (Some(here), Some(there)) = (own, others) {
            let (here, there) = (&self.places[here], &other.places[there]);
            if here.name != there.name {
                return false;
            }
            (own, others) = (here.parent, there.parent);
        }
        own == others
    }

    fn under(&mut self, name: Name<'a>, part: impl FnOnce(&mut Self)) {
        let outside = self.here;
        self.places.push(PlaceIn { parent: outside, name });
        self.here = Some(self.places.len() - 1);
        part(self);
        self.here = outside;
    }

    fn push(&mut self, kind: ItemKind<'a>) {
        self.items.push(Item { place: self.here, kind });
    }
}

impl<'a> From<View<'a>> for Result<View<'a>, ViewError> {
    fn from(view: View<'a>) -> Self {
        Ok(view)
    }
}

impl<'a> From<View<'a>> for Leaves<'a> {
    /// The leaves of a value that is this array.
    fn from(view: View<'a>) -> Self {
        let mut leaves = Self::default();
        leaves.view(view);
        leaves
    }
}

impl fmt::Display for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Len(len) => write!(f, "len {len}"),
            Self::Shape(shape) => write!(f, "shape {shape:?}"),
        }
    }
}

impl ItemKind<'_> {
    /// What it is, for the reader of a mismatch of structure.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Array(view) => format!("an array {}{:?}", view.dtype(), view.shape),
            Self::Broken(_) => "an array".to_owned(),
            Self::Text(text) => quoted(text),
            Self::Opaque(value) => value.describe(),
            Self::Keys(keys) => format!("{} of {} {}", keys.what().name(), keys.len(), keys.what().plural()),
            Self::Note(text) => quoted(text),
            Self::Structure(structure) => structure.to_string(),
        }
    }

    /// What a word such as `Err` is about, where that is short.
    pub(super) fn about(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Note(text) => Some(quoted(text)),
            Self::Opaque(value) => Some(value.describe()),
            _ => None,
        }
    }

    pub(super) fn same_structure(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Structure(own), Self::Structure(other)) => own == other,
            (Self::Array(_) | Self::Broken(_), Self::Array(_) | Self::Broken(_)) => true,
            (Self::Text(_), Self::Text(_)) | (Self::Note(_), Self::Note(_)) => true,
            (Self::Opaque(own), Self::Opaque(other)) => own.same_type(*other),
            // Which ones differ is asked next.
            (Self::Keys(own), Self::Keys(other)) => own.what() == other.what(),
            _ => false,
        }
    }
}

/// The index of the element at `at` in row-major order; the shape holds it.
pub(super) fn index_of(at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    write_index(at, shape, &mut index);
    index
}

/// Writes it.
pub(super) fn write_index(mut at: usize, shape: &[usize], index: &mut [usize]) {
    for (dim, here) in shape.iter().zip(index).rev() {
        *here = at % dim.max(&1);
        at /= dim.max(&1);
    }
}
