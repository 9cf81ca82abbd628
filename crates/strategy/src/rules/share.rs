//! What the programs of a sweep share: a step that another set's program has done over the same bars is not done again,
//! and neither is what only that step reads.
//!
//! A step is known by what it computes: its operation with its constants, and the keys of what it reads. Where the
//! columns are kept, and how long, is the caller's; results do not depend on it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::program::{Bits, Op, Operand, Program, Stage, Step};
use crate::{Known, SharedColumns, StepColumns, StepKey};

/// What is done with a step while a whole series is run.
pub(super) enum Turn {
    Run,
    /// Nothing that is run reads it.
    Idle,
    /// Its columns are there.
    Copy(Arc<StepColumns>),
    /// Run, and its columns are kept for others.
    Record(StepKey, StepColumns),
}

/// Bytes that one set keeps for others at most: of a long series or a large file it leaves some to the next set. One column
/// is always kept.
const MOST_RECORDED: usize = 8 << 20;

pub(super) struct Plan {
    pub base: Vec<Turn>,
    /// For each longer timeframe whether anything is read from it, and its steps.
    pub longer: Vec<(bool, Vec<Turn>)>,
}

impl Plan {
    /// Asks for the columns of the steps, from the last ones back: what a step reads is wanted only if it must be run.
    pub(super) fn new(program: &Program, bars: usize, shared: &mut dyn SharedColumns) -> Plan {
        let longer_keys: Vec<Vec<StepKey>> = program
            .longer
            .iter()
            .map(|(timeframe, stage)| keys(stage, &[], &format!("{timeframe}")))
            .collect();
        let keys = keys(&program.base, &longer_keys, "");
        let mut wanted = Wanted::new(&program.base);
        for bits in [program.enter_long, program.exit_long, program.enter_short, program.exit_short] {
            wanted.bits(bits);
        }
        program.distances().into_iter().flatten().for_each(|operand| wanted.number(operand));
        let mut longer: Vec<Wanted> = program.longer.iter().map(|(_, stage)| Wanted::new(stage)).collect();
        let mut recorded = 0;
        let mut base = turns(&program.base, &mut wanted, |step, out| match shared.step(keys[step]) {
            Known::Here(columns) => Turn::Copy(columns),
            Known::Missing { keep: true } if recorded == 0 || recorded + out.bytes(bars) <= MOST_RECORDED => {
                recorded += out.bytes(bars);
                Turn::Record(keys[step], out.room(bars))
            }
            Known::Missing { .. } => Turn::Run,
        });
        let mut read = vec![false; program.longer.len()];
        for (step, turn) in program.base.steps.iter().zip(&mut base) {
            if matches!(turn, Turn::Run | Turn::Record(..)) {
                match step.op {
                    Op::Sample { timeframe, of } => {
                        read[usize::from(timeframe)] = true;
                        longer[usize::from(timeframe)].number(of);
                    }
                    Op::SampleBits { timeframe, of } => {
                        read[usize::from(timeframe)] = true;
                        longer[usize::from(timeframe)].bits(of);
                    }
                    _ => {}
                }
            }
        }
        let stages = program.longer.iter().map(|(_, stage)| stage);
        let turns = stages.zip(&mut longer).map(|(stage, wanted)| turns(stage, wanted, |_, _| Turn::Run));
        let longer = read.into_iter().zip(turns).collect();
        Plan { base, longer }
    }
}

/// Registers that something which is run reads.
struct Wanted {
    numbers: Vec<bool>,
    bits: Vec<bool>,
}

impl Wanted {
    fn new(stage: &Stage) -> Wanted {
        Wanted { numbers: vec![false; stage.numbers.len()], bits: vec![false; stage.bits.len()] }
    }

    fn number(&mut self, operand: Operand) {
        if let Operand::Register(r) = operand {
            self.numbers[r as usize] = true;
        }
    }

    fn bits(&mut self, bits: Bits) {
        if let Bits::Register(r) = bits {
            self.bits[r as usize] = true;
        }
    }
}

/// The columns of a step, and which of them anything reads.
struct Out<'a> {
    bits: bool,
    used: &'a [bool],
}

impl Out<'_> {
    fn bytes(&self, bars: usize) -> usize {
        let column = if self.bits { bars / 8 } else { bars * size_of::<f64>() };
        self.used.iter().filter(|used| **used).count() * column
    }

    /// Empty columns with room for all bars.
    fn room(&self, bars: usize) -> StepColumns {
        let words = bars.div_ceil(64);
        let room = |most: usize| self.used.iter().map(move |&used| if used { most } else { 0 });
        if self.bits {
            StepColumns::Bits(room(words).map(Vec::with_capacity).collect())
        } else {
            StepColumns::Numbers(room(bars).map(Vec::with_capacity).collect())
        }
    }
}

fn out<'a>(stage: &'a Stage, step: &Step) -> Out<'a> {
    let range = step.out as usize..step.out as usize + step.op.outputs();
    let bits = step.op.makes_bits();
    Out { bits, used: if bits { &stage.bits[range] } else { &stage.numbers[range] } }
}

fn turns(stage: &Stage, wanted: &mut Wanted, mut turn: impl FnMut(usize, Out<'_>) -> Turn) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::with_capacity(stage.steps.len());
    for (i, step) in stage.steps.iter().enumerate().rev() {
        let range = step.out as usize..step.out as usize + step.op.outputs();
        let read = if step.op.makes_bits() { &wanted.bits[range] } else { &wanted.numbers[range] };
        let turn = if read.contains(&true) { turn(i, out(stage, step)) } else { Turn::Idle };
        if matches!(turn, Turn::Run | Turn::Record(..)) {
            let Wanted { numbers, bits } = wanted;
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
        }
        turns.push(turn);
    }
    turns.reverse();
    turns
}

/// The key of each step. Its text names registers by number: the keys of their steps say what is in them.
fn keys(stage: &Stage, longer: &[Vec<StepKey>], of: &str) -> Vec<StepKey> {
    let mut keys: Vec<StepKey> = Vec::with_capacity(stage.steps.len());
    let (mut numbers, mut bits) = (vec![0u128; stage.numbers.len()], vec![0u128; stage.bits.len()]);
    for step in &stage.steps {
        let mut read: Vec<u128> = Vec::new();
        // Two closures that fill one list would borrow it twice: bits are told apart by their own.
        let mut read_bits: Vec<u128> = Vec::new();
        step.op.reads(
            |operand| {
                if let Operand::Register(r) = operand {
                    read.push(numbers[r as usize]);
                }
            },
            |operand| {
                if let Bits::Register(r) = operand {
                    read_bits.push(bits[r as usize]);
                }
            },
        );
        // A sample is known by all of its timeframe: what else is read there makes it another step at worst.
        if let Op::Sample { timeframe, .. } | Op::SampleBits { timeframe, .. } = step.op {
            read.extend(longer.get(usize::from(timeframe)).into_iter().flatten().map(|key| key.0));
        }
        let out = out(stage, step);
        let text = format!("{of} {:?} {:?}", step.op, out.used);
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &text, &read, &read_bits).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        let key = half(0) << 64 | half(1);
        // Each of its columns is another thing to read.
        let columns = if out.bits { &mut bits } else { &mut numbers };
        for (column, salt) in columns[step.out as usize..].iter_mut().take(step.op.outputs()).zip(0..) {
            *column = key.wrapping_add(salt);
        }
        keys.push(StepKey(key));
    }
    keys
}

impl Turn {
    /// Does what is to be done instead of running the step, if anything is: `past` bars have been run, `len` come now.
    pub(super) fn instead(
        &self,
        step: &Step,
        (past, len): (usize, usize),
        numbers: &mut [Vec<f64>],
        bits: &mut [Vec<u64>],
    ) -> bool {
        let from = step.out as usize;
        match self {
            Turn::Run | Turn::Record(..) => return false,
            Turn::Idle => {}
            Turn::Copy(columns) => match &**columns {
                StepColumns::Numbers(kept) => copy(kept, past..past + len, &mut numbers[from..]),
                StepColumns::Bits(kept) => {
                    copy(kept, past / 64..(past + len).div_ceil(64), &mut bits[from..]);
                }
            },
        }
        true
    }

    /// Keeps what the step has just made of `len` bars.
    pub(super) fn record(&mut self, step: &Step, len: usize, numbers: &[Vec<f64>], bits: &[Vec<u64>]) {
        let Turn::Record(_, columns) = self else { return };
        let from = step.out as usize;
        match columns {
            StepColumns::Numbers(kept) => append(kept, &numbers[from..], len),
            StepColumns::Bits(kept) => append(kept, &bits[from..], len.div_ceil(64)),
        }
    }
}

fn copy<T: Copy>(kept: &[Vec<T>], range: std::ops::Range<usize>, to: &mut [Vec<T>]) {
    for (kept, to) in kept.iter().zip(to).filter(|(kept, _)| !kept.is_empty()) {
        to.clear();
        to.extend_from_slice(&kept[range.clone()]);
    }
}

/// A column without room is not wanted.
fn append<T: Copy>(kept: &mut [Vec<T>], made: &[Vec<T>], len: usize) {
    for (kept, made) in kept.iter_mut().zip(made).filter(|(kept, _)| kept.capacity() > 0) {
        kept.extend_from_slice(&made[..len]);
    }
}
