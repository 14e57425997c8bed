//! Values as text: Python's `str` and `repr`.

use super::fault::{Fault, Result};
use super::limits;
use super::memory::Buffer;
use super::run::Run;
use super::value::{Global, Value};

impl Run<'_> {
    /// Python's `str`.
    pub(super) fn show(&mut self, value: &Value, into: &mut Buffer) -> Result<()> {
        match value {
            Value::Undefined(_) => Ok(()),
            Value::Text(text) => {
                self.spend(1 + text.as_str().len() as u64 / 512)?;
                into.push(text.as_str())
            }
            _ => self.repr(value, into, 0),
        }
    }

    pub(super) fn shown(&mut self, value: &Value) -> Result<Value> {
        if let Value::Text(_) = value {
            return Ok(value.clone());
        }
        let mut buffer = Buffer::default();
        self.show(value, &mut buffer)?;
        Ok(buffer.into())
    }

    /// Python's `repr`. A namespace can hold itself, so that the depth is counted.
    pub(super) fn repr(&mut self, value: &Value, into: &mut Buffer, depth: usize) -> Result<()> {
        self.spend(1)?;
        if depth > limits::get().value {
            return Err(Fault::limit("levels in a value", depth, limits::get().value));
        }
        match value {
            Value::Undefined(_) => into.push("Undefined"),
            Value::None => into.push("None"),
            Value::Bool(true) => into.push("True"),
            Value::Bool(false) => into.push("False"),
            Value::Int(number) => into.push(&number.to_string()),
            Value::Float(number) => into.push(&float(*number)),
            Value::Text(text) => {
                self.spend(text.as_str().len() as u64 / 16)?;
                quoted(text.as_str(), into)
            }
            Value::List(list) => {
                into.push("[")?;
                self.items(&list.items, into, depth)?;
                into.push("]")
            }
            Value::Tuple(list) => {
                into.push("(")?;
                self.items(&list.items, into, depth)?;
                into.push(if list.items.len() == 1 { ",)" } else { ")" })
            }
            Value::Lazy(_) => into.push("<generator object>"),
            Value::Dict(dict) => self.entries(&dict.entries, into, depth),
            Value::Namespace(number) => {
                into.push("<Namespace ")?;
                let entries = self.namespaces[*number].clone();
                let entries: Vec<_> = entries.iter().map(|(name, value)| (Value::given(name), value.clone())).collect();
                self.entries(&entries, into, depth)?;
                into.push(">")
            }
            Value::Global(Global::Namespace) => into.push("<class 'Namespace'>"),
            Value::Global(_) | Value::Method(_) => into.push("<function>"),
            Value::Macro(closure) => {
                into.push("<Macro ")?;
                quoted(&closure.code.name, into)?;
                into.push(">")
            }
            Value::Loop(the_loop) => {
                into.push(&format!("<LoopContext {}/{}>", the_loop.index + 1, the_loop.items.items.len()))
            }
            Value::Cycler(_) => into.push("<Cycler>"),
        }
    }

    fn items(&mut self, items: &[Value], into: &mut Buffer, depth: usize) -> Result<()> {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                into.push(", ")?;
            }
            self.repr(item, into, depth + 1)?;
        }
        Ok(())
    }

    fn entries(&mut self, entries: &[(Value, Value)], into: &mut Buffer, depth: usize) -> Result<()> {
        into.push("{")?;
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                into.push(", ")?;
            }
            self.repr(key, into, depth + 1)?;
            into.push(": ")?;
            self.repr(value, into, depth + 1)?;
        }
        into.push("}")
    }
}

/// A float as Python writes it: the fewest digits that tell it apart, with an exponent where it is far from 1.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{number}");
    if plain.contains('.') { plain } else { plain + ".0" }
}

/// A text in quotes, with Python's escapes.
pub(super) fn quoted(text: &str, into: &mut Buffer) -> Result<()> {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut made = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            _ if c == quote => {
                made.push('\\');
                made.push(c);
            }
            _ if is_printable(c) => made.push(c),
            _ if (c as u32) < 0x100 => made.push_str(&format!("\\x{:02x}", c as u32)),
            _ if (c as u32) < 0x10000 => made.push_str(&format!("\\u{:04x}", c as u32)),
            _ => made.push_str(&format!("\\U{:08x}", c as u32)),
        }
        if made.len() > 4096 {
            into.push(&made)?;
            made.clear();
        }
    }
    made.push(quote);
    into.push(&made)
}

/// Whether Python shows a character as it is. Unassigned characters outside of these ranges are shown too.
fn is_printable(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}');
    !(c.is_control() || hidden || (c.is_whitespace() && c != ' '))
}
