//! Pairs of neighbours put together, as SentencePiece's BPE and llama.cpp do it: by the score of what they make, and from the left
//! among equals.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{NoToken, Out, Pieces};

/// A part of the text, which grows. One that another has taken in is empty.
#[derive(Clone, Copy)]
struct Part {
    from: usize,
    to: usize,
    before: Option<usize>,
    after: Option<usize>,
}

impl Part {
    fn is_empty(&self) -> bool {
        self.from == self.to
    }
}

/// Two neighbours that make a piece.
struct Pair {
    score: f64,
    left: usize,
    right: usize,
    /// How long the piece is, by which a pair is known of which a part has changed.
    length: usize,
}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair {}

pub(super) fn tokenize(pieces: &Pieces, text: &str, out: &mut Out<'_>) -> Result<(), NoToken> {
    let count = text.chars().count();
    let mut parts: Vec<Part> = (text.char_indices().enumerate())
        .map(|(at, (from, c))| Part {
            from,
            to: from + c.len_utf8(),
            before: at.checked_sub(1),
            after: (at + 1 < count).then_some(at + 1),
        })
        .collect();
    let pair = |parts: &[Part], left: Option<usize>, right: Option<usize>| {
        let (left, right) = (left?, right?);
        let made = &text[parts[left].from..parts[right].to];
        let score = pieces.score(pieces.find(made)?);
        Some(Pair { score, left, right, length: made.len() })
    };
    let mut pairs: BinaryHeap<_> = (1..count).filter_map(|at| pair(&parts, Some(at - 1), Some(at))).collect();
    while let Some(Pair { left, right, length, .. }) = pairs.pop() {
        let (one, other) = (parts[left], parts[right]);
        if one.is_empty() || other.is_empty() || other.to - one.from != length {
            continue;
        }
        parts[left] = Part { to: other.to, after: other.after, ..one };
        parts[right].to = other.from;
        if let Some(after) = other.after {
            parts[after].before = Some(left);
        }
        pairs.extend(pair(&parts, one.before, Some(left)));
        pairs.extend(pair(&parts, Some(left), other.after));
    }
    for Part { from, to, .. } in parts.into_iter().filter(|part| !part.is_empty()) {
        match pieces.find(&text[from..to]) {
            Some(id) => out.piece(id, from, to),
            None => out.without(from, to)?,
        }
    }
    Ok(())
}
