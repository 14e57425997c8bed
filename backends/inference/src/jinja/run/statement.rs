//! Statements.

use std::rc::Rc;
use std::sync::Arc;

use super::Run;
use crate::jinja::ast::{Apply, For, Macro, Stmt, StmtKind, Target};
use crate::jinja::fault::{Result, fail};
use crate::jinja::memory::Buffer;
use crate::jinja::value::{Closure, List, Loop, Value};

/// What comes behind a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl Run<'_> {
    pub(super) fn body(&mut self, body: &[Stmt], out: &mut Buffer) -> Result<Flow> {
        for stmt in body {
            let flow = self.deeper(|run| run.statement(stmt, out)).map_err(|fault| fault.at(stmt.line))?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, stmt: &Stmt, out: &mut Buffer) -> Result<Flow> {
        self.spend(1)?;
        match &stmt.kind {
            StmtKind::Data(text) => {
                self.spend(text.len() as u64 / 512)?;
                out.push(text)?;
            }
            StmtKind::Print(expr) => {
                let value = self.eval(expr)?;
                self.show(&value, out)?;
            }
            StmtKind::If { branches, other } => {
                for (test, body) in branches {
                    if self.eval(test)?.is_true() {
                        return self.body(body, out);
                    }
                }
                return self.body(other, out);
            }
            StmtKind::For(code) => {
                let iter = self.eval(&code.iter)?;
                self.repeat(code, &iter, 0, self.current, out)?;
            }
            StmtKind::Set(target, expr) => {
                let value = self.eval(expr)?;
                self.set(target, value)?;
            }
            StmtKind::SetBlock(target, filters, body) => {
                let value = self.captured(filters, body)?;
                self.set(target, value)?;
            }
            StmtKind::Macro(code) => {
                let closure = self.closure(code);
                self.assign(&code.name, closure);
            }
            StmtKind::Call(code, call) => {
                let caller = self.closure(code);
                let value = self.call_expr(call, Some(caller))?;
                self.show(&value, out)?;
            }
            StmtKind::Filter(filters, body) => {
                let value = self.captured(filters, body)?;
                self.show(&value, out)?;
            }
            StmtKind::With(values, body) => {
                let values = values.iter().map(|(target, expr)| Ok((target, self.eval(expr)?)));
                let values = values.collect::<Result<Vec<_>>>()?;
                return self.scoped(self.current, |run| {
                    for (target, value) in values {
                        run.set(target, value)?;
                    }
                    run.body(body, out)
                });
            }
            StmtKind::Generation(body) => return self.scoped(self.current, |run| run.body(body, out)),
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn closure(&self, code: &Arc<Macro>) -> Value {
        Value::Macro(Rc::new(Closure { code: code.clone(), scope: self.current }))
    }

    /// The text of a body, through filters.
    fn captured(&mut self, filters: &[Apply], body: &[Stmt]) -> Result<Value> {
        let mut text = Buffer::default();
        self.scoped(self.current, |run| run.body(body, &mut text))?;
        let mut value = text.into();
        for apply in filters {
            let given = self.given(&apply.args)?;
            value = self.filter(&apply.name, value, given)?;
        }
        Ok(value)
    }

    /// A loop over these values, in this scope.
    pub(super) fn repeat(
        &mut self,
        code: &Arc<For>,
        iter: &Value,
        depth: usize,
        scope: usize,
        out: &mut Buffer,
    ) -> Result<()> {
        let mut items = self.iterate(iter)?;
        if let Some(test) = &code.test {
            let mut kept = Vec::new();
            for item in &items.items {
                let is_kept = self.scoped(scope, |run| {
                    run.set(&code.target, item.clone())?;
                    Ok(run.eval(test)?.is_true())
                })?;
                if is_kept {
                    kept.push(item.clone());
                }
            }
            items = Rc::new(List::new(kept)?);
        }
        if items.items.is_empty() {
            return self.scoped(scope, |run| run.body(&code.other, out)).map(drop);
        }
        let changed = self.changed.len();
        self.held.grow(size_of::<Option<Value>>())?;
        self.changed.push(None);
        for index in 0..items.items.len() {
            self.spend(1)?;
            let again = code.recursive.then(|| (code.clone(), scope));
            let state = Loop { items: items.clone(), index, depth, changed, code: again };
            let flow = self.scoped(scope, |run| {
                run.assign(&"loop".into(), Value::Loop(Rc::new(state)));
                run.set(&code.target, items.items[index].clone())?;
                run.body(&code.body, out)
            })?;
            if flow == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn set(&mut self, target: &Target, value: Value) -> Result<()> {
        match target {
            Target::Name(name) => self.assign(name, value),
            Target::Attribute(name, attribute) => match self.lookup(name) {
                Some(Value::Namespace(number)) => {
                    let number = *number;
                    self.set_attribute(number, attribute, value)?;
                }
                _ => return fail(format_args!("`{name}` is no namespace: only those can be assigned attributes")),
            },
            Target::Tuple(targets) => {
                let values = self.iterate(&value)?;
                if values.items.len() != targets.len() {
                    let (given, expected) = (values.items.len(), targets.len());
                    return fail(format_args!("{given} values cannot be assigned to {expected} names"));
                }
                for (target, value) in targets.iter().zip(&values.items) {
                    self.set(target, value.clone())?;
                }
            }
        }
        Ok(())
    }
}
