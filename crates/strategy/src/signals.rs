//! Marks on bars, one bit each.

mod compare;

pub(crate) use compare::beyond;

use domain::Price;

use crate::Distances;

/// The four wishes a strategy can have at a close.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct SignalBits {
    pub enter_long: bool,
    pub exit_long: bool,
    pub enter_short: bool,
    pub exit_short: bool,
}

impl SignalBits {
    /// The marks that are set in both.
    #[inline]
    #[must_use]
    pub const fn restricted_to(self, wanted: SignalBits) -> SignalBits {
        SignalBits {
            enter_long: self.enter_long && wanted.enter_long,
            exit_long: self.exit_long && wanted.exit_long,
            enter_short: self.enter_short && wanted.enter_short,
            exit_short: self.exit_short && wanted.exit_short,
        }
    }
}

/// Marks for a series of bars.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Signals {
    enter_long: Vec<u64>,
    exit_long: Vec<u64>,
    enter_short: Vec<u64>,
    exit_short: Vec<u64>,
    len: usize,
    /// Stop, target and trailing stop at each bar in rupees, 0 where there is none; empty if the strategy has none.
    distances: Vec<[f64; 3]>,
    trails: bool,
}

/// A column of marks to append: 64 bars a word, the first bar in the lowest bit.
#[derive(Clone, Copy)]
pub(crate) enum Words<'a> {
    All(bool),
    Each(&'a [u64]),
}

impl Signals {
    pub fn with_capacity(bars: usize) -> Signals {
        let words = bars.div_ceil(64);
        let column = || Vec::with_capacity(words);
        Signals {
            enter_long: column(),
            exit_long: column(),
            enter_short: column(),
            exit_short: column(),
            len: 0,
            distances: Vec::new(),
            trails: false,
        }
    }

    /// Bars marked so far: the index of the next block's first bar.
    pub fn start(&self) -> usize {
        self.len
    }

    /// Appends a block of `bars` in which `at(i)` gives the marks.
    #[inline]
    pub fn extend(&mut self, bars: usize, mut at: impl FnMut(usize) -> SignalBits) {
        let mut i = 0;
        while i < bars {
            let bit = self.len % 64;
            let take = (64 - bit).min(bars - i);
            // Whole words in registers: a vector touched at every bar costs more than most rules.
            let mut words = [0u64; 4];
            for k in 0..take {
                let bits = at(i + k);
                let marks = [bits.enter_long, bits.exit_long, bits.enter_short, bits.exit_short];
                for (word, mark) in words.iter_mut().zip(marks) {
                    *word |= u64::from(mark) << (bit + k);
                }
            }
            let columns =
                [&mut self.enter_long, &mut self.exit_long, &mut self.enter_short, &mut self.exit_short];
            for (column, word) in columns.into_iter().zip(words) {
                match column.get_mut(self.len / 64) {
                    Some(last) => *last |= word,
                    None => column.push(word),
                }
            }
            self.len += take;
            i += take;
        }
    }

    /// Appends a block for a rule that always wants one side: long where `up`, short where `down`, else what it has.
    /// `up` and `down` are never both true.
    #[inline]
    pub fn extend_reversing(
        &mut self,
        bars: usize,
        up: impl Fn(usize) -> bool,
        down: impl Fn(usize) -> bool,
    ) {
        self.extend_sides(bars, |from, take| {
            (0..take).fold((0, 0), |(ups, downs), k| {
                (ups | u64::from(up(from + k)) << k, downs | u64::from(down(from + k)) << k)
            })
        });
    }

    /// Like [`Signals::extend_reversing`], long where `fast` is more than `band` above `slow`, short where it is more
    /// than that below. A value that is not a number marks nothing.
    #[inline]
    pub fn extend_crossing(&mut self, fast: &[f64], slow: &[f64], band: f64) {
        self.extend_sides(fast.len().min(slow.len()), |from, take| {
            compare::beyond(&fast[from..from + take], &slow[from..from + take], band)
        });
    }

    /// Appends `bars`; `words(from, take)` gives the marks of at most 64 of them as bits.
    #[inline]
    fn extend_sides(&mut self, bars: usize, words: impl Fn(usize, usize) -> (u64, u64)) {
        let mut i = 0;
        while i < bars {
            let bit = self.len % 64;
            let take = (64 - bit).min(bars - i);
            let (ups, downs) = words(i, take);
            if bit == 0 {
                self.enter_long.push(ups);
                self.exit_short.push(ups);
                self.enter_short.push(downs);
                self.exit_long.push(downs);
            } else {
                let word = self.len / 64;
                self.enter_long[word] |= ups << bit;
                self.exit_short[word] |= ups << bit;
                self.enter_short[word] |= downs << bit;
                self.exit_long[word] |= downs << bit;
            }
            self.len += take;
            i += take;
        }
    }

    /// Appends `bars` whose marks stand in words already: entering and leaving long, entering and leaving short.
    pub(crate) fn extend_words(&mut self, bars: usize, columns: [Words<'_>; 4]) {
        let shift = self.len % 64;
        let words = (self.len + bars).div_ceil(64);
        let ours = [&mut self.enter_long, &mut self.exit_long, &mut self.enter_short, &mut self.exit_short];
        for (ours, theirs) in ours.into_iter().zip(columns) {
            for i in 0..bars.div_ceil(64) {
                let word = match theirs {
                    Words::All(true) => u64::MAX,
                    Words::All(false) => 0,
                    Words::Each(words) => words[i],
                };
                // Bits past the last bar mean nothing.
                let rest = bars - 64 * i;
                let word = if rest < 64 { word & ((1 << rest) - 1) } else { word };
                match ours.last_mut().filter(|_| shift > 0) {
                    Some(last) => {
                        *last |= word << shift;
                        ours.push(word >> (64 - shift));
                    }
                    None => ours.push(word),
                }
            }
            ours.truncate(words);
        }
        self.len += bars;
    }

    /// Appends the distances of as many bars as were marked last.
    pub(crate) fn extend_distances(&mut self, distances: impl Iterator<Item = [f64; 3]>, trails: bool) {
        // Equal where nothing is: NaN differs from itself.
        let known = |x: f64| if x.is_nan() { 0.0 } else { x };
        self.distances.extend(distances.map(|all| all.map(known)));
        self.trails = trails;
    }

    /// Whether the strategy reckons a trailing stop of its own: it needs to see each bar while it holds something.
    pub fn trails(&self) -> bool {
        self.trails
    }

    /// Stop, target and trailing stop at bar `i`; none where they are undefined or not above 0.
    #[inline]
    pub fn distances(&self, i: usize) -> Distances {
        let price = |x: f64| Price::from_f64(x).ok().filter(|d| *d > Price::ZERO);
        let Some(all) = self.distances.get(i) else { return Distances::default() };
        let [stop, target, trail] = all.map(price);
        Distances { stop, target, trail }
    }

    /// Appends one bar.
    #[inline]
    pub fn push(&mut self, bits: SignalBits) {
        let (word, bit) = (self.len / 64, self.len % 64);
        if bit == 0 {
            for column in
                [&mut self.enter_long, &mut self.exit_long, &mut self.enter_short, &mut self.exit_short]
            {
                column.push(0);
            }
        }
        self.enter_long[word] |= u64::from(bits.enter_long) << bit;
        self.exit_long[word] |= u64::from(bits.exit_long) << bit;
        self.enter_short[word] |= u64::from(bits.enter_short) << bit;
        self.exit_short[word] |= u64::from(bits.exit_short) << bit;
        self.len += 1;
    }

    /// The marks of bar `i`; none past the end.
    #[inline]
    pub fn at(&self, i: usize) -> SignalBits {
        let get = |column: &[u64]| column.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 == 1);
        SignalBits {
            enter_long: get(&self.enter_long),
            exit_long: get(&self.exit_long),
            enter_short: get(&self.enter_short),
            exit_short: get(&self.exit_short),
        }
    }

    /// The first bar at or after `from` with any of the `wanted` marks.
    #[inline]
    pub fn next(&self, from: usize, wanted: SignalBits) -> Option<usize> {
        if from >= self.len {
            return None;
        }
        let pick = |on: bool| if on { u64::MAX } else { 0 };
        let (el, xl) = (pick(wanted.enter_long), pick(wanted.exit_long));
        let (es, xs) = (pick(wanted.enter_short), pick(wanted.exit_short));
        let mut word = from / 64;
        let mut keep = u64::MAX << (from % 64);
        while word < self.enter_long.len() {
            let hits = (self.enter_long[word] & el)
                | (self.exit_long[word] & xl)
                | (self.enter_short[word] & es)
                | (self.exit_short[word] & xs);
            if hits & keep != 0 {
                return Some(word * 64 + (hits & keep).trailing_zeros() as usize);
            }
            keep = u64::MAX;
            word += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_of_any_size_mark_the_same(marks in prop::collection::vec((any::<bool>(), any::<bool>()), 1..300), cut in 0usize..300) {
            let cut = cut.min(marks.len());
            let mut whole = Signals::default();
            for &(up, down) in &marks {
                let down = down && !up;
                whole.push(SignalBits { enter_long: up, exit_short: up, enter_short: down, exit_long: down });
            }
            let mut parts = Signals::with_capacity(marks.len());
            for part in [&marks[..cut], &marks[cut..]] {
                parts.extend_reversing(part.len(), |i| part[i].0, |i| part[i].1 && !part[i].0);
            }
            prop_assert_eq!(&whole, &parts);
            let wanted = SignalBits { enter_short: true, ..SignalBits::default() };
            let found = whole.next(cut, wanted);
            prop_assert_eq!(found, (cut..marks.len()).find(|&i| marks[i].1 && !marks[i].0));
        }

        #[test]
        fn crossings_are_plain_comparisons(pairs in prop::collection::vec((-3i32..3, -3i32..3, any::<bool>()), 0..200)) {
            let value = |x: i32, undefined: bool| if undefined { f64::NAN } else { f64::from(x) };
            let fast: Vec<f64> = pairs.iter().map(|p| value(p.0, p.2)).collect();
            let slow: Vec<f64> = pairs.iter().map(|p| f64::from(p.1)).collect();
            let (mut quick, mut plain) = (Signals::default(), Signals::default());
            quick.extend_crossing(&fast, &slow, 1.0);
            plain.extend_reversing(pairs.len(), |i| fast[i] - slow[i] > 1.0, |i| fast[i] - slow[i] < -1.0);
            prop_assert_eq!(quick, plain);
        }
    }
}
