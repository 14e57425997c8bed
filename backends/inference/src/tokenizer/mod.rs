//! Text to tokens and back.
//!
//! A [`Tokenizer`] is byte-level BPE, as GPT-2, Llama 3 and SmolLM2 have it, or SentencePiece's BPE or Unigram, as Llama 2 and T5
//! have them: out of Hugging Face's `tokenizer.json` ([`Tokenizer::open`]) or out of a GGUF file's vocabulary
//! ([`Tokenizer::from_gguf`]). Merging by rank is done by the crate `tokenizers`; what is around it is done here, for reasons that
//! stand where it is done.

mod charsmap;
mod chat;
mod error;
mod gguf;
mod json;
mod parts;
mod pattern;
mod pieces;
mod spelling;
mod stream;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use tokenizers::models::ModelWrapper;
use tokenizers::normalizer::Range;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::metaspace::PrependScheme;
use tokenizers::{AddedVocabulary, Encoding, Model, NormalizedString, OffsetType, PreTokenizer, Token as Found};

pub use chat::{ChatTemplate, Message};
pub use error::TokenizerError;
use pieces::{NoToken, Pieces};
use spelling::{Spelling, byte_level_alphabet};
pub use stream::Decoder;

type Result<T> = std::result::Result<T, TokenizerError>;

/// What [`encode`](Tokenizer::encode) makes of text that looks like a special token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// The special token. For text that the program wrote itself.
    Parse,
    /// Text like any other. For text that is not trusted, which could end a message with it otherwise.
    AsText,
}

/// What [`decode`](Tokenizer::decode) makes of special tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Their names, such as `<|im_end|>`.
    Special,
    /// Nothing.
    TextOnly,
}

/// A tokenizer. A clone is cheap and shares everything.
#[derive(Clone)]
pub struct Tokenizer(Arc<Parts>);

struct Parts {
    library: tokenizers::Tokenizer,
    /// The added tokens of `library`, without the special ones.
    plain: AddedVocabulary,
    spelling: Spelling,
    /// What makes tokens of text, where the library's model does not.
    pieces: Option<Pieces>,
    /// How a text is split that goes on from another one.
    continued: Option<PreTokenizerWrapper>,
    tokens: HashMap<u32, Token>,
    vocabulary: usize,
    /// What a chat or a text must be searched for.
    specials: Vec<SpecialToken>,
    bos: Option<u32>,
    ends: Vec<u32>,
    /// Whether [`Tokenizer::prompt`] begins with `bos`, if the library does not see to that.
    add_bos: bool,
    /// A template with a mistake is kept: who does not chat does not need it.
    chat: Option<Result<ChatTemplate>>,
}

struct Token {
    name: String,
    /// What it adds to a text, which need not be whole characters.
    bytes: Vec<u8>,
    special: bool,
}

struct SpecialToken {
    id: u32,
    name: String,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
}

/// What comes with the vocabulary.
#[derive(Default)]
struct Extras {
    bos: Option<u32>,
    ends: Vec<u32>,
    add_bos: bool,
    chat: Option<Result<ChatTemplate>>,
}

impl Tokenizer {
    fn new(
        mut library: tokenizers::Tokenizer,
        spelling: Spelling,
        pieces: Option<Pieces>,
        extras: Extras,
    ) -> Result<Self> {
        // A file can ask for these for the sake of training, where Hugging Face's transformers ignores them as well: a prompt
        // must not lose its end without a word.
        library.with_truncation(None).map_err(TokenizerError::library)?;
        library.with_padding(None);
        let added = library.get_added_vocabulary();
        let mut plain = added.clone();
        plain.set_encode_special_tokens(true);
        let added = added.get_added_tokens_decoder();
        let spelled = spelling.reader();
        let mut tokens: HashMap<u32, Token> = library
            .get_vocab(false)
            .into_iter()
            .map(|(name, id)| (id, Token { bytes: spelled(&name), name, special: false }))
            .collect();
        for (&id, token) in added {
            // The name of an added token is text, although it may look like bytes ("é") or like spaces.
            let bytes = token.content.clone().into_bytes();
            tokens.insert(id, Token { name: token.content.clone(), bytes, special: token.special });
        }
        let mut specials: Vec<SpecialToken> = added
            .iter()
            .filter(|(_, token)| token.special)
            .map(|(&id, token)| SpecialToken {
                id,
                name: token.content.clone(),
                single_word: token.single_word,
                lstrip: token.lstrip,
                rstrip: token.rstrip,
            })
            .collect();
        specials.sort_unstable_by_key(|special| special.id);
        let vocabulary = tokens.keys().max().map_or(0, |&id| (id as usize).saturating_add(1));
        let Extras { bos, mut ends, add_bos, chat } = extras;
        if let Some(&id) = bos.iter().chain(&ends).find(|id| !tokens.contains_key(id)) {
            return Err(TokenizerError::UnknownId { id, vocabulary });
        }
        ends.sort_unstable();
        ends.dedup();
        let continued = library.get_pre_tokenizer().cloned().map(without_prefix);
        let parts = Parts {
            library,
            plain,
            spelling,
            pieces,
            continued,
            tokens,
            vocabulary,
            specials,
            bos,
            ends,
            add_bos,
            chat,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// The tokens of a text, without a token for its beginning.
    ///
    /// # Errors
    /// When the vocabulary has no token for a byte of the text. Hugging Face's tokenizers drop such a byte without a word.
    pub fn encode(&self, text: &str, special: Special) -> Result<Vec<u32>> {
        Ok(self.encoding(text, special, 0)?.get_ids().to_vec())
    }

    /// [`encode`](Self::encode) of what should be UTF-8.
    ///
    /// # Errors
    /// When it is not, or as `encode`.
    pub fn encode_bytes(&self, text: &[u8], special: Special) -> Result<Vec<u32>> {
        let text =
            std::str::from_utf8(text).map_err(|error| TokenizerError::InvalidUtf8 { position: error.valid_up_to() })?;
        self.encode(text, special)
    }

    /// The tokens of a text with those around it that the file asks for: for many models, one that begins it.
    ///
    /// A chat template writes these itself: [`chat`](Self::chat) adds none.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn prompt(&self, text: &str, special: Special) -> Result<Vec<u32>> {
        let encoding = self.encoding(text, special, 0)?;
        let encoding = self.0.library.post_process(encoding, None, true).map_err(TokenizerError::library)?;
        let first = self.0.bos.filter(|_| self.0.add_bos);
        Ok(first.into_iter().chain(encoding.get_ids().iter().copied()).collect())
    }

    /// The steps of the library's `encode`, which cannot say for one text how it is to take special tokens.
    fn encoding(&self, text: &str, special: Special, offset: usize) -> Result<Encoding> {
        let library = &self.0.library;
        let added = match special {
            Special::Parse => library.get_added_vocabulary(),
            Special::AsText => &self.0.plain,
        };
        let mut pieces = added.extract_and_normalize(library.get_normalizer(), text);
        let splitter = if offset == 0 { library.get_pre_tokenizer() } else { self.0.continued.as_ref() };
        if let Some(splitter) = splitter {
            splitter.pre_tokenize(&mut pieces).map_err(TokenizerError::library)?;
        }
        let unknown = self.unknown();
        pieces
            .tokenize(|piece| {
                let tokens = self.tokens_of(piece, offset)?;
                // A model can be told to take a whole piece for a token if there is one of that name.
                if special == Special::AsText {
                    let found = tokens.iter().find(|token| Some(token.id) != unknown && self.is_special(token.id));
                    if let Some(token) = found {
                        return Err(TokenizerError::SpecialInText { token: token.value.clone(), id: token.id }.into());
                    }
                }
                Ok(tokens)
            })
            .and_then(|()| pieces.into_encoding(None, 0, OffsetType::None))
            .map_err(|error| match error.downcast::<TokenizerError>() {
                Ok(own) => *own,
                Err(other) => TokenizerError::library(other),
            })
    }

    /// What stands for text that has no token.
    fn unknown(&self) -> Option<u32> {
        let library = &self.0.library;
        match (&self.0.pieces, library.get_model()) {
            (Some(pieces), _) => pieces.unknown(),
            (None, ModelWrapper::BPE(bpe)) => bpe.get_unk_token().as_deref().and_then(|name| library.token_to_id(name)),
            _ => None,
        }
    }

    /// The tokens of a piece of a text, which begins `offset` bytes into what is given to an error.
    fn tokens_of(&self, piece: &NormalizedString, offset: usize) -> tokenizers::Result<Vec<Found>> {
        let text = piece.get();
        let lost = |NoToken { at, byte }| {
            // Where the normalizer had it from.
            let original = piece.convert_offsets(Range::Normalized(at..at + 1)).map_or(0, |range| range.start);
            TokenizerError::NoToken { byte, position: offset + piece.offsets_original().0 + original }
        };
        if let Some(pieces) = &self.0.pieces {
            return Ok(pieces.tokenize(text).map_err(lost)?);
        }
        let model = self.0.library.get_model();
        let tokens = model.tokenize(text)?;
        // BPE skips what it knows no token for, if there is none for the unknown.
        let kept: usize = tokens.iter().map(|token| token.value.len()).sum();
        let ModelWrapper::BPE(bpe) = model else { return Ok(tokens) };
        if kept == text.len() || bpe.get_unk_token().is_some() {
            return Ok(tokens);
        }
        let has_byte = |byte: u8| bpe.byte_fallback && model.token_to_id(&format!("<0x{byte:02X}>")).is_some();
        let is_lost = |c: &char| {
            let c = c.encode_utf8(&mut [0; 4]).to_owned();
            model.token_to_id(&c).is_none() && !c.bytes().all(has_byte)
        };
        match text.char_indices().find(|(_, c)| is_lost(c)) {
            None => Ok(tokens),
            Some((at, c)) => {
                let byte = match self.0.spelling {
                    Spelling::ByteLevel => byte_level_alphabet().get(&c).copied().unwrap_or_default(),
                    Spelling::Meta { .. } => text.as_bytes()[at],
                };
                Err(lost(NoToken { at, byte }).into())
            }
        }
    }

    /// The text of tokens. What is not UTF-8 becomes U+FFFD, as often as [`String::from_utf8_lossy`] says.
    ///
    /// SentencePiece puts a space in front of each text, which is taken away: of all tokens, the first space.
    ///
    /// # Errors
    /// When an id is no token.
    pub fn decode(&self, ids: &[u32], show: Show) -> Result<String> {
        let mut bytes = Vec::new();
        for &id in ids {
            bytes.extend_from_slice(self.bytes(id, show)?);
        }
        Ok(String::from_utf8_lossy(self.own(&bytes)).into_owned())
    }

    /// Decodes tokens one by one, as they are generated.
    pub fn stream(&self, show: Show) -> Decoder {
        Decoder::new(self.clone(), show)
    }

    fn bytes(&self, id: u32, show: Show) -> Result<&[u8]> {
        let token = self.0.tokens.get(&id).ok_or(TokenizerError::UnknownId { id, vocabulary: self.0.vocabulary })?;
        Ok(if token.special && show == Show::TextOnly { &[] } else { &token.bytes })
    }

    /// The beginning of a text, without what is not its own.
    fn own<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        if self.0.spelling.has_prefix() { bytes.strip_prefix(b" ").unwrap_or(bytes) } else { bytes }
    }

    /// How many ids there are: each token's is smaller.
    pub fn vocabulary(&self) -> usize {
        self.0.vocabulary
    }

    /// The name of a token as the vocabulary has it, where `Ġ` or `▁` is a space.
    pub fn token(&self, id: u32) -> Option<&str> {
        self.0.tokens.get(&id).map(|token| token.name.as_str())
    }

    /// The token of a name.
    pub fn id(&self, name: &str) -> Option<u32> {
        self.0.library.token_to_id(name)
    }

    /// Whether a token stands for no text, such as one that ends a message.
    pub fn is_special(&self, id: u32) -> bool {
        self.0.tokens.get(&id).is_some_and(|token| token.special)
    }

    /// The token that begins a text, if there is one.
    pub fn bos(&self) -> Option<u32> {
        self.0.bos
    }

    /// The tokens that end a generation.
    pub fn ends(&self) -> &[u32] {
        &self.0.ends
    }

    /// Makes sure that a model with so many tokens has all of this tokenizer's. It may have more: files fill the matrix up.
    ///
    /// # Errors
    /// When there are tokens which the model does not have.
    pub fn check_against(&self, model: usize) -> Result<()> {
        if self.0.vocabulary > model {
            return Err(TokenizerError::Mismatch { tokenizer: self.0.vocabulary, model });
        }
        Ok(())
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer")
            .field("vocabulary", &self.0.vocabulary)
            .field("bos", &self.0.bos)
            .field("ends", &self.0.ends)
            .finish_non_exhaustive()
    }
}

/// The same pre-tokenizer for what is no beginning: the space in front of the first word is not put there again.
fn without_prefix(splitter: PreTokenizerWrapper) -> PreTokenizerWrapper {
    match splitter {
        PreTokenizerWrapper::Metaspace(mut metaspace) if metaspace.prepend_scheme == PrependScheme::First => {
            metaspace.prepend_scheme = PrependScheme::Never;
            metaspace.into()
        }
        PreTokenizerWrapper::Sequence(parts) => {
            let parts = parts.into_iter().map(without_prefix).collect();
            tokenizers::pre_tokenizers::sequence::Sequence::new(parts).into()
        }
        other => other,
    }
}
