//! Tests: what stands behind `is`.

use super::ast::Compare;
use super::fault::{Fault, Result, fail};
use super::filters;
use super::run::{Given, Run};
use super::value::Value;

pub(super) const NAMES: [&str; 39] = [
    "defined",
    "undefined",
    "none",
    "boolean",
    "true",
    "false",
    "integer",
    "float",
    "number",
    "string",
    "mapping",
    "sequence",
    "iterable",
    "callable",
    "odd",
    "even",
    "divisibleby",
    "lower",
    "upper",
    "in",
    "sameas",
    "escaped",
    "filter",
    "test",
    "eq",
    "equalto",
    "==",
    "ne",
    "!=",
    "lt",
    "lessthan",
    "<",
    "le",
    "<=",
    "gt",
    "greaterthan",
    ">",
    "ge",
    ">=",
];

impl Run<'_> {
    pub(super) fn test(&mut self, name: &str, value: &Value, given: Given) -> Result<bool> {
        self.spend(1)?;
        let compare = match name {
            "eq" | "equalto" | "==" => Some(Compare::Eq),
            "ne" | "!=" => Some(Compare::Ne),
            "lt" | "lessthan" | "<" => Some(Compare::Lt),
            "le" | "<=" => Some(Compare::Le),
            "gt" | "greaterthan" | ">" => Some(Compare::Gt),
            "ge" | ">=" => Some(Compare::Ge),
            "in" => Some(Compare::In),
            _ => None,
        };
        if let Some(operator) = compare {
            let [other] = given.bind(name, ["other"])?;
            let other = other.ok_or_else(|| missing(name))?;
            return self.holds(operator, value, &other);
        }
        match name {
            "divisibleby" => {
                let [by] = given.bind(name, ["num"])?;
                match (value.as_int(), by.as_ref().and_then(Value::as_int)) {
                    (Some(_), Some(0)) => fail("division by zero"),
                    (Some(number), Some(by)) => Ok(number.wrapping_rem(by) == 0),
                    _ => fail("`divisibleby` needs two whole numbers"),
                }
            }
            "sameas" => {
                let [other] = given.bind(name, ["other"])?;
                let other = other.ok_or_else(|| missing(name))?;
                Ok(std::mem::discriminant(value) == std::mem::discriminant(&other) && self.same(value, &other)?)
            }
            _ => {
                let [] = given.bind(name, [])?;
                self.property(name, value)
            }
        }
    }

    fn property(&mut self, name: &str, value: &Value) -> Result<bool> {
        let whole = || {
            value
                .as_int()
                .ok_or_else(|| Fault::new(format_args!("`{name}` needs a whole number, not {}", value.kind())))
        };
        Ok(match name {
            "defined" => !matches!(value, Value::Undefined(_)),
            "undefined" => matches!(value, Value::Undefined(_)),
            "none" => matches!(value, Value::None),
            "boolean" => matches!(value, Value::Bool(_)),
            "true" => matches!(value, Value::Bool(true)),
            "false" => matches!(value, Value::Bool(false)),
            "integer" => matches!(value, Value::Int(_)),
            "float" => matches!(value, Value::Float(_)),
            "number" => value.as_float().is_some(),
            "string" => matches!(value, Value::Text(_)),
            "mapping" => matches!(value, Value::Dict(_)),
            "sequence" => {
                matches!(
                    value,
                    Value::Text(_) | Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Undefined(_)
                )
            }
            "iterable" => {
                let lazy = matches!(value, Value::Lazy(_) | Value::Undefined(_) | Value::Loop(_));
                lazy || matches!(value, Value::Text(_) | Value::List(_) | Value::Tuple(_) | Value::Dict(_))
            }
            "callable" => matches!(value, Value::Global(_) | Value::Macro(_) | Value::Method(_) | Value::Loop(_)),
            "odd" => whole()? & 1 == 1,
            "even" => whole()? & 1 == 0,
            "lower" | "upper" => {
                let text = self.shown(value)?;
                let text = text.as_text().unwrap_or_default();
                self.spend(text.len() as u64 / 16)?;
                if name == "lower" { is_lower(text) } else { is_upper(text) }
            }
            "escaped" => false,
            "filter" => value.as_text().is_some_and(|name| filters::NAMES.contains(&name)),
            "test" => value.as_text().is_some_and(|name| NAMES.contains(&name)),
            _ => return Err(super::filters::unknown("test", name, &NAMES)),
        })
    }
}

fn missing(name: &str) -> Fault {
    Fault::new(format_args!("`is {name}` needs what it compares with"))
}

/// Whether a text has letters of one case only.
pub(super) fn is_lower(text: &str) -> bool {
    text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)
}

pub(super) fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}
