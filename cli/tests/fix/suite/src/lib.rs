//! A suite whose backends do as they are told, and rows that do not say what they do.

pub mod checks;
mod fast;
mod inside;
mod umlaut;
mod windows;

use crosscheck::{Subject, Unavailable};

pub trait Ops: Send + Sync {
    /// What is done with a number is in the word.
    fn call(&self, word: &str) -> Result<Vec<f32>, String>;

    fn is_fast(&self) -> bool {
        false
    }
}

#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub enum Feature {
    /// Passes.
    Stale,
    /// Passes in part.
    Wide,
    /// Fails otherwise.
    Kind,
    /// Says something else.
    Text,
    /// Passes, and is skipped.
    SkipStale,
    /// Fails, and is skipped.
    SkipFails,
    /// Never wavers.
    Flaky,
    /// Its last day is over.
    Expired,
    /// Passes, one of two in an arm.
    OneOfTwo,
    /// Fails, the other one.
    OtherOfTwo,
    /// Fails, and nothing says so.
    New,
    /// Passes mostly.
    Mostly,
    /// Fails in two ways.
    TwoWays,
    /// Passes, and hangs on a constant.
    Constant,
    /// Fails in two ways, and nothing says so.
    NewWays,
    /// Fails in part as its row says, and in part by something else.
    Partly,
    /// The same, where what is returned is wrong.
    Garbage,
    /// The same, where both are errors.
    Lost,
    /// The same, where the row is written elsewhere.
    Elsewhere,
    /// Works.
    Works,
    /// Fails, under a condition.
    Asked,
    /// Fails where nobody has looked yet.
    Unseen,
    /// Is off by more than its row says.
    Off,
    /// Is written in a macro.
    Inside,
    /// Größer.
    Umlaut,
    /// In a file of Windows.
    Windows,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
}

struct Told(&'static str);

impl Ops for Told {
    fn call(&self, word: &str) -> Result<Vec<f32>, String> {
        let Self(name) = self;
        let here = word.split('+').find_map(|part| part.strip_prefix(name)).unwrap_or_default();
        match here.trim_start_matches(':') {
            "" => Ok(vec![1.0, 2.0, 3.0]),
            "panic" => panic!("no such thing in {word:?}"),
            "error" => Err(format!("“{word}” is not known")),
            "refuse" => Err("no kernel of this kind".to_owned()),
            "lost" => Err("no kernel was ever looked for, because the device is gone".to_owned()),
            "off" => Ok(vec![1.0, 2.5, 3.0]),
            "nan" => Ok(vec![1.0, f32::NAN, 3.0]),
            "short" => Ok(vec![1.0]),
            "crash" => std::process::abort(),
            "hang" => loop {
                std::thread::sleep(std::time::Duration::from_secs(1));
            },
            other => unreachable!("{other}"),
        }
    }

    fn is_fast(&self) -> bool {
        self.0 == "fast"
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Ops>, Unavailable> {
    Ok(Box::new(Told("reference")))
}
