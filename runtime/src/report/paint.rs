//! Colours, put on afterwards: the words of a report say everything by themselves.

use anstyle::{AnsiColor, Style};

use crate::text;

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const BLUE: Style = AnsiColor::Cyan.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREY: Style = AnsiColor::BrightBlack.on_default();

/// Words and their colours; the longer of two that share a beginning stands first.
const WORDS: [(&str, Style); 25] = [
    ("not implemented", GREY),
    ("unavailable", GREY),
    ("passed", GREEN),
    ("known flaky", YELLOW),
    ("flaky", YELLOW),
    ("FLAKY", RED),
    ("xfailed", YELLOW),
    ("skipped", BLUE),
    ("FAILED", RED),
    ("XPASSED", RED),
    ("XCHANGED", RED),
    ("EXPIRED", RED),
    ("VACUOUS", RED),
    ("TIMED OUT", RED),
    ("CRASHED", RED),
    ("MISSING", RED),
    ("warning", YELLOW),
    ("xfail", YELLOW),
    ("skip", BLUE),
    ("run", GREEN),
    ("stale", RED),
    ("too wide", RED),
    ("needed", GREEN),
    ("error", RED),
    ("–", GREY),
];

/// Colours the counted words of a report: those behind a number, and those that begin a line or a verdict.
pub fn paint(text: &str) -> String {
    // What is put together from texts of others is safe already; what was overlooked there does no harm either.
    text::lines(text).split_inclusive('\n').map(paint_line).collect()
}

fn paint_line(line: &str) -> String {
    // The lines of a list of changes are coloured as a whole, as a diff's are.
    for (beginning, style) in [("- ", RED), ("+ ", GREEN), ("@@ ", BLUE)] {
        if line.starts_with(beginning) {
            let text = line.trim_end_matches('\n');
            return format!("{style}{text}{style:#}{}", &line[text.len()..]);
        }
    }
    let mut painted = String::with_capacity(line.len() + 32);
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        match word_at(line, at) {
            Some((word, style)) => {
                painted.push_str(&format!("{style}{word}{style:#}"));
                at += word.len();
            }
            None => {
                painted.push(c);
                at += c.len_utf8();
            }
        }
    }
    painted
}

/// The word to colour at this place: one that stands behind a count, at the beginning of the line, or as a verdict.
fn word_at(line: &str, at: usize) -> Option<(&'static str, Style)> {
    let (before, here) = line.split_at(at);
    let (word, style) = WORDS.into_iter().find(|(word, _)| here.starts_with(word))?;
    let ends = here[word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let counted = before.strip_suffix(' ').is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()));
    let begins = before.trim().is_empty();
    let verdict = before.ends_with("`: ") || before.ends_with(": ") && before.contains("row `");
    (ends && (counted || begins || verdict || word == "–")).then_some((word, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_coloured_and_prose_is_not() {
        assert_eq!(paint("a passed 3 passed"), format!("a passed 3 {GREEN}passed{GREEN:#}"));
        assert_eq!(paint("2 runs"), "2 runs");
        assert_eq!(paint("  skip  mlx"), format!("  {BLUE}skip{BLUE:#}  mlx"));
    }

    #[test]
    fn a_change_is_coloured_as_in_a_diff() {
        assert_eq!(paint("- xfail a\n"), format!("{RED}- xfail a{RED:#}\n"));
        assert_eq!(paint("+ xfail a"), format!("{GREEN}+ xfail a{GREEN:#}"));
    }

    #[test]
    fn without_colours_the_text_is_the_same() {
        let text = "1 passed, 2 XPASSED\n– x\nunavailable: é\n";
        assert_eq!(anstream::adapter::strip_str(&paint(text)).to_string(), text);
    }
}
