//! SentencePiece's vocabularies: pieces of text with scores. Text becomes pieces by Unigram, which takes the most likely ones, or
//! by merges, which join the pair of neighbours of the best score as long as a pair is a piece.
//!
//! The crate `tokenizers` has Unigram, and takes text that looks like `</s>` or `<0x0A>` for that token, where SentencePiece keeps
//! both out of the pieces. It has merges by rank only: where scores are equal, those are others.

mod merges;
mod unigram;

use tokenizers::Token;

use super::TokenizerError;

/// How long a piece may be, in bytes. Those of people have 16 characters, or a line of one character.
pub(super) const LENGTH: usize = 1024;

/// How text becomes pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// The pieces whose scores have the largest sum.
    Unigram,
    /// One pair of neighbours after the other, the one that makes the piece of the largest score first.
    Merges,
}

/// A piece of a vocabulary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub score: f64,
    /// Whether text can become it. Special tokens and those of bytes are pieces that no text becomes.
    pub is_text: bool,
}

/// Pieces, and what stands for text that has none.
pub(super) struct Pieces {
    method: Method,
    /// By their bytes.
    sorted: Vec<(Box<[u8]>, u32)>,
    scores: Vec<f64>,
    longest: usize,
    lowest: f64,
    bytes: Option<Box<[u32; 256]>>,
    unknown: Option<u32>,
}

/// A byte of a text that has no token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoToken {
    pub at: usize,
    pub byte: u8,
}

impl Pieces {
    /// The pieces of a vocabulary in the order of their ids, of which no two are the same. `bytes` are the tokens of all bytes.
    pub fn new<'a>(
        method: Method,
        pieces: impl IntoIterator<Item = Piece<'a>>,
        bytes: Option<Box<[u32; 256]>>,
        unknown: Option<u32>,
    ) -> Self {
        let mut made =
            Self { method, sorted: Vec::new(), scores: Vec::new(), longest: 0, lowest: f64::INFINITY, bytes, unknown };
        for (id, Piece { text, score, is_text }) in (0..).zip(pieces) {
            made.scores.push(score);
            made.lowest = made.lowest.min(score);
            if is_text && !text.is_empty() {
                made.sorted.push((text.as_bytes().into(), id));
                made.longest = made.longest.max(text.len());
            }
        }
        made.sorted.sort_unstable();
        made
    }

    /// The tokens of a text.
    pub fn tokenize(&self, text: &str) -> Result<Vec<Token>, NoToken> {
        let mut out = Out { pieces: self, text, tokens: Vec::new() };
        match self.method {
            Method::Unigram => unigram::tokenize(self, text, &mut out)?,
            Method::Merges => merges::tokenize(self, text, &mut out)?,
        }
        Ok(out.tokens)
    }

    /// What an unknown character becomes.
    pub fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    fn find(&self, text: &str) -> Option<u32> {
        if text.len() > self.longest {
            return None;
        }
        let at = self.sorted.binary_search_by(|(piece, _)| (**piece).cmp(text.as_bytes())).ok()?;
        Some(self.sorted[at].1)
    }

    fn score(&self, id: u32) -> f64 {
        self.scores[id as usize]
    }

    /// The pieces that a text begins with, the shortest first: their lengths and ids.
    fn prefixes<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, u32)> + 'a {
        let mut left = self.sorted.as_slice();
        text.iter()
            .enumerate()
            .map_while(move |(at, &byte)| {
                // All of `left` begin with what is in front of this byte.
                let byte_of = |piece: &[u8]| piece.get(at).copied();
                let start = left.partition_point(|(piece, _)| byte_of(piece) < Some(byte));
                let end = start + left[start..].partition_point(|(piece, _)| byte_of(piece) == Some(byte));
                left = &left[start..end];
                let (piece, id) = left.first()?;
                Some((piece.len() == at + 1).then_some((at + 1, *id)))
            })
            .flatten()
    }
}

/// Tokens that are being made.
struct Out<'a> {
    pieces: &'a Pieces,
    text: &'a str,
    tokens: Vec<Token>,
}

impl Out<'_> {
    fn piece(&mut self, id: u32, from: usize, to: usize) {
        self.tokens.push(Token::new(id, self.text[from..to].to_owned(), (from, to)));
    }

    /// What no piece is: its bytes, or one unknown token.
    fn without(&mut self, from: usize, to: usize) -> Result<(), NoToken> {
        if let Some(ids) = &self.pieces.bytes {
            for &byte in &self.text.as_bytes()[from..to] {
                self.tokens.push(Token::new(ids[usize::from(byte)], format!("<0x{byte:02X}>"), (from, to)));
            }
            return Ok(());
        }
        let id = self.pieces.unknown.ok_or_else(|| NoToken { at: from, byte: self.text.as_bytes()[from] })?;
        self.piece(id, from, to);
        Ok(())
    }
}

/// The byte that a token is named for, such as `<0x0A>`.
pub(super) fn byte(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("<0x")?.strip_suffix('>')?;
    let is_one = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_one.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// The tokens of all bytes, if each of them has one.
pub(super) fn bytes<'a>(names: impl IntoIterator<Item = (&'a str, u32)>) -> Option<Box<[u32; 256]>> {
    let mut found: Box<[Option<u32>; 256]> = Box::new([None; 256]);
    for (name, id) in names {
        // In capitals, as the libraries look them up.
        if let Some(byte) = byte(name).filter(|_| !name[3..].contains(|c: char| c.is_ascii_lowercase())) {
            found[usize::from(byte)] = Some(id);
        }
    }
    let mut ids = Box::new([0; 256]);
    for (id, found) in ids.iter_mut().zip(found.iter()) {
        *id = (*found)?;
    }
    Some(ids)
}

/// Checks what a file says of its pieces, of which the first fault is named.
pub(super) fn check<'a>(
    file: &'static str,
    pieces: impl IntoIterator<Item = (&'a str, f64)>,
) -> Result<(), TokenizerError> {
    for (id, (piece, score)) in pieces.into_iter().enumerate() {
        if !score.is_finite() {
            let message = format!("the token {id}, {piece:?}, has the score {score}, which is not finite");
            return Err(TokenizerError::malformed(file, message));
        }
        if piece.len() > LENGTH {
            let message = format!("the token {id} has {} bytes; at most {LENGTH} are allowed", piece.len());
            return Err(TokenizerError::malformed(file, message));
        }
    }
    Ok(())
}
