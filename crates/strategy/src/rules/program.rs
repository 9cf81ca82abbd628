//! What an expression becomes: a flat list of steps over columns, each done once for a whole block.
//!
//! A condition is two columns of bits: where it surely holds (`yes`) and where it surely does not (`no`). Neither is
//! set where something it needs is not yet defined, so `not` of an undefined condition holds as little as the condition.

use domain::Timeframe;
use indicators::Spec;
use indicators::catalogue::Input;

/// Differences up to this are none: averages on a 0.05 grid are often exactly equal, and float noise must not trade.
pub(super) const DEAD_BAND: f64 = 1e-6;

/// A column of numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Constant(f64),
    /// Of the bars themselves: `Open` to `Volume`.
    Column(Input),
    Register(u32),
}

/// A column of bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bits {
    Constant(bool),
    Register(u32),
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Clock(Clock),
    Session(SessionValue),
    Indicator {
        spec: Spec,
        /// What stands in for the bar's columns, in the order of [`Input::SERIES`].
        feeds: [Option<Operand>; 5],
    },
    Arithmetic(Arithmetic, Operand, Operand),
    Lag(Operand, u32),
    Choose {
        yes: Bits,
        no: Bits,
        then: Operand,
        otherwise: Operand,
    },
    BarsSince(Bits),
    ValueWhen(Bits, Operand),
    /// A longer timeframe's column as it stands at each bar.
    Sample {
        timeframe: u8,
        of: Operand,
    },
    /// Three columns: above, below, both defined.
    Compare(Operand, Operand),
    All(Vec<Bits>),
    Any(Vec<Bits>),
    /// The first and not the second.
    Without(Bits, Bits),
    LagBits(Bits, u32),
    SampleBits {
        timeframe: u8,
        of: Bits,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Clock {
    /// Minutes after midnight at the bar's end.
    Time,
    Weekday,
    /// Minutes from the session's open to the bar's start.
    Start,
    /// Minutes from the session's open to the bar's end.
    End,
}

/// What is known of the trading day, or the one before, at a bar's close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SessionValue {
    Open,
    High,
    Low,
    PreviousOpen,
    PreviousHigh,
    PreviousLow,
    PreviousClose,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    /// By 0: undefined.
    Divide,
    Least,
    Greatest,
    /// Of the first alone.
    Absolute,
    /// Of the first alone.
    Negative,
}

impl Arithmetic {
    #[inline(always)]
    pub(super) fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide if b == 0.0 => f64::NAN,
            Arithmetic::Divide => a / b,
            Arithmetic::Least if a < b || a.is_nan() => a,
            Arithmetic::Greatest if a > b || a.is_nan() => a,
            Arithmetic::Least | Arithmetic::Greatest => b,
            Arithmetic::Absolute => a.abs(),
            Arithmetic::Negative => -a,
        }
    }
}

/// An operation and the first of its registers: of bits if the operation makes bits, else of numbers.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub op: Op,
    pub out: u32,
}

impl Op {
    pub(super) const fn makes_bits(&self) -> bool {
        matches!(
            self,
            Op::Compare(..)
                | Op::All(_)
                | Op::Any(_)
                | Op::Without(..)
                | Op::LagBits(..)
                | Op::SampleBits { .. }
        )
    }

    /// How many registers it fills.
    pub(super) fn outputs(&self) -> usize {
        match self {
            Op::Indicator { spec, .. } => spec.indicator().outputs.len(),
            Op::Compare(..) => 3,
            _ => 1,
        }
    }

    /// The columns it reads, of its own timeframe.
    pub(super) fn reads(&self, mut number: impl FnMut(Operand), mut bits: impl FnMut(Bits)) {
        match self {
            Op::Clock(_) | Op::Session(_) | Op::Sample { .. } | Op::SampleBits { .. } => {}
            Op::Indicator { feeds, .. } => feeds.iter().flatten().for_each(|&feed| number(feed)),
            Op::Arithmetic(_, a, b) | Op::Compare(a, b) => {
                number(*a);
                number(*b);
            }
            Op::Lag(a, _) => number(*a),
            Op::Choose { yes, no, then, otherwise } => {
                bits(*yes);
                bits(*no);
                number(*then);
                number(*otherwise);
            }
            Op::BarsSince(a) | Op::LagBits(a, _) => bits(*a),
            Op::ValueWhen(a, b) => {
                bits(*a);
                number(*b);
            }
            Op::All(parts) | Op::Any(parts) => parts.iter().for_each(|&part| bits(part)),
            Op::Without(a, b) => {
                bits(*a);
                bits(*b);
            }
        }
    }
}

/// The steps of one timeframe, in an order in which each finds what it reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Stage {
    pub steps: Vec<Step>,
    /// Which registers anything reads.
    pub numbers: Vec<bool>,
    pub bits: Vec<bool>,
    /// Bars before each register can have a value.
    pub number_warm_up: Vec<u64>,
    pub bits_warm_up: Vec<u64>,
}

impl Stage {
    pub(super) fn use_number(&mut self, operand: Operand) {
        if let Operand::Register(r) = operand {
            self.numbers[r as usize] = true;
        }
    }

    pub(super) fn use_bits(&mut self, bits: Bits) {
        if let Bits::Register(r) = bits {
            self.bits[r as usize] = true;
        }
    }

    /// Drops the steps that nothing needs.
    fn prune(&mut self) {
        let Stage { steps, numbers, bits, .. } = self;
        let mut kept: Vec<Step> = Vec::with_capacity(steps.len());
        for step in std::mem::take(steps).into_iter().rev() {
            let (from, to) = (step.out as usize, step.out as usize + step.op.outputs());
            let used = if step.op.makes_bits() { &bits[from..to] } else { &numbers[from..to] };
            if used.contains(&true) {
                step.op.reads(
                    |operand| {
                        if let Operand::Register(r) = operand {
                            numbers[r as usize] = true;
                        }
                    },
                    |operand| {
                        if let Bits::Register(r) = operand {
                            bits[r as usize] = true;
                        }
                    },
                );
                kept.push(step);
            }
        }
        kept.reverse();
        *steps = kept;
    }

    /// The longest warm-up of the registers that are used.
    pub(super) fn warm_up(&self) -> u64 {
        let longest = |used: &[bool], bars: &[u64]| {
            used.iter().zip(bars).filter(|(used, _)| **used).map(|(_, &bars)| bars).max().unwrap_or(0)
        };
        longest(&self.numbers, &self.number_warm_up).max(longest(&self.bits, &self.bits_warm_up))
    }

    pub(super) fn warm_up_of(&self, operand: Operand) -> u64 {
        if let Operand::Register(r) = operand { self.number_warm_up[r as usize] } else { 0 }
    }

    pub(super) fn warm_up_of_bits(&self, bits: Bits) -> u64 {
        if let Bits::Register(r) = bits { self.bits_warm_up[r as usize] } else { 0 }
    }
}

/// Everything that one block of bars goes through.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub base: Stage,
    pub longer: Vec<(Timeframe, Stage)>,
    pub enter_long: Bits,
    pub exit_long: Bits,
    pub enter_short: Bits,
    pub exit_short: Bits,
    /// Rupees from the entry, at each bar.
    pub stop: Option<Operand>,
    pub target: Option<Operand>,
    pub trail: Option<Operand>,
    pub minutes_after_loss: u32,
}

impl Program {
    /// Drops what nothing needs.
    pub(super) fn prune(&mut self) {
        for bits in [self.enter_long, self.exit_long, self.enter_short, self.exit_short] {
            self.base.use_bits(bits);
        }
        for operand in self.distances().into_iter().flatten() {
            self.base.use_number(operand);
        }
        self.base.prune();
        for step in &self.base.steps {
            match step.op {
                Op::Sample { timeframe, of } => self.longer[usize::from(timeframe)].1.use_number(of),
                Op::SampleBits { timeframe, of } => self.longer[usize::from(timeframe)].1.use_bits(of),
                _ => {}
            }
        }
        for (_, stage) in &mut self.longer {
            stage.prune();
        }
    }

    pub(super) fn distances(&self) -> [Option<Operand>; 3] {
        [self.stop, self.target, self.trail]
    }

    /// Whether anything is read from the longer timeframe.
    pub(super) fn samples(&self, timeframe: usize) -> bool {
        self.base.steps.iter().any(|step| {
            matches!(step.op, Op::Sample { timeframe: t, .. } | Op::SampleBits { timeframe: t, .. } if usize::from(t) == timeframe)
        })
    }

    /// The columns of the bars that are read.
    pub(super) fn inputs(&self) -> crate::Inputs {
        let mut inputs = crate::Inputs::NONE;
        let mut number = |operand: Operand| {
            if let Operand::Column(column) = operand {
                add(&mut inputs, column);
            }
        };
        for operand in self.distances().into_iter().flatten() {
            number(operand);
        }
        let stages = || std::iter::once(&self.base).chain(self.longer.iter().map(|(_, stage)| stage));
        for step in stages().flat_map(|stage| &stage.steps) {
            step.op.reads(&mut number, |_| {});
            if let Op::Sample { of, .. } = step.op {
                number(of);
            }
        }
        for step in stages().flat_map(|stage| &stage.steps) {
            match &step.op {
                Op::Indicator { spec, feeds } => {
                    for &input in spec.inputs() {
                        let fed =
                            Input::SERIES.iter().zip(feeds).any(|(i, feed)| *i == input && feed.is_some());
                        if !fed {
                            add(&mut inputs, input);
                        }
                    }
                }
                Op::Clock(Clock::Start) => inputs.clock = true,
                Op::Clock(_) => inputs.calendar = true,
                Op::Session(value) => {
                    inputs.clock = true;
                    add(&mut inputs, value.input());
                }
                _ => {}
            }
        }
        if !self.longer.is_empty() {
            (inputs.clock, inputs.calendar) = (true, true);
        }
        inputs
    }
}

fn add(inputs: &mut crate::Inputs, input: Input) {
    match input {
        Input::Open => inputs.open = true,
        Input::High => inputs.high = true,
        Input::Low => inputs.low = true,
        Input::Close => inputs.close = true,
        Input::Volume => inputs.volume = true,
        Input::Session | Input::Minute => inputs.clock = true,
    }
}

impl SessionValue {
    /// The column it is made of.
    pub(super) const fn input(self) -> Input {
        match self {
            SessionValue::Open | SessionValue::PreviousOpen => Input::Open,
            SessionValue::High | SessionValue::PreviousHigh => Input::High,
            SessionValue::Low | SessionValue::PreviousLow => Input::Low,
            SessionValue::PreviousClose => Input::Close,
        }
    }

    pub(super) const fn is_previous(self) -> bool {
        !matches!(self, SessionValue::Open | SessionValue::High | SessionValue::Low)
    }
}
