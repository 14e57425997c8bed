//! Maps of characters: SentencePiece's own is taken, and one with something else anywhere in it is no panic.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::tokenizer::charsmap::check;

fn own() -> Vec<u8> {
    fs::read(Path::new(crosscheck_fixtures::VOCABULARIES).join("nmt_nfkc.charsmap")).unwrap()
}

/// A map of one unit for each byte: what of it replaces what.
fn map(units: &[(usize, u32)], texts: &str) -> Vec<u8> {
    let mut all = vec![0_u32; 256];
    for &(at, unit) in units {
        all[at] = unit;
    }
    let mut bytes = 1024_u32.to_le_bytes().to_vec();
    bytes.extend(all.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes.extend(texts.as_bytes());
    bytes
}

/// A unit of a byte, which leads to the place of that distance, with a text there.
fn unit(byte: u8, offset: u32) -> u32 {
    offset << 10 | 1 << 8 | u32::from(byte)
}

/// "a" is replaced by the text at `text`.
fn of_a(text: u32) -> [(usize, u32); 3] {
    [(0, 0), (0x61, unit(b'a', 3)), (0x61 ^ 3, 1 << 31 | text)]
}

fn normalizer(map: &[u8]) -> Result<Tokenizer> {
    let mut json = json();
    json["normalizer"] = json!({"type": "Precompiled", "precompiled_charsmap": STANDARD.encode(map)});
    from_values(&json, &config())
}

#[test]
fn sentencepieces_own_map_is_taken() {
    assert_eq!(check(&own()), Ok(11));
    assert_eq!(normalizer(&own()).unwrap().encode("ｑﬀ", Special::AsText), tiny().encode("qff", Special::AsText));
}

#[test]
fn a_map_replaces_what_it_says() {
    let tokenizer = normalizer(&map(&of_a(2), "x\0qr\0y")).unwrap();
    assert_eq!(tokenizer.encode("aba", Special::AsText), tiny().encode("qrbqr", Special::AsText));
    // The end of all texts is one.
    assert_eq!(
        normalizer(&map(&of_a(6), "x\0qr\0y")).unwrap().encode("bab", Special::AsText),
        tiny().encode("bb", Special::AsText)
    );
}

#[test]
fn a_map_that_leads_out_of_itself_is_refused() {
    let small = map(&of_a(0), "x\0");
    let with = |change: fn(&mut Vec<u8>)| {
        let mut map = small.clone();
        change(&mut map);
        check(&map)
    };
    let cases = [
        (check(b""), "ends before it says how long it is"),
        (check(b"\xff\xff\xff\xff\x01"), "says that its first part has 4294967295 bytes, and 1 are left"),
        (check(b"\0\0\0\0"), "leads to place 0 of 0"),
        // A unit for each byte but the last ones.
        (with(|map| map[0] = 0xfc), "says that its first part has 1276 bytes, and 1026 are left"),
        (check(&[&1000_u32.to_le_bytes(), &small[4..1004], b"x\0"].concat()), "leads to place 250 of 250"),
        (check(&map(&[(0, 999 << 10)], "")), "leads to place 999 of 256"),
        (check(&map(&[(0, 0), (0x61, unit(b'a', 999))], "")), "leads to place 902 of 256"),
        (check(&map(&of_a(3), "x\0")), "names the text at 3, where none of its 2 bytes begins"),
        (check(&map(&of_a(1), "é\0")), "names the text at 1, where none of its 3 bytes begins"),
        (with(|map| *map.last_mut().unwrap() = 0xff), "has texts that are not UTF-8: "),
        (check(&vec![0; (4 << 20) + 1]), "has 4194305 bytes; at most 4194304 are allowed"),
    ];
    for (made, message) in cases {
        let made = made.unwrap_err();
        assert!(made.starts_with(message), "{made}, not {message}");
    }
    for (map, message) in [
        ("/////w==", "the map of Precompiled says that its first part has 4294967295 bytes, and 0 are left"),
        ("*", "the map of Precompiled is no base64: "),
        ("", "the map of Precompiled ends before it says how long it is"),
    ] {
        let mut json = json();
        json["normalizer"] = json!({"type": "Precompiled", "precompiled_charsmap": map});
        let text = from_values(&json, &config()).unwrap_err().to_string();
        assert!(text.starts_with(&format!("tokenizer.json: {message}")), "{text}");
    }
}

#[test]
fn a_map_makes_a_text_no_longer_than_it_may() {
    let long = |length: usize| map(&of_a(0), &"x".repeat(length));
    assert_eq!(check(&long(64)), Ok(64));
    normalizer(&long(64)).unwrap();
    let message =
        |times| format!("tokenizer.json: the normalizer can make a text {times} times as long; at most 64 are allowed");
    assert_eq!(normalizer(&long(65)).unwrap_err().to_string(), message(65));
    // Its end is not sought in all of the map for each character.
    assert_eq!(normalizer(&long(1 << 20)).unwrap_err().to_string(), message(1024));
    // A circle: each "a" leads back to where it was.
    let circle = map(&[(0, 0), (0x61, unit(b'a', 0x61)), (0x61 ^ 0x61, 0)], "xy\0");
    assert_eq!(check(&circle), Ok(2));
    normalizer(&circle).unwrap().encode("aaaaaaaaaa", Special::AsText).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is taken can be followed with every character that begins a text of the map.
    #[test]
    fn a_changed_map_is_refused_or_followed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        text in prop::collection::vec(prop_oneof!["[a-zａ-ｚﬀ-ﬆ½À-ÿ]", "e\u{301}", "\u{1112}\u{1161}\u{11ab}"], 0..40),
    ) {
        // The units of the first bytes, and the texts, in turn.
        let mut map = own();
        for (at, byte) in changes {
            let end = if byte % 2 == 0 { 4096 } else { map.len() };
            let at = at.index(end);
            map[at] = byte;
        }
        if let Ok(tokenizer) = normalizer(&map) {
            let _ = tokenizer.encode(&text.concat(), Special::AsText);
        }
    }
}
