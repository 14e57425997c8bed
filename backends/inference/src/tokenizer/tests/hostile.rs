//! `tokenizer.json` with parts that mean harm.

use serde_json::json;

use super::*;

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut json = json();
    change(&mut json);
    from_values(&json, &config()).unwrap_err().to_string()
}

fn with_normalizer(normalizer: Value) -> String {
    refused(|json| json["normalizer"] = normalizer)
}

/// A pattern wherever one can stand.
fn with_pattern(pattern: &Value) -> [String; 3] {
    let byte_level = &json()["pre_tokenizer"]["pretokenizers"][1];
    let split = json!({"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": false});
    let replace = json!({"type": "Replace", "pattern": pattern, "content": " "});
    [
        with_normalizer(replace.clone()),
        with_normalizer(json!({"type": "Sequence", "normalizers": [{"type": "NFC"}, replace]})),
        refused(|json| json["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [split, byte_level]})),
    ]
}

#[test]
fn what_the_library_does_not_check_is_refused() {
    for kind in ["BertNormalizer", "Bert", "ByteLevel", "Other"] {
        let text = with_normalizer(json!({"type": kind}));
        assert!(text.contains(&format!("the normalizer is {kind}, which this runtime does not have")), "{text}");
    }
    // Without a type the library guesses.
    let guessed = with_normalizer(json!({"precompiled_charsmap": "/////w=="}));
    assert!(guessed.contains("the normalizer is {\"precompiled_charsmap\""), "{guessed}");
    assert_eq!(
        refused(|json| {
            let byte_level = json["pre_tokenizer"]["pretokenizers"][1].clone();
            let fixed = json!({"type": "FixedLength", "length": 0});
            json["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [fixed, byte_level]});
        }),
        "tokenizer.json: the pre-tokenizer FixedLength has the length 0: it must be 1 or more"
    );
    for token in [json!({}), json!({"id": "<s>", "ids": [1, 2], "tokens": ["<s>"]}), json!({"id": "<s>", "ids": [1]})] {
        let single = json!([{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]);
        let template =
            json!({"type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": {"<s>": token}});
        let message = "tokenizer.json: the post-processor adds \"<s>\", whose ids and tokens it does not say";
        assert_eq!(refused(|json| json["post_processor"] = template.clone()), message);
        let nested = json!({"type": "Sequence", "processors": [template]});
        assert_eq!(refused(|json| json["post_processor"] = nested), message);
    }
}

#[test]
fn a_template_of_one_text_has_that_text() {
    let (text, token) = (
        |id: &str| json!({"Sequence": {"id": id, "type_id": 0}}),
        json!({"SpecialToken": {"id": "<s>", "type_id": 0}}),
    );
    let template = |single: &[Value], count: usize| {
        let token = json!({"id": "<s>", "ids": vec![1; count], "tokens": vec!["<s>"; count]});
        json!({"type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": {"<s>": token}})
    };
    let sequence = |parts: &[Value]| json!({"type": "Sequence", "processors": parts});
    let once = template(&[token.clone(), text("A"), token.clone()], 1);
    for (processor, message) in [
        (template(&[text("B")], 1), "'s template of one text has the texts B, and may have A once"),
        (template(&[text("A"), text("B")], 1), "'s template of one text has the texts A, B, and may have A once"),
        (template(&[text("A"), text("A")], 1), "'s template of one text has the texts A, A, and may have A once"),
        (
            template(&[token.clone(), text("A"), token.clone()], 513),
            " adds 1026 tokens to a text; at most 1024 are allowed",
        ),
        (sequence(&[once.clone(), once.clone()]), " has more than one TemplateProcessing"),
    ] {
        assert_eq!(
            refused(|json| json["post_processor"] = processor),
            format!("tokenizer.json: the post-processor{message}")
        );
    }
    for taken in [
        once.clone(),
        sequence(&[
            json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}),
            once,
        ]),
        template(&[token], 1024),
    ] {
        let mut json = json();
        json["post_processor"] = taken;
        from_values(&json, &config()).unwrap().encode("Hi", Special::Parse).unwrap();
    }
}

/// A part that is there twice, of which the first one would be refused.
#[test]
fn what_is_loaded_is_what_was_checked() {
    let harmless = serde_json::to_string(&json()).unwrap();
    let twice =
        harmless.replacen('{', r#"{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="}, "#, 1);
    let load =
        |json: &str| Tokenizer::from_json(json.as_bytes(), None).unwrap().encode("ﬁ Hi", Special::Parse).unwrap();
    assert_eq!(load(&twice), load(&harmless));
}

#[test]
fn a_pattern_finds_something() {
    for text in with_pattern(&json!({"String": ""})) {
        assert!(text.ends_with("is empty: it would be found everywhere"), "{text}");
    }
    for regex in ["", "a*", "a?", "(a|)", "a|b*", "^", "$", r"\b", "(?:)", "a{0}", "x*?"] {
        for text in with_pattern(&json!({"Regex": regex})) {
            assert!(text.ends_with("can be found where there is nothing"), "{regex}: {text}");
        }
    }
    for (pattern, message) in [
        (json!({"String": "a".repeat(4097)}), "has 4097 bytes; at most 4096 are allowed"),
        (json!({"Regex": "a".repeat(4097)}), "has 4097 bytes; at most 4096 are allowed"),
        (json!("a"), "must be a `String` or a `Regex`"),
        (json!({"Regex": "(a"}), "is no regular expression: unclosed group"),
    ] {
        for text in with_pattern(&pattern) {
            assert!(text.ends_with(message), "{text}");
        }
    }
}

#[test]
fn a_pattern_does_not_try_one_way_after_the_other() {
    for (regex, found) in [
        ("(a+)+(?!b)", "(?!"),
        (r"[^z]+(?!\S)|a", "(?!"),
        (r"(a*)*\s+(?!\S)", "(?!"),
        (r"(\s+(?!\S)|a)b", "(?!"),
        (r"\s+(?!\S)+", "(?!"),
        ("(?=a)b", "(?="),
        ("(?<=a)b", "(?<="),
        ("(?<!a)b", "(?<!"),
        ("(?>a+)b", "(?>"),
        (r"(a+)\1", r"\1"),
        (r"(?P<x>a+)\k<x>", r"\k"),
        ("a++b", "++"),
        ("a*+b", "*+"),
        ("a?+b", "?+"),
        (r"a|(?(1)b|c)", "(?("),
        (r"\Ka", r"\K"),
        (r"\Ga", r"\G"),
    ] {
        for text in with_pattern(&json!({"Regex": regex})) {
            assert!(text.contains(&format!("has `{found}`, which can take minutes")), "{regex}: {text}");
        }
    }
}

#[test]
fn patterns_that_people_have_are_taken() {
    let gpt2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    let llama3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    let brackets = r"[!\[\\\]^_`(?=|)]+[A-Za-z]+| ?[\p{P}\p{S}]+|[0-9][0-9][0-9]|\s+(?!\S)|.";
    for regex in [gpt2, llama3, brackets] {
        let mut json = json();
        let split = json!({"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": false});
        let byte_level =
            json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
        json["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [split, byte_level]});
        let tokenizer = from_values(&json, &config()).unwrap();
        let text = "Hello   world's 12345\n\n  it";
        let ids = tokenizer.encode(text, Special::AsText).unwrap();
        assert_eq!(tokenizer.decode(&ids, Show::TextOnly).unwrap(), text);
    }
    for normalizer in [
        json!({"type": "NFC"}),
        json!({"type": "Sequence", "normalizers": []}),
        json!({"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Strip", "strip_left": true, "strip_right": true}]}),
        json!({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "_"}, {"type": "Replace", "pattern": {"String": " "}, "content": "_"}]}),
        json!({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}),
    ] {
        let mut json = json();
        json["normalizer"] = normalizer;
        from_values(&json, &config()).unwrap().encode("a  b", Special::Parse).unwrap();
    }
}

#[test]
fn a_text_is_not_made_longer_without_end() {
    let replace = |content: &str| json!({"type": "Replace", "pattern": {"String": "a"}, "content": content});
    let sequence = |parts: Vec<Value>| json!({"type": "Sequence", "normalizers": parts});
    let longer = |times: usize| {
        format!("tokenizer.json: the normalizer can make a text {times} times as long; at most 64 are allowed")
    };
    assert_eq!(with_normalizer(replace(&"a".repeat(65))), longer(65));
    assert_eq!(with_normalizer(sequence(vec![replace("aa"); 7])), longer(128));
    assert_eq!(
        with_normalizer(sequence(vec![sequence(vec![replace("aaa"); 2]), sequence(vec![replace("aaa"); 2])])),
        longer(81)
    );
    assert_eq!(with_normalizer(sequence(vec![json!({"type": "NFKD"}); 2])), longer(121));
    assert_eq!(
        with_normalizer(sequence(vec![json!({"type": "NFC"}); 33])),
        "tokenizer.json: the normalizer has more than 32 parts"
    );
    let mut deep = json!({"type": "NFC"});
    for _ in 0..5 {
        deep = sequence(vec![deep]);
    }
    assert_eq!(with_normalizer(deep), "tokenizer.json: the normalizer has more than 4 sequences in one another");
    let prepend = json!({"type": "Prepend", "prepend": "a".repeat(1025)});
    assert_eq!(
        with_normalizer(prepend),
        "tokenizer.json: the normalizer prepends 1025 bytes; at most 1024 are allowed"
    );
}

#[test]
fn an_added_token_takes_no_white_space_along_when_it_is_some() {
    for (content, strips) in [(" ", "lstrip"), (" ", "rstrip"), ("\n\t", "lstrip"), ("\u{3000}", "rstrip")] {
        let text = refused(|json| {
            let mut token = json["added_tokens"][0].clone();
            (token["id"], token["content"], token[strips]) = (512.into(), content.into(), true.into());
            json["added_tokens"].as_array_mut().unwrap().push(token);
        });
        assert!(text.ends_with("is white space, and takes the white space around it along"), "{text}");
    }
    let long = refused(|json| json["added_tokens"][0]["content"] = "a".repeat(1025).into());
    assert_eq!(long, "tokenizer.json: an added token has 1025 bytes; at most 1024 are allowed");
}

/// In a thread, so that a search that begins again for each of them does not hold up the others.
#[test]
fn a_text_full_of_an_added_token_takes_no_longer_than_its_length() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut json = json();
        let mut token = json["added_tokens"][0].clone();
        (token["id"], token["content"], token["special"]) = (512.into(), " ".into(), false.into());
        json["added_tokens"].as_array_mut().unwrap().push(token);
        let tokenizer = from_values(&json, &config()).unwrap();
        for special in [Special::Parse, Special::AsText] {
            for text in [" ".repeat(200_000), "a ".repeat(100_000)] {
                let ids = tokenizer.encode(&text, special).unwrap();
                sender.send(ids.iter().filter(|&&id| id == 512).count()).unwrap();
            }
        }
    });
    for expected in [200_000, 100_000, 200_000, 100_000] {
        assert_eq!(receiver.recv_timeout(std::time::Duration::from_secs(60)), Ok(expected));
    }
}
