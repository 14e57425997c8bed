//! Calls: functions, methods, macros and loops.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::{Run, check_attribute};
use crate::jinja::ast::{Args, Expr, Kind};
use crate::jinja::fault::{self, Fault, Result, fail};
use crate::jinja::limits;
use crate::jinja::memory::Buffer;
use crate::jinja::strftime::strftime;
use crate::jinja::value::{Closure, Cycler, Global, List, Loop, Value};

/// The values of the arguments of a call.
#[derive(Default)]
pub(in crate::jinja) struct Given {
    pub positional: Vec<Value>,
    pub named: Vec<(Arc<str>, Value)>,
}

impl Given {
    /// The arguments in the order of these names.
    pub fn bind<const N: usize>(self, function: &str, names: [&str; N]) -> Result<[Option<Value>; N]> {
        let mut bound = [const { None }; N];
        let count = self.positional.len();
        if count > N {
            return fail(format_args!("`{function}` takes at most {N} arguments, not {count}"));
        }
        for (slot, value) in bound.iter_mut().zip(self.positional) {
            *slot = Some(value);
        }
        for (name, value) in self.named {
            match names.iter().position(|known| *known == &*name) {
                Some(at) if bound[at].is_none() => bound[at] = Some(value),
                Some(_) => return fail(format_args!("`{function}` is given `{name}` twice")),
                None => {
                    return fail(format_args!("`{function}` has no argument `{name}` (known: {})", names.join(", ")));
                }
            }
        }
        Ok(bound)
    }
}

impl Run<'_> {
    pub(in crate::jinja) fn given(&mut self, args: &Args) -> Result<Given> {
        let mut given = Given::default();
        for arg in &args.positional {
            given.positional.push(self.eval(arg)?);
        }
        for (name, arg) in &args.named {
            given.named.push((name.clone(), self.eval(arg)?));
        }
        if let Some(list) = &args.list {
            let list = self.eval(list)?;
            given.positional.extend(self.iterate(&list)?.items.iter().cloned());
        }
        if let Some(dict) = &args.dict {
            match self.eval(dict)? {
                Value::Dict(dict) => {
                    self.spend(dict.entries.len() as u64)?;
                    for (key, value) in &dict.entries {
                        let Some(name) = key.as_text() else {
                            return fail(format_args!("`**` needs names as keys, not {}", key.kind()));
                        };
                        given.named.push((name.into(), value.clone()));
                    }
                }
                other => return fail(format_args!("`**` needs a dictionary, not {}", other.kind())),
            }
        }
        Ok(given)
    }

    pub(super) fn call_expr(&mut self, call: &Expr, caller: Option<Value>) -> Result<Value> {
        let Kind::Call(of, args) = &call.kind else { return fail("there is nothing to call") };
        let function = self.eval(of)?;
        let mut given = self.given(args)?;
        given.named.extend(caller.map(|caller| ("caller".into(), caller)));
        self.call(&function, given)
    }

    pub(in crate::jinja) fn call(&mut self, function: &Value, given: Given) -> Result<Value> {
        function.defined()?;
        match function {
            Value::Global(global) => self.global(*global, given),
            Value::Method(method) => self.method(&method.0, &method.1, given),
            Value::Macro(closure) => self.deeper(|run| run.expand(closure, given)),
            Value::Loop(the_loop) => self.again(the_loop, given),
            Value::Cycler(cycler) if cycler.is_joiner => {
                let [] = given.bind("joiner", [])?;
                let first = std::mem::replace(&mut *cycler.at.borrow_mut(), 1) == 0;
                if first { Value::text("") } else { Ok(cycler.items.items[0].clone()) }
            }
            other => fail(format_args!("{} cannot be called", other.kind())),
        }
    }

    /// A loop over the children of what a recursive loop goes through.
    fn again(&mut self, the_loop: &Loop, given: Given) -> Result<Value> {
        let [iter] = given.bind("loop", ["iterable"])?;
        let Some((code, scope)) = &the_loop.code else { return fail("the loop is not recursive: it cannot be called") };
        let iter = iter.ok_or_else(|| Fault::new("`loop` needs what it goes through"))?;
        let mut out = Buffer::default();
        self.deeper(|run| run.repeat(code, &iter, the_loop.depth + 1, *scope, &mut out))?;
        Ok(out.into())
    }

    /// The text of a macro.
    fn expand(&mut self, closure: &Closure, given: Given) -> Result<Value> {
        let code = closure.code.clone();
        let mut out = Buffer::default();
        self.scoped(closure.scope, |run| {
            let (mut positional, mut named) = (given.positional.into_iter(), given.named);
            for (name, default) in &code.params {
                let by_name = named.iter().position(|(own, _)| own == name);
                let value = match (positional.next(), by_name) {
                    (Some(_), Some(_)) => return fail(format_args!("`{}` is given `{name}` twice", code.name)),
                    (Some(value), None) => value,
                    (None, Some(at)) => named.remove(at).1,
                    (None, None) => match default {
                        Some(default) => run.eval(default)?,
                        None => Value::undefined(format_args!("the parameter `{name}` was not given")),
                    },
                };
                run.assign(name, value);
            }
            let is_caller = |(name, _): &(Arc<str>, Value)| &**name == "caller";
            if let Some(at) = named.iter().position(is_caller) {
                let (name, caller) = named.remove(at);
                run.assign(&name, caller);
            }
            if code.kwargs {
                let entries = named.drain(..).map(|(name, value)| (Value::given(&name), value));
                let kwargs = Value::dict(entries)?;
                run.assign(&"kwargs".into(), kwargs);
            } else if let Some((name, _)) = named.first() {
                return fail(format_args!("`{}` has no parameter `{name}`", code.name));
            }
            if code.varargs {
                let varargs = Value::tuple(positional)?;
                run.assign(&"varargs".into(), varargs);
            } else if positional.next().is_some() {
                return fail(format_args!("`{}` takes at most {} arguments", code.name, code.params.len()));
            }
            run.body(&code.body, &mut out)
        })?;
        Ok(out.into())
    }

    fn global(&mut self, global: Global, given: Given) -> Result<Value> {
        match global {
            Global::Range => self.range(given),
            Global::Dict => {
                let entries = self.pairs("dict", given)?;
                Value::dict(entries)
            }
            Global::Namespace => {
                let mut names: Vec<(Arc<str>, Value)> = Vec::new();
                for (key, value) in self.pairs("namespace", given)? {
                    let Some(name) = key.as_text() else { return fail("the attributes of a namespace need names") };
                    check_attribute(name)?;
                    names.retain(|(own, _)| &**own != name);
                    names.push((name.into(), value));
                    self.spend(names.len() as u64 / 8)?;
                }
                self.namespace(names)
            }
            Global::Cycler => {
                if given.positional.is_empty() {
                    return fail("`cycler` needs at least one item");
                }
                let items = Rc::new(List::new(given.positional)?);
                Ok(Value::Cycler(Rc::new(Cycler { items, at: RefCell::new(0), is_joiner: false })))
            }
            Global::Joiner => {
                let [separator] = given.bind("joiner", ["sep"])?;
                let separator = separator.map_or_else(|| Value::text(", "), Ok)?;
                let items = Rc::new(List::new([separator])?);
                Ok(Value::Cycler(Rc::new(Cycler { items, at: RefCell::new(0), is_joiner: true })))
            }
            Global::RaiseException => {
                let [message] = given.bind("raise_exception", ["message"])?;
                let mut text = Buffer::default();
                self.show(&message.unwrap_or(Value::None), &mut text)?;
                Err(Fault { line: None, kind: fault::Kind::Raised(text.as_str().to_owned()) })
            }
            Global::StrftimeNow => {
                let [format] = given.bind("strftime_now", ["format"])?;
                let Some(format) = format.as_ref().and_then(Value::as_text) else {
                    return fail("`strftime_now` needs a format");
                };
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                let mut made = Buffer::default();
                self.spend(format.len() as u64)?;
                strftime(format, now.as_secs() as i64, now.subsec_micros(), &mut made)?;
                Ok(made.into())
            }
        }
    }

    fn range(&mut self, given: Given) -> Result<Value> {
        let numbers = given.positional.iter().map(Value::as_int).collect::<Option<Vec<_>>>();
        let (start, stop, step) = match (numbers.as_deref(), given.named.is_empty()) {
            (Some([stop]), true) => (0, *stop, 1),
            (Some([start, stop]), true) => (*start, *stop, 1),
            (Some([start, stop, step]), true) => (*start, *stop, *step),
            _ => return fail("`range` needs one to three whole numbers"),
        };
        if step == 0 {
            return fail("the step of a range cannot be 0");
        }
        let (low, high) = if step > 0 { (start, stop) } else { (stop, start) };
        let length = if low >= high { 0 } else { (high.abs_diff(low) - 1) / step.unsigned_abs() + 1 };
        if length > limits::get().range as u64 {
            return Err(Fault::limit("elements in a range", length, limits::get().range));
        }
        self.spend(length)?;
        Value::list((0..length).map(|at| Value::Int(start.wrapping_add(step.wrapping_mul(at as i64)))))
    }

    /// What `dict` and `namespace` are given: a dictionary or pairs, and names.
    fn pairs(&mut self, function: &str, given: Given) -> Result<Vec<(Value, Value)>> {
        let mut pairs = Vec::new();
        match given.positional.as_slice() {
            [] => (),
            [Value::Dict(dict)] => pairs.extend(dict.entries.iter().cloned()),
            [list] => {
                for pair in &self.iterate(list)?.items {
                    match self.iterate(pair)?.items.as_slice() {
                        [key, value] => pairs.push((key.clone(), value.clone())),
                        _ => return fail(format_args!("`{function}` needs pairs of keys and values")),
                    }
                }
            }
            _ => return fail(format_args!("`{function}` takes one dictionary, and names")),
        }
        pairs.extend(given.named.iter().map(|(name, value)| (Value::given(name), value.clone())));
        self.spend(pairs.len() as u64)?;
        Ok(pairs)
    }
}
