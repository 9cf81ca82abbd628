//! Comparing columns into bits.

/// Bit `k` of the first word: `a[k] - b[k] > band`; of the second: `a[k] - b[k] < -band`. At most 64 values.
#[inline]
pub(crate) fn beyond(a: &[f64], b: &[f64], band: f64) -> (u64, u64) {
    let (a_pairs, a_rest) = a.as_chunks::<2>();
    let (b_pairs, b_rest) = b.as_chunks::<2>();
    let (mut above, mut below) = pairs(a_pairs, b_pairs, band);
    if let (Some(a), Some(b)) = (a_rest.first(), b_rest.first()) {
        let k = 2 * a_pairs.len();
        above |= u64::from(a - b > band) << k;
        below |= u64::from(a - b < -band) << k;
    }
    (above, below)
}

/// Two comparisons at a time: the compiler does not find the mask instruction by itself, and this loop is a quarter of
/// a simple strategy's cost.
#[cfg(target_arch = "x86_64")]
#[inline]
#[expect(unsafe_code, reason = "calls a function that needs SSE2, which every x86-64 processor has")]
fn pairs(a: &[[f64; 2]], b: &[[f64; 2]], band: f64) -> (u64, u64) {
    use std::arch::x86_64::{
        _mm_cmpgt_pd, _mm_cmplt_pd, _mm_movemask_pd, _mm_set_pd, _mm_set1_pd, _mm_sub_pd,
    };

    #[target_feature(enable = "sse2")]
    fn sse2(a: &[[f64; 2]], b: &[[f64; 2]], band: f64) -> (u64, u64) {
        let (up, down) = (_mm_set1_pd(band), _mm_set1_pd(-band));
        a.iter().zip(b).enumerate().fold((0, 0), |(above, below), (k, (a, b))| {
            let difference = _mm_sub_pd(_mm_set_pd(a[1], a[0]), _mm_set_pd(b[1], b[0]));
            let ups = _mm_movemask_pd(_mm_cmpgt_pd(difference, up)) as u64;
            let downs = _mm_movemask_pd(_mm_cmplt_pd(difference, down)) as u64;
            (above | ups << (2 * k), below | downs << (2 * k))
        })
    }
    // SAFETY: the instruction set is part of the x86-64 baseline; nothing else is asked of the caller.
    unsafe { sse2(a, b, band) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn pairs(a: &[[f64; 2]], b: &[[f64; 2]], band: f64) -> (u64, u64) {
    let bit = |holds: bool, at: usize| u64::from(holds) << at;
    a.iter().zip(b).enumerate().fold((0, 0), |(above, below), (k, (a, b))| {
        let (d0, d1) = (a[0] - b[0], a[1] - b[1]);
        (
            above | bit(d0 > band, 2 * k) | bit(d1 > band, 2 * k + 1),
            below | bit(d0 < -band, 2 * k) | bit(d1 < -band, 2 * k + 1),
        )
    })
}
