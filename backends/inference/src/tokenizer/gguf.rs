//! A tokenizer out of the vocabulary in a GGUF file.

use std::collections::HashSet;

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::{Prepend, Replace, Sequence as Normalizers};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, DecoderWrapper};

use super::chat::{ChatTemplate, Variables};
use super::pieces::{self, Method, Piece, Pieces};
use super::spelling::Spelling;
use super::{Extras, Result, Tokenizer, TokenizerError};
use crate::weights::GgufVocabulary;

const FILE: &str = "the GGUF vocabulary";

// Values of `tokenizer.ggml.token_type`.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;
const BYTE: i32 = 6;

/// What stands for a space in SentencePiece's pieces.
const META: char = '\u{2581}';

impl Tokenizer {
    /// The tokenizer whose vocabulary a GGUF file contains.
    ///
    /// Control tokens are special. A vocabulary without kinds has no special tokens but those that begin and end a text or a turn.
    ///
    /// # Errors
    /// When it is neither byte-level BPE nor SentencePiece's BPE, splits text in a way that is not known here, or contradicts
    /// itself.
    pub fn from_gguf(vocabulary: &GgufVocabulary) -> Result<Self> {
        let GgufVocabulary { model, pre, tokens, kinds, merges, bos, eos, eot, add_bos, chat_template, .. } =
            vocabulary;
        let is_pieces = match model.as_str() {
            "gpt2" => false,
            "llama" => true,
            _ => {
                let known = "\"gpt2\", \"llama\"";
                return Err(TokenizerError::unsupported(FILE, "model", format_args!("{model:?}"), known));
            }
        };
        let splitter = if is_pieces { None } else { Some(splitter(pre.as_deref())?) };
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
        let merges = if is_pieces { &[] } else { merges.as_slice() };
        let merges =
            merges.iter().enumerate().map(|(at, merge)| split_merge(at, merge, &ids)).collect::<Result<_>>()?;
        let bpe = BPE::builder().vocab_and_merges(ids, merges).build().map_err(TokenizerError::library)?;

        let ends: HashSet<u32> = bos.iter().chain(eos).chain(eot).copied().collect();
        let kind = |id: u32| match kinds.get(id as usize) {
            Some(&kind) => kind,
            None if ends.contains(&id) => CONTROL,
            None => NORMAL,
        };
        let mut added = Vec::new();
        for (id, token) in (0u32..).zip(tokens) {
            match kind(id) {
                NORMAL | UNUSED => {}
                BYTE if is_pieces => {}
                UNKNOWN | CONTROL => added.push(AddedToken::from(token.as_str(), true)),
                // It is cut out of the text as it is, not as the normalizer makes it.
                USER_DEFINED => added.push(AddedToken::from(token.as_str(), false).normalized(false)),
                other => {
                    let (what, last) = if is_pieces { ("SentencePiece", BYTE) } else { ("byte-level BPE", UNUSED) };
                    let message = format!("the token {id}, {token:?}, is of the kind {other}; {what} has 1 to {last}");
                    return Err(TokenizerError::malformed(FILE, message));
                }
            }
        }
        let mut library = tokenizers::Tokenizer::new(bpe);
        let (spelling, pieces) = if is_pieces {
            let replace = Replace::new(" ", META.to_string()).map_err(TokenizerError::library)?;
            let prepend = vocabulary.add_space_prefix.then(|| Prepend::new(META.to_string()).into());
            let normalizers = prepend.into_iter().chain([replace.into()]).collect();
            library.with_normalizer(Some(Normalizers::new(normalizers))).map_err(TokenizerError::library)?;
            let spelling = Spelling::Meta { space: META, bytes: true, prefix: vocabulary.add_space_prefix };
            (spelling, Some(pieces_of(vocabulary, kind)?))
        } else {
            library.with_pre_tokenizer(splitter).with_decoder(Some(DecoderWrapper::ByteLevel(ByteLevel::default())));
            (Spelling::ByteLevel, None)
        };
        library.add_tokens(added).map_err(TokenizerError::library)?;

        let chat = chat_template.as_ref().map(|source| {
            let name = |id: Option<u32>| id.map(|id| tokens[id as usize].clone());
            let named = [("bos_token", name(*bos)), ("eos_token", name(*eos))];
            let variables: Variables =
                named.into_iter().filter_map(|(key, name)| Some((key.to_owned(), name?))).collect();
            ChatTemplate::new(source, variables)
        });
        let extras = Extras { bos: *bos, ends: eos.iter().chain(eot).copied().collect(), add_bos: *add_bos, chat };
        Self::new(library, spelling, pieces, extras)
    }
}

/// SentencePiece's pieces. A byte is what its kind says, and is named for it.
fn pieces_of(vocabulary: &GgufVocabulary, kind: impl Fn(u32) -> i32) -> Result<Pieces> {
    let GgufVocabulary { tokens, scores, .. } = vocabulary;
    if scores.len() != tokens.len() {
        let message = format!("there are {} tokens and {} scores of them", tokens.len(), scores.len());
        return Err(TokenizerError::malformed(FILE, message));
    }
    let scores = || scores.iter().copied().map(f64::from);
    pieces::check(FILE, tokens.iter().map(String::as_str).zip(scores()))?;
    let bytes = (0..).zip(tokens).filter(|(id, _)| kind(*id) == BYTE).map(|(id, name)| (name.as_str(), id));
    let bytes = pieces::bytes(bytes);
    let unknown = (0..).zip(tokens).map(|(id, _)| id).find(|id| kind(*id) == UNKNOWN);
    let is_text = |id| !matches!(kind(id), UNKNOWN | CONTROL | BYTE);
    let pieces = (0..).zip(tokens).zip(scores());
    let pieces = pieces.map(|((id, text), score)| Piece { text, score, is_text: is_text(id) });
    Ok(Pieces::new(Method::Merges, pieces, bytes, unknown))
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
