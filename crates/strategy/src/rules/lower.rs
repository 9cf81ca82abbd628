//! From the tree to the program: names are looked up, types checked, equal parts computed once.

mod call;
mod expression;
mod indicator;
mod steps;

#[cfg(test)]
pub(super) use indicator::value_names;

use std::collections::BTreeMap;

use domain::Timeframe;

use super::mistake::{Mistake, Span};
use super::program::{Bits, Clock, Op, Operand, Program, Stage};
use super::tree::{Distance, Entries, Expr, File, Operator};
use crate::Values;

/// More steps than any sensible file has; bounds what a hostile one costs.
const MAX_STEPS: usize = 8_192;
/// The base timeframe and the longer ones.
const MAX_TIMEFRAMES: usize = 8;
const MAX_LAG: f64 = 10_000.0;

/// What an expression is.
#[derive(Clone, Debug)]
pub(super) enum Lowered {
    Number(Operand),
    /// Where it surely holds and where it surely does not.
    Truth {
        yes: Bits,
        no: Bits,
    },
    /// Minutes after midnight.
    Time(Operand),
    /// Monday is 0.
    Weekday(Operand),
    /// An indicator's several values.
    Several {
        of: String,
        values: Vec<(String, Operand)>,
    },
    Timeframe,
}

impl Lowered {
    const fn kind(&self) -> &'static str {
        match self {
            Lowered::Number(_) => "a number",
            Lowered::Truth { .. } => "a condition",
            Lowered::Time(_) => "a time of day",
            Lowered::Weekday(_) => "a day of the week",
            Lowered::Several { .. } => "several values",
            Lowered::Timeframe => "a timeframe",
        }
    }
}

type Lower<T> = Result<T, Mistake>;

/// Index of a stage: 0 is the base timeframe.
type At = usize;

pub(super) struct Lowering<'a> {
    file: &'a File,
    values: &'a Values,
    stages: Vec<Stage>,
    timeframes: Vec<Timeframe>,
    /// Steps by what they do, so that nothing is computed twice.
    known: Vec<BTreeMap<String, u32>>,
    /// Named expressions that have been lowered, for each stage.
    lets: Vec<Vec<Lower<Lowered>>>,
    /// How many named expressions may be used where we are.
    named: usize,
    steps: usize,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(file: &'a File, values: &'a Values) -> Lowering<'a> {
        Lowering {
            file,
            values,
            stages: vec![Stage::default()],
            timeframes: Vec::new(),
            known: vec![BTreeMap::new()],
            lets: vec![Vec::new()],
            named: file.lets.len(),
            steps: 0,
        }
    }

    /// Lowers a whole file. All named expressions are checked, whether used or not.
    pub(super) fn program(mut self) -> Result<Program, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let file = self.file;
        self.lower_lets(0, file.lets.len());
        // One that merely names a broken one is not broken itself.
        let broken: Vec<Mistake> =
            self.lets[0].iter().filter_map(|one| one.as_ref().err().cloned()).collect();
        mistakes.extend(broken);
        let mut keep = |result: Lower<Bits>| {
            result.unwrap_or_else(|mistake| {
                mistakes.push(mistake);
                Bits::Constant(false)
            })
        };
        let [enter_long, exit_long, enter_short, exit_short] =
            [&file.long.enter, &file.long.exit, &file.short.enter, &file.short.exit].map(|expr| match expr {
                Some(expr) => keep(self.yes(expr)),
                None => Bits::Constant(false),
            });
        let gate = keep(self.gate(&file.entries));
        let mut distance = |lowering: &mut Self, distance: &Option<Distance>| {
            let operand = lowering.rupees(distance.as_ref()?);
            operand.map_err(|mistake| mistakes.push(mistake)).ok().flatten()
        };
        let [stop, target, trail] =
            [&file.stop, &file.target, &file.trail].map(|one| distance(&mut self, one));
        let marks = self.marks(gate, [stop, target, trail], [enter_long, exit_long, enter_short, exit_short]);
        let [enter_long, exit_long, enter_short, exit_short] = marks.unwrap_or_else(|mistake| {
            mistakes.push(mistake);
            [Bits::Constant(false); 4]
        });
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|m| m.at);
            mistakes.dedup();
            return Err(mistakes);
        }
        let mut stages = self.stages.into_iter();
        let mut program = Program {
            base: stages.next().unwrap_or_default(),
            longer: self.timeframes.into_iter().zip(stages).collect(),
            enter_long,
            exit_long,
            enter_short,
            exit_short,
            stop,
            target,
            trail,
            minutes_after_loss: file.entries.minutes_after_loss.unwrap_or(0),
        };
        program.prune();
        Ok(program)
    }

    /// What the file's four conditions come to, in their order: entering and leaving long, entering and leaving short.
    fn marks(&mut self, gate: Bits, distances: [Option<Operand>; 3], wished: [Bits; 4]) -> Lower<[Bits; 4]> {
        let [enter_long, exit_long, enter_short, exit_short] = wished;
        let mut gates = vec![gate];
        // No entry without the protection that it should have.
        for operand in distances.into_iter().flatten() {
            gates.push(self.usable(operand)?);
        }
        let mut gated = |enter: Bits, exit: Bits| {
            let mut parts = gates.clone();
            parts.push(enter);
            let entered = self.all(0, parts)?;
            self.without(0, entered, exit)
        };
        let (long, short) = (gated(enter_long, exit_long)?, gated(enter_short, exit_short)?);
        // Both sides at once: neither. What enters one side leaves the other.
        let both = self.all(0, vec![long, short])?;
        let (long, short) = (self.without(0, long, both)?, self.without(0, short, both)?);
        Ok([long, self.any(0, vec![exit_long, short])?, short, self.any(0, vec![exit_short, long])?])
    }

    /// A number that is the same at every bar; also checks that it is one.
    pub(super) fn constant(&mut self, expr: &Expr, what: &str) -> Lower<f64> {
        match self.number(expr, 0)? {
            Operand::Constant(x) if x.is_finite() => Ok(x),
            Operand::Constant(_) => {
                Err(Mistake::new(expr.at, format!("{what} is undefined with these parameters")))
            }
            _ => {
                let reason = format!("{what} must be the same at every bar: numbers and parameters alone");
                Err(Mistake::new(expr.at, reason))
            }
        }
    }

    /// Whether a number is the same at every bar.
    pub(super) fn is_constant(&mut self, expr: &Expr) -> Lower<bool> {
        self.number(expr, 0).map(|operand| matches!(operand, Operand::Constant(_)))
    }

    /// Whether a condition among parameters holds.
    pub(super) fn holds(&mut self, expr: &Expr) -> Lower<bool> {
        match self.lower(expr, 0)? {
            Lowered::Truth { yes: Bits::Constant(yes), no: Bits::Constant(_) } => Ok(yes),
            Lowered::Truth { .. } => {
                let reason = "what is required must be the same at every bar: parameters and numbers alone";
                Err(Mistake::new(expr.at, reason))
            }
            other => Err(Mistake::new(expr.at, format!("expected a condition, found {}", other.kind()))),
        }
    }

    /// A distance that is found anew at each bar; `None` for a constant one.
    fn rupees(&mut self, distance: &Distance) -> Lower<Option<Operand>> {
        let Distance::Rupees(expr) = distance else { return Ok(None) };
        Ok(match self.number(expr, 0)? {
            Operand::Constant(_) => None,
            operand => Some(operand),
        })
    }

    /// Where a distance is one: at least the smallest price there is, and not beyond all prices.
    fn usable(&mut self, operand: Operand) -> Lower<Bits> {
        const SMALLEST: f64 = 0.0001;
        const LARGEST: f64 = 10_000_000.0;
        let span = Span::default();
        let (enough, _) = self.compare(Operator::AtLeast, operand, Operand::Constant(SMALLEST), 0, span)?;
        let (sane, _) = self.compare(Operator::AtMost, operand, Operand::Constant(LARGEST), 0, span)?;
        self.all(0, vec![enough, sane])
    }

    /// Where the day and the time allow entries.
    fn gate(&mut self, entries: &Entries) -> Lower<Bits> {
        let span = Span::default();
        let mut windows = Vec::new();
        for (from, to) in &entries.times {
            let time = self.push(0, Op::Clock(Clock::Time), 0, span)?;
            let bound = |time: domain::time::MinuteOfDay| Operand::Constant(f64::from(time.minutes()));
            let (after, _) = self.compare(Operator::AtLeast, time, bound(*from), 0, span)?;
            let (before, _) = self.compare(Operator::AtMost, time, bound(*to), 0, span)?;
            windows.push(self.all(0, vec![after, before])?);
        }
        let mut days = Vec::new();
        for &day in &entries.days {
            let weekday = self.push(0, Op::Clock(Clock::Weekday), 0, span)?;
            days.push(self.compare(Operator::Equal, weekday, Operand::Constant(f64::from(day)), 0, span)?.0);
        }
        let in_time = if windows.is_empty() { Bits::Constant(true) } else { self.any(0, windows)? };
        let on_day = if days.is_empty() { Bits::Constant(true) } else { self.any(0, days)? };
        self.all(0, vec![in_time, on_day])
    }
}
