//! Finding the next bar whose range reaches a price level.

use domain::Price;

/// The first bar in `from..to` whose low is at or below `below` or whose high is at or above `above`.
#[inline]
pub(crate) fn next_hit(
    highs: &[Price],
    lows: &[Price],
    from: usize,
    to: usize,
    below: Price,
    above: Price,
) -> Option<usize> {
    const STRIDE: usize = 16;
    let to = to.min(highs.len());
    let mut i = from;
    // Whole strides without a branch per bar first; the loop below names the bar.
    while i + STRIDE <= to {
        let (h, l) = (&highs[i..i + STRIDE], &lows[i..i + STRIDE]);
        let hit = h.iter().zip(l).fold(false, |hit, (h, l)| hit | (*l <= below) | (*h >= above));
        if hit {
            break;
        }
        i += STRIDE;
    }
    (i..to).find(|&i| lows[i] <= below || highs[i] >= above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_the_first_bar_that_reaches(bars in prop::collection::vec((50i64..150, 0i64..20), 0..100), from in 0usize..100, below in 40i64..60, above in 140i64..170) {
            let lows: Vec<_> = bars.iter().map(|b| Price::rupees(b.0)).collect();
            let highs: Vec<_> = bars.iter().map(|b| Price::rupees(b.0 + b.1)).collect();
            let (below, above) = (Price::rupees(below), Price::rupees(above));
            let expected = (from..bars.len()).find(|&i| lows[i] <= below || highs[i] >= above);
            prop_assert_eq!(next_hit(&highs, &lows, from, bars.len(), below, above), expected);
        }
    }
}
