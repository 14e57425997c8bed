//! Lines: how they end, and how two texts differ in them.

use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// A text whose lines all end in `\n`, without a byte order mark and without the line that a shell reads.
pub struct Lines {
    /// The text.
    pub text: String,
}

const MARK: char = '\u{feff}';

impl Lines {
    /// Of the text of a file.
    pub fn of(raw: &str) -> Self {
        Self { text: raw.trim_start_matches(MARK).replace("\r\n", "\n") }
    }
}

/// The new text with the line ends of the file: each line that stays has its own, the others what most of them have.
pub fn with_endings(raw: &str, old: &str, new: &str) -> String {
    let windows = raw.matches("\r\n").count();
    let mark = if raw.starts_with(MARK) { MARK.to_string() } else { String::new() };
    if windows == 0 {
        return mark + new;
    }
    let usual = if 2 * windows >= raw.matches('\n').count() { "\r\n" } else { "\n" };
    let raw_lines: Vec<_> = raw.trim_start_matches(MARK).split_inclusive('\n').collect();
    let (old, new): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut text = mark;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        match op.tag() {
            DiffTag::Equal => op.old_range().for_each(|at| text.push_str(raw_lines[at])),
            _ => op.new_range().for_each(|at| text.push_str(&new[at].replace('\n', usual))),
        }
    }
    text
}

/// A part of a diff.
pub struct Hunk {
    /// `@@ -1,2 +1,3 @@`
    pub head: String,
    /// The lines of the old text, from 0.
    pub old: Range<usize>,
    /// The lines, each with ` `, `-` or `+` before it.
    pub lines: Vec<String>,
}

/// How two texts differ, with three lines around each change.
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let (old, new): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let groups = group_diff_ops(capture_diff_slices(Algorithm::Patience, &old, &new), 3);
    groups.iter().map(|ops| hunk(ops, &old, &new)).collect()
}

fn hunk(ops: &[DiffOp], old: &[&str], new: &[&str]) -> Hunk {
    let span = |range: fn(&DiffOp) -> Range<usize>| {
        let (first, last) = (ops.first().map(range), ops.last().map(range));
        first.unwrap_or_default().start..last.unwrap_or_default().end
    };
    let (before, after) = (span(DiffOp::old_range), span(DiffOp::new_range));
    let place = |range: &Range<usize>| {
        let start = if range.is_empty() { range.start } else { range.start + 1 };
        format!("{start},{}", range.len())
    };
    let mut lines = Vec::new();
    for op in ops {
        let mut push = |sign: char, text: &[&str]| {
            for line in text {
                lines.push(format!("{sign}{}", line.trim_end_matches(['\n', '\r'])));
                if !line.ends_with('\n') {
                    lines.push("\\ No newline at end of file".to_owned());
                }
            }
        };
        match op.tag() {
            DiffTag::Equal => push(' ', &old[op.old_range()]),
            _ => {
                push('-', &old[op.old_range()]);
                push('+', &new[op.new_range()]);
            }
        }
    }
    Hunk { head: format!("@@ -{} +{} @@", place(&before), place(&after)), old: before, lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_ends() {
        for (raw, new, expected) in [
            ("a\r\nb\r\n", "a\nc\nb\n", "a\r\nc\r\nb\r\n"),
            ("a\nb\n", "a\nc\nb\n", "a\nc\nb\n"),
            ("a\r\nb\nc\r\n", "a\nb\nx\nc\n", "a\r\nb\nx\r\nc\r\n"),
            ("\u{feff}a\r\nb", "a\nx\nb", "\u{feff}a\r\nx\r\nb"),
            ("\u{feff}a\n", "b\n", "\u{feff}b\n"),
        ] {
            assert_eq!(with_endings(raw, &Lines::of(raw).text, new), expected, "{raw:?}");
        }
    }
}
