//! Stops, targets and trailing: the same for every strategy.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

use domain::money::div_round;
use domain::trade::Direction;
use domain::{Price, Tick};
use strategy::Distances;
use thiserror::Error;

/// How far away a protective price is.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Distance {
    /// Of the price it is counted from, in 1/10,000 of a percent.
    Percent(i64),
    /// Rupees (index points).
    Points(Price),
    /// Multiples of the average true range (14) of the run's timeframe.
    Atr(f64),
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a distance; use pct=1 (above 0, below 100), points=120 or atr=3")]
pub struct DistanceError(pub String);

/// What guards a position. All prices are computed, so they are rounded to the tick, against the trader.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Protection {
    /// From the average entry.
    pub stop: Option<Distance>,
    /// From the average entry.
    pub target: Option<Distance>,
    /// From each closed bar's high (long) or low (short), and from the entry at first; only ever tightens.
    pub trail: Option<Distance>,
    /// The target counts as reached when touched; else a tick through it, as the exchange fills limits.
    pub limit_touch: bool,
}

/// Where a person wants a stop or a target.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Level {
    /// From the average entry.
    Away(Distance),
    At(Price),
}

/// Stop and target of a person's order; they go before the run's settings and the strategy's.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Bracket {
    pub stop: Option<Level>,
    pub target: Option<Level>,
}

impl Bracket {
    #[inline]
    pub fn is_none(&self) -> bool {
        self.stop.is_none() && self.target.is_none()
    }

    /// The newer one's levels, where it has them.
    #[must_use]
    pub fn with(self, newer: Bracket) -> Bracket {
        Bracket { stop: newer.stop.or(self.stop), target: newer.target.or(self.target) }
    }

    pub fn stop_at(&self, direction: Direction, entry: Price, atr: f64, tick: Tick) -> Option<Price> {
        match self.stop? {
            Level::At(price) => Some(price),
            Level::Away(d) => Some(stop_at(direction, entry, d.from(entry, atr)?, tick)),
        }
    }

    pub fn target_at(&self, direction: Direction, entry: Price, atr: f64, tick: Tick) -> Option<Price> {
        match self.target? {
            Level::At(price) => Some(price),
            Level::Away(d) => Some(target_at(direction, entry, d.from(entry, atr)?, tick)),
        }
    }
}

impl Distance {
    /// The distance from `price` in rupees; `None` while the average true range is unknown.
    #[inline]
    pub fn from(self, price: Price, atr: f64) -> Option<Price> {
        match self {
            Distance::Percent(parts) => Some(Price::from_raw(div_round(
                i128::from(price.raw()) * i128::from(parts),
                1_000_000,
            ) as i64)),
            Distance::Points(points) => Some(points),
            Distance::Atr(multiple) => Price::from_f64(atr * multiple).ok().filter(|d| *d > Price::ZERO),
        }
    }
}

impl Protection {
    pub fn is_none(&self) -> bool {
        self.stop.is_none() && self.target.is_none() && self.trail.is_none()
    }

    /// This protection, and where it has neither, the stop and target that an entry brought.
    #[inline]
    #[must_use]
    pub fn with(self, entry: Distances) -> Protection {
        Protection {
            stop: self.stop.or(entry.stop.map(Distance::Points)),
            target: self.target.or(entry.target.map(Distance::Points)),
            trail: self.trail.or(entry.trail.map(Distance::Points)),
            ..self
        }
    }

    /// Whether any distance needs the average true range.
    pub fn needs_atr(&self) -> bool {
        [self.stop, self.target, self.trail].iter().any(|d| matches!(d, Some(Distance::Atr(_))))
    }

    /// The stop for a fresh entry: the nearer of the fixed and the trailing one.
    pub fn first_stop(&self, direction: Direction, entry: Price, atr: f64, tick: Tick) -> Option<Price> {
        let level = |d: Distance| Some(stop_at(direction, entry, d.from(entry, atr)?, tick));
        nearer(direction, self.stop.and_then(level), self.trail.and_then(level))
    }

    /// The target for a fresh entry.
    pub fn first_target(&self, direction: Direction, entry: Price, atr: f64, tick: Tick) -> Option<Price> {
        Some(target_at(direction, entry, self.target?.from(entry, atr)?, tick))
    }

    /// Where a closed bar pulls the trailing stop, if it does not loosen it.
    #[inline]
    pub fn trailed(
        &self,
        direction: Direction,
        stop: Option<Price>,
        (high, low): (Price, Price),
        atr: f64,
        tick: Tick,
    ) -> Option<Price> {
        let extreme = if direction == Direction::Long { high } else { low };
        let candidate = stop_at(direction, extreme, self.trail?.from(extreme, atr)?, tick);
        nearer(direction, stop, Some(candidate)).filter(|&level| Some(level) != stop)
    }

    /// A bar whose extreme stays short of this price cannot move the trailing stop.
    pub fn trail_wake(&self, direction: Direction, stop: Price, tick: Tick) -> Option<Price> {
        let raw = match self.trail? {
            Distance::Points(points) => stop.raw() + direction.sign() * points.raw(),
            Distance::Percent(parts) => div_round(
                i128::from(stop.raw()) * 1_000_000,
                i128::from(1_000_000 - direction.sign() * parts),
            ) as i64,
            Distance::Atr(_) => return None,
        };
        // A tick early is a wake too many; a tick late would be wrong.
        Some(Price::from_raw(raw - direction.sign() * tick.price().raw()))
    }
}

/// A stop `distance` away from `price`, on the tick that is worse for the trader.
fn stop_at(direction: Direction, price: Price, distance: Price, tick: Tick) -> Price {
    match direction {
        Direction::Long => (price - distance).floor_to(tick),
        Direction::Short => (price + distance).ceil_to(tick),
    }
}

/// A target `distance` away from `price`, on the tick that is worse for the trader.
fn target_at(direction: Direction, price: Price, distance: Price, tick: Tick) -> Price {
    match direction {
        Direction::Long => (price + distance).ceil_to(tick),
        Direction::Short => (price - distance).floor_to(tick),
    }
}

fn nearer(direction: Direction, a: Option<Price>, b: Option<Price>) -> Option<Price> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if direction == Direction::Long { a.max(b) } else { a.min(b) }),
        (one, other) => one.or(other),
    }
}

impl FromStr for Distance {
    type Err = DistanceError;

    fn from_str(text: &str) -> Result<Distance, DistanceError> {
        let bad = || DistanceError(text.to_owned());
        let (kind, number) = text.split_once('=').ok_or_else(bad)?;
        let fixed: Option<Price> = number.parse().ok().filter(|p| *p > Price::ZERO);
        match (kind, fixed) {
            // A `Price` holds four decimals: exactly the 1/10,000 of a percent wanted here.
            ("pct", Some(p)) if p < Price::rupees(100) => Ok(Distance::Percent(p.raw())),
            ("points", Some(p)) => Ok(Distance::Points(p)),
            ("atr", Some(p)) if p <= Price::rupees(1_000) => Ok(Distance::Atr(p.to_f64())),
            _ => Err(bad()),
        }
    }
}

impl std::fmt::Display for Distance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Distance::Percent(parts) => write!(f, "pct={}", *parts as f64 / 10_000.0),
            Distance::Points(points) => write!(f, "points={}", points.to_f64()),
            Distance::Atr(multiple) => write!(f, "atr={multiple}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_prices_are_rounded_against_the_trader() {
        let entry: Price = "100.07".parse().unwrap();
        let p = Protection {
            stop: Some("pct=1".parse().unwrap()),
            target: Some("points=2.01".parse().unwrap()),
            ..Protection::default()
        };
        let level = |d, f: fn(&Protection, Direction, Price, f64, Tick) -> Option<Price>| {
            f(&p, d, entry, f64::NAN, Tick::DEFAULT).unwrap().to_string()
        };
        assert_eq!(level(Direction::Long, Protection::first_stop), "99.05");
        assert_eq!(level(Direction::Short, Protection::first_stop), "101.10");
        assert_eq!(level(Direction::Long, Protection::first_target), "102.10");
        assert_eq!(level(Direction::Short, Protection::first_target), "98.05");
    }

    #[test]
    fn a_trailing_stop_never_loosens() {
        let p = Protection { trail: Some("points=5".parse().unwrap()), ..Protection::default() };
        let r = Price::rupees;
        let trailed =
            |stop, high| p.trailed(Direction::Long, Some(r(stop)), (r(high), r(1)), f64::NAN, Tick::DEFAULT);
        assert_eq!(trailed(95, 103), Some(r(98)));
        assert_eq!(trailed(98, 101), None);
        assert_eq!(p.trail_wake(Direction::Long, r(98), Tick::DEFAULT), Some("102.95".parse().unwrap()));
    }

    #[test]
    fn distances_are_read_strictly() {
        for good in ["pct=1", "pct=0.25", "points=120", "atr=3", "atr=2.5"] {
            assert_eq!(good.parse::<Distance>().unwrap().to_string(), good);
        }
        for bad in ["", "1", "pct=0", "pct=100", "pct=-1", "points=", "atr=x", "atr=5000", "rupees=3"] {
            assert!(bad.parse::<Distance>().is_err(), "{bad}");
        }
    }
}
