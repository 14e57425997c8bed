//! Two subjects in one executable, with one alias for a backend of each; one of them returns an error that panics when it is
//! printed.

use std::error::Error;
use std::fmt;

use crosscheck::{Subject, Unavailable, conformance};

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// Shared by both subjects.
    Volume,
    /// Used by no test.
    Colour,
}

mod lamps {
    use super::*;

    pub(crate) trait Lamp: Send + Sync {
        fn is_on(&self) -> bool;
    }

    struct Bulb;

    impl Lamp for Bulb {
        fn is_on(&self) -> bool {
            true
        }
    }

    impl Subject for dyn Lamp {
        type Feature = Feature;
        const BASELINE: &'static str = "lamp";
    }

    #[crosscheck::backend(name = "lamp")]
    fn lamp() -> Result<Box<dyn Lamp>, Unavailable> {
        Ok(Box::new(Bulb))
    }

    #[crosscheck::backend(name = "lamp_cpu", aliases("cpu"))]
    fn lamp_cpu() -> Result<Box<dyn Lamp>, Unavailable> {
        Ok(Box::new(Bulb))
    }

    #[crosscheck::backend(name = "idle")]
    fn idle() -> Result<Box<dyn Lamp>, Unavailable> {
        Ok(Box::new(Bulb))
    }

    #[conformance(backends("lamp", "lamp_cpu"))]
    fn shines(lamp: &dyn Lamp) {
        assert!(lamp.is_on());
    }
}

mod radios {
    use super::*;

    pub(crate) trait Radio: Send + Sync {
        fn play(&self) -> Result<(), Unspeakable>;
    }

    #[derive(Debug)]
    pub(crate) struct Unspeakable;

    impl Error for Unspeakable {}

    impl fmt::Display for Unspeakable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words for it")
        }
    }

    struct Broken;

    impl Radio for Broken {
        fn play(&self) -> Result<(), Unspeakable> {
            Err(Unspeakable)
        }
    }

    impl Subject for dyn Radio {
        type Feature = Feature;
        const BASELINE: &'static str = "radio";
    }

    #[crosscheck::backend(name = "radio")]
    fn radio() -> Result<Box<dyn Radio>, Unavailable> {
        Ok(Box::new(Broken))
    }

    #[crosscheck::backend(name = "radio_cpu", aliases("cpu"))]
    fn radio_cpu() -> Result<Box<dyn Radio>, Unavailable> {
        Ok(Box::new(Broken))
    }

    // The features are shared, and so is what is excluded: this names a backend of one subject only.
    #[crosscheck::exclusions("radio")]
    const fn radio_cannot(feature: Feature) -> crosscheck::Action {
        match feature {
            Feature::Volume => crosscheck::skip("it has no knob").because(crosscheck::Debt::WontFix),
            Feature::Colour => crosscheck::RUN,
        }
    }

    #[conformance(uses = "volume")]
    fn turns_up(radio: &dyn Radio) -> Result<(), Unspeakable> {
        radio.play()
    }

    #[conformance]
    fn plays(radio: &dyn Radio) -> Result<(), Unspeakable> {
        radio.play()
    }
}

crosscheck::main!();
