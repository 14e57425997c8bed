//! What files and libraries say, as it can stand in an error.

use std::fmt;

/// How many characters of a name or a value an error shows.
const SHOWN: usize = 100;

/// What a file says, as it can stand in an error: without control characters, and not for pages.
pub(crate) fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    // Quotes need no backslash between backticks.
    if cut.contains('\\') {
        cut = cut.replace("\\\"", "\"").replace("\\'", "'");
    }
    if text.chars().nth(SHOWN).is_some() { cut + "…" } else { cut }
}

/// What a library says of a file, which can quote all of it: without control characters, the beginning and the end.
pub(crate) fn short(said: &dyn fmt::Display) -> String {
    const BEGINNING: usize = 300;
    const END: usize = 100;
    let shown = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let text: Vec<char> = said.to_string().chars().map(shown).collect();
    match text.len().checked_sub(END) {
        Some(end @ BEGINNING..) => text[..BEGINNING].iter().chain(&['…']).chain(&text[end..]).collect(),
        _ => text.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_is_cut_in_the_middle() {
        let said = |length: usize| format!("{}é", "a".repeat(length - 1));
        assert_eq!(short(&said(399)), said(399));
        assert_eq!(short(&format!("\u{1b}[2J{}", said(9000))), format!("\u{fffd}[2J{}…{}", "a".repeat(296), said(100)));
    }

    #[test]
    fn what_a_file_says_is_shown_in_one_short_line() {
        assert_eq!(shown("a \"name\" of größe 'x'"), "a \"name\" of größe 'x'");
        assert_eq!(shown("\u{1b}[2J\n"), "\\u{1b}[2J\\n");
        assert_eq!(shown(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shown(&"é".repeat(SHOWN + 1)), "é".repeat(SHOWN) + "…");
    }
}
