//! Patterns of `tokenizer.json`: what the library's engine for regular expressions takes long for is refused.
//!
//! The engine tries one way after the other where a pattern looks around, refers to what it found, or may not go back, and
//! is linear otherwise. Of the former, people's files have one: `\s+(?!\S)`, white space but for its last character.

use serde_json::Value;

use super::{Result, TokenizerError};

/// How many bytes a pattern may have.
const LENGTH: usize = 4096;
/// The one thing that looks ahead, as a whole branch of a pattern.
const AHEAD: &str = r"\s+(?!\S)";

/// Checks a pattern, which is text or a regular expression, and says how many bytes are found by it at least.
pub(super) fn check(file: &'static str, part: &str, pattern: &Value) -> Result<usize> {
    let refuse = |message: String| Err(TokenizerError::malformed(file, format!("the pattern of {part} {message}")));
    if let Some(text) = pattern["String"].as_str() {
        return match text.len() {
            0 => refuse("is empty: it would be found everywhere".to_owned()),
            length if length > LENGTH => refuse(format!("has {length} bytes; at most {LENGTH} are allowed")),
            length => Ok(length),
        };
    }
    let Some(regex) = pattern["Regex"].as_str() else {
        return refuse("must be a `String` or a `Regex`".to_owned());
    };
    if regex.len() > LENGTH {
        return refuse(format!("has {} bytes; at most {LENGTH} are allowed", regex.len()));
    }
    // Only a whole branch: in front of it the engine would try each way.
    let linear: Vec<&str> = branches(regex).into_iter().filter(|branch| *branch != AHEAD).collect();
    if let Some(found) = linear.iter().find_map(|branch| backtracks(branch)) {
        return refuse(format!("{regex:?} has `{found}`, which can take minutes; only `{AHEAD}` is known as a branch"));
    }
    let properties = linear.iter().map(|branch| least(branch)).collect::<std::result::Result<Vec<_>, _>>();
    match properties {
        Ok(least) if least.contains(&0) => refuse(format!("{regex:?} can be found where there is nothing")),
        Ok(least) => Ok(least.into_iter().min().unwrap_or(1)),
        Err(error) => refuse(format!("{regex:?} is no regular expression: {error}")),
    }
}

/// The alternatives of a pattern that are in no group.
fn branches(regex: &str) -> Vec<&str> {
    let (mut made, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in outside_of_classes(regex) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                made.push(&regex[start..at]);
                start = at + 1;
            }
            _ => (),
        }
    }
    made.push(&regex[start..]);
    made
}

/// The characters that are neither escaped nor in a class.
fn outside_of_classes(regex: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let (mut escaped, mut classes) = (false, 0_usize);
    regex.char_indices().filter(move |&(_, c)| {
        let is_escaped = escaped;
        escaped = !is_escaped && c == '\\';
        let within = classes > 0;
        match c {
            _ if is_escaped => return false,
            '[' => classes += 1,
            ']' if within => classes -= 1,
            _ => (),
        }
        !within && !matches!(c, '[' | '\\')
    })
}

/// What of a pattern the engine would try one way after the other for.
fn backtracks(branch: &str) -> Option<&str> {
    for (at, c) in outside_of_classes(branch) {
        let rest = &branch[at..];
        let groups = ["(?=", "(?!", "(?<=", "(?<!", "(?>", "(?(", "(?R", "(?P=", "(?P>", "(?&", "(?|", "(*"];
        if let Some(group) = groups.iter().find(|group| rest.starts_with(**group)) {
            return Some(&rest[..group.len()]);
        }
        // `a++` may not go back; `a+?` may.
        if matches!(c, '*' | '+' | '?') && rest[c.len_utf8()..].starts_with('+') {
            return Some(&rest[..2]);
        }
    }
    let mut rest = branch;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at..];
        let length = 1 + escape.chars().nth(1).map_or(0, char::len_utf8);
        if matches!(escape.as_bytes().get(1), Some(b'1'..=b'9' | b'k' | b'g' | b'G' | b'K')) {
            return Some(&escape[..length]);
        }
        rest = &escape[length..];
    }
    None
}

/// How many bytes a regular expression finds at least.
fn least(branch: &str) -> std::result::Result<usize, String> {
    let parsed = regex_syntax::Parser::new().parse(branch).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        other => other.to_string(),
    })?;
    Ok(parsed.properties().minimum_len().unwrap_or(1))
}
