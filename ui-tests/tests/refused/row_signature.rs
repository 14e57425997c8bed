use crosscheck::Debt::Upstream;
use crosscheck::{Action, Failure, skip, xfail};

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// One.
    One,
    /// Two.
    Two,
    /// Three.
    Three,
    /// Four.
    Four,
    /// Five.
    Five,
}

#[crosscheck::exclusions("metal")]
const fn metal(feature: Feature) -> Action {
    match feature {
        Feature::One => skip("not run at all").because(Upstream).by(Failure::Panic),
        Feature::Two => xfail("panics").because(Upstream).by(Failure::Panic).ulps(0.0..=4.0),
        Feature::Three => xfail("off by a third").because(Upstream).share(0.0..=33.3),
        Feature::Four => skip("was to be done by now").because(Upstream).until("2027-02-30"),
        Feature::Five => xfail("fails").because(Upstream).saying(" "),
    }
}

fn main() {}
