//! What every cell of `src/bin/outcomes.rs` comes to, said once. Each test derives from it what it expects of its mode.

use crosscheck::Outcome;

use Expect::*;

/// A cell of the example.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// `module::test::case::backend`.
    pub name: &'static str,
    /// The markers of the test.
    pub markers: &'static [&'static str],
    /// The marker of the row that decides on it.
    pub row: Option<&'static str>,
    /// What it comes to.
    pub expect: Expect,
    /// What it would come to without a matrix.
    pub alone: Outcome,
}

/// An outcome, and what its reason contains.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    Passes,
    Fails(&'static str),
    /// Fails before the body's own turn, so that the body is not run.
    SetupFails(&'static str),
    /// As `SetupFails`; on the baseline the body was run.
    BaselineFails(&'static str),
    Skips(&'static str),
    /// The body finds out.
    Missing(&'static str),
    /// Known before anything runs.
    Lacks(&'static str),
    Unavailable(&'static str),
    XFails(&'static str),
    XPasses(&'static str),
    XChanges(&'static str),
    IsVacuous(&'static str),
    /// A skip, or else an expected failure, whose last day is over.
    Expires {
        skip: bool,
        why: &'static str,
    },
}

/// Every cell, in the order of the plan: by test, the baseline first, then by backend.
pub const CELLS: &[Cell] = &[
    plain("a_value_sets_the_tolerance::strict::faulty", Fails("1 of 2 elements (50.0 %) disagree")),
    plain("a_value_sets_the_tolerance::lenient::faulty", Passes),
    plain("agrees::reference", Passes),
    plain("agrees::absent", ABSENT),
    plain("agrees::broken", BROKEN),
    plain("agrees::faulty", Passes),
    plain("agrees_by_a_constant::faulty", Passes),
    plain("agrees_with_anything::faulty", IsVacuous("agrees, but so would nothing but zeros")),
    marked("carried::by_the_annotation::step_0::faulty", &[], Passes),
    Cell {
        row: Some("known_error"),
        ..xfail(
            "carried::by_the_annotation::step_1::faulty",
            &["torn", "known_error"],
            XFails("the belt tears: returned"),
        )
    },
    plain("carried::by_the_type::answer::faulty", Passes),
    xfail("carried::by_the_type::fail::faulty", &["torn"], XFails("fails: returned an error")),
    xfail(
        "distances::grown::faulty",
        &["grown_distance"],
        XChanges("expects 0 to 0.5 units in the last place, but it is 1.0"),
    ),
    xfail("distances::known::faulty", &["known_distance"], XFails("a unit off: 1 of 2 elements (50.0 %) disagree")),
    marked("expected::error::reference", &["known_error"], Passes),
    xfail("expected::error::faulty", &["known_error"], XFails("the belt tears: returned an error: the belt is torn")),
    xfail("expected::mismatch::faulty", &["known_mismatch"], XFails("off by one: 1 of 2 elements (50.0 %) disagree")),
    xfail("expected::panic::faulty", &["known_panic"], XFails("the cogs jam: panicked at ")),
    xfail("expected::somehow::faulty", &["known_somehow"], XFails("something is wrong: panicked at ")),
    xfail("expected::text::faulty", &["known_text"], XFails("the belt is known: returned an error: the belt is torn")),
    xfail(
        "inexcusable::baseline_errs::faulty",
        &["baseline_errs"],
        BaselineFails("the baseline `reference` returned an error: the belt is torn"),
    ),
    xfail(
        "inexcusable::baseline_panics::faulty",
        &["baseline_panics"],
        BaselineFails("the baseline `reference` panicked at "),
    ),
    xfail("inexcusable::constructor::broken", &["unconstructible"], BROKEN),
    xfail(
        "inexcusable::missing::faulty",
        &["missing"],
        XChanges(
            "expects a failure, but `obey` is not implemented: take it out of the list of what the backend implements, and delete",
        ),
    ),
    plain("lacking::a_song::reference", Passes),
    plain("lacking::a_song::absent", ABSENT),
    plain("lacking::a_song::broken", BROKEN),
    plain("lacking::a_song::faulty", LACKS_SONG),
    plain("lacking::a_song_of_a_helper::reference", Passes),
    plain("lacking::a_song_of_a_helper::faulty", Missing("`sing` is not implemented")),
    plain("lacking::a_song_on_the_way::reference", Passes),
    plain("lacking::a_song_on_the_way::absent", ABSENT),
    plain("lacking::a_song_on_the_way::broken", BROKEN),
    plain("lacking::a_song_on_the_way::faulty", LACKS_SONG),
    stale("outdated::stale::faulty", &["stale"], XPasses("delete row `stale` of `faulty` at ")),
    stale("outdated::too_wide::answer::faulty", &["too_wide"], XPasses("row `too_wide` of `faulty` at ")),
    xfail("outdated::too_wide::fail::faulty", &["too_wide"], XFails("half of it is wrong: returned an error")),
    xfail(
        "outdated::wrong_kind::faulty",
        &["wrong_kind"],
        XChanges(
            "expects an error, but this is a panic; if that is meant, say `.by(Failure::Panic)` there: panicked at ",
        ),
    ),
    xfail(
        "outdated::wrong_text::faulty",
        &["wrong_text"],
        XChanges(
            "expects a failure that says \"axle\", but this one does not; if this is meant, quote it in `.saying(…)`: returned an error: the belt is torn",
        ),
    ),
    xfail("overdue::failure::faulty", &["lapsed"], Expires { skip: false, why: LAPSED }),
    stale("overdue::skip::faulty", &["overdue"], Expires { skip: true, why: OVERDUE }),
    Cell {
        alone: Outcome::Crashed,
        ..xfail("signature::deadly::faulty", &["deadly"], XFails("explodes: ended its process: SIGABRT (signal 6)"))
    },
    // Skip beats XFail.
    Cell {
        row: Some("impossible"),
        ..xfail("skips::beat_expected_failures::faulty", &["known_error", "impossible"], NO_ARMS)
    },
    marked("skips::impossible::reference", &["impossible"], Passes),
    Cell {
        alone: Outcome::Unavailable,
        ..xfail("skips::impossible::absent", &["impossible"], Skips("not worth a delivery"))
    },
    xfail("skips::impossible::broken", &["impossible"], Skips("never opened")),
    xfail("skips::impossible::faulty", &["impossible"], NO_ARMS),
    stale("skips::possible::faulty", &["possible"], Skips("nobody dared to try")),
    plain("unexcused::agrees::faulty", Passes),
    plain("unexcused::errs::reference", Passes),
    plain("unexcused::errs::faulty", Fails("returned an error: the belt is torn")),
    plain("unexcused::is_missing::reference", Fails("but it has no list of what it implements")),
    plain("unexcused::is_missing::faulty", Fails("although its list of what it implements has it")),
    plain("unexcused::mismatches::absent", ABSENT),
    plain("unexcused::mismatches::broken", BROKEN),
    plain("unexcused::mismatches::faulty", Fails("[1] 41 instead of 42")),
    plain("unexcused::panics::reference", Passes),
    plain("unexcused::panics::faulty", Fails("an assertion that nothing excuses")),
];

const ABSENT: Expect = Unavailable("nobody delivered it");
const BROKEN: Expect = SetupFails("the constructor of `broken` panicked at ");
const LACKS_SONG: Expect = Lacks("`sing` is not implemented");
const LAPSED: &str =
    "was good until 2020-01-31: follow it up, or give it another day (the belt tears: returned an error";
const OVERDUE: &str = "was good until 2020-01-31: follow it up, or give it another day (was to be mended by now)";
const NO_ARMS: Expect = Skips("'faulty' has no arms for 'impossible'");

/// A cell of a test without features.
const fn plain(name: &'static str, expect: Expect) -> Cell {
    marked(name, &[], expect)
}

/// A cell that no row decides on.
const fn marked(name: &'static str, markers: &'static [&'static str], expect: Expect) -> Cell {
    Cell { name, markers, row: None, expect, alone: expect.outcome() }
}

/// A cell that the row of its first feature decides on, and that fails without it.
const fn xfail(name: &'static str, markers: &'static [&'static str], expect: Expect) -> Cell {
    Cell { name, markers, row: Some(markers[0]), expect, alone: Outcome::Failed }
}

/// A cell that the row of its first feature decides on, and that passes without it.
const fn stale(name: &'static str, markers: &'static [&'static str], expect: Expect) -> Cell {
    Cell { alone: Outcome::Passed, ..xfail(name, markers, expect) }
}

impl Expect {
    /// The outcome.
    pub const fn outcome(self) -> Outcome {
        match self {
            Passes => Outcome::Passed,
            Fails(_) | SetupFails(_) | BaselineFails(_) => Outcome::Failed,
            Skips(_) => Outcome::Skipped,
            Missing(_) | Lacks(_) => Outcome::NotImplemented,
            Unavailable(_) => Outcome::Unavailable,
            XFails(_) => Outcome::XFailed,
            XPasses(_) => Outcome::XPassed,
            XChanges(_) => Outcome::XChanged,
            Expires { .. } => Outcome::Expired,
            IsVacuous(_) => Outcome::Vacuous,
        }
    }

    /// What the reason contains.
    pub const fn reason(self) -> &'static str {
        match self {
            Passes => "",
            Fails(text)
            | SetupFails(text)
            | BaselineFails(text)
            | Skips(text)
            | Missing(text)
            | Unavailable(text)
            | Lacks(text)
            | XFails(text)
            | XPasses(text)
            | XChanges(text)
            | IsVacuous(text)
            | Expires { why: text, .. } => text,
        }
    }
}

impl Cell {
    pub fn outcome(&self) -> Outcome {
        self.expect.outcome()
    }

    /// The last part of the name.
    pub fn backend(&self) -> &'static str {
        self.name.rsplit("::").next().unwrap_or(self.name)
    }

    /// Whether the body is run on the cell's own backend.
    pub fn runs(&self) -> bool {
        let skipped = matches!(self.expect, Skips(_) | Unavailable(_) | Lacks(_) | Expires { skip: true, .. });
        !skipped && !matches!(self.expect, SetupFails(_) | BaselineFails(_))
    }

    /// Whether something other than the body stands in the way, with or without a matrix.
    pub fn cannot_start(&self) -> bool {
        matches!(self.expect, BaselineFails(_)) || self.backend() == "broken"
    }

    /// Whether nextest lists it as ignored: whether a backend is available is not known before a cell runs.
    pub fn is_ignored(&self) -> bool {
        matches!(self.expect, Skips(_) | Lacks(_))
    }
}

/// The cells that fulfil a condition.
pub fn cells(wanted: impl Fn(&Cell) -> bool) -> Vec<Cell> {
    CELLS.iter().copied().filter(wanted).collect()
}

/// `module::test::case::backend: test`, a line each.
pub fn listed(cells: &[Cell]) -> String {
    cells.iter().map(|cell| format!("{}: test\n", cell.name)).collect()
}

/// Whether one such cell fails the run; said again here, because the model trusts nothing that it checks.
pub fn fails(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::XPassed | Outcome::XChanged | Outcome::Expired | Outcome::Vacuous)
}

/// The exit code of a run that comes to these outcomes.
pub fn exit_code(outcomes: impl IntoIterator<Item = Outcome>) -> i32 {
    if outcomes.into_iter().any(fails) { 101 } else { 0 }
}

/// `outcomes.rs:LINE`, where the only line that contains `text` stands.
#[track_caller]
pub fn line_of(text: &str) -> String {
    let source = include_str!("../../src/bin/outcomes.rs");
    let mut lines = (1..).zip(source.lines()).filter(|(_, line)| line.contains(text));
    match (lines.next(), lines.next()) {
        (Some((number, _)), None) => format!("outcomes.rs:{number}"),
        _ => panic!("{text:?} stands not in exactly one line of the example"),
    }
}
