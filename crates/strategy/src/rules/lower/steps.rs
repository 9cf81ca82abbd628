//! Steps: constants folded, equal ones made once.

use std::collections::BTreeMap;

use domain::Timeframe;

use super::{At, Lower, Lowering, MAX_STEPS, MAX_TIMEFRAMES};
use crate::rules::mistake::{Mistake, Span};
use crate::rules::program::{Arithmetic, Bits, DEAD_BAND, Op, Operand, Stage, Step};
use crate::rules::tree::Operator;

impl Lowering<'_> {
    pub(super) fn arithmetic(
        &mut self,
        how: Arithmetic,
        a: Operand,
        b: Operand,
        at: At,
        span: Span,
    ) -> Lower<Operand> {
        if let (Operand::Constant(a), Operand::Constant(b)) = (a, b) {
            return Ok(Operand::Constant(how.of(a, b)));
        }
        let warm = self.stages[at].warm_up_of(a).max(self.stages[at].warm_up_of(b));
        self.push(at, Op::Arithmetic(how, a, b), warm, span)
    }

    /// Where the comparison surely holds, and where it surely does not.
    pub(super) fn compare(
        &mut self,
        operator: Operator,
        a: Operand,
        b: Operand,
        at: At,
        span: Span,
    ) -> Lower<(Bits, Bits)> {
        if let (Operand::Constant(a), Operand::Constant(b)) = (a, b) {
            let difference = a - b;
            let above = difference > DEAD_BAND;
            let below = difference < -DEAD_BAND;
            let holds = match operator {
                Operator::Above => above,
                Operator::Below => below,
                Operator::AtLeast => !below,
                Operator::AtMost => !above,
                Operator::Equal => !above && !below,
                _ => above || below,
            };
            let defined = !difference.is_nan();
            return Ok((Bits::Constant(defined && holds), Bits::Constant(defined && !holds)));
        }
        let warm = self.stages[at].warm_up_of(a).max(self.stages[at].warm_up_of(b));
        let first = self.push_registers(at, Op::Compare(a, b), warm, span)?;
        let (above, below, defined) =
            (Bits::Register(first), Bits::Register(first + 1), Bits::Register(first + 2));
        let apart = |lowering: &mut Self| lowering.any(at, vec![above, below]);
        Ok(match operator {
            Operator::Above => (above, self.without(at, defined, above)?),
            Operator::AtMost => (self.without(at, defined, above)?, above),
            Operator::Below => (below, self.without(at, defined, below)?),
            Operator::AtLeast => (self.without(at, defined, below)?, below),
            Operator::Equal => {
                let apart = apart(self)?;
                (self.without(at, defined, apart)?, apart)
            }
            _ => {
                let apart = apart(self)?;
                (apart, self.without(at, defined, apart)?)
            }
        })
    }

    pub(super) fn lag(&mut self, a: Operand, bars: u32, span: Span, at: At) -> Lower<Operand> {
        if let Operand::Constant(_) = a {
            return Ok(a);
        }
        let warm = self.stages[at].warm_up_of(a) + u64::from(bars);
        self.push(at, Op::Lag(a, bars), warm, span)
    }

    pub(super) fn lag_bits(&mut self, a: Bits, bars: u32, span: Span, at: At) -> Lower<Bits> {
        if let Bits::Constant(_) = a {
            return Ok(a);
        }
        let warm = self.stages[at].warm_up_of_bits(a) + u64::from(bars);
        self.push_registers(at, Op::LagBits(a, bars), warm, span).map(Bits::Register)
    }

    pub(super) fn all(&mut self, at: At, parts: Vec<Bits>) -> Lower<Bits> {
        self.joined(at, parts, false, Op::All)
    }

    pub(super) fn any(&mut self, at: At, parts: Vec<Bits>) -> Lower<Bits> {
        self.joined(at, parts, true, Op::Any)
    }

    /// `decided` is the constant that settles it whatever the others are; the other constant counts for nothing.
    pub(super) fn joined(
        &mut self,
        at: At,
        mut parts: Vec<Bits>,
        decided: bool,
        op: fn(Vec<Bits>) -> Op,
    ) -> Lower<Bits> {
        if parts.contains(&Bits::Constant(decided)) {
            return Ok(Bits::Constant(decided));
        }
        parts.retain(|part| *part != Bits::Constant(!decided));
        match parts.as_slice() {
            [] => return Ok(Bits::Constant(!decided)),
            [only] => return Ok(*only),
            _ => {}
        }
        let warm = parts.iter().map(|&part| self.stages[at].warm_up_of_bits(part)).max().unwrap_or(0);
        self.push_registers(at, op(parts), warm, Span::default()).map(Bits::Register)
    }

    pub(super) fn without(&mut self, at: At, a: Bits, b: Bits) -> Lower<Bits> {
        match (a, b) {
            (_, Bits::Constant(true)) | (Bits::Constant(false), _) => return Ok(Bits::Constant(false)),
            (a, Bits::Constant(false)) => return Ok(a),
            _ => {}
        }
        let warm = self.stages[at].warm_up_of_bits(a).max(self.stages[at].warm_up_of_bits(b));
        self.push_registers(at, Op::Without(a, b), warm, Span::default()).map(Bits::Register)
    }

    /// The stage of a longer timeframe.
    pub(super) fn stage_of(&mut self, timeframe: Timeframe, span: Span) -> Lower<At> {
        if let Some(i) = self.timeframes.iter().position(|known| *known == timeframe) {
            return Ok(i + 1);
        }
        if self.stages.len() == MAX_TIMEFRAMES {
            return Err(Mistake::new(span, format!("more than {} longer timeframes", MAX_TIMEFRAMES - 1)));
        }
        self.timeframes.push(timeframe);
        self.stages.push(Stage::default());
        self.known.push(BTreeMap::new());
        self.lets.push(Vec::new());
        Ok(self.timeframes.len())
    }

    pub(super) fn push(&mut self, at: At, op: Op, warm: u64, span: Span) -> Lower<Operand> {
        self.push_registers(at, op, warm, span).map(Operand::Register)
    }

    /// The first register of the step that does this: of one that is there already, or of a new one.
    pub(super) fn push_registers(&mut self, at: At, op: Op, warm: u64, span: Span) -> Lower<u32> {
        let key = format!("{op:?}");
        if let Some(&known) = self.known[at].get(&key) {
            return Ok(known);
        }
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(Mistake::new(span, format!("these rules take more than {MAX_STEPS} steps")));
        }
        let stage = &mut self.stages[at];
        let (used, warm_ups) = if op.makes_bits() {
            (&mut stage.bits, &mut stage.bits_warm_up)
        } else {
            (&mut stage.numbers, &mut stage.number_warm_up)
        };
        let out = used.len() as u32;
        for _ in 0..op.outputs() {
            used.push(false);
            warm_ups.push(warm);
        }
        stage.steps.push(Step { op, out });
        self.known[at].insert(key, out);
        Ok(out)
    }
}
