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
        Feature::Stale => xfail("was mended").because(NotYet),
        // Half of it.
        Feature::Wide => xfail("'{marker}' on '{backend}'").because(Upstream).tracking("https://example.org/7"),
        Feature::Kind => xfail("returns an error").because(NotYet).by(Error),
        Feature::Text => xfail("says something").because(NotYet).saying("something else"),
        Feature::SkipStale => skip("cannot").because(HardwareLimit),
        Feature::SkipFails => skip("cannot").because(NotYet),
        Feature::Flaky => flaky("now and then").because(NotYet).tracking("https://example.org/8"),
        Feature::Expired => xfail("until then").because(NotYet).until("2020-01-31"),
        Feature::OneOfTwo | Feature::OtherOfTwo => xfail("both").because(NotYet),
        Feature::Mostly => xfail("mostly").because(NotYet).by(Panic),
        Feature::TwoWays => xfail("two ways").because(NotYet),
        Feature::Constant => CONSTANT,
        Feature::Off => xfail("a bit off").because(NotYet).share(0.0..=0.01),
        Feature::Partly => xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind"),
        Feature::Garbage => xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind"),
        Feature::Lost => xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind"),
        Feature::Elsewhere => ELSEWHERE,
        Feature::New | Feature::NewWays | Feature::Works => RUN,
        Feature::Asked | Feature::Unseen | Feature::Inside | Feature::Umlaut | Feature::Windows => RUN,
    }
}

const ELSEWHERE: Action = xfail("elsewhere").because(NotYet).by(Error);

const CONSTANT: Action = xfail("a constant").because(NotYet);

#[crosscheck::exclusions("slow", all = xfail("everything").because(NotYet))]
const fn slow_cannot(feature: Feature) -> Action {
    match feature {
        Feature::Works => RUN,
        _ => UNCLASSIFIED,
    }
}

/// Three of them.
#[crosscheck::exclusions("fast", test = checks::case_row, case(scale = scale_1 | scale_2 | scale_3))]
const CASES: Action = xfail("off").because(NotYet).by(Mismatch);

// It was so once.
#[crosscheck::exclusions("fast", test = checks::by_path)]
#[cfg(not(windows))]
const BY_PATH: Action = xfail("gone").because(NotYet);

#[crosscheck::exclusions("fast", uses = "asked", applies_if = is_fast)]
const ASKED: Action = xfail("asked").because(NotYet);

#[crosscheck::exclusions("fast", test = checks::two_cases, case(n = n_1 | n_2 | n_3))]
const TWO_CASES: Action = xfail("no kernel").because(Upstream).by(Error).saying("no kernel of this kind");

#[crosscheck::exclusions("fast", test = checks::is_short)]
const SHORT: Action = xfail("a bit off").because(NotYet).ulps(1.0..=20000.0);

#[crosscheck::exclusions("fast", test = checks::is_far)]
const FAR: Action = xfail("a bit off").because(NotYet).ulps(1.0..=3e6);

#[crosscheck::exclusions("fast", test = checks::is_not_zero)]
const NOT_ZERO: Action = xfail("a bit off").because(NotYet).ulps(1.0..=4.0);

#[crosscheck::exclusions("reference", test = checks::wrong_baseline)]
const IS_WRONG: Action = baseline_wrong("is off").because(Upstream);

#[crosscheck::exclusions("reference", test = checks::right_baseline)]
const WRONG: Action = baseline_wrong("is not").because(Upstream);

fn is_fast(ops: &dyn Ops) -> bool {
    ops.is_fast()
}
