//! How cells fail, without what differs from cell to cell: those that fail alike are found by it.

use std::collections::BTreeMap;

use crate::record::CellRecord;
use crate::record::suite::TestRecord;
use crate::report::narrow::case_of;
use crate::suite::expectation::Failure;

/// A cell that fails.
#[derive(Clone, Debug)]
pub(super) struct Fault<'a> {
    /// The cell.
    pub(super) cell: &'a CellRecord,
    /// How it fails.
    pub(super) way: Way,
}

/// How a cell fails: cells of one way may well have one cause, those of several have not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// The kind.
    pub(super) failure: Failure,
    /// What it says, with [`GAP`] in place of numbers, addresses and what its case is called; of a mismatch, what it is in.
    pub(super) text: String,
}

/// What stands for something that the next cell has another one of.
const GAP: char = '#';

/// A shorter part of a case's name is a word as any other.
const SHORTEST: usize = 3;

impl<'a> Fault<'a> {
    /// That of a cell whose body fails; `known` has the axes of its test.
    pub(super) fn of(cell: &'a CellRecord, known: &[TestRecord]) -> Option<Self> {
        let failure = cell.failure.filter(|_| !cell.setup && cell.outcome.ran())?;
        let text = match (failure, &cell.extent) {
            (Failure::Mismatch, Some(extent)) => extent.what.clone(),
            // How long it was given is an option of the run.
            (Failure::Mismatch | Failure::Timeout, _) => String::new(),
            _ => without_gaps(spoken(said(cell)), &case_parts(cell, known)),
        };
        Some(Self { cell, way: Way { failure, text } })
    }

    /// What the body's failure said.
    pub(super) fn said(&self) -> &'a str {
        said(self.cell)
    }

    /// Whether it is one: beside a baseline that is wrong, what disagrees is right.
    pub(super) fn is_wrong(&self) -> bool {
        self.cell.disputed_at.is_none() || self.way.failure != Failure::Mismatch
    }
}

impl Way {
    /// Whether it is the other one, said with other details: of the shorter text, more than half of the words are in the other one,
    /// in a row.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let words = [self, other].map(|way| way.text.split_whitespace().collect::<Vec<_>>());
        let [one, other_words] = words.each_ref().map(Vec::as_slice);
        let shorter = one.len().min(other_words.len());
        let is_in = |part: &[&str]| other_words.windows(part.len()).any(|window| window == part);
        let same = self.text == other.text || shorter > 0 && one.windows(shorter / 2 + 1).any(is_in);
        self.failure == other.failure && same
    }
}

/// The ways in which cells fail, the most frequent first; those that are alike are one.
pub(super) fn ways<'f, 'a>(faults: &'f [Fault<'a>]) -> Vec<(&'f Way, Vec<&'a CellRecord>)> {
    let mut same: BTreeMap<&Way, Vec<&CellRecord>> = BTreeMap::new();
    for fault in faults {
        same.entry(&fault.way).or_default().push(fault.cell);
    }
    let mut ways: Vec<(&Way, Vec<&CellRecord>)> = Vec::new();
    for (way, cells) in same {
        match ways.iter_mut().find(|(other, _)| way.is_like(other)) {
            Some((_, known)) => known.extend(cells),
            None => ways.push((way, cells)),
        }
    }
    ways.sort_by_key(|(_, cells)| std::cmp::Reverse(cells.len()));
    ways
}

/// What the body's failure said.
fn said(cell: &CellRecord) -> &str {
    cell.reason.get(cell.seen_at.unwrap_or_default()..).unwrap_or_default()
}

/// The first line of what a failure said, without what stands before the words of the body.
pub fn spoken(text: &str) -> &str {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if let Some(rest) = line.strip_prefix("panicked") {
        return behind_a_place(rest).unwrap_or(rest.trim_start_matches(':')).trim();
    }
    // Details that the next run has others of.
    let line = [" (it was ", "; allowed: "].iter().find_map(|tail| Some(line.split_once(tail)?.0)).unwrap_or(line);
    ["returned an error: ", "ended its process: "]
        .iter()
        .find_map(|head| line.strip_prefix(head))
        .unwrap_or(line)
        .trim()
}

/// What stands behind `:12:5: `.
fn behind_a_place(text: &str) -> Option<&str> {
    text.match_indices(": ").map(|(at, _)| (&text[..at], &text[at + 2..])).find_map(|(place, rest)| {
        let mut numbers = place.rsplit(':').take(2);
        let number =
            |part: Option<&str>| part.is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
        (number(numbers.next()) && number(numbers.next())).then_some(rest)
    })
}

/// What a cell's case is called: all of it, the value of each axis, and the parts of that; the longest first.
fn case_parts<'c>(cell: &'c CellRecord, known: &'c [TestRecord]) -> Vec<&'c str> {
    let case = case_of(cell);
    let axes = known.iter().find(|test| test.test == cell.test).map_or(&[][..], |test| &test.axes);
    let values = axes.iter().flat_map(|axis| &axis.values).map(String::as_str).filter(|value| case.contains(value));
    let whole: Vec<_> = values.chain([case]).collect();
    let parts = whole.iter().flat_map(|value| value.split('/'));
    let mut parts: Vec<_> = whole.iter().copied().chain(parts).filter(|part| part.len() >= SHORTEST).collect();
    parts.sort_unstable_by_key(|part| (std::cmp::Reverse(part.len()), *part));
    parts.dedup();
    parts
}

/// The text with a gap for each of these parts, and for each word or number with a digit; several in a row are one.
fn without_gaps(text: &str, parts: &[&str]) -> String {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begins_word = !words.ends_with(is_of_word);
        let is_whole = |part: &&str| rest[part.len()..].chars().next().is_none_or(|c| !is_of_word(c));
        let part = parts.iter().copied().filter(|part| begins_word && rest.starts_with(part)).find(is_whole);
        let number =
            || Some(number(rest)).filter(|number| begins_word && number.contains(|c: char| c.is_ascii_digit()));
        match part.or_else(number) {
            Some(gone) => {
                words.push(if is_zero(gone) { '0' } else { GAP });
                rest = &rest[gone.len()..];
            }
            None => {
                let word = rest.find(|c| !is_of_word(c)).filter(|end| *end > 0 && begins_word);
                let end = word.unwrap_or(c.len_utf8());
                words.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    // The index of what has no dimensions, and lists of any length.
    let mut words = words.replace("[]", "[#]");
    while words.contains("#, #") {
        words = words.replace("#, #", "#");
    }
    words
}

/// Whether it is the zero of a float, which is no number as any other where a value is wrong: `0.0`, `-0e0`.
fn is_zero(number: &str) -> bool {
    number.contains(['.', 'e']) && number.parse() == Ok(0.0)
}

/// What a text begins with, as far as it may be a number: `-1.5e-3`, `0x7ffe`, `2^24`, `f16`.
fn number(text: &str) -> &str {
    let mut end = text.len() - text.trim_start_matches(['-', '+', '−']).len();
    let mut before = ' ';
    for c in text[end..].chars() {
        let of_exponent = matches!(c, '-' | '+') && matches!(before, 'e' | 'E');
        if !(c.is_alphanumeric() || matches!(c, '_' | '.') || of_exponent) {
            break;
        }
        end += c.len_utf8();
        before = c;
    }
    // What ends a sentence is no part of the last number.
    text[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Outcome;
    use crate::record::suite::AxisRecord;

    /// Each kind of thing that differs from cell to cell, and what does not.
    #[test]
    fn a_way_is_without_numbers_addresses_and_names_of_cases() {
        for (text, expected) in [
            ("", ""),
            ("no such tensor: q", "no such tensor: q"),
            ("element [3, 17] is 1.5e-3 instead of -2", "element [#] is # instead of #"),
            ("element [] is NaN instead of 1e0", "element [#] is NaN instead of #"),
            ("element 0 is -0e0 or 0.0 instead of 0.5", "element # is 0 or 0 instead of #"),
            ("it is -inf instead of −0.5.", "it is -inf instead of #."),
            ("at 0x7ffe12 lies nothing good", "at # lies nothing good"),
            ("2^24 + 1 is turned like 2^24", "#^# + # is turned like #^#"),
            ("unsupported dtype BF16 for op matmul", "unsupported dtype # for op matmul"),
            ("größer als 1", "größer als #"),
            // What the case is called, and its parts; not where it is a part of a word.
            ("softmax/strided: a view of softmax", "#: a view of #"),
            ("strided twice, unstrided, astrided", "# twice, unstrided, astrided"),
        ] {
            assert_eq!(without_gaps(text, &["softmax/strided", "softmax", "strided"]), expected, "{text}");
        }
    }

    /// Texts of real backends.
    #[test]
    fn ways_are_alike_where_only_details_differ() {
        let way = |failure, text: &str| Way { failure, text: text.to_owned() };
        let is_like = |a: &str, b: &str| {
            let (a, b) = (way(Failure::Panic, a), way(Failure::Panic, b));
            assert_eq!(a.is_like(&b), b.is_like(&a), "{a:?} {b:?}");
            a.is_like(&b)
        };
        assert!(is_like("", "") && !is_like("", "is off"));
        assert!(is_like("element # is # instead of #", "of # equal numbers, element #, it is # instead of #"));
        for other in ["element # is inf instead of #", "element # is 0 instead of #", "element # is NaN instead of #"] {
            assert!(!is_like("element # is # instead of #", other), "{other}");
        }
        let refused = "[#] Cannot # reduce zero size array., in Lane(#) of #[#]";
        assert!(is_like(refused, &format!("{refused} Gaps")));
        assert!(!is_like("only floating types are supported", "Only supports floating point inputs"));
        let off = "is off by #";
        assert!(!way(Failure::Panic, off).is_like(&way(Failure::Error, off)));
    }

    #[test]
    fn cells_fail_alike_whatever_their_cases_are_called() {
        let axis = AxisRecord { name: "op".to_owned(), values: vec!["exp".to_owned(), "max/pairs".to_owned()] };
        let known = [TestRecord { test: "a::t".to_owned(), axes: vec![axis], backends: None }];
        let cell = |case: &str, reason: &str| CellRecord {
            test: "a::t".to_owned(),
            backend: "mlx".to_owned(),
            outcome: Outcome::Failed,
            failure: Some(Failure::Panic),
            reason: reason.to_owned(),
            ..CellRecord::missing(&format!("a::t::{case}::mlx"))
        };
        let way = |cell: &CellRecord| Fault::of(cell, &known).unwrap().way;
        let one = way(&cell("exp", "panicked at src/a.rs:1:2: exp of 3 is 0"));
        assert_eq!(one, way(&cell("max/pairs", "panicked at src/b.rs:7:2: pairs of 7 is 1.5")));
        assert_ne!(one, way(&cell("max/pairs", "panicked at src/b.rs:7:2: pairs of 7 is NaN")));
        assert_ne!(one, way(&CellRecord { failure: Some(Failure::Error), ..cell("exp", "exp of 3 is 0") }));
        // What fails before its body's turn, or passes, fails in no way.
        let none = [
            CellRecord { setup: true, ..cell("exp", "no device") },
            CellRecord { failure: None, outcome: Outcome::Passed, ..cell("exp", "") },
        ];
        assert!(none.iter().all(|cell| Fault::of(cell, &known).is_none()));
    }
}
