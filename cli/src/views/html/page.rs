//! What every page has: one file that fetches nothing, in which no script runs but its own.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crosscheck::internals::report;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page.
pub struct Page<'a> {
    /// What it is called: the title of its window.
    pub title: &'a str,
    /// What stands at its top, beside the choice of colours: its heading, and what it is of.
    pub head: Markup,
    /// Everything else.
    pub body: Markup,
    /// Rules beside those that every page has.
    pub style: &'a str,
    /// What its script is told, as JSON, in an element of this name.
    pub data: Option<(&'a str, &'a str)>,
    /// A script beside the one that every page has, of which it may use the functions.
    pub script: &'a str,
}

impl Page<'_> {
    /// The file.
    pub fn render(self) -> String {
        let Self { title, head, body, style, data, script } = self;
        let script = format!("(() => {{\n\"use strict\";\n{SCRIPT}{script}}})();\n");
        // What somebody else brings in runs no script, whatever became of the escaping, and sends nothing anywhere.
        let digest = STANDARD.encode(Sha256::digest(&script));
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content={ "crosscheck " (env!("CARGO_PKG_VERSION")) };
                    title { (text(title)) }
                    style { (PreEscaped(STYLE)) (PreEscaped(style)) }
                }
                body {
                    header .top {
                        div { (head) }
                        // Without the script there is nothing to choose.
                        div .theme #theme hidden { }
                    }
                    main #main { (body) }
                    footer { "Made by crosscheck " (env!("CARGO_PKG_VERSION")) "." }
                    @if let Some((name, json)) = data {
                        script type="application/json" id=(name) { (embedded(json)) }
                    }
                    script { (PreEscaped(script)) }
                }
            }
        };
        page.into_string() + "\n"
    }
}

/// A text that somebody else wrote, in one line: what acts on its reader's screen, such as a change of the direction of writing, is
/// written out. The markup escapes it as well.
pub fn text(text: &str) -> Cow<'_, str> {
    report::line(text)
}

/// A link to where something is followed up, if that is an address of the web; else the text.
pub fn link(address: &str) -> Markup {
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    let shown = text(address);
    html! {
        @if is_web {
            a href=(shown) rel="noreferrer" { (shown) }
        } @else {
            (shown)
        }
    }
}

/// JSON in the middle of a page: none of its texts ends the element that it stands in.
fn embedded(json: &str) -> PreEscaped<String> {
    let mut safe = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            '<' | '>' | '&' => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            // What the lines of a script, or the eyes of who reads the source, would stumble over.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    PreEscaped(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(hostile: &str) -> String {
        let data = serde_json::to_string(hostile).unwrap();
        let (head, body) = (html! { h1 { (text(hostile)) } }, html! { p title=(text(hostile)) { (link(hostile)) } });
        Page { title: hostile, head, body, style: "", data: Some(("data", &data)), script: "" }.render()
    }

    /// Whatever a text says, there are as many elements as without it, and as many quotes.
    #[test]
    fn a_text_is_no_markup() {
        let count = |page: &str, what: &str| page.matches(what).count();
        let plain = page("plain");
        for hostile in [
            "</script><script>alert(1)</script>",
            "<!--<script>",
            "]]>-->",
            "\"onload='alert(1)'",
            "javascript:alert(1)",
            "a\u{202e}b\u{2028}c\u{1b}[2J",
            "https://a.b/\" onclick=\"alert(1)",
        ] {
            let page = page(hostile);
            for what in ["<script", "</script", "<!--", "-->", "<p ", "<h1>"] {
                assert_eq!(count(&page, what), count(&plain, what), "{what} of {hostile:?}");
            }
            assert!(!page.contains(['\u{202e}', '\u{2028}', '\u{1b}']), "{hostile:?}");
            assert!(!page.contains("href=\"javascript") && !page.contains("onclick=\""));
        }
    }

    #[test]
    fn what_is_embedded_is_the_same_json() {
        let text = "</script> <!-- --> & \u{2028}\u{2029} \" \\ ü \\u003c";
        let PreEscaped(json) = embedded(&serde_json::to_string(text).unwrap());
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn only_an_address_of_the_web_is_a_link() {
        for (address, is_link) in [
            ("https://example.org/a?b=c&d", true),
            ("HTTP://example.org", true),
            ("javascript:alert(1)", false),
            ("data:text/html,<script>", false),
            ("issue 7", false),
            (" https://example.org", false),
            ("ht\u{fc}ps", false),
        ] {
            assert_eq!(link(address).into_string().contains("<a "), is_link, "{address}");
        }
    }

    /// A browser runs the script only where this is its digest.
    #[test]
    fn the_script_is_the_one_that_the_policy_names() {
        let page = Page { title: "", head: html! {}, body: html! {}, style: "", data: None, script: "f();\n" }.render();
        let (_, script) = page.rsplit_once("<script>").unwrap();
        let (script, _) = script.split_once("</script>").unwrap();
        assert!(page.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))));
        assert!(script.ends_with("f();\n})();\n"));
    }
}
