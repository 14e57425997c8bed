//! Why there is no tokenizer, no tokens or no text.

use std::fmt;
use std::path::PathBuf;

use crate::text::short;

/// What a tokenizer can refuse, and how it can fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// A file that could not be read.
    #[error("{}: {message}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        message: String,
    },
    /// A file that is not what it should be.
    #[error("{file}: {message}")]
    Malformed {
        /// Which file, or which part of one.
        file: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// A kind of tokenizer that this runtime does not have.
    #[error("{file}: the {part} is {found}, which this runtime does not have; it has {known}")]
    Unsupported {
        /// Which file.
        file: &'static str,
        /// Which part of a tokenizer.
        part: &'static str,
        /// What the file names.
        found: String,
        /// What would have been understood.
        known: &'static str,
    },
    /// An id that is no token.
    #[error("{id} is not a token: the vocabulary has the ids 0..{vocabulary}")]
    UnknownId {
        /// The id.
        id: u32,
        /// The first id that is too large; smaller ones can be unknown in a vocabulary with holes.
        vocabulary: usize,
    },
    /// Bytes that are no text.
    #[error("the text is not UTF-8: byte {position} belongs to no character")]
    InvalidUtf8 {
        /// The first byte that is wrong.
        position: usize,
    },
    /// A text with a byte for which the vocabulary has no token.
    #[error(
        "the vocabulary has no token for the byte {byte:#04x}, which the text has at byte {position}: leave it out"
    )]
    NoToken {
        /// The byte.
        byte: u8,
        /// Where it is.
        position: usize,
    },
    /// A text that was to be plain, and is a special token nevertheless.
    #[error(
        "plain text became the special token {token:?} ({id}): the model's own vocabulary makes it of these characters"
    )]
    SpecialInText {
        /// The token.
        token: String,
        /// Its id.
        id: u32,
    },
    /// A tokenizer with tokens that the model does not have.
    #[error("the tokenizer has the ids 0..{tokenizer}, the model only 0..{model}: they do not belong together")]
    Mismatch {
        /// The first id that the tokenizer does not have.
        tokenizer: usize,
        /// The first id that the model does not have.
        model: usize,
    },
    /// A chat for a tokenizer that came without a template.
    #[error("the tokenizer has no chat template: render the prompt yourself and encode it")]
    NoChatTemplate,
    /// A template that cannot be parsed, or that failed.
    #[error("the chat template failed{}: {message}", line.map(|line| format!(" in line {line}")).unwrap_or_default())]
    ChatTemplate {
        /// The line of the template, the first being 1.
        line: Option<usize>,
        /// What went wrong.
        message: String,
    },
    /// A template that takes more than a file's template may.
    #[error(
        "the chat template goes beyond a limit{}: {met} {what}, and at most {limit} are allowed",
        line.map(|line| format!(" in line {line}")).unwrap_or_default()
    )]
    TemplateLimit {
        /// The line of the template, the first being 1.
        line: Option<usize>,
        /// What there is too much of.
        what: &'static str,
        /// How much there is, as far as it was counted.
        met: u64,
        /// How much there may be.
        limit: u64,
    },
    /// A chat that the template refused, by `raise_exception`.
    #[error("the chat template refuses these messages: {message}")]
    RefusedByTemplate {
        /// What the template said.
        message: String,
    },
    /// A role that spells a special token.
    #[error("the role {role:?} of message {message} spells the special token {token:?}")]
    SpecialInRole {
        /// Which message, the first being 0.
        message: usize,
        /// Its role.
        role: String,
        /// The token.
        token: String,
    },
    /// A content that spells a special token, for a template that does more with contents than to print them.
    #[error(
        "the content of message {message} spells the special token {token:?}, and the template changes contents, so that it cannot be kept apart from the template's own"
    )]
    SpecialInContent {
        /// Which message, the first being 0.
        message: usize,
        /// The token.
        token: String,
    },
    /// The library behind the tokenizer failed.
    #[error("tokenizers failed: {message}")]
    Library {
        /// What it said.
        message: String,
    },
}

impl TokenizerError {
    pub(super) fn malformed(file: &'static str, message: impl fmt::Display) -> Self {
        Self::Malformed { file, message: short(&message) }
    }

    pub(super) fn unsupported(
        file: &'static str,
        part: &'static str,
        found: impl fmt::Display,
        known: &'static str,
    ) -> Self {
        Self::Unsupported { file, part, found: short(&found), known }
    }

    pub(super) fn library(error: impl fmt::Display) -> Self {
        Self::Library { message: short(&error) }
    }
}
