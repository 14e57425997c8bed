//! Boolean expressions over markers: `dynamic_offsets and not (float64 or empty)`.

use std::fmt;

use crate::nearest;

/// Which tests are wanted, by the markers of the features that they use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerExpr {
    /// The test has this marker.
    Marker(String),
    /// The operand does not hold.
    Not(Box<Self>),
    /// Both operands hold.
    And(Box<Self>, Box<Self>),
    /// At least one operand holds.
    Or(Box<Self>, Box<Self>),
}

/// An expression that cannot be understood; its text shows the place with a caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkerError {
    expression: String,
    /// The column of the fault, in characters from 0.
    column: usize,
    message: String,
}

impl std::error::Error for MarkerError {}

impl fmt::Display for MarkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, column, message } = self;
        // A tab or a line break in the expression would shift the caret.
        let line: String = expression.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        write!(f, "{message}\n  {line}\n  {:column$}^", "")
    }
}

impl MarkerExpr {
    /// Parses an expression of markers, `not`, `and`, `or` (in this order of precedence) and parentheses.
    ///
    /// # Errors
    /// When the text is no such expression, or names a marker that is not among `known`.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, MarkerError> {
        Self::parse_of("marker", text, known)
    }

    /// The same of other names, of which each is a `what`.
    ///
    /// # Errors
    /// When the text is no such expression, or names one that is not among `known`.
    pub(crate) fn parse_of(what: &'static str, text: &str, known: &[&str]) -> Result<Self, MarkerError> {
        let mut parser = Parser { what, text, tokens: tokens(text), at: 0, known };
        if parser.tokens.len() > LONGEST {
            return Err(parser.fault(format!("longer than {LONGEST} words")));
        }
        let expr = parser.or()?;
        match parser.peek() {
            None => Ok(expr),
            Some(token) => Err(parser.fault(format!("expected `and`, `or` or the end, found `{}`", token.text))),
        }
    }

    /// Whether a test with these markers is wanted.
    pub fn matches(&self, markers: &[&str]) -> bool {
        match self {
            Self::Marker(marker) => markers.contains(&marker.as_str()),
            Self::Not(operand) => !operand.matches(markers),
            Self::And(left, right) => left.matches(markers) && right.matches(markers),
            Self::Or(left, right) => left.matches(markers) || right.matches(markers),
        }
    }
}

#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    column: usize,
}

/// Words, and every other character that is not white space on its own.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().enumerate().peekable();
    while let Some((column, (start, c))) = rest.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut end = start + c.len_utf8();
        if is_word(c) {
            while let Some((_, (at, c))) = rest.next_if(|(_, (_, c))| is_word(*c)) {
                end = at + c.len_utf8();
            }
        }
        tokens.push(Token { text: &text[start..end], column });
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

// An expression beyond these limits is a slip, not a wish; without them it would overflow the stack.
const DEEPEST: usize = 64;
const LONGEST: usize = 1_000;

struct Parser<'a> {
    /// What each name is.
    what: &'static str,
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    known: &'a [&'a str],
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text == word);
        self.at += usize::from(found);
        found
    }

    /// A fault at the next token, or behind the last one.
    fn fault(&self, message: String) -> MarkerError {
        let end = self.text.trim_end().chars().count();
        let column = self.peek().map_or(end, |token| token.column);
        MarkerError { expression: self.text.to_owned(), column, message }
    }

    fn or(&mut self) -> Result<MarkerExpr, MarkerError> {
        self.or_within(DEEPEST)
    }

    fn or_within(&mut self, depth: usize) -> Result<MarkerExpr, MarkerError> {
        let mut left = self.and(depth)?;
        while self.take("or") {
            left = MarkerExpr::Or(Box::new(left), Box::new(self.and(depth)?));
        }
        Ok(left)
    }

    fn and(&mut self, depth: usize) -> Result<MarkerExpr, MarkerError> {
        let mut left = self.not(depth)?;
        while self.take("and") {
            left = MarkerExpr::And(Box::new(left), Box::new(self.not(depth)?));
        }
        Ok(left)
    }

    fn not(&mut self, depth: usize) -> Result<MarkerExpr, MarkerError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.fault(format!("nested deeper than {DEEPEST} levels")));
        };
        if self.take("not") {
            return Ok(MarkerExpr::Not(Box::new(self.not(depth)?)));
        }
        if self.take("(") {
            let inner = self.or_within(depth)?;
            if self.take(")") {
                return Ok(inner);
            }
            return Err(self.fault("expected `)`".to_owned()));
        }
        self.marker()
    }

    fn marker(&mut self) -> Result<MarkerExpr, MarkerError> {
        let expected = format!("expected a {}, `not` or `(`", self.what);
        let Some(token) = self.peek() else {
            return Err(self.fault(format!("{expected}, found the end")));
        };
        if matches!(token.text, "and" | "or") || !token.text.chars().all(is_word) {
            return Err(self.fault(format!("{expected}, found `{}`", token.text)));
        }
        if !self.known.contains(&token.text) {
            return Err(self.fault(nearest::unknown(self.what, token.text, self.known)));
        }
        self.at += 1;
        Ok(MarkerExpr::Marker(token.text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["a", "b", "float64"];

    fn wanted(expression: &str, markers: &[&str]) -> bool {
        MarkerExpr::parse(expression, &KNOWN).unwrap().matches(markers)
    }

    #[test]
    fn not_binds_tighter_than_and_tighter_than_or() {
        // Every assignment of three markers, against Rust's own operators.
        for bits in 0..8_u8 {
            let has = |bit: u8| bits & (1 << bit) != 0;
            let markers: Vec<_> = (0..3).filter(|bit| has(*bit)).map(|bit| KNOWN[usize::from(bit)]).collect();
            let (a, b, c) = (has(0), has(1), has(2));
            assert_eq!(wanted("a and not b or float64", &markers), a && !b || c);
            assert_eq!(wanted("a or b and float64", &markers), a || b && c);
            assert_eq!(wanted("not (a or b) and float64", &markers), !(a || b) && c);
            assert_eq!(wanted("not not a", &markers), a);
        }
    }

    #[test]
    fn faults_have_a_caret_under_the_column() {
        for (expression, expected) in [
            (
                "a and flaot64",
                "unknown marker `flaot64`; did you mean `float64`? (known: a, b, float64)\n  a and flaot64\n        ^",
            ),
            ("a and", "expected a marker, `not` or `(`, found the end\n  a and\n       ^"),
            ("", "expected a marker, `not` or `(`, found the end\n  \n  ^"),
            ("(a or b", "expected `)`\n  (a or b\n         ^"),
            ("a b", "expected `and`, `or` or the end, found `b`\n  a b\n    ^"),
            ("a & b", "expected `and`, `or` or the end, found `&`\n  a & b\n    ^"),
            ("or a", "expected a marker, `not` or `(`, found `or`\n  or a\n  ^"),
            ("a or é", "unknown marker `é` (known: a, b, float64)\n  a or é\n       ^"),
        ] {
            assert_eq!(MarkerExpr::parse(expression, &KNOWN).unwrap_err().to_string(), expected);
        }
    }

    /// Every fault as every operand of every operator.
    #[test]
    fn a_fault_is_found_wherever_it_stands() {
        let places = [
            "X",
            "not X",
            "not not X",
            "(X)",
            "((X))",
            "not (X)",
            "X and a",
            "a and X",
            "X or a",
            "a or X",
            "a and not X",
            "a or not X",
            "X and b or a",
            "a and X or b",
            "a and b or X",
            "X or a and b",
            "a or X and b",
            "a or b and X",
            "(X or a) and b",
            "(a or X) and b",
            "a and (X or b)",
            "a and (b or X)",
            "(X and a) or b",
            "(a and X) or b",
            "a or (X and b)",
            "a or (b and X)",
            "not (a and X)",
            "not (X or a)",
            "(a) and (X)",
            "(X) or (a)",
        ];
        let words = "expected a marker, `not` or `(`, found ";
        for (place, (fault, message)) in places.into_iter().flat_map(|place| {
            let faults = [
                ("nope", "unknown marker `nope`"),
                ("A", "unknown marker `A`"),
                ("and", "`and`"),
                ("or", "`or`"),
                (")", "`)`"),
                ("&", "`&`"),
                ("!", "`!`"),
            ];
            faults.map(|fault| (place, fault))
        }) {
            let (column, expression) = (place.find('X').unwrap(), place.replace('X', fault));
            let error = MarkerExpr::parse(&expression, &KNOWN).unwrap_err();
            let begins = if message.starts_with("unknown") { message.to_owned() } else { format!("{words}{message}") };
            assert!(error.message.starts_with(&begins), "{expression}: {error}");
            assert_eq!(error.column, column, "{expression}: {error}");
            // The same with nothing there: what comes instead is no operand.
            assert!(MarkerExpr::parse(&place.replace('X', " "), &KNOWN).is_err(), "{place}");
            // And with something that is right.
            assert!(MarkerExpr::parse(&place.replace('X', "float64"), &KNOWN).is_ok(), "{place}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let deep = format!("{}a", "(".repeat(1_000_000));
        assert!(MarkerExpr::parse(&deep, &KNOWN).is_err());
        let deep = format!("{}a", "not ".repeat(1_000_000));
        assert!(MarkerExpr::parse(&deep, &KNOWN).is_err());
        let deep = format!("{}a", "a and ".repeat(1_000_000));
        assert!(MarkerExpr::parse(&deep, &KNOWN).is_err());
    }
}
