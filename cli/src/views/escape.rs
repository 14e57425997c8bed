//! Texts that others wrote, on their way into a format.

use crosscheck::internals::report::line;
use serde::Serialize;

/// JSON over several lines, in which nothing acts on the terminal of whoever prints it.
pub fn json(value: &impl Serialize) -> String {
    inert(serde_json::to_string_pretty(value).expect("what is shown can be written as JSON")) + "\n"
}

/// The same JSON, in which nothing acts on the terminal of whoever prints it.
pub fn inert(json: String) -> String {
    if json.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return json;
    }
    let mut safe = String::with_capacity(json.len() + 1);
    let acts = |c: char| line(c.encode_utf8(&mut [0; 4])).starts_with('\\');
    for c in json.chars() {
        match c {
            '\n' | ' '..='~' => safe.push(c),
            c if !acts(c) => safe.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    safe
}

/// A text in Markdown that means nothing but itself, also in a cell of a table: no markup, no link, nobody that is mentioned.
pub fn markdown(text: &str) -> String {
    let text = line(text);
    if text.is_empty() {
        return "–".to_owned();
    }
    let (mut longest, mut here) = (0, 0);
    for c in text.chars() {
        here = if c == '`' { here + 1 } else { 0 };
        longest = longest.max(here);
    }
    let fence = "`".repeat(longest + 1);
    // Of a space at both ends, one is taken off each.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// A text in XML, in an element or an attribute.
pub fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No XML may hold them.
            '\u{fffe}' | '\u{ffff}' => safe.push(char::REPLACEMENT_CHARACTER),
            c => safe.push(c),
        }
    }
    safe
}

/// A field of a CSV file, which a spreadsheet takes for a text.
pub fn csv(text: &str) -> String {
    let text = line(text);
    let formula = text.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{text}") } else { text.into_owned() };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_same_and_acts_on_nothing() {
        let text = "a\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{2028}ü👩‍💻\n\"\\";
        let written = json(&text);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        assert!(written.trim_end().chars().all(|c| line(&c.to_string()) == c.to_string()), "{written}");
        assert!(written.contains("ü👩‍💻"));
    }

    #[test]
    fn a_text_in_markdown_means_nothing() {
        for (text, shown) in [
            ("", "–"),
            ("a", "`a`"),
            ("a|b", "`a\\|b`"),
            ("`a`", "`` `a` ``"),
            ("a```b", "````a```b````"),
            (" ", "`   `"),
            ("<script>@team #1 [x](y)\nz", "`<script>@team #1 [x](y)\\nz`"),
            ("\u{1b}[2J", "`\\u{1b}[2J`"),
        ] {
            assert_eq!(markdown(text), shown);
        }
    }

    #[test]
    fn a_text_in_xml_is_no_markup() {
        let text = "<a b='\"'>&amp;</a>\u{1b}\u{0}\u{ffff}ü";
        assert_eq!(xml(text), "&lt;a b=&#39;&quot;&#39;&gt;&amp;amp;&lt;/a&gt;\\u{1b}\\u{0}\u{fffd}ü");
    }

    #[test]
    fn a_spreadsheet_computes_nothing() {
        for (text, field) in [
            ("a b", "a b"),
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("a,b", "\"a,b\""),
            ("-\"x\"", "\"'-\"\"x\"\"\""),
            ("a\nb\u{1b}", "a\\nb\\u{1b}"),
        ] {
            assert_eq!(csv(text), field);
        }
    }
}
