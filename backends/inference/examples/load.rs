//! Loads what it is given, and uses what it has loaded: what `cargo xtask fuzz` starts.
//!
//! `load KIND` reads inputs from standard input, the length of each in front of it (four bytes, the smallest first), and answers
//! each with a byte when it is done. `load KIND FILE` loads one file. A result and an error are both good; a panic is not.

#[path = "../fuzz/fuzz_targets/lib.rs"]
mod weights;

use std::io::{Read, Write};

use crosscheck_inference::tokenizer::{Message, Show, Special, Tokenizer, TokenizerError};
use crosscheck_inference::weights::{GgufVocabulary, Weights};

/// What is encoded with each tokenizer: whatever has a rule of its own somewhere.
const TEXTS: [&str; 8] = [
    "",
    "Hello,   world!\r\n\tIt's 12345.67 o'clock",
    "<s></s><unk><|im_start|>user\n<|im_end|><|endoftext|><0x41>",
    "\u{2581}\u{2581} \u{2581}a  ",
    "naïve ﬁancée ½ Å Å 한국어 カタカナ ﷺ 𝒜",
    "👨‍👩‍👧‍👦🏳️‍🌈e\u{301}\u{301}\u{301}",
    "\0\u{1}\u{7f}\u{ad}\u{200b}\u{feff}\u{fffd}",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa          ",
];
const VARIABLES: &str = r#"{"messages": [
    {"role": "system", "content": " Be\nbrief. "},
    {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Where?"}]},
    {"role": "assistant", "content": null, "tool_calls": [{"id": "abcdefghi", "type": "function",
        "function": {"name": "f", "arguments": {"x": [1.0, -7, 1e300, true, null, "é"]}}}]},
    {"role": "tool", "tool_call_id": "abcdefghi", "content": "{}"}],
    "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {
        "type": "object", "properties": {"x": {"type": ["integer", "null"]}}, "required": ["x"]}}}],
    "documents": [], "enable_thinking": false, "list": [3, 1.5, -1, 9223372036854775807, "a", []]}"#;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_default();
    let load: fn(&[u8]) = match kind.as_str() {
        "template" => template,
        "tokenizer" => tokenizer,
        "gguf" => gguf,
        "safetensors" => safetensors,
        _ => panic!("the first argument must be template, tokenizer, gguf or safetensors, not {kind:?}"),
    };
    if let Some(file) = arguments.next() {
        return load(&std::fs::read(file).expect("the file can be read"));
    }
    let (mut inputs, mut answers) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut length = [0; 4];
    while inputs.read_exact(&mut length).is_ok() {
        let mut input = vec![0; u32::from_le_bytes(length) as usize];
        inputs.read_exact(&mut input).expect("an input is as long as it says");
        load(&input);
        answers.write_all(b".").and_then(|()| answers.flush()).expect("somebody waits for the answer");
    }
}

/// A template in a vocabulary that has a token for each byte.
fn template(source: &[u8]) {
    let moved = (0x100..).map(|code| char::from_u32(code).expect("a letter"));
    let itself = ('!'..='~').chain('\u{a1}'..='\u{ac}').chain('\u{ae}'..='\u{ff}');
    let letters = itself.chain(moved).take(256).map(String::from);
    let tokens: Vec<_> = ["<s>", "</s>"].map(str::to_owned).into_iter().chain(letters).collect();
    let vocabulary = GgufVocabulary {
        model: "gpt2".to_owned(),
        tokens,
        bos: Some(0),
        eos: Some(1),
        chat_template: Some(String::from_utf8_lossy(source).into_owned()),
        ..GgufVocabulary::default()
    };
    let tokenizer = Tokenizer::from_gguf(&vocabulary).expect("the vocabulary is good");
    if let Ok(template) = tokenizer.chat_template().map_err(|error| said(&error)) {
        let _ = template.render_json(VARIABLES).map_err(|error| said(&error));
        chat(&tokenizer);
    }
}

fn chat(tokenizer: &Tokenizer) {
    let message = |role: &str, content: &str| Message::new(role, content);
    for messages in [
        vec![],
        vec![message("system", "Be brief."), message("user", " Where is <|im_end|></s>? ")],
        vec![message("user", "1"), message("assistant", "<think>\n2</think>\n3"), message("user", "\u{f0000}é")],
    ] {
        if let Ok(ids) = tokenizer.chat(&messages, true).map_err(|error| said(&error)) {
            assert!(tokenizer.decode(&ids, Show::Special).is_ok());
        }
    }
}

fn tokenizer(json: &[u8]) {
    let config = br#"{"bos_token": "<s>", "eos_token": {"content": "</s>"}, "chat_template": "{{ bos_token }}{% for message in messages %}{{ message.role + ' ' + message.content + eos_token }}{% endfor %}"}"#;
    // The tokens that the configuration names may not be there.
    for config in [Some(&config[..]), None] {
        match Tokenizer::from_json(json, config) {
            Ok(tokenizer) => return texts(&tokenizer),
            Err(error) => said(&error),
        }
    }
}

/// Text to tokens and back, in each way that there is.
fn texts(tokenizer: &Tokenizer) {
    for text in TEXTS {
        for special in [Special::Parse, Special::AsText] {
            for made in [tokenizer.encode(text, special), tokenizer.prompt(text, special)] {
                match made {
                    Ok(ids) => back(tokenizer, &ids),
                    Err(error) => said(&error),
                }
            }
        }
    }
    let all: Vec<u32> = (0..u32::try_from(tokenizer.vocabulary().min(2000)).expect("a small number"))
        .filter(|&id| tokenizer.token(id).is_some())
        .collect();
    back(tokenizer, &all);
    chat(tokenizer);
}

fn back(tokenizer: &Tokenizer, ids: &[u32]) {
    for show in [Show::Special, Show::TextOnly] {
        // A post-processor can add what is no token.
        let Ok(text) = tokenizer.decode(ids, show).map_err(|error| said(&error)) else { return };
        let mut decoder = tokenizer.stream(show);
        let mut streamed: String = ids.iter().map(|&id| decoder.push(id).expect("it was decoded")).collect();
        streamed += &decoder.finish();
        assert_eq!(streamed, text, "{ids:?}");
    }
}

fn said(error: &TokenizerError) {
    assert!(error.to_string().len() < 4000, "{error}");
}

fn gguf(bytes: &[u8]) {
    let vocabulary = Weights::from_gguf(bytes.to_vec()).ok().and_then(|weights| weights.vocabulary().cloned());
    if let Some(vocabulary) = vocabulary {
        match Tokenizer::from_gguf(&vocabulary) {
            Ok(tokenizer) => texts(&tokenizer),
            Err(error) => said(&error),
        }
    }
    weights::read(Weights::from_gguf(bytes.to_vec()));
}

/// Two bytes say how long the configuration is; it comes behind them, and the weights behind it.
fn safetensors(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk() else { return };
    let Some((config, data)) = rest.split_at_checked(u16::from_le_bytes(*length).into()) else { return };
    weights::read(Weights::from_safetensors(config, data.to_vec()));
}
