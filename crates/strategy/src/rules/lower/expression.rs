//! Expressions: names looked up, types checked.

use indicators::catalogue::{Input, find};

use super::{At, Lower, Lowered, Lowering, MAX_LAG, call};
use crate::rules::mistake::{Mistake, Span};
use crate::rules::names::{FUNCTIONS, hint};
use crate::rules::program::{Arithmetic, Bits, Clock, Op, Operand, SessionValue};
use crate::rules::tree::{DAYS, Expr, Kind, Operator};

impl Lowering<'_> {
    pub(super) fn yes(&mut self, expr: &Expr) -> Lower<Bits> {
        self.truth(expr, 0).map(|(yes, _)| yes)
    }

    pub(super) fn truth(&mut self, expr: &Expr, at: At) -> Lower<(Bits, Bits)> {
        match self.lower(expr, at)? {
            Lowered::Truth { yes, no } => Ok((yes, no)),
            Lowered::Number(_) => {
                let reason = "expected a condition, found a number; compare it, for example with `> 0`";
                Err(Mistake::new(expr.at, reason))
            }
            other => Err(Mistake::new(expr.at, format!("expected a condition, found {}", other.kind()))),
        }
    }

    pub(super) fn number(&mut self, expr: &Expr, at: At) -> Lower<Operand> {
        match self.lower(expr, at)? {
            Lowered::Number(operand) => Ok(operand),
            Lowered::Several { of, values } => {
                let names: Vec<String> = values.iter().map(|(name, _)| format!(".{name}")).collect();
                Err(Mistake::new(
                    expr.at,
                    format!("`{of}` has several values; add one of {}", names.join(", ")),
                ))
            }
            other => Err(Mistake::new(expr.at, format!("expected a number, found {}", other.kind()))),
        }
    }

    pub(super) fn lower(&mut self, expr: &Expr, at: At) -> Lower<Lowered> {
        match &expr.kind {
            Kind::Number(x) => Ok(Lowered::Number(Operand::Constant(*x))),
            Kind::Time(time) => Ok(Lowered::Time(Operand::Constant(f64::from(time.minutes())))),
            Kind::Timeframe(_) => Ok(Lowered::Timeframe),
            Kind::Truth(truth) => {
                Ok(Lowered::Truth { yes: Bits::Constant(*truth), no: Bits::Constant(!truth) })
            }
            Kind::Name(name) => self.name(name, expr.at, at),
            Kind::Call { name, arguments } => self.call(name, arguments, expr.at, at),
            Kind::Output { of, output } => self.output(of, output, expr.at, at),
            Kind::Previous { of, bars } => {
                let lowered = self.lower(of, at)?;
                let count = self.number(bars, at)?;
                let Operand::Constant(count) = count else {
                    return Err(Mistake::new(bars.at, "how many bars ago must be the same at every bar"));
                };
                if count.fract() != 0.0 || !(0.0..=MAX_LAG).contains(&count) {
                    let reason =
                        format!("{count} bars ago cannot be; use a whole number from 0 to {MAX_LAG}");
                    return Err(Mistake::new(bars.at, reason));
                }
                self.previous(lowered, count as u32, expr.at, at)
            }
            Kind::Negative(of) => {
                let a = self.number(of, at)?;
                self.arithmetic(Arithmetic::Negative, a, Operand::Constant(0.0), at, expr.at)
                    .map(Lowered::Number)
            }
            Kind::Not(of) => self.truth(of, at).map(|(yes, no)| Lowered::Truth { yes: no, no: yes }),
            Kind::Binary { operator, left, right } => {
                if operator.compares() {
                    return self.comparison(*operator, left, right, expr.at, at);
                }
                let how = match operator {
                    Operator::Add => Arithmetic::Add,
                    Operator::Subtract => Arithmetic::Subtract,
                    Operator::Multiply => Arithmetic::Multiply,
                    _ => Arithmetic::Divide,
                };
                let (a, b) = (self.number(left, at)?, self.number(right, at)?);
                self.arithmetic(how, a, b, at, expr.at).map(Lowered::Number)
            }
            Kind::All(parts) => {
                let (yes, no) = self.both_ways(parts, at)?;
                Ok(Lowered::Truth { yes: self.all(at, yes)?, no: self.any(at, no)? })
            }
            Kind::Any(parts) => {
                let (yes, no) = self.both_ways(parts, at)?;
                Ok(Lowered::Truth { yes: self.any(at, yes)?, no: self.all(at, no)? })
            }
        }
    }

    pub(super) fn both_ways(&mut self, parts: &[Expr], at: At) -> Lower<(Vec<Bits>, Vec<Bits>)> {
        parts.iter().map(|part| self.truth(part, at)).collect()
    }

    pub(super) fn name(&mut self, name: &str, span: Span, at: At) -> Lower<Lowered> {
        if let Some(value) = self.values.get(name) {
            return Ok(Lowered::Number(Operand::Constant(value.as_f64())));
        }
        let file = self.file;
        if let Some(i) = file.lets.iter().position(|(word, _)| word.text == name) {
            if i >= self.named {
                let reason =
                    format!("`{name}` is named here or further down; names stand above what uses them");
                return Err(Mistake::new(span, reason));
            }
            self.lower_lets(at, i + 1);
            return self.lets[at][i].clone();
        }
        let column = |input| Ok(Lowered::Number(Operand::Column(input)));
        let number = |operand: Lower<Operand>| operand.map(Lowered::Number);
        let of_day = |value| Op::Session(value);
        match name {
            "open" => column(Input::Open),
            "high" => column(Input::High),
            "low" => column(Input::Low),
            "close" => column(Input::Close),
            "volume" => column(Input::Volume),
            "hl2" => number(self.mean(&[Input::High, Input::Low], at, span)),
            "hlc3" => number(self.mean(&[Input::High, Input::Low, Input::Close], at, span)),
            "ohlc4" => number(self.mean(&[Input::Open, Input::High, Input::Low, Input::Close], at, span)),
            "time" => self.push(at, Op::Clock(Clock::Time), 0, span).map(Lowered::Time),
            "weekday" => self.push(at, Op::Clock(Clock::Weekday), 0, span).map(Lowered::Weekday),
            "minute" => number(self.push(at, Op::Clock(Clock::End), 0, span)),
            "start_minute" => number(self.push(at, Op::Clock(Clock::Start), 0, span)),
            "day_open" => number(self.push(at, of_day(SessionValue::Open), 0, span)),
            "day_high" => number(self.push(at, of_day(SessionValue::High), 0, span)),
            "day_low" => number(self.push(at, of_day(SessionValue::Low), 0, span)),
            "prev_open" => number(self.push(at, of_day(SessionValue::PreviousOpen), 0, span)),
            "prev_high" => number(self.push(at, of_day(SessionValue::PreviousHigh), 0, span)),
            "prev_low" => number(self.push(at, of_day(SessionValue::PreviousLow), 0, span)),
            "prev_close" => number(self.push(at, of_day(SessionValue::PreviousClose), 0, span)),
            "gap" => {
                let open = self.push(at, of_day(SessionValue::Open), 0, span)?;
                let before = self.push(at, of_day(SessionValue::PreviousClose), 0, span)?;
                number(self.arithmetic(Arithmetic::Subtract, open, before, at, span))
            }
            "undefined" => Ok(Lowered::Number(Operand::Constant(f64::NAN))),
            _ => {
                if let Some(day) = DAYS.iter().position(|day| *day == name) {
                    return Ok(Lowered::Weekday(Operand::Constant(day as f64)));
                }
                if FUNCTIONS.contains(&name) {
                    return Err(Mistake::new(
                        span,
                        format!("`{name}` is a function; write `{}`", call::usage(name)),
                    ));
                }
                match find(name).filter(|indicator| indicator.name == name) {
                    Some(indicator) if indicator.parameters.is_empty() => self.call(name, &[], span, at),
                    Some(indicator) => {
                        let defaults: Vec<String> =
                            indicator.parameters.iter().map(|p| p.default.to_string()).collect();
                        let reason = format!(
                            "`{name}` takes parameters; write for example `{name}({})`",
                            defaults.join(", ")
                        );
                        Err(Mistake::new(span, reason))
                    }
                    None => Err(self.unknown(name, span)),
                }
            }
        }
    }

    pub(super) fn unknown(&self, name: &str, span: Span) -> Mistake {
        let parameters = self.file.parameters.iter().map(|p| p.name.text.as_str());
        let own = parameters.chain(self.file.lets.iter().map(|(word, _)| word.text.as_str()));
        // Of a call, the name alone is wrong.
        let span = Span { end: span.end.min(span.start + name.len() as u32), ..span };
        Mistake::new(span, format!("there is no `{name}`{}", hint(name, own)))
    }

    /// Lowers the first named expressions, in their order: however long a chain they make, it takes no stack.
    pub(super) fn lower_lets(&mut self, at: At, count: usize) {
        let (file, named) = (self.file, self.named);
        while self.lets[at].len() < count {
            let i = self.lets[at].len();
            self.named = i;
            let lowered = self.lower(&file.lets[i].1, at);
            self.lets[at].push(lowered);
        }
        self.named = named;
    }

    pub(super) fn mean(&mut self, inputs: &[Input], at: At, span: Span) -> Lower<Operand> {
        let mut sum = Operand::Constant(0.0);
        for (i, &input) in inputs.iter().enumerate() {
            let next = Operand::Column(input);
            sum = if i == 0 { next } else { self.arithmetic(Arithmetic::Add, sum, next, at, span)? };
        }
        self.arithmetic(Arithmetic::Divide, sum, Operand::Constant(inputs.len() as f64), at, span)
    }

    pub(super) fn comparison(
        &mut self,
        operator: Operator,
        left: &Expr,
        right: &Expr,
        span: Span,
        at: At,
    ) -> Lower<Lowered> {
        let (a, b) = (self.lower(left, at)?, self.lower(right, at)?);
        let (a, b) = match (a, b) {
            (Lowered::Number(a), Lowered::Number(b)) | (Lowered::Time(a), Lowered::Time(b)) => (a, b),
            (Lowered::Weekday(a), Lowered::Weekday(b)) => {
                if !matches!(operator, Operator::Equal | Operator::Differs) {
                    return Err(Mistake::new(span, "days of the week are equal or differ; use `==` or `!=`"));
                }
                (a, b)
            }
            (Lowered::Truth { .. }, _) | (_, Lowered::Truth { .. }) => {
                let reason = "a condition is not compared; let it stand alone, or after `not`";
                return Err(Mistake::new(span, reason));
            }
            (Lowered::Several { .. }, _) => return self.number(left, at).map(Lowered::Number),
            (_, Lowered::Several { .. }) => return self.number(right, at).map(Lowered::Number),
            (a, b) => {
                let cure = if matches!((&a, &b), (Lowered::Time(_), _) | (_, Lowered::Time(_))) {
                    "; write times as 09:30"
                } else {
                    ""
                };
                let reason = format!("{} is compared with {}{cure}", a.kind(), b.kind());
                return Err(Mistake::new(span, reason));
            }
        };
        let (yes, no) = self.compare(operator, a, b, at, span)?;
        Ok(Lowered::Truth { yes, no })
    }

    pub(super) fn previous(&mut self, of: Lowered, bars: u32, span: Span, at: At) -> Lower<Lowered> {
        if bars == 0 {
            return Ok(of);
        }
        Ok(match of {
            Lowered::Number(a) => Lowered::Number(self.lag(a, bars, span, at)?),
            Lowered::Time(a) => Lowered::Time(self.lag(a, bars, span, at)?),
            Lowered::Weekday(a) => Lowered::Weekday(self.lag(a, bars, span, at)?),
            Lowered::Truth { yes, no } => Lowered::Truth {
                yes: self.lag_bits(yes, bars, span, at)?,
                no: self.lag_bits(no, bars, span, at)?,
            },
            Lowered::Several { of, values } => {
                let lagged = |(name, a): (String, Operand)| Ok((name, self.lag(a, bars, span, at)?));
                Lowered::Several { of, values: values.into_iter().map(lagged).collect::<Lower<_>>()? }
            }
            Lowered::Timeframe => return Err(Mistake::new(span, "a timeframe has no bars of its own here")),
        })
    }
}
