//! The recurrence of every exponential average, `value = decay × value + input`, four bars at a time.
//!
//! Taken plainly each bar waits for the multiplication and the addition of the one before. Here only every fourth bar
//! is a link of that chain, `base = decay⁴ × base + partial`; the partial sums in between wait for nobody, and a
//! column runs more than twice as fast. Which bar is a link is counted from the seed, never from the start of a block,
//! so the bits do not depend on how a column is cut.

#[derive(Debug, Clone)]
pub(crate) struct Decay {
    /// `decay` to the powers 1 to 4.
    powers: [f64; 4],
    /// The value at the last link.
    base: f64,
    /// What the bars since then add up to.
    partial: f64,
    /// Bars since the last link, 0 to 3.
    phase: usize,
}

impl Decay {
    pub(crate) fn new(decay: f64) -> Self {
        let square = decay * decay;
        let powers = [decay, square, square * decay, square * square];
        Self { powers, base: 0.0, partial: 0.0, phase: 0 }
    }

    pub(crate) fn seed(&mut self, value: f64) {
        (self.base, self.phase) = (value, 0);
    }

    #[inline]
    pub(crate) fn next(&mut self, input: f64) -> f64 {
        self.partial = if self.phase == 0 { input } else { self.powers[0] * self.partial + input };
        let value = self.powers[self.phase] * self.base + self.partial;
        self.phase += 1;
        if self.phase == 4 {
            (self.base, self.phase) = (value, 0);
        }
        value
    }

    /// [`Decay::next`] over a block: `out[i]` becomes the value after `input(i)`.
    #[inline(always)]
    pub(crate) fn run(&mut self, input: impl Fn(usize) -> f64, out: &mut [f64]) {
        let n = out.len();
        let lead = n.min((4 - self.phase) % 4);
        for (i, out) in out[..lead].iter_mut().enumerate() {
            *out = self.next(input(i));
        }
        let [d1, d2, d3, d4] = self.powers;
        let mut base = self.base;
        let mut links = out[lead..].chunks_exact_mut(4);
        let mut i = lead;
        for link in &mut links {
            let mut partial = input(i);
            link[0] = d1 * base + partial;
            partial = d1 * partial + input(i + 1);
            link[1] = d2 * base + partial;
            partial = d1 * partial + input(i + 2);
            link[2] = d3 * base + partial;
            partial = d1 * partial + input(i + 3);
            base = d4 * base + partial;
            link[3] = base;
            i += 4;
        }
        self.base = base;
        for (j, out) in links.into_remainder().iter_mut().enumerate() {
            *out = self.next(input(i + j));
        }
    }
}
