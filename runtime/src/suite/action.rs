//! What the exclusion matrix says of one feature on one backend.

use std::ops::RangeInclusive;
use std::panic::Location;

use super::date::Date;
use super::expectation::{Bounds, Failure, Signature};

/// What to do with a cell that uses a feature: run it, skip it, or run it and expect a failure.
///
/// Made by [`RUN`], [`skip`] and [`xfail`]; all of it is `const`, so that a matrix is checked while it compiles.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Action {
    pub(crate) kind: Kind,
    pub(crate) message: &'static str,
    pub(crate) debt: Option<Debt>,
    pub(crate) tracking: Option<&'static str>,
    pub(crate) since: Option<&'static str>,
    pub(crate) until: Option<Date>,
    pub(crate) seen_in: Option<&'static str>,
    pub(crate) signature: Signature,
    pub(crate) location: Option<&'static Location<'static>>,
}

/// What a row of the matrix can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Run the body; it has to pass.
    Run,
    /// Do not run the body.
    Skip,
    /// Run the body; it has to fail.
    XFail,
    /// Run the body; it has to pass, but may fail before that.
    Flaky,
    /// Compare with a baseline that is wrong.
    BaselineWrong,
    /// Run the body, and say that nobody has looked at the feature yet.
    Unclassified,
}

/// Why an exclusion exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Debt {
    /// Work that is still to be done here.
    NotYet,
    /// A deliberate difference that will stay.
    WontFix,
    /// A fault or a gap in a library that the backend is built on.
    Upstream,
    /// The hardware cannot do it.
    HardwareLimit,
}

impl Debt {
    /// Every kind, in the order of the report.
    pub const ALL: [Self; 4] = [Self::NotYet, Self::WontFix, Self::Upstream, Self::HardwareLimit];

    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not yet",
            Self::WontFix => "won't fix",
            Self::Upstream => "upstream",
            Self::HardwareLimit => "hardware limit",
        }
    }
}

/// The feature is supported: the cell runs and has to pass.
pub const RUN: Action = Action {
    kind: Kind::Run,
    message: "",
    debt: None,
    tracking: None,
    since: None,
    until: None,
    seen_in: None,
    signature: Signature { failure: None, text: None, bounds: Bounds::ANY },
    location: None,
};

/// What a matrix function says of features that it does not know yet: they run, as with [`RUN`], and the run warns that the
/// backend has not classified them.
///
/// ```
/// # #[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
/// # enum Feature {
/// #     /// 64-bit floats.
/// #     Float64,
/// #     /// The start of a slice is known only at run time.
/// #     DynamicOffsets,
/// # }
/// use crosscheck::{Action, Debt::HardwareLimit, UNCLASSIFIED, skip};
///
/// #[crosscheck::exclusions("mlx_metal")]
/// const fn mlx_metal(feature: Feature) -> Action {
///     match feature {
///         Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
///         // A feature that the suite gets later breaks no build here.
///         _ => UNCLASSIFIED,
///     }
/// }
/// ```
///
/// Where all features are classified, such an arm compiles if the enum is another crate's and `#[non_exhaustive]`, as that of a
/// published suite should be; otherwise it is unreachable.
pub const UNCLASSIFIED: Action = Action { kind: Kind::Unclassified, ..RUN };

/// The backend cannot do it: the body is not run, and the cell is reported as skipped with `message`.
///
/// `{marker}` and `{backend}` in the message are replaced by their names; any other `{…}`, and an empty message, is an
/// error while the matrix compiles. A brace that stands for itself is written twice, as in `format!`. So is a row that does not say why it exists: add [`Action::because`].
#[track_caller]
pub const fn skip(message: &'static str) -> Action {
    Action { kind: Kind::Skip, ..excluded(message) }
}

/// The backend fails at it: the body *is* run and has to fail; the day it passes, the run fails and names this row.
///
/// The message follows the rules of [`skip`]'s.
#[track_caller]
pub const fn xfail(message: &'static str) -> Action {
    Action { kind: Kind::XFail, ..excluded(message) }
}

/// The backend passes now and then: the body is run, up to three times (or as often as `--retries` says) until it passes. A
/// cell that passes only then is reported as known to be flaky; one that never does has failed.
///
/// The message follows the rules of [`skip`]'s. Such a row cannot go stale, so it must be followed up: add
/// [`Action::tracking`].
#[track_caller]
pub const fn flaky(message: &'static str) -> Action {
    Action { kind: Kind::Flaky, ..excluded(message) }
}

/// The baseline's value is wrong: a row of the *baseline*. Where it decides, each other backend passes when it *disagrees* with
/// the baseline, within [`Action::ulps`] and [`Action::share`] where the row gives them, and one that agrees has the same fault
/// and fails. The row is stale when no other backend disagrees any more.
///
/// The message follows the rules of [`skip`]'s.
///
/// ```
/// # mod suite {
/// #     pub fn large_numbers(_: &str) {}
/// # }
/// use crosscheck::{Action, Debt::Upstream, baseline_wrong};
///
/// #[crosscheck::exclusions("serde_json", test = suite::large_numbers)]
/// const ROUNDS: Action = baseline_wrong("rounds integers beyond 2^53").because(Upstream).ulps(0.0..=1.0);
/// ```
#[track_caller]
pub const fn baseline_wrong(message: &'static str) -> Action {
    Action { kind: Kind::BaselineWrong, ..excluded(message) }
}

#[track_caller]
const fn excluded(message: &'static str) -> Action {
    check_message(message);
    Action { message, location: Some(Location::caller()), ..RUN }
}

impl Action {
    /// Why the exclusion exists.
    pub const fn because(self, debt: Debt) -> Self {
        Self { debt: Some(debt), ..self }
    }

    /// Where the exclusion is followed up: a link to an issue.
    ///
    /// A suite may demand one, see [`Feature::TRACKED`](crate::Feature::TRACKED).
    #[track_caller]
    pub const fn tracking(self, link: &'static str) -> Self {
        assert!(!self.says_nothing(), "`tracking` describes an exclusion: it belongs to `skip` and `xfail`");
        assert!(!is_blank(link), "`tracking` needs a link");
        Self { tracking: Some(link), ..self }
    }

    /// The version, of the backend or of what it is built on, since which it is so. Shown with the row.
    #[track_caller]
    pub const fn since(self, version: &'static str) -> Self {
        assert!(!self.says_nothing(), "`since` describes an exclusion: it belongs to `skip` and `xfail`");
        assert!(!is_blank(version), "`since` needs a version");
        Self { since: Some(version), ..self }
    }

    /// The last day, as `YYYY-MM-DD` (UTC), on which the exclusion excuses anything. From the next day on each cell that
    /// it would excuse fails the run.
    #[track_caller]
    pub const fn until(self, day: &'static str) -> Self {
        assert!(!self.says_nothing(), "`until` describes an exclusion: it belongs to `skip` and `xfail`");
        let until = Date::parse(day);
        assert!(until.is_some(), "`until` needs a day of the calendar, written YYYY-MM-DD");
        Self { until, ..self }
    }

    /// The smallest cell in which the fault is to be seen, as `module::test::case`, without the backend: a cell that the row decides.
    /// An audit (`--run-excluded`) calls the row stale while this one passes, whatever else of the row fails: that has another
    /// cause.
    ///
    /// ```
    /// # mod suite {
    /// #     pub fn sums(_: &str) {}
    /// # }
    /// use crosscheck::{Action, Debt::Upstream, xfail};
    ///
    /// #[crosscheck::exclusions("candle", test = suite::sums)]
    /// const SUMS: Action = xfail("sums in 16 bits").because(Upstream).seen_in("suite::sums::length_4096");
    /// ```
    #[track_caller]
    pub const fn seen_in(self, cell: &'static str) -> Self {
        let fits = matches!(self.kind, Kind::Skip | Kind::XFail | Kind::BaselineWrong);
        assert!(
            fits,
            "`seen_in` describes an exclusion that an audit tries: it belongs to `skip`, `xfail` and `baseline_wrong`"
        );
        assert!(!is_blank(cell), "`seen_in` needs the name of a cell, without its backend");
        Self { seen_in: Some(cell), ..self }
    }

    /// The way in which the body is expected to fail; another one is reported as changed and fails the run.
    #[track_caller]
    pub const fn by(self, failure: Failure) -> Self {
        assert!(matches!(self.kind, Kind::XFail), "`by` describes an expected failure: it belongs to `xfail`");
        Self { signature: Signature { failure: Some(failure), ..self.signature }, ..self }
    }

    /// What the text of the failure is expected to contain.
    #[track_caller]
    pub const fn saying(self, text: &'static str) -> Self {
        let fits = matches!(self.kind, Kind::XFail | Kind::BaselineWrong);
        assert!(fits, "`saying` describes an expected failure: it belongs to `xfail` and `baseline_wrong`");
        assert!(!is_blank(text), "`saying` needs a text: every failure contains the empty one");
        Self { signature: Signature { text: Some(text), ..self.signature }, ..self }
    }

    /// How far off the value is expected to be: the largest difference of an element, in units in the last place of the
    /// baseline's element. Less is an improvement and more a regression; both are reported as changed. Implies
    /// [`Failure::Mismatch`].
    #[track_caller]
    pub const fn ulps(self, bounds: RangeInclusive<f64>) -> Self {
        let (least, greatest) = (*bounds.start(), *bounds.end());
        assert!(0.0 <= least && least <= greatest, "`ulps` needs a range of numbers from 0 on, such as `2.0..=16.0`");
        let bounds = Bounds { ulps: Some((least, greatest)), ..self.signature.bounds };
        self.mismatch("`ulps` describes an expected mismatch: it belongs to `xfail`, by `Mismatch`", bounds)
    }

    /// How many elements are expected to disagree, as a share of all (from 0 to 1); as [`ulps`](Self::ulps) otherwise.
    #[track_caller]
    pub const fn share(self, bounds: RangeInclusive<f64>) -> Self {
        let (least, greatest) = (*bounds.start(), *bounds.end());
        assert!(
            0.0 <= least && least <= greatest && greatest <= 1.0,
            "`share` needs a range of numbers from 0 to 1, such as `0.0..=0.05`"
        );
        let bounds = Bounds { share: Some((least, greatest)), ..self.signature.bounds };
        self.mismatch("`share` describes an expected mismatch: it belongs to `xfail`, by `Mismatch`", bounds)
    }

    const fn says_nothing(&self) -> bool {
        matches!(self.kind, Kind::Run | Kind::Unclassified)
    }

    #[track_caller]
    const fn mismatch(self, otherwise: &'static str, bounds: Bounds) -> Self {
        let failure = self.signature.failure;
        let fits = matches!(self.kind, Kind::XFail) && matches!(failure, None | Some(Failure::Mismatch));
        assert!(fits || matches!(self.kind, Kind::BaselineWrong), "{}", otherwise);
        Self { signature: Signature { failure: Some(Failure::Mismatch), bounds, ..self.signature }, ..self }
    }
}

/// Where a row is written: panics, which is a compile error there, unless the row says why it exists and is followed up
/// as the suite demands.
#[track_caller]
pub(crate) const fn check_row(action: &Action, tracked: &[Debt]) {
    if matches!(action.kind, Kind::Run | Kind::Unclassified) {
        return;
    }
    let Some(debt) = action.debt else {
        panic!(
            "an exclusion says why it exists: add `.because(NotYet)`, `.because(WontFix)`, `.because(Upstream)` or \
             `.because(HardwareLimit)`"
        );
    };
    assert!(
        action.tracking.is_some() || !matches!(action.kind, Kind::Flaky),
        "a flaky row never goes stale by itself: add `.tracking(\"https://…\")`, a link to the issue"
    );
    assert!(
        is_followed_up(Some(debt), action.tracking.is_some(), tracked),
        "this suite follows such exclusions up: add `.tracking(\"https://…\")`, a link to the issue"
    );
}

/// What a row that stands apart from a matrix function is: panics, which is a compile error there, where it could say nothing.
///
/// `hangs_on_all` says that it is one of the whole backend.
#[track_caller]
pub(crate) const fn check_apart(action: &Action, hangs_on_all: bool, conditional: bool) {
    assert!(
        !matches!(action.kind, Kind::Unclassified),
        "`UNCLASSIFIED` is the last arm of a matrix function: a row says what it knows"
    );
    assert!(
        !(hangs_on_all && matches!(action.kind, Kind::Run)),
        "`RUN` overrides a wider row, and none is wider than that of the whole backend: name a `test`, a `case` or a feature \
         (`uses`)"
    );
    assert!(
        !(conditional && matches!(action.kind, Kind::BaselineWrong)),
        "a condition is asked of the backend whose cells a row excuses, and `baseline_wrong` excuses none of the baseline's: \
         remove `applies_if`"
    );
}

/// Whether the row follows up what the suite wants followed up, and what never goes stale.
pub(crate) const fn is_followed_up(debt: Option<Debt>, tracking: bool, tracked: &[Debt]) -> bool {
    let Some(debt) = debt else { return true };
    let mut at = 0;
    while at < tracked.len() {
        if !tracking && tracked[at] as u8 == debt as u8 {
            return false;
        }
        at += 1;
    }
    true
}

/// Replaces the template keys of a row's message, and braces that are written twice by one.
pub(crate) fn render(message: &str, marker: &str, backend: &str) -> String {
    let parts = [("{marker}", marker), ("{backend}", backend), ("{{", "{"), ("}}", "}")];
    let (mut rendered, mut rest) = (String::with_capacity(message.len()), message);
    while let Some(c) = rest.chars().next() {
        let written = &rest[..c.len_utf8()];
        let (part, shown) = parts.into_iter().find(|(part, _)| rest.starts_with(part)).unwrap_or((written, written));
        rendered.push_str(shown);
        rest = &rest[part.len()..];
    }
    rendered
}

/// Panics, which is a compile error where the matrix is checked, unless `message` says something and knows its keys.
#[track_caller]
const fn check_message(message: &str) {
    assert!(!is_blank(message), "an exclusion needs a reason: what did you see the backend do?");
    assert!(
        knows_its_keys(message),
        "unknown template key in an exclusion's message (known: {{marker}}, {{backend}}); a brace that stands for itself is \
         written twice: `{{{{` and `}}}}`"
    );
}

/// Whether every `{` of a template begins a key that [`render`] knows, or is written twice.
pub(crate) const fn knows_its_keys(template: &str) -> bool {
    let bytes = template.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if starts_with(bytes, at, b"{{") {
            at += 2;
            continue;
        }
        if bytes[at] == b'{' && !starts_with(bytes, at, b"{marker}") && !starts_with(bytes, at, b"{backend}") {
            return false;
        }
        at += 1;
    }
    true
}

const fn starts_with(bytes: &[u8], at: usize, prefix: &[u8]) -> bool {
    let mut i = 0;
    while i < prefix.len() {
        if at + i >= bytes.len() || bytes[at + i] != prefix[i] {
            return false;
        }
        i += 1;
    }
    true
}

pub(crate) const fn is_blank(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_keys_are_replaced() {
        assert_eq!(render("'{marker}' on '{backend}'", "float64", "metal"), "'float64' on 'metal'");
    }

    #[test]
    #[should_panic(expected = "unknown template key")]
    fn an_unknown_template_key_is_refused() {
        let _ = skip("no {feature} here");
    }

    #[test]
    #[should_panic(expected = "needs a reason")]
    fn a_blank_reason_is_refused() {
        let _ = xfail(" \t");
    }

    #[test]
    #[should_panic(expected = "belongs to `xfail`")]
    fn a_skip_has_no_signature() {
        let _ = skip("no").by(Failure::Panic);
    }

    #[test]
    #[should_panic(expected = "belongs to `xfail`, by `Mismatch`")]
    fn a_panic_has_no_bounds() {
        let _ = xfail("no").by(Failure::Panic).ulps(0.0..=2.0);
    }

    #[test]
    fn a_bounds_implies_a_mismatch() {
        let row = xfail("no").share(0.0..=1.0).ulps(0.0..=2.0);
        assert_eq!(row.signature.failure, Some(Failure::Mismatch));
        assert_eq!(row.signature.bounds, Bounds { ulps: Some((0.0, 2.0)), share: Some((0.0, 1.0)) });
    }

    #[test]
    fn a_range_that_holds_nothing_is_refused() {
        type Call = fn() -> Action;
        let calls: [Call; 6] = [
            || xfail("no").share(-0.5..=0.5),
            || xfail("no").share(0.5..=1.5),
            || xfail("no").share(0.6..=0.5),
            || xfail("no").ulps(-1.0..=2.0),
            || xfail("no").ulps(2.0..=1.0),
            || xfail("no").ulps(f64::NAN..=2.0),
        ];
        for call in calls {
            assert!(std::panic::catch_unwind(call).is_err());
        }
    }

    #[test]
    fn what_does_not_belong_to_a_row_or_says_nothing_is_refused() {
        type Call = fn() -> Action;
        let calls: [(Call, &str); 14] = [
            (|| RUN.tracking("issue 7"), "`tracking` describes an exclusion"),
            (|| RUN.since("0.7"), "`since` describes an exclusion"),
            (|| RUN.until("2027-01-31"), "`until` describes an exclusion"),
            (|| RUN.seen_in("a::b"), "`seen_in` describes an exclusion"),
            (|| flaky("no").seen_in("a::b"), "`seen_in` describes an exclusion"),
            (|| skip("no").seen_in(" "), "`seen_in` needs the name of a cell"),
            (|| RUN.by(Failure::Panic), "`by` describes an expected failure"),
            (|| RUN.saying("fault"), "`saying` describes an expected failure"),
            (|| skip("no").saying("fault"), "`saying` describes an expected failure"),
            (|| skip("no").ulps(0.0..=1.0), "`ulps` describes an expected mismatch"),
            (|| skip("no").share(0.0..=1.0), "`share` describes an expected mismatch"),
            (|| skip("no").tracking(" "), "`tracking` needs a link"),
            (|| skip("no").since(""), "`since` needs a version"),
            (|| xfail("no").saying(" "), "`saying` needs a text"),
        ];
        for (call, expected) in calls {
            let payload = std::panic::catch_unwind(call).unwrap_err();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
            assert!(text.contains(expected), "{text:?} instead of {expected:?}");
        }
    }

    #[test]
    #[should_panic(expected = "day of the calendar")]
    fn a_row_cannot_expire_on_a_day_that_never_comes() {
        let _ = skip("no").until("2027-02-30");
    }

    #[test]
    fn a_row_is_followed_up_where_the_suite_demands_it() {
        let tracked = [Debt::NotYet, Debt::Upstream];
        for debt in Debt::ALL {
            let row = skip("no").because(debt);
            let bare = std::panic::catch_unwind(|| check_row(&row, &tracked)).is_ok();
            assert_eq!(bare, !tracked.contains(&debt), "{debt:?}");
            check_row(&row.tracking("https://example.org/7"), &tracked);
            check_row(&row, &[]);
        }
        check_row(&RUN, &tracked);
    }

    #[test]
    fn a_flaky_row_is_followed_up_always() {
        let row = flaky("now and then").because(Debt::Upstream);
        assert!(std::panic::catch_unwind(|| check_row(&row, &[])).is_err());
        check_row(&row.tracking("issue 7"), &[]);
    }

    #[test]
    #[should_panic(expected = "says why it exists")]
    fn a_row_without_a_kind_of_debt_is_refused() {
        check_row(&xfail("no"), &[]);
    }

    #[test]
    fn a_row_knows_where_it_was_written() {
        let row = skip("no");
        assert_eq!(row.location.map(|at| (at.file(), at.line())), Some((file!(), line!() - 1)));
    }
}
