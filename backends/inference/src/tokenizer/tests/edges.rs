//! Element 4 of the test strategy: the edges of encoding and decoding.

use super::*;

#[test]
fn nothing_has_no_tokens_and_no_tokens_are_nothing() {
    let tokenizer = tiny();
    for special in [Special::Parse, Special::AsText] {
        assert_eq!(tokenizer.encode("", special), Ok(vec![]));
    }
    assert_eq!(tokenizer.decode(&[], Show::Special), Ok(String::new()));
    assert_eq!(tokenizer.stream(Show::Special).finish(), "");
}

#[test]
fn a_special_token_is_parsed_only_where_that_is_asked_for() {
    let tokenizer = tiny();
    assert_eq!(tokenizer.encode("<|im_end|>", Special::Parse), Ok(vec![2]));
    let as_text = tokenizer.encode("<|im_end|>", Special::AsText).unwrap();
    assert!(as_text.len() > 1 && as_text.iter().all(|&id| !tokenizer.is_special(id)), "{as_text:?}");
    assert_eq!(tokenizer.decode(&as_text, Show::TextOnly).unwrap(), "<|im_end|>");
}

#[test]
fn special_tokens_are_shown_or_not() {
    let tokenizer = tiny();
    let ids = tokenizer.encode("<|im_start|>user\nHi<|im_end|>", Special::Parse).unwrap();
    assert_eq!(tokenizer.decode(&ids, Show::Special).unwrap(), "<|im_start|>user\nHi<|im_end|>");
    assert_eq!(tokenizer.decode(&ids, Show::TextOnly).unwrap(), "user\nHi");
}

#[test]
fn an_id_that_is_no_token_is_refused() {
    let tokenizer = tiny();
    for id in [512, 513, u32::MAX] {
        let error = TokenizerError::UnknownId { id, vocabulary: 512 };
        assert_eq!(tokenizer.decode(&[3, id, 4], Show::TextOnly), Err(error.clone()));
        assert_eq!(tokenizer.token(id), None);
        assert!(!tokenizer.is_special(id));
        let mut decoder = tokenizer.stream(Show::TextOnly);
        assert_eq!(decoder.push(id), Err(error));
    }
    let text = TokenizerError::UnknownId { id: 512, vocabulary: 512 }.to_string();
    assert_eq!(text, "512 is not a token: the vocabulary has the ids 0..512");
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_are() {
    let tokenizer = tiny();
    let encode = |bytes: &[u8]| tokenizer.encode_bytes(bytes, Special::Parse);
    assert_eq!(encode("é<|im_end|>".as_bytes()), tokenizer.encode("é<|im_end|>", Special::Parse));
    for (bytes, position) in [(&b"ab\xff"[..], 2), (b"\x80", 0), (b"\xc3\xa9\xc3", 2), (b"a\xed\xa0\x80", 1)] {
        assert_eq!(encode(bytes), Err(TokenizerError::InvalidUtf8 { position }), "{bytes:?}");
    }
}

/// The tiny vocabulary without the tokens whose names contain one of these characters.
fn without(letters: &[char]) -> Value {
    let mut json = json();
    let lacks = |text: &str| !text.contains(letters);
    let model = &mut json["model"];
    let vocabulary = model["vocab"].as_object_mut().unwrap();
    vocabulary.retain(|token, _| lacks(token));
    let merges = model["merges"].as_array_mut().unwrap();
    merges.retain(|pair| pair.as_array().unwrap().iter().all(|part| lacks(part.as_str().unwrap())));
    json
}

#[test]
fn a_byte_without_a_token_is_refused_where_it_is_and_not_dropped() {
    // U+0004 and the first byte of the planes 4 to 7, which SmolLM2 has no tokens for either.
    let tokenizer = from_values(&without(&['Ą', 'ñ']), &config()).unwrap();
    assert_eq!(tokenizer.encode("é 😀 ok", Special::AsText), tiny().encode("é 😀 ok", Special::AsText));
    for (text, byte, position) in [("\u{4}", 4, 0), ("a b\u{4}c", 4, 3), ("é<|im_end|>x\u{40000}", 0xf1, 13)] {
        let error = TokenizerError::NoToken { byte, position };
        assert_eq!(tokenizer.encode(text, Special::Parse), Err(error), "{text:?}");
    }
    // Where there is a token for the unknown, the vocabulary says what is to become of it.
    let mut json = without(&['Ą']);
    json["model"]["unk_token"] = "<|endoftext|>".into();
    let with_unknown = from_values(&json, &config()).unwrap();
    let ids = with_unknown.encode("a\u{4}b", Special::AsText).unwrap();
    assert_eq!(with_unknown.decode(&ids, Show::Special).unwrap(), "a<|endoftext|>b");
}

#[test]
fn a_vocabulary_that_makes_a_special_token_of_text_does_not_get_away_with_it() {
    let mut json = json();
    json["model"]["ignore_merges"] = true.into();
    json["model"]["vocab"]["STOP"] = 512.into();
    let stop = r#"{"id":512,"content":"STOP","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}"#;
    json["added_tokens"].as_array_mut().unwrap().push(serde_json::from_str(stop).unwrap());
    let tokenizer = from_values(&json, &config()).unwrap();
    assert_eq!(tokenizer.encode("STOP", Special::Parse), Ok(vec![512]));
    let error = TokenizerError::SpecialInText { token: "STOP".to_owned(), id: 512 };
    assert_eq!(tokenizer.encode("STOP", Special::AsText), Err(error));
    assert!(tokenizer.encode("STOPS", Special::AsText).is_ok());
}

#[test]
fn a_prompt_has_the_tokens_that_the_file_puts_around_a_text() {
    assert_eq!(tiny().prompt("q", Special::Parse), Ok(vec![83]));
    let mut json = json();
    json["post_processor"] = serde_json::from_str(
        r#"{"type":"TemplateProcessing","pair":[],
            "single":[{"SpecialToken":{"id":"<|im_start|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
            "special_tokens":{"<|im_start|>":{"id":"<|im_start|>","ids":[1],"tokens":["<|im_start|>"]}}}"#,
    )
    .unwrap();
    let tokenizer = from_values(&json, &config()).unwrap();
    assert_eq!(tokenizer.prompt("q", Special::Parse), Ok(vec![1, 83]));
    assert_eq!(tokenizer.encode("q", Special::Parse), Ok(vec![83]));

    let with_bos = Tokenizer::from_gguf(&GgufVocabulary { add_bos: true, ..gguf() }).unwrap();
    assert_eq!(with_bos.prompt("q", Special::Parse), Ok(vec![1, 83]));
    assert_eq!(Tokenizer::from_gguf(&gguf()).unwrap().prompt("q", Special::Parse), Ok(vec![83]));
}

#[test]
fn neither_truncation_nor_padding_of_a_file_touches_a_text() {
    let mut json = json();
    json["truncation"] =
        serde_json::from_str(r#"{"direction":"Right","max_length":2,"strategy":"LongestFirst","stride":0}"#).unwrap();
    let padding = r#"{"strategy":{"Fixed":9},"direction":"Right","pad_to_multiple_of":null,"pad_id":2,"pad_type_id":0,"pad_token":"<|im_end|>"}"#;
    json["padding"] = serde_json::from_str(padding).unwrap();
    let tokenizer = from_values(&json, &config()).unwrap();
    let ids = tiny().encode("The cat answered", Special::Parse);
    assert_eq!(tokenizer.encode("The cat answered", Special::Parse), ids);
    assert_eq!(tokenizer.prompt("The cat answered", Special::Parse), ids);
}

#[test]
fn tokens_have_names_and_names_tokens() {
    let tokenizer = tiny();
    assert_eq!((tokenizer.vocabulary(), tokenizer.bos(), tokenizer.ends()), (512, Some(1), &[2][..]));
    for id in 0..512 {
        let name = tokenizer.token(id).unwrap();
        assert_eq!(tokenizer.id(name), Some(id), "{name}");
        assert_eq!(tokenizer.is_special(id), id < 3, "{name}");
    }
    assert_eq!(tokenizer.id("<|im_middle|>"), None);
}

#[test]
fn a_model_has_to_have_all_tokens_and_may_have_more() {
    let tokenizer = tiny();
    for model in [512, 513, 1024] {
        assert_eq!(tokenizer.check_against(model), Ok(()));
    }
    for model in [0, 511] {
        assert_eq!(tokenizer.check_against(model), Err(TokenizerError::Mismatch { tokenizer: 512, model }));
    }
}

#[test]
fn the_name_of_an_added_token_is_text_even_if_it_looks_like_bytes() {
    let mut json = json();
    let added = r#"{"id":512,"content":"éé","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false}"#;
    json["added_tokens"].as_array_mut().unwrap().push(serde_json::from_str(added).unwrap());
    let tokenizer = from_values(&json, &config()).unwrap();
    let ids = tokenizer.encode("aééb", Special::AsText).unwrap();
    assert_eq!(ids[1], 512);
    assert_eq!(tokenizer.decode(&ids, Show::TextOnly).unwrap(), "aééb");
}

proptest! {
    #[test]
    fn tokens_decode_as_the_library_says(ids in prop::collection::vec(0u32..512, 0..40), skip in any::<bool>()) {
        let tokenizer = tiny();
        let show = if skip { Show::TextOnly } else { Show::Special };
        prop_assert_eq!(tokenizer.decode(&ids, show).unwrap(), tokenizer.0.library.decode(&ids, skip).unwrap());
    }

    #[test]
    fn text_encodes_as_the_library_says(text in text()) {
        let mut library = tiny().0.library.clone();
        for special in [Special::Parse, Special::AsText] {
            library.set_encode_special_tokens(special == Special::AsText);
            let expected = library.encode_fast(text.as_str(), false).unwrap();
            prop_assert_eq!(tiny().encode(&text, special).unwrap(), expected.get_ids());
        }
    }
}

/// Such a token is text that has an id of its own: it is found in what is not trusted too, shown, and left in a message.
#[test]
fn a_token_that_is_added_and_not_special_is_text() {
    let mut json = json();
    let mut token = json["added_tokens"][0].clone();
    (token["id"], token["content"], token["special"]) = (512.into(), "<think>".into(), false.into());
    json["added_tokens"].as_array_mut().unwrap().push(token);
    let tokenizer = from_values(&json, &config()).unwrap();
    assert!(!tokenizer.is_special(512) && tokenizer.is_special(2));
    for special in [Special::Parse, Special::AsText] {
        let ids = tokenizer.encode("a<think>b", special).unwrap();
        assert_eq!(ids[1], 512);
        for show in [Show::Special, Show::TextOnly] {
            assert_eq!(tokenizer.decode(&ids, show).unwrap(), "a<think>b");
        }
    }
    let ids = tokenizer.chat(&[Message::new("user", "<think>")], false).unwrap();
    assert_eq!(ids.iter().filter(|&&id| id == 512).count(), 1);
    assert_eq!(ids, tokenizer.encode(&tokenizer.decode(&ids, Show::Special).unwrap(), Special::Parse).unwrap());
    let mut decoder = tokenizer.stream(Show::TextOnly);
    assert_eq!(decoder.push(512).unwrap(), "<think>");
}
