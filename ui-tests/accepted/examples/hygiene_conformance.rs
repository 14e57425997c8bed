//! Checks, parameters and helpers that are called what the expansion of `#[conformance]` could call its own things.
#![deny(warnings)]

use crosscheck::{Carries, Subject, Unavailable, conformance};

trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<i64>;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    /// The empty key.
    EmptyKey,
}

impl Subject for dyn Store {
    type Feature = Feature;
    const BASELINE: &'static str = "lengths";
}

struct Lengths;

impl Store for Lengths {
    fn get(&self, key: &str) -> Option<i64> {
        key.len().try_into().ok()
    }
}

#[crosscheck::backend(name = "lengths")]
fn open() -> Result<Box<dyn Store>, Unavailable> {
    Ok(Box::new(Lengths))
}

#[derive(Clone, Copy)]
struct Length(i64);

impl Carries<Feature> for Length {
    fn features(&self) -> &'static [Feature] {
        if self.0 == 0 { &[Feature::EmptyKey] } else { &[] }
    }
}

/// Functions that values call, and the values they have.
mod helpers {
    use super::{Length, Store};

    pub(crate) fn value() -> i64 {
        1
    }
    pub(crate) fn then() -> i64 {
        2
    }
    pub(crate) fn at() -> Length {
        Length(3)
    }
    pub(crate) fn assert_length(store: &dyn Store, length: i64) {
        assert_eq!(store.get(&"k".repeat(length.try_into().unwrap())), Some(length));
    }
}

mod values {
    use super::helpers::{assert_length, at, then, value};
    use super::{Length, Store, conformance};

    #[conformance(value(value = value(), then = then()), at(at = at(), zero = Length(0), one = Length(value()) uses("empty_key")))]
    fn case(subject: &dyn Store, value: i64, at: Length) {
        assert_length(subject, value + at.0);
    }
}

macro_rules! checks {
    ($($name:ident)*) => {
        $(
            #[conformance(axis(1, 2))]
            fn $name(case: &dyn Store, axis: i64) -> Result<(), String> {
                helpers::assert_length(case, axis);
                Ok(())
            }
        )*
    };
}

checks!(subject value features axis at then argument argument_0 number probe body run test output origin element registered);
checks!(__subject __case __argument_0 __at __then __value crosscheck core linkme r#match);

mod upper_case {
    #![allow(non_snake_case)]
    use super::*;

    checks!(ELEMENT WRITTEN TESTS Test NewTest Body Verdict Origin AxisSpec S F R T Vec Box Some Subject);
}

// Constants and statics of these names are patterns where a variable is bound.
mod constants {
    #![allow(non_camel_case_types, non_upper_case_globals, dead_code)]
    use super::*;

    const subject: i64 = 1;
    static case: i64 = 2;
    const value: i64 = 3;
    static at: i64 = 4;
    const then: i64 = 5;
    struct axis;
    const argument_0: axis = axis;

    #[conformance(n(a = subject, b = case, c = value + at + then))]
    fn of_constants(store: &dyn Store, n: i64) {
        helpers::assert_length(store, n);
    }
}

// Parameters that are called alike in different hygiene.
macro_rules! with_parameter {
    ($name:ident, $subject:ident, $n:ident, [$($value:tt)*], [$($marker:literal),*]) => {
        #[conformance($n($($value)*), uses($($marker),*))]
        fn $name(subject: &dyn Store, $n: i64) {
            let $subject = subject;
            helpers::assert_length($subject, $n);
        }
    };
}

with_parameter!(named_by_a_macro, subject, value, [value = 1, other = 1 + 1], []);
with_parameter!(marked_by_a_macro, value, case, [0, 1], ["empty_key"]);

crosscheck::main!();
