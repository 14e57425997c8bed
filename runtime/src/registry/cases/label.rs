//! What a case is called in the names of cells.

use std::borrow::Cow;
use std::fmt::Write;

/// The name as a shell, a runner and a pattern take it: letters, digits and a few signs stay, every other byte is written in
/// hexadecimal digits behind a `%`, that sign as well, so that two names never become one.
pub fn label<'a>(name: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let name = name.into();
    let (bytes, mut at) = (name.as_bytes(), 0);
    // By bytes: a debug build takes several times as long for characters, and nearly all names are plain.
    while at < bytes.len() && IS_PLAIN[bytes[at] as usize] {
        at += 1;
    }
    if at == bytes.len() { name } else { Cow::Owned(of_bytes(bytes)) }
}

/// The same of a name that may be no text, such as that of a file.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    let mut label = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_plain = if c.is_ascii() { IS_PLAIN[c as usize] } else { c.is_alphanumeric() };
            match is_plain {
                true => label.push(c),
                false => escape(&mut label, c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        escape(&mut label, chunk.invalid());
    }
    label
}

fn escape(label: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // A `String` takes whatever is written to it.
        let _ = write!(label, "%{byte:02X}");
    }
}

/// Not `:`, which parts the name of a cell, and nothing that a shell, a pattern of a row or a filter of a runner gives a meaning.
const IS_PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        plain[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b'@');
        at += 1;
    }
    plain
};

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn what_is_plain_stays_and_the_rest_is_written_in_digits() {
        for (name, expected) in [
            ("string/basic-escape-1", "string/basic-escape-1"),
            ("a_b.c+d=e@f", "a_b.c+d=e@f"),
            ("größe/日本", "größe/日本"),
            ("two words", "two%20words"),
            ("a::b", "a%3A%3Ab"),
            ("100%", "100%25"),
            ("n_[1,]", "n_%5B1%2C%5D"),
            ("tab\tquote\"star*", "tab%09quote%22star%2A"),
            ("e\u{301}", "e%CC%81"),
            ("👩\u{200d}💻", "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB"),
            ("", ""),
        ] {
            assert_eq!(label(name), expected, "{name:?}");
        }
        assert_eq!(of_bytes(b"a\xffb\xc3"), "a%FFb%C3");
    }

    /// Every name of up to three of some bytes, those that the digits are made of among them.
    #[test]
    fn two_names_never_become_one() {
        let bytes: [&[u8]; 9] = [b"%", b"2", b"0", b" ", b"a", b":", b"/", "é".as_bytes(), b"\xff"];
        let (mut names, mut last): (Vec<Vec<u8>>, _) = (Vec::new(), vec![Vec::new()]);
        for _ in 0..3 {
            last = last.iter().flat_map(|name: &Vec<u8>| bytes.map(|byte| [name, byte].concat())).collect();
            names.extend(last.iter().cloned());
        }
        let mut seen = HashMap::new();
        for name in &names {
            let label = of_bytes(name);
            assert!(!label.contains("::") && !label.contains('*'), "{label}");
            if let Some(other) = seen.insert(label.clone(), name) {
                panic!("{other:?} and {name:?} are called {label}");
            }
        }
    }
}
