//! Methods of texts.

use super::{Side, capitalized, lines, padded, replaced, stripped};
use crate::jinja::fault::{Fault, Result, fail};
use crate::jinja::lexer::is_space;
use crate::jinja::memory::{Buffer, Items};
use crate::jinja::predicates::{is_lower, is_upper};
use crate::jinja::run::{Given, Run};
use crate::jinja::value::Value;

impl Run<'_> {
    pub(super) fn text_method(&mut self, text: &str, name: &str, given: Given) -> Result<Value> {
        self.spend(text.len() as u64 / 16)?;
        match name {
            "strip" | "lstrip" | "rstrip" => {
                let [chars] = given.bind(name, ["chars"])?;
                let chars = optional_text(name, chars.as_ref())?;
                Value::text(stripped(text, chars, name != "rstrip", name != "lstrip"))
            }
            "split" | "rsplit" => {
                let [separator, most] = given.bind(name, ["sep", "maxsplit"])?;
                let most = most.as_ref().and_then(Value::as_int).and_then(|most| usize::try_from(most).ok());
                match optional_text(name, separator.as_ref())? {
                    Some("") => fail(format_args!("`{name}` needs a separator that is not empty")),
                    separator => split(text, separator, most, name == "rsplit"),
                }
            }
            "splitlines" => {
                let [keep] = given.bind(name, ["keepends"])?;
                let keep = keep.is_some_and(|keep| keep.is_true());
                let mut made = Items::new();
                for (line, end) in lines(text) {
                    let mut whole = Buffer::default();
                    whole.push(line)?;
                    whole.push(if keep { end } else { "" })?;
                    made.push(whole.into())?;
                }
                Value::list(made.into_parts().0)
            }
            "startswith" | "endswith" => {
                let [part, start, end] = given.bind(name, ["prefix", "start", "end"])?;
                let text = within(text, start.as_ref(), end.as_ref()).1;
                let part = part.ok_or_else(|| Fault::new(format_args!("`{name}` needs a text")))?;
                let parts = match &part {
                    Value::Tuple(parts) => parts.items.clone(),
                    _ => vec![part],
                };
                let mut found = false;
                for part in &parts {
                    let part = needed(name, Some(part))?;
                    found |= if name == "startswith" { text.starts_with(part) } else { text.ends_with(part) };
                }
                Ok(Value::Bool(found))
            }
            "removeprefix" | "removesuffix" => {
                let [part] = given.bind(name, ["prefix"])?;
                let part = needed(name, part.as_ref())?;
                let kept = if name == "removeprefix" { text.strip_prefix(part) } else { text.strip_suffix(part) };
                Value::text(kept.unwrap_or(text))
            }
            "replace" => {
                let [old, new, count] = given.bind(name, ["old", "new", "count"])?;
                let count = count.as_ref().and_then(Value::as_int).unwrap_or(-1);
                replaced(text, needed(name, old.as_ref())?, needed(name, new.as_ref())?, count)
            }
            "find" | "rfind" | "index" | "rindex" | "count" => {
                let [part, start, end] = given.bind(name, ["sub", "start", "end"])?;
                let (before, text) = within(text, start.as_ref(), end.as_ref());
                let part = needed(name, part.as_ref())?;
                if name == "count" {
                    return Ok(Value::Int(text.matches(part).count() as i64));
                }
                let found = if name.starts_with('r') { text.rfind(part) } else { text.find(part) };
                match found {
                    Some(at) => Ok(Value::Int((before + text[..at].chars().count()) as i64)),
                    None if name.ends_with("find") => Ok(Value::Int(-1)),
                    None => fail(format_args!("`{name}`: the text does not hold the other one")),
                }
            }
            "partition" | "rpartition" => {
                let [separator] = given.bind(name, ["sep"])?;
                let separator = needed(name, separator.as_ref())?;
                if separator.is_empty() {
                    return fail(format_args!("`{name}` needs a separator that is not empty"));
                }
                let found = if name == "partition" { text.split_once(separator) } else { text.rsplit_once(separator) };
                let parts = match (found, name) {
                    (Some((left, right)), _) => [left, separator, right],
                    (None, "partition") => [text, "", ""],
                    (None, _) => ["", "", text],
                };
                let parts = parts.into_iter().map(Value::text).collect::<Result<Vec<_>>>()?;
                Value::tuple(parts)
            }
            "join" => {
                let [items] = given.bind(name, ["iterable"])?;
                let items = items.ok_or_else(|| Fault::new("`join` needs what it joins"))?;
                let mut made = Buffer::default();
                for (at, item) in self.iterate(&items)?.items.iter().enumerate() {
                    self.spend(1)?;
                    if at > 0 {
                        made.push(text)?;
                    }
                    made.push(needed(name, Some(item))?)?;
                }
                Ok(made.into())
            }
            "ljust" | "rjust" | "center" => {
                let [width, fill] = given.bind(name, ["width", "fillchar"])?;
                let width = width.as_ref().and_then(Value::as_int);
                let width = width.ok_or_else(|| Fault::new(format_args!("`{name}` needs a width")))?;
                let fill = optional_text(name, fill.as_ref())?.unwrap_or(" ");
                let side = match name {
                    "ljust" => Side::Right,
                    "rjust" => Side::Left,
                    _ => Side::Both,
                };
                if fill.chars().count() != 1 {
                    return fail(format_args!("`{name}` fills with one character, not {}", fill.chars().count()));
                }
                padded(text, width, fill, side)
            }
            "zfill" => {
                let [width] = given.bind(name, ["width"])?;
                let width =
                    width.as_ref().and_then(Value::as_int).ok_or_else(|| Fault::new("`zfill` needs a width"))?;
                let sign = text.starts_with(['-', '+']);
                let filled = padded(&text[usize::from(sign)..], width - i64::from(sign), "0", Side::Left)?;
                let mut made = Buffer::default();
                made.push(&text[..usize::from(sign)])?;
                made.push(filled.as_text().unwrap_or_default())?;
                Ok(made.into())
            }
            "expandtabs" => {
                let [size] = given.bind(name, ["tabsize"])?;
                expanded(text, size.as_ref().and_then(Value::as_int).unwrap_or(8).max(0))
            }
            "format" => self.str_format(text, given),
            _ => {
                let [] = given.bind(name, [])?;
                simple(text, name)
            }
        }
    }
}

fn simple(text: &str, name: &str) -> Result<Value> {
    let all = |is: fn(char) -> bool| Ok(Value::Bool(!text.is_empty() && text.chars().all(is)));
    match name {
        "upper" => Value::owned(text.to_uppercase()),
        "lower" | "casefold" => {
            Value::owned(if name == "casefold" { text.replace('ß', "ss") } else { text.to_owned() }.to_lowercase())
        }
        "capitalize" => Value::owned(capitalized(text)),
        "title" => Value::owned(title(text)),
        "swapcase" => {
            let swap = |c: char| -> String {
                if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
            };
            Value::owned(text.chars().map(swap).collect())
        }
        "isalnum" => all(char::is_alphanumeric),
        "isalpha" => all(char::is_alphabetic),
        "isascii" => Ok(Value::Bool(text.is_ascii())),
        "isdecimal" | "isdigit" => all(|c| c.is_ascii_digit()),
        "isnumeric" => all(char::is_numeric),
        "isspace" => all(is_space),
        "islower" => Ok(Value::Bool(is_lower(text))),
        "isupper" => Ok(Value::Bool(is_upper(text))),
        "istitle" => Ok(Value::Bool(text.chars().any(char::is_alphabetic) && title(text) == text)),
        "isprintable" => Ok(Value::Bool(!text.chars().any(char::is_control))),
        _ => {
            let mut chars = text.chars();
            let begins = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
            Ok(Value::Bool(begins && chars.all(|c| c == '_' || c.is_alphanumeric())))
        }
    }
}

/// Each run of letters with a large one first.
fn title(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            made.extend(c.to_lowercase());
        } else {
            made.extend(c.to_uppercase());
        }
        in_word = c.is_alphabetic();
    }
    made
}

fn needed<'a>(name: &str, value: Option<&'a Value>) -> Result<&'a str> {
    let value = value.ok_or_else(|| Fault::new(format_args!("`{name}` needs a text")))?;
    value.defined()?;
    value.as_text().ok_or_else(|| Fault::new(format_args!("`{name}` needs a text, not {}", value.kind())))
}

fn optional_text<'a>(name: &str, value: Option<&'a Value>) -> Result<Option<&'a str>> {
    match value {
        None | Some(Value::None) => Ok(None),
        value => needed(name, value).map(Some),
    }
}

/// The part of a text from one character to another one, and how many characters come before it.
fn within<'a>(text: &'a str, start: Option<&Value>, end: Option<&Value>) -> (usize, &'a str) {
    let (start, end) = (start.and_then(Value::as_int), end.and_then(Value::as_int));
    if start.is_none() && end.is_none() {
        return (0, text);
    }
    let count = text.chars().count() as i64;
    let place = |at: i64| if at < 0 { at.saturating_add(count).max(0) } else { at.min(count) } as usize;
    let (start, end) = (place(start.unwrap_or(0)), place(end.unwrap_or(count)));
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    (start, text.get(byte(start)..byte(end)).unwrap_or_default())
}

fn split(text: &str, separator: Option<&str>, most: Option<usize>, from_right: bool) -> Result<Value> {
    let mut made = Items::new();
    let limit = most.map_or(usize::MAX, |most| most.saturating_add(1));
    match separator {
        Some(separator) if from_right => {
            for part in text.rsplitn(limit, separator) {
                made.push(Value::text(part)?)?;
            }
            made.as_mut_slice().reverse();
        }
        Some(separator) => {
            for part in text.splitn(limit, separator) {
                made.push(Value::text(part)?)?;
            }
        }
        None if from_right => {
            let mut rest = text.trim_end_matches(is_space);
            while !rest.is_empty() && made.len() + 1 < limit {
                let Some((at, c)) = rest.char_indices().rev().find(|(_, c)| is_space(*c)) else { break };
                made.push(Value::text(&rest[at + c.len_utf8()..])?)?;
                rest = rest[..at].trim_end_matches(is_space);
            }
            if !rest.trim_start_matches(is_space).is_empty() {
                let rest = if made.len() + 1 < limit { rest.trim_start_matches(is_space) } else { rest };
                made.push(Value::text(rest)?)?;
            }
            made.as_mut_slice().reverse();
        }
        None => {
            let mut rest = text.trim_start_matches(is_space);
            while !rest.is_empty() {
                if made.len() + 1 == limit {
                    made.push(Value::text(rest)?)?;
                    break;
                }
                let end = rest.find(is_space).unwrap_or(rest.len());
                made.push(Value::text(&rest[..end])?)?;
                rest = rest[end..].trim_start_matches(is_space);
            }
        }
    }
    Value::list(made.into_parts().0)
}

fn expanded(text: &str, size: i64) -> Result<Value> {
    let mut made = Buffer::default();
    let mut column = 0_i64;
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let more = size - column % size;
                made.fill(" ", usize::try_from(more).unwrap_or(usize::MAX))?;
                column = column.saturating_add(more);
            }
            '\t' => (),
            _ => {
                made.push(c.encode_utf8(&mut [0; 4]))?;
                column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    Ok(made.into())
}
