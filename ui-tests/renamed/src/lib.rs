//! A host in the edition of 2021 that calls crosscheck `cc`, and re-exports it to those who bring backends: nothing here, nor
//! in what the attributes expand to, may count on the name `crosscheck`.
#![forbid(unsafe_code)]

pub use cc as testing;

/// What is under test.
#[cc::contract(crate = cc)]
pub trait Store: Send + Sync {
    /// How long a key is.
    fn length(&self, key: &str) -> usize;
    /// How long two keys are.
    fn length_of_both(&self, a: &str, b: &str) -> usize {
        self.length(a) + self.length(b)
    }
}

/// What a store may lack.
#[derive(cc::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[crosscheck(crate = cc, tracked(NotYet))]
pub enum Feature {
    /// Keys that are no ASCII.
    Unicode,
    /// The empty key.
    EmptyKey,
}

impl cc::Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "bytes";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["bytes", "chars", "elsewhere"]);
}

struct Bytes;

#[cc::implements("bytes", crate = cc)]
impl Store for Bytes {
    fn length(&self, key: &str) -> usize {
        key.len()
    }
    fn length_of_both(&self, a: &str, b: &str) -> usize {
        a.len() + b.len()
    }
}

#[cc::backend(name = "bytes", aliases("b"), crate = cc)]
fn bytes() -> Result<Box<dyn Store>, cc::Unavailable> {
    Ok(Box::new(Bytes))
}

struct Chars;

#[cc::implements("chars", crate = ::cc)]
impl Store for Chars {
    fn length(&self, key: &str) -> usize {
        key.chars().count()
    }
}

#[cc::backend(crate = ::cc, name = "chars")]
fn chars() -> Result<Box<dyn Store>, cc::Unavailable> {
    Ok(Box::new(Chars))
}

const fn of_chars(feature: Feature) -> cc::Action {
    match feature {
        Feature::Unicode => {
            cc::xfail("it counts characters").because(cc::Debt::NotYet).tracking("https://example.org/1")
        }
        Feature::EmptyKey => cc::RUN,
    }
}

// A row that is checked in the function itself.
#[cc::exclusions("chars", crate = crate::testing)]
const fn excluded(feature: Feature) -> cc::Action {
    let row = of_chars(feature);
    row
}

/// The checks of every store.
#[cc::conformance(crate = cc)]
pub mod checks {
    use crate::{Feature, Store};

    #[derive(Clone, Copy)]
    enum Key {
        Ascii,
        Umlaut,
    }

    impl cc::Carries<Feature> for Key {
        fn features(&self) -> &'static [Feature] {
            match self {
                Self::Ascii => &[],
                Self::Umlaut => &[Feature::Unicode],
            }
        }
    }

    #[cc::conformance(of = "length", key(Ascii, Umlaut), times(1, 3, 0 uses("empty_key")))]
    fn subject(subject: &dyn Store, key: Key, times: usize) {
        let (key, length) = match key {
            Key::Ascii => ("u", 1),
            Key::Umlaut => ("ü", 2),
        };
        // No key is as long in bytes as in characters.
        let times = if length == 2 { times.max(1) } else { times };
        assert_eq!(subject.length(&key.repeat(times)), times * length);
    }

    /// Modules hand on what they are given.
    #[cc::conformance(uses = "empty_key")]
    mod deeper {
        use super::Store;

        #[cc::backend_matrix(backends("chars"), times(7, 2 tolerance(rtol = 0, atol = 0.5, reason = "rounded")))]
        fn value(store: &dyn Store, times: usize) -> f64 {
            store.length(&"value".repeat(times)) as f64
        }

        #[cfg_attr(all(), cc::conformance)]
        fn not_implemented_by_all(store: &dyn Store) {
            assert_eq!(store.length_of_both("", "b"), 1);
        }
    }
}

macro_rules! check {
    ($name:ident) => {
        // `$crate` is this crate, wherever the macro is used.
        #[cc::conformance(crate = $crate::testing, uses("unicode"))]
        fn $name(store: &dyn $crate::Store) -> Result<(), String> {
            match store.length("ü") {
                2 => Ok(()),
                other => Err(format!("{other} instead of 2")),
            }
        }
    };
}

check!(by_a_macro);

cc::fixture!("umlaut", "ü".as_bytes());
