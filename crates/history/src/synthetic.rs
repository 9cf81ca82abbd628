//! Seeded markets for demonstrations, tests and benches: no data to ship, nothing to tune to.
//!
//! Prices follow one market factor and each symbol's own noise, with the traits by which traders know a market:
//! volatility that clusters, fat tails, opening gaps, a U-shaped day in movement and volume, moods that last for weeks,
//! prices on the tick. The same seed gives the same bytes on every platform and for ever (a test holds the checksum),
//! so a change to any constant here is a change of format. Never a forecast, and never mixed with real data: whoever
//! stores synthetic bars says so in their source.

mod random;
mod volatility;

use domain::bars::Bar;
use domain::calendar::TradingDay;
use domain::instrument::InstrumentId;
use domain::money::SCALE;
use domain::time::{DayNumber, Span};
use domain::{Bars, Date, Price, Qty, Tick, Timestamp};
use thiserror::Error;

use random::Random;
use volatility::{Clustering, DAYS_A_YEAR, OVERNIGHT, Regime, Shape};

/// Volatility of the market factor, a year, as a fraction: about that of a broad Indian index.
const MARKET_VOLATILITY: f64 = 0.14;
/// Prints a minute; open, high, low and close are taken from them.
const PRINTS: usize = 4;
/// Minutes of the usual equity session: a shorter day moves and trades in proportion.
const USUAL_MINUTES: usize = 375;
/// No gap is larger: beyond 20 % a reader of the data would suspect a split.
const LARGEST_GAP: f64 = 0.15;
/// No print moves further from the one before.
const LARGEST_STEP: f64 = 0.05;

/// One instrument of a synthetic market.
#[derive(Clone, PartialEq, Debug)]
pub struct SymbolSpec {
    pub id: InstrumentId,
    /// The price before the first day's opening gap.
    pub start_price: Price,
    /// Total volatility a year as a fraction: 0.28 is 28 %.
    pub annual_vol: f64,
    /// How far it follows the market factor, whose volatility is 14 % a year: 1 with `annual_vol` 0.14 is an index.
    /// What beta does not explain of `annual_vol` is its own noise; a beta that explains more is cut to fit.
    pub beta: f64,
    pub tick: Tick,
    /// Units traded on an ordinary day; 0 for an index.
    pub base_volume: Qty,
}

/// A market of correlated symbols.
#[derive(Clone, PartialEq, Debug)]
pub struct Market {
    seed: u64,
    symbols: Vec<SymbolSpec>,
}

/// Why a market cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum MarketError {
    #[error("{id}: {field} {value} must be {rule}")]
    Symbol { id: InstrumentId, field: &'static str, value: String, rule: &'static str },
    #[error("{id} is given twice; name each symbol once")]
    Twice { id: InstrumentId },
}

/// One day of the market factor.
struct FactorDay {
    overnight: f64,
    /// [`PRINTS`] returns a minute.
    returns: Vec<f64>,
}

/// One trading day, laid out.
struct Day<'a> {
    /// The open time of each minute bar.
    minutes: Vec<Timestamp>,
    shape: &'a Shape,
    /// The part of a usual day that it lasts, at most 1.
    part: f64,
}

impl Market {
    /// # Errors
    /// A symbol with a volatility outside 0 to 5, a beta outside ±5, a price or volume that cannot be, or given twice.
    pub fn new(seed: u64, symbols: Vec<SymbolSpec>) -> Result<Market, MarketError> {
        for (i, symbol) in symbols.iter().enumerate() {
            symbol.check()?;
            if symbols[..i].iter().any(|s| s.id == symbol.id) {
                return Err(MarketError::Twice { id: symbol.id.clone() });
            }
        }
        Ok(Market { seed, symbols })
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn symbols(&self) -> &[SymbolSpec] {
        &self.symbols
    }

    /// One-minute bars of every symbol, in the order given, for every day that has sessions (auctions are left out).
    /// Days are taken by date, each once. Adding a symbol leaves the others' bars as they are; so does adding days at
    /// the end. A thinly traded symbol has minutes without a bar.
    pub fn bars(&self, days: &[(Date, TradingDay)]) -> Vec<(InstrumentId, Bars)> {
        let mut by_date: Vec<&(Date, TradingDay)> = days.iter().collect();
        by_date.sort_by_key(|(date, _)| *date);
        by_date.dedup_by_key(|(date, _)| *date);
        let times: Vec<Vec<Timestamp>> = by_date
            .iter()
            .map(|(date, day)| minutes_of(*date, day))
            .filter(|minutes| !minutes.is_empty())
            .collect();
        // Nearly every day is as long as the one before: few shapes serve all of them.
        let mut shapes: Vec<Shape> = Vec::new();
        for minutes in &times {
            if !shapes.iter().any(|s| s.minutes() == minutes.len()) {
                shapes.push(Shape::of(minutes.len()));
            }
        }
        let days: Vec<Day<'_>> = times
            .into_iter()
            .filter_map(|minutes| {
                let shape = shapes.iter().find(|s| s.minutes() == minutes.len())?;
                let part = (minutes.len().min(USUAL_MINUTES)) as f64 / USUAL_MINUTES as f64;
                Some(Day { minutes, shape, part })
            })
            .collect();
        let factor = market_factor(self.seed, &days);
        self.symbols.iter().map(|s| (s.id.clone(), s.bars(self.seed, &days, &factor))).collect()
    }
}

impl SymbolSpec {
    fn check(&self) -> Result<(), MarketError> {
        let wrong =
            |field, value: String, rule| Err(MarketError::Symbol { id: self.id.clone(), field, value, rule });
        // Written so that a float that is not a number fails too.
        if !(self.annual_vol > 0.0 && self.annual_vol <= 5.0) {
            return wrong("annual volatility", self.annual_vol.to_string(), "above 0 and at most 5 (500 %)");
        }
        if !(self.beta >= -5.0 && self.beta <= 5.0) {
            return wrong("beta", self.beta.to_string(), "between -5 and 5");
        }
        if self.start_price < self.tick.price() || self.start_price > Price::MAX {
            return wrong(
                "start price",
                self.start_price.to_string(),
                "at least one tick and at most ten crore",
            );
        }
        if self.base_volume < Qty::ZERO || self.base_volume > Qty::MAX {
            return wrong("volume", self.base_volume.to_string(), "0 (an index) to 100 crore units a day");
        }
        Ok(())
    }

    fn bars(&self, seed: u64, days: &[Day<'_>], factor: &[FactorDay]) -> Bars {
        let mut random = Random::new(seed, self.id.as_str());
        let followed = self.annual_vol / MARKET_VOLATILITY;
        let beta = self.beta.max(-followed).min(followed);
        let explained = beta * beta * MARKET_VOLATILITY * MARKET_VOLATILITY;
        let own_variance = (self.annual_vol * self.annual_vol - explained).max(0.0) / DAYS_A_YEAR;

        let (mut by_minute, mut by_day) = (Clustering::by_minute(), Clustering::by_day());
        let mut price = self.start_price.to_f64();
        let mut bars = Bars::with_capacity(days.iter().map(|d| d.minutes.len()).sum());
        for (day, market) in days.iter().zip(factor) {
            let variance = own_variance * by_day.variance();
            let news = if random.chance(0.02) { 3.0 } else { 1.0 };
            let gap = beta * market.overnight + random.normal() * news * (variance * OVERNIGHT).sqrt();
            price *= 1.0 + gap.clamp(-LARGEST_GAP, LARGEST_GAP);

            let mut moved = 0.0;
            for (minute, &time) in day.minutes.iter().enumerate() {
                let share = day.shape.variance[minute] * (1.0 - OVERNIGHT) * day.part;
                let own = (variance * share * by_minute.variance() / PRINTS as f64).sqrt();
                let mut prints = [0; PRINTS];
                let (mut shock, before) = (0.0, price);
                for (print, returned) in prints.iter_mut().zip(&market.returns[minute * PRINTS..]) {
                    let z = random.normal();
                    shock += z;
                    price *= 1.0 + (beta * returned + own * z).clamp(-LARGEST_STEP, LARGEST_STEP);
                    price = self.bounded(price);
                    *print = self.on_tick(price);
                }
                let z = shock / (PRINTS as f64).sqrt();
                by_minute.update(z);
                moved += z * share.sqrt();
                let usual = self.annual_vol * (share / DAYS_A_YEAR).sqrt();
                let activity = ((price / before - 1.0) / usual).abs().min(6.0);
                let volume = self.volume(&mut random, day.shape.volume[minute] * day.part, activity);
                if volume > 0 || self.base_volume.is_zero() {
                    let pushed = bars.push(bar(time, prints, volume));
                    debug_assert!(pushed.is_ok(), "prints are positive and minutes sorted: {pushed:?}");
                }
            }
            by_day.update(moved / ((1.0 - OVERNIGHT) * day.part).sqrt());
        }
        bars
    }

    /// Volume follows movement: a minute that moves twice as far trades half as much again.
    fn volume(&self, random: &mut Random, share: f64, activity: f64) -> i64 {
        // Drawn for an index too: the same stream whatever the volume.
        let z = random.normal();
        let units = self.base_volume.raw() as f64 * share * (0.6 + 0.5 * activity) * (0.35 + 0.65 * z * z);
        units.min(Qty::MAX.raw() as f64) as i64
    }

    fn bounded(&self, price: f64) -> f64 {
        price.max(self.tick.price().to_f64()).min(Price::MAX.to_f64())
    }

    /// The raw price of the nearest tick.
    fn on_tick(&self, price: f64) -> i64 {
        let tick = self.tick.price().raw();
        let ticks = (price * SCALE as f64 / tick as f64).round() as i64;
        ticks.clamp(1, Price::MAX.raw() / tick) * tick
    }
}

fn bar(time: Timestamp, prints: [i64; PRINTS], volume: i64) -> Bar {
    let (mut high, mut low) = (prints[0], prints[0]);
    for &print in &prints[1..] {
        high = high.max(print);
        low = low.min(print);
    }
    Bar {
        time,
        open: Price::from_raw(prints[0]),
        high: Price::from_raw(high),
        low: Price::from_raw(low),
        close: Price::from_raw(prints[PRINTS - 1]),
        volume: Qty::units(volume),
    }
}

/// The open time of each minute of the day's sessions; overlapping sessions count once.
fn minutes_of(date: Date, day: &TradingDay) -> Vec<Timestamp> {
    let start = DayNumber::of(date).start();
    let mut minutes: Vec<Timestamp> = day
        .sessions
        .iter()
        .flat_map(|session| session.open.minutes()..session.close.minutes())
        .map(|minute| start + Span::minutes(i64::from(minute)))
        .collect();
    minutes.sort_unstable();
    minutes.dedup();
    minutes
}

fn market_factor(seed: u64, days: &[Day<'_>]) -> Vec<FactorDay> {
    let mut random = Random::new(seed, "market");
    let (mut by_minute, mut by_day) = (Clustering::by_minute(), Clustering::by_day());
    let mut regime = Regime::Ranging;
    let usual = MARKET_VOLATILITY * MARKET_VOLATILITY / DAYS_A_YEAR;
    let mut factor = Vec::with_capacity(days.len());
    for day in days {
        regime = regime.next(&mut random);
        let variance = usual * by_day.variance() * regime.volatility() * regime.volatility();
        let overnight = random.normal() * (variance * OVERNIGHT).sqrt();
        let drift = regime.drift() / DAYS_A_YEAR * day.part / (day.minutes.len() * PRINTS) as f64;
        let mut returns = Vec::with_capacity(day.minutes.len() * PRINTS);
        let mut moved = 0.0;
        for share in &day.shape.variance {
            let share = share * (1.0 - OVERNIGHT) * day.part;
            let step = (variance * share * by_minute.variance() / PRINTS as f64).sqrt();
            let mut shock = 0.0;
            for _ in 0..PRINTS {
                let z = random.normal();
                shock += z;
                returns.push(drift + step * z);
            }
            let z = shock / (PRINTS as f64).sqrt();
            by_minute.update(z);
            moved += z * share.sqrt();
        }
        by_day.update(moved / ((1.0 - OVERNIGHT) * day.part).sqrt());
        factor.push(FactorDay { overnight, returns });
    }
    factor
}

#[cfg(test)]
mod tests;
