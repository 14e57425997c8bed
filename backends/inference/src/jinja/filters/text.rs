//! Filters of texts and numbers.

use crate::jinja::fault::{Fault, Result, fail};
use crate::jinja::json::Style;
use crate::jinja::lexer::is_space;
use crate::jinja::limits;
use crate::jinja::memory::Buffer;
use crate::jinja::methods::{capitalized, is_line_end, lines, replaced, stripped};
use crate::jinja::run::{Given, Run};
use crate::jinja::value::Value;

impl Run<'_> {
    /// The filter of this name, or the arguments back when it is none of these.
    pub(super) fn text_filter(
        &mut self,
        name: &str,
        value: &Value,
        given: Given,
    ) -> Result<std::result::Result<Value, Given>> {
        Ok(Ok(match name {
            "abs" => {
                let [] = given.bind(name, [])?;
                number_abs(value)?
            }
            "default" | "d" => {
                let [default, boolean] = given.bind(name, ["default_value", "boolean"])?;
                let is_missing = matches!(value, Value::Undefined(_))
                    || boolean.is_some_and(|boolean| boolean.is_true()) && !value.is_true();
                if is_missing { default.map_or_else(|| Value::text(""), Ok)? } else { value.clone() }
            }
            "int" => {
                let [default, base] = given.bind(name, ["default", "base"])?;
                let base = base.as_ref().and_then(Value::as_int).unwrap_or(10);
                int(value, base).unwrap_or_else(|| default.unwrap_or(Value::Int(0)))
            }
            "float" => {
                let [default] = given.bind(name, ["default"])?;
                let made = match value {
                    Value::Text(text) => text.as_str().trim().replace('_', "").parse().ok(),
                    _ => value.as_float(),
                };
                made.map_or_else(|| default.unwrap_or(Value::Float(0.0)), Value::Float)
            }
            "round" => {
                let [precision, method] = given.bind(name, ["precision", "method"])?;
                let precision = precision.as_ref().and_then(Value::as_int).unwrap_or(0).clamp(-400, 400) as i32;
                rounded(value, precision, method.as_ref().and_then(Value::as_text).unwrap_or("common"))?
            }
            "string" | "safe" => {
                let [] = given.bind(name, [])?;
                self.shown(value)?
            }
            "tojson" => {
                let names = ["ensure_ascii", "indent", "separators", "sort_keys"];
                let style = self.style(given.bind(name, names)?)?;
                let mut made = Buffer::default();
                self.json(value, &style, &mut made, 0)?;
                made.into()
            }
            "format" => {
                let text = self.shown(value)?;
                let argument = match (given.positional.is_empty(), given.named.is_empty()) {
                    (false, false) => return fail("`format` takes values or names, not both"),
                    (_, false) => {
                        let entries = given.named.iter().map(|(name, value)| (Value::given(name), value.clone()));
                        Value::dict(entries)?
                    }
                    _ => Value::tuple(given.positional)?,
                };
                self.printf(text.as_text().unwrap_or_default(), &argument)?
            }
            "filesizeformat" => {
                let [binary] = given.bind(name, ["binary"])?;
                let bytes = value.as_float().or_else(|| value.as_text()?.parse().ok());
                let bytes = bytes.ok_or_else(|| Fault::new("`filesizeformat` needs a number"))?;
                Value::owned(file_size(bytes, binary.is_some_and(|binary| binary.is_true())))?
            }
            "capitalize" | "lower" | "upper" | "title" | "trim" | "center" | "replace" | "indent" | "truncate"
            | "wordcount" | "urlencode" | "escape" | "e" | "forceescape" => {
                let text = self.shown(value)?;
                let text = text.as_text().unwrap_or_default();
                self.spend(text.len() as u64 / 16)?;
                return self.changed(name, text, value, given).map(Ok);
            }
            _ => return Ok(Err(given)),
        }))
    }

    fn changed(&mut self, name: &str, text: &str, value: &Value, given: Given) -> Result<Value> {
        match name {
            "trim" => {
                let [chars] = given.bind(name, ["chars"])?;
                let chars = chars.filter(|chars| !matches!(chars, Value::None));
                Value::text(stripped(text, chars.as_ref().and_then(Value::as_text), true, true))
            }
            "center" => {
                let [width] = given.bind(name, ["width"])?;
                let width = width.as_ref().and_then(Value::as_int).unwrap_or(80);
                crate::jinja::methods::padded(text, width, " ", crate::jinja::methods::Side::Both)
            }
            "replace" => {
                let [old, new, count] = given.bind(name, ["old", "new", "count"])?;
                let (Some(old), Some(new)) = (old, new) else {
                    return fail("`replace` needs the old text and the new one");
                };
                let (old, new) = (self.shown(&old)?, self.shown(&new)?);
                let count = count.as_ref().and_then(Value::as_int).unwrap_or(-1);
                replaced(text, old.as_text().unwrap_or_default(), new.as_text().unwrap_or_default(), count)
            }
            "indent" => {
                let [width, first, blank] = given.bind(name, ["width", "first", "blank"])?;
                let indent = match &width {
                    None => " ".repeat(4),
                    Some(Value::Text(text)) => text.as_str().to_owned(),
                    Some(width) => spaces(width)?,
                };
                let is_true = |value: Option<Value>| value.is_some_and(|value| value.is_true());
                indented(text, &indent, is_true(first), is_true(blank))
            }
            "truncate" => {
                let names = ["length", "killwords", "end", "leeway"];
                let [length, kill, end, leeway] = given.bind(name, names)?;
                let end = end.as_ref().and_then(Value::as_text).unwrap_or("...").to_owned();
                let number = |value: Option<Value>, default| value.as_ref().and_then(Value::as_int).unwrap_or(default);
                truncated(text, number(length, 255), kill.is_some_and(|kill| kill.is_true()), &end, number(leeway, 5))
            }
            "urlencode" => {
                let [] = given.bind(name, [])?;
                let mut made = Buffer::default();
                match value {
                    Value::Dict(dict) => {
                        for (at, (key, value)) in dict.entries.iter().enumerate() {
                            let (key, value) = (self.shown(key)?, self.shown(value)?);
                            made.push(if at > 0 { "&" } else { "" })?;
                            made.push(&quoted_url(key.as_text().unwrap_or_default(), true))?;
                            made.push("=")?;
                            made.push(&quoted_url(value.as_text().unwrap_or_default(), true))?;
                        }
                    }
                    _ => made.push(&quoted_url(text, false))?,
                }
                Ok(made.into())
            }
            _ => {
                let [] = given.bind(name, [])?;
                match name {
                    "capitalize" => Value::owned(capitalized(text)),
                    "lower" => Value::owned(text.to_lowercase()),
                    "upper" => Value::owned(text.to_uppercase()),
                    "title" => Value::owned(title(text)),
                    "wordcount" => Ok(Value::Int(words(text) as i64)),
                    _ => {
                        let mut made = Buffer::default();
                        escaped(text, &mut made)?;
                        Ok(made.into())
                    }
                }
            }
        }
    }

    fn style(&mut self, [ascii, indent, separators, sorted]: [Option<Value>; 4]) -> Result<Style> {
        let is_true = |value: Option<Value>| value.is_some_and(|value| value.is_true());
        let indent = match indent {
            None | Some(Value::None) => None,
            Some(Value::Text(text)) => Some(text.as_str().to_owned()),
            Some(width) => Some(spaces(&width)?),
        };
        let (mut item, mut key) = (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned());
        if let Some(separators) = separators.filter(|separators| !matches!(separators, Value::None)) {
            let given = self.iterate(&separators)?;
            let [Value::Text(between), Value::Text(behind)] = given.items.as_slice() else {
                return fail("`tojson` needs two texts as separators");
            };
            (item, key) = (between.as_str().to_owned(), behind.as_str().to_owned());
        }
        Ok(Style { ascii: is_true(ascii), indent, item, key, sorted: is_true(sorted) })
    }
}

fn spaces(width: &Value) -> Result<String> {
    let width = width.as_int().ok_or_else(|| Fault::new(format_args!("{} is no width", width.kind())))?;
    let width = width.max(0);
    if width > limits::get().text as i64 {
        return Err(Fault::limit("bytes in a text", width, limits::get().text));
    }
    Ok(" ".repeat(width as usize))
}

fn number_abs(value: &Value) -> Result<Value> {
    match (value, value.as_int()) {
        (_, Some(number)) => {
            let too_large = || Fault::new("a whole number has more than 64 bits");
            number.checked_abs().map(Value::Int).ok_or_else(too_large)
        }
        (Value::Float(number), None) => Ok(Value::Float(number.abs())),
        _ => fail(format_args!("`abs` needs a number, not {}", value.kind())),
    }
}

fn int(value: &Value, base: i64) -> Option<Value> {
    match value {
        Value::Float(number) if number.is_finite() && number.abs() < 9.2e18 => Some(Value::Int(number.trunc() as i64)),
        Value::Text(text) => {
            let text = text.as_str().trim().replace('_', "");
            let (sign, digits) = match text.strip_prefix('-') {
                Some(digits) => ("-", digits),
                None => ("", text.strip_prefix('+').unwrap_or(&text)),
            };
            let prefix = match base {
                16 => ["0x", "0X"],
                8 => ["0o", "0O"],
                2 => ["0b", "0B"],
                _ => ["", ""],
            };
            let digits = prefix
                .iter()
                .filter(|prefix| !prefix.is_empty())
                .find_map(|p| digits.strip_prefix(*p))
                .unwrap_or(digits);
            let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?;
            let whole = i64::from_str_radix(&format!("{sign}{digits}"), base).ok().map(Value::Int);
            whole.or_else(|| int(&Value::Float(text.parse().ok()?), 10))
        }
        _ => value.as_int().map(Value::Int),
    }
}

fn rounded(value: &Value, precision: i32, method: &str) -> Result<Value> {
    let number =
        value.as_float().ok_or_else(|| Fault::new(format_args!("`round` needs a number, not {}", value.kind())))?;
    let factor = 10_f64.powi(precision);
    match method {
        // As Python does: by the decimal digits of the number, a tie to the even one.
        "common" if precision >= 0 => {
            let exact: f64 = format!("{number:.*}", precision as usize).parse().unwrap_or(number);
            Ok(if value.as_int().is_some() { value.clone() } else { Value::Float(exact) })
        }
        "common" => {
            let made = (number * factor).round_ties_even() / factor;
            Ok(if value.as_int().is_some() { Value::Int(made as i64) } else { Value::Float(made) })
        }
        "ceil" => Ok(Value::Float((number * factor).ceil() / factor)),
        "floor" => Ok(Value::Float((number * factor).floor() / factor)),
        other => fail(format_args!("`round` has no method {other:?} (known: common, ceil, floor)")),
    }
}

fn file_size(bytes: f64, binary: bool) -> String {
    let (base, prefixes) = if binary {
        (1024.0, ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"])
    } else {
        (1000.0, ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
    };
    if bytes == 1.0 {
        return "1 Byte".to_owned();
    }
    if bytes < base {
        return format!("{} Bytes", bytes.trunc());
    }
    let mut unit = base;
    for prefix in prefixes {
        unit *= base;
        if bytes < unit {
            return format!("{:.1} {prefix}", base * bytes / unit);
        }
    }
    format!("{:.1} {}", base * bytes / unit, prefixes[7])
}

/// Each line but the first behind an indentation, empty ones only where that is asked for.
fn indented(text: &str, indent: &str, first: bool, blank: bool) -> Result<Value> {
    let mut made = Buffer::default();
    if first {
        made.push(indent)?;
    }
    let ends = text.is_empty() || text.ends_with(is_line_end);
    for (at, (line, _)) in lines(text).chain(ends.then_some(("", ""))).enumerate() {
        if at > 0 {
            made.push("\n")?;
            if blank || !line.is_empty() {
                made.push(indent)?;
            }
        }
        made.push(line)?;
    }
    Ok(made.into())
}

fn truncated(text: &str, length: i64, kill: bool, end: &str, leeway: i64) -> Result<Value> {
    let (count, end_count) = (text.chars().count() as i64, end.chars().count() as i64);
    if length < end_count || leeway < 0 {
        return fail(format_args!("`truncate` needs a length of {end_count} and more, and a leeway of 0 and more"));
    }
    if count <= length.saturating_add(leeway) {
        return Value::text(text);
    }
    let kept: String = text.chars().take((length - end_count) as usize).collect();
    let kept = if kill { kept.as_str() } else { kept.rsplit_once(' ').map_or(kept.as_str(), |(kept, _)| kept) };
    let mut made = Buffer::default();
    made.push(kept)?;
    made.push(end)?;
    Ok(made.into())
}

/// Each word with a large letter first; words begin behind spaces and `-({[<`.
fn title(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins {
            made.extend(c.to_uppercase());
        } else {
            made.extend(c.to_lowercase());
        }
        begins = is_space(c) || matches!(c, '-' | '(' | '{' | '[' | '<');
    }
    made
}

fn words(text: &str) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).count()
}

fn escaped(text: &str, into: &mut Buffer) -> Result<()> {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        into.push(&rest[..at])?;
        into.push(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&#34;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    into.push(rest)
}

fn quoted_url(text: &str, is_query: bool) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => made.push(char::from(byte)),
            b'/' if !is_query => made.push('/'),
            b' ' if is_query => made.push('+'),
            _ => made.push_str(&format!("%{byte:02X}")),
        }
    }
    made
}
