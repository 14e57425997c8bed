//! Expressions, by Jinja's own order of precedence.

use super::Parser;
use crate::jinja::ast::{Apply, Args, Binary, Compare, Expr, Kind};
use crate::jinja::fault::{Result, fail};
use crate::jinja::lexer::Token;

impl Parser {
    pub(super) fn expression(&mut self) -> Result<Expr> {
        self.nested(Self::condition)
    }

    fn condition(&mut self) -> Result<Expr> {
        let line = self.line();
        let mut then = self.or()?;
        while self.skip_name("if") {
            let test = Box::new(self.or()?);
            let other = if self.skip_name("else") { Some(Box::new(self.nested(Self::condition)?)) } else { None };
            then = Expr::new(line, Kind::Condition { test, then: Box::new(then), other })?;
        }
        Ok(then)
    }

    pub(super) fn or(&mut self) -> Result<Expr> {
        let line = self.line();
        let mut left = self.and()?;
        while self.skip_name("or") {
            left = Expr::new(line, Kind::Or(Box::new(left), Box::new(self.and()?)))?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr> {
        let line = self.line();
        let mut left = self.not()?;
        while self.skip_name("and") {
            left = Expr::new(line, Kind::And(Box::new(left), Box::new(self.not()?)))?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expr> {
        let line = self.line();
        if self.skip_name("not") {
            let of = self.nested(Self::not)?;
            return Expr::new(line, Kind::Not(Box::new(of)));
        }
        self.compare()
    }

    fn compare(&mut self) -> Result<Expr> {
        let line = self.line();
        let first = self.sum()?;
        let mut rest = Vec::new();
        loop {
            let operator = match self.token() {
                Token::Operator("==") => Compare::Eq,
                Token::Operator("!=") => Compare::Ne,
                Token::Operator("<") => Compare::Lt,
                Token::Operator("<=") => Compare::Le,
                Token::Operator(">") => Compare::Gt,
                Token::Operator(">=") => Compare::Ge,
                Token::Name(name) if name == "in" => Compare::In,
                Token::Name(name) if name == "not" && self.follows_in() => {
                    self.next();
                    Compare::NotIn
                }
                _ => break,
            };
            self.next();
            rest.push((operator, self.sum()?));
        }
        if rest.is_empty() { Ok(first) } else { Expr::new(line, Kind::Compare(Box::new(first), rest)) }
    }

    fn follows_in(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((Token::Name(name), _)) if name == "in")
    }

    fn sum(&mut self) -> Result<Expr> {
        self.chain(Self::concat, &[("+", Binary::Add), ("-", Binary::Sub)])
    }

    fn concat(&mut self) -> Result<Expr> {
        let line = self.line();
        let first = self.product()?;
        if !self.is_operator("~") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.skip_operator("~") {
            parts.push(self.product()?);
        }
        Expr::new(line, Kind::Concat(parts))
    }

    fn product(&mut self) -> Result<Expr> {
        let operators = [("*", Binary::Mul), ("/", Binary::Div), ("//", Binary::FloorDiv), ("%", Binary::Mod)];
        self.chain(Self::power, &operators)
    }

    fn power(&mut self) -> Result<Expr> {
        self.chain(|parser| parser.unary(true), &[("**", Binary::Pow)])
    }

    fn chain(&mut self, operand: impl Fn(&mut Self) -> Result<Expr>, operators: &[(&str, Binary)]) -> Result<Expr> {
        let line = self.line();
        let mut left = operand(self)?;
        while let Some(&(_, operator)) = operators.iter().find(|(text, _)| self.is_operator(text)) {
            self.next();
            left = Expr::new(line, Kind::Binary(operator, Box::new(left), Box::new(operand(self)?)))?;
        }
        Ok(left)
    }

    fn unary(&mut self, with_filters: bool) -> Result<Expr> {
        let line = self.line();
        let made = if self.skip_operator("-") {
            let of = self.nested(|parser| parser.unary(false))?;
            Expr::new(line, Kind::Negative(Box::new(of)))?
        } else if self.skip_operator("+") {
            let of = self.nested(|parser| parser.unary(false))?;
            Expr::new(line, Kind::Positive(Box::new(of)))?
        } else {
            self.primary()?
        };
        let made = self.postfix(made)?;
        if with_filters { self.filters(made) } else { Ok(made) }
    }

    fn primary(&mut self) -> Result<Expr> {
        let line = self.line();
        let kind = match self.token().clone() {
            Token::Name(name) => {
                self.next();
                match name.as_str() {
                    "true" | "True" => Kind::Bool(true),
                    "false" | "False" => Kind::Bool(false),
                    "none" | "None" => Kind::None,
                    _ => Kind::Name(name.into()),
                }
            }
            Token::Text(mut text) => {
                self.next();
                while let Token::Text(more) = self.token() {
                    text.push_str(more);
                    self.next();
                }
                Kind::Text(text.into())
            }
            Token::Int(number) => {
                self.next();
                Kind::Int(number)
            }
            Token::Float(number) => {
                self.next();
                Kind::Float(number)
            }
            Token::Operator("(") => {
                self.next();
                let made = self.tuple(Self::expression, |parser| parser.is_operator(")"), true)?;
                self.operator(")")?;
                return Ok(made);
            }
            Token::Operator("[") => {
                self.next();
                Kind::List(self.items("]")?)
            }
            Token::Operator("{") => {
                self.next();
                self.dict()?
            }
            _ => return self.unexpected("an expression"),
        };
        Expr::new(line, kind)
    }

    /// Expressions with commas between them, which are a tuple when there is a comma.
    pub(super) fn tuple(
        &mut self,
        item: impl Fn(&mut Self) -> Result<Expr>,
        ends: impl Fn(&Self) -> bool,
        may_be_empty: bool,
    ) -> Result<Expr> {
        let line = self.line();
        let mut items = Vec::new();
        let mut is_tuple = false;
        let over =
            |parser: &Self| matches!(parser.token(), Token::VariableEnd | Token::BlockEnd | Token::End) || ends(parser);
        loop {
            if !items.is_empty() && !is_tuple || over(self) {
                break;
            }
            items.push(item(self)?);
            if self.is_operator(",") {
                is_tuple = true;
                self.next();
            } else {
                break;
            }
        }
        match items.pop() {
            Some(only) if !is_tuple => Ok(only),
            Some(last) => {
                items.push(last);
                Expr::new(line, Kind::Tuple(items))
            }
            None if may_be_empty => Expr::new(line, Kind::Tuple(items)),
            None => self.unexpected("an expression"),
        }
    }

    fn items(&mut self, end: &str) -> Result<Vec<Expr>> {
        let mut items = Vec::new();
        while !self.is_operator(end) {
            if !items.is_empty() {
                self.operator(",")?;
                if self.is_operator(end) {
                    break;
                }
            }
            items.push(self.expression()?);
        }
        self.operator(end)?;
        Ok(items)
    }

    fn dict(&mut self) -> Result<Kind> {
        let mut entries = Vec::new();
        while !self.is_operator("}") {
            if !entries.is_empty() {
                self.operator(",")?;
                if self.is_operator("}") {
                    break;
                }
            }
            let key = self.expression()?;
            self.operator(":")?;
            entries.push((key, self.expression()?));
        }
        self.operator("}")?;
        Ok(Kind::Dict(entries))
    }

    fn postfix(&mut self, mut made: Expr) -> Result<Expr> {
        loop {
            let line = self.line();
            let kind = if self.skip_operator(".") {
                self.attribute(made)?
            } else if self.skip_operator("[") {
                self.subscript(made)?
            } else if self.skip_operator("(") {
                Kind::Call(Box::new(made), self.args()?)
            } else {
                return Ok(made);
            };
            made = Expr::new(line, kind)?;
        }
    }

    fn attribute(&mut self, of: Expr) -> Result<Kind> {
        let line = self.line();
        if let Token::Int(index) = *self.token() {
            self.next();
            return Ok(Kind::Item(Box::new(of), Box::new(Expr::new(line, Kind::Int(index))?)));
        }
        Ok(Kind::Attribute(Box::new(of), self.name()?))
    }

    fn subscript(&mut self, of: Expr) -> Result<Kind> {
        let mut parts = [None, None, None];
        let mut at = 0;
        let mut colons = 0;
        while !self.is_operator("]") {
            if self.skip_operator(":") {
                (at, colons) = (at + 1, colons + 1);
                if colons > 2 {
                    return self.unexpected("`]`");
                }
                continue;
            }
            if parts[at].is_some() {
                return self.unexpected("`]`");
            }
            parts[at] = Some(Box::new(self.expression()?));
        }
        self.operator("]")?;
        match (colons, parts) {
            (0, [Some(index), None, None]) => Ok(Kind::Item(Box::new(of), index)),
            (0, _) => self.unexpected("an index"),
            (_, parts) => Ok(Kind::Slice(Box::new(of), parts)),
        }
    }

    pub(super) fn filters(&mut self, mut made: Expr) -> Result<Expr> {
        loop {
            let line = self.line();
            let kind = if self.skip_operator("|") {
                Kind::Filter(Box::new(made), self.apply()?)
            } else if self.skip_name("is") {
                let negated = self.skip_name("not");
                let test = Kind::Test(Box::new(made), self.test()?);
                if negated { Kind::Not(Box::new(Expr::new(line, test)?)) } else { test }
            } else if self.skip_operator("(") {
                Kind::Call(Box::new(made), self.args()?)
            } else {
                return Ok(made);
            };
            made = Expr::new(line, kind)?;
        }
    }

    /// A filter behind its `|`.
    pub(super) fn apply(&mut self) -> Result<Apply> {
        let name = self.dotted()?;
        let args = if self.skip_operator("(") { self.args()? } else { Args::default() };
        Ok(Apply { name, args })
    }

    fn dotted(&mut self) -> Result<std::sync::Arc<str>> {
        let mut name = self.name()?;
        while self.skip_operator(".") {
            name = format!("{name}.{}", self.name()?).into();
        }
        Ok(name)
    }

    fn test(&mut self) -> Result<Apply> {
        let name = self.dotted()?;
        if self.skip_operator("(") {
            return Ok(Apply { name, args: self.args()? });
        }
        let has_argument = match self.token() {
            Token::Name(word) if word == "is" => return fail("tests with `is` cannot be chained"),
            Token::Name(word) => !matches!(word.as_str(), "else" | "or" | "and"),
            Token::Text(_) | Token::Int(_) | Token::Float(_) | Token::Operator("[" | "{") => true,
            _ => false,
        };
        let mut args = Args::default();
        if has_argument {
            let argument = self.primary()?;
            args.positional.push(self.postfix(argument)?);
        }
        Ok(Apply { name, args })
    }

    /// The arguments behind an open parenthesis.
    pub(super) fn args(&mut self) -> Result<Args> {
        let mut args = Args::default();
        let mut first = true;
        while !self.is_operator(")") {
            if !first {
                self.operator(",")?;
                if self.is_operator(")") {
                    break;
                }
            }
            first = false;
            if self.skip_operator("**") {
                args.dict = Some(Box::new(self.expression()?));
            } else if self.skip_operator("*") {
                args.list = Some(Box::new(self.expression()?));
            } else if self.is_keyword() {
                let name = self.name()?;
                self.operator("=")?;
                args.named.push((name, self.expression()?));
            } else if args.named.is_empty() && args.dict.is_none() {
                args.positional.push(self.expression()?);
            } else {
                return self.unexpected("an argument with its name");
            }
        }
        self.operator(")")?;
        Ok(args)
    }

    fn is_keyword(&self) -> bool {
        matches!(self.tokens.get(self.at..self.at + 2), Some([(Token::Name(_), _), (Token::Operator("="), _)]))
    }
}
