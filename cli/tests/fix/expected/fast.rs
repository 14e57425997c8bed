//! The rows of `fast`, `slow` and the baseline.

use crosscheck::Debt::*;
use crosscheck::Failure::*;
use crosscheck::{Action, RUN, UNCLASSIFIED, Unavailable, baseline_wrong, flaky, skip, xfail};

use crate::{Feature, Ops, Told, checks};

#[crosscheck::backend(name = "fast")]
fn fast() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("fast")))
}

#[crosscheck::backend(name = "slow")]
fn slow() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("slow")))
}

#[crosscheck::exclusions("fast")]
const fn fast_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Stale => RUN,
        // Half of it.
        Feature::Wide => RUN,
        Feature::Kind => xfail("returns an error").because(NotYet).by(Panic),
        Feature::Text => xfail("says something").because(NotYet).saying("“fast:error” is not known").by(Error),
        Feature::SkipStale => skip("cannot").because(HardwareLimit),
        Feature::SkipFails => skip("cannot").because(NotYet),
        Feature::Flaky => flaky("now and then").because(NotYet).tracking("https://example.org/8"),
        Feature::Expired => xfail("until then").because(NotYet).until("2020-01-31"),
        Feature::OneOfTwo => RUN,
        Feature::OtherOfTwo => xfail("both").because(NotYet),
        Feature::Mostly => RUN,
        Feature::TwoWays => xfail("two ways").because(NotYet),
        Feature::Constant => RUN,
        Feature::Off => xfail("a bit off").because(NotYet).share(0.333..=0.334),
        Feature::Partly => xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind"),
        Feature::Garbage => xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind"),
        Feature::Lost => xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind"),
        Feature::Elsewhere => ELSEWHERE,
        Feature::New => {
            xfail("is not known").because(NotYet).by(Error).saying("is not known").tracking("TODO: a link to the issue")
        }
        Feature::NewWays | Feature::Works => RUN,
        Feature::Asked | Feature::Unseen | Feature::Inside | Feature::Umlaut | Feature::Windows => RUN,
    }
}

#[crosscheck::exclusions("fast", test("checks::wide_fails"))]
const FAST_WIDE_FAILS: Action = xfail("'{marker}' on '{backend}'").because(Upstream).tracking("https://example.org/7");

#[crosscheck::exclusions("fast", test("checks::mostly_a", "checks::mostly_b", "checks::mostly_c"))]
const FAST_MOSTLY_A: Action = xfail("mostly").because(NotYet).by(Panic);

#[crosscheck::exclusions("fast", test("checks::two_ways_hangs"))]
const FAST_TWO_WAYS_HANGS: Action = xfail("two ways").because(NotYet).by(Timeout);

#[crosscheck::exclusions("fast", test("checks::partly"), case(n = n_2))]
const FAST_PARTLY: Action = xfail("no kernel").because(Upstream).by(Panic).saying("no such thing in \"fast:panic\"");

#[crosscheck::exclusions("fast", test("checks::garbage"), case(n = n_2))]
const FAST_GARBAGE: Action = xfail("no kernel").because(Upstream).by(Mismatch);

#[crosscheck::exclusions("fast", test("checks::lost_otherwise"))]
const FAST_LOST_OTHERWISE: Action =
    xfail("no kernel").because(Upstream).by(Error).saying("no kernel was ever looked for, because the device is gone");

#[crosscheck::exclusions("fast", test("checks::new_ways_errs", "checks::plain_errs"))]
const FAST_NEW_WAYS_ERRS: Action = xfail("no kernel of this kind")
    .because(NotYet)
    .by(Error)
    .saying("no kernel of this kind")
    .tracking("TODO: a link to the issue");

#[crosscheck::exclusions("fast", test("checks::new_ways_panics", "checks::plain_panics"))]
const FAST_NEW_WAYS_PANICS: Action = xfail("no such thing in \"fast:panic\"")
    .because(NotYet)
    .by(Panic)
    .saying("no such thing in \"fast:panic")
    .tracking("TODO: a link to the issue");

#[crosscheck::exclusions("fast", test("checks::axes"), case(scale = scale_2 | scale_3, dtype = f16))]
const FAST_AXES: Action = xfail("1 of 3 elements (33.3 %) disagree in f32[3]")
    .because(NotYet)
    .by(Mismatch)
    .saying("in being NaN")
    .tracking("TODO: a link to the issue");

#[crosscheck::exclusions("fast", test("checks::new_mismatch"))]
const FAST_NEW_MISMATCH: Action = xfail("1 of 3 elements (33.3 %) disagree in f32[3]")
    .because(NotYet)
    .by(Mismatch)
    .tracking("TODO: a link to the issue");

#[crosscheck::exclusions("fast", test("checks::hangs"))]
const FAST_HANGS: Action =
    xfail("did not end within 5s").because(NotYet).by(Timeout).tracking("TODO: a link to the issue");

#[crosscheck::exclusions("fast", test("checks::crashes"))]
const FAST_CRASHES: Action = xfail("SIGABRT (signal 6)")
    .because(NotYet)
    .by(Crash)
    .saying("SIGABRT (signal 6)")
    .tracking("TODO: a link to the issue");

const ELSEWHERE: Action = xfail("elsewhere").because(NotYet).by(Error);

const CONSTANT: Action = xfail("a constant").because(NotYet);

#[crosscheck::exclusions("slow")]
const fn slow_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Works => RUN,
        _ => UNCLASSIFIED,
    }
}

#[crosscheck::exclusions("slow", test("checks::asked", "checks::new_a", "checks::unseen"))]
const SLOW_ASKED: Action = xfail("everything").because(NotYet);

/// Three of them.
#[crosscheck::exclusions("fast", test = checks::case_row, case(scale = scale_2))]
const CASES: Action = xfail("off").because(NotYet).by(Mismatch);

#[crosscheck::exclusions("fast", test = checks::two_cases, case(n = n_1 | n_2))]
const TWO_CASES: Action = xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind");

#[crosscheck::exclusions("fast", test("checks::two_cases"), case(n = n_3))]
const FAST_TWO_CASES: Action = xfail("no kernel").because(Upstream).by(Panic).saying("no such thing in \"fast:panic\"");

#[crosscheck::exclusions("fast", test = checks::is_short)]
const SHORT: Action = xfail("a bit off").because(NotYet).by(Mismatch);

#[crosscheck::exclusions("fast", test = checks::is_far)]
const FAR: Action = xfail("a bit off").because(NotYet).ulps(1.0..=3e6);

#[crosscheck::exclusions("fast", test("checks::is_far"), case(n = n_2))]
const FAST_IS_FAR: Action = xfail("a bit off").because(NotYet).ulps(f64::INFINITY..=f64::INFINITY);

#[crosscheck::exclusions("fast", test = checks::is_not_zero)]
const NOT_ZERO: Action = xfail("a bit off").because(NotYet).share(0.333..=0.334);

#[crosscheck::exclusions("reference", test = checks::wrong_baseline)]
const IS_WRONG: Action = baseline_wrong("is off").because(Upstream);

fn is_fast(ops: &dyn Ops) -> bool {
    ops.is_fast()
}
