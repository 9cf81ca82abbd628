//! Comparing columns into bits.

/// Bit `k` of the first word: `a[k] - b[k] > band`; of the second: `a[k] - b[k] < -band`. At most 64 values.
#[inline]
pub(crate) fn beyond(a: &[f64], b: &[f64], band: f64) -> (u64, u64) {
    let (a_eights, a_rest) = a.as_chunks::<8>();
    let (b_eights, b_rest) = b.as_chunks::<8>();
    let (mut above, mut below) = eights(a_eights, b_eights, band);
    for (k, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        let k = 8 * a_eights.len() + k;
        above |= u64::from(a - b > band) << k;
        below |= u64::from(a - b < -band) << k;
    }
    (above, below)
}

/// Two comparisons at a time, eight to a byte: the compiler does not find the mask instruction by itself, and this loop
/// is a quarter of a simple strategy's cost.
#[cfg(target_arch = "x86_64")]
#[inline]
#[expect(unsafe_code, reason = "calls a function that needs SSE2, which every x86-64 processor has")]
fn eights(a: &[[f64; 8]], b: &[[f64; 8]], band: f64) -> (u64, u64) {
    use std::arch::x86_64::{
        _mm_cmpgt_pd, _mm_cmplt_pd, _mm_movemask_pd, _mm_set_pd, _mm_set1_pd, _mm_sub_pd,
    };

    #[target_feature(enable = "sse2")]
    fn sse2(a: &[[f64; 8]], b: &[[f64; 8]], band: f64) -> (u64, u64) {
        let (up, down) = (_mm_set1_pd(band), _mm_set1_pd(-band));
        a.iter().zip(b).enumerate().fold((0, 0), |(above, below), (k, (a, b))| {
            let (mut ups, mut downs) = (0, 0);
            for pair in 0..4 {
                let (i, shift) = (2 * pair, 2 * pair);
                let difference = _mm_sub_pd(_mm_set_pd(a[i + 1], a[i]), _mm_set_pd(b[i + 1], b[i]));
                ups |= _mm_movemask_pd(_mm_cmpgt_pd(difference, up)) << shift;
                downs |= _mm_movemask_pd(_mm_cmplt_pd(difference, down)) << shift;
            }
            (above | (ups as u64) << (8 * k), below | (downs as u64) << (8 * k))
        })
    }
    // SAFETY: the instruction set is part of the x86-64 baseline; nothing else is asked of the caller.
    unsafe { sse2(a, b, band) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn eights(a: &[[f64; 8]], b: &[[f64; 8]], band: f64) -> (u64, u64) {
    let mut words = (0, 0);
    for (k, (a, b)) in a.as_flattened().iter().zip(b.as_flattened()).enumerate() {
        words.0 |= u64::from(a - b > band) << k;
        words.1 |= u64::from(a - b < -band) << k;
    }
    words
}
