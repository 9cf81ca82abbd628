//! Bar lengths.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::time::Span;

/// How long a bar lasts. Intraday bars are counted from the session's open; a daily bar is the whole session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Timeframe {
    /// 1 to 240 minutes.
    Minutes(u16),
    Day,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a timeframe; use 1m to 240m (for example 5m), 1h to 4h, or 1d")]
pub struct NotATimeframe(pub String);

impl Timeframe {
    pub const MINUTE: Timeframe = Timeframe::Minutes(1);

    /// The bar's length; a day counts 24 hours here and ends at its session's close in practice.
    pub const fn span(self) -> Span {
        match self {
            Timeframe::Minutes(n) => Span::minutes(n as i64),
            Timeframe::Day => Span::minutes(1_440),
        }
    }

    pub const fn is_intraday(self) -> bool {
        matches!(self, Timeframe::Minutes(_))
    }

    /// Whether bars of this length can be built from bars of `finer`.
    pub const fn is_multiple_of(self, finer: Timeframe) -> bool {
        match (self, finer) {
            (Timeframe::Minutes(a), Timeframe::Minutes(b)) => a % b == 0,
            (Timeframe::Day, _) => true,
            (Timeframe::Minutes(_), Timeframe::Day) => false,
        }
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timeframe::Minutes(n) if n % 60 == 0 => write!(f, "{}h", n / 60),
            Timeframe::Minutes(n) => write!(f, "{n}m"),
            Timeframe::Day => f.write_str("1d"),
        }
    }
}

impl fmt::Debug for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Timeframe {
    type Err = NotATimeframe;

    fn from_str(text: &str) -> Result<Timeframe, NotATimeframe> {
        let bad = || NotATimeframe(text.to_owned());
        if text.eq_ignore_ascii_case("1d") {
            return Ok(Timeframe::Day);
        }
        let unit = text.chars().last().ok_or_else(bad)?;
        let digits = &text[..text.len() - unit.len_utf8()];
        if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let n: u16 = digits.parse().map_err(|_| bad())?;
        let minutes = match unit {
            'm' | 'M' => n,
            'h' | 'H' => n * 60,
            _ => return Err(bad()),
        };
        if (1..=240).contains(&minutes) { Ok(Timeframe::Minutes(minutes)) } else { Err(bad()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for name in ["1m", "3m", "5m", "10m", "15m", "30m", "1h", "2h", "1d"] {
            assert_eq!(name.parse::<Timeframe>().unwrap().to_string(), name);
        }
        assert_eq!("60m".parse::<Timeframe>().unwrap().to_string(), "1h");
        for bad in ["", "m", "0m", "1w", "5", "241m", "1.5h", "999h", "५m"] {
            assert!(bad.parse::<Timeframe>().is_err(), "{bad}");
        }
    }

    #[test]
    fn five_minutes_come_from_one_but_not_from_three() {
        let tf = |s: &str| s.parse::<Timeframe>().unwrap();
        assert!(tf("5m").is_multiple_of(tf("1m")));
        assert!(!tf("5m").is_multiple_of(tf("3m")));
        assert!(tf("1d").is_multiple_of(tf("1h")));
        assert!(!tf("1h").is_multiple_of(tf("1d")));
    }
}
