//! What a cell printed, as much of it as is worth keeping.

use std::collections::VecDeque;

use crate::text::{KEPT, left_out};

/// The beginning and the end of what came in.
#[derive(Debug, Default)]
pub(super) struct Output {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// How many bytes came in.
    total: u64,
}

impl Output {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let (head, rest) = bytes.split_at(bytes.len().min(KEPT - self.head.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(KEPT)..];
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..excess);
    }

    /// As text; what is no text is replaced, what was left out is counted.
    pub(super) fn text(mut self) -> String {
        let omitted = self.total - (self.head.len() + self.tail.len()) as u64;
        if omitted == 0 {
            self.head.extend(&self.tail);
            return String::from_utf8_lossy(&self.head).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(self.tail.make_contiguous()));
        format!("{head}\n{}\n{tail}", left_out(omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: &[&[u8]]) -> String {
        let mut output = Output::default();
        parts.iter().for_each(|part| output.add(part));
        output.text()
    }

    #[test]
    fn little_is_kept_whole() {
        assert_eq!(text(&[b"one\n", b"two\tthree"]), "one\ntwo\tthree");
        let full = vec![b'x'; 2 * KEPT];
        assert_eq!(text(&[&full]).len(), full.len());
        assert_eq!(text(&full.chunks(7).collect::<Vec<_>>()).len(), full.len());
    }

    #[test]
    fn of_much_the_beginning_and_the_end_are_kept() {
        let bytes: Vec<_> = (0..3 * KEPT).map(|at| b'a' + (at / KEPT) as u8).collect();
        for piece in [1000, KEPT, bytes.len()] {
            let text = text(&bytes.chunks(piece).collect::<Vec<_>>());
            let expected = format!("{}\n[{KEPT} bytes are left out]\n{}", "a".repeat(KEPT), "c".repeat(KEPT));
            assert!(text == expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn everything_that_is_text_is_kept_as_it_is() {
        assert_eq!(text(&[b"\x1b[31m\xff\0\r"]), "\x1b[31m\u{fffd}\0\r");
    }
}
