//! A template that has been parsed.

use std::sync::Arc;

use super::fault::{Fault, Result};
use super::limits;

/// An expression.
#[derive(Debug)]
pub(super) struct Expr {
    pub line: usize,
    /// How many expressions are in one another at most.
    depth: usize,
    pub kind: Kind,
}

/// What an expression is.
#[derive(Debug)]
pub(super) enum Kind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Name(Arc<str>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    Attribute(Box<Expr>, Arc<str>),
    Item(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, [Option<Box<Expr>>; 3]),
    Call(Box<Expr>, Args),
    Filter(Box<Expr>, Apply),
    Test(Box<Expr>, Apply),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Concat(Vec<Expr>),
    Compare(Box<Expr>, Vec<(Compare, Expr)>),
    /// `then if test else other`.
    Condition {
        test: Box<Expr>,
        then: Box<Expr>,
        other: Option<Box<Expr>>,
    },
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub(super) struct Args {
    pub positional: Vec<Expr>,
    pub named: Vec<(Arc<str>, Expr)>,
    /// `*list`.
    pub list: Option<Box<Expr>>,
    /// `**dict`.
    pub dict: Option<Box<Expr>>,
}

/// A filter or a test, with its arguments.
#[derive(Debug)]
pub(super) struct Apply {
    pub name: Arc<str>,
    pub args: Args,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
}

/// What a value is assigned to.
#[derive(Debug)]
pub(super) enum Target {
    Name(Arc<str>),
    Attribute(Arc<str>, Arc<str>),
    Tuple(Vec<Target>),
}

/// A statement.
#[derive(Debug)]
pub(super) struct Stmt {
    pub line: usize,
    pub kind: StmtKind,
}

#[derive(Debug)]
pub(super) enum StmtKind {
    Data(String),
    Print(Expr),
    If {
        branches: Vec<(Expr, Vec<Stmt>)>,
        other: Vec<Stmt>,
    },
    For(Arc<For>),
    Set(Target, Expr),
    SetBlock(Target, Vec<Apply>, Vec<Stmt>),
    Macro(Arc<Macro>),
    /// The macro that the body becomes, and the call that is given it.
    Call(Arc<Macro>, Expr),
    Filter(Vec<Apply>, Vec<Stmt>),
    With(Vec<(Target, Expr)>, Vec<Stmt>),
    /// What an assistant generates: for training alone.
    Generation(Vec<Stmt>),
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct For {
    pub target: Target,
    pub iter: Expr,
    pub test: Option<Expr>,
    pub recursive: bool,
    pub body: Vec<Stmt>,
    pub other: Vec<Stmt>,
}

#[derive(Debug)]
pub(super) struct Macro {
    pub name: Arc<str>,
    pub params: Vec<(Arc<str>, Option<Expr>)>,
    pub body: Vec<Stmt>,
    /// Whether the body asks for `varargs` or `kwargs`, and so takes more than it names.
    pub varargs: bool,
    pub kwargs: bool,
}

impl Kind {
    fn children(&self) -> Vec<&Expr> {
        match self {
            Self::None | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_) | Self::Name(_) => Vec::new(),
            Self::List(items) | Self::Tuple(items) | Self::Concat(items) => items.iter().collect(),
            Self::Dict(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            Self::Attribute(of, _) | Self::Not(of) | Self::Negative(of) | Self::Positive(of) => vec![of],
            Self::Item(a, b) | Self::Binary(_, a, b) | Self::And(a, b) | Self::Or(a, b) => vec![a, b],
            Self::Slice(of, parts) => {
                std::iter::once(&**of).chain(parts.iter().flatten().map(|part| &**part)).collect()
            }
            Self::Call(of, args) => args.children().chain([&**of]).collect(),
            Self::Filter(of, apply) | Self::Test(of, apply) => apply.args.children().chain([&**of]).collect(),
            Self::Compare(first, rest) => std::iter::once(&**first).chain(rest.iter().map(|(_, expr)| expr)).collect(),
            Self::Condition { test, then, other } => [&**test, &**then].into_iter().chain(other.as_deref()).collect(),
        }
    }
}

impl Args {
    fn children(&self) -> impl Iterator<Item = &Expr> {
        let named = self.named.iter().map(|(_, value)| value);
        let spread = self.list.iter().chain(&self.dict).map(|value| &**value);
        self.positional.iter().chain(named).chain(spread)
    }
}

impl Expr {
    pub fn new(line: usize, kind: Kind) -> Result<Self> {
        let depth = 1 + kind.children().into_iter().map(|child| child.depth).max().unwrap_or_default();
        if depth > limits::get().expression {
            return Err(Fault::limit("levels in an expression", depth, limits::get().expression).at(line));
        }
        Ok(Self { line, depth, kind })
    }
}
