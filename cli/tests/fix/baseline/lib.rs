//! Backends that fail in every way, until `MENDED` is set, and a file of rows for each place where new ones can go.

mod blank;
mod checks;
mod conditions;
mod constructor;
mod matrix;
mod renamed;
mod rows;
mod style;

use std::collections::BTreeSet;
use std::sync::Mutex;

use crosscheck::Subject;

/// What is under test.
pub trait Ops: Send + Sync {
    /// Fails in the way that the word says.
    fn call(&self, word: &str) -> Result<Vec<f32>, String>;
}

/// What may be missing.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// All of its cells fail.
    Broken,
    /// All of its cells fail too.
    AlsoBroken,
    /// Fails, and has a row.
    Known,
    /// Works.
    Works,
}

impl Subject for dyn Ops {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn unimplemented_function<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a str> {
        error.downcast_ref::<Missing>().map(|_| "call")
    }
}

/// That nothing is there.
#[derive(Debug)]
pub struct Missing;

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no such function")
    }
}

impl std::error::Error for Missing {}

/// A backend, by name.
struct Told(&'static str);

impl Ops for Told {
    fn call(&self, word: &str) -> Result<Vec<f32>, String> {
        static CALLED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let is_first = CALLED.lock().unwrap().insert(format!("{} {}", word, self.0));
        match word {
            _ if self.0 == "reference" || std::env::var_os("MENDED").is_some() => Ok(vec![1.0, 2.0, 3.0]),
            "panic" => panic!("no such thing as this"),
            "error" => Err("there is no kernel".to_owned()),
            "other" => Err("the driver is too old".to_owned()),
            "torn" => Err("a belt tore".to_owned()),
            "off" => Ok(vec![1.0, 2.5, 3.0]),
            "nan" => Ok(vec![1.0, f32::NAN, 3.0]),
            "crash" => std::process::abort(),
            "hang" => loop {
                std::thread::sleep(std::time::Duration::from_secs(1));
            },
            "once" if is_first => Err("not yet warm".to_owned()),
            _ => match word.strip_prefix("says ") {
                Some(letter) => Err(letter.repeat(9)),
                None => Ok(vec![1.0, 2.0, 3.0]),
            },
        }
    }
}

#[crosscheck::backend(name = "reference")]
fn reference() -> Result<Box<dyn Ops>, crosscheck::Unavailable> {
    Ok(Box::new(Told("reference")))
}

macro_rules! registered {
    ($name:ident) => {
        #[crosscheck::backend(name = "by_macro")]
        fn $name() -> Result<Box<dyn Ops>, crosscheck::Unavailable> {
            Ok(Box::new(Told("by_macro")))
        }
    };
}

// New rows cannot stand behind it: they go to the end of the test.
registered!(by_macro);
