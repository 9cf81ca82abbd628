//! Overnight gaps that no trading makes: splits and bonuses that the prices were not adjusted for.

use std::fmt;
use std::ops::Range;

use domain::{Bars, Date, Price};

use super::end_of_day;

/// Ratios that splits and bonuses of Indian shares have, as shares after for shares before: bonus 1:3, 1:2, 2:3, 1:1
/// (and a face value halved), 3:2 (and ₹5 to ₹2), 2:1, 3:1, ₹10 to ₹2, ₹10 to ₹1, ₹100 to ₹10 with a bonus, ₹100 to ₹1.
const RATIOS: [Ratio; 11] = [
    Ratio { after: 4, before: 3 },
    Ratio { after: 3, before: 2 },
    Ratio { after: 5, before: 3 },
    Ratio { after: 2, before: 1 },
    Ratio { after: 5, before: 2 },
    Ratio { after: 3, before: 1 },
    Ratio { after: 4, before: 1 },
    Ratio { after: 5, before: 1 },
    Ratio { after: 10, before: 1 },
    Ratio { after: 20, before: 1 },
    Ratio { after: 100, before: 1 },
];
/// How far from a ratio of two or more a gap may lie, in percent: the night moved the price too.
const NEAR: i128 = 8;
/// The same below two, where a crash and a demerger lie close.
const NEAR_BELOW_TWO: i128 = 3;

/// A jump from one day's last close to the next day's first open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The day that opened elsewhere.
    pub date: Date,
    /// The day with bars before it: not always the day before.
    pub previous: Date,
    pub close: Price,
    pub open: Price,
}

/// So many shares after for so many before: 10 for 1 divides the price by ten, 1 for 10 (a consolidation) multiplies it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ratio {
    pub after: u32,
    pub before: u32,
}

impl Gap {
    /// The change in hundredths of a percent, toward zero: −4,998 for −49.98 %.
    pub fn basis_points(&self) -> i64 {
        (self.open - self.close).raw() * 10_000 / self.close.raw().max(1)
    }

    /// The split or bonus that would explain the gap; `None` if it is near none: a crash, a demerger, wrong data.
    pub fn ratio(&self) -> Option<Ratio> {
        let (close, open) = (i128::from(self.close.raw()), i128::from(self.open.raw()));
        let fell = open < close;
        let (large, small) = if fell { (close, open) } else { (open, close) };
        let near = RATIOS.into_iter().filter(|ratio| {
            let (after, before) = (i128::from(ratio.after), i128::from(ratio.before));
            let allowed = if after < 2 * before { NEAR_BELOW_TWO } else { NEAR };
            (large * before - small * after).abs() * 100 <= small * after * allowed
        });
        let distance = |ratio: &Ratio| {
            (large * i128::from(ratio.before) - small * i128::from(ratio.after)).abs()
                / i128::from(ratio.after)
        };
        let ratio = near.min_by_key(distance)?;
        if fell {
            return Some(ratio);
        }
        // Shares are consolidated two, five or ten to one: below that a rise is a rise.
        (ratio.before == 1).then_some(Ratio { after: ratio.before, before: ratio.after })
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.before, self.after)
    }
}

/// Gaps beyond 20 %, which is the widest daily band of a share, among `rows`.
pub fn overnight_gaps(bars: &Bars, rows: Range<usize>) -> Vec<Gap> {
    let times = bars.times();
    let mut gaps = Vec::new();
    let mut i = rows.start;
    while i < rows.end {
        let next = end_of_day(&times[..rows.end], i, times[i].day().next());
        if next >= rows.end {
            break;
        }
        let (close, open) = (bars.closes()[next - 1], bars.opens()[next]);
        if i128::from((open - close).raw().abs()) * 5 > i128::from(close.raw()) {
            gaps.push(Gap { date: times[next].date(), previous: times[i].date(), close, open });
        }
        i = next;
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn ratio(close: &str, open: &str) -> Option<String> {
        let (close, open) = (close.parse().unwrap(), open.parse().unwrap());
        let gap = Gap { date: date(2024, 1, 2), previous: date(2024, 1, 1), close, open };
        gap.ratio().map(|ratio| ratio.to_string())
    }

    /// Gaps of the NSE archives of 2000 to 2021, and what happened.
    #[test]
    fn splits_of_the_past_are_named() {
        for (close, open, split) in [
            // SBIN 2014, face value 10 to 1; Eicher 2020 likewise; Tata Motors 2011 and ICICI 2014, 10 to 2.
            ("2910.50", "294.75", Some("1:10")),
            ("21702.40", "2199.45", Some("1:10")),
            ("764.90", "145.95", Some("1:5")),
            ("1794.10", "362.50", Some("1:5")),
            // Infosys: bonus 3:1 of 2004, 1:1 of 2018; split of 2000 on a day that rose.
            ("5524.10", "1395.00", Some("1:4")),
            ("1434.25", "724.00", Some("1:2")),
            ("14109.40", "7570.00", Some("1:2")),
            // ONGC and Tata Steel, bonus 1:2.
            ("305.30", "202.80", Some("2:3")),
            ("406.40", "274.80", Some("2:3")),
            // Reliance 2006, the demerger.
            ("928.50", "580.10", None),
            // Rises: Tata Steel 2002, Eicher 2001.
            ("129.80", "155.80", None),
            ("18.50", "22.70", None),
            // A consolidation of ten.
            ("5.00", "51.00", Some("10:1")),
            ("100.00", "72.00", None),
            ("100.00", "0.05", None),
        ] {
            assert_eq!(ratio(close, open).as_deref(), split, "{close} to {open}");
        }
    }
}
