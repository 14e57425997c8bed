//! How values are shown in a line: in full where they are short, and never without an end.

use std::fmt::{self, Debug, Write};

use crate::text;

/// How many characters of a value a line shows.
const BRIEF: usize = 80;

/// A text in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(BRIEF) {
        None => text::line(&format!("{text:?}")).into_owned(),
        Some((end, _)) => text::line(&format!("{:?}… ({} bytes)", &text[..end], text.len())).into_owned(),
    }
}

/// A value in a line, by its `Debug`.
pub(super) fn brief(value: &dyn Debug) -> String {
    let form = bounded(format_args!("{value:?}"), 4 * BRIEF);
    match form.text.char_indices().nth(BRIEF) {
        None if form.is_whole => text::line(&form.text).into_owned(),
        end => text::line(&format!("{}…", &form.text[..end.map_or(form.text.len(), |(end, _)| end)])).into_owned(),
    }
}

/// What a `Debug` has written.
pub(super) struct Form {
    pub(super) text: String,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
}

/// The text of a value, up to so many bytes. A `Debug` that fails has written what it has written.
pub(super) fn bounded(value: fmt::Arguments<'_>, most: usize) -> Form {
    let mut room = Room { text: String::new(), most };
    // An error is that of the room, or one of the `Debug`, which `to_string` would panic at.
    let is_whole = room.write_fmt(value).is_ok();
    Form { text: room.text, is_whole }
}

struct Room {
    text: String,
    most: usize,
}

impl Write for Room {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let left = self.most - self.text.len();
        if part.len() <= left {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(&part[..part.floor_char_boundary(left)]);
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_shown_in_full_and_what_is_long_is_cut() {
        assert_eq!(quoted("a\u{1b}\"\n"), r#""a\u{1b}\"\n""#);
        assert_eq!(quoted(&"ü".repeat(81)), format!("\"{}\"… (162 bytes)", "ü".repeat(80)));
        assert_eq!(
            (brief(&Some(1)), brief(&"x".repeat(78))),
            ("Some(1)".to_owned(), format!("\"{}\"", "x".repeat(78)))
        );
        assert_eq!(brief(&"ü".repeat(1000)), format!("\"{}…", "ü".repeat(79)));
    }

    /// It would never end, and it says that it has failed.
    struct Endless;

    impl Debug for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("ab\u{1b}")?;
            }
        }
    }

    struct Failing;

    impl Debug for Failing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("so far")?;
            Err(fmt::Error)
        }
    }

    #[test]
    fn a_debug_without_an_end_or_with_an_error_is_cut_there() {
        let shown = brief(&Endless);
        assert!(shown.starts_with("ab\\u{1b}ab") && shown.ends_with('…'), "{shown}");
        assert_eq!(brief(&Failing), "so far…");
    }
}
