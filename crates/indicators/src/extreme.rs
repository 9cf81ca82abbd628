//! The highest or lowest of the last `n` values.

/// Values are taken in groups of `n` bars. A window is the end of the previous group, whose extremes from each place
/// on are worked out when the group is complete, and the start of the current one, whose extreme is kept as it grows:
/// O(1) a bar, amortised, and two comparisons for each. (So is a monotonic queue, but the processor guesses its loop
/// wrong on most bars of a wandering price: a channel of 20 bars took 52 ns a bar with it and takes 15 with this.)
#[derive(Debug, Clone)]
pub(crate) struct Extreme<const HIGHEST: bool> {
    /// Before `at` the current group's values, from there on the previous group's extremes from each place to its end.
    group: Vec<f64>,
    at: usize,
    /// The extreme of the current group so far.
    current: f64,
    full: bool,
}

impl<const HIGHEST: bool> Extreme<HIGHEST> {
    const NONE: f64 = if HIGHEST { f64::NEG_INFINITY } else { f64::INFINITY };

    pub(crate) fn new(period: usize) -> Self {
        Self { group: vec![Self::NONE; period], at: 0, current: Self::NONE, full: false }
    }

    #[inline(always)]
    fn better(a: f64, b: f64) -> f64 {
        let beaten = if HIGHEST { b > a } else { b < a };
        if beaten { b } else { a }
    }

    /// The extreme of the values so far, at most the last `n`; whether `n` are there is [`Extreme::is_full`].
    #[inline]
    pub(crate) fn next(&mut self, x: f64) -> f64 {
        self.group[self.at] = x;
        self.current = Self::better(self.current, x);
        self.at += 1;
        if let Some(&before) = self.group.get(self.at) {
            return Self::better(before, self.current);
        }
        self.complete()
    }

    #[inline(never)]
    fn complete(&mut self) -> f64 {
        let mut extreme = Self::NONE;
        for value in self.group.iter_mut().rev() {
            extreme = Self::better(extreme, *value);
            *value = extreme;
        }
        let whole = self.current;
        (self.at, self.current, self.full) = (0, Self::NONE, true);
        whole
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }
}
