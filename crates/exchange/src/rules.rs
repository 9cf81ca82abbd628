//! How the simulated exchange fills.

use std::str::FromStr;

use domain::money::div_round;
use domain::time::Span;
use domain::{Price, Side, Tick};
use thiserror::Error;

/// The cost of trading at the market, on market orders and triggered stops only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Slippage {
    #[default]
    None,
    Ticks(u16),
    /// Hundredths of a basis point of the price.
    BasisPoints(u32),
}

/// The rules in force for one exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FillRules {
    pub slippage: Slippage,
    /// A limit fills when the market touches it; else it must trade one tick through.
    pub limit_touch: bool,
    /// At most this share of a bar's volume trades with us, in hundredths of a percent.
    pub participation: Option<u32>,
    /// From sending to the book, in tick and quote mode.
    pub latency: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    #[error("slippage `{0}` is not known; use ticks=1, bps=2 or 0")]
    Slippage(String),
    #[error("participation `{0}` is not a share of the volume; use 0.01% to 100%, for example 10%")]
    Participation(String),
}

impl Slippage {
    /// The price moved against the trader. A computed price: to 1/10,000, half away from zero.
    #[inline]
    pub fn apply(self, price: Price, side: Side, tick: Tick) -> Price {
        match self {
            Slippage::None => price,
            Slippage::Ticks(n) => price.offset(side.sign() * i64::from(n), tick),
            Slippage::BasisPoints(hundredths) => {
                let moved = div_round(i128::from(price.raw()) * i128::from(hundredths), 1_000_000) as i64;
                price + Price::from_raw(side.sign() * moved)
            }
        }
    }
}

impl FromStr for Slippage {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Slippage, RuleError> {
        let bad = || RuleError::Slippage(text.to_owned());
        if text == "0" {
            return Ok(Slippage::None);
        }
        match text.split_once('=') {
            Some(("ticks", n)) => n.parse().map(Slippage::Ticks).map_err(|_| bad()),
            Some(("bps", n)) => hundredths(n, 100_000).map(Slippage::BasisPoints).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}

impl std::fmt::Display for Slippage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Slippage::None => f.write_str("0"),
            Slippage::Ticks(n) => write!(f, "ticks={n}"),
            Slippage::BasisPoints(h) => write!(f, "bps={}", f64::from(*h) / 100.0),
        }
    }
}

impl FillRules {
    /// Reads `10%`.
    pub fn parse_participation(text: &str) -> Result<u32, RuleError> {
        let share = text.strip_suffix('%').and_then(|n| hundredths(n, 10_000)).filter(|&n| n > 0);
        share.ok_or_else(|| RuleError::Participation(text.to_owned()))
    }
}

/// A number with at most two decimals, in hundredths.
fn hundredths(text: &str, max: u32) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 2
        || whole.len() > 6
        || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let fraction: u32 = format!("{fraction:0<2}").parse().ok()?;
    Some(whole * 100 + fraction).filter(|&n| n <= max)
}
