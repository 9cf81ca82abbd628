//! A small seeded generator, so that the same seed gives the same search and the same verdict on every machine and in
//! every version.

/// SplitMix64's output function (Steele, Lea and Flood 2014): spreads a number over all 64 bits.
pub(crate) fn scramble(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// xoshiro256++ (Blackman and Vigna 2019, "Scrambled linear pseudorandom number generators").
#[derive(Clone, Debug)]
pub(crate) struct Random([u64; 4]);

impl Random {
    /// One stream for each seed and purpose: two purposes never share their draws.
    pub fn new(seed: u64, purpose: u64) -> Random {
        let start = scramble(seed) ^ scramble(purpose.wrapping_mul(0xA076_1D64_78BD_642F));
        let step = |k: u64| scramble(start.wrapping_add(k.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        Random([step(1), step(2), step(3), step(4)])
    }

    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// Uniform in 0..n by multiplication (Lemire 2019); the bias is below n ÷ 2⁶⁴.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }
}
