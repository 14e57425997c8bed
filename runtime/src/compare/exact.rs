//! Values of types that can be compared in no other way.

use std::any::Any;
use std::fmt::{self, Debug, Write};

use super::diff::Diff;
use super::opaque::{Disagreement, Opaque};
use super::shown::{bounded, brief};
use super::{Agreement, Compare, Leaves, Terms};

/// A value that agrees with an equal one only, as its `PartialEq` says: for types that are neither numbers nor texts, nor made
/// of them, or are but belong to someone else. A mismatch shows the two as their `Debug` does, line by line.
///
/// ```
/// use crosscheck::compare::{Exact, Terms};
///
/// #[derive(Debug, PartialEq)]
/// struct Plan { threads: u32, kernel: &'static str }
///
/// let plan = |kernel| Exact(Plan { threads: 64, kernel });
/// assert!(Terms::DEFAULT.compare(&plan("tiled"), &plan("tiled")).is_ok());
/// let mismatch = Terms::DEFAULT.compare(&plan("naive"), &plan("tiled")).unwrap_err();
/// assert!(mismatch.to_string().contains("\n  -     kernel: \"tiled\",\n  +     kernel: \"naive\","));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact<T>(pub T);

/// How much of a `Debug` form is looked at.
const MOST: usize = 8 << 20;

impl<T: PartialEq + Debug + Send + 'static> Compare for Exact<T> {
    const EXACT: bool = true;

    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.opaque(self);
    }
}

impl<T: PartialEq + Debug + Send + 'static> Opaque for Exact<T> {
    fn same_type(&self, other: &dyn Opaque) -> bool {
        (other as &dyn Any).is::<Self>()
    }

    fn describe(&self) -> String {
        brief(&self.0)
    }

    fn compare(&self, expected: &dyn Opaque, _: &Terms<'_>, agreement: &mut Agreement) -> Option<Disagreement> {
        // The type was compared before.
        let expected = (expected as &dyn Any).downcast_ref::<Self>()?;
        if self.0 == expected.0 {
            agreement.equal(1);
            return None;
        }
        let form = |value: &T| bounded(format_args!("{value:#?}"), MOST).text;
        let diff = Diff::of_forms(&form(&self.0), &form(&expected.0));
        Some(Disagreement::Exact(diff))
    }

    fn is_null(&self) -> Option<bool> {
        let mut scan = Scan::default();
        // An error is one of the `Debug`, or of the scan, which has seen enough then.
        let ended = write!(scan, "{:?}", self.0).and_then(|()| scan.end());
        Some(ended.is_ok() && scan.found)
    }
}

/// Reads a `Debug` form, and fails as soon as it holds something that `derive(Default)` does not make: another number than 0,
/// a text, `true`, a variant. Whether a type has a `Default` cannot be asked.
#[derive(Default)]
struct Scan {
    /// A name or a number that may go on.
    word: String,
    /// A bracket or quotation mark that was opened just before.
    opened: Option<char>,
    /// Whether there is anything that is 0, empty, `false` or `None`.
    found: bool,
}

impl Scan {
    /// What comes behind a word says whether it was a name or a value.
    fn end_word(&mut self, next: Option<char>) -> fmt::Result {
        let word = std::mem::take(&mut self.word);
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        match word.as_str() {
            "" => return Ok(()),
            "false" | "None" => {}
            _ if is_number && !word.contains(|c: char| matches!(c, '1'..='9')) => {}
            _ if !is_number && matches!(next, Some('{' | '(' | ':')) => return Ok(()),
            _ => return Err(fmt::Error),
        }
        self.found = true;
        Ok(())
    }

    fn end(&mut self) -> fmt::Result {
        self.end_word(None)
    }
}

impl Write for Scan {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        for c in part.chars() {
            let is_number = self.word.starts_with(|c: char| c.is_ascii_digit());
            match (self.opened, c) {
                // The beginning of a text that is not empty.
                (Some('"'), c) if c != '"' => return Err(fmt::Error),
                (_, c) if c.is_whitespace() => continue,
                (_, c) if c.is_alphanumeric() || c == '_' || c == '.' && is_number => {
                    self.word.push(c);
                    self.opened = None;
                    continue;
                }
                _ => self.end_word(Some(c))?,
            }
            match (self.opened, c) {
                (Some('{'), '}') | (Some('['), ']') | (Some('('), ')') | (Some('"'), '"') => {
                    self.found = true;
                    self.opened = None;
                }
                (_, '{' | '[' | '(' | '"') => self.opened = Some(c),
                (_, '}' | ']' | ')' | ',' | ':' | '-') => self.opened = None,
                _ => return Err(fmt::Error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::compare::{Mismatch, Null, accepts_null, compare};

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Plan {
        kernel: String,
        tile: [u32; 2],
        scale: f32,
        fused: bool,
        next: Option<Box<Plan>>,
    }

    fn judge<T: PartialEq + Debug + Send + 'static>(actual: T, expected: T) -> Result<Agreement, Mismatch> {
        let (actual, expected) = (Exact(actual), Exact(expected));
        compare(&Leaves::of(&actual), &Leaves::of(&expected), &Terms::DEFAULT)
    }

    #[test]
    fn what_is_equal_agrees_and_what_is_not_is_shown_line_by_line() {
        let plan = Plan { kernel: "tiled".to_owned(), tile: [8, 16], ..Plan::default() };
        let agreement = judge(plan.clone(), plan.clone()).unwrap();
        assert_eq!((agreement.elements, agreement.histogram[0]), (1, 1));
        let mismatch = judge(Plan { tile: [8, 32], ..plan.clone() }, plan).unwrap_err();
        insta_like(
            &mismatch,
            "the values disagree (- expected, + actual)\n  \
             @@ -3,5 +3,5 @@\n  \
             \u{20}     tile: [\n  \
             \u{20}         8,\n  \
             -         16,\n  \
             +         32,\n  \
             \u{20}     ],\n  \
             \u{20}     scale: 0.0,",
        );
        assert_eq!((mismatch.share(), mismatch.ulps()), (1.0, None));
        insta_like(
            &judge(Some(3_u8), None).unwrap_err(),
            "the values disagree (- expected, + actual)\n  @@ -1,1 +1,3 @@\n  - None\n  + Some(\n  +     3,\n  + )",
        );
        insta_like(&judge(false, true).unwrap_err(), "false instead of true");
    }

    fn insta_like(mismatch: &Mismatch, text: &str) {
        assert_eq!(mismatch.to_string(), text);
    }

    #[test]
    fn what_is_not_equal_to_itself_says_so() {
        insta_like(
            &judge(f32::NAN, f32::NAN).unwrap_err(),
            "NaN instead of another one that reads the same: the two differ by their `PartialEq`, and not in their `Debug`",
        );
    }

    fn null<T: PartialEq + Debug + Send + 'static>(value: T) -> Option<Null> {
        accepts_null(&Leaves::of(&Exact(value)), &Terms::DEFAULT)
    }

    #[test]
    fn what_derive_makes_by_default_shows_nothing() {
        let empty = [
            null(Plan::default()),
            null(Plan { scale: -0.0, ..Plan::default() }),
            null(Plan { next: Some(Box::default()), ..Plan::default() }),
            null((0_u8, 0.0_f64, "", ())),
            null(vec![0; 3]),
            null(Vec::<u8>::new()),
            null(BTreeMap::<u8, u8>::new()),
            null(BTreeSet::<String>::new()),
            null(None::<Plan>),
            null(std::time::Duration::ZERO),
        ];
        assert_eq!(empty, [Some(Null::Default); 10]);
    }

    #[test]
    fn what_holds_anything_else_shows_something() {
        #[derive(Debug, PartialEq)]
        enum Kind {
            Fast,
            Slow(u8),
        }
        let shows = [
            null(Plan { kernel: " ".to_owned(), ..Plan::default() }),
            null(Plan { kernel: "\"".to_owned(), ..Plan::default() }),
            null(Plan { fused: true, ..Plan::default() }),
            null(Plan { tile: [0, 1], ..Plan::default() }),
            null(Plan { next: Some(Box::new(Plan { scale: 1e-9, ..Plan::default() })), ..Plan::default() }),
            null((Kind::Fast, 0)),
            null(Kind::Slow(7)),
            null(f32::NAN),
            null(f32::INFINITY),
            null('a'),
            null("a"),
            null(vec!["", "0"]),
        ];
        assert_eq!(shows, [None; 12]);
    }
}
