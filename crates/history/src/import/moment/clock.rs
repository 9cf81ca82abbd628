//! Times of day and zones: `09:15`, `0915`, `9:15:00.250 AM`, `09:15:00+05:30`, `03:45 UTC`.

use super::{MICROS_PER_MINUTE, MICROS_PER_SECOND};

pub(super) fn leading_digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit()).count()
}

pub(super) fn value(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'))
}

/// A time of day in microseconds, and its zone in minutes east of Greenwich if it has one.
pub(super) fn clock(text: &[u8]) -> Option<(i64, Option<i64>)> {
    let digits = leading_digits(text);
    let (mut hour, minute, second, mut at) = match digits {
        1 | 2 if text.get(digits) == Some(&b':') => {
            let minute = two(text, digits + 1)?;
            let at = digits + 3;
            if text.get(at) == Some(&b':') {
                (value(&text[..digits]), minute, two(text, at + 1)?, at + 3)
            } else {
                (value(&text[..digits]), minute, 0, at)
            }
        }
        3 => (value(&text[..1]), value(&text[1..3]), 0, 3),
        4 => (value(&text[..2]), value(&text[2..4]), 0, 4),
        6 => (value(&text[..2]), value(&text[2..4]), value(&text[4..6]), 6),
        _ => return None,
    };
    let mut fraction = 0;
    if text.get(at).is_some_and(|&b| b == b'.' || b == b',') {
        let digits = leading_digits(&text[at + 1..]);
        if digits == 0 {
            return None;
        }
        let mut unit = MICROS_PER_SECOND / 10;
        for digit in &text[at + 1..at + 1 + digits] {
            fraction += i64::from(digit - b'0') * unit;
            unit /= 10;
        }
        at += 1 + digits;
    }
    let mut rest = text[at..].trim_ascii();
    if let [half @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm', after @ ..] = rest {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half.eq_ignore_ascii_case(&b'p') { 12 } else { 0 };
        rest = after.trim_ascii();
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let micros = (hour * 60 + minute) * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + fraction;
    if rest.is_empty() { Some((micros, None)) } else { Some((micros, Some(zone(rest)?))) }
}

fn two(text: &[u8], at: usize) -> Option<i64> {
    let digits = text.get(at..at + 2)?;
    let more = text.get(at + 2).is_some_and(u8::is_ascii_digit);
    (digits.iter().all(u8::is_ascii_digit) && !more).then(|| value(digits))
}

/// `Z`, `UTC`, `GMT`, `IST`, `+05:30`, `+0530`, `+05`, `UTC+05:30`; minutes east of Greenwich.
fn zone(text: &[u8]) -> Option<i64> {
    if text.eq_ignore_ascii_case(b"ist") {
        return Some(330);
    }
    let greenwich =
        [&b"utc"[..], b"gmt"].into_iter().find(|n| text.len() >= 3 && text[..3].eq_ignore_ascii_case(n));
    let offset = if greenwich.is_some() { &text[3..] } else { text };
    match offset {
        [] if greenwich.is_some() => Some(0),
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, minutes) = match rest {
                [_, _] => (rest, &b"00"[..]),
                [_, _, _, _] => (&rest[..2], &rest[2..]),
                [_, _, b':', _, _] => (&rest[..2], &rest[3..]),
                _ => return None,
            };
            if !hours.iter().chain(minutes).all(u8::is_ascii_digit) {
                return None;
            }
            let (hours, minutes) = (value(hours), value(minutes));
            if hours > 14 || minutes > 59 {
                return None;
            }
            let offset = hours * 60 + minutes;
            Some(if *sign == b'-' { -offset } else { offset })
        }
        _ => None,
    }
}
