//! The text form of an expression, with no more parentheses than it needs.

use std::fmt::{self, Display, Formatter};

use super::tree::{Distance, Expr, Kind, Operator};

/// How tightly an expression binds; see the grammar in `parse`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Any,
    All,
    Not,
    Comparison,
    Sum,
    Product,
    Negative,
    Postfix,
}

impl Binding {
    fn of(kind: &Kind) -> Binding {
        match kind {
            Kind::Any(_) => Binding::Any,
            Kind::All(_) => Binding::All,
            Kind::Not(_) => Binding::Not,
            Kind::Binary { operator: Operator::Add | Operator::Subtract, .. } => Binding::Sum,
            Kind::Binary { operator: Operator::Multiply | Operator::Divide, .. } => Binding::Product,
            Kind::Binary { .. } => Binding::Comparison,
            Kind::Negative(_) => Binding::Negative,
            _ => Binding::Postfix,
        }
    }
}

/// An expression where at least `least` must bind.
struct At<'a>(&'a Expr, Binding);

impl Display for At<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if Binding::of(&self.0.kind) < self.1 { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut Formatter<'_>, parts: &[Expr], word: &str, least: Binding| {
            for (i, part) in parts.iter().enumerate() {
                let before = if i > 0 { word } else { "" };
                write!(f, "{before}{}", At(part, least))?;
            }
            Ok(())
        };
        match &self.kind {
            Kind::Number(x) => write!(f, "{}", Number(*x)),
            Kind::Time(time) => write!(f, "{time}"),
            Kind::Timeframe(timeframe) => write!(f, "{timeframe}"),
            Kind::Truth(truth) => write!(f, "{truth}"),
            Kind::Name(name) => f.write_str(name),
            Kind::Call { name, arguments } => {
                write!(f, "{name}(")?;
                for (i, argument) in arguments.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    if let Some(name) = &argument.name {
                        write!(f, "{name} = ")?;
                    }
                    write!(f, "{}", argument.value)?;
                }
                f.write_str(")")
            }
            Kind::Output { of, output } => {
                // A number keeps its own point to itself.
                let number = matches!(of.kind, Kind::Number(_));
                if number {
                    write!(f, "({of}).{output}")
                } else {
                    write!(f, "{}.{output}", At(of, Binding::Postfix))
                }
            }
            Kind::Previous { of, bars } => write!(f, "{}[{bars}]", At(of, Binding::Postfix)),
            Kind::Negative(of) => write!(f, "-{}", At(of, Binding::Negative)),
            Kind::Not(of) => write!(f, "not {}", At(of, Binding::Not)),
            Kind::Binary { operator, left, right } => {
                let (on_left, on_right) = match Binding::of(&self.kind) {
                    Binding::Sum => (Binding::Sum, Binding::Product),
                    Binding::Product => (Binding::Product, Binding::Negative),
                    _ => (Binding::Sum, Binding::Sum),
                };
                write!(f, "{} {} {}", At(left, on_left), operator.sign(), At(right, on_right))
            }
            Kind::All(parts) => joined(f, parts, " and ", Binding::Not),
            Kind::Any(parts) => joined(f, parts, " or ", Binding::All),
        }
    }
}

impl Display for Distance {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.unit() {
            Some(unit) => write!(f, "{unit} = {}", self.expr()),
            None => write!(f, "{}", self.expr()),
        }
    }
}

/// A number so that it reads as the same one.
pub(super) struct Number(pub f64);

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || (1e-6..1e15).contains(&size) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}
