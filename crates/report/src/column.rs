//! Columns of integers as short text inside JSON.
//!
//! Format, read by `web/report/src/page/column.ts`: the values divided by `unit`, their greatest common divisor; then,
//! where `delta` says so, differences from the value before; zigzag (0, −1, 1, −2 … as 0, 1, 2, 3 …); LEB128 bytes;
//! base64 (RFC 4648, padded). Prices on a tick grid and equal time steps so take about a byte and a half each.
//! Exact for values whose differences fit 53 bits, which is what the page's numbers hold.

use serde::Serialize;

#[derive(Serialize, Debug)]
pub struct Column {
    n: usize,
    unit: i64,
    delta: bool,
    data: String,
}

impl Column {
    pub fn of(values: impl IntoIterator<Item = i64>) -> Column {
        let mut values: Vec<i64> = values.into_iter().collect();
        let unit = values.iter().fold(0, |unit, &v| divisor(unit, v.unsigned_abs())).max(1);
        let unit = i64::try_from(unit).unwrap_or(1);
        for value in &mut values {
            *value /= unit;
        }
        let plain = bytes(values.iter().copied());
        let mut last = 0i64;
        let differences = values.iter().map(|&value| value.wrapping_sub(std::mem::replace(&mut last, value)));
        let differences = bytes(differences);
        let delta = differences.len() < plain.len();
        Column { n: values.len(), unit, delta, data: base64(if delta { &differences } else { &plain }) }
    }
}

fn divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn bytes(values: impl Iterator<Item = i64>) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        let mut rest = ((value << 1) ^ (value >> 63)) as u64;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    out
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn signs_fold_into_small_numbers() {
        assert_eq!(bytes([0, -1, 1, -2, 63, -64, 64].into_iter()), [0, 1, 2, 3, 126, 127, 128, 1]);
        assert_eq!(bytes([i64::MIN].into_iter()).len(), 10);
    }

    /// The same values are read back in `web/report/src/page/column.test.ts`.
    #[test]
    fn the_shorter_form_is_taken() {
        let minutes = Column::of((0..4).map(|i| 1_700_000_040 + 60 * i));
        assert_eq!((minutes.unit, minutes.delta, minutes.data.as_str()), (60, true, "rNSCGwICAg=="));
        let offsets = Column::of([500, -500, 0, 1_500]);
        assert_eq!((offsets.unit, offsets.delta, offsets.data.as_str()), (500, false, "AgEABg=="));
        let empty = Column::of([]);
        assert_eq!((empty.n, empty.unit, empty.data.as_str()), (0, 1, ""));
    }
}
