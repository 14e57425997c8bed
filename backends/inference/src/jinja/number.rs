//! Python's arithmetic.

use super::ast::Binary;
use super::fault::{Fault, Result, fail};
use super::limits;
use super::memory::Buffer;
use super::run::Run;
use super::value::Value;

impl Run<'_> {
    pub(super) fn binary(&mut self, operator: Binary, a: &Value, b: &Value) -> Result<Value> {
        a.defined()?;
        b.defined()?;
        match (operator, a, b) {
            (Binary::Add, Value::Text(a), Value::Text(b)) => {
                self.spend((a.as_str().len() + b.as_str().len()) as u64 / 512)?;
                let mut made = Buffer::default();
                made.push(a.as_str())?;
                made.push(b.as_str())?;
                Ok(made.into())
            }
            (Binary::Add, Value::List(a), Value::List(b)) => {
                self.spend((a.items.len() + b.items.len()) as u64)?;
                Value::list(a.items.iter().chain(&b.items).cloned())
            }
            (Binary::Add, Value::Tuple(a), Value::Tuple(b)) => {
                self.spend((a.items.len() + b.items.len()) as u64)?;
                Value::tuple(a.items.iter().chain(&b.items).cloned())
            }
            (Binary::Mul, Value::Text(text), times) | (Binary::Mul, times, Value::Text(text))
                if times.as_int().is_some() =>
            {
                let times = times.as_int().unwrap_or_default().max(0) as usize;
                let mut made = Buffer::default();
                made.fill(text.as_str(), if text.as_str().is_empty() { 0 } else { times })?;
                self.spend(made.as_str().len() as u64 / 512)?;
                Ok(made.into())
            }
            (Binary::Mul, Value::List(list) | Value::Tuple(list), times)
            | (Binary::Mul, times, Value::List(list) | Value::Tuple(list))
                if times.as_int().is_some() =>
            {
                let times = times.as_int().unwrap_or_default().max(0) as usize;
                let length = list.items.len().saturating_mul(times);
                if length > limits::get().elements {
                    return Err(Fault::limit("elements in a list", length, limits::get().elements));
                }
                self.spend(length as u64)?;
                let is_list = matches!(a, Value::List(_)) || matches!(b, Value::List(_));
                let times = if list.items.is_empty() { 0 } else { times };
                let items = (0..times).flat_map(|_| &list.items).cloned();
                if is_list { Value::list(items) } else { Value::tuple(items) }
            }
            (Binary::Mod, Value::Text(format), _) => self.printf(format.as_str(), b),
            _ => arithmetic(operator, a, b),
        }
    }
}

fn arithmetic(operator: Binary, a: &Value, b: &Value) -> Result<Value> {
    if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
        return whole(operator, a, b);
    }
    let (Some(x), Some(y)) = (a.as_float(), b.as_float()) else {
        return fail(format_args!("`{}` cannot take {} and {}", name(operator), a.kind(), b.kind()));
    };
    if y == 0.0 && matches!(operator, Binary::Div | Binary::FloorDiv | Binary::Mod) {
        return fail("division by zero");
    }
    Ok(Value::Float(match operator {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div => x / y,
        Binary::FloorDiv => ((x - modulo(x, y)) / y).round(),
        Binary::Mod => modulo(x, y),
        Binary::Pow if x == 0.0 && y < 0.0 => return fail("0 has no negative power"),
        Binary::Pow if x < 0.0 && y.fract() != 0.0 => return fail("a negative number has no such power"),
        Binary::Pow => x.powf(y),
    }))
}

fn whole(operator: Binary, a: i64, b: i64) -> Result<Value> {
    if b == 0 && matches!(operator, Binary::Div | Binary::FloorDiv | Binary::Mod) {
        return fail("division by zero");
    }
    let made = match operator {
        Binary::Add => a.checked_add(b),
        Binary::Sub => a.checked_sub(b),
        Binary::Mul => a.checked_mul(b),
        Binary::Div => return Ok(Value::Float(a as f64 / b as f64)),
        Binary::FloorDiv => {
            a.checked_div(b).map(|quotient| quotient - i64::from(a.wrapping_rem(b) != 0 && (a < 0) != (b < 0)))
        }
        Binary::Mod => a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }),
        Binary::Pow if b < 0 && a == 0 => return fail("0 has no negative power"),
        Binary::Pow if b < 0 => return Ok(Value::Float((a as f64).powf(b as f64))),
        Binary::Pow => match a {
            0 | 1 => Some(if b == 0 { 1 } else { a }),
            -1 => Some(if b % 2 == 0 { 1 } else { -1 }),
            _ => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        },
    };
    made.map(Value::Int).ok_or_else(|| Fault::new("a whole number has more than 64 bits"))
}

fn modulo(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
}

fn name(operator: Binary) -> &'static str {
    match operator {
        Binary::Add => "+",
        Binary::Sub => "-",
        Binary::Mul => "*",
        Binary::Div => "/",
        Binary::FloorDiv => "//",
        Binary::Mod => "%",
        Binary::Pow => "**",
    }
}
