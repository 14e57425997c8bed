//! The parts of `tokenizer.json` that change or divide a text: they come out of a file that somebody else made, and the library
//! takes them as they are. Refused is what it panics on, and what makes much of little.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Result, TokenizerError};
use super::{charsmap, pattern};

const FILE: &str = "tokenizer.json";
/// How many parts there may be, and how many sequences in one another.
const PARTS: usize = 32;
const DEPTH: usize = 4;
/// By how much all of them together may lengthen a text.
const GROWTH: usize = 64;
/// How long the content of an added token may be, in bytes.
const TOKEN: usize = 1024;

const NORMALIZERS: &str =
    "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Nmt, Replace, Prepend, Precompiled, or a Sequence of them";
const PRE_TOKENIZERS: &str = "ByteLevel, Digits, Split, Punctuation, Whitespace, WhitespaceSplit, UnicodeScripts, FixedLength, \
                              CharDelimiterSplit, BertPreTokenizer, Metaspace, or a Sequence of them";
const PROCESSORS: &str = "ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing, or a Sequence of them";

/// Checks all of them.
pub(super) fn check(outline: &Value) -> Result<()> {
    let mut growth = 1;
    for part in flat(&outline["normalizer"], "normalizer", "normalizers")? {
        growth = normalizer(part, growth)?;
    }
    for part in flat(&outline["pre_tokenizer"], "pre-tokenizer", "pretokenizers")? {
        pre_tokenizer(part)?;
    }
    let processors = flat(&outline["post_processor"], "post-processor", "processors")?;
    // What a template makes of one text is several, and the next one panics where they are three or more.
    if processors.iter().filter(|part| part["type"] == "TemplateProcessing").count() > 1 {
        return Err(malformed("the post-processor has more than one TemplateProcessing".to_owned()));
    }
    processors.into_iter().try_for_each(processor)?;
    outline["added_tokens"].as_array().into_iter().flatten().try_for_each(added_token)
}

fn malformed(message: String) -> TokenizerError {
    TokenizerError::malformed(FILE, message)
}

/// The parts of a sequence, and of those in it.
fn flat<'a>(value: &'a Value, part: &str, key: &str) -> Result<Vec<&'a Value>> {
    let mut made = Vec::new();
    let mut open = vec![(value, 0)];
    while let Some((value, depth)) = open.pop() {
        if value.is_null() {
            continue;
        }
        if value["type"] != "Sequence" {
            made.push(value);
        } else if depth == DEPTH {
            return Err(malformed(format!("the {part} has more than {DEPTH} sequences in one another")));
        } else {
            let parts = value[key].as_array();
            let parts = parts.ok_or_else(|| malformed(format!("a Sequence of the {part} has no `{key}`")))?;
            open.extend(parts.iter().rev().map(|part| (part, depth + 1)));
        }
        if made.len() + open.len() > PARTS {
            return Err(malformed(format!("the {part} has more than {PARTS} parts")));
        }
    }
    Ok(made)
}

fn kind(value: &Value) -> String {
    value["type"].as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// By how much a text may be longer behind this part, when it is `growth` times as long in front of it.
fn normalizer(part: &Value, growth: usize) -> Result<usize> {
    let by = match part["type"].as_str() {
        Some("NFC" | "Lowercase" | "Strip" | "StripAccents" | "Nmt") => 1,
        // By UAX 15, "Maximum Expansion Factors", in UTF-8.
        Some("NFD") => 3,
        Some("NFKC" | "NFKD") => 11,
        Some("Prepend") => {
            let text = part["prepend"].as_str().unwrap_or_default();
            if text.len() > TOKEN {
                return Err(malformed(format!(
                    "the normalizer prepends {} bytes; at most {TOKEN} are allowed",
                    text.len()
                )));
            }
            1
        }
        Some("Replace") => {
            let content = part["content"].as_str().unwrap_or_default();
            let shortest = pattern::check(FILE, "Replace", &part["pattern"])?;
            content.len().div_ceil(shortest).max(1)
        }
        Some("Precompiled") => {
            let map = part["precompiled_charsmap"].as_str().unwrap_or_default();
            let map = STANDARD
                .decode(map)
                .map_err(|error| malformed(format!("the map of Precompiled is no base64: {error}")))?;
            charsmap::check(&map).map_err(|fault| malformed(format!("the map of Precompiled {fault}")))?
        }
        _ => return Err(TokenizerError::unsupported(FILE, "normalizer", kind(part), NORMALIZERS)),
    };
    let growth = growth.saturating_mul(by);
    if growth > GROWTH {
        let message = format!("the normalizer can make a text {growth} times as long; at most {GROWTH} are allowed");
        return Err(malformed(message));
    }
    Ok(growth)
}

fn pre_tokenizer(part: &Value) -> Result<()> {
    match part["type"].as_str() {
        Some(
            "ByteLevel" | "Digits" | "Punctuation" | "Whitespace" | "WhitespaceSplit" | "UnicodeScripts" | "Metaspace"
            | "CharDelimiterSplit" | "BertPreTokenizer",
        ) => Ok(()),
        Some("Split") => pattern::check(FILE, "Split", &part["pattern"]).map(drop),
        Some("FixedLength") if part["length"] == 0 => {
            Err(malformed("the pre-tokenizer FixedLength has the length 0: it must be 1 or more".to_owned()))
        }
        Some("FixedLength") => Ok(()),
        _ => Err(TokenizerError::unsupported(FILE, "pre-tokenizer", kind(part), PRE_TOKENIZERS)),
    }
}

/// The library looks up each special token of a template, and takes for granted that it is there; likewise the second text.
fn processor(part: &Value) -> Result<()> {
    match part["type"].as_str() {
        Some("ByteLevel" | "RobertaProcessing" | "BertProcessing") => Ok(()),
        Some("TemplateProcessing") => {
            let pieces = ["single", "pair"].into_iter().filter_map(|key| part[key].as_array()).flatten();
            for name in pieces.filter_map(|piece| piece["SpecialToken"]["id"].as_str()) {
                let token = &part["special_tokens"][name];
                let count = |key: &str| token[key].as_array().map(Vec::len);
                if count("ids").is_none() || count("ids") != count("tokens") {
                    let message = format!("the post-processor adds {name:?}, whose ids and tokens it does not say");
                    return Err(malformed(message));
                }
            }
            template_of_one(part)
        }
        _ => Err(TokenizerError::unsupported(FILE, "post-processor", kind(part), PROCESSORS)),
    }
}

/// What a template makes of one text: that text once at most, and a few tokens.
fn template_of_one(part: &Value) -> Result<()> {
    let pieces = || part["single"].as_array().into_iter().flatten();
    let texts: Vec<_> = pieces().filter_map(|piece| piece["Sequence"]["id"].as_str()).collect();
    if !matches!(texts.as_slice(), [] | ["A"]) {
        let texts = texts.join(", ");
        return Err(malformed(format!(
            "the post-processor's template of one text has the texts {texts}, and may have A once"
        )));
    }
    let ids =
        |piece: &Value| part["special_tokens"][piece["SpecialToken"]["id"].as_str()?]["ids"].as_array().map(Vec::len);
    let added: usize = pieces().filter_map(ids).sum();
    if added > TOKEN {
        return Err(malformed(format!(
            "the post-processor adds {added} tokens to a text; at most {TOKEN} are allowed"
        )));
    }
    Ok(())
}

fn added_token(token: &Value) -> Result<()> {
    let Some(content) = token["content"].as_str() else { return Ok(()) };
    if content.len() > TOKEN {
        let message = format!("an added token has {} bytes; at most {TOKEN} are allowed", content.len());
        return Err(malformed(message));
    }
    // Each one of a row of them would look for the white space around it in all of the row.
    let is_blank = !content.is_empty() && content.trim().is_empty();
    if is_blank && [&token["lstrip"], &token["rstrip"]].into_iter().any(|strips| strips == &Value::Bool(true)) {
        let message = format!("the added token {content:?} is white space, and takes the white space around it along");
        return Err(malformed(message));
    }
    Ok(())
}
