//! Filters: what stands behind `|`.

mod sequence;
mod text;

use super::fault::{Fault, Result};
use super::run::{Given, Run};
use super::value::Value;

pub(super) const NAMES: [&str; 48] = [
    "abs",
    "attr",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
];

impl Run<'_> {
    pub(super) fn filter(&mut self, name: &str, value: Value, given: Given) -> Result<Value> {
        self.spend(1)?;
        if !NAMES.contains(&name) {
            return Err(unknown("filter", name, &NAMES));
        }
        match self.text_filter(name, &value, given)? {
            Ok(made) => Ok(made),
            Err(given) => self.sequence_filter(name, value, given),
        }
    }
}

/// An error for a filter or a test that does not exist.
pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> Fault {
    let name: String = name.chars().take(50).collect();
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, &name));
    let hint = nearest.filter(|known| strsim::damerau_levenshtein(known, &name) <= 2);
    let hint = hint.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
    Fault::new(format_args!("the {what} `{name}` is unknown{hint} (known: {})", known.join(", ")))
}
