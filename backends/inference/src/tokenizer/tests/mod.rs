mod charsmap;
mod chat;
pub(crate) mod checks;
mod edges;
mod files;
mod hostile;
mod sentencepiece;
mod stream;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::weights::GgufVocabulary;

fn folder() -> PathBuf {
    crosscheck_fixtures::tiny_llama::FOLDER.into()
}

fn tiny() -> Tokenizer {
    Tokenizer::open(folder()).unwrap()
}

fn json() -> Value {
    serde_json::from_slice(&fs::read(folder().join("tokenizer.json")).unwrap()).unwrap()
}

fn config() -> Value {
    serde_json::from_slice(&fs::read(folder().join("tokenizer_config.json")).unwrap()).unwrap()
}

fn from_values(json: &Value, config: &Value) -> Result<Tokenizer> {
    Tokenizer::from_json(json.to_string().as_bytes(), Some(config.to_string().as_bytes()))
}

/// The same vocabulary as a GGUF file has it.
fn gguf() -> GgufVocabulary {
    let (json, config) = (json(), config());
    let vocabulary = json["model"]["vocab"].as_object().unwrap();
    let mut tokens = vec![String::new(); vocabulary.len()];
    for (token, id) in vocabulary {
        tokens[id.as_u64().unwrap() as usize].clone_from(token);
    }
    let merges = json["model"]["merges"].as_array().unwrap().iter();
    let kinds = (0..tokens.len()).map(|id| if id < 3 { 3 } else { 1 }).collect();
    GgufVocabulary {
        model: "gpt2".to_owned(),
        pre: Some("smollm".to_owned()),
        tokens,
        kinds,
        scores: Vec::new(),
        merges: merges.map(|pair| format!("{} {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect(),
        bos: Some(1),
        eos: Some(2),
        eot: None,
        add_bos: false,
        add_space_prefix: false,
        chat_template: Some(config["chat_template"].as_str().unwrap().to_owned()),
    }
}

/// What Hugging Face's libraries made of something: a line of `tokenizer_cases.jsonl`.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Case {
    Text {
        name: String,
        kind: String,
        text: String,
        ids: Vec<u32>,
        special: bool,
        decoded: String,
    },
    Stream {
        name: String,
        #[serde(rename = "kind")]
        _kind: String,
        ids: Vec<u32>,
        pieces: Vec<String>,
        rest: String,
    },
    Chat {
        name: String,
        #[serde(rename = "kind")]
        _kind: String,
        messages: Vec<Message>,
        add_generation_prompt: bool,
        rendered: String,
        ids: Vec<u32>,
    },
}

fn cases() -> Vec<Case> {
    cases_of(&folder().join("tokenizer_cases.jsonl"))
}

pub(crate) fn cases_of(file: &Path) -> Vec<Case> {
    let lines = fs::read_to_string(file).unwrap();
    let cases: Vec<Case> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 100, "there are only {} cases", cases.len());
    cases
}

/// Text with what matters to a tokenizer more often than chance would have it.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        2 => "[ \t\n\r\u{a0}\u{3000}]{1,4}",
        2 => "[a-z']{1,6}",
        1 => "[0-9]{1,4}",
        1 => prop::sample::select(vec!["<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|im_", "end|>", "\u{fffd}", "é", "😀"])
            .prop_map(String::from),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}
