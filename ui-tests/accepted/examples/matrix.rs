//! What a matrix and the markers of a test can be made of.
#![deny(warnings)]

use crosscheck::Debt::{HardwareLimit, NotYet, Upstream, WontFix};
use crosscheck::{Action, Carries, Failure, RUN, Subject, Unavailable, backend_matrix, conformance, skip, xfail};

#[crosscheck::contract]
trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<i64>;
    fn len(&self) -> usize {
        0
    }
    fn fresh() -> Self
    where
        Self: Sized;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(tracked(NotYet, Upstream))]
enum Feature {
    /// Keys of more than 255 bytes.
    LongKeys,
    /// The empty key.
    EmptyKey,
    /// Keys that are no text.
    Binary,
    /// Keys that count.
    Numbers,
    /// Keys of more than one kind.
    Mixed,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "nothing";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["nothing", "disk", "cloud"]);
}

struct Nothing;

#[crosscheck::implements("nothing", "disk")]
impl Store for Nothing {
    fn get(&self, _: &str) -> Option<i64> {
        None
    }
    fn fresh() -> Self {
        Self
    }
}

#[crosscheck::backend(name = "nothing")]
fn nothing() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Nothing::fresh()))
}

const ISSUE: &str = "https://example.org/1";

/// What every backend on this disk has in common.
const fn common(feature: Feature) -> Action {
    match feature {
        Feature::LongKeys => skip("names of files are short").because(HardwareLimit),
        _ => RUN,
    }
}

#[crosscheck::exclusions("disk")]
const fn disk(feature: Feature) -> Action {
    match feature {
        Feature::Binary if cfg!(windows) => xfail("text only").because(WontFix).since("10").until("2030-01-31"),
        Feature::Binary | Feature::Mixed => {
            xfail("off by a digit").because(Upstream).tracking(ISSUE).ulps(0.0..=4.0).share(0.0..=0.5)
        }
        Feature::EmptyKey => {
            if cfg!(unix) {
                RUN
            } else {
                return xfail("it crashes").because(NotYet).tracking(ISSUE).by(Failure::Crash);
            }
        }
        other => common(other),
    }
}

#[crosscheck::exclusions("cloud", all = skip("there is none in CI").because(WontFix))]
const fn cloud(_: Feature) -> Action {
    RUN
}

#[derive(Clone, Copy)]
enum Key {
    Text,
    Number,
}

impl Carries<Feature> for Key {
    fn features(&self) -> &'static [Feature] {
        match self {
            Self::Text => &[],
            Self::Number => &[Feature::Numbers],
        }
    }
}

#[conformance(uses("mixed"), of = "get")]
mod mixed {
    use super::*;

    #[conformance(of = len, uses = "binary", key(Text, Number), n(0 uses = "empty_key", 1 uses(long_keys, "binary"),))]
    fn by_value_and_module(store: &dyn Store, key: Key, n: usize) {
        assert_eq!(store.len(), n * usize::from(matches!(key, Key::Number)));
    }

    mod deeper {
        use super::*;

        #[crosscheck::conformance]
        fn without_arguments(store: &dyn Store) {
            assert_eq!(store.get("k"), None);
        }

        #[conformance(uses = "numbers")]
        mod deepest {
            use super::*;

            #[backend_matrix(text(a = "a", b = "b"))]
            fn of_a_text(store: &dyn Store, text: &str) -> Vec<i64> {
                store.get(text).into_iter().collect()
            }
        }
    }
}

#[conformance(uses = "numbers")]
mod only_without_arguments {
    use super::*;

    #[backend_matrix]
    fn compared(store: &dyn Store) -> Vec<i64> {
        store.get("1").into_iter().collect()
    }
}

#[conformance(uses = "numbers")]
mod only_under_a_condition {
    use super::*;

    #[cfg_attr(all(), conformance)]
    fn asserted(store: &dyn Store) {
        assert_eq!(store.get("1"), None);
    }
}

fn main() {}
