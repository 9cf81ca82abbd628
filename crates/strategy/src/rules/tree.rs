//! A rule file as it is written: names not yet looked up, types not yet checked.

use domain::Timeframe;
use domain::time::MinuteOfDay;

use super::mistake::Span;
use crate::Value;

/// An expression. Two are equal if they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: Kind,
    pub at: Span,
    /// How deep it nests; a name or number is 1.
    pub height: u16,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// Finite, not negative: a minus is an operator.
    Number(f64),
    Time(MinuteOfDay),
    Timeframe(Timeframe),
    Truth(bool),
    Name(String),
    Call {
        name: String,
        arguments: Vec<Argument>,
    },
    /// One of an indicator's several values.
    Output {
        of: Box<Expr>,
        output: String,
    },
    /// The value some bars ago.
    Previous {
        of: Box<Expr>,
        bars: Box<Expr>,
    },
    Negative(Box<Expr>),
    Not(Box<Expr>),
    Binary {
        operator: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// At least two.
    All(Vec<Expr>),
    /// At least two.
    Any(Vec<Expr>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct Argument {
    /// `period` in `sma(close, period = 20)`.
    pub name: Option<String>,
    pub value: Expr,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Above,
    Below,
    AtLeast,
    AtMost,
    Equal,
    Differs,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        self.kind == other.kind
    }
}

/// Expressions that nest deeper are refused: nobody reads them, and reading them takes stack.
pub(super) const MAX_HEIGHT: u16 = 64;

impl Expr {
    pub(super) fn new(kind: Kind, at: Span) -> Expr {
        let height = 1 + children(&kind).map(|child| child.height).max().unwrap_or(0);
        Expr { kind, at, height }
    }

    /// Adds every plain name within.
    pub(super) fn names<'e>(&'e self, names: &mut Vec<&'e str>) {
        if let Kind::Name(name) = &self.kind {
            names.push(name);
        }
        for child in children(&self.kind) {
            child.names(names);
        }
    }
}

fn children(kind: &Kind) -> Box<dyn Iterator<Item = &Expr> + '_> {
    use std::iter::{empty, once};
    match kind {
        Kind::Number(_) | Kind::Time(_) | Kind::Timeframe(_) | Kind::Truth(_) | Kind::Name(_) => {
            Box::new(empty())
        }
        Kind::Call { arguments, .. } => Box::new(arguments.iter().map(|a| &a.value)),
        Kind::Output { of, .. } | Kind::Negative(of) | Kind::Not(of) => Box::new(once(&**of)),
        Kind::Previous { of, bars } => Box::new(once(&**of).chain(once(&**bars))),
        Kind::Binary { left, right, .. } => Box::new(once(&**left).chain(once(&**right))),
        Kind::All(parts) | Kind::Any(parts) => Box::new(parts.iter()),
    }
}

impl Operator {
    pub(super) const ALL: [Operator; 10] = [
        Operator::Add,
        Operator::Subtract,
        Operator::Multiply,
        Operator::Divide,
        Operator::Above,
        Operator::Below,
        Operator::AtLeast,
        Operator::AtMost,
        Operator::Equal,
        Operator::Differs,
    ];

    pub const fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Above => ">",
            Operator::Below => "<",
            Operator::AtLeast => ">=",
            Operator::AtMost => "<=",
            Operator::Equal => "==",
            Operator::Differs => "!=",
        }
    }

    pub(super) const fn compares(self) -> bool {
        !matches!(self, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
    }
}

/// A whole file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct File {
    pub name: String,
    pub doc: String,
    pub parameters: Vec<ParameterLine>,
    /// What must hold among the parameters.
    pub require: Vec<Expr>,
    /// Named expressions, in the order of the file.
    pub lets: Vec<(Word, Expr)>,
    pub long: Side,
    pub short: Side,
    pub stop: Option<Distance>,
    pub target: Option<Distance>,
    pub trail: Option<Distance>,
    pub size: Option<Size>,
    pub entries: Entries,
    pub square_off: Option<MinuteOfDay>,
}

/// A name and where it is given.
#[derive(Clone, Debug, Default)]
pub struct Word {
    pub text: String,
    pub at: Span,
}

impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.text == other.text
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct ParameterLine {
    pub name: Word,
    pub default: Value,
    pub min: Value,
    pub max: Value,
    pub doc: String,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Side {
    pub enter: Option<Expr>,
    pub exit: Option<Expr>,
}

/// How far away a protective price is.
#[derive(Clone, PartialEq, Debug)]
pub enum Distance {
    /// A constant: percent of the price.
    Percent(Expr),
    /// A constant: rupees.
    Points(Expr),
    /// A constant: average true ranges (14).
    Atr(Expr),
    /// Rupees, found anew at each decision.
    Rupees(Expr),
}

impl Distance {
    pub(super) const fn expr(&self) -> &Expr {
        match self {
            Distance::Percent(e) | Distance::Points(e) | Distance::Atr(e) | Distance::Rupees(e) => e,
        }
    }

    /// The word before the `=`, if it is a constant.
    pub(super) const fn unit(&self) -> Option<&'static str> {
        match self {
            Distance::Percent(_) => Some("pct"),
            Distance::Points(_) => Some("points"),
            Distance::Atr(_) => Some("atr"),
            Distance::Rupees(_) => None,
        }
    }
}

/// How much an entry is for; all constants.
#[derive(Clone, PartialEq, Debug)]
pub enum Size {
    /// Units.
    Quantity(Expr),
    /// Percent of equity.
    Percent(Expr),
    /// Percent of equity lost at the stop.
    Risk(Expr),
    /// Target annual volatility in percent.
    Volatility(Expr),
}

impl Size {
    pub(super) const fn key_and_expr(&self) -> (&'static str, &Expr) {
        match self {
            Size::Quantity(e) => ("quantity", e),
            Size::Percent(e) => ("percent", e),
            Size::Risk(e) => ("risk", e),
            Size::Volatility(e) => ("volatility", e),
        }
    }
}

/// When may be entered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entries {
    /// Moments of decision, both ends included; none given: always.
    pub times: Vec<(MinuteOfDay, MinuteOfDay)>,
    /// Monday is 0; none given: every day.
    pub days: Vec<u8>,
    pub max_a_day: Option<u32>,
    /// Minutes after a losing trade in which nothing is entered.
    pub minutes_after_loss: Option<u32>,
}

pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
