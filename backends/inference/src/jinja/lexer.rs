//! A template in tokens, with the white space that Hugging Face's settings take away: `trim_blocks` and `lstrip_blocks`.

use super::fault::{Fault, Result, fail};
use super::limits;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Data(String),
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name(String),
    Text(String),
    Int(i64),
    Float(f64),
    Operator(&'static str),
    End,
}

/// The longest first of those that begin alike.
const OPERATORS: [&str; 27] = [
    "==", "!=", ">=", "<=", "//", "**", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".",
    ":", "|", ",", ";", "!",
];

/// The tokens, each with its line.
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, usize)>> {
    if source.len() > limits::get().source {
        return Err(Fault::limit("bytes of source", source.len(), limits::get().source));
    }
    let mut source = source.replace("\r\n", "\n").replace('\r', "\n");
    if source.ends_with('\n') {
        source.pop();
    }
    let mut lexer = Lexer { source: &source, at: 0, line: 1, line_starting: true, made: Vec::new() };
    lexer.run().map_err(|fault| fault.at(lexer.line))?;
    let line = lexer.line;
    lexer.made.push((Token::End, line));
    Ok(lexer.made)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    line: usize,
    /// Whether what comes next is the first of its line.
    line_starting: bool,
    made: Vec<(Token, usize)>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn advance(&mut self, bytes: usize) {
        let passed = &self.source[self.at..self.at + bytes];
        self.line += passed.matches('\n').count();
        if let Some(last) = passed.chars().next_back() {
            self.line_starting = last == '\n';
        }
        self.at += bytes;
    }

    fn push(&mut self, token: Token) {
        self.made.push((token, self.line));
    }

    fn run(&mut self) -> Result<()> {
        loop {
            let rest = self.rest();
            let begin = rest
                .match_indices('{')
                .map(|(at, _)| at)
                .find(|&at| matches!(rest.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')));
            let Some(begin) = begin else {
                if !rest.is_empty() {
                    self.push(Token::Data(rest.to_owned()));
                }
                self.advance(rest.len());
                return Ok(());
            };
            let what = rest.as_bytes()[begin + 1];
            let sign = rest.as_bytes().get(begin + 2).copied().filter(|sign| matches!(sign, b'-' | b'+'));
            let data = self.kept(&rest[..begin], sign, what != b'{');
            if !data.is_empty() {
                self.push(Token::Data(data.to_owned()));
            }
            self.advance(begin + 2 + usize::from(sign.is_some()));
            match what {
                b'#' => self.comment()?,
                b'{' => self.inside(Token::VariableBegin, "}}")?,
                _ => match self.raw_begin() {
                    Some(length) => {
                        self.advance(length);
                        self.raw()?;
                    }
                    None => self.inside(Token::BlockBegin, "%}")?,
                },
            }
        }
    }

    /// What is left of the text in front of a tag.
    fn kept(&self, data: &'a str, sign: Option<u8>, is_block: bool) -> &'a str {
        match sign {
            Some(b'-') => data.trim_end_matches(is_space),
            None if is_block => {
                let start = data.rfind('\n').map_or(0, |at| at + 1);
                let begins = start > 0 || self.line_starting;
                if begins && data[start..].chars().all(is_space) { &data[..start] } else { data }
            }
            _ => data,
        }
    }

    /// The length of the end of a block or a comment at `at` of the rest, with the white space that it takes away.
    fn end(&self, at: usize, end: &str) -> Option<usize> {
        let rest = &self.rest()[at..];
        let newline = |after: &str| usize::from(end != "}}" && after.starts_with('\n'));
        if let Some(after) = rest.strip_prefix(end) {
            return Some(end.len() + newline(after));
        }
        if let Some(after) = rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(end)) {
            return Some(1 + end.len() + after.len() - after.trim_start_matches(is_space).len());
        }
        (end != "}}" && rest.strip_prefix('+').is_some_and(|rest| rest.starts_with(end))).then_some(1 + end.len())
    }

    fn comment(&mut self) -> Result<()> {
        let rest = self.rest();
        let Some(at) = rest.find("#}") else { return fail("a comment has no end: `#}` is missing") };
        let signed = at > 0 && matches!(rest.as_bytes()[at - 1], b'-' | b'+');
        let at = at - usize::from(signed);
        let end = self.end(at, "#}").unwrap_or(2);
        self.advance(at + end);
        Ok(())
    }

    /// The length of `raw %}`, if it follows.
    fn raw_begin(&self) -> Option<usize> {
        let rest = self.rest();
        let name = rest.trim_start_matches(is_space);
        let after = name.strip_prefix("raw")?.trim_start_matches(is_space);
        if let Some(end) = after.strip_prefix("-%}") {
            return Some(rest.len() - end.trim_start_matches(is_space).len());
        }
        after.strip_prefix("%}").map(|end| rest.len() - end.len())
    }

    fn raw(&mut self) -> Result<()> {
        let rest = self.rest();
        for (at, _) in rest.match_indices("{%") {
            let tag = &rest[at + 2..];
            let sign = tag.bytes().next().filter(|sign| matches!(sign, b'-' | b'+'));
            let name = tag[usize::from(sign.is_some())..].trim_start_matches(is_space);
            let Some(after) = name.strip_prefix("endraw") else { continue };
            let end_at = rest.len() - after.trim_start_matches(is_space).len();
            let Some(end) = self.end(end_at, "%}") else { continue };
            let data = self.kept(&rest[..at], sign, true);
            if !data.is_empty() {
                self.push(Token::Data(data.to_owned()));
            }
            self.advance(end_at + end);
            return Ok(());
        }
        fail("a raw block has no end: `{% endraw %}` is missing")
    }

    /// The tokens of a tag.
    fn inside(&mut self, begin: Token, end: &'static str) -> Result<()> {
        self.push(begin);
        let mut open = Vec::new();
        loop {
            let rest = self.rest();
            let spaces = rest.len() - rest.trim_start_matches(is_space).len();
            self.advance(spaces);
            let rest = self.rest();
            if rest.is_empty() {
                return fail(format_args!("a tag has no end: `{end}` is missing"));
            }
            if open.is_empty()
                && let Some(length) = self.end(0, end)
            {
                self.push(if end == "}}" { Token::VariableEnd } else { Token::BlockEnd });
                self.advance(length);
                return Ok(());
            }
            let first = rest.chars().next().unwrap_or_default();
            if first.is_ascii_digit() {
                self.number()?;
            } else if first == '_' || first.is_alphabetic() {
                let length = rest.find(|c: char| !(c == '_' || c.is_alphanumeric())).unwrap_or(rest.len());
                self.push(Token::Name(rest[..length].to_owned()));
                self.advance(length);
            } else if matches!(first, '\'' | '"') {
                self.text(first)?;
            } else if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
                balance(&mut open, operator)?;
                self.push(Token::Operator(operator));
                self.advance(operator.len());
            } else {
                return fail(format_args!("{first:?} is nothing that an expression can have"));
            }
        }
    }

    fn text(&mut self, quote: char) -> Result<()> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|&(_, c)| {
            let ends = !escaped && c == quote;
            escaped = !escaped && c == '\\';
            ends
        });
        let Some((end, _)) = end else { return fail(format_args!("a text has no end: `{quote}` is missing")) };
        self.push(Token::Text(unescaped(&rest[1..end])?));
        self.advance(end + 1);
        Ok(())
    }

    fn number(&mut self) -> Result<()> {
        let rest = self.rest();
        let wrong = |text: &str| Fault::new(format_args!("`{text}` is no number, or one of more than 64 bits"));
        let radix = match rest.as_bytes().get(..2) {
            Some(b"0x" | b"0X") => 16,
            Some(b"0o" | b"0O") => 8,
            Some(b"0b" | b"0B") => 2,
            _ => 10,
        };
        let digits = |from: usize, radix: u32| {
            let text = &rest[from..];
            from + text.find(|c: char| !(c == '_' || c.is_digit(radix))).unwrap_or(text.len())
        };
        if radix != 10 {
            let end = digits(2, radix);
            let number = i64::from_str_radix(&rest[2..end].replace('_', ""), radix).map_err(|_| wrong(&rest[..end]))?;
            self.push(Token::Int(number));
            self.advance(end);
            return Ok(());
        }
        let whole = digits(0, 10);
        let is_digit = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let mut end = whole;
        // `.0` behind a dot is an item: `list.0.1`.
        let behind_dot = matches!(self.made.last(), Some((Token::Operator("."), _)));
        if !behind_dot && rest[end..].starts_with('.') && is_digit(end + 1) {
            end = digits(end + 1, 10);
        }
        if !behind_dot && matches!(rest.as_bytes().get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.as_bytes().get(end + 1), Some(b'+' | b'-')));
            if is_digit(end + 1 + sign) {
                end = digits(end + 1 + sign, 10);
            }
        }
        let text = rest[..end].replace('_', "");
        let token = if end == whole { text.parse().ok().map(Token::Int) } else { text.parse().ok().map(Token::Float) };
        self.push(token.ok_or_else(|| wrong(&rest[..end]))?);
        self.advance(end);
        Ok(())
    }
}

/// What Python's `str.isspace` says of the characters that matter.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn balance(open: &mut Vec<&'static str>, operator: &'static str) -> Result<()> {
    match operator {
        "(" => open.push(")"),
        "[" => open.push("]"),
        "{" => open.push("}"),
        ")" | "]" | "}" => match open.pop() {
            Some(expected) if expected == operator => (),
            Some(expected) => return fail(format_args!("unexpected `{operator}`: `{expected}` was expected")),
            None => return fail(format_args!("unexpected `{operator}`")),
        },
        _ => (),
    }
    Ok(())
}

/// The characters of a text, by Python's escapes.
fn unescaped(text: &str) -> Result<String> {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        made.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { break };
        rest = &rest[c.len_utf8()..];
        let simple = match c {
            '\n' => continue,
            '\\' | '\'' | '"' => c,
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '0'..='7' => {
                let more = rest.bytes().take(2).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
                let digits = format!("{c}{}", &rest[..more]);
                rest = &rest[more..];
                u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32).unwrap_or_default()
            }
            'x' | 'u' | 'U' => {
                let length = match c {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits: String = rest.chars().take(length).collect();
                let is_hex = digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| is_hex).and_then(char::from_u32);
                let Some(code) = code else { return fail(format_args!("`\\{c}{digits}` is no character")) };
                rest = &rest[length..];
                code
            }
            other => {
                made.push('\\');
                other
            }
        };
        made.push(simple);
    }
    made.push_str(rest);
    Ok(made)
}
