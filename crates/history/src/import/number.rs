//! Numbers of source files: text to 1/10,000 without a float in between.
//!
//! Reads what exchanges, brokers and spreadsheets write: blanks around, zero padding (`00058761.20`), long float tails
//! (`24876.599609375`, rounded half away from zero), exponents, thousands separators where they can mean only one
//! thing. A number that could be read in two ways is refused, never guessed.

use domain::Price;
use domain::money::{PER_PAISA, SCALE, div_round};

/// A number in 1/10,000, as a source has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Decimal {
    /// Rounded half away from zero.
    pub raw: i64,
    /// Whether decimals beyond the fourth were lost: the mark of a float that passed through 32 bits.
    pub tail: bool,
}

/// Why a field is not a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NumberError {
    NotANumber,
    TooLarge,
    /// `1,234`: one thousand two hundred and thirty-four here, one and a quarter elsewhere.
    Ambiguous,
}

impl NumberError {
    pub(super) fn reason(self) -> &'static str {
        match self {
            NumberError::NotANumber => "is not a number",
            NumberError::TooLarge => "is larger than any price or volume",
            NumberError::Ambiguous => "may mean thousands or decimals; write it without a comma",
        }
    }
}

/// The largest volume that is believed, in units: about a thousand times the busiest index day.
const MAX_VOLUME: i64 = 900_000_000_000_000;

/// A price in 1/10,000 rupee; `None` where the source has none (blank, `-`, `NA`).
pub(super) fn price(text: &[u8]) -> Result<Option<Decimal>, NumberError> {
    number(text, true).and_then(bounded)
}

fn bounded(number: Option<Decimal>) -> Result<Option<Decimal>, NumberError> {
    match number {
        Some(d) if d.raw.abs() > Price::MAX.raw() => Err(NumberError::TooLarge),
        other => Ok(other),
    }
}

/// A volume in units, to the nearest whole; nothing counts as 0.
pub(super) fn volume(text: &[u8]) -> Result<i64, NumberError> {
    let units = number(text, false)?.map_or(0, |d| div_round(i128::from(d.raw), i128::from(SCALE)) as i64);
    if units.abs() > MAX_VOLUME { Err(NumberError::TooLarge) } else { Ok(units) }
}

/// A float of a typed column.
pub(super) fn price_of_float(x: f64) -> Result<Option<Decimal>, NumberError> {
    if !x.is_finite() {
        return Err(NumberError::NotANumber);
    }
    let price = Price::from_f64(x).map_err(|_| NumberError::TooLarge)?;
    // A double holds two decimals to far better than 1e-6 of our step; what is further off had more decimals.
    let tail = (x * SCALE as f64 - price.raw() as f64).abs() > 1e-3;
    Ok(Some(Decimal { raw: price.raw(), tail }))
}

/// An integer `unscaled × 10^-scale` of a typed column.
pub(super) fn price_of_decimal(unscaled: i128, scale: i32) -> Result<Option<Decimal>, NumberError> {
    let raw = match scale {
        ..=4 => 10i128.checked_pow(scale.abs_diff(4)).and_then(|factor| unscaled.checked_mul(factor)),
        _ => 10i128.checked_pow(scale.abs_diff(4)).map(|divisor| div_round(unscaled, divisor)),
    };
    let tail = scale > 4 && 10i128.checked_pow(scale.abs_diff(4)).is_some_and(|d| unscaled % d != 0);
    let raw = raw.and_then(|raw| i64::try_from(raw).ok()).ok_or(NumberError::TooLarge)?;
    bounded(Some(Decimal { raw, tail }))
}

/// Whole units of a typed column.
pub(super) fn volume_of_int(units: i64) -> Result<i64, NumberError> {
    if units.unsigned_abs() > MAX_VOLUME as u64 { Err(NumberError::TooLarge) } else { Ok(units) }
}

/// A float volume of a typed column, to the nearest whole.
pub(super) fn volume_of_float(x: f64) -> Result<i64, NumberError> {
    if x.is_nan() {
        Err(NumberError::NotANumber)
    } else if x.abs() > MAX_VOLUME as f64 {
        Err(NumberError::TooLarge)
    } else {
        Ok(x.round() as i64)
    }
}

/// Brings a price that lost its last digits in a 32-bit float back to the tick, if the tick is that near.
pub(super) fn to_tick(price: Decimal, tick: Price) -> i64 {
    let step = tick.raw();
    let nearest = div_round(i128::from(price.raw), i128::from(step)) as i64 * step;
    // 24 bits of mantissa: half a unit in the last place is 2^-24 of the value, and our own rounding adds half a step.
    let noise = price.raw.abs() / (1 << 23) + 1;
    if price.tail && (nearest - price.raw).abs() <= noise.min(PER_PAISA) { nearest } else { price.raw }
}

fn is_absent(text: &[u8]) -> bool {
    matches!(text, b"" | b"-" | b"--")
        || text.eq_ignore_ascii_case(b"na")
        || text.eq_ignore_ascii_case(b"n/a")
        || text.eq_ignore_ascii_case(b"null")
        || text.eq_ignore_ascii_case(b"none")
}

fn number(text: &[u8], is_price: bool) -> Result<Option<Decimal>, NumberError> {
    let text = text.trim_ascii();
    let (negative, digits) = match text {
        [b'-', rest @ ..] if !rest.is_empty() => (true, rest),
        [b'+', rest @ ..] if !rest.is_empty() => (false, rest),
        _ => (false, text),
    };
    let mut whole: i64 = 0;
    let mut i = 0;
    while let Some(digit) = digits.get(i).filter(|b| b.is_ascii_digit()) {
        whole = whole * 10 + i64::from(digit - b'0');
        if whole > i64::MAX / SCALE / 100 {
            return float(text);
        }
        i += 1;
    }
    let whole_digits = i;
    let mut fraction: i64 = 0;
    let mut tail = false;
    let mut fraction_digits = 0;
    if digits.get(i) == Some(&b'.') {
        i += 1;
        let mut round_up = false;
        while let Some(digit) = digits.get(i).filter(|b| b.is_ascii_digit()) {
            let value = digit - b'0';
            match fraction_digits {
                0..4 => fraction = fraction * 10 + i64::from(value),
                4 => round_up = value >= 5,
                _ => {}
            }
            tail |= fraction_digits >= 4 && value != 0;
            fraction_digits += 1;
            i += 1;
        }
        for _ in fraction_digits..4 {
            fraction *= 10;
        }
        fraction += i64::from(round_up);
    }
    if i == digits.len() && whole_digits + fraction_digits > 0 {
        let raw = whole * SCALE + fraction;
        return Ok(Some(Decimal { raw: if negative { -raw } else { raw }, tail }));
    }
    if is_absent(text) {
        return Ok(None);
    }
    match digits.get(i) {
        Some(b',') if whole_digits > 0 => grouped(text, digits, is_price),
        Some(b'e' | b'E') if whole_digits + fraction_digits > 0 => float(text),
        _ => Err(NumberError::NotANumber),
    }
}

/// Exponents and numbers beyond the fixed-point range go through a double, as the program that wrote them did.
fn float(text: &[u8]) -> Result<Option<Decimal>, NumberError> {
    let x: f64 =
        std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()).ok_or(NumberError::NotANumber)?;
    let scaled = (x * SCALE as f64).round();
    if !scaled.is_finite() || scaled.abs() > i64::MAX as f64 / 2.0 {
        return Err(NumberError::TooLarge);
    }
    Ok(Some(Decimal { raw: scaled as i64, tail: (x * SCALE as f64 - scaled).abs() > 1e-3 }))
}

/// `1,23,456.50` and `1,234,567`: groups of two or three, the last of three.
fn grouped(text: &[u8], digits: &[u8], is_price: bool) -> Result<Option<Decimal>, NumberError> {
    let whole = digits.split(|&b| b == b'.').next().unwrap_or_default();
    let has_point = whole.len() < digits.len();
    let groups: Vec<&[u8]> = whole.split(|&b| b == b',').collect();
    let [first, middle @ .., last] = &groups[..] else { return Err(NumberError::NotANumber) };
    let well_formed = (1..=3).contains(&first.len())
        && last.len() == 3
        && middle.iter().all(|g| g.len() == 2 || g.len() == 3)
        && text.len() < 40;
    if !well_formed {
        return Err(NumberError::NotANumber);
    }
    if is_price && !has_point && middle.is_empty() {
        return Err(NumberError::Ambiguous);
    }
    let plain: Vec<u8> = text.iter().copied().filter(|&b| b != b',').collect();
    number(&plain, is_price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(text: &str) -> Result<Option<i64>, NumberError> {
        price(text.as_bytes()).map(|d| d.map(|d| d.raw))
    }

    #[test]
    fn prices_as_sources_write_them() {
        for (text, expected) in [
            ("48203.45", 482034500),
            ("  00058761.20 ", 587612000),
            ("24876.599609375", 248765996),
            ("0.00005", 1),
            ("0.000049999", 0),
            ("-0.05", -500),
            ("+7", 70000),
            (".5", 5000),
            ("5.", 50000),
            ("1e3", 10000000),
            ("1,234.50", 12345000),
            ("1,23,456.7", 1234567000),
            ("1,23,456", 1234560000),
            ("99.99995", 1000000),
        ] {
            assert_eq!(raw(text), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn absent_is_not_zero() {
        for text in ["", "  ", "-", "NA", "n/a", "null", "None"] {
            assert_eq!(raw(text), Ok(None), "{text}");
        }
        assert_eq!(volume(b"-"), Ok(0));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "NaN", "inf", "-inf", "abc", "1.2.3", "12a", "1e", ".", "+", "--1", "1,2", "12,34", "1,2345",
            "0x10", "0.,", "٣",
        ] {
            assert_eq!(raw(text), Err(NumberError::NotANumber), "{text}");
        }
        for text in ["1e400", "99999999999999999999999", "1e12", "1000000001"] {
            assert_eq!(raw(text), Err(NumberError::TooLarge), "{text}");
        }
        assert_eq!(raw("1,234"), Err(NumberError::Ambiguous));
        assert_eq!(volume(b"1,234"), Ok(1234));
    }

    #[test]
    fn volumes_are_whole() {
        assert_eq!(volume(b"8271756.0"), Ok(8271756));
        assert_eq!(volume(b"1045034347"), Ok(1045034347));
        assert_eq!(volume(b"8.27e6"), Ok(8270000));
        assert_eq!(volume(b"-3"), Ok(-3));
        assert_eq!(volume(b"1e18"), Err(NumberError::TooLarge));
    }

    #[test]
    fn typed_columns_agree_with_text() {
        assert_eq!(price_of_decimal(482034500, 4), Ok(Some(Decimal { raw: 482034500, tail: false })));
        assert_eq!(price_of_decimal(4820345, 2), Ok(Some(Decimal { raw: 482034500, tail: false })));
        assert_eq!(price_of_decimal(15, 5), Ok(Some(Decimal { raw: 2, tail: true })));
        assert_eq!(price_of_decimal(i128::MAX, 0), Err(NumberError::TooLarge));
        assert!(
            price_of_decimal(1, 400).is_ok_and(|d| d.is_none_or(|d| d.raw == 0))
                || price_of_decimal(1, 400).is_err()
        );
        assert_eq!(price_of_float(f64::NAN), Err(NumberError::NotANumber));
    }

    #[test]
    fn float_tails_return_to_the_tick_and_real_prices_stay() {
        let tick = Price::from_raw(500);
        let tail = price(b"24876.599609375").unwrap().unwrap();
        assert_eq!(to_tick(tail, tick), 248766000);
        let off = price(b"24876.57").unwrap().unwrap();
        assert_eq!(to_tick(off, tick), 248765700);
    }

    proptest! {
        #[test]
        fn printed_prices_come_back(raw_price in -1_000_000_000_000i64..=1_000_000_000_000) {
            let text = Price::from_raw(raw_price).to_string();
            prop_assert_eq!(raw(&text), Ok(Some(raw_price)));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = price(&bytes);
            let _ = volume(&bytes);
        }

        #[test]
        fn digits_and_signs_never_panic(text in "[-+0-9.,eE ]{0,40}") {
            let _ = price(text.as_bytes());
            let _ = volume(text.as_bytes());
        }
    }
}
