//! Random numbers that are the same on every machine, for ever: integer arithmetic, and floats only by operations that
//! IEEE 754 rounds exactly (`+ − × ÷ √`). Not for secrets.

/// xoshiro256++ 1.0 (Blackman and Vigna 2019), seeded by SplitMix64 as its authors advise.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: [u64; 4],
}

impl Random {
    /// A stream of its own for each pair of seed and name: another symbol in the market changes none of the others.
    pub(super) fn new(seed: u64, name: &str) -> Random {
        // FNV-1a folds the name into the seed.
        let mut mix = name
            .bytes()
            .fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let mut split = || {
            mix = mix.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (mix ^ (mix >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Random { state: [split(), split(), split(), split()] }
    }

    #[inline]
    pub(super) fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let drawn = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        drawn
    }

    /// Uniform on [0, 1), 53 bits.
    #[inline]
    pub(super) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether an event of this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Near enough to a standard normal: the sum of twelve uniforms (Irwin–Hall), of 16 bits each. Never beyond ±6;
    /// the fat tails of returns come from changing volatility, not from here.
    #[inline]
    pub(super) fn normal(&mut self) -> f64 {
        const MEAN: i64 = 12 * 65_535 / 2;
        let mut sum = 0_i64;
        for _ in 0..3 {
            let x = self.next();
            sum += (x & 0xffff) as i64
                + (x >> 16 & 0xffff) as i64
                + (x >> 32 & 0xffff) as i64
                + (x >> 48) as i64;
        }
        (sum - MEAN) as f64 / 65_536.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of the authors' C code from state {1, 2, 3, 4}.
        let mut random = Random { state: [1, 2, 3, 4] };
        let drawn: Vec<u64> = (0..4).map(|_| random.next()).collect();
        assert_eq!(drawn, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut random = Random::new(1, "x");
        let n = 200_000;
        let (sum, squares) = (0..n).map(|_| random.normal()).fold((0.0, 0.0), |(s, q), z| (s + z, q + z * z));
        let mean = sum / f64::from(n);
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((squares / f64::from(n) - 1.0).abs() < 0.01);
    }
}
