//! Calls of the language's own functions.

use super::{At, Lower, Lowered, Lowering};
use crate::rules::mistake::{Mistake, Span};
use crate::rules::names::did_you_mean;
use crate::rules::program::{Arithmetic, Bits, Op, Operand};
use crate::rules::tree::{Argument, Expr, Kind, Operator};

/// How a function is written.
pub(super) fn usage(name: &str) -> &'static str {
    match name {
        "abs" => "abs(x)",
        "max" => "max(a, b)",
        "min" => "min(a, b)",
        "if" => "if(condition, a, b)",
        "crosses_above" => "crosses_above(a, b)",
        "crosses_below" => "crosses_below(a, b)",
        "highest" => "highest(high, 20)",
        "lowest" => "lowest(low, 20)",
        "bars_since" => "bars_since(condition)",
        "value_when" => "value_when(condition, x)",
        _ => "tf(15m, close)",
    }
}

impl Lowering<'_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[Argument], span: Span, at: At) -> Lower<Lowered> {
        let wrong = || Mistake::new(span, format!("write `{}`", usage(name)));
        let plain = || -> Lower<Vec<&Expr>> {
            if arguments.iter().any(|a| a.name.is_some()) {
                return Err(Mistake::new(
                    span,
                    format!("`{name}` takes its arguments without names; write `{}`", usage(name)),
                ));
            }
            Ok(arguments.iter().map(|a| &a.value).collect())
        };
        let number = |operand: Lower<Operand>| operand.map(Lowered::Number);
        match name {
            "abs" => match plain()?.as_slice() {
                [x] => {
                    let x = self.number(x, at)?;
                    number(self.arithmetic(Arithmetic::Absolute, x, Operand::Constant(0.0), at, span))
                }
                _ => Err(wrong()),
            },
            "max" | "min" => match plain()?.as_slice() {
                [first, rest @ ..] if !rest.is_empty() => {
                    let how = if name == "max" { Arithmetic::Greatest } else { Arithmetic::Least };
                    let mut result = self.number(first, at)?;
                    for next in rest {
                        let next = self.number(next, at)?;
                        result = self.arithmetic(how, result, next, at, span)?;
                    }
                    number(Ok(result))
                }
                _ => Err(wrong()),
            },
            "if" => match plain()?.as_slice() {
                [condition, then, otherwise] => self.choose(condition, then, otherwise, span, at),
                _ => Err(wrong()),
            },
            "crosses_above" | "crosses_below" => match plain()?.as_slice() {
                [a, b] => {
                    let (a, b) = (self.number(a, at)?, self.number(b, at)?);
                    let operator = if name == "crosses_above" { Operator::Above } else { Operator::Below };
                    let (beyond, short_of) = self.compare(operator, a, b, at, span)?;
                    let was_short = self.lag_bits(short_of, 1, span, at)?;
                    let was_beyond = self.lag_bits(beyond, 1, span, at)?;
                    let yes = self.all(at, vec![beyond, was_short])?;
                    Ok(Lowered::Truth { yes, no: self.any(at, vec![short_of, was_beyond])? })
                }
                _ => Err(wrong()),
            },
            "highest" | "lowest" => match plain()?.as_slice() {
                [x, bars] => self.extreme(name == "highest", x, bars, span, at),
                _ => Err(wrong()),
            },
            "bars_since" => match plain()?.as_slice() {
                [condition] => {
                    let (yes, _) = self.truth(condition, at)?;
                    let warm = self.stages[at].warm_up_of_bits(yes);
                    number(self.push(at, Op::BarsSince(yes), warm, span))
                }
                _ => Err(wrong()),
            },
            "value_when" => match plain()?.as_slice() {
                [condition, x] => {
                    let (yes, _) = self.truth(condition, at)?;
                    let x = self.number(x, at)?;
                    let warm = self.stages[at].warm_up_of_bits(yes).max(self.stages[at].warm_up_of(x));
                    number(self.push(at, Op::ValueWhen(yes, x), warm, span))
                }
                _ => Err(wrong()),
            },
            "tf" => match plain()?.as_slice() {
                [timeframe, of] => self.longer(timeframe, of, span, at),
                _ => Err(wrong()),
            },
            _ => self.indicator(name, arguments, span, at),
        }
    }

    fn choose(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        span: Span,
        at: At,
    ) -> Lower<Lowered> {
        let (yes, no) = self.truth(condition, at)?;
        let (a, b) = (self.lower(then, at)?, self.lower(otherwise, at)?);
        match (a, b) {
            (Lowered::Truth { yes: a, no: not_a }, Lowered::Truth { yes: b, no: not_b }) => {
                let mut either = |a: Bits, b: Bits| {
                    let (a, b) = (self.all(at, vec![yes, a])?, self.all(at, vec![no, b])?);
                    self.any(at, vec![a, b])
                };
                Ok(Lowered::Truth { yes: either(a, b)?, no: either(not_a, not_b)? })
            }
            (Lowered::Truth { .. }, other) | (other, Lowered::Truth { .. }) => Err(Mistake::new(
                span,
                format!("`if` gives either a condition or {}; make both alike", other.kind()),
            )),
            _ => {
                let (then, otherwise) = (self.number(then, at)?, self.number(otherwise, at)?);
                match (yes, no) {
                    (Bits::Constant(true), _) => return Ok(Lowered::Number(then)),
                    (_, Bits::Constant(true)) => return Ok(Lowered::Number(otherwise)),
                    _ => {}
                }
                let stage = &self.stages[at];
                let of_values = stage.warm_up_of(then).max(stage.warm_up_of(otherwise));
                let warm = of_values.max(stage.warm_up_of_bits(yes));
                self.push(at, Op::Choose { yes, no, then, otherwise }, warm, span).map(Lowered::Number)
            }
        }
    }

    fn longer(&mut self, timeframe: &Expr, of: &Expr, span: Span, at: At) -> Lower<Lowered> {
        let Kind::Timeframe(length) = timeframe.kind else {
            let reason = "the first word of `tf` is a timeframe, for example 15m, 1h or 1d";
            return Err(Mistake::new(timeframe.at, reason));
        };
        if at != 0 {
            return Err(Mistake::new(span, "a timeframe within a timeframe; use `tf` once"));
        }
        let longer = self.stage_of(length, timeframe.at)?;
        let lowered = self.lower(of, longer)?;
        let tag = (longer - 1) as u8;
        let mut sample = |of: Operand| match of {
            Operand::Constant(_) => Ok(of),
            _ => self.push(0, Op::Sample { timeframe: tag, of }, 0, span),
        };
        Ok(match lowered {
            Lowered::Number(a) => Lowered::Number(sample(a)?),
            Lowered::Time(a) => Lowered::Time(sample(a)?),
            Lowered::Weekday(a) => Lowered::Weekday(sample(a)?),
            Lowered::Several { of, values } => {
                let sampled = |(name, a): (String, Operand)| Ok((name, sample(a)?));
                Lowered::Several { of, values: values.into_iter().map(sampled).collect::<Lower<_>>()? }
            }
            Lowered::Truth { yes, no } => {
                let mut sample = |of: Bits| match of {
                    Bits::Constant(_) => Ok(of),
                    Bits::Register(_) => {
                        let op = Op::SampleBits { timeframe: tag, of };
                        self.push_registers(0, op, 0, span).map(Bits::Register)
                    }
                };
                Lowered::Truth { yes: sample(yes)?, no: sample(no)? }
            }
            Lowered::Timeframe => {
                return Err(Mistake::new(of.at, "expected something to watch, found a timeframe"));
            }
        })
    }

    pub(super) fn output(&mut self, of: &Expr, output: &str, span: Span, at: At) -> Lower<Lowered> {
        match self.lower(of, at)? {
            Lowered::Several { of: name, values } => {
                if let Some((_, operand)) = values.iter().find(|(known, _)| known == output) {
                    return Ok(Lowered::Number(*operand));
                }
                let names: Vec<String> = values.iter().map(|(name, _)| format!(".{name}")).collect();
                let hint = match did_you_mean(output, values.iter().map(|(name, _)| name.as_str())) {
                    hint if hint.is_empty() => format!("; it has {}", names.join(", ")),
                    hint => hint,
                };
                Err(Mistake::new(span, format!("`{name}` has no value `{output}`{hint}")))
            }
            other => Err(Mistake::new(span, format!("{} has no parts; leave `.{output}` out", other.kind()))),
        }
    }
}
