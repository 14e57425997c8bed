//! A template at work.

mod call;
mod expression;
mod statement;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::ast::Stmt;
use super::fault::{Fault, Result};
use super::json::Data;
use super::limits;
use super::memory::{Buffer, Held};
use super::value::{Global, Value};
pub(super) use call::Given;

/// What a template has at hand, and what it has left.
pub(super) struct Run<'a> {
    scopes: Vec<Scope>,
    /// The innermost scope.
    current: usize,
    /// The attributes of each namespace.
    pub(super) namespaces: Vec<Vec<(Arc<str>, Value)>>,
    /// What `changed` of each loop was called with.
    pub(super) changed: Vec<Option<Value>>,
    held: Held,
    steps: u64,
    checked: u64,
    begin: Instant,
    calls: usize,
    body: std::marker::PhantomData<&'a ()>,
}

/// Names and their values, and the scope around it.
#[derive(Default)]
struct Scope {
    parent: Option<usize>,
    names: HashMap<Arc<str>, Value>,
}

const GLOBALS: [(&str, Global); 7] = [
    ("range", Global::Range),
    ("dict", Global::Dict),
    ("namespace", Global::Namespace),
    ("cycler", Global::Cycler),
    ("joiner", Global::Joiner),
    ("raise_exception", Global::RaiseException),
    ("strftime_now", Global::StrftimeNow),
];

/// The text that a template makes of these values.
pub(super) fn render(body: &[Stmt], values: &[(String, Data)]) -> Result<String> {
    let mut run = Run {
        scopes: vec![Scope::default()],
        current: 0,
        namespaces: Vec::new(),
        changed: Vec::new(),
        held: Held::default(),
        steps: 0,
        checked: 0,
        begin: Instant::now(),
        calls: 0,
        body: std::marker::PhantomData,
    };
    for (name, global) in GLOBALS {
        run.assign(&name.into(), Value::Global(global));
    }
    for (name, data) in values {
        let value = data.value()?;
        run.assign(&name.as_str().into(), value);
    }
    let mut out = Buffer::default();
    run.body(body, &mut out)?;
    Ok(out.into_parts().0)
}

impl Run<'_> {
    /// Counts steps.
    pub(super) fn spend(&mut self, steps: u64) -> Result<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > limits::get().steps {
            return Err(Fault::limit("steps", self.steps, limits::get().steps));
        }
        if self.steps - self.checked > 10_000 {
            self.checked = self.steps;
            let took = self.begin.elapsed();
            if took > limits::get().time {
                let most = limits::get().time.as_millis() as u64;
                return Err(Fault::limit("milliseconds", took.as_millis() as u64, most));
            }
        }
        Ok(())
    }

    /// Does something for which others wait.
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.calls += 1;
        if self.calls > limits::get().calls {
            return Err(Fault::limit("calls in one another", self.calls, limits::get().calls));
        }
        let made = run(self)?;
        self.calls -= 1;
        Ok(made)
    }

    fn lookup(&self, name: &str) -> Option<&Value> {
        let mut at = Some(self.current);
        while let Some(scope) = at {
            let scope = self.scopes.get(scope)?;
            if let Some(value) = scope.names.get(name) {
                return Some(value);
            }
            at = scope.parent;
        }
        None
    }

    fn assign(&mut self, name: &Arc<str>, value: Value) {
        let current = self.current;
        self.scopes[current].names.insert(name.clone(), value);
    }

    /// Runs in a scope within another one, which the scope sees.
    fn scoped<T>(&mut self, parent: usize, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        // A macro that outlived its scope, within a namespace, sees the whole template.
        let parent = if parent < self.scopes.len() { parent } else { 0 };
        let before = self.current;
        self.current = self.scopes.len();
        self.scopes.push(Scope { parent: Some(parent), names: HashMap::new() });
        let made = run(self);
        self.scopes.truncate(self.current);
        self.current = before;
        made
    }

    fn namespace(&mut self, names: Vec<(Arc<str>, Value)>) -> Result<Value> {
        self.held.grow(64 + 64 * names.len())?;
        self.namespaces.push(names);
        Ok(Value::Namespace(self.namespaces.len() - 1))
    }

    fn set_attribute(&mut self, namespace: usize, name: &Arc<str>, value: Value) -> Result<()> {
        check_attribute(name)?;
        let names = &mut self.namespaces[namespace];
        match names.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value,
            None => {
                self.held.grow(64)?;
                names.push((name.clone(), value));
            }
        }
        Ok(())
    }
}

/// Hugging Face refuses these for the sake of Python.
fn check_attribute(name: &str) -> Result<()> {
    if name.starts_with('_') {
        return Err(Fault::new(format_args!("a namespace cannot have the attribute `{name}`, which begins with `_`")));
    }
    Ok(())
}
