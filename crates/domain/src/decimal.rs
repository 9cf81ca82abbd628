//! Exact decimals from text: neither a price nor a rate passes through a float.

/// Why a text is not such a decimal; the caller words it, since only it knows the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotDecimal {
    Malformed,
    TooPrecise,
    TooLarge,
}

/// Reads an unsigned decimal as an integer scaled by ten to the `decimals`, at most `max` (already scaled).
pub(crate) fn scaled(text: &str, decimals: usize, max: u64) -> Result<u64, NotDecimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let no_digits = whole.is_empty() && fraction.is_empty();
    if no_digits || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(NotDecimal::Malformed);
    }
    let significant = fraction.trim_end_matches('0');
    if significant.len() > decimals {
        return Err(NotDecimal::TooPrecise);
    }
    let padding = std::iter::repeat_n(b'0', decimals - significant.len());
    let mut value: u64 = 0;
    for digit in whole.bytes().chain(significant.bytes()).chain(padding) {
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(u64::from(digit - b'0')))
            .ok_or(NotDecimal::TooLarge)?;
    }
    if value > max { Err(NotDecimal::TooLarge) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(scaled("306.99", 2, u64::MAX), Ok(30_699));
        assert_eq!(scaled("0.0125", 7, u64::MAX), Ok(125_000));
        assert_eq!(scaled(".5", 1, 5), Ok(5));
        assert_eq!(scaled("7.", 0, 7), Ok(7));
        assert_eq!(scaled("1.500", 1, 15), Ok(15));
        assert_eq!(scaled("1.51", 1, 99), Err(NotDecimal::TooPrecise));
        assert_eq!(scaled("1.6", 1, 15), Err(NotDecimal::TooLarge));
        assert_eq!(scaled("99999999999999999999", 0, u64::MAX), Err(NotDecimal::TooLarge));
        for bad in ["", ".", "-1", "+1", "1e3", "1,000", "1.2.3", "٣", "NaN"] {
            assert_eq!(scaled(bad, 4, u64::MAX), Err(NotDecimal::Malformed), "{bad}");
        }
    }
}
