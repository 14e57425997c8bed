//! Statements.

use std::sync::Arc;

use super::Parser;
use crate::jinja::ast::{Apply, Expr, For, Kind, Macro, Stmt, StmtKind, Target};
use crate::jinja::fault::{Fault, Result, fail};
use crate::jinja::lexer::Token;

const TAGS: [&str; 11] =
    ["if", "for", "set", "macro", "call", "filter", "with", "generation", "break", "continue", "raw"];

impl Parser {
    /// Statements up to a block of one of these names, which is left where it is; up to the end without a name.
    pub(super) fn body(&mut self, ends: &[&str]) -> Result<Vec<Stmt>> {
        let mut made = Vec::new();
        loop {
            let line = self.line();
            let kind = match self.token().clone() {
                Token::Data(text) => {
                    self.next();
                    StmtKind::Data(text)
                }
                Token::VariableBegin => {
                    self.next();
                    let printed = self.tuple(Self::expression, |_| false, false)?;
                    if *self.token() != Token::VariableEnd {
                        return self.unexpected("`}}`");
                    }
                    self.next();
                    StmtKind::Print(printed)
                }
                Token::BlockBegin => {
                    self.next();
                    match self.token() {
                        Token::Name(name) if ends.contains(&name.as_str()) => return Ok(made),
                        _ => self.nested(|parser| parser.statement())?,
                    }
                }
                Token::End if ends.is_empty() => return Ok(made),
                _ => return self.unexpected(&format!("`{{% {} %}}`", ends.last().unwrap_or(&""))),
            };
            made.push(Stmt { line, kind });
        }
    }

    /// The body behind a tag, and the name of what ends it, which is passed.
    fn block(&mut self, ends: &[&str]) -> Result<(Vec<Stmt>, Arc<str>)> {
        self.block_end()?;
        let body = self.body(ends)?;
        Ok((body, self.name()?))
    }

    /// A body that only one name ends.
    fn whole(&mut self, end: &str) -> Result<Vec<Stmt>> {
        let (body, _) = self.block(&[end])?;
        self.block_end()?;
        Ok(body)
    }

    fn statement(&mut self) -> Result<StmtKind> {
        let line = self.line();
        let name = self.name()?;
        match &*name {
            "if" => self.branches(),
            "for" => self.repeat(),
            "set" => self.set(),
            "macro" => self.define(),
            "call" => {
                let params = if self.skip_operator("(") { self.params()? } else { Vec::new() };
                let call = self.expression()?;
                if !matches!(call.kind, Kind::Call(..)) {
                    return fail("syntax error: `call` needs a call");
                }
                let body = self.outside_of_loops(|parser| parser.whole("endcall"))?;
                Ok(StmtKind::Call(
                    Arc::new(Macro { name: "caller".into(), params, body, varargs: false, kwargs: false }),
                    call,
                ))
            }
            "filter" => {
                let filters = self.pipeline()?;
                Ok(StmtKind::Filter(filters, self.whole("endfilter")?))
            }
            "with" => {
                let mut values = Vec::new();
                while *self.token() != Token::BlockEnd {
                    if !values.is_empty() {
                        self.operator(",")?;
                    }
                    let target = self.target()?;
                    self.operator("=")?;
                    values.push((target, self.expression()?));
                }
                Ok(StmtKind::With(values, self.whole("endwith")?))
            }
            "generation" => Ok(StmtKind::Generation(self.whole("endgeneration")?)),
            "break" | "continue" if self.loops == 0 => {
                Err(Fault::new(format_args!("syntax error: `{name}` stands outside of a loop")).at(line))
            }
            "break" => self.block_end().map(|()| StmtKind::Break),
            "continue" => self.block_end().map(|()| StmtKind::Continue),
            "extends" | "include" | "import" | "from" | "block" => {
                fail(format_args!("syntax error: `{name}` needs other templates, of which there are none here"))
            }
            other => {
                let nearest = TAGS.iter().min_by_key(|tag| strsim::damerau_levenshtein(tag, other));
                let hint = nearest.filter(|tag| strsim::damerau_levenshtein(tag, other) <= 2);
                let hint = hint.map_or_else(String::new, |tag| format!("; did you mean `{tag}`?"));
                fail(format_args!(
                    "syntax error: the tag `{}` is unknown{hint} (known: {})",
                    crate::text::shown(other),
                    TAGS.join(", ")
                ))
            }
        }
        .map_err(|fault| fault.at(line))
    }

    fn branches(&mut self) -> Result<StmtKind> {
        let mut branches = Vec::new();
        loop {
            let test = self.tuple(Self::or_condition, |_| false, false)?;
            let (body, end) = self.block(&["elif", "else", "endif"])?;
            branches.push((test, body));
            match &*end {
                "elif" => (),
                "else" => {
                    let other = self.whole("endif")?;
                    return Ok(StmtKind::If { branches, other });
                }
                _ => {
                    self.block_end()?;
                    return Ok(StmtKind::If { branches, other: Vec::new() });
                }
            }
        }
    }

    fn or_condition(&mut self) -> Result<Expr> {
        self.nested(Self::or)
    }

    fn repeat(&mut self) -> Result<StmtKind> {
        let target = self.target()?;
        self.keyword("in")?;
        let iter = self.tuple(Self::or_condition, |parser| parser.is_name("recursive"), false)?;
        let test = if self.skip_name("if") { Some(self.expression()?) } else { None };
        let recursive = self.skip_name("recursive");
        self.loops += 1;
        let (body, end) = self.block(&["else", "endfor"])?;
        self.loops -= 1;
        let other = if &*end == "else" {
            self.whole("endfor")?
        } else {
            self.block_end()?;
            Vec::new()
        };
        Ok(StmtKind::For(Arc::new(For { target, iter, test, recursive, body, other })))
    }

    fn set(&mut self) -> Result<StmtKind> {
        let target = self.target()?;
        if self.skip_operator("=") {
            let value = self.tuple(Self::expression, |_| false, false)?;
            self.block_end()?;
            return Ok(StmtKind::Set(target, value));
        }
        let filters = if self.skip_operator("|") { self.pipeline()? } else { Vec::new() };
        Ok(StmtKind::SetBlock(target, filters, self.whole("endset")?))
    }

    /// Filters with `|` between them.
    fn pipeline(&mut self) -> Result<Vec<Apply>> {
        let mut filters = vec![self.apply()?];
        while self.skip_operator("|") {
            filters.push(self.apply()?);
        }
        Ok(filters)
    }

    fn define(&mut self) -> Result<StmtKind> {
        let name = self.name()?;
        self.operator("(")?;
        let params = self.params()?;
        let from = self.at;
        let body = self.outside_of_loops(|parser| parser.whole("endmacro"))?;
        let asks = |word: &str| {
            self.tokens[from..self.at].iter().any(|(token, _)| matches!(token, Token::Name(name) if name == word))
        };
        let (varargs, kwargs) = (asks("varargs"), asks("kwargs"));
        Ok(StmtKind::Macro(Arc::new(Macro { name, params, body, varargs, kwargs })))
    }

    fn outside_of_loops<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let loops = std::mem::take(&mut self.loops);
        let made = parse(self)?;
        self.loops = loops;
        Ok(made)
    }

    /// The parameters behind an open parenthesis.
    fn params(&mut self) -> Result<Vec<(Arc<str>, Option<Expr>)>> {
        let mut params: Vec<(Arc<str>, Option<Expr>)> = Vec::new();
        while !self.is_operator(")") {
            if !params.is_empty() {
                self.operator(",")?;
            }
            let name = self.name()?;
            let default = if self.skip_operator("=") { Some(self.expression()?) } else { None };
            if default.is_none() && params.last().is_some_and(|(_, default)| default.is_some()) {
                return fail(format_args!(
                    "syntax error: the parameter `{name}` needs a default, as the one before it"
                ));
            }
            params.push((name, default));
        }
        self.operator(")")?;
        Ok(params)
    }

    fn target(&mut self) -> Result<Target> {
        let first = self.one_target()?;
        if !self.is_operator(",") {
            return Ok(first);
        }
        let mut targets = vec![first];
        while self.skip_operator(",") {
            if self.is_name("in") || self.is_operator("=") {
                break;
            }
            targets.push(self.one_target()?);
        }
        Ok(Target::Tuple(targets))
    }

    fn one_target(&mut self) -> Result<Target> {
        if self.skip_operator("(") {
            let target = self.nested(Self::target)?;
            self.operator(")")?;
            return Ok(target);
        }
        let name = self.name()?;
        if matches!(&*name, "true" | "True" | "false" | "False" | "none" | "None") {
            return fail(format_args!("syntax error: nothing can be assigned to `{name}`"));
        }
        if self.skip_operator(".") { Ok(Target::Attribute(name, self.name()?)) } else { Ok(Target::Name(name)) }
    }
}
