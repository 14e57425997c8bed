//! Expressions.

use std::rc::Rc;
use std::sync::Arc;

use super::Run;
use crate::jinja::ast::{Compare, Expr, Kind};
use crate::jinja::fault::{Fault, Result, fail};
use crate::jinja::memory::Buffer;
use crate::jinja::value::{List, Loop, Value};

impl Run<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Result<Value> {
        self.spend(1)?;
        match &expr.kind {
            Kind::None => Ok(Value::None),
            Kind::Bool(truth) => Ok(Value::Bool(*truth)),
            Kind::Int(number) => Ok(Value::Int(*number)),
            Kind::Float(number) => Ok(Value::Float(*number)),
            Kind::Text(text) => Ok(Value::given(text)),
            Kind::Name(name) => {
                let unknown = || Value::undefined(format_args!("`{name}` is undefined"));
                Ok(self.lookup(name).cloned().unwrap_or_else(unknown))
            }
            _ => self.deeper(|run| run.compound(expr)).map_err(|fault| fault.at(expr.line)),
        }
    }

    fn compound(&mut self, expr: &Expr) -> Result<Value> {
        match &expr.kind {
            Kind::List(items) => {
                let items = self.all(items)?;
                Value::list(items)
            }
            Kind::Tuple(items) => {
                let items = self.all(items)?;
                Value::tuple(items)
            }
            Kind::Dict(entries) => {
                let entry = |(key, value): &(Expr, Expr)| Ok((self.eval(key)?, self.eval(value)?));
                let entries = entries.iter().map(entry).collect::<Result<Vec<_>>>()?;
                Value::dict(entries)
            }
            Kind::Attribute(of, name) => {
                let of = self.eval(of)?;
                self.attribute(&of, name)
            }
            Kind::Item(of, key) => {
                let (of, key) = (self.eval(of)?, self.eval(key)?);
                self.item(&of, &key)
            }
            Kind::Slice(of, parts) => self.slice_expr(of, parts),
            Kind::Call(..) => self.call_expr(expr, None),
            Kind::Filter(of, apply) => {
                let of = self.eval(of)?;
                let given = self.given(&apply.args)?;
                self.filter(&apply.name, of, given)
            }
            Kind::Test(of, apply) => {
                let of = self.eval(of)?;
                let given = self.given(&apply.args)?;
                self.test(&apply.name, &of, given).map(Value::Bool)
            }
            Kind::Not(of) => Ok(Value::Bool(!self.eval(of)?.is_true())),
            Kind::Negative(of) => self.sign(of, -1),
            Kind::Positive(of) => self.sign(of, 1),
            Kind::Binary(operator, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                self.binary(*operator, &a, &b)
            }
            Kind::And(a, b) => {
                let a = self.eval(a)?;
                if a.is_true() { self.eval(b) } else { Ok(a) }
            }
            Kind::Or(a, b) => {
                let a = self.eval(a)?;
                if a.is_true() { Ok(a) } else { self.eval(b) }
            }
            Kind::Concat(parts) => {
                let mut made = Buffer::default();
                for part in parts {
                    let value = self.eval(part)?;
                    self.show(&value, &mut made)?;
                }
                Ok(made.into())
            }
            Kind::Compare(first, rest) => self.compare(first, rest),
            Kind::Condition { test, then, other } => {
                if self.eval(test)?.is_true() {
                    return self.eval(then);
                }
                let nothing = || Ok(Value::undefined("the condition does not hold, and there is no `else`"));
                other.as_ref().map_or_else(nothing, |other| self.eval(other))
            }
            _ => self.eval(expr),
        }
    }

    fn all(&mut self, items: &[Expr]) -> Result<Vec<Value>> {
        items.iter().map(|item| self.eval(item)).collect()
    }

    fn sign(&mut self, of: &Expr, sign: i64) -> Result<Value> {
        let value = self.eval(of)?;
        value.defined()?;
        match (&value, value.as_int()) {
            (_, Some(number)) => number
                .checked_mul(sign)
                .map(Value::Int)
                .ok_or_else(|| Fault::new("a whole number has more than 64 bits")),
            (Value::Float(number), None) => Ok(Value::Float(number * sign as f64)),
            _ => fail(format_args!("{} has no sign", value.kind())),
        }
    }

    fn compare(&mut self, first: &Expr, rest: &[(Compare, Expr)]) -> Result<Value> {
        let mut left = self.eval(first)?;
        for (operator, right) in rest {
            let right = self.eval(right)?;
            if !self.holds(*operator, &left, &right)? {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    pub(in crate::jinja) fn holds(&mut self, operator: Compare, a: &Value, b: &Value) -> Result<bool> {
        match operator {
            Compare::Eq | Compare::Ne => Ok(self.same(a, b)? == (operator == Compare::Eq)),
            Compare::In | Compare::NotIn => Ok(self.contains(b, a)? == (operator == Compare::In)),
            Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge => {
                if [a, b].iter().any(|x| matches!(x, Value::Float(number) if number.is_nan())) {
                    return Ok(false);
                }
                self.spend(a.weight().min(b.weight()))?;
                let order = a.order(b)?;
                Ok(match operator {
                    Compare::Lt => order.is_lt(),
                    Compare::Le => order.is_le(),
                    Compare::Gt => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
        }
    }

    pub(in crate::jinja) fn same(&mut self, a: &Value, b: &Value) -> Result<bool> {
        self.spend(a.weight().min(b.weight()))?;
        Ok(a.equals(b))
    }

    /// Whether `of` holds `value`.
    pub(in crate::jinja) fn contains(&mut self, of: &Value, value: &Value) -> Result<bool> {
        match of {
            Value::Undefined(_) => Ok(false),
            Value::Text(text) => {
                let Some(part) = value.as_text() else {
                    return fail(format_args!("`in` a text needs a text, not {}", value.kind()));
                };
                self.spend(text.as_str().len() as u64 / 512)?;
                Ok(text.as_str().contains(part))
            }
            Value::List(list) | Value::Tuple(list) | Value::Lazy(list) => {
                for item in &list.items {
                    if self.same(item, value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Dict(dict) => {
                self.spend(1 + dict.entries.len() as u64 / 8)?;
                value.hash()?;
                Ok(dict.get(value).is_some())
            }
            _ => fail(format_args!("`in` cannot look into {}", of.kind())),
        }
    }

    /// `of.name`.
    pub(in crate::jinja) fn attribute(&mut self, of: &Value, name: &Arc<str>) -> Result<Value> {
        of.defined()?;
        if let Some(method) = self.method_of(of, name)? {
            return Ok(method);
        }
        let found = match of {
            Value::Dict(dict) => {
                self.spend(dict.entries.len() as u64 / 8)?;
                dict.named(name).cloned()
            }
            Value::Namespace(number) => {
                self.namespaces[*number].iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
            }
            Value::Loop(the_loop) => loop_attribute(the_loop, name)?,
            Value::Macro(closure) if &**name == "name" => Some(Value::given(&closure.code.name)),
            Value::Cycler(cycler) if &**name == "current" => cycler.items.items.get(*cycler.at.borrow()).cloned(),
            _ => None,
        };
        let missing = || Value::undefined(format_args!("{} has no attribute `{name}`", of.kind()));
        Ok(found.unwrap_or_else(missing))
    }

    /// `of[key]`.
    pub(in crate::jinja) fn item(&mut self, of: &Value, key: &Value) -> Result<Value> {
        of.defined()?;
        self.spend(1)?;
        let found = match (of, key) {
            (Value::Dict(dict), _) => {
                self.spend(dict.entries.len() as u64 / 8)?;
                dict.get(key).cloned()
            }
            (Value::List(list) | Value::Tuple(list), _) => key.as_int().and_then(|index| list.get(index)).cloned(),
            (Value::Text(text), _) => match key.as_int() {
                Some(index) => {
                    self.spend(text.as_str().len() as u64 / 512)?;
                    let chars = || text.as_str().chars();
                    let c = match usize::try_from(index) {
                        Ok(index) => chars().nth(index),
                        Err(_) => chars().rev().nth((index.unsigned_abs() - 1) as usize),
                    };
                    c.map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).transpose()?
                }
                None => None,
            },
            _ => None,
        };
        match (found, key) {
            (Some(found), _) => Ok(found),
            (None, Value::Text(name)) => self.attribute(of, &name.as_str().into()),
            (None, _) => Ok(Value::undefined(format_args!("{} has no such item", of.kind()))),
        }
    }

    fn slice_expr(&mut self, of: &Expr, parts: &[Option<Box<Expr>>; 3]) -> Result<Value> {
        let of = self.eval(of)?;
        of.defined()?;
        let mut numbers = [None; 3];
        for (number, part) in numbers.iter_mut().zip(parts) {
            let Some(part) = part else { continue };
            let value = self.eval(part)?;
            *number = match &value {
                Value::None => None,
                _ => {
                    let wrong = || Fault::new(format_args!("a slice needs whole numbers, not {}", value.kind()));
                    Some(value.as_int().ok_or_else(wrong)?)
                }
            };
        }
        match &of {
            Value::Text(text) => {
                self.spend(text.as_str().len() as u64 / 16)?;
                let chars: Vec<char> = text.as_str().chars().collect();
                let made: String = places(chars.len(), numbers)?.map(|at| chars[at]).collect();
                Value::owned(made)
            }
            Value::List(list) | Value::Tuple(list) => {
                self.spend(list.items.len() as u64)?;
                let items = places(list.items.len(), numbers)?.map(|at| list.items[at].clone());
                if matches!(of, Value::List(_)) { Value::list(items) } else { Value::tuple(items) }
            }
            _ => fail(format_args!("{} has no slices", of.kind())),
        }
    }

    /// What a loop over a value goes through.
    pub(in crate::jinja) fn iterate(&mut self, value: &Value) -> Result<Rc<List>> {
        match value {
            Value::List(list) | Value::Tuple(list) | Value::Lazy(list) => {
                self.spend(list.items.len() as u64 / 8)?;
                Ok(list.clone())
            }
            Value::Undefined(_) => Ok(Rc::new(List::new([])?)),
            Value::Dict(dict) => {
                self.spend(dict.entries.len() as u64)?;
                Ok(Rc::new(List::new(dict.entries.iter().map(|(key, _)| key.clone()))?))
            }
            Value::Text(text) => {
                self.spend(text.as_str().len() as u64)?;
                let mut items = crate::jinja::memory::Items::new();
                for c in text.as_str().chars() {
                    items.push(Value::text(c.encode_utf8(&mut [0; 4]))?)?;
                }
                Ok(Rc::new(List::new(items.into_parts().0)?))
            }
            _ => fail(format_args!("{} cannot be gone through", value.kind())),
        }
    }
}

/// The places that a slice takes.
fn places(length: usize, [start, stop, step]: [Option<i64>; 3]) -> Result<impl Iterator<Item = usize>> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return fail("the step of a slice cannot be 0");
    }
    let length = length as i64;
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |at: i64| if at < 0 { at.saturating_add(length).max(low) } else { at.min(high) };
    let start = start.map_or(if step > 0 { low } else { high }, clamp);
    let stop = stop.map_or(if step > 0 { high } else { low }, clamp);
    let next = move |at: &i64| at.checked_add(step);
    let inside = move |at: &i64| if step > 0 { *at < stop } else { *at > stop };
    Ok(std::iter::successors(Some(start), next).take_while(inside).map(|at| at as usize))
}

fn loop_attribute(the_loop: &Loop, name: &str) -> Result<Option<Value>> {
    let (index, length) = (the_loop.index, the_loop.items.items.len());
    let number = |number: usize| Value::Int(number as i64);
    Ok(Some(match name {
        "index" => number(index + 1),
        "index0" => number(index),
        "revindex" => number(length - index),
        "revindex0" => number(length - index - 1),
        "first" => Value::Bool(index == 0),
        "last" => Value::Bool(index + 1 == length),
        "length" => number(length),
        "depth" => number(the_loop.depth + 1),
        "depth0" => number(the_loop.depth),
        "previtem" => match index.checked_sub(1) {
            Some(before) => the_loop.items.items[before].clone(),
            None => Value::undefined("there is no previous item"),
        },
        "nextitem" => {
            let none = || Value::undefined("there is no next item");
            the_loop.items.items.get(index + 1).cloned().unwrap_or_else(none)
        }
        _ => return Ok(None),
    }))
}
