//! Where two lists part that are compared exactly: the first difference, and for bytes what is around it.

use std::fmt;
use std::ops::Range;

use super::element::{Exact, Number};

/// How many bytes are shown before the first difference, and how many from there on.
const BEFORE: usize = 8;
const AFTER: usize = 8;

/// Where two lists part.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    at: usize,
    what: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// One goes on where the other one ends.
    End {
        is_short: bool,
    },
    Elements {
        actual: Number,
        expected: Number,
    },
    Bytes {
        actual: Window,
        expected: Window,
    },
}

/// Some bytes of a list.
#[derive(Clone, Debug, PartialEq)]
struct Window {
    bytes: Vec<u8>,
    range: Range<usize>,
    length: usize,
    /// The one that differs.
    at: usize,
}

impl Parting {
    /// Of lists that differ.
    pub(super) fn of<T: Exact>(actual: &[T], expected: &[T]) -> Self {
        let at = actual.iter().zip(expected).take_while(|(a, e)| a == e).count();
        let what = match (actual.get(at), expected.get(at)) {
            (Some(actual), Some(expected)) => Kind::Elements { actual: actual.number(), expected: expected.number() },
            (own, _) => Kind::End { is_short: own.is_none() },
        };
        Self { at, what }
    }

    pub(super) fn of_bytes(actual: &[u8], expected: &[u8]) -> Self {
        let at = actual.iter().zip(expected).take_while(|(a, e)| a == e).count();
        Self { at, what: Kind::Bytes { actual: Window::of(actual, at), expected: Window::of(expected, at) } }
    }
}

impl Window {
    fn of(list: &[u8], at: usize) -> Self {
        let range = at.saturating_sub(BEFORE)..list.len().min(at + AFTER);
        Self { bytes: list[range.clone()].to_vec(), range, length: list.len(), at }
    }
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match &self.what {
            Kind::End { is_short: true } => write!(f, "the {at} elements that are there are as expected"),
            Kind::End { is_short: false } => write!(f, "the first {at} elements are as expected, and there are more"),
            Kind::Elements { actual, expected } => {
                write!(f, "the first difference: [{at}] {actual} instead of {expected}")
            }
            Kind::Bytes { actual, expected } => {
                write!(
                    f,
                    "the first difference is at byte {at} (0x{at:x}):\n    actual    {actual}\n    expected  {expected}"
                )
            }
        }
    }
}

/// `… 00 41 [ff] 03 …  |.A..|`, the one that differs in brackets.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, range, length, at } = self;
        f.write_str(if range.start > 0 { "… " } else { "" })?;
        let shown = range.clone().zip(bytes).map(|(here, byte)| match here == *at {
            true => format!("[{byte:02x}]"),
            false => format!("{byte:02x}"),
        });
        let end = (at == length).then(|| "[end]".to_owned());
        f.write_str(&shown.chain(end).collect::<Vec<_>>().join(" "))?;
        f.write_str(if range.end < *length { " …" } else { "" })?;
        let is_shown = |byte: &u8| matches!(byte, b' '..=b'~');
        let text: String = bytes.iter().map(|byte| if is_shown(byte) { char::from(*byte) } else { '.' }).collect();
        if text.is_empty() { Ok(()) } else { write!(f, "  |{text}|") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: Exact>(actual: &[T], expected: &[T]) -> String {
        Parting::of(actual, expected).to_string()
    }

    #[test]
    fn lists_part_at_the_first_difference_or_at_the_end_of_one() {
        assert_eq!(said(&[1, 2, 4], &[1, 2, 3, 4]), "the first difference: [2] 4 instead of 3");
        assert_eq!(said(&['a'], &['b', 'a']), "the first difference: [0] 'a' instead of 'b'");
        assert_eq!(said(&[1, 2], &[1, 2, 3]), "the 2 elements that are there are as expected");
        assert_eq!(said(&[1, 2, 3], &[1, 2]), "the first 2 elements are as expected, and there are more");
        assert_eq!(said(&[1], &[]), "the first 0 elements are as expected, and there are more");
    }

    #[test]
    fn bytes_are_shown_with_what_is_around_them() {
        let expected: Vec<u8> = (b'A'..=b'Z').collect();
        let mut actual = expected.clone();
        actual[12] = 0x1b;
        assert_eq!(
            Parting::of_bytes(&actual, &expected).to_string(),
            "the first difference is at byte 12 (0xc):\n    \
             actual    … 45 46 47 48 49 4a 4b 4c [1b] 4e 4f 50 51 52 53 54 …  |EFGHIJKL.NOPQRST|\n    \
             expected  … 45 46 47 48 49 4a 4b 4c [4d] 4e 4f 50 51 52 53 54 …  |EFGHIJKLMNOPQRST|"
        );
        assert_eq!(
            Parting::of_bytes(&[7], &[]).to_string(),
            "the first difference is at byte 0 (0x0):\n    actual    [07]  |.|\n    expected  [end]"
        );
        assert_eq!(
            Parting::of_bytes(b"ab", b"abc").to_string(),
            "the first difference is at byte 2 (0x2):\n    actual    61 62 [end]  |ab|\n    expected  61 62 [63]  |abc|"
        );
    }
}
