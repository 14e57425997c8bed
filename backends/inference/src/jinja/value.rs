//! What a template computes with: Python's values, as far as templates have them.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;
use std::sync::Arc;

use super::ast::{For, Macro};
use super::fault::{Fault, Result, fail};
use super::limits;
use super::memory::{Buffer, Held, Items};

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// What a name or an item is that does not exist, and what is said where it is used.
    Undefined(Rc<str>),
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
    List(Rc<List>),
    Tuple(Rc<List>),
    Dict(Rc<Dict>),
    /// What a filter makes one after the other, which is true even when it is empty.
    Lazy(Rc<List>),
    /// The number of a namespace among all of a run. A namespace can hold itself, so that no value owns one.
    Namespace(usize),
    Global(Global),
    Macro(Rc<Closure>),
    Method(Rc<(Value, Arc<str>)>),
    Loop(Rc<Loop>),
    /// What `cycler` and `joiner` make.
    Cycler(Rc<Cycler>),
}

/// A text: the template's own, or one that was made.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Given(Arc<str>),
    Made(Rc<(String, Held)>),
}

/// The elements of a list or a tuple.
#[derive(Debug)]
pub(super) struct List {
    pub items: Vec<Value>,
    depth: usize,
    weight: u64,
    _held: Held,
}

/// The entries of a dictionary, in the order in which they were added.
#[derive(Debug)]
pub(super) struct Dict {
    pub entries: Vec<(Value, Value)>,
    depth: usize,
    weight: u64,
    _held: Held,
}

/// A function that templates have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    Range,
    Dict,
    Namespace,
    Cycler,
    Joiner,
    RaiseException,
    StrftimeNow,
}

/// A macro, or the body of a `call`, and the scope that it was defined in.
#[derive(Debug)]
pub(super) struct Closure {
    pub code: Arc<Macro>,
    pub scope: usize,
}

/// `loop`.
#[derive(Debug)]
pub(super) struct Loop {
    pub items: Rc<List>,
    pub index: usize,
    pub depth: usize,
    /// The number of what `changed` was called with, among all of a run: it can be the loop itself.
    pub changed: usize,
    /// What a recursive loop does again.
    pub code: Option<(Arc<For>, usize)>,
}

/// Gives its items out one after the other; a joiner gives nothing the first time.
#[derive(Debug)]
pub(super) struct Cycler {
    pub items: Rc<List>,
    pub at: RefCell<usize>,
    pub is_joiner: bool,
}

impl Text {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Given(text) => text,
            Self::Made(made) => &made.0,
        }
    }
}

impl From<Buffer> for Value {
    fn from(buffer: Buffer) -> Self {
        Self::Text(Text::Made(Rc::new(buffer.into_parts())))
    }
}

impl Value {
    pub fn undefined(message: impl std::fmt::Display) -> Self {
        Self::Undefined(message.to_string().into())
    }

    pub fn given(text: &Arc<str>) -> Self {
        Self::Text(Text::Given(text.clone()))
    }

    pub fn text(text: &str) -> Result<Self> {
        let mut buffer = Buffer::default();
        buffer.push(text)?;
        Ok(buffer.into())
    }

    /// A text that is already made.
    pub fn owned(text: String) -> Result<Self> {
        if text.len() > limits::get().text {
            return Err(Fault::limit("bytes in a text", text.len(), limits::get().text));
        }
        let held = Held::new(text.len())?;
        Ok(Self::Text(Text::Made(Rc::new((text, held)))))
    }

    pub fn list(items: impl IntoIterator<Item = Self>) -> Result<Self> {
        Ok(Self::List(Rc::new(List::new(items)?)))
    }

    pub fn tuple(items: impl IntoIterator<Item = Self>) -> Result<Self> {
        Ok(Self::Tuple(Rc::new(List::new(items)?)))
    }

    pub fn lazy(items: impl IntoIterator<Item = Self>) -> Result<Self> {
        Ok(Self::Lazy(Rc::new(List::new(items)?)))
    }

    pub fn dict(entries: impl IntoIterator<Item = (Self, Self)>) -> Result<Self> {
        Ok(Self::Dict(Rc::new(Dict::new(entries)?)))
    }

    /// How many lists and dictionaries are in one another.
    fn depth(&self) -> usize {
        match self {
            Self::List(list) | Self::Tuple(list) | Self::Lazy(list) => list.depth,
            Self::Dict(dict) => dict.depth,
            Self::Method(method) => 1 + method.0.depth(),
            Self::Loop(the_loop) => 1 + the_loop.items.depth,
            Self::Cycler(cycler) => 1 + cycler.items.depth,
            _ => 0,
        }
    }

    /// What errors call the kind of this value.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Undefined(_) => "undefined",
            Self::None => "none",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a float",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Lazy(_) => "a generator",
            Self::Dict(_) => "a dictionary",
            Self::Namespace(_) => "a namespace",
            Self::Global(_) | Self::Method(_) => "a function",
            Self::Macro(_) => "a macro",
            Self::Loop(_) => "a loop",
            Self::Cycler(_) => "a cycler",
        }
    }

    pub fn is_true(&self) -> bool {
        match self {
            Self::Undefined(_) | Self::None => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => !text.as_str().is_empty(),
            Self::List(list) | Self::Tuple(list) => !list.items.is_empty(),
            Self::Dict(dict) => !dict.entries.is_empty(),
            _ => true,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The number of a whole number or a truth value.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Bool(truth) => Some(i64::from(*truth)),
            _ => None,
        }
    }

    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            _ => self.as_int().map(|number| number as f64),
        }
    }

    /// An error for what does not exist.
    pub fn defined(&self) -> Result<()> {
        match self {
            Self::Undefined(message) => fail(format_args!("undefined value: {message}")),
            _ => Ok(()),
        }
    }

    /// Python's `==`.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined(_), Self::Undefined(_)) | (Self::None, Self::None) => true,
            (Self::Text(a), Self::Text(b)) => a.as_str() == b.as_str(),
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => {
                a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| a.equals(b))
            }
            (Self::Dict(a), Self::Dict(b)) => {
                let has = |(key, value): &(Self, Self)| b.get(key).is_some_and(|other| value.equals(other));
                a.entries.len() == b.entries.len() && a.entries.iter().all(has)
            }
            (Self::Lazy(a), Self::Lazy(b)) => Rc::ptr_eq(a, b),
            (Self::Namespace(a), Self::Namespace(b)) => a == b,
            (Self::Global(a), Self::Global(b)) => a == b,
            (Self::Macro(a), Self::Macro(b)) => Rc::ptr_eq(a, b),
            (Self::Loop(a), Self::Loop(b)) => Rc::ptr_eq(a, b),
            _ => match (self.as_int(), other.as_int()) {
                (Some(a), Some(b)) => a == b,
                _ => matches!((self.as_float(), other.as_float()), (Some(a), Some(b)) if a == b),
            },
        }
    }

    /// How many steps it takes at most to compare this with another value. A list can hold another one many times, and that one
    /// the next, so that this is more than there is memory.
    pub fn weight(&self) -> u64 {
        match self {
            Self::Text(text) => 1 + text.as_str().len() as u64 / 512,
            Self::List(list) | Self::Tuple(list) => list.weight,
            Self::Dict(dict) => dict.weight,
            _ => 1,
        }
    }

    /// Python's order; what has none is an error.
    pub fn order(&self, other: &Self) -> Result<Ordering> {
        self.defined()?;
        other.defined()?;
        let order = match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.as_str().cmp(b.as_str())),
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => {
                for (a, b) in a.items.iter().zip(&b.items) {
                    if !a.equals(b) {
                        return a.order(b);
                    }
                }
                Some(a.items.len().cmp(&b.items.len()))
            }
            _ => match (self.as_int(), other.as_int()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => match (self.as_float(), other.as_float()) {
                    // Not a number comes before everything, so that sorting has an order.
                    (Some(a), Some(b)) => Some(a.partial_cmp(&b).unwrap_or(Ordering::Greater)),
                    _ => None,
                },
            },
        };
        order.ok_or_else(|| Fault::new(format_args!("{} and {} have no order", self.kind(), other.kind())))
    }
}

impl List {
    pub fn new(items: impl IntoIterator<Item = Value>) -> Result<Self> {
        let mut made = Items::new();
        let (mut depth, mut weight) = (0, 1_u64);
        for item in items {
            depth = depth.max(item.depth());
            weight = weight.saturating_add(item.weight());
            made.push(item)?;
        }
        let (items, held) = made.into_parts();
        Ok(Self { items, depth: deeper(depth)?, weight, _held: held })
    }

    pub fn get(&self, index: i64) -> Option<&Value> {
        let at = if index < 0 { self.items.len().checked_sub(index.unsigned_abs() as usize)? } else { index as usize };
        self.items.get(at)
    }
}

impl Dict {
    /// Of entries of which the last one of a key counts, in the place of the first.
    pub fn new(entries: impl IntoIterator<Item = (Value, Value)>) -> Result<Self> {
        let mut made: Items<(Value, Value)> = Items::new();
        let mut places: HashMap<Key, usize> = HashMap::new();
        let (mut depth, mut weight) = (0, 1_u64);
        for (key, value) in entries {
            depth = depth.max(value.depth()).max(key.depth());
            weight = weight.saturating_add(key.weight()).saturating_add(value.weight());
            match places.entry(key.hash()?) {
                Entry::Occupied(place) => {
                    made.as_mut_slice()[*place.get()].1 = value;
                }
                Entry::Vacant(place) => {
                    place.insert(made.len());
                    made.push((key, value))?;
                }
            }
        }
        let (entries, held) = made.into_parts();
        // Each key is sought among all.
        let weight = weight.saturating_add((entries.len() as u64).pow(2) / 8);
        Ok(Self { entries, depth: deeper(depth)?, weight, _held: held })
    }

    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.entries.iter().find(|(own, _)| own.equals(key)).map(|(_, value)| value)
    }

    pub fn named(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|(own, _)| own.as_text() == Some(name)).map(|(_, value)| value)
    }
}

fn deeper(depth: usize) -> Result<usize> {
    if depth >= limits::get().value {
        return Err(Fault::limit("levels in a value", depth + 1, limits::get().value));
    }
    Ok(depth + 1)
}

/// What two keys have in common when they are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    None,
    Int(i64),
    Float(u64),
    Text(String),
    Tuple(Vec<Key>),
}

impl Value {
    /// What a dictionary finds the value by.
    pub fn hash(&self) -> Result<Key> {
        /// The weight that a key may have.
        const MOST: u64 = 1 << 20;
        if self.weight() > MOST {
            return Err(Fault::limit("parts of a key", self.weight(), MOST));
        }
        Ok(match self {
            Self::None => Key::None,
            Self::Bool(_) | Self::Int(_) => Key::Int(self.as_int().unwrap_or_default()),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Key::Int(*number as i64),
            Self::Float(number) => Key::Float(number.to_bits()),
            Self::Text(text) => Key::Text(text.as_str().to_owned()),
            Self::Tuple(list) => Key::Tuple(list.items.iter().map(Self::hash).collect::<Result<_>>()?),
            _ => return fail(format_args!("{} cannot be the key of a dictionary", self.kind())),
        })
    }
}
