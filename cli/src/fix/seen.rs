//! What failing cells showed, in the words of a row.

use std::collections::BTreeSet;

use crosscheck::Failure;
use crosscheck::internals::report::spoken;
use crosscheck::record::CellRecord;

/// What the cells of one row showed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// How they failed.
    pub failures: BTreeSet<Failure>,
    /// What each said.
    pub texts: Vec<String>,
    /// The largest difference of each, in units in the last place, as far as its elements have them; infinite where one is not finite.
    pub ulps: Vec<Option<f64>>,
    /// The share of the elements that disagree in each, where it has several.
    pub shares: Vec<Option<f64>>,
}

/// No row can hold more of a text with a reader's patience.
const LONGEST: usize = 90;

/// A shorter part of a text is in every other one.
const SHORTEST: usize = 6;

impl Seen {
    /// What these cells showed.
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a CellRecord>) -> Self {
        let mut seen = Self::default();
        for cell in cells {
            seen.failures.extend(failure(cell));
            seen.texts.push(text(cell).to_owned());
            seen.ulps.push(cell.extent.as_ref().and_then(|extent| extent.largest()));
            seen.shares.push(cell.extent.as_ref().and_then(|extent| extent.share));
        }
        seen
    }

    /// The only way in which they fail.
    pub fn only_failure(&self) -> Option<Failure> {
        self.failures.iter().next().copied().filter(|_| self.failures.len() == 1)
    }

    /// Whether one row can say what was seen, and excuse nothing else: they fail in one way, and say something in common. A mismatch
    /// says nothing that lasts, and a time-out nothing but an option of the run.
    pub fn fits_one_row(&self) -> bool {
        match self.only_failure() {
            Some(Failure::Mismatch | Failure::Timeout) => true,
            Some(_) => self.common().is_some(),
            None => false,
        }
    }

    /// Whether what they have in common is most of what each says, so that a row that says it excuses little else.
    pub fn is_mostly_common(&self) -> bool {
        let much =
            |common: &String, text: &String| 2 * common.chars().count() >= spoken(text).chars().count().min(LONGEST);
        match self.only_failure() {
            Some(Failure::Mismatch | Failure::Timeout) => true,
            _ => self.common().is_some_and(|common| self.texts.iter().all(|text| much(&common, text))),
        }
    }

    /// What every one of the texts contains, and says something.
    pub fn common(&self) -> Option<String> {
        // Of a mismatch, the numbers differ from machine to machine; the kind is what is expected. The time of a time-out is an
        // option of the run.
        match self.only_failure() {
            Some(Failure::Mismatch) => {
                let is_not_a_number = |text: &String| text.contains(IN_BEING_NAN);
                return self.texts.iter().all(is_not_a_number).then(|| IN_BEING_NAN.to_owned());
            }
            Some(Failure::Timeout) => return None,
            _ => {}
        }
        let one = spoken(self.texts.first()?);
        let part = |common: &'_ str, text: &String| common_part(common, text).to_owned();
        let common =
            self.texts.iter().skip(1).fold(longest_lasting(one).to_owned(), |common, text| part(&common, text));
        let common = if self.texts.len() > 1 { whole_words(&common, one) } else { common.trim() };
        let common = shortened(common);
        let says_something = common.chars().count() >= SHORTEST || self.texts.len() == 1;
        (says_something && common.chars().any(char::is_alphanumeric)).then(|| common.to_owned())
    }

    /// What was seen, for the reader of the row.
    pub fn message(&self) -> String {
        let one = self.texts.first().map(String::as_str).unwrap_or_default();
        let alike = self.texts.iter().all(|text| spoken(text) == spoken(one));
        let seen = if alike { Some(shortened(spoken(one)).to_owned()) } else { self.common() };
        let seen = seen.filter(|seen| seen.chars().any(char::is_alphanumeric));
        let kinds = || {
            let kinds: Vec<_> = self.failures.iter().map(|failure| failure.with_article()).collect();
            format!("fails by {}", kinds.join(" or "))
        };
        // A brace would begin the name of something to put in.
        seen.unwrap_or_else(kinds).replace('{', "(").replace('}', ")")
    }
}

/// How a comparison says that what should be a number is none.
const IN_BEING_NAN: &str = "in being NaN";

/// How a cell failed; one that agrees with a baseline that is wrong has not, and fails by that.
pub fn failure(cell: &CellRecord) -> Option<Failure> {
    cell.failure.or_else(|| agrees_with_what_is_wrong(cell).then_some(Failure::Mismatch))
}

/// Whether it has the fault that a row says the baseline has.
pub fn agrees_with_what_is_wrong(cell: &CellRecord) -> bool {
    cell.disputed_at.is_some() && cell.agreement.is_some()
}

/// What the failure said.
fn text(cell: &CellRecord) -> &str {
    cell.reason.get(cell.seen_at.unwrap_or_default()..).unwrap_or_default()
}

/// The longest part without an address and the like, which the next run has others of.
fn longest_lasting(text: &str) -> &str {
    let mut parts = Vec::new();
    let mut begin = 0;
    for word in text.split_inclusive(' ') {
        let end = begin + word.len();
        if passes(word) {
            parts.push((begin, begin));
        } else if let Some((_, last)) = parts.last_mut().filter(|(_, last)| *last == begin) {
            *last = end;
        } else {
            parts.push((begin, end));
        }
        if passes(word) {
            parts.push((end, end));
        }
        begin = end;
    }
    let longest = parts.into_iter().max_by_key(|(begin, end)| end - begin);
    longest.map_or("", |(begin, end)| text[begin..end].trim())
}

/// Whether a word is one of this run only: an address, the number of a process or of a thread, a time.
fn passes(word: &str) -> bool {
    let digits = |word: &str| word.bytes().filter(u8::is_ascii_digit).count();
    word.contains("0x") || digits(word) >= 5 || word.contains("ThreadId(")
}

/// The longest part of `a` that is in `b` as well.
fn common_part<'a>(a: &'a str, b: &str) -> &'a str {
    let starts: Vec<_> = a.char_indices().map(|(at, _)| at).chain([a.len()]).collect();
    let mut best = "";
    for (number, from) in starts.iter().enumerate() {
        // Only what would be longer.
        let ends = starts[number..].iter().filter(|end| **end - from > best.len());
        for end in ends.copied().collect::<Vec<_>>() {
            match b.contains(&a[*from..end]) {
                true => best = &a[*from..end],
                false => break,
            }
        }
    }
    best
}

/// Without what is left of words of the text at both ends.
fn whole_words<'a>(part: &'a str, text: &str) -> &'a str {
    let Some(at) = text.find(part) else { return part };
    let is_in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut part = part;
    let (before, behind) = (text[..at].chars().next_back(), text[at + part.len()..].chars().next());
    if is_in_word(before) {
        part = part.trim_start_matches(char::is_alphanumeric);
    }
    if is_in_word(behind) {
        part = part.trim_end_matches(char::is_alphanumeric);
    }
    part.trim_matches(|c: char| !c.is_alphanumeric())
}

/// As many words as a row holds.
fn shortened(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text };
    let head = &text[..end];
    head.rfind(' ').map_or(head, |space| &head[..space]).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(failure: Failure, texts: &[&str]) -> Seen {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        Seen { failures: BTreeSet::from([failure]), texts, ..Seen::default() }
    }

    #[test]
    fn a_row_expects_what_will_be_said_again() {
        use Failure::*;
        let cases: [(Failure, &[&str], Option<&str>); 11] = [
            (Panic, &["panicked at src/a.rs:1:2: no such tensor: q"], Some("no such tensor: q")),
            (Panic, &["panicked at C:\\a.rs:1:2: at 0x7ffe12 lies nothing good"], Some("lies nothing good")),
            (
                Error,
                &["returned an error: no kernel for f16", "returned an error: no kernel for bf16"],
                Some("no kernel for"),
            ),
            (
                Error,
                &["returned an error: “a” is not known", "returned an error: “cb” is not known"],
                Some("is not known"),
            ),
            (Error, &["returned an error: unknown kernel f16", "returned an error: known kernel f32"], Some("kernel")),
            (Error, &["returned an error: aaaa", "returned an error: bbbb"], None),
            (Error, &["returned an error: “größer” als 1\nand more"], Some("“größer” als 1")),
            (Crash, &["ended its process: SIGSEGV"], Some("SIGSEGV")),
            (Timeout, &["did not end within 1s"], None),
            (Mismatch, &["1 of 3 elements disagree in f32[3]"], None),
            (
                Mismatch,
                &["1 of 3\n  1 disagrees in being NaN", "2 of 3\n  2 disagree in being NaN"],
                Some("in being NaN"),
            ),
        ];
        for (failure, texts, expected) in cases {
            let common = seen(failure, texts).common();
            assert_eq!(common.as_deref(), expected, "{texts:?}");
            // It is true of each.
            assert!(common.is_none_or(|common| texts.iter().all(|text| text.contains(&common))), "{texts:?}");
        }
    }

    #[test]
    fn what_was_seen_is_a_message_that_a_row_may_have() {
        let message = |texts: &[&str]| seen(Failure::Error, texts).message();
        assert_eq!(message(&["returned an error: Shape { rows: 1 }"]), "Shape ( rows: 1 )");
        assert_eq!(message(&["returned an error: aaaa", "returned an error: bbbb"]), "fails by an error");
        assert_eq!(message(&["returned an error: "]), "fails by an error");
        assert!(message(&[&"word ".repeat(90)]).len() <= LONGEST);
    }
}
