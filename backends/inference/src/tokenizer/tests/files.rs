//! Files that are not what they should be.

use super::*;

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut json = json();
    change(&mut json);
    from_values(&json, &config()).unwrap_err().to_string()
}

fn refused_gguf(change: impl FnOnce(&mut GgufVocabulary)) -> String {
    let mut vocabulary = gguf();
    change(&mut vocabulary);
    Tokenizer::from_gguf(&vocabulary).unwrap_err().to_string()
}

#[test]
fn a_tokenizer_is_found_by_its_file_and_by_its_folder() {
    let by_file = Tokenizer::open(folder().join("tokenizer.json")).unwrap();
    assert_eq!(by_file.ends(), tiny().ends());
    assert!(by_file.chat_template().is_ok());
    let missing = folder().join("none.json");
    let Err(TokenizerError::Read { path, .. }) = Tokenizer::open(&missing) else { panic!("there is no such file") };
    assert_eq!(path, missing);
}

#[test]
fn what_lies_beside_the_tokenizer_counts() {
    let own = std::env::temp_dir().join(format!("crosscheck-tokenizer-{}", std::process::id()));
    fs::create_dir_all(&own).unwrap();
    fs::copy(folder().join("tokenizer.json"), own.join("tokenizer.json")).unwrap();
    let open = || Tokenizer::open(&own);
    let alone = open().unwrap();
    assert_eq!((alone.bos(), alone.ends()), (None, &[][..]));
    assert_eq!(alone.chat_template().unwrap_err(), TokenizerError::NoChatTemplate);

    fs::copy(folder().join("tokenizer_config.json"), own.join("tokenizer_config.json")).unwrap();
    fs::write(own.join("chat_template.jinja"), "{{ eos_token }}").unwrap();
    fs::write(own.join("generation_config.json"), r#"{"eos_token_id": [2, 0]}"#).unwrap();
    let all = open().unwrap();
    assert_eq!((all.bos(), all.ends()), (Some(1), &[0, 2][..]));
    assert_eq!(all.chat(&[], false), Ok(vec![2]));

    for (ids, expected) in
        [("0", Ok(vec![0, 2])), ("null", Ok(vec![2])), ("\"x\"", Err(())), ("[0, -1]", Err(())), ("[512]", Err(()))]
    {
        fs::write(own.join("generation_config.json"), format!(r#"{{"eos_token_id": {ids}}}"#)).unwrap();
        let made = open().map(|tokenizer| tokenizer.ends().to_vec()).map_err(|_| ());
        assert_eq!(made, expected, "{ids}");
    }
    fs::remove_dir_all(&own).unwrap();
}

#[test]
fn the_config_names_tokens_as_text_or_as_objects_and_templates_by_name() {
    let mut config = config();
    config["eos_token"] = serde_json::from_str(r#"{"content":"<|endoftext|>","lstrip":false}"#).unwrap();
    config["chat_template"] =
        serde_json::from_str(r#"[{"name":"tool_use","template":"t"},{"name":"default","template":"{{ eos_token }}"}]"#)
            .unwrap();
    let tokenizer = from_values(&json(), &config).unwrap();
    assert_eq!(tokenizer.ends(), [0]);
    assert_eq!(tokenizer.chat(&[], false), Ok(vec![0]));

    config["eos_token"] = "</s>".into();
    let error = from_values(&json(), &config).unwrap_err().to_string();
    assert_eq!(error, "tokenizer_config.json: the eos_token is \"</s>\", which is not a token of tokenizer.json");
    assert!(Tokenizer::from_json(json().to_string().as_bytes(), Some(b"{")).is_err());
    assert!(Tokenizer::from_json(json().to_string().as_bytes(), None).is_ok());
}

#[test]
fn another_kind_of_tokenizer_is_refused_by_name() {
    assert_eq!(
        refused(|json| json["model"]["type"] = "WordPiece".into()),
        "tokenizer.json: the model is WordPiece, which this runtime does not have; it has BPE, Unigram"
    );
    assert_eq!(
        refused(|json| json["model"]["type"] = "Unigram".into()),
        "tokenizer.json: the decoder is ByteLevel, which this runtime does not have; it has Metaspace for Unigram"
    );
    assert_eq!(
        refused(|json| json["decoder"]["type"] = "WordPiece".into()),
        "tokenizer.json: the decoder is WordPiece, which this runtime does not have; it has ByteLevel, Metaspace, or a \
         Sequence of Replace, ByteFallback, Fuse and Strip as transformers writes it for Llama"
    );
    for (part, value) in [
        ("dropout", Value::from(0.1)),
        ("end_of_word_suffix", "</w>".into()),
        ("continuing_subword_prefix", "##".into()),
    ] {
        let text = refused(|json| json["model"][part] = value);
        assert!(text.starts_with(&format!("tokenizer.json: the {part} is ")), "{text}");
    }
    assert!(refused(|json| json["decoder"] = Value::Null).contains("the decoder is null"));
    for without in [Value::Null, serde_json::json!({"type": "Digits", "individual_digits": true})] {
        let text = refused(|json| json["pre_tokenizer"] = without);
        assert!(text.starts_with("tokenizer.json: the pre-tokenizer is "), "{text}");
        assert!(text.ends_with("which this runtime does not have; it has ByteLevel, or a Sequence with it"), "{text}");
    }
    let mut alone = json();
    alone["pre_tokenizer"] = alone["pre_tokenizer"]["pretokenizers"][1].clone();
    assert!(from_values(&alone, &config()).is_ok());
    let decoder = &json()["decoder"];
    let mut in_sequence = json();
    in_sequence["decoder"] = serde_json::json!({"type": "Sequence", "decoders": [decoder]});
    assert!(from_values(&in_sequence, &config()).is_ok());
}

#[test]
fn a_vocabulary_that_contradicts_itself_is_refused() {
    assert!(Tokenizer::from_json(b"{", None).is_err());
    assert!(Tokenizer::from_json(b"[]", None).is_err());
    assert!(refused(|json| json["model"]["vocab"] = Value::Null).contains("no vocabulary"));
    let twice = refused(|json| json["model"]["vocab"]["new"] = 7.into());
    assert!(twice.contains("has the id 7, like another one"), "{twice}");
    let too_large = refused(|json| json["model"]["vocab"]["new"] = 5_000_000_000u64.into());
    assert!(too_large.starts_with("tokenizer.json: "), "{too_large}");
    // The library would panic here: the merge is longer than any token.
    let long = "a".repeat(100);
    let merge = refused(|json| json["model"]["merges"][0] = serde_json::json!(["a", long]));
    assert!(merge.contains("merge 0, ") && merge.ends_with("which is not a token"), "{merge}");
    assert!(refused(|json| json["model"]["merges"][0] = "ab".into()).contains("is not a pair of tokens"));
    let gap = refused(|json| {
        let mut token = json["added_tokens"][0].clone();
        (token["id"], token["content"]) = (600.into(), "<late>".into());
        json["added_tokens"].as_array_mut().unwrap().push(token);
    });
    assert!(gap.contains("the added token \"<late>\" cannot have the id 600"), "{gap}");
}

#[test]
fn what_is_quoted_out_of_a_file_is_short_and_harmless() {
    let long = "\u{1b}[2J".repeat(10_000);
    let mut config = config();
    config["eos_token"] = long.as_str().into();
    let raises = |template: String| {
        let vocabulary = GgufVocabulary { chat_template: Some(template), ..gguf() };
        Tokenizer::from_gguf(&vocabulary).unwrap().chat(&[], true).unwrap_err().to_string()
    };
    let messages = [
        refused(|json| json["model"]["type"] = long.as_str().into()),
        refused(|json| json["model"]["merges"][0] = long.as_str().into()),
        refused(|json| json["version"] = long.as_str().into()),
        refused_gguf(|vocabulary| vocabulary.model.clone_from(&long)),
        refused_gguf(|vocabulary| vocabulary.pre = Some(long.clone())),
        refused_gguf(|vocabulary| vocabulary.merges[0].clone_from(&long)),
        from_values(&json(), &config).unwrap_err().to_string(),
        raises(format!("{{{{ raise_exception('{long}') }}}}")),
        raises(format!("{{{{ 1 | {} }}}}", "x".repeat(10_000))),
    ];
    for message in messages {
        assert!(message.len() < 2000 && !message.contains(char::is_control), "{message}");
    }
}

#[test]
fn a_vocabulary_with_holes_keeps_its_ids() {
    let mut json = json();
    json["model"]["vocab"]["zzz"] = 4_000_000_000u32.into();
    let tokenizer = from_values(&json, &config()).unwrap();
    assert_eq!(tokenizer.vocabulary(), 4_000_000_001);
    assert_eq!(tokenizer.token(4_000_000_000), Some("zzz"));
    let error = TokenizerError::UnknownId { id: 3_999_999_999, vocabulary: 4_000_000_001 };
    assert_eq!(tokenizer.decode(&[3_999_999_999], Show::Special), Err(error));
}

#[test]
fn gguf_vocabularies_of_other_kinds_are_refused_by_name() {
    assert_eq!(
        refused_gguf(|vocabulary| vocabulary.model = "t5".to_owned()),
        "the GGUF vocabulary: the model is \"t5\", which this runtime does not have; it has \"gpt2\", \"llama\""
    );
    assert_eq!(
        refused_gguf(|vocabulary| vocabulary.pre = Some("llama-bpe".to_owned())),
        "the GGUF vocabulary: the pre-tokenizer is \"llama-bpe\", which this runtime does not have; it has \"smollm\", \"gpt-2\", \"default\""
    );
}

#[test]
fn gguf_vocabularies_that_contradict_themselves_are_refused() {
    let kinds = refused_gguf(|vocabulary| vocabulary.kinds.truncate(5));
    assert_eq!(kinds, "the GGUF vocabulary: there are 512 tokens and 5 kinds of them");
    let kind = refused_gguf(|vocabulary| vocabulary.kinds[10] = 6);
    assert!(kind.contains("the token 10, \")\"") || kind.contains("is of the kind 6"), "{kind}");
    let twice = refused_gguf(|vocabulary| vocabulary.tokens[4] = "!".to_owned());
    assert_eq!(twice, "the GGUF vocabulary: the tokens 3 and 4 are both \"!\"");
    let ends: [fn(&mut GgufVocabulary); 3] = [|v| v.bos = Some(512), |v| v.eos = Some(512), |v| v.eot = Some(512)];
    for end in ends {
        assert_eq!(refused_gguf(end), "512 is not a token: the vocabulary has the ids 0..512");
    }
    let no_space = refused_gguf(|vocabulary| vocabulary.merges[2] = "he".to_owned());
    assert_eq!(no_space, "the GGUF vocabulary: merge 2, \"he\", has no space in it");
    let long = "a".repeat(100);
    let no_token = refused_gguf(|vocabulary| vocabulary.merges[2] = format!("h {long}"));
    assert!(
        no_token.starts_with("the GGUF vocabulary: merge 2, ") && no_token.ends_with("which is not a token"),
        "{no_token}"
    );
}

#[test]
fn the_kinds_of_gguf_tokens_count() {
    // "!" is user defined, "\"" unknown, "#" unused.
    let mut vocabulary = gguf();
    vocabulary.kinds[3..6].copy_from_slice(&[4, 2, 5]);
    let tokenizer = Tokenizer::from_gguf(&vocabulary).unwrap();
    assert_eq!([2, 3, 4, 5, 6].map(|id| tokenizer.is_special(id)), [true, false, true, false, false]);
    // A user-defined token is cut out before anything else: " !" would be "Ġ!" together.
    assert_eq!(tokenizer.encode(" !", Special::AsText).unwrap().last(), Some(&3));

    // The name of a user-defined token is text, though it may look like two bytes.
    vocabulary.tokens.push("éé".to_owned());
    vocabulary.kinds.push(4);
    let tokenizer = Tokenizer::from_gguf(&vocabulary).unwrap();
    let ids = tokenizer.encode("aééb", Special::AsText).unwrap();
    assert_eq!((ids[1], tokenizer.decode(&ids, Show::TextOnly)), (512, Ok("aééb".to_owned())));

    let without = Tokenizer::from_gguf(&GgufVocabulary { kinds: vec![], ..gguf() }).unwrap();
    assert_eq!([0, 1, 2, 3].map(|id| without.is_special(id)), [false, true, true, false]);
}

#[test]
fn the_end_of_a_turn_ends_an_answer_too() {
    let with_eot = |eot| Tokenizer::from_gguf(&GgufVocabulary { kinds: vec![], eot, ..gguf() }).unwrap();
    for (eot, ends, is_special) in [(Some(5), &[2, 5][..], true), (Some(2), &[2], false), (None, &[2], false)] {
        let tokenizer = with_eot(eot);
        assert_eq!((tokenizer.ends(), tokenizer.is_special(5)), (ends, is_special), "{eot:?}");
    }
}

#[test]
fn a_gguf_file_that_says_nothing_of_kinds_has_special_ends() {
    let mut file = fs::read(folder().join("tiny-llama.gguf")).unwrap();
    let key = b"tokenizer.ggml.token_type";
    let at = file.windows(key.len()).position(|bytes| bytes == key).unwrap();
    // An unknown key.
    file[at] = b'x';
    let weights = crate::weights::Weights::from_gguf(file).unwrap();
    let tokenizer = Tokenizer::from_gguf(weights.vocabulary().unwrap()).unwrap();
    assert_eq!([0, 1, 2, 3].map(|id| tokenizer.is_special(id)), [false, true, true, false]);
    assert_eq!(tokenizer.chat(&[Message::new("user", "Hi")], true), tiny().chat(&[Message::new("user", "Hi")], true));
}

#[test]
fn gguf_vocabularies_split_digits_only_where_they_say_so() {
    let mut vocabulary = gguf();
    vocabulary.tokens.push("12".to_owned());
    vocabulary.kinds.push(1);
    vocabulary.merges.push("1 2".to_owned());
    for (pre, expected) in
        [(Some("smollm"), vec![19, 20]), (Some("gpt-2"), vec![512]), (Some("default"), vec![512]), (None, vec![512])]
    {
        vocabulary.pre = pre.map(str::to_owned);
        let tokenizer = Tokenizer::from_gguf(&vocabulary).unwrap();
        assert_eq!(tokenizer.encode("12", Special::AsText), Ok(expected), "{pre:?}");
    }
}
