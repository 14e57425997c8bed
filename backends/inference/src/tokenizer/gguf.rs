//! A tokenizer out of the vocabulary in a GGUF file.

use std::collections::HashSet;

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, DecoderWrapper};

use super::chat::{ChatTemplate, Variables};
use super::{Extras, Result, Tokenizer, TokenizerError};
use crate::weights::GgufVocabulary;

const FILE: &str = "the GGUF vocabulary";

// Values of `tokenizer.ggml.token_type`.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;

impl Tokenizer {
    /// The tokenizer whose vocabulary a GGUF file contains.
    ///
    /// Control tokens are special. A vocabulary without kinds has no special tokens but those that begin and end a text or a turn.
    ///
    /// # Errors
    /// When it is not byte-level BPE, splits text in a way that is not known here, or contradicts itself.
    pub fn from_gguf(vocabulary: &GgufVocabulary) -> Result<Self> {
        let GgufVocabulary { model, pre, tokens, kinds, merges, bos, eos, eot, add_bos, chat_template } = vocabulary;
        if model != "gpt2" {
            return Err(TokenizerError::unsupported(FILE, "model", format_args!("{model:?}"), "\"gpt2\""));
        }
        let splitter = splitter(pre.as_deref())?;
        if !kinds.is_empty() && kinds.len() != tokens.len() {
            let message = format!("there are {} tokens and {} kinds of them", tokens.len(), kinds.len());
            return Err(TokenizerError::malformed(FILE, message));
        }
        for id in [bos, eos, eot].into_iter().flatten() {
            if *id as usize >= tokens.len() {
                return Err(TokenizerError::UnknownId { id: *id, vocabulary: tokens.len() });
            }
        }

        let mut ids = Vocab::default();
        for (id, token) in (0u32..).zip(tokens) {
            if let Some(first) = ids.insert(token.clone(), id) {
                let message = format!("the tokens {first} and {id} are both {token:?}");
                return Err(TokenizerError::malformed(FILE, message));
            }
        }
        let merges =
            merges.iter().enumerate().map(|(at, merge)| split_merge(at, merge, &ids)).collect::<Result<_>>()?;
        let bpe = BPE::builder().vocab_and_merges(ids, merges).build().map_err(TokenizerError::library)?;

        let mut added = Vec::new();
        let ends: HashSet<u32> = bos.iter().chain(eos).chain(eot).copied().collect();
        for (id, token) in (0u32..).zip(tokens) {
            let kind = match kinds.get(id as usize) {
                Some(&kind) => kind,
                None if ends.contains(&id) => CONTROL,
                None => NORMAL,
            };
            match kind {
                NORMAL | UNUSED => {}
                UNKNOWN | CONTROL => added.push(AddedToken::from(token.as_str(), true)),
                USER_DEFINED => added.push(AddedToken::from(token.as_str(), false)),
                other => {
                    let message =
                        format!("the token {id}, {token:?}, is of the kind {other}; byte-level BPE has 1 to 5");
                    return Err(TokenizerError::malformed(FILE, message));
                }
            }
        }
        let mut library = tokenizers::Tokenizer::new(bpe);
        library.with_pre_tokenizer(Some(splitter)).with_decoder(Some(DecoderWrapper::ByteLevel(ByteLevel::default())));
        library.add_tokens(added).map_err(TokenizerError::library)?;

        let chat = chat_template.as_ref().map(|source| {
            let name = |id: Option<u32>| id.map(|id| tokens[id as usize].clone());
            let named = [("bos_token", name(*bos)), ("eos_token", name(*eos))];
            let variables: Variables =
                named.into_iter().filter_map(|(key, name)| Some((key.to_owned(), name?))).collect();
            ChatTemplate::new(source, variables)
        });
        let extras = Extras { bos: *bos, ends: eos.iter().chain(eot).copied().collect(), add_bos: *add_bos, chat };
        Self::new(library, extras)
    }
}

/// How text is split before tokens are sought. Files say nothing or `default` that were made before there was a name for
/// it; GPT-2's way is what the byte-level tokenizers of that time did.
fn splitter(pre: Option<&str>) -> Result<PreTokenizerWrapper> {
    let byte_level = ByteLevel::new(false, true, true);
    match pre {
        Some("smollm") => Ok(Sequence::new(vec![Digits::new(true).into(), byte_level.into()]).into()),
        Some("gpt-2" | "default") | None => Ok(byte_level.into()),
        Some(other) => {
            let known = "\"smollm\", \"gpt-2\", \"default\"";
            Err(TokenizerError::unsupported(FILE, "pre-tokenizer", format_args!("{other:?}"), known))
        }
    }
}

/// The two parts of a merge. The library takes for granted that they are tokens, and what they become.
fn split_merge(at: usize, merge: &str, ids: &Vocab) -> Result<(String, String)> {
    let malformed = |message| TokenizerError::malformed(FILE, message);
    let (left, right) =
        merge.split_once(' ').ok_or_else(|| malformed(format!("merge {at}, {merge:?}, has no space in it")))?;
    for token in [left, right, &format!("{left}{right}")] {
        if !ids.contains_key(token) {
            return Err(malformed(format!("merge {at}, {merge:?}, needs {token:?}, which is not a token")));
        }
    }
    Ok((left.to_owned(), right.to_owned()))
}
