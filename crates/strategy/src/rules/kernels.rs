//! What single steps do to a block.

use indicators::catalogue::Input;

use super::program::{Arithmetic, Bits, DEAD_BAND, SessionValue};
use crate::Block;

/// A column as it is read.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Constant(f64),
    Values(&'a [f64]),
}

impl Source<'_> {
    #[inline]
    pub(super) fn at(&self, i: usize) -> f64 {
        match self {
            Source::Constant(x) => *x,
            Source::Values(values) => values[i],
        }
    }
}

pub(super) fn word(bits: Bits, all: &[Vec<u64>], i: usize) -> u64 {
    match bits {
        Bits::Constant(true) => u64::MAX,
        Bits::Constant(false) => 0,
        Bits::Register(r) => all[r as usize][i],
    }
}

pub(super) fn bit(bits: Bits, all: &[Vec<u64>], i: usize) -> bool {
    word(bits, all, i / 64) >> (i % 64) & 1 == 1
}

pub(super) fn arithmetic(how: Arithmetic, a: Source<'_>, b: Source<'_>, out: &mut [f64]) {
    // One loop for each kind, so that each is as plain as can be.
    match how {
        Arithmetic::Add => zip(a, b, out, |a, b| Arithmetic::Add.of(a, b)),
        Arithmetic::Subtract => zip(a, b, out, |a, b| Arithmetic::Subtract.of(a, b)),
        Arithmetic::Multiply => zip(a, b, out, |a, b| Arithmetic::Multiply.of(a, b)),
        Arithmetic::Divide => zip(a, b, out, |a, b| Arithmetic::Divide.of(a, b)),
        Arithmetic::Least => zip(a, b, out, |a, b| Arithmetic::Least.of(a, b)),
        Arithmetic::Greatest => zip(a, b, out, |a, b| Arithmetic::Greatest.of(a, b)),
        Arithmetic::Absolute => zip(a, b, out, |a, b| Arithmetic::Absolute.of(a, b)),
        Arithmetic::Negative => zip(a, b, out, |a, b| Arithmetic::Negative.of(a, b)),
    }
}

#[inline(always)]
fn zip(a: Source<'_>, b: Source<'_>, out: &mut [f64], f: impl Fn(f64, f64) -> f64) {
    match (a, b) {
        (Source::Values(a), Source::Values(b)) => {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out = f(a, b);
            }
        }
        (Source::Values(a), Source::Constant(b)) => {
            out.iter_mut().zip(a).for_each(|(out, &a)| *out = f(a, b));
        }
        (Source::Constant(a), Source::Values(b)) => {
            out.iter_mut().zip(b).for_each(|(out, &b)| *out = f(a, b));
        }
        (Source::Constant(a), Source::Constant(b)) => out.fill(f(a, b)),
    }
}

/// The values some bars ago; `tail` holds the newest of the blocks before.
pub(super) fn lag(a: Source<'_>, tail: &mut [f64], out: &mut [f64]) {
    let Source::Values(values) = a else { return out.fill(a.at(0)) };
    let (n, bars) = (out.len(), tail.len());
    let old = bars.min(n);
    out[..old].copy_from_slice(&tail[..old]);
    out[old..].copy_from_slice(&values[..n - old]);
    tail.copy_within(old.., 0);
    tail[bars - old..].copy_from_slice(&values[n - old..n]);
}

pub(super) fn lag_bits(
    a: Bits,
    bars: usize,
    n: usize,
    bits: &[Vec<u64>],
    tail: &mut [bool],
    out: &mut [u64],
) {
    if bars == 1 {
        let mut carry = u64::from(tail[0]);
        for (i, out) in out.iter_mut().enumerate() {
            let now = word(a, bits, i);
            *out = now << 1 | carry;
            carry = now >> 63;
        }
        tail[0] = bit(a, bits, n - 1);
        return;
    }
    out.fill(0);
    let old = bars.min(n);
    for i in 0..n {
        let on = if i < old { tail[i] } else { bit(a, bits, i - old) };
        out[i / 64] |= u64::from(on) << (i % 64);
    }
    tail.copy_within(old.., 0);
    for (k, place) in tail[bars - old..].iter_mut().enumerate() {
        *place = bit(a, bits, n - old + k);
    }
}

/// Bits of where the first is above and below the second, and of where both are defined.
pub(super) fn compare(a: Source<'_>, b: Source<'_>, n: usize, wants_defined: bool, out: [&mut Vec<u64>; 3]) {
    let [above, below, defined] = out;
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    for i in 0..n.div_ceil(64) {
        let (from, to) = (64 * i, (64 * i + 64).min(n));
        let a = lane(a, from, to, &mut left);
        let b = lane(b, from, to, &mut right);
        (above[i], below[i]) = crate::signals::beyond(a, b, DEAD_BAND);
        if wants_defined {
            defined[i] = a
                .iter()
                .zip(b)
                .enumerate()
                .fold(0, |word, (k, (a, b))| word | u64::from(!(a - b).is_nan()) << k);
        }
    }
}

#[inline]
fn lane<'a>(source: Source<'a>, from: usize, to: usize, room: &'a mut [f64; 64]) -> &'a [f64] {
    match source {
        Source::Values(values) => &values[from..to],
        Source::Constant(x) => {
            room.fill(x);
            &room[..to - from]
        }
    }
}

impl SessionMemory {
    pub(super) fn new() -> SessionMemory {
        SessionMemory { session: None, today: f64::NAN, before: f64::NAN }
    }

    pub(super) fn run(&mut self, value: SessionValue, block: &Block<'_>, out: &mut [f64]) {
        let column = block.column(value.input());
        if column.len() < out.len() || block.session.len() < out.len() {
            return out.fill(f64::NAN);
        }
        for ((out, &x), &session) in out.iter_mut().zip(column).zip(block.session) {
            if self.session != Some(session) {
                (self.before, self.today) = (self.today, f64::NAN);
                self.session = Some(session);
            }
            self.today = match value {
                _ if self.today.is_nan() => x,
                SessionValue::Open | SessionValue::PreviousOpen => self.today,
                SessionValue::High | SessionValue::PreviousHigh => Arithmetic::Greatest.of(x, self.today),
                SessionValue::Low | SessionValue::PreviousLow => Arithmetic::Least.of(x, self.today),
                SessionValue::PreviousClose => x,
            };
            *out = if value.is_previous() { self.before } else { self.today };
        }
    }
}

/// What a session value remembers.
pub(super) struct SessionMemory {
    session: Option<u32>,
    today: f64,
    before: f64,
}

impl<'a> Block<'a> {
    pub(super) fn column(&self, input: Input) -> &'a [f64] {
        match input {
            Input::Open => self.open,
            Input::High => self.high,
            Input::Low => self.low,
            Input::Close => self.close,
            Input::Volume => self.volume,
            Input::Session | Input::Minute => &[],
        }
    }
}
