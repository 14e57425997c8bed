//! Methods of values: Python's, as far as the sandbox allows them.

mod text;

use std::rc::Rc;
use std::sync::Arc;

use super::fault::{Fault, Result, fail};
use super::lexer::is_space;
use super::limits;
use super::memory::Buffer;
use super::run::{Given, Run};
use super::value::Value;

const TEXT: [&str; 43] = [
    "capitalize",
    "casefold",
    "center",
    "count",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
];
const DICT: [&str; 6] = ["items", "keys", "values", "get", "copy", "fromkeys"];
const LIST: [&str; 3] = ["index", "count", "copy"];
/// What would change a value that the template was given.
const CHANGING: [&str; 13] = [
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "add",
    "discard",
];

impl Run<'_> {
    /// The method of this name, if the value has one.
    pub(super) fn method_of(&mut self, of: &Value, name: &Arc<str>) -> Result<Option<Value>> {
        let known: &[&str] = match of {
            Value::Text(_) => &TEXT,
            Value::Dict(_) => &DICT,
            Value::List(_) => &LIST,
            Value::Tuple(_) => &LIST[..2],
            Value::Loop(_) => &["cycle", "changed"],
            Value::Cycler(cycler) if !cycler.is_joiner => &["next", "reset"],
            Value::Global(super::value::Global::Dict) => &["fromkeys"],
            _ => &[],
        };
        if known.contains(&&**name) {
            return Ok(Some(Value::Method(Rc::new((of.clone(), name.clone())))));
        }
        if matches!(of, Value::List(_)) && CHANGING.contains(&&**name) {
            return fail(format_args!(
                "{} has `{name}`, which a template may not call: values do not change",
                of.kind()
            ));
        }
        if let Value::Dict(dict) = of
            && CHANGING.contains(&&**name)
            && dict.named(name).is_none()
        {
            return fail(format_args!(
                "{} has `{name}`, which a template may not call: values do not change",
                of.kind()
            ));
        }
        Ok(None)
    }

    pub(super) fn method(&mut self, of: &Value, name: &str, given: Given) -> Result<Value> {
        self.spend(1)?;
        match of {
            Value::Text(text) => self.text_method(text.as_str(), name, given),
            Value::Dict(dict) => {
                self.spend(dict.entries.len() as u64 / 8)?;
                match name {
                    "items" => {
                        let [] = given.bind(name, [])?;
                        self.spend(dict.entries.len() as u64)?;
                        let pairs = dict.entries.iter().map(|(key, value)| Value::tuple([key.clone(), value.clone()]));
                        let pairs = pairs.collect::<Result<Vec<_>>>()?;
                        Value::list(pairs)
                    }
                    "keys" => {
                        let [] = given.bind(name, [])?;
                        Value::list(dict.entries.iter().map(|(key, _)| key.clone()))
                    }
                    "values" => {
                        let [] = given.bind(name, [])?;
                        Value::list(dict.entries.iter().map(|(_, value)| value.clone()))
                    }
                    "get" => {
                        let [key, default] = given.bind(name, ["key", "default"])?;
                        let key = key.ok_or_else(|| Fault::new("`get` needs a key"))?;
                        key.hash()?;
                        Ok(dict.get(&key).cloned().unwrap_or_else(|| default.unwrap_or(Value::None)))
                    }
                    "copy" => {
                        let [] = given.bind(name, [])?;
                        Ok(of.clone())
                    }
                    _ => self.keyed(given),
                }
            }
            Value::List(list) | Value::Tuple(list) => {
                if name == "copy" {
                    let [] = given.bind(name, [])?;
                    return Ok(of.clone());
                }
                let [sought] = given.bind(name, ["value"])?;
                let sought = sought.ok_or_else(|| Fault::new(format_args!("`{name}` needs a value")))?;
                let mut found = Vec::new();
                for (at, item) in list.items.iter().enumerate() {
                    if self.same(item, &sought)? {
                        found.push(at);
                    }
                }
                match (name, found.first()) {
                    ("count", _) => Ok(Value::Int(found.len() as i64)),
                    (_, Some(first)) => Ok(Value::Int(*first as i64)),
                    (_, None) => fail("the list does not hold the value whose index is wanted"),
                }
            }
            Value::Loop(the_loop) if name == "cycle" => {
                let count = given.positional.len();
                if count == 0 {
                    return fail("`cycle` needs at least one value");
                }
                Ok(given.positional[the_loop.index % count].clone())
            }
            Value::Loop(the_loop) => {
                let now = Value::tuple(given.positional)?;
                let before = self.changed[the_loop.changed].clone();
                let is_same = match before {
                    Some(before) => self.same(&before, &now)?,
                    None => false,
                };
                self.changed[the_loop.changed] = Some(now);
                Ok(Value::Bool(!is_same))
            }
            Value::Cycler(cycler) => {
                let [] = given.bind(name, [])?;
                let at = *cycler.at.borrow();
                if name == "reset" {
                    *cycler.at.borrow_mut() = 0;
                    return Ok(Value::None);
                }
                *cycler.at.borrow_mut() = (at + 1) % cycler.items.items.len();
                Ok(cycler.items.items[at].clone())
            }
            Value::Global(_) => self.keyed(given),
            _ => fail(format_args!("{} has no method `{name}`", of.kind())),
        }
    }

    fn keyed(&mut self, given: Given) -> Result<Value> {
        let [keys, value] = given.bind("fromkeys", ["iterable", "value"])?;
        let keys = keys.ok_or_else(|| Fault::new("`fromkeys` needs keys"))?;
        let value = value.unwrap_or(Value::None);
        let keys = self.iterate(&keys)?;
        self.spend(keys.items.len() as u64)?;
        Value::dict(keys.items.iter().map(|key| (key.clone(), value.clone())))
    }
}

/// On which side a text is filled up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Both,
}

/// A text of at least this many characters.
pub(super) fn padded(text: &str, width: i64, fill: &str, side: Side) -> Result<Value> {
    let length = text.chars().count() as i64;
    let missing = width.saturating_sub(length).max(0);
    if missing > limits::get().text as i64 {
        return Err(Fault::limit("bytes in a text", width, limits::get().text));
    }
    let left = match side {
        Side::Left => missing,
        Side::Right => 0,
        // Where Python puts the odd one.
        Side::Both => missing / 2 + (missing & width & 1),
    };
    let mut made = Buffer::default();
    made.fill(fill, left as usize)?;
    made.push(text)?;
    made.fill(fill, (missing - left) as usize)?;
    Ok(made.into())
}

/// A text without these characters, or without white space, at its ends.
pub(super) fn stripped<'a>(text: &'a str, chars: Option<&str>, left: bool, right: bool) -> &'a str {
    let goes = |c: char| chars.map_or_else(|| is_space(c), |chars| chars.contains(c));
    let text = if left { text.trim_start_matches(goes) } else { text };
    if right { text.trim_end_matches(goes) } else { text }
}

/// Python's `str.replace`; a negative count is all.
pub(super) fn replaced(text: &str, old: &str, new: &str, count: i64) -> Result<Value> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut made = Buffer::default();
    let mut done = 0;
    for (at, _) in text.match_indices(old).take(count) {
        made.push(&text[done..at])?;
        made.push(new)?;
        done = at + old.len();
    }
    made.push(&text[done..])?;
    Ok(made.into())
}

/// The first character large, the others small.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    first + &chars.as_str().to_lowercase()
}

/// Whether Python ends a line with this character.
pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lines of a text, each with what ends it.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (end, length) = match rest.char_indices().find(|(_, c)| is_line_end(*c)) {
            Some((at, _)) if rest[at..].starts_with("\r\n") => (at, 2),
            Some((at, c)) => (at, c.len_utf8()),
            None => (rest.len(), 0),
        };
        let (line, after) = rest.split_at(end);
        let (end, after) = after.split_at(length);
        rest = after;
        Some((line, end))
    })
}
