//! Fixed-point rupees and whole units.
//!
//! | operation | gives |
//! |---|---|
//! | `Price ± Price` | `Price` (a difference is a price too) |
//! | `Price::value(Qty)` | `Option<Money>`: `None` on overflow |
//! | `Money ± Money`, `-Money` | `Money` |
//! | `Qty ± Qty`, `-Qty` | `Qty` |
//!
//! There is no `From<f64>`. Floats enter by [`Price::from_f64`] and [`Money::from_f64`], which name the rounding
//! (half away from zero) and refuse what is not a number. Plain operators panic on overflow in every profile:
//! prices and quantities are bounded at the door ([`Price::MAX`], [`Qty::MAX`]) so that only a bug can get there.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use thiserror::Error;

use crate::decimal::{NotDecimal, scaled};

/// Steps of 1/10,000 rupee in one rupee.
pub const SCALE: i64 = 10_000;
const DECIMALS: usize = 4;
/// Steps of 1/10,000 rupee in one paisa.
pub const PER_PAISA: i64 = 100;

/// Why a text or a float is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmountError {
    #[error("`{0}` is not a number")]
    NotANumber(String),
    #[error("`{0}` is too large: at most {1} is allowed")]
    TooLarge(String, i64),
    #[error("`{0}` has more than 4 decimals")]
    TooPrecise(String),
    #[error("`{0}` must be a whole number of units")]
    NotWhole(String),
}

/// Rupees per unit (or index points), in 1/10,000: currency derivatives tick at 0.0025.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Price(i64);

/// An amount of rupees, in 1/10,000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Money(i64);

/// Units (shares, or lot size × lots), signed: a short position is negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Qty(i64);

/// The smallest price step of an instrument; always positive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Tick(i64);

macro_rules! additive {
    ($($t:ident),*) => {$(
        impl $t {
            pub const ZERO: $t = $t(0);

            /// The raw integer, for storage.
            #[inline]
            pub const fn raw(self) -> i64 { self.0 }

            /// From the raw integer of storage.
            #[inline]
            pub const fn from_raw(raw: i64) -> Self { $t(raw) }

            #[must_use]
            #[inline]
            pub const fn abs(self) -> Self { $t(self.0.abs()) }

            #[inline]
            pub const fn is_zero(self) -> bool { self.0 == 0 }

            #[inline]
            pub const fn signum(self) -> i64 { self.0.signum() }
        }
        impl Add for $t { type Output = $t; #[inline] fn add(self, o: $t) -> $t { $t(self.0 + o.0) } }
        impl Sub for $t { type Output = $t; #[inline] fn sub(self, o: $t) -> $t { $t(self.0 - o.0) } }
        impl Neg for $t { type Output = $t; #[inline] fn neg(self) -> $t { $t(-self.0) } }
        impl AddAssign for $t { #[inline] fn add_assign(&mut self, o: $t) { self.0 += o.0; } }
        impl SubAssign for $t { #[inline] fn sub_assign(&mut self, o: $t) { self.0 -= o.0; } }
        impl std::iter::Sum for $t { fn sum<I: Iterator<Item = $t>>(it: I) -> $t { it.fold($t(0), Add::add) } }
    )*};
}
additive!(Price, Money, Qty);

/// `n / d` rounded half away from zero; `d` is positive.
#[inline]
pub const fn div_round(n: i128, d: i128) -> i128 {
    const SMALL: i128 = i64::MAX as i128 / 2;
    if -SMALL < n && n < SMALL && d < SMALL {
        // A 64-bit division is ten times as fast, and nearly every amount fits.
        let (n, d) = (n as i64, d as i64);
        let half = d / 2;
        return (if n >= 0 { (n + half) / d } else { -((-n + half) / d) }) as i128;
    }
    let half = d / 2;
    if n >= 0 { (n + half) / d } else { -((-n + half) / d) }
}

impl Price {
    /// Ten crore rupees a unit: nothing in India trades near it, and products with [`Qty::MAX`] fit.
    pub const MAX: Price = Price(1_000_000_000_000);

    /// Whole rupees.
    pub const fn rupees(rupees: i64) -> Price {
        Price(rupees * SCALE)
    }

    /// The nearest 1/10,000 to a float, half away from zero; the only door for floats.
    pub fn from_f64(x: f64) -> Result<Price, AmountError> {
        from_float(x, Price::MAX.0).map(Price)
    }

    /// For indicators and display. Exact to the nearest double.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// Price × quantity; `None` when the product does not fit.
    #[inline]
    pub const fn value(self, qty: Qty) -> Option<Money> {
        match self.0.checked_mul(qty.0) {
            Some(raw) => Some(Money(raw)),
            None => None,
        }
    }

    /// The nearest tick at or below.
    #[must_use]
    pub const fn floor_to(self, tick: Tick) -> Price {
        Price(self.0.div_euclid(tick.0) * tick.0)
    }

    /// The nearest tick at or above.
    #[must_use]
    pub const fn ceil_to(self, tick: Tick) -> Price {
        Price(-((-self.0).div_euclid(tick.0) * tick.0))
    }

    /// Whether the price is a whole number of ticks.
    pub const fn is_on(self, tick: Tick) -> bool {
        self.0 % tick.0 == 0
    }

    /// The price moved by `n` ticks.
    #[must_use]
    #[inline]
    pub const fn offset(self, n: i64, tick: Tick) -> Price {
        Price(self.0 + n * tick.0)
    }
}

impl Money {
    /// Whole rupees.
    pub const fn rupees(rupees: i64) -> Money {
        Money(rupees * SCALE)
    }

    /// From paise.
    pub const fn paise(paise: i64) -> Money {
        Money(paise * PER_PAISA)
    }

    /// The nearest 1/10,000 to a float, half away from zero.
    pub fn from_f64(x: f64) -> Result<Money, AmountError> {
        from_float(x, i64::MAX / 1_000).map(Money)
    }

    /// For metrics and display. Exact to the nearest double.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    pub const fn checked_add(self, other: Money) -> Option<Money> {
        match self.0.checked_add(other.0) {
            Some(raw) => Some(Money(raw)),
            None => None,
        }
    }

    /// `self × numerator / denominator`, rounded half away from zero.
    #[must_use]
    #[inline]
    pub const fn scale(self, numerator: i64, denominator: i64) -> Money {
        Money(div_round(self.0 as i128 * numerator as i128, denominator as i128) as i64)
    }

    /// The average price of `self` over `qty` units, rounded half away from zero; `None` for no units.
    pub const fn per_unit(self, qty: Qty) -> Option<Price> {
        if qty.0 == 0 {
            return None;
        }
        let (n, d) = if qty.0 > 0 { (self.0, qty.0) } else { (-self.0, -qty.0) };
        Some(Price(div_round(n as i128, d as i128) as i64))
    }
}

impl Qty {
    /// A hundred crore units: more than any company has free float to trade in one order.
    pub const MAX: Qty = Qty(1_000_000_000);

    #[inline]
    pub const fn units(units: i64) -> Qty {
        Qty(units)
    }

    /// The largest multiple of `lot` not above `self` (which is not negative).
    #[must_use]
    pub const fn floor_to_lot(self, lot: Qty) -> Qty {
        Qty(self.0 / lot.0 * lot.0)
    }
}

impl Tick {
    /// 0.05 rupee, what an instrument without data gets.
    pub const DEFAULT: Tick = Tick(500);

    /// `None` unless positive.
    pub const fn new(step: Price) -> Option<Tick> {
        if step.0 > 0 { Some(Tick(step.0)) } else { None }
    }

    pub const fn price(self) -> Price {
        Price(self.0)
    }
}

fn from_float(x: f64, max: i64) -> Result<i64, AmountError> {
    if !x.is_finite() {
        return Err(AmountError::NotANumber(x.to_string()));
    }
    // 64-bit floats hold 15 digits: `x * 10000` may land a hair beside the half that the decimal text shows,
    // which is far below the fourth decimal for any price inside the bound.
    let scaled = (x * SCALE as f64).round();
    if scaled.abs() > max as f64 {
        return Err(AmountError::TooLarge(x.to_string(), max / SCALE));
    }
    Ok(scaled as i64)
}

/// Reads `-1234.5678`, exact, without a float in between. More decimals than four are refused.
fn parse_decimal(text: &str, max: i64) -> Result<i64, AmountError> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let raw = scaled(unsigned, DECIMALS, max.unsigned_abs()).map_err(|why| match why {
        NotDecimal::Malformed => AmountError::NotANumber(text.to_owned()),
        NotDecimal::TooPrecise => AmountError::TooPrecise(text.to_owned()),
        NotDecimal::TooLarge => AmountError::TooLarge(text.to_owned(), max / SCALE),
    })? as i64;
    Ok(if text.starts_with('-') { -raw } else { raw })
}

impl FromStr for Price {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Price, AmountError> {
        parse_decimal(text, Price::MAX.0).map(Price)
    }
}

impl FromStr for Money {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Money, AmountError> {
        parse_decimal(text, i64::MAX / 1_000).map(Money)
    }
}

impl FromStr for Qty {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Qty, AmountError> {
        let units: i64 = text.parse().map_err(|_| AmountError::NotWhole(text.to_owned()))?;
        if units.unsigned_abs() > Qty::MAX.0 as u64 {
            return Err(AmountError::TooLarge(text.to_owned(), Qty::MAX.0));
        }
        Ok(Qty(units))
    }
}

fn write_decimal(raw: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if raw < 0 { "-" } else { "" };
    let (whole, fraction) = (raw.unsigned_abs() / SCALE as u64, raw.unsigned_abs() % SCALE as u64);
    if fraction.is_multiple_of(PER_PAISA as u64) {
        write!(f, "{sign}{whole}.{:02}", fraction / PER_PAISA as u64)
    } else {
        write!(f, "{sign}{whole}.{fraction:04}")
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(self.0, f)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(self.0, f)
    }
}

impl fmt::Display for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(self.0, f)
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "₹{self}")
    }
}

impl fmt::Debug for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_read_exactly() {
        assert_eq!("1234.5678".parse(), Ok(Price(12_345_678)));
        assert_eq!("-0.05".parse(), Ok(Money(-500)));
        assert_eq!("100".parse(), Ok(Price(1_000_000)));
        assert_eq!("7.50000".parse(), Ok(Price(75_000)));
        assert_eq!("1.00001".parse::<Price>(), Err(AmountError::TooPrecise("1.00001".into())));
        for bad in ["", ".", "-", "1e5", "NaN", "1,000", "1.2.3", "٣"] {
            assert!(bad.parse::<Price>().is_err(), "{bad}");
        }
        assert!("99999999999999999999".parse::<Money>().is_err());
        assert!("1.5".parse::<Qty>().is_err());
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(Price::from_f64(0.00005).unwrap(), Price(1));
        assert_eq!(Price::from_f64(-0.00005).unwrap(), Price(-1));
        assert_eq!(Money(5).scale(1, 10), Money(1));
        assert_eq!(Money(-5).scale(1, 10), Money(-1));
        assert!(Price::from_f64(f64::NAN).is_err());
        assert!(Price::from_f64(1e300).is_err());
    }

    #[test]
    fn ticks_round_both_ways() {
        let tick = Tick::DEFAULT;
        let p: Price = "100.07".parse().unwrap();
        assert_eq!(p.floor_to(tick), "100.05".parse().unwrap());
        assert_eq!(p.ceil_to(tick), "100.10".parse().unwrap());
        assert_eq!((-p).floor_to(tick), "-100.10".parse().unwrap());
        assert!(p.floor_to(tick).is_on(tick));
    }

    proptest! {
        #[test]
        fn print_then_parse_is_identity(raw in -1_000_000_000_000i64..=1_000_000_000_000) {
            prop_assert_eq!(Price(raw).to_string().parse::<Price>(), Ok(Price(raw)));
        }

        #[test]
        fn float_round_trip_is_exact(raw in -1_000_000_000_000i64..=1_000_000_000_000) {
            prop_assert_eq!(Price::from_f64(Price(raw).to_f64()), Ok(Price(raw)));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Price>();
            let _ = text.parse::<Qty>();
        }
    }
}
