//! How two texts differ, line by line. Whatever the texts are, it takes a time in proportion to them, and says no more than a
//! screen holds.

use std::collections::HashMap;
use std::fmt;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{DiffOp, DiffTag, group_diff_ops};

use super::shown::quoted;
use crate::text;

/// How many lines around a difference are shown.
const CONTEXT: usize = 2;
/// How many lines of each text are compared with each other, from the first difference on.
const COMPARED: usize = 1000;
/// How many lines are shown.
const SHOWN: usize = 40;
/// How many characters of a line are shown, and how many of those stand before the first difference.
const COLUMNS: usize = 120;
const BEFORE: usize = 40;
/// The most bytes of a text that is shown in a line with the other one.
const INLINE: usize = 60;

/// How two texts differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// Both are short.
    Inline {
        actual: String,
        expected: String,
    },
    /// They are the same.
    Same {
        form: String,
    },
    Lines {
        what: &'static str,
        lines: Vec<String>,
    },
}

impl Diff {
    /// Of two texts that are not equal.
    pub(super) fn of_texts(actual: &str, expected: &str) -> Self {
        let is_short = |text: &str| text.len() <= INLINE && !text.trim_end_matches('\n').contains('\n');
        Self(match is_short(actual) && is_short(expected) {
            true => Kind::Inline { actual: quoted(actual), expected: quoted(expected) },
            false => Kind::Lines { what: "the texts", lines: lines(actual, expected) },
        })
    }

    /// Of two values that are not equal, by what their `Debug` says.
    pub(super) fn of_forms(actual: &str, expected: &str) -> Self {
        let is_short = |form: &str| form.len() <= INLINE && !form.contains('\n');
        let line = |form: &str| text::line(form).into_owned();
        Self(match is_short(actual) && is_short(expected) {
            _ if actual == expected => Kind::Same { form: line(&actual[..actual.floor_char_boundary(INLINE)]) },
            true => Kind::Inline { actual: line(actual), expected: line(expected) },
            false => Kind::Lines { what: "the values", lines: lines(actual, expected) },
        })
    }

    /// With the place of the text in its value.
    pub(super) fn fmt(&self, place: impl fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Inline { actual, expected } => write!(f, "{actual} instead of {expected}{place}"),
            Kind::Same { form } => write!(
                f,
                "{form} instead of another one that reads the same{place}: the two differ by their `PartialEq`, and not in \
                 their `Debug`"
            ),
            Kind::Lines { what, lines } => {
                write!(f, "{what} disagree{place} (- expected, + actual)")?;
                lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
            }
        }
    }
}

/// The parts of two texts that are compared line by line.
struct Parts<'t> {
    actual: Vec<&'t str>,
    expected: Vec<&'t str>,
    /// How many lines come before, the same in both.
    before: usize,
    /// Whether the texts go on, and may differ there.
    go_on: bool,
}

/// What makes one list of lines of the other. By the one algorithm that is wanted: to choose it while it runs, all of them are compiled.
fn ops(old: &[usize], new: &[usize]) -> Vec<DiffOp> {
    let mut hook = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = myers::diff(&mut hook, old, 0..old.len(), new, 0..new.len());
    hook.into_inner().into_inner().into_ops()
}

fn lines(actual: &str, expected: &str) -> Vec<String> {
    // Of two texts that both end without one, nobody needs to know.
    let one_newline = actual.ends_with('\n') != expected.ends_with('\n');
    let Parts { actual, expected, before, go_on } = parts(actual, expected);
    let mut numbers = HashMap::new();
    let mut number = |line| {
        let next = numbers.len();
        *numbers.entry(line).or_insert(next)
    };
    // Each line is read once, however often it is compared.
    let old: Vec<_> = expected.iter().map(|line| number(*line)).collect();
    let new: Vec<_> = actual.iter().map(|line| number(*line)).collect();
    let mut shown = Vec::new();
    for hunk in group_diff_ops(ops(&old, &new), CONTEXT) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let (old, new) = (first.old_range().start..last.old_range().end, first.new_range().start..last.new_range().end);
        let range = |lines: &std::ops::Range<usize>| format!("{},{}", before + lines.start + 1, lines.len());
        shown.push(format!("@@ -{} +{} @@", range(&old), range(&new)));
        for op in hunk {
            let (tag, old, new) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                shown.extend(expected[old].iter().map(|line| format!("  {}", window(line, 0))));
                continue;
            }
            let (old, new) = (&expected[old], &actual[new]);
            let at = |number: usize| match (old.get(number), new.get(number)) {
                (Some(old), Some(new)) => common(old.as_bytes(), new.as_bytes()),
                _ => 0,
            };
            for (sign, lines) in [('-', old), ('+', new)] {
                for (number, line) in lines.iter().enumerate() {
                    shown.push(format!("{sign} {}", changed(line, at(number))));
                    if one_newline && !line.ends_with('\n') && !go_on {
                        shown.push("\\ without a newline at its end".to_owned());
                    }
                }
            }
        }
    }
    if shown.len() > SHOWN {
        let more = shown.len() - SHOWN;
        shown.truncate(SHOWN);
        shown.push(format!("… {more} more lines"));
    }
    if go_on {
        shown.push(format!("… the texts go on; {COMPARED} lines from the first difference on were compared"));
    }
    shown
}

/// Leaves out what both begin and end with, but for a few lines.
fn parts<'t>(actual: &'t str, expected: &'t str) -> Parts<'t> {
    let same = common(actual.as_bytes(), expected.as_bytes());
    // The first byte that differs may be within a character: the line begins at a character.
    let mut start = 0;
    let mut newlines = actual.as_bytes()[..same].iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    if let Some((at, _)) = newlines.nth(CONTEXT) {
        start = at + 1;
    }
    let before = actual.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count();
    let (actual, expected) = (&actual[start..], &expected[start..]);
    let end = common_end(actual.as_bytes(), expected.as_bytes());
    let tail = &actual.as_bytes()[actual.len() - end..];
    let mut newlines = tail.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    // The line that the common end begins in is not all of it.
    let end = newlines.nth(CONTEXT).map_or(0, |(at, _)| end - at - 1);
    let cut = |text: &'t str| {
        let mut lines = text[..text.len() - end].split_inclusive('\n');
        let first: Vec<_> = lines.by_ref().take(COMPARED).collect();
        (first, lines.next().is_some())
    };
    let ((actual, actual_goes_on), (expected, expected_goes_on)) = (cut(actual), cut(expected));
    Parts { actual, expected, before, go_on: actual_goes_on || expected_goes_on }
}

/// How many bytes are the same from the beginning on.
fn common(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK)).take_while(|(a, b)| a == b && a.len() == BLOCK).count();
    let start = blocks * BLOCK;
    start + a[start..].iter().zip(&b[start..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes are the same from the end on.
fn common_end(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.rchunks(BLOCK).zip(b.rchunks(BLOCK)).take_while(|(a, b)| a == b && a.len() == BLOCK).count();
    let end = blocks * BLOCK;
    end + a[..a.len() - end].iter().rev().zip(b[..b.len() - end].iter().rev()).take_while(|(a, b)| a == b).count()
}

/// A line that differs: blanks at its end can be seen.
fn changed(line: &str, at: usize) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let shown = window(line, at);
    let kept = shown.trim_end_matches(' ').len();
    let blanks = shown.len() - kept;
    format!("{}{}", &shown[..kept], "␠".repeat(blanks))
}

/// A line, or the part of it around a place.
fn window(line: &str, at: usize) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    if line.char_indices().nth(COLUMNS).is_none() {
        return text::line(line).into_owned();
    }
    let at = line.floor_char_boundary(at.min(line.len()));
    let start = line[..at].char_indices().rev().nth(BEFORE - 1).map_or(0, |(start, _)| start);
    let end = line[start..].char_indices().nth(COLUMNS).map_or(line.len(), |(end, _)| start + end);
    let (lead, rest) = (if start > 0 { "…" } else { "" }, if end < line.len() { "…" } else { "" });
    format!("{lead}{}{rest} (from byte {start} of {})", text::line(&line[start..end]), line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown(Diff);

    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(" in `x`", f)
        }
    }

    fn said(actual: &str, expected: &str) -> String {
        Shown(Diff::of_texts(actual, expected)).to_string()
    }

    /// What stands below the first line.
    fn below(actual: &str, expected: &str) -> String {
        let said = said(actual, expected);
        let (first, rest) = said.split_once('\n').unwrap();
        assert_eq!(first, "the texts disagree in `x` (- expected, + actual)");
        rest.to_owned()
    }

    #[test]
    fn short_texts_stand_in_one_line() {
        assert_eq!(said("wurld\n", "world"), r#""wurld\n" instead of "world" in `x`"#);
        assert_eq!(said("", "\u{1b}[2J"), r#""" instead of "\u{1b}[2J" in `x`"#);
    }

    #[test]
    fn lines_that_differ_stand_below_each_other_with_those_around_them() {
        let text = |changed: &str| format!("one\ntwo\nthree\nfour\n{changed}six\nseven\neight\nnine\n");
        assert_eq!(
            below(&text("5\n"), &text("five\n")),
            "  @@ -3,5 +3,5 @@\n    three\n    four\n  - five\n  + 5\n    six\n    seven"
        );
        assert_eq!(
            below(&text(""), &text("five\n")),
            "  @@ -3,5 +3,4 @@\n    three\n    four\n  - five\n    six\n    seven"
        );
        assert_eq!(
            below(&text("five\nand a half\n"), &text("five\n")),
            "  @@ -4,4 +4,5 @@\n    four\n    five\n  + and a half\n    six\n    seven"
        );
        // Two places far from each other.
        let far = |a: &str, b: &str| format!("{a}\n{}{b}\n", "same\n".repeat(9));
        assert_eq!(
            below(&far("A", "B"), &far("a", "b")),
            "  @@ -1,3 +1,3 @@\n  - a\n  + A\n    same\n    same\n  @@ -9,3 +9,3 @@\n    same\n    same\n  - b\n  + B"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(
            below("a\nb \nc\td\r\ne", "a\nb\nc d\ne\n"),
            "  @@ -1,4 +1,4 @@\n    a\n  - b\n  - c d\n  - e\n  + b␠\n  + c\\td\\r\n  + e\n  \\ without a newline at its end"
        );
    }

    #[test]
    fn of_a_long_line_the_part_around_the_difference_is_shown() {
        let line = |c: char| format!("{}{c}{}", "ü".repeat(5000), "x".repeat(5000));
        let window = |c: char| {
            format!("…{}{c}{}… (from byte 9920 of {})", "ü".repeat(40), "x".repeat(79), 15_000 + c.len_utf8())
        };
        assert_eq!(
            below(&line('b'), &line('ö')),
            format!("  @@ -1,1 +1,1 @@\n  - {}\n  + {}", window('ö'), window('b'))
        );
    }

    /// The first and the last line are among them, and nothing is taken for a difference that is none.
    #[test]
    fn huge_texts_take_no_longer_than_reading_them() {
        let text = |from: usize, changed: &str| {
            let lines: String = (from..700_000).map(|at| format!("line {at}\n")).collect();
            lines.replace("line 350000\n", changed)
        };
        let (whole, without_a_line) = (text(0, "line 350000\n"), text(0, ""));
        assert!(whole.len() > 8_000_000);
        assert_eq!(
            below(&without_a_line, &whole),
            "  @@ -349999,5 +349999,4 @@\n    line 349998\n    line 349999\n  - line 350000\n    line 350001\n    line 350002"
        );
        assert!(below(&text(1, "line 350000\n"), &whole).starts_with("  @@ -1,3 +1,2 @@\n  - line 0\n    line 1\n"));
        // Nothing is like the other.
        let other: String = (0..700_000).map(|at| format!("row {at}\n")).collect();
        let shown = below(&other, &whole);
        assert!(shown.lines().count() == SHOWN + 2 && shown.len() < 2_000, "{shown}");
        assert!(shown.ends_with(
            "  … 1961 more lines\n  … the texts go on; 1000 lines from the first difference on were compared"
        ));
    }

    #[test]
    fn every_short_text_is_compared_with_every_other_one() {
        let texts: Vec<_> = (0..=3)
            .flat_map(|length| {
                (0..1_u32 << (2 * length)).map(move |bits| {
                    (0..length).map(|at| ["a", "\n", "ü", "é"][(bits >> (2 * at)) as usize & 3]).collect::<String>()
                })
            })
            .collect();
        for actual in &texts {
            for expected in texts.iter().filter(|expected| *expected != actual) {
                let shown = lines(actual, expected);
                let has = |sign: &str| shown.iter().any(|line| line.starts_with(sign));
                assert!(has("- ") || has("+ "), "{actual:?} {expected:?} {shown:?}");
            }
        }
    }
}
