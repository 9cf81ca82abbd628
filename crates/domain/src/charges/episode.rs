//! The running charges of one episode: exact sums inside, rounded amounts outside.

use super::ChargesByKind;
use crate::Money;
use crate::money::PER_PAISA;
use crate::time::DayNumber;
use serde::{Deserialize, Serialize};

/// Rates are in paise per crore of turnover, a 1/1,000,000,000 part of it. Exact to 0.01 rupee in a crore, the finest
/// that exchanges publish.
pub(super) const RATE_UNIT: u64 = 1_000_000_000;
/// Turnover in 1/10,000 rupee times a rate is in 1/10^13 rupee: so many make a paisa.
pub(super) const PER_EXACT_PAISA: u64 = 100_000_000_000;
/// So many make 1/10,000 rupee.
pub(super) const PER_EXACT_STEP: u128 = 1_000_000_000;
const PER_EXACT_RUPEE: u64 = 100 * PER_EXACT_PAISA;

/// The components that are summed exactly, in the order of the arrays below.
pub(super) const STT: usize = 0;
pub(super) const STAMP: usize = 1;
pub(super) const EXCHANGE: usize = 2;
pub(super) const IPFT: usize = 3;
pub(super) const SEBI: usize = 4;
/// How many go by turnover alone; brokerage goes by orders.
pub(super) const BY_TURNOVER: usize = 5;

/// Running turnover and charges of one flat-to-flat episode; `default()` begins one.
///
/// Every part only ever grows, so no fill books a negative amount, not even by a paisa of rounding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct EpisodeCharges {
    /// Sums of turnover × rate, in 1/10^13 rupee.
    pub(super) by_turnover: [u128; BY_TURNOVER],
    pub(super) brokerage: u128,
    /// Grows by what each fill adds to the rounded base, at the fill's own rate.
    gst: u128,
    /// What GST is taken of: the rounded components, in paise.
    gst_base: i64,
    /// DP charge with its GST, in paise: of the sell days before the current one, and of all.
    dp_before_day: i64,
    dp: i64,
    dp_day: Option<DayNumber>,
    /// Delivery sold on `dp_day`, in 1/10,000 rupee.
    sold_on_day: u128,
    percent: Money,
    total: Money,
}

/// Half up to the unit. Amounts are not negative, so half up and half away from zero agree.
fn rounded(exact: u128, unit: u64) -> i64 {
    // 128-bit division is a function call of some thirty nanoseconds; nearly every sum fits 64 bits.
    if let Ok(exact) = u64::try_from(exact) {
        return (exact / unit + u64::from(exact % unit >= unit.div_ceil(2))) as i64;
    }
    let unit = u128::from(unit);
    // Past the range of `Money`, which panics on overflow like all its operators.
    i64::try_from(exact / unit).unwrap_or(i64::MAX) + i64::from(exact % unit >= unit.div_ceil(2))
}

/// To the paisa, in paise.
#[inline]
pub(super) fn to_paise(exact: u128) -> i64 {
    rounded(exact, PER_EXACT_PAISA)
}

impl EpisodeCharges {
    /// What has been booked so far.
    #[inline]
    pub fn total(&self) -> Money {
        self.total
    }

    /// What has been booked so far, by kind; sums to [`EpisodeCharges::total`].
    pub fn by_kind(&self) -> ChargesByKind {
        let paise = |exact| Money::paise(to_paise(exact));
        ChargesByKind {
            brokerage: paise(self.brokerage),
            stt: paise(self.by_turnover[STT]),
            exchange: paise(self.by_turnover[EXCHANGE]),
            ipft: paise(self.by_turnover[IPFT]),
            sebi: paise(self.by_turnover[SEBI]),
            stamp: paise(self.by_turnover[STAMP]),
            gst: paise(self.gst),
            dp: Money::paise(self.dp),
            percent: self.percent,
        }
    }

    /// The same charges as a contract note states them: STT or CTT and stamp duty to the nearest rupee, half up, the
    /// rest to the paisa. The whole episode is taken as one note; a broker writes one for each day.
    pub fn contract_note(&self) -> ChargesByKind {
        let rupees = |exact| Money::rupees(rounded(exact, PER_EXACT_RUPEE));
        ChargesByKind {
            stt: rupees(self.by_turnover[STT]),
            stamp: rupees(self.by_turnover[STAMP]),
            ..self.by_kind()
        }
    }

    /// Adds a charge of the `pct=` plan.
    #[inline]
    pub(super) fn add_percent(&mut self, amount: Money) {
        self.percent += amount;
        self.total += amount;
    }

    /// Adds delivery sold on a day; `charge` turns the day's whole sale into paise, GST included.
    #[inline]
    pub(super) fn sell_delivery(&mut self, day: DayNumber, value: u128, charge: impl Fn(u128) -> i64) {
        if self.dp_day != Some(day) {
            self.dp_before_day = self.dp;
            self.dp_day = Some(day);
            self.sold_on_day = 0;
        }
        self.sold_on_day += value;
        self.dp = self.dp_before_day + charge(self.sold_on_day);
    }

    /// Rounds the sums anew and returns what the total grew by. `gst_rate` is the rate of the fill that came.
    #[inline]
    pub(super) fn settle(&mut self, gst_rate: u32) -> Money {
        let base = to_paise(self.brokerage)
            + to_paise(self.by_turnover[EXCHANGE])
            + to_paise(self.by_turnover[IPFT])
            + to_paise(self.by_turnover[SEBI]);
        // A paisa of base is 10^11 exact units, a rate's unit 1/10^9 of it: 100.
        self.gst += (base - self.gst_base) as u128 * (u128::from(gst_rate) * 100);
        self.gst_base = base;
        let taxes = to_paise(self.by_turnover[STT]) + to_paise(self.by_turnover[STAMP]) + to_paise(self.gst);
        let total = self.percent + Money::from_raw((base + taxes + self.dp) * PER_PAISA);
        let grown = total - self.total;
        self.total = total;
        grown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_up_and_less_does_not() {
        let paisa = u128::from(PER_EXACT_PAISA);
        assert_eq!(to_paise(paisa / 2), 1);
        assert_eq!(to_paise(paisa / 2 - 1), 0);
        assert_eq!(to_paise(paisa * 7 + paisa / 2), 8);
        assert_eq!(to_paise(u128::from(u64::MAX)), 184_467_441);
        assert_eq!(to_paise(u128::from(u64::MAX) + 1), 184_467_441);
    }

    proptest! {
        #[test]
        fn rounding_is_the_same_on_both_roads(paise in 0u64..1_000_000_000_000, rest in 0..PER_EXACT_PAISA) {
            let exact = u128::from(paise) * u128::from(PER_EXACT_PAISA) + u128::from(rest);
            let up = u64::from(2 * rest >= PER_EXACT_PAISA);
            prop_assert_eq!(to_paise(exact), (paise + up) as i64);
        }
    }
}
