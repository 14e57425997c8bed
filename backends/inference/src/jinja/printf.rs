//! Texts with places for values: Python's `%` and `str.format`.

use super::fault::{Fault, Result, fail};
use super::limits;
use super::memory::Buffer;
use super::methods::{Side, padded};
use super::run::{Given, Run};
use super::show::float;
use super::value::Value;

/// How a value is written.
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    /// `<`, `>`, `^` or `=`.
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Run<'_> {
    /// `format % values`.
    pub(super) fn printf(&mut self, format: &str, values: &Value) -> Result<Value> {
        let mut made = Buffer::default();
        let mut used = 0;
        let mut rest = format;
        self.spend(format.len() as u64 / 16)?;
        while let Some(at) = rest.find('%') {
            made.push(&rest[..at])?;
            rest = &rest[at + 1..];
            let mut name = None;
            if let Some(named) = rest.strip_prefix('(') {
                let end = named.find(')').ok_or_else(|| Fault::new("`%(` has no end: `)` is missing"))?;
                name = Some(&named[..end]);
                rest = &named[end + 1..];
            }
            let mut spec = Spec::default();
            let flags = rest.len() - rest.trim_start_matches(['-', '+', ' ', '#', '0']).len();
            for flag in rest[..flags].chars() {
                match flag {
                    '-' => spec.align = Some('<'),
                    '+' => spec.sign = Some('+'),
                    ' ' => spec.sign = spec.sign.or(Some(' ')),
                    '#' => spec.alternate = true,
                    _ => spec.fill = Some('0'),
                }
            }
            rest = &rest[flags..];
            let mut next = |run: &mut Self| -> Result<Value> {
                run.spend(1)?;
                let found = match values {
                    Value::Tuple(list) => list.items.get(used).cloned(),
                    other => (used == 0).then(|| other.clone()),
                };
                used += 1;
                found.ok_or_else(|| Fault::new("there are fewer values than places for them"))
            };
            let mut number = |rest: &mut &str, run: &mut Self| -> Result<Option<usize>> {
                if let Some(after) = rest.strip_prefix('*') {
                    *rest = after;
                    let value = next(run)?;
                    let width = value.as_int().ok_or_else(|| Fault::new("`*` needs a whole number"))?;
                    return Ok(Some(usize::try_from(width).unwrap_or_default()));
                }
                digits(rest)
            };
            spec.width = number(&mut rest, self)?.unwrap_or_default();
            if let Some(after) = rest.strip_prefix('.') {
                rest = after;
                spec.precision = Some(number(&mut rest, self)?.unwrap_or_default());
            }
            rest = rest.trim_start_matches(['h', 'l', 'L']);
            let Some(kind) = rest.chars().next() else { return fail("a text ends in the middle of a `%`") };
            rest = &rest[kind.len_utf8()..];
            if kind == '%' {
                made.push("%")?;
                continue;
            }
            let value = match name {
                Some(name) => {
                    used = used.max(1);
                    match values {
                        Value::Dict(dict) => dict.named(name).cloned(),
                        _ => return fail("`%(name)` needs a dictionary"),
                    }
                    .ok_or_else(|| Fault::new(format_args!("there is no value for `%({name})`")))?
                }
                None => next(self)?,
            };
            let text = self.printed(&value, kind, &mut spec)?;
            made.push(&text)?;
        }
        made.push(rest)?;
        let unused = match values {
            Value::Tuple(list) => used < list.items.len(),
            Value::Dict(_) | Value::List(_) => false,
            _ => used == 0,
        };
        if unused { fail("there are more values than places for them") } else { Ok(made.into()) }
    }

    /// A value at a `%`.
    fn printed(&mut self, value: &Value, kind: char, spec: &mut Spec) -> Result<String> {
        let needs = || Fault::new(format_args!("`%{kind}` needs a number, not {}", value.kind()));
        if spec.align.is_some()
            || !matches!(kind, 'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G')
        {
            spec.fill = None;
        }
        spec.align = spec.align.or(Some(if spec.fill == Some('0') { '=' } else { '>' }));
        match kind {
            's' | 'r' | 'a' => {
                let mut text = Buffer::default();
                if kind == 's' {
                    self.show(value, &mut text)?
                } else {
                    self.repr(value, &mut text, 0)?
                }
                cut(text.as_str(), spec)
            }
            'c' => {
                let code = value.as_int().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
                let only = value.as_text().filter(|text| text.chars().count() == 1);
                match (only, code) {
                    (Some(text), _) => cut(text, spec),
                    (None, Some(c)) => cut(c.encode_utf8(&mut [0; 4]), spec),
                    _ => fail("`%c` needs a character"),
                }
            }
            'd' | 'i' | 'u' => {
                let number = match value {
                    Value::Float(number) => number.trunc() as i64,
                    _ => value.as_int().ok_or_else(needs)?,
                };
                let digits = number.unsigned_abs().to_string();
                let zeros = spec.precision.take().unwrap_or_default();
                let digits = padded(&digits, zeros as i64, "0", Side::Left)?;
                signed(number < 0, digits.as_text().unwrap_or_default(), spec)
            }
            'x' | 'X' | 'o' => {
                let number = value.as_int().ok_or_else(needs)?;
                radix(number, kind, spec)
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => real(value.as_float().ok_or_else(needs)?, kind, spec),
            other => fail(format_args!("`%{other}` is no place for a value")),
        }
    }

    /// `format.format(values)`.
    pub(super) fn str_format(&mut self, format: &str, given: Given) -> Result<Value> {
        let mut made = Buffer::default();
        let mut automatic = 0;
        let mut rest = format;
        while let Some(at) = rest.find(['{', '}']) {
            made.push(&rest[..at])?;
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                made.push(brace)?;
                rest = after;
                continue;
            }
            if brace == "}" {
                return fail("`format`: a single `}` stands in the text");
            }
            let end = rest.find('}').ok_or_else(|| Fault::new("`format`: a `{` has no end"))?;
            let field = &rest[..end];
            rest = &rest[end + 1..];
            if field.contains('{') {
                return fail("`format`: places within places are not supported");
            }
            let (field, spec) = field.split_once(':').unwrap_or((field, ""));
            let (field, conversion) = field.split_once('!').unwrap_or((field, ""));
            let first = field.find(['.', '[']).unwrap_or(field.len());
            let (head, mut path) = field.split_at(first);
            let mut value = match head.parse::<usize>() {
                Ok(index) => given.positional.get(index).cloned(),
                Err(_) if head.is_empty() => {
                    automatic += 1;
                    given.positional.get(automatic - 1).cloned()
                }
                Err(_) => given.named.iter().find(|(name, _)| &**name == head).map(|(_, value)| value.clone()),
            }
            .ok_or_else(|| Fault::new(format_args!("`format`: there is no value for `{{{head}}}`")))?;
            while !path.is_empty() {
                self.spend(1)?;
                if let Some(after) = path.strip_prefix('.') {
                    let end = after.find(['.', '[']).unwrap_or(after.len());
                    value = self.attribute(&value, &after[..end].into())?;
                    path = &after[end..];
                } else {
                    let after = &path[1..];
                    let end = after.find(']').ok_or_else(|| Fault::new("`format`: a `[` has no end"))?;
                    let key =
                        after[..end].parse().map_or_else(|_| Value::text(&after[..end]), |at| Ok(Value::Int(at)))?;
                    value = self.item(&value, &key)?;
                    path = &after[end + 1..];
                }
            }
            let mut text = Buffer::default();
            match conversion {
                "" => self.formatted(&value, spec, &mut text)?,
                "s" | "r" | "a" => {
                    let mut shown = Buffer::default();
                    if conversion == "s" {
                        self.show(&value, &mut shown)?
                    } else {
                        self.repr(&value, &mut shown, 0)?
                    }
                    self.formatted(&shown.into(), spec, &mut text)?;
                }
                other => return fail(format_args!("`format`: `!{other}` is unknown (known: s, r, a)")),
            }
            made.push(text.as_str())?;
        }
        made.push(rest)?;
        Ok(made.into())
    }

    fn formatted(&mut self, value: &Value, text: &str, into: &mut Buffer) -> Result<()> {
        if text.is_empty() {
            return self.show(value, into);
        }
        let mut spec = spec(text)?;
        let is_number =
            value.as_float().is_some() && !matches!(value, Value::Bool(_)) || spec.kind.is_some_and(|kind| kind != 's');
        let kind = spec.kind;
        let needs = || Fault::new(format_args!("`format`: `{text}` cannot write {}", value.kind()));
        if is_number {
            spec.align = spec.align.or(Some(if spec.fill == Some('0') { '=' } else { '>' }));
        } else {
            spec.align = spec.align.or(Some('<'));
        }
        let made = match (value.as_int(), kind) {
            (Some(number), None | Some('d' | 'n')) if is_number && spec.precision.is_none() => {
                signed(number < 0, &grouped(&number.unsigned_abs().to_string(), spec.grouping), &spec)?
            }
            (Some(number), Some(kind @ ('x' | 'X' | 'o' | 'b'))) => radix(number, kind, &spec)?,
            (Some(code), Some('c')) => {
                let c = u32::try_from(code).ok().and_then(char::from_u32).ok_or_else(needs)?;
                cut(c.encode_utf8(&mut [0; 4]), &spec)?
            }
            (_, Some(kind @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%'))) => {
                real(value.as_float().ok_or_else(needs)?, kind, &spec)?
            }
            (None, None) if matches!(value, Value::Float(_)) => {
                let number = value.as_float().unwrap_or_default();
                match spec.precision {
                    Some(_) => real(number, 'g', &spec)?,
                    None => signed(number.is_sign_negative(), &grouped(&float(number.abs()), spec.grouping), &spec)?,
                }
            }
            (_, None | Some('s')) if !is_number => {
                let mut shown = Buffer::default();
                self.show(value, &mut shown)?;
                cut(shown.as_str(), &spec)?
            }
            _ => return Err(needs()),
        };
        into.push(&made)
    }
}

/// The number at the beginning.
fn digits(rest: &mut &str) -> Result<Option<usize>> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at(length);
    *rest = after;
    if number.is_empty() {
        return Ok(None);
    }
    let number = number.parse().unwrap_or(usize::MAX);
    if number > limits::get().text {
        return Err(Fault::limit("bytes in a text", number, limits::get().text));
    }
    Ok(Some(number))
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`.
fn spec(text: &str) -> Result<Spec> {
    let mut spec = Spec::default();
    let mut rest = text;
    let mut chars = rest.chars();
    let is_align = |c: Option<char>| c.filter(|c| matches!(c, '<' | '>' | '^' | '='));
    let (first, second) = (chars.next(), chars.next());
    if let (Some(fill), Some(align)) = (first, is_align(second)) {
        (spec.fill, spec.align) = (Some(fill), Some(align));
        rest = &rest[fill.len_utf8() + 1..];
    } else if let Some(align) = is_align(first) {
        spec.align = Some(align);
        rest = &rest[1..];
    }
    if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-' | ' ')) {
        spec.sign = Some(sign).filter(|sign| *sign != '-');
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('#') {
        spec.alternate = true;
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('0') {
        spec.fill = spec.fill.or(Some('0'));
        rest = after;
    }
    spec.width = digits(&mut rest)?.unwrap_or_default();
    if let Some(grouping) = rest.chars().next().filter(|c| matches!(c, ',' | '_')) {
        spec.grouping = Some(grouping);
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        spec.precision = Some(digits(&mut rest)?.ok_or_else(|| Fault::new("`format`: a precision is missing"))?);
    }
    let mut chars = rest.chars();
    spec.kind = chars.next();
    if chars.next().is_some() {
        return fail(format_args!("`format`: `{}` says no form", crate::text::shown(text)));
    }
    Ok(spec)
}

/// A text in its width, of at most as many characters as its precision says.
fn cut(text: &str, spec: &Spec) -> Result<String> {
    let text: String = match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    aligned(&text, spec)
}

fn aligned(text: &str, spec: &Spec) -> Result<String> {
    let side = match spec.align {
        Some('<') => Side::Right,
        Some('^') => {
            // The odd one stands on the right, unlike in `str.center`.
            let missing = spec.width.saturating_sub(text.chars().count());
            let fill = spec.fill.unwrap_or(' ').to_string();
            let left = padded(text, (spec.width - missing.div_ceil(2).min(spec.width)) as i64, &fill, Side::Left)?;
            let both = padded(left.as_text().unwrap_or_default(), spec.width as i64, &fill, Side::Right)?;
            return Ok(both.as_text().unwrap_or_default().to_owned());
        }
        _ => Side::Left,
    };
    let fill = spec.fill.unwrap_or(' ').to_string();
    let made = padded(text, spec.width as i64, &fill, side)?;
    Ok(made.as_text().unwrap_or_default().to_owned())
}

fn signed(negative: bool, digits: &str, spec: &Spec) -> Result<String> {
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    if spec.align == Some('=') {
        let fill = spec.fill.unwrap_or(' ').to_string();
        let filled = padded(digits, spec.width.saturating_sub(sign.len()) as i64, &fill, Side::Left)?;
        return Ok(format!("{sign}{}", filled.as_text().unwrap_or_default()));
    }
    aligned(&format!("{sign}{digits}"), spec)
}

fn radix(number: i64, kind: char, spec: &Spec) -> Result<String> {
    let number_abs = number.unsigned_abs();
    let (prefix, digits) = match kind {
        'x' => ("0x", format!("{number_abs:x}")),
        'X' => ("0X", format!("{number_abs:X}")),
        'o' => ("0o", format!("{number_abs:o}")),
        _ => ("0b", format!("{number_abs:b}")),
    };
    signed(number < 0, &format!("{}{digits}", if spec.alternate { prefix } else { "" }), spec)
}

fn real(number: f64, kind: char, spec: &Spec) -> Result<String> {
    /// No float has more digits than this.
    const DIGITS: usize = 1100;
    let precision = spec.precision.unwrap_or(6);
    if precision > DIGITS {
        return Err(Fault::limit("digits of a float", precision, DIGITS));
    }
    let number_abs = number.abs();
    let text = if number.is_nan() {
        "nan".to_owned()
    } else if number.is_infinite() {
        "inf".to_owned()
    } else {
        match kind {
            'e' | 'E' => exponential(number_abs, precision),
            'g' | 'G' => general(number_abs, precision.max(1), spec.alternate),
            '%' => format!("{:.precision$}%", number_abs * 100.0),
            _ => format!("{number_abs:.precision$}"),
        }
    };
    let text = if kind.is_uppercase() { text.to_uppercase() } else { text };
    signed(number.is_sign_negative() && !number.is_nan(), &grouped(&text, spec.grouping), spec)
}

fn exponential(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn general(number: f64, precision: usize, keep_zeros: bool) -> String {
    let scientific = exponential(number, precision - 1);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or_default();
    let trim = |digits: &str| match digits.contains('.') && !keep_zeros {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    };
    if exponent < -4 || exponent >= precision as i32 {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{exponent}", trim(digits));
    }
    trim(&format!("{number:.*}", (precision as i32 - 1 - exponent).max(0) as usize))
}

/// Digits in groups of three.
fn grouped(text: &str, separator: Option<char>) -> String {
    let Some(separator) = separator else { return text.to_owned() };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut made = String::new();
    for (at, digit) in text[..end].chars().enumerate() {
        if at > 0 && (end - at).is_multiple_of(3) {
            made.push(separator);
        }
        made.push(digit);
    }
    made + &text[end..]
}
