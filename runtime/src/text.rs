//! Texts that others wrote, on their way to a terminal or a log: what bodies, backends and records say is shown so that it can
//! neither move the reader's cursor nor pass for a line of the report. Records keep the texts as they are.

use std::borrow::Cow;
use std::fmt::Write;

/// How many bytes of the beginning of a long text are kept, and how many of the end.
pub(crate) const KEPT: usize = 8 << 10;

/// What stands before every further line of a text.
const BAR: &str = "\n  | ";

/// Whether a character does something other than to show itself: control characters, what turns the direction of writing, and
/// what ends a line besides `\n`.
pub fn acts(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

/// With such characters, except those that `keep` names, as Rust writes them: `\u{1b}`, `\r`.
fn escaped<'a>(text: &'a str, keep: &[char]) -> Cow<'a, str> {
    let acts = |c: char| acts(c) && !keep.contains(&c);
    if is_printable(text) || is_plain(text) || !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match acts(c) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// A byte in each of sixteen places.
const fn sixteen(byte: u8) -> u128 {
    u128::from_ne_bytes([byte; 16])
}

const HIGH: u128 = sixteen(0x80);
const ONE: u128 = sixteen(1);
const SPACE: u128 = sixteen(b' ');
const QUOTE: u128 = sixteen(b'"');
const BACKSLASH: u128 = sixteen(b'\\');

/// Whether all of it is printable ASCII, as nearly every name is.
pub(crate) fn is_printable(text: &str) -> bool {
    // No byte overflows into the next one; the highest bit of each says what came of it.
    are_blocks(text, |block| block & HIGH == 0 && ((block | HIGH) - SPACE) & !(block + ONE) & HIGH == HIGH)
}

/// Whether it is, and JSON has it between quotation marks as it stands there.
pub(crate) fn is_json(text: &str) -> bool {
    are_blocks(text, |block| {
        block & HIGH == 0
            && ((block | HIGH) - SPACE)
                & !(block + ONE)
                & ((block ^ QUOTE | HIGH) - ONE)
                & ((block ^ BACKSLASH | HIGH) - ONE)
                & HIGH
                == HIGH
    })
}

/// Whether all of a text is as wanted. Sixteen bytes are looked at together, because each takes as long as all of them in code that
/// a user's debug build does not optimise.
fn are_blocks(text: &str, are: impl Fn(u128) -> bool) -> bool {
    let mut rest = text.as_bytes();
    let Some(last) = rest.last_chunk::<16>() else {
        let mut block = [b' '; 16];
        block[..rest.len()].copy_from_slice(rest);
        return are(u128::from_ne_bytes(block));
    };
    while let Some(block) = rest.first_chunk::<16>() {
        if !are(u128::from_ne_bytes(*block)) {
            return false;
        }
        rest = &rest[16..];
    }
    are(u128::from_ne_bytes(*last))
}

/// Whether all of it is certain to show itself. Rust escapes all that acts, and more; and to see whether it does takes a tenth of
/// the time that it takes to look at each character in code that a user's debug build does not optimise, as the standard library
/// is.
fn is_plain(text: &str) -> bool {
    struct Length(usize);
    impl Write for Length {
        fn write_str(&mut self, part: &str) -> std::fmt::Result {
            self.0 += part.len();
            Ok(())
        }
    }
    let mut quoted = Length(0);
    write!(quoted, "{text:?}").is_ok() && quoted.0 == text.len() + 2
}

/// A text in one line.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, &[])
}

/// A text that goes on in the line that it begins in; each further line of it has a bar before it.
pub(crate) fn block(text: &str) -> Cow<'_, str> {
    let text = escaped(text, &['\n', '\t']);
    if text.contains('\n') { Cow::Owned(text.trim_end_matches('\n').replace('\n', BAR)) } else { text }
}

/// A text that begins in a line of its own: each of its lines has a bar before it, the first one as well.
pub(crate) fn barred(text: &str) -> String {
    format!("{BAR}{}", block(text))
}

/// A text that is put together already: its lines stay lines.
pub fn lines(text: &str) -> Cow<'_, str> {
    let mut shows = true;
    for line in text.split('\n') {
        shows = shows && (is_printable(line) || is_plain(line));
    }
    if shows { Cow::Borrowed(text) } else { escaped(text, &['\n', '\t']) }
}

/// The beginning and the end of a long text, and how much was left out between them.
pub(crate) fn cut<'a>(text: impl Into<Cow<'a, str>>) -> String {
    let text = text.into();
    if text.len() <= 2 * KEPT {
        return text.into_owned();
    }
    let (head, tail) = (text.floor_char_boundary(KEPT), text.ceil_char_boundary(text.len() - KEPT));
    let mut short = text[..head].to_owned();
    let _ = write!(short, "\n{}\n{}", left_out((tail - head) as u64), &text[tail..]);
    short
}

/// What stands for bytes that are not shown.
pub(crate) fn left_out(bytes: u64) -> String {
    format!("[{bytes} bytes are left out]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_written_out_and_everything_else_is_kept() {
        for (text, shown) in [
            ("plain – ü 👩‍💻 \\n", "plain – ü 👩‍💻 \\n"),
            ("\u{1b}]0;owned\u{7}", "\\u{1b}]0;owned\\u{7}"),
            ("a\u{1b}[2J\r\u{8}\0\u{7f}", "a\\u{1b}[2J\\r\\u{8}\\u{0}\\u{7f}"),
            ("\u{9b}2J\u{85}", "\\u{9b}2J\\u{85}"),
            ("\u{202e}\u{2066}\u{200f}\u{61c}", "\\u{202e}\\u{2066}\\u{200f}\\u{61c}"),
            ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
            ("a\tb\ntest x ... ok", "a\\tb\\ntest x ... ok"),
        ] {
            assert_eq!(line(text), shown);
        }
        for c in (0..=0x10ffff).filter_map(char::from_u32).filter(|c| acts(*c)) {
            assert!(!line(&c.to_string()).contains(c), "{c:?}");
            assert!(matches!(c, '\n' | '\t') || !lines(&c.to_string()).contains(c), "{c:?}");
        }
    }

    /// Each byte at each place, in texts that are shorter than sixteen bytes, as long, and longer.
    #[test]
    fn what_is_printable_and_what_json_has_as_it_stands_there_is_told_of_each_byte_at_each_place() {
        for length in [1, 7, 15, 16, 17, 31, 32, 33, 48] {
            for at in 0..length {
                for c in ('\0'..'\u{100}').chain(['\u{2028}', '€', '👍']) {
                    let text = format!("{}{c}{}", "~".repeat(at), " ".repeat(length - at - 1));
                    assert_eq!(is_printable(&text), matches!(c, ' '..='~'), "{text:?}");
                    assert_eq!(is_json(&text), matches!(c, ' '..='~') && c != '"' && c != '\\', "{text:?}");
                }
            }
        }
        assert!(is_printable("") && is_json(""));
    }

    #[test]
    fn no_further_line_of_a_text_begins_at_the_margin() {
        assert_eq!(block("one\n\ttwo\r\n\nthree\n"), "one\n  | \ttwo\\r\n  | \n  | three");
        assert_eq!(block("one\n"), "one");
        assert_eq!(barred("one\ntwo"), "\n  | one\n  | two");
        assert_eq!(lines("one\n\ttwo\r"), "one\n\ttwo\\r");
    }

    #[test]
    fn of_a_long_text_the_beginning_and_the_end_are_kept() {
        assert_eq!(cut("x".repeat(2 * KEPT)), "x".repeat(2 * KEPT));
        let middle = "y".repeat(1000);
        let long = format!("{}{middle}{}", "a".repeat(KEPT), "z".repeat(KEPT));
        assert_eq!(cut(long), format!("{}\n[1000 bytes are left out]\n{}", "a".repeat(KEPT), "z".repeat(KEPT)));
        // A character of several bytes is kept whole or not at all.
        for shift in 0..3 {
            let text = cut(format!("{}{}", "a".repeat(shift), "€".repeat(KEPT)));
            assert!(text.len() <= 2 * KEPT + 64 && text.ends_with('€'), "{shift}");
        }
    }
}
