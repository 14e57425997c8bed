//! SentencePiece's vocabularies, against what other libraries make of them: `fixtures/py_ref/vocabularies`.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::weights::Weights;

fn file(name: &str) -> PathBuf {
    Path::new(crosscheck_fixtures::VOCABULARIES).join(name)
}

fn json_of(name: &str) -> Value {
    serde_json::from_slice(&fs::read(file(&format!("{name}.json"))).unwrap()).unwrap()
}

fn from_json(json: &Value) -> Result<Tokenizer> {
    Tokenizer::from_json(json.to_string().as_bytes(), None)
}

fn charsmap() -> Vec<u8> {
    fs::read(file("nmt_nfkc.charsmap")).unwrap()
}

/// One of those that the cases name, and `gguf`.
fn named(name: &str) -> Tokenizer {
    static ALL: LazyLock<Vec<(&str, Tokenizer)>> = LazyLock::new(|| {
        let mut all: Vec<_> = NAMES.map(|name| (name, opened(name))).into();
        all.push(("gguf", Tokenizer::from_gguf(&vocabulary()).unwrap()));
        all
    });
    ALL.iter().find(|(own, _)| *own == name).unwrap().1.clone()
}

const NAMES: [&str; 6] = ["pairs", "pairs_first", "unigram", "unigram_bytes", "unigram_nmt_nfkc", "unigram_words"];

fn opened(name: &str) -> Tokenizer {
    let Some(name) = name.strip_suffix("_nmt_nfkc") else { return from_json(&json_of(name)).unwrap() };
    let mut json = json_of(name);
    json["normalizer"]["normalizers"][0]["precompiled_charsmap"] = STANDARD.encode(charsmap()).into();
    from_json(&json).unwrap()
}

fn vocabulary() -> GgufVocabulary {
    Weights::open(file("pairs.gguf")).unwrap().vocabulary().unwrap().clone()
}

#[derive(Deserialize)]
struct Tokens {
    ids: Vec<u32>,
    decoded: String,
}

#[derive(Deserialize)]
struct Case {
    vocabulary: String,
    kind: String,
    name: String,
    text: String,
    special: Tokens,
    plain: Option<Tokens>,
}

fn cases() -> Vec<Case> {
    let lines = fs::read_to_string(file("cases.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a tokenizer makes of the cases of a vocabulary, where it is something else.
fn wrong(tokenizer: &Tokenizer, vocabulary: &str) -> Vec<String> {
    let cases: Vec<_> = cases().into_iter().filter(|case| case.vocabulary == vocabulary).collect();
    assert!(cases.len() > 100, "{vocabulary}: {}", cases.len());
    let mut wrong = Vec::new();
    for Case { kind, name, text, special, plain, .. } in &cases {
        for (how, expected) in [(Special::Parse, special), (Special::AsText, plain.as_ref().unwrap_or(special))] {
            let made = tokenizer.encode(text, how);
            if made.as_ref() != Ok(&expected.ids) {
                wrong.push(format!("{vocabulary} {kind} {name} {how:?}: {text:?} is {:?}, not {made:?}", expected.ids));
            }
            let made = tokenizer.decode(&expected.ids, Show::Special);
            if made.as_ref() != Ok(&expected.decoded) {
                wrong.push(format!(
                    "{vocabulary} {kind} {name}: {:?} is {:?}, not {made:?}",
                    expected.ids, expected.decoded
                ));
            }
        }
    }
    wrong
}

#[test]
fn tokens_are_those_of_hugging_face_and_sentencepiece() {
    let names: std::collections::BTreeSet<_> = cases().into_iter().map(|case| case.vocabulary).collect();
    assert!(names.iter().eq(NAMES.iter()), "{names:?}");
    let wrong: Vec<_> = names.iter().flat_map(|name| wrong(&named(name), name)).collect();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// llama.cpp's converter writes the same vocabulary; the scores decide there, and ranks in `tokenizer.json`.
#[test]
fn a_gguf_vocabulary_of_pieces_has_the_same_tokens() {
    let tokenizer = named("gguf");
    let wrong = wrong(&tokenizer, "pairs");
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let json = named("pairs");
    for special in [Special::Parse, Special::AsText] {
        assert_eq!(tokenizer.prompt("The cat", special), json.prompt("The cat", special));
    }
    assert_eq!((tokenizer.bos(), tokenizer.ends()), (Some(1), &[2][..]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where bytes stand for what has no piece, no text is lost, and no text becomes special.
    #[test]
    fn every_text_comes_back_where_there_are_bytes(text in prop_oneof![text().boxed(), any::<String>().boxed()]) {
        for name in ["pairs", "unigram_bytes"] {
            let tokenizer = named(name);
            let ids = tokenizer.encode(&text, Special::AsText).unwrap();
            prop_assert!(ids.iter().all(|&id| !tokenizer.is_special(id)), "{}: {:?}", name, ids);
            prop_assert_eq!(tokenizer.decode(&ids, Show::TextOnly).unwrap(), text.as_str(), "{}", name);
        }
    }

    #[test]
    fn merges_by_score_are_those_by_rank(text in text()) {
        let (json, gguf) = (named("pairs"), named("gguf"));
        for special in [Special::Parse, Special::AsText] {
            prop_assert_eq!(gguf.encode(&text, special), json.encode(&text, special));
        }
    }

    /// The pieces of a stream together are the whole text, and its first space is not its own.
    #[test]
    fn a_stream_gives_what_decoding_gives(ids in prop::collection::vec(0_u32..400, 0..12), skip in any::<bool>()) {
        let show = if skip { Show::TextOnly } else { Show::Special };
        for name in NAMES.iter().chain(&["gguf"]) {
            let tokenizer = named(name);
            let mut decoder = tokenizer.stream(show);
            let mut made: String = ids.iter().map(|&id| decoder.push(id).unwrap()).collect();
            made += &decoder.finish();
            prop_assert_eq!(made, tokenizer.decode(&ids, show).unwrap(), "{}", name);
        }
    }

    /// But for bytes that are no text, of which the library makes another number of U+FFFD, and for several spaces in front.
    #[test]
    fn tokens_decode_as_the_library_says(ids in prop::collection::vec(261_u32..400, 0..12), skip in any::<bool>()) {
        let show = if skip { Show::TextOnly } else { Show::Special };
        for name in ["pairs", "pairs_first", "unigram_bytes"] {
            let tokenizer = named(name);
            prop_assert_eq!(tokenizer.decode(&ids, show).unwrap(), tokenizer.0.library.decode(&ids, skip).unwrap(), "{}", name);
        }
    }
}

/// What a template puts around a content is a border, and no beginning where the file says `first`.
#[test]
fn the_parts_of_a_chat_are_those_of_one_text() {
    let config = br#"{"chat_template": "{{ '<s>' }}{% for m in messages %}{{ m.content }}{{ '</s>' }}{% endfor %}x"}"#;
    for name in ["pairs", "pairs_first", "unigram_bytes"] {
        let tokenizer = Tokenizer::from_json(json_of(name).to_string().as_bytes(), Some(config)).unwrap();
        let messages = [Message::new("user", "The cat"), Message::new("user", "sat")];
        let whole = tokenizer.encode("<s>The cat</s>sat</s>x", Special::Parse).unwrap();
        assert_eq!(tokenizer.chat(&messages, false).unwrap(), whole, "{name}");
    }
    let ids = |name: &str| named(name).encode("<s>The", Special::Parse).unwrap();
    assert_ne!(ids("pairs"), ids("pairs_first"));
}

/// Viterbi's way and the merges' way are two: the most likely pieces need not be those that merging comes to.
#[test]
fn merging_is_not_the_most_likely_way() {
    use crate::tokenizer::pieces::{Method, Piece, Pieces};

    // "ab" merges first, and "c" stays alone, although "a" and "bc" together are more likely.
    let vocabulary = [("a", -1.0), ("b", -8.0), ("c", -8.0), ("ab", -2.0), ("bc", -3.0), ("d", -9.0)];
    let tokens = |method, text| {
        let pieces = vocabulary.map(|(text, score)| Piece { text, score, is_text: true });
        let made = Pieces::new(method, pieces, None, Some(9)).tokenize(text).unwrap();
        made.into_iter().map(|token| (token.id, token.value)).collect::<Vec<_>>()
    };
    let named = |tokens: &[(u32, &str)]| tokens.iter().map(|(id, text)| (*id, (*text).to_owned())).collect::<Vec<_>>();
    assert_eq!(tokens(Method::Merges, "abc"), named(&[(3, "ab"), (2, "c")]));
    assert_eq!(tokens(Method::Unigram, "abc"), named(&[(0, "a"), (4, "bc")]));
    // Of equal pairs the left one.
    assert_eq!(tokens(Method::Merges, "abab"), named(&[(3, "ab"), (3, "ab")]));
    // Unknown characters are one where the most likely way is sought, and each one by itself where pairs are merged.
    assert_eq!(tokens(Method::Unigram, "aüé"), named(&[(0, "a"), (9, "üé")]));
    assert_eq!(tokens(Method::Merges, "aüé"), named(&[(0, "a"), (9, "ü"), (9, "é")]));
}

/// With equal scores the left pair comes first, and ranks would put one of the two pieces first everywhere.
#[test]
fn pairs_of_equal_scores_are_merged_from_the_left() {
    use crate::tokenizer::pieces::{Method, Piece, Pieces};

    let vocabulary = ["a", "b", "c", "bc", "ab"].map(|text| Piece { text, score: 0.0, is_text: true });
    let pieces = Pieces::new(Method::Merges, vocabulary, None, None);
    let ids = |text| pieces.tokenize(text).unwrap().iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(ids("abc"), [4, 2]);
    assert_eq!(ids("bcab"), [3, 4]);
}

#[test]
fn without_bytes_and_without_an_unknown_token_nothing_is_lost_in_silence() {
    let text = "The \u{9bd6}";
    let mut unigram = json_of("unigram");
    unigram["model"]["unk_id"] = Value::Null;
    let mut pairs = json_of("pairs");
    (pairs["model"]["unk_token"], pairs["model"]["byte_fallback"]) = (Value::Null, false.into());
    let mut gguf = vocabulary();
    // The bytes are pieces like others now, and the unknown token is one.
    gguf.kinds.iter_mut().filter(|kind| [2, 6].contains(kind)).for_each(|kind| *kind = 1);
    for (name, made) in
        [("unigram", from_json(&unigram)), ("pairs", from_json(&pairs)), ("gguf", Tokenizer::from_gguf(&gguf))]
    {
        let error = TokenizerError::NoToken { byte: 0xe9, position: 4 };
        assert_eq!(made.unwrap().encode(text, Special::AsText), Err(error), "{name}");
    }
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut json = json_of("unigram_bytes");
    change(&mut json);
    from_json(&json).unwrap_err().to_string()
}

fn refused_gguf(change: impl FnOnce(&mut GgufVocabulary)) -> String {
    let mut vocabulary = vocabulary();
    change(&mut vocabulary);
    Tokenizer::from_gguf(&vocabulary).unwrap_err().to_string()
}

#[test]
fn vocabularies_of_pieces_that_contradict_themselves_are_refused() {
    let long = "a".repeat(1025);
    for (made, message) in [
        (refused(|json| json["model"]["vocab"] = Value::Null), "the model has no vocabulary"),
        (
            refused(|json| json["model"]["vocab"][7] = "a".into()),
            "the token 7, \"a\", is no pair of a text and a score",
        ),
        (refused(|json| json["model"]["vocab"][7][1] = "a".into()), "is no pair of a text and a score"),
        (refused(|json| json["model"]["vocab"][300][0] = "<s>".into()), "the tokens 1 and 300 are both \"<s>\""),
        (
            refused(|json| json["model"]["vocab"][300][0] = long.as_str().into()),
            "the token 300 has 1025 bytes; at most 1024 are allowed",
        ),
        (
            refused(|json| json["model"]["unk_id"] = 600.into()),
            "the unk_id is 600, and the vocabulary has the ids 0..600",
        ),
        (
            refused(|json| json["model"]["unk_id"] = "a".into()),
            "the unk_id is \"a\", and the vocabulary has the ids 0..600",
        ),
    ] {
        assert!(made.starts_with("tokenizer.json: ") && made.ends_with(message), "{made}, not {message}");
    }
    for (made, message) in [
        (refused_gguf(|it| it.scores.truncate(7)), "there are 640 tokens and 7 scores of them"),
        (refused_gguf(|it| it.scores.clear()), "there are 640 tokens and 0 scores of them"),
        (refused_gguf(|it| it.scores[5] = f32::NAN), "the token 5, \"<0x00>\", has the score NaN, which is not finite"),
        (refused_gguf(|it| it.tokens[300] = long.clone()), "the token 300 has 1025 bytes; at most 1024 are allowed"),
        (refused_gguf(|it| it.kinds[5] = 7), "the token 5, \"<0x00>\", is of the kind 7; SentencePiece has 1 to 6"),
    ] {
        assert_eq!(made, format!("the GGUF vocabulary: {message}"));
    }
}

/// Decoders that undo something else would make other text of the same tokens.
#[test]
fn decoders_that_undo_something_else_are_refused() {
    use serde_json::json;

    let replace = json!({"type": "Replace", "pattern": {"String": "\u{2581}"}, "content": " "});
    let (fuse, bytes) = (json!({"type": "Fuse"}), json!({"type": "ByteFallback"}));
    let strip = |content: &str, start: u32, stop: u32| json!({"type": "Strip", "content": content, "start": start, "stop": stop});
    let sequence = |parts: &[&Value]| json!({"type": "Sequence", "decoders": parts});
    let metaspace = json!({"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "never", "split": false});
    let one = strip(" ", 1, 0);
    for (decoder, first) in [
        (sequence(&[&replace, &bytes, &fuse, &one]), "The"),
        (sequence(&[&replace, &fuse, &one]), "The"),
        (sequence(&[&replace, &bytes, &fuse]), " The"),
        (sequence(&[&replace]), " The"),
        (replace.clone(), " The"),
        (metaspace, " The"),
    ] {
        let mut json = json_of("pairs");
        json["decoder"] = decoder.clone();
        let tokenizer = from_json(&json).unwrap();
        let ids = tokenizer.encode("The", Special::AsText).unwrap();
        assert_eq!(tokenizer.decode(&ids, Show::TextOnly).unwrap(), first, "{decoder}");
        assert_eq!(tokenizer.0.library.decode(&ids, true).unwrap(), first, "{decoder}");
    }
    let other = json!({"type": "Replace", "pattern": {"String": "ab"}, "content": " "});
    let regex = json!({"type": "Replace", "pattern": {"Regex": "a"}, "content": " "});
    for decoder in [
        Value::Null,
        sequence(&[]),
        sequence(&[&fuse]),
        sequence(&[&bytes, &replace]),
        sequence(&[&replace, &one]),
        sequence(&[&replace, &fuse, &strip(" ", 2, 0)]),
        sequence(&[&replace, &fuse, &strip(" ", 1, 1)]),
        sequence(&[&replace, &fuse, &strip("a", 1, 0)]),
        sequence(&[&replace, &fuse, &one, &one]),
        sequence(&[&other]),
        sequence(&[&regex]),
        json!({"type": "BPEDecoder", "suffix": "</w>"}),
    ] {
        let text = refused(|json| json["decoder"] = decoder.clone());
        assert!(text.starts_with("tokenizer.json: the decoder is "), "{text}");
    }
    let byte_level = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false});
    let text = refused(|json| json["pre_tokenizer"] = byte_level);
    assert!(text.ends_with("it has none of bytes with this decoder"), "{text}");
}
