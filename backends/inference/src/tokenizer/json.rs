//! A tokenizer out of Hugging Face's files.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::chat::{ChatTemplate, Variables};
use super::pieces::{self, Method, Piece, Pieces};
use super::spelling::{DECODERS, Spelling};
use super::{Extras, Result, Tokenizer, TokenizerError, parts};

const TOKENIZER: &str = "tokenizer.json";
const CONFIG: &str = "tokenizer_config.json";
const GENERATION: &str = "generation_config.json";
const TEMPLATE: &str = "chat_template.jinja";

impl Tokenizer {
    /// Reads `tokenizer.json`, named by itself or by its folder.
    ///
    /// Beside it may be `tokenizer_config.json` (special tokens and the chat template), `chat_template.jinja` (the template,
    /// rather than that one) and `generation_config.json` (more tokens that end a generation).
    ///
    /// # Errors
    /// When a file cannot be read, or as [`from_json`](Self::from_json).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = if path.is_dir() { path.join(TOKENIZER) } else { path.to_owned() };
        let folder = file.parent().unwrap_or(Path::new(""));
        let read = |path: &Path| {
            fs::read(path).map_err(|error| {
                (error.kind(), TokenizerError::Read { path: path.to_owned(), message: error.to_string() })
            })
        };
        let beside = |name: &str| match read(&folder.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err((io::ErrorKind::NotFound, _)) => Ok(None),
            Err((_, error)) => Err(error),
        };
        let json = read(&file).map_err(|(_, error)| error)?;
        let files = Files { config: beside(CONFIG)?, template: beside(TEMPLATE)?, generation: beside(GENERATION)? };
        from_files(&json, &files)
    }

    /// [`open`](Self::open) for what has been read already: `tokenizer.json`, and `tokenizer_config.json` if there is one.
    ///
    /// # Errors
    /// When a file is malformed, or the tokenizer is of a kind that is not known here.
    pub fn from_json(tokenizer: &[u8], config: Option<&[u8]>) -> Result<Self> {
        from_files(tokenizer, &Files { config: config.map(<[u8]>::to_vec), ..Files::default() })
    }
}

#[derive(Default)]
struct Files {
    config: Option<Vec<u8>>,
    template: Option<Vec<u8>>,
    generation: Option<Vec<u8>>,
}

fn from_files(json: &[u8], files: &Files) -> Result<Tokenizer> {
    let outline = parse(TOKENIZER, json)?;
    let spelling = check(&outline)?;
    let pieces = pieces_of(&outline);
    // What was checked, and not the file: where a key is there twice, the library may take the other one.
    let library = tokenizers::Tokenizer::deserialize(&outline)
        .map_err(|error| TokenizerError::malformed(TOKENIZER, error.to_string()))?;
    // The library numbers added tokens by itself when the file leaves a gap.
    for (name, id) in outline["added_tokens"].as_array().into_iter().flatten().filter_map(added) {
        if library.token_to_id(name).map(u64::from) != Some(id) {
            let message = format!("the added token {name:?} cannot have the id {id}: the ids before it have no tokens");
            return Err(TokenizerError::malformed(TOKENIZER, message));
        }
    }

    let mut extras = Extras::default();
    if let Some(bytes) = &files.config {
        let config = parse(CONFIG, bytes)?;
        let id = |key: &str| {
            let Some(name) = token_name(&config[key]) else { return Ok(None) };
            let message = || format!("the {key} is {name:?}, which is not a token of {TOKENIZER}");
            library.token_to_id(name).map(Some).ok_or_else(|| TokenizerError::malformed(CONFIG, message()))
        };
        extras.bos = id("bos_token")?;
        extras.ends.extend(id("eos_token")?);
        extras.chat = template(&config["chat_template"]).map(|source| ChatTemplate::new(source, variables(&config)));
    }
    if let Some(bytes) = &files.template {
        let source = std::str::from_utf8(bytes)
            .map_err(|error| TokenizerError::malformed(TEMPLATE, format!("it is not UTF-8: {error}")))?;
        let config = files.config.as_deref().map_or(Ok(Value::Null), |bytes| parse(CONFIG, bytes))?;
        extras.chat = Some(ChatTemplate::new(source, variables(&config)));
    }
    if let Some(bytes) = &files.generation {
        extras.ends.extend(ends(&parse(GENERATION, bytes)?)?);
    }
    Tokenizer::new(library, spelling, pieces, extras)
}

fn parse(file: &'static str, bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|error| TokenizerError::malformed(file, error.to_string()))
}

/// Refuses what the library would take, and what it would panic on: it relies on merges that name tokens.
fn check(outline: &Value) -> Result<Spelling> {
    let model = &outline["model"];
    let unsupported = |part, found: &Value, known| {
        let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        Err(TokenizerError::unsupported(TOKENIZER, part, found, known))
    };
    let is_unigram = model["type"] == "Unigram";
    if !is_unigram && model["type"] != "BPE" {
        return unsupported("model", &model["type"], "BPE, Unigram");
    }
    let Some(spelling) = Spelling::of(&outline["decoder"]) else {
        let decoder = &outline["decoder"];
        let found = if decoder["decoders"].is_array() { decoder } else { &decoder["type"] };
        return unsupported("decoder", found, DECODERS);
    };
    // Where tokens are in the alphabet of bytes, text must be put into it first, and nowhere else.
    let splitter = &outline["pre_tokenizer"];
    let parts = splitter["pretokenizers"].as_array().map_or(std::slice::from_ref(splitter), Vec::as_slice);
    match (&spelling, parts.iter().filter(|part| part["type"] == "ByteLevel").count()) {
        (Spelling::ByteLevel, _) if is_unigram => {
            return unsupported("decoder", &"ByteLevel".into(), "Metaspace for Unigram");
        }
        (Spelling::ByteLevel, 1) | (Spelling::Meta { .. }, 0) => (),
        (Spelling::ByteLevel, _) => return unsupported("pre-tokenizer", splitter, "ByteLevel, or a Sequence with it"),
        (Spelling::Meta { .. }, _) => return unsupported("pre-tokenizer", splitter, "none of bytes with this decoder"),
    }
    parts::check(outline)?;
    if is_unigram {
        check_pieces(model)?;
        return Ok(spelling);
    }
    // The same text has to have the same tokens each time.
    if model["dropout"].as_f64().is_some_and(|dropout| dropout > 0.0) {
        return unsupported("dropout", &model["dropout"], "none");
    }
    for part in ["continuing_subword_prefix", "end_of_word_suffix"] {
        if model[part].as_str().is_some_and(|affix| !affix.is_empty()) {
            return unsupported(part, &model[part], "none");
        }
    }

    let malformed = |message: String| TokenizerError::malformed(TOKENIZER, message);
    let vocabulary = model["vocab"].as_object().ok_or_else(|| malformed("the model has no vocabulary".to_owned()))?;
    let mut seen = HashSet::new();
    for (token, id) in vocabulary {
        if !seen.insert(id.as_u64()) {
            return Err(malformed(format!("the token {token:?} has the id {id}, like another one")));
        }
    }
    for (at, merge) in model["merges"].as_array().into_iter().flatten().enumerate() {
        let pair = match merge {
            Value::String(both) => both.split_once(' '),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(left), Value::String(right)] => Some((left.as_str(), right.as_str())),
                _ => None,
            },
            _ => None,
        };
        let (left, right) = pair.ok_or_else(|| malformed(format!("merge {at}, {merge}, is not a pair of tokens")))?;
        for token in [left, right, &format!("{left}{right}")] {
            if !vocabulary.contains_key(token) {
                return Err(malformed(format!("merge {at}, {merge}, needs {token:?}, which is not a token")));
            }
        }
    }
    Ok(spelling)
}

/// The pieces of Unigram, as far as they are pieces.
fn vocabulary(model: &Value) -> impl Iterator<Item = (&str, f64)> {
    let pieces = model["vocab"].as_array().into_iter().flatten();
    pieces.filter_map(|piece| Some((piece[0].as_str()?, piece[1].as_f64()?)))
}

/// Refuses what the library would take, such as a piece that is there twice.
fn check_pieces(model: &Value) -> Result<()> {
    let malformed = |message: String| TokenizerError::malformed(TOKENIZER, message);
    let all = model["vocab"].as_array().ok_or_else(|| malformed("the model has no vocabulary".to_owned()))?;
    let mut ids = HashMap::new();
    for (id, piece) in all.iter().enumerate() {
        let name =
            piece[0].as_str().filter(|_| piece[1].is_number() && piece.as_array().is_some_and(|pair| pair.len() == 2));
        let name =
            name.ok_or_else(|| malformed(format!("the token {id}, {piece}, is no pair of a text and a score")))?;
        if let Some(first) = ids.insert(name, id) {
            return Err(malformed(format!("the tokens {first} and {id} are both {name:?}")));
        }
    }
    match &model["unk_id"] {
        Value::Null => (),
        id if id.as_u64().is_some_and(|id| id < all.len() as u64) => (),
        id => return Err(malformed(format!("the unk_id is {id}, and the vocabulary has the ids 0..{}", all.len()))),
    }
    pieces::check(TOKENIZER, vocabulary(model))
}

/// What makes tokens of text instead of the library's Unigram. What is special, or a byte, no text becomes.
fn pieces_of(outline: &Value) -> Option<Pieces> {
    let model = &outline["model"];
    if model["type"] != "Unigram" {
        return None;
    }
    let added = outline["added_tokens"].as_array().into_iter().flatten();
    let specials: HashSet<&str> =
        added.filter(|token| token["special"] == true).filter_map(|token| token["content"].as_str()).collect();
    let bytes = (model["byte_fallback"] == true)
        .then(|| pieces::bytes(vocabulary(model).zip(0..).map(|((name, _), id)| (name, id))))
        .flatten();
    let is_text = |name: &str| !specials.contains(name) && (bytes.is_none() || pieces::byte(name).is_none());
    let pieces: Vec<_> = vocabulary(model).map(|(text, score)| Piece { text, score, is_text: is_text(text) }).collect();
    let unknown = model["unk_id"].as_u64().and_then(|id| u32::try_from(id).ok());
    Some(Pieces::new(Method::Unigram, pieces, bytes, unknown))
}

fn added(token: &Value) -> Option<(&str, u64)> {
    Some((token["content"].as_str().filter(|name| !name.is_empty())?, token["id"].as_u64()?))
}

/// A token of the config is a name, or an object that has one.
fn token_name(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["content"].as_str())
}

/// The template of the config, which is text or a list of named ones.
fn template(value: &Value) -> Option<&str> {
    let default = || value.as_array()?.iter().find(|entry| entry["name"] == "default")?["template"].as_str();
    value.as_str().or_else(default)
}

/// The special tokens by which a template can name them.
fn variables(config: &Value) -> Variables {
    ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), token_name(&config[key])?.to_owned())))
        .collect()
}

/// `eos_token_id`, which is a number or a list of them.
fn ends(config: &Value) -> Result<Vec<u32>> {
    let ids = match &config["eos_token_id"] {
        Value::Null => return Ok(Vec::new()),
        Value::Array(ids) => ids.as_slice(),
        one => std::slice::from_ref(one),
    };
    let id = |id: &Value| id.as_u64().and_then(|id| u32::try_from(id).ok());
    let message =
        || format!("the eos_token_id is {}, which is not a token or a list of tokens", config["eos_token_id"]);
    ids.iter().map(id).collect::<Option<_>>().ok_or_else(|| TokenizerError::malformed(GENERATION, message()))
}
