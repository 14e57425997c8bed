//! Values out of JSON, in the order in which it has them, and as JSON.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fault::{Result, fail};
use super::limits;
use super::memory::Buffer;
use super::run::Run;
use super::show::float;
use super::value::Value;

/// Data that a template is given. It can go from one thread to another, which values cannot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Data>),
    /// In the order of the file.
    Dict(Vec<(String, Data)>),
}

impl Data {
    pub(super) fn value(&self) -> Result<Value> {
        Ok(match self {
            Self::None => Value::None,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(number) => Value::Int(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Text(text) => Value::text(text)?,
            Self::List(items) => Value::list(items.iter().map(Self::value).collect::<Result<Vec<_>>>()?)?,
            Self::Dict(entries) => {
                let entry = |(key, value): &(String, Self)| Ok((Value::text(key)?, value.value()?));
                Value::dict(entries.iter().map(entry).collect::<Result<Vec<_>>>()?)?
            }
        })
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Reader.deserialize(deserializer)
    }
}

struct Reader;

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Data, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with whole numbers of at most 64 bits")
    }

    fn visit_unit<E>(self) -> std::result::Result<Data, E> {
        Ok(Data::None)
    }

    fn visit_bool<E>(self, truth: bool) -> std::result::Result<Data, E> {
        Ok(Data::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Data, E> {
        Ok(Data::Int(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> std::result::Result<Data, E> {
        i64::try_from(number).map(Data::Int).map_err(|_| E::custom(format_args!("{number} has more than 64 bits")))
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Data, E> {
        Ok(Data::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Data, E> {
        Ok(Data::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Data, A::Error> {
        let mut made = Vec::new();
        while let Some(item) = items.next_element()? {
            made.push(item);
        }
        Ok(Data::List(made))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Data, A::Error> {
        let mut made = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            made.push(entry);
        }
        Ok(Data::Dict(made))
    }
}

/// How `tojson` writes: the arguments of Python's `json.dumps`.
pub(super) struct Style {
    pub ascii: bool,
    /// What each level is indented by.
    pub indent: Option<String>,
    pub item: String,
    pub key: String,
    pub sorted: bool,
}

impl Run<'_> {
    /// A value as JSON.
    pub(super) fn json(&mut self, value: &Value, style: &Style, into: &mut Buffer, depth: usize) -> Result<()> {
        self.spend(1)?;
        match value {
            Value::None => into.push("null"),
            Value::Bool(truth) => into.push(if *truth { "true" } else { "false" }),
            Value::Int(number) => into.push(&number.to_string()),
            Value::Float(number) => into.push(&json_float(*number)),
            Value::Text(text) => {
                self.spend(text.as_str().len() as u64 / 16)?;
                json_text(text.as_str(), style.ascii, into)
            }
            Value::List(list) | Value::Tuple(list) => {
                if list.items.is_empty() {
                    return into.push("[]");
                }
                into.push("[")?;
                for (at, item) in list.items.iter().enumerate() {
                    separate(style, into, at, depth + 1)?;
                    self.json(item, style, into, depth + 1)?;
                }
                line(style, into, depth)?;
                into.push("]")
            }
            Value::Dict(dict) => {
                if dict.entries.is_empty() {
                    return into.push("{}");
                }
                let mut entries: Vec<_> = dict.entries.iter().collect();
                if style.sorted {
                    self.spend(dict.entries.iter().map(|(key, _)| key.weight()).sum())?;
                    entries = self.sorted(entries, &|a, b| a.0.order(&b.0))?;
                }
                into.push("{")?;
                for (at, (key, value)) in entries.into_iter().enumerate() {
                    separate(style, into, at, depth + 1)?;
                    match key {
                        Value::Text(text) => json_text(text.as_str(), style.ascii, into)?,
                        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                            into.push("\"")?;
                            self.json(key, style, into, depth)?;
                            into.push("\"")?;
                        }
                        other => return fail(format_args!("tojson: {} cannot be a key of JSON", other.kind())),
                    }
                    into.push(&style.key)?;
                    self.json(value, style, into, depth + 1)?;
                }
                line(style, into, depth)?;
                into.push("}")
            }
            Value::Undefined(message) => fail(format_args!("tojson: undefined value: {message}")),
            other => fail(format_args!("tojson: {} cannot be written as JSON", other.kind())),
        }
    }

    /// The items in the order of their keys, equal ones as they were. Python's order of floats need not be one, for which the
    /// standard library's sort may panic: this one only compares.
    pub(super) fn sorted<T: Clone>(
        &mut self,
        items: Vec<T>,
        order: &dyn Fn(&T, &T) -> Result<Ordering>,
    ) -> Result<Vec<T>> {
        self.spend(items.len() as u64)?;
        if items.len() < 2 {
            return Ok(items);
        }
        let (left, right) = items.split_at(items.len() / 2);
        let (left, right) = (self.sorted(left.to_vec(), order)?, self.sorted(right.to_vec(), order)?);
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        let mut made = Vec::with_capacity(items.len());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let first = if order(b, a)? == Ordering::Less { right.next() } else { left.next() };
            made.extend(first);
        }
        made.extend(left.chain(right));
        Ok(made)
    }
}

fn separate(style: &Style, into: &mut Buffer, at: usize, depth: usize) -> Result<()> {
    if at > 0 {
        into.push(&style.item)?;
    }
    line(style, into, depth)
}

fn line(style: &Style, into: &mut Buffer, depth: usize) -> Result<()> {
    let Some(indent) = &style.indent else { return Ok(()) };
    into.push("\n")?;
    into.fill(indent, depth.min(limits::get().value))
}

fn json_float(number: f64) -> String {
    match float(number).as_str() {
        "nan" => "NaN".to_owned(),
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        other => other.to_owned(),
    }
}

fn json_text(text: &str, ascii: bool, into: &mut Buffer) -> Result<()> {
    let mut made = String::from('"');
    for c in text.chars() {
        match c {
            '"' => made.push_str("\\\""),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            '\u{8}' => made.push_str("\\b"),
            '\u{c}' => made.push_str("\\f"),
            _ if c < ' ' || ascii && c > '~' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    made.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => made.push(c),
        }
        if made.len() > 4096 {
            into.push(&made)?;
            made.clear();
        }
    }
    made.push('"');
    into.push(&made)
}
