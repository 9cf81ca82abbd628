//! Running a program over blocks of bars.
//!
//! Every step is either a function of the bar alone or carries its own state from block to block, so that any cut into
//! blocks gives the same bits.

use indicators::Instance;
use indicators::catalogue::Columns;

use super::kernels::{SessionMemory, Source, arithmetic, bit, compare, lag, lag_bits, word};
use super::longer::Longer;
use super::program::{Bits, Clock, Op, Operand, Program, Stage, Step};
use super::share::{Plan, Turn};
use crate::{Block, Inputs, Intent, Moment, SharedColumns, Signals, Strategy};

/// Bars worked on at a time: the registers of an ordinary program stay in the cache.
const STRETCH: usize = 4_096;

/// A rule file's strategy.
pub(super) struct RuleStrategy {
    program: Program,
    inputs: Inputs,
    frame: Frame,
    longer: Vec<(Longer, Frame)>,
}

/// Registers and what the steps remember.
struct Frame {
    numbers: Vec<Vec<f64>>,
    bits: Vec<Vec<u64>>,
    memories: Vec<Memory>,
    /// What is done with each step; empty: all are run.
    turns: Vec<Turn>,
    /// Bars that have been run.
    past: usize,
}

enum Memory {
    None,
    Indicator(Instance),
    /// The last values, oldest first.
    Tail(Vec<f64>),
    /// The last bits, oldest first.
    BitTail(Vec<bool>),
    /// Bars since the condition held, or the value when it did; NaN before.
    Held(f64),
    Session(SessionMemory),
    /// The newest bar of the longer timeframe: its value, or its bit.
    Sampled(f64),
    SampledBit(bool),
}

impl RuleStrategy {
    pub(super) fn new(program: Program) -> RuleStrategy {
        let inputs = program.inputs();
        let longer = program.longer.iter().enumerate().map(|(i, (timeframe, stage))| {
            // One that is not read any more costs nothing.
            (Longer::new(program.samples(i).then_some(*timeframe)), Frame::new(stage))
        });
        RuleStrategy { inputs, frame: Frame::new(&program.base), longer: longer.collect(), program }
    }
}

impl Strategy for RuleStrategy {
    fn inputs(&self) -> Inputs {
        self.inputs
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        let mut from = 0;
        while from < block.len {
            let to = (from + STRETCH).min(block.len);
            self.stretch(&block.slice(from, to), out);
            from = to;
        }
    }

    fn scan_whole(&mut self, bars: &Block<'_>, shared: &mut dyn SharedColumns, out: &mut Signals) {
        let plan = Plan::new(&self.program, bars.len, shared);
        self.frame.turns = plan.base;
        for (((longer, frame), (read, turns)), (timeframe, _)) in
            self.longer.iter_mut().zip(plan.longer).zip(&self.program.longer)
        {
            *longer = Longer::new(read.then_some(*timeframe));
            frame.turns = turns;
        }
        self.scan(bars, out);
        for turn in self.frame.turns.drain(..) {
            if let Turn::Record(key, columns) = turn {
                shared.keep(key, columns);
            }
        }
    }

    fn decide(&self, moment: &Moment) -> Intent {
        let intent = moment.default_intent();
        let rest = i64::from(self.program.minutes_after_loss) * 60;
        let resting =
            rest > 0 && moment.last_loss.is_some_and(|lost| (moment.time - lost).as_seconds() < rest);
        match intent {
            Intent::Enter(_) if resting && moment.position.is_zero() => Intent::Hold,
            // The exit half of a reversal goes on.
            Intent::Enter(_) if resting => Intent::Exit,
            intent => intent,
        }
    }
}

impl RuleStrategy {
    fn stretch(&mut self, block: &Block<'_>, out: &mut Signals) {
        for ((longer, frame), (_, stage)) in self.longer.iter_mut().zip(&self.program.longer) {
            longer.take(block, self.inputs);
            frame.run(stage, &longer.block(), &[]);
        }
        self.frame.run(&self.program.base, block, &self.longer);
        let p = &self.program;
        let words = block.len.div_ceil(64);
        let column = |bits| self.frame.words(bits, words);
        out.extend_words(
            block.len,
            [column(p.enter_long), column(p.exit_long), column(p.enter_short), column(p.exit_short)],
        );
        let distances = p.distances().map(|operand| operand.map(|o| self.frame.source(o, block)));
        if distances.iter().any(Option::is_some) {
            let all = distances.map(|source| source.unwrap_or(Source::Constant(f64::NAN)));
            out.extend_distances((0..block.len).map(|i| all.map(|source| source.at(i))), p.trail.is_some());
        }
    }
}

fn source<'a>(operand: Operand, block: &Block<'a>, numbers: &'a [Vec<f64>]) -> Source<'a> {
    let values = match operand {
        Operand::Constant(x) => return Source::Constant(x),
        Operand::Register(r) => &numbers[r as usize][..],
        Operand::Column(input) => block.column(input),
    };
    // A column that the source of the bars does not have is undefined throughout.
    values.get(..block.len).map_or(Source::Constant(f64::NAN), Source::Values)
}

impl Frame {
    fn new(stage: &Stage) -> Frame {
        Frame {
            numbers: vec![Vec::new(); stage.numbers.len()],
            bits: vec![Vec::new(); stage.bits.len()],
            memories: stage.steps.iter().map(|step| Memory::of(&step.op)).collect(),
            turns: Vec::new(),
            past: 0,
        }
    }

    fn source<'a>(&'a self, operand: Operand, block: &Block<'a>) -> Source<'a> {
        source(operand, block, &self.numbers)
    }

    fn words(&self, bits: Bits, words: usize) -> crate::signals::Words<'_> {
        match bits {
            Bits::Constant(on) => crate::signals::Words::All(on),
            Bits::Register(r) => crate::signals::Words::Each(&self.bits[r as usize][..words]),
        }
    }

    fn run(&mut self, stage: &Stage, block: &Block<'_>, longer: &[(Longer, Frame)]) {
        if block.len == 0 {
            return;
        }
        let Frame { numbers, bits, memories, turns, past } = self;
        for (i, (step, memory)) in stage.steps.iter().zip(memories).enumerate() {
            let at = step.out as usize;
            if turns.get(i).is_some_and(|turn| turn.instead(step, (*past, block.len), numbers, bits)) {
                continue;
            }
            if step.op.makes_bits() {
                let (before, out) = bits.split_at_mut(at);
                let used = &stage.bits[at..at + step.op.outputs()];
                run_bits(step, memory, block, (numbers, before), used, out, longer);
            } else {
                let (before, out) = numbers.split_at_mut(at);
                run_numbers(step, memory, block, (before, bits), &mut out[..step.op.outputs()], longer);
            }
            if let Some(turn) = turns.get_mut(i) {
                turn.record(step, block.len, numbers, bits);
            }
        }
        *past += block.len;
    }
}

impl Memory {
    fn of(op: &Op) -> Memory {
        match op {
            Op::Indicator { spec, .. } => Memory::Indicator(spec.start()),
            Op::Lag(_, bars) => Memory::Tail(vec![f64::NAN; *bars as usize]),
            Op::LagBits(_, bars) => Memory::BitTail(vec![false; *bars as usize]),
            Op::BarsSince(_) | Op::ValueWhen(..) => Memory::Held(f64::NAN),
            Op::Session(_) => Memory::Session(SessionMemory::new()),
            Op::Sample { .. } => Memory::Sampled(f64::NAN),
            Op::SampleBits { .. } => Memory::SampledBit(false),
            _ => Memory::None,
        }
    }
}

fn run_numbers(
    step: &Step,
    memory: &mut Memory,
    block: &Block<'_>,
    (numbers, bits): (&[Vec<f64>], &[Vec<u64>]),
    out: &mut [Vec<f64>],
    longer: &[(Longer, Frame)],
) {
    let n = block.len;
    if let (Op::Indicator { spec: _, feeds }, Memory::Indicator(instance)) = (&step.op, &mut *memory) {
        for column in &mut *out {
            column.clear();
        }
        instance.extend(&columns(feeds, block, numbers), out);
        return;
    }
    let out = &mut out[0];
    out.resize(n, f64::NAN);
    match (&step.op, memory) {
        (Op::Clock(clock), _) => {
            let column = match clock {
                Clock::Time => block.time,
                Clock::Weekday => block.weekday,
                Clock::Start => block.minute,
                Clock::End => block.end,
            };
            match column.get(..n) {
                Some(column) => out.iter_mut().zip(column).for_each(|(out, &x)| *out = f64::from(x)),
                None => out.fill(f64::NAN),
            }
        }
        (Op::Session(value), Memory::Session(memory)) => memory.run(*value, block, out),
        (Op::Arithmetic(how, a, b), _) => {
            arithmetic(*how, source(*a, block, numbers), source(*b, block, numbers), out);
        }
        (Op::Lag(a, _), Memory::Tail(tail)) => lag(source(*a, block, numbers), tail, out),
        (Op::Choose { yes, no, then, otherwise }, _) => {
            let (then, otherwise) = (source(*then, block, numbers), source(*otherwise, block, numbers));
            for (i, out) in out.iter_mut().enumerate() {
                *out = if bit(*yes, bits, i) {
                    then.at(i)
                } else if bit(*no, bits, i) {
                    otherwise.at(i)
                } else {
                    f64::NAN
                };
            }
        }
        (Op::BarsSince(a), Memory::Held(since)) => {
            for (i, out) in out.iter_mut().enumerate() {
                *since = if bit(*a, bits, i) { 0.0 } else { *since + 1.0 };
                *out = *since;
            }
        }
        (Op::ValueWhen(a, b), Memory::Held(value)) => {
            let b = source(*b, block, numbers);
            for (i, out) in out.iter_mut().enumerate() {
                if bit(*a, bits, i) {
                    *value = b.at(i);
                }
                *out = *value;
            }
        }
        (Op::Sample { timeframe, of }, Memory::Sampled(last)) => {
            let (longer, frame) = &longer[usize::from(*timeframe)];
            let block = longer.block();
            let values = frame.source(*of, &block);
            let mut seen = 0;
            for (out, &closed) in out.iter_mut().zip(longer.closed()) {
                if closed as usize > seen {
                    seen = closed as usize;
                    *last = values.at(seen - 1);
                }
                *out = *last;
            }
        }
        // A memory of another kind: not built so.
        _ => out.fill(f64::NAN),
    }
}

fn run_bits(
    step: &Step,
    memory: &mut Memory,
    block: &Block<'_>,
    (numbers, bits): (&[Vec<f64>], &[Vec<u64>]),
    used: &[bool],
    out: &mut [Vec<u64>],
    longer: &[(Longer, Frame)],
) {
    let words = block.len.div_ceil(64);
    if let Op::Compare(a, b) = step.op {
        let [above, below, defined, ..] = out else { return };
        for column in [&mut *above, &mut *below, &mut *defined] {
            column.resize(words, 0);
        }
        let (a, b) = (source(a, block, numbers), source(b, block, numbers));
        return compare(a, b, block.len, used[2], [above, below, defined]);
    }
    let out = &mut out[0];
    out.resize(words, 0);
    match (&step.op, memory) {
        (Op::All(parts), _) => {
            out.fill(u64::MAX);
            for &part in parts {
                (0..words).for_each(|i| out[i] &= word(part, bits, i));
            }
        }
        (Op::Any(parts), _) => {
            out.fill(0);
            for &part in parts {
                (0..words).for_each(|i| out[i] |= word(part, bits, i));
            }
        }
        (Op::Without(a, b), _) => {
            (0..words).for_each(|i| out[i] = word(*a, bits, i) & !word(*b, bits, i));
        }
        (Op::LagBits(a, bars), Memory::BitTail(tail)) => {
            lag_bits(*a, *bars as usize, block.len, bits, tail, out);
        }
        (Op::SampleBits { timeframe, of }, Memory::SampledBit(last)) => {
            let (longer, frame) = &longer[usize::from(*timeframe)];
            out.fill(0);
            let mut seen = 0;
            for (i, &closed) in longer.closed().iter().enumerate() {
                if closed as usize > seen {
                    seen = closed as usize;
                    *last = bit(*of, &frame.bits, seen - 1);
                }
                out[i / 64] |= u64::from(*last) << (i % 64);
            }
        }
        // A memory of another kind: not built so.
        _ => out.fill(0),
    }
}

/// The columns that an indicator sees: the bar's, or what stands in for them.
fn columns<'a>(feeds: &[Option<Operand>; 5], block: &Block<'a>, numbers: &'a [Vec<f64>]) -> Columns<'a> {
    let fed = |i: usize, own: &'a [f64]| match feeds[i].map(|feed| source(feed, block, numbers)) {
        Some(Source::Values(values)) => values,
        // A constant is never fed: see `lower`.
        Some(Source::Constant(_)) => &[],
        None => own,
    };
    let [open, high, low, close, volume] = [
        fed(0, block.open),
        fed(1, block.high),
        fed(2, block.low),
        fed(3, block.close),
        fed(4, block.volume),
    ];
    let counted = [close, high, low, open, volume].into_iter().find(|column| column.len() == block.len);
    Columns {
        open,
        high,
        low,
        // There are as many bars as closes, even where no close is read.
        close: if close.len() == block.len { close } else { counted.unwrap_or_default() },
        volume,
        session: block.session,
        minute: block.minute,
    }
}
