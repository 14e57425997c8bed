use super::*;

#[test]
fn each_piece_is_what_is_sure_by_then() {
    let tokenizer = tiny();
    for case in cases() {
        let Case::Stream { name, ids, pieces, rest, .. } = case else { continue };
        let mut decoder = tokenizer.stream(Show::Special);
        let made: Vec<String> = ids.iter().map(|&id| decoder.push(id).unwrap()).collect();
        assert_eq!((made, decoder.finish()), (pieces, rest), "{name}");
    }
}

#[test]
fn a_special_token_that_is_not_shown_leaves_no_trace() {
    let tokenizer = tiny();
    // The first half of a letter, a special token, the second half.
    let halves = tokenizer.encode("\u{439}", Special::AsText).unwrap();
    let [first, second] = halves[..] else { panic!("two tokens: {halves:?}") };
    let mut decoder = tokenizer.stream(Show::TextOnly);
    let pieces = [first, 2, second].map(|id| decoder.push(id).unwrap());
    assert_eq!(pieces, ["", "", "\u{439}"]);
}

#[test]
fn an_unknown_token_leaves_a_stream_as_it_was() {
    let tokenizer = tiny();
    let halves = tokenizer.encode("\u{439}", Special::AsText).unwrap();
    let mut decoder = tokenizer.stream(Show::Special);
    assert_eq!(decoder.push(halves[0]).unwrap(), "");
    assert!(decoder.push(512).is_err());
    assert_eq!(decoder.push(halves[1]).unwrap(), "\u{439}");
}

proptest! {
    #[test]
    fn the_pieces_of_any_bytes_are_their_text(bytes in prop::collection::vec(any::<u8>(), 0..40), skip in any::<bool>()) {
        let tokenizer = tiny();
        let letter: HashMap<u8, char> = byte_level_alphabet().into_iter().map(|(letter, byte)| (byte, letter)).collect();
        let ids: Vec<u32> = bytes.iter().map(|byte| tokenizer.id(&letter[byte].to_string()).unwrap()).collect();
        let mut decoder = tokenizer.stream(if skip { Show::TextOnly } else { Show::Special });
        let mut made = String::new();
        for id in ids {
            made.push_str(&decoder.push(id).unwrap());
            prop_assert!(decoder.pending.len() <= 3);
        }
        made.push_str(&decoder.finish());
        prop_assert_eq!(made, String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn text_is_never_given_away_by_halves(text in text()) {
        let tokenizer = tiny();
        let mut decoder = tokenizer.stream(Show::Special);
        let mut made = String::new();
        for id in tokenizer.encode(&text, Special::AsText).unwrap() {
            made.push_str(&decoder.push(id).unwrap());
            prop_assert!(text.starts_with(&made), "{:?} of {:?}", made, text);
        }
        prop_assert_eq!(decoder.finish(), "");
        prop_assert_eq!(made, text);
    }
}
