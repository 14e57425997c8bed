//! Rows by anybody, for anything: a suite, its backends, and a third party that owns neither and knows facts about both.
//!
//! `CARD` says what the card can do: `fp64`, or not; `ROUNDS=no` mends the baseline.

use crosscheck::{Action, Subject, Unavailable};

pub(crate) trait Numbers: Send + Sync {
    fn parse(&self, text: &str) -> f64;
    fn mean(&self, of: &[f64]) -> Option<f64>;
    fn has_fp64(&self) -> bool;
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// 64-bit floats.
    Float64,
    /// Means of nothing.
    Empty,
    /// A feature that came later.
    Later,
}

impl Subject for dyn Numbers {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn about(&self) -> Option<String> {
        Some(format!("card with{} 64-bit units, driver 7", if self.has_fp64() { "" } else { "out" }))
    }
}

mod suite {
    pub(crate) mod parse {
        use crosscheck::{backend_matrix, conformance};

        use super::super::Numbers;

        #[backend_matrix(
            text(small = "1.5", large = "9007199254740997"),
            tolerance(rtol = 0.0, atol = 0.0, reason = "a number is parsed, not computed")
        )]
        pub(crate) fn text(numbers: &dyn Numbers, text: &str) -> f64 {
            numbers.parse(text)
        }

        #[conformance(uses = "float64", digits(7, 16))]
        pub(crate) fn digits(numbers: &dyn Numbers, digits: usize) {
            let text = format!("0.{}", "3".repeat(digits));
            assert_eq!(format!("{:.digits$}", numbers.parse(&text)), text);
        }

        #[conformance(uses("float64", "later"))]
        pub(crate) fn takes_the_card_down(numbers: &dyn Numbers) {
            if std::env::var_os("DEADLY").is_some() && !numbers.has_fp64() {
                std::process::abort();
            }
            assert_eq!(numbers.parse("0.1"), 0.1);
        }
    }

    pub(crate) mod mean {
        use crosscheck::conformance;

        use super::super::Numbers;

        #[conformance(uses = "empty")]
        pub(crate) fn of_nothing(numbers: &dyn Numbers) {
            assert_eq!(numbers.mean(&[]), None);
        }

        #[conformance]
        pub(crate) fn without_rows(numbers: &dyn Numbers) {
            assert_eq!(numbers.mean(&[]), None);
        }

        #[conformance(length(1, 2, 3))]
        pub(crate) fn of_some(numbers: &dyn Numbers, length: usize) {
            assert_eq!(numbers.mean(&vec![2.0; length]), Some(2.0));
        }
    }
}

mod backends {
    use super::*;

    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Reference,
        Exact,
        Card,
    }

    struct Machine(Kind);

    impl Numbers for Machine {
        fn parse(&self, text: &str) -> f64 {
            let exact = text.parse().unwrap_or(f64::NAN);
            let rounds = std::env::var("ROUNDS").map_or(true, |rounds| rounds != "no");
            match self.0 {
                Kind::Reference if rounds && exact > 1e15 => exact - 4.0,
                Kind::Card if !self.has_fp64() => f64::from(exact as f32),
                _ => exact,
            }
        }
        fn mean(&self, of: &[f64]) -> Option<f64> {
            // The card lacks the fourth unit in the last place of three.
            let wrong = if self.0 == Kind::Card && of.len() == 3 { 1.0 } else { 0.0 };
            let nothing = if self.0 == Kind::Card { Some(0.0) } else { None };
            if of.is_empty() { nothing } else { Some(of.iter().sum::<f64>() / of.len() as f64 + wrong) }
        }
        fn has_fp64(&self) -> bool {
            self.0 != Kind::Card || std::env::var("CARD").is_ok_and(|card| card == "fp64")
        }
    }

    #[crosscheck::backend(name = "reference")]
    fn reference() -> Result<Box<dyn Numbers>, Unavailable> {
        Ok(Box::new(Machine(Kind::Reference)))
    }

    #[crosscheck::backend(name = "exact")]
    fn exact() -> Result<Box<dyn Numbers>, Unavailable> {
        Ok(Box::new(Machine(Kind::Exact)))
    }

    #[crosscheck::backend(name = "card")]
    fn card() -> Result<Box<dyn Numbers>, Unavailable> {
        if let Some(file) = std::env::var_os("OUTCOMES_BODIES") {
            let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
            let opened = file.and_then(|mut file| std::io::Write::write_all(&mut file, b"the card is opened\n"));
            opened.expect("the file of bodies can be written");
        }
        Ok(Box::new(Machine(Kind::Card)))
    }
}

mod third_party {
    use crosscheck::Debt::{HardwareLimit, Upstream};
    use crosscheck::{Failure, RUN, UNCLASSIFIED, baseline_wrong, skip, xfail};

    use super::suite::{mean, parse};
    use super::{Action, Feature, Numbers};

    #[crosscheck::exclusions("card")]
    const fn card(feature: Feature) -> Action {
        match feature {
            Feature::Empty => skip("the card has no means of nothing").because(Upstream),
            Feature::Float64 => RUN,
            _ => UNCLASSIFIED,
        }
    }

    fn has_no_fp64(numbers: &dyn Numbers) -> bool {
        !numbers.has_fp64()
    }

    fn dies_without_fp64(numbers: &dyn Numbers) -> bool {
        !numbers.has_fp64() && std::env::var_os("DEADLY").is_some()
    }

    #[crosscheck::exclusions("card", uses = "float64", applies_if = has_no_fp64)]
    const NO_FP64: Action = skip("this card has no 64-bit units").because(HardwareLimit);

    #[crosscheck::exclusions("card", test = parse::takes_the_card_down, applies_if = dies_without_fp64)]
    const TAKES_IT_DOWN: Action = xfail("the card hangs up").because(Upstream).by(Failure::Crash);

    // Seven digits are fewer than it has.
    #[crosscheck::exclusions("card", test = parse::digits, case(digits = 7))]
    const ENOUGH: Action = RUN;

    #[crosscheck::exclusions("card", test("suite::mean::*without*"), for dyn Numbers)]
    // Of the two tests of nothing, the one that no feature excludes.
    const NO_ROWS: Action = xfail("the mean of nothing is 0").because(Upstream).by(Failure::Panic);

    #[crosscheck::exclusions("card", test = mean::of_some, case(length = 3))]
    const THREE: Action = xfail("means of three are off").because(Upstream).saying("Some(3.0)");

    #[crosscheck::exclusions("card", test(parse::text), case("l*"), applies_if = has_no_fp64)]
    const ROUNDS_TOO: Action = xfail("its numbers have 24 bits").because(Upstream);

    #[crosscheck::exclusions("reference", test = parse::text, case(text = large))]
    const LARGE: Action = baseline_wrong("it is off beyond 1e15").because(Upstream).ulps(1.0..=2.0);
}

crosscheck::main!();
