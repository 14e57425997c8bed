//! The most likely pieces of a text, by Viterbi's algorithm.

use super::{NoToken, Out, Pieces};

/// How much less likely an unknown character is than any piece; the number is SentencePiece's.
const UNKNOWN: f64 = 10.0;

/// The best way to a place in the text.
#[derive(Clone, Copy)]
struct Way {
    score: f64,
    /// Where its last piece begins.
    from: usize,
    /// None for an unknown character.
    id: Option<u32>,
}

pub(super) fn tokenize(pieces: &Pieces, text: &str, out: &mut Out<'_>) -> Result<(), NoToken> {
    let mut ways: Vec<Option<Way>> = vec![None; text.len() + 1];
    let take = |ways: &mut [Option<Way>], to: usize, way: Way| {
        if ways[to].is_none_or(|best| way.score > best.score) {
            ways[to] = Some(way);
        }
    };
    for (from, c) in text.char_indices() {
        // There is a way to each character: the one in front of it is a piece or unknown.
        let so_far = ways[from].map_or(0.0, |way| way.score);
        let next = from + c.len_utf8();
        let mut is_known = false;
        for (length, id) in pieces.prefixes(&text.as_bytes()[from..]) {
            let to = from + length;
            take(&mut ways, to, Way { score: so_far + pieces.score(id), from, id: Some(id) });
            is_known |= to == next;
        }
        if !is_known {
            take(&mut ways, next, Way { score: so_far + (pieces.lowest - UNKNOWN), from, id: None });
        }
    }
    let mut path = Vec::new();
    let mut to = text.len();
    while let Some(way) = ways[to].filter(|_| to > 0) {
        path.push((way, to));
        to = way.from;
    }
    // Unknown characters in a row are one.
    let mut unknown = None;
    for (way, to) in path.into_iter().rev() {
        match way.id {
            None => unknown = Some(unknown.map_or((way.from, to), |(from, _)| (from, to))),
            Some(id) => {
                if let Some((from, to)) = unknown.take() {
                    out.without(from, to)?;
                }
                out.piece(id, way.from, to);
            }
        }
    }
    unknown.map_or(Ok(()), |(from, to)| out.without(from, to))
}
