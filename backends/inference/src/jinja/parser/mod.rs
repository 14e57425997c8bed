//! Tokens to a template.

mod expression;
mod statement;

use std::sync::Arc;

use super::ast::Stmt;
use super::fault::{Fault, Result};
use super::lexer::{Token, tokens};
use super::limits;

/// Parses a template.
pub(super) fn parse(source: &str) -> Result<Vec<Stmt>> {
    let mut parser = Parser { tokens: tokens(source)?, at: 0, nesting: 0, loops: 0 };
    parser.body(&[]).map_err(|fault| fault.at(parser.line()))
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    nesting: usize,
    /// How many loops are around a statement.
    loops: usize,
}

impl Parser {
    fn token(&self) -> &Token {
        // The last one is `End`, behind which nothing goes.
        &self.tokens[self.at].0
    }

    fn line(&self) -> usize {
        self.tokens[self.at].1
    }

    fn next(&mut self) -> Token {
        let token = self.token().clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn is_operator(&self, operator: &str) -> bool {
        matches!(self.token(), Token::Operator(found) if *found == operator)
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(self.token(), Token::Name(found) if found == name)
    }

    fn skip_operator(&mut self, operator: &str) -> bool {
        let is = self.is_operator(operator);
        if is {
            self.next();
        }
        is
    }

    fn skip_name(&mut self, name: &str) -> bool {
        let is = self.is_name(name);
        if is {
            self.next();
        }
        is
    }

    fn unexpected<T>(&self, expected: &str) -> Result<T> {
        let found = match self.token() {
            Token::Data(_) | Token::End => "the end of the template".to_owned(),
            Token::BlockBegin | Token::VariableBegin => "a tag".to_owned(),
            Token::BlockEnd => "`%}`".to_owned(),
            Token::VariableEnd => "`}}`".to_owned(),
            Token::Name(name) => format!("`{name}`"),
            Token::Text(text) => format!("the text {text:?}"),
            Token::Int(number) => format!("`{number}`"),
            Token::Float(number) => format!("`{number}`"),
            Token::Operator(operator) => format!("`{operator}`"),
        };
        Err(Fault::new(format_args!("syntax error: unexpected {found}, {expected} was expected")).at(self.line()))
    }

    fn operator(&mut self, operator: &str) -> Result<()> {
        if self.skip_operator(operator) { Ok(()) } else { self.unexpected(&format!("`{operator}`")) }
    }

    fn keyword(&mut self, name: &str) -> Result<()> {
        if self.skip_name(name) { Ok(()) } else { self.unexpected(&format!("`{name}`")) }
    }

    fn name(&mut self) -> Result<Arc<str>> {
        match self.token() {
            Token::Name(name) => {
                let name = name.as_str().into();
                self.next();
                Ok(name)
            }
            _ => self.unexpected("a name"),
        }
    }

    fn block_end(&mut self) -> Result<()> {
        if *self.token() != Token::BlockEnd {
            return self.unexpected("`%}`");
        }
        self.next();
        Ok(())
    }

    /// Parses what is in something else.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.nesting += 1;
        if self.nesting > limits::get().nesting {
            return Err(Fault::limit("levels of nesting", self.nesting, limits::get().nesting).at(self.line()));
        }
        let made = parse(self)?;
        self.nesting -= 1;
        Ok(made)
    }
}
