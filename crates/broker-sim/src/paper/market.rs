//! The simulated market: what traded, when, at what price, for any instant there is.
//!
//! A function of seed, instrument and time alone: it keeps nothing, so history and the present agree after any restart.
//! It trades every calendar day from 00:00 to 24:00 IST. Bars are made of the very ticks that a feed shows, so another
//! tick interval gives other bars.

use domain::bars::Bar;
use domain::instrument::{InstrumentId, InstrumentTables, Kind};
use domain::money::SCALE;
use domain::time::{DayNumber, MICROS_PER_MINUTE, Span};
use domain::{Date, Price, Qty, Tick, Timestamp};

use super::OpenError;
use super::path::{DayPath, MINUTES, POINTS, Series, Shape, exponential};

/// Cost of carry of a future a year.
const CARRY: f64 = 0.065;
/// Volatility of the market as a whole, a year of 365 trading days.
const MARKET_VOLATILITY: f64 = 0.16;
const DAYS_A_YEAR: f64 = 365.0;
const BOUNCE: u64 = 200;
const UNITS: u64 = 201;
const BID_UNITS: u64 = 202;
const ASK_UNITS: u64 = 203;
/// Of a day's volume about so small a part rests at the best price.
const RESTING_PARTS: f64 = 10_000.0;

/// An instrument of the paper exchange.
#[derive(Clone, PartialEq, Debug)]
pub struct Listing {
    pub id: InstrumentId,
    /// Around what the price wanders.
    pub start_price: Price,
    pub tick: Tick,
    pub lot: Qty,
    /// The largest quantity of one order, if there is one.
    pub freeze: Option<Qty>,
    /// An index is shown and cannot be traded.
    pub tradable: bool,
    /// How far it follows the market as a whole.
    pub beta: f64,
    /// What it moves by itself, a year, as a fraction.
    pub own_volatility: f64,
    /// Units traded in a day; 0 for an index.
    pub daily_volume: Qty,
    /// Of a future: when it meets its index.
    pub expiry: Option<Date>,
}

/// A trade of others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Print {
    pub at: Timestamp,
    pub price: Price,
    pub volume: Qty,
    /// The best bid, a tick below the best offer, of what can be traded.
    pub bid: Option<Price>,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Market {
    listings: Vec<Listing>,
    whole: Series,
    own: Vec<Series>,
    shape: Shape,
    interval: Span,
}

/// Where in the path of one instrument one is, so that neighbours cost little.
#[derive(Debug)]
pub struct Cursor {
    listing: usize,
    day: i64,
    paths: Option<(DayPath, DayPath)>,
    minute: i64,
    prices: [f64; POINTS + 1],
}

impl Listing {
    /// As the domain's tables know it on that day; `None` where they do not resolve it.
    pub fn of(id: &str, start_price: Price, on: Date) -> Option<Listing> {
        let id: InstrumentId = id.parse().ok()?;
        let instrument = InstrumentTables::builtin().resolve(&id, on, Some(start_price)).ok()?;
        let index = instrument.kind == Kind::Index;
        let future = matches!(instrument.kind, Kind::Future { .. });
        Some(Listing {
            id,
            start_price,
            tick: instrument.tick.unwrap_or(Tick::DEFAULT),
            lot: instrument.lot,
            freeze: instrument.freeze,
            tradable: !index,
            beta: 1.0,
            // Index and future follow the same market, so they stay together.
            own_volatility: if index || future { 0.0 } else { 0.22 },
            daily_volume: match instrument.kind {
                Kind::Index => Qty::ZERO,
                Kind::Equity => Qty::units(12_000_000),
                _ => Qty::units(6_000_000),
            },
            expiry: instrument.kind.expiry(),
        })
    }

    /// What the paper exchange lists unless told otherwise: an index, its future, four shares.
    pub fn usual(on: Date) -> Vec<Listing> {
        let month = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
        let future = |year: i16, name: i8| {
            let name = month.get((name - 1).unsigned_abs() as usize)?;
            let id = format!("NSE:NIFTY{:02}{name}FUT", year % 100);
            Listing::of(&id, Price::rupees(25_000), on).filter(|l| l.expiry.is_some_and(|last| last >= on))
        };
        let next = if on.month() == 12 { (on.year() + 1, 1) } else { (on.year(), on.month() + 1) };
        let shares = [
            ("NSE:RELIANCE-EQ", 1_400),
            ("NSE:SBIN-EQ", 800),
            ("NSE:TCS-EQ", 3_500),
            ("NSE:HDFCBANK-EQ", 1_900),
        ];
        let index = Listing::of("NSE:NIFTY50-INDEX", Price::rupees(25_000), on);
        let shares = shares.into_iter().filter_map(|(id, price)| Listing::of(id, Price::rupees(price), on));
        index
            .into_iter()
            .chain(shares)
            .chain(future(on.year(), on.month()).or_else(|| future(next.0, next.1)))
            .collect()
    }
}

impl Market {
    pub fn new(seed: u64, listings: Vec<Listing>, interval: Span) -> Result<Market, OpenError> {
        if !(10_000..=10_000_000).contains(&interval.as_micros()) {
            return Err(OpenError::Interval(interval.as_micros()));
        }
        for (i, listing) in listings.iter().enumerate() {
            let wrong = |rule| OpenError::Listing { id: listing.id.to_string(), rule };
            if listings[..i].iter().any(|other| other.id == listing.id) {
                return Err(wrong("must be listed once"));
            }
            if listing.start_price < Price::rupees(1) || listing.start_price > Price::rupees(1_000_000) {
                return Err(wrong("its start price must be 1 to 10,00,000 rupees"));
            }
            // Written so that a float that is not a number fails too.
            if !(listing.own_volatility >= 0.0 && listing.own_volatility <= 1.0 && listing.beta.abs() <= 3.0)
            {
                return Err(wrong("its own volatility must be 0 to 1 and its beta within 3"));
            }
            if listing.lot < Qty::units(1)
                || listing.daily_volume < Qty::ZERO
                || listing.daily_volume > Qty::MAX
            {
                return Err(wrong("its lot must be positive and its volume 0 to 100 crore"));
            }
        }
        let daily = |a_year: f64| a_year / DAYS_A_YEAR.sqrt();
        let own =
            listings.iter().map(|l| Series::new(seed, l.id.as_str(), daily(l.own_volatility))).collect();
        Ok(Market {
            listings,
            whole: Series::new(seed, "market", daily(MARKET_VOLATILITY)),
            own,
            shape: Shape::of_day(),
            interval,
        })
    }

    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    pub fn position(&self, id: &InstrumentId) -> Option<usize> {
        self.listings.iter().position(|listing| listing.id == *id)
    }

    pub fn interval(&self) -> Span {
        self.interval
    }

    /// The number of the latest tick at an instant.
    pub fn tick_at(&self, at: Timestamp) -> i64 {
        at.as_micros().div_euclid(self.interval.as_micros())
    }

    pub fn cursor(&self, listing: usize) -> Cursor {
        Cursor { listing, day: i64::MIN, paths: None, minute: i64::MIN, prices: [0.0; POINTS + 1] }
    }

    /// The tick of that number.
    pub fn print(&self, cursor: &mut Cursor, number: i64) -> Print {
        let at = Timestamp::from_micros(number * self.interval.as_micros());
        let day = at.day();
        let in_day = (at - day.start()).as_micros();
        let minute = (in_day / MICROS_PER_MINUTE) as usize;
        let day = i64::from(day.as_days());
        self.seek(cursor, day, minute);

        let listing = &self.listings[cursor.listing];
        let own = &self.own[cursor.listing];
        let place = (in_day % MICROS_PER_MINUTE) as f64 / MICROS_PER_MINUTE as f64 * POINTS as f64;
        let point = (place as usize).min(POINTS - 1);
        let part = place - point as f64;
        let price = cursor.prices[point] * (1.0 - part) + cursor.prices[point + 1] * part;
        let tick = listing.tick.price().raw();
        let chance = own.drawn(BOUNCE, number);
        // Trades alternate between the best bid and the best offer.
        let bounce = if listing.tradable { (chance & 0xffff) as f64 / 65_536.0 - 0.5 } else { 0.0 };
        let middle = price * SCALE as f64 / tick as f64;
        let ticks = ((middle + bounce).round() as i64).max(1);
        let volume = self.volume(listing, own, day, minute, number);
        let bid = listing
            .tradable
            .then(|| Price::from_raw((middle.floor() as i64).clamp(ticks - 1, ticks).max(1) * tick));
        Print { at, price: Price::from_raw(ticks * tick), volume, bid }
    }

    /// Units at the best bid and at the best offer with the tick of that number.
    pub fn resting(&self, listing: usize, number: i64) -> [Qty; 2] {
        let (own, listing) = (&self.own[listing], &self.listings[listing]);
        [BID_UNITS, ASK_UNITS].map(|stream| {
            let chance = (own.drawn(stream, number) & 0xffff) as f64 / 65_536.0;
            let units = listing.daily_volume.raw() as f64 / RESTING_PARTS * (0.2 + 2.0 * chance * chance);
            Qty::units(units as i64).floor_to_lot(listing.lot).max(listing.lot)
        })
    }

    fn volume(&self, listing: &Listing, own: &Series, day: i64, minute: usize, number: i64) -> Qty {
        if listing.daily_volume.is_zero() {
            return Qty::ZERO;
        }
        let share = self.shape.volume[minute] * self.interval.as_micros() as f64 / MICROS_PER_MINUTE as f64;
        let lively = own.liveliness(day * MINUTES as i64 + minute as i64);
        let chance = (own.drawn(UNITS, number) & 0xffff) as f64 / 65_536.0;
        let units = listing.daily_volume.raw() as f64 * share * (0.4 + 0.6 * lively) * 3.0 * chance * chance;
        Qty::units(units as i64).floor_to_lot(listing.lot).max(listing.lot)
    }

    fn seek(&self, cursor: &mut Cursor, day: i64, minute: usize) {
        let number = day * MINUTES as i64 + minute as i64;
        if cursor.minute == number {
            return;
        }
        let (whole, own) = (&self.whole, &self.own[cursor.listing]);
        if cursor.day != day {
            cursor.paths = None;
            cursor.day = day;
        }
        let (market_path, own_path) =
            &*cursor.paths.get_or_insert_with(|| (whole.day(day, &self.shape), own.day(day, &self.shape)));
        let listing = &self.listings[cursor.listing];
        let mut points = [0.0; POINTS + 1];
        whole.add_minute(market_path, day, minute, listing.beta, &mut points);
        own.add_minute(own_path, day, minute, 1.0, &mut points);
        let left = listing.expiry.map_or(0.0, |expiry| {
            let days = i64::from(DayNumber::of(expiry).as_days()) - day;
            ((days + 1) as f64 - minute as f64 / MINUTES as f64).max(0.0)
        });
        let start = listing.start_price.to_f64() * (1.0 + CARRY * left / DAYS_A_YEAR);
        for (price, point) in cursor.prices.iter_mut().zip(points) {
            *price = start * exponential(point);
        }
        cursor.minute = number;
    }

    /// The one-minute bar that begins at that minute, of its ticks up to `now`; `None` if there is none yet.
    fn bar(&self, cursor: &mut Cursor, minute: i64, now: Timestamp) -> Option<Bar> {
        let interval = self.interval.as_micros();
        let start = minute * MICROS_PER_MINUTE;
        let first = start.div_euclid(interval) + i64::from(start.rem_euclid(interval) != 0);
        let end = (start + MICROS_PER_MINUTE - 1).min(now.as_micros()).div_euclid(interval);
        if end < first {
            return None;
        }
        let print = self.print(cursor, first);
        let mut bar = Bar {
            time: Timestamp::from_micros(start),
            open: print.price,
            high: print.price,
            low: print.price,
            close: print.price,
            volume: print.volume,
        };
        for number in first + 1..=end {
            let print = self.print(cursor, number);
            bar.high = bar.high.max(print.price);
            bar.low = bar.low.min(print.price);
            bar.close = print.price;
            bar.volume += print.volume;
        }
        Some(bar)
    }

    /// One-minute bars that open at or after `from` and before `to`: the closed ones, and the one that is being made.
    /// At most `most` bars; ask again from where they end.
    pub fn bars(
        &self,
        listing: usize,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
        most: usize,
    ) -> (Vec<Bar>, Option<Bar>) {
        let mut cursor = self.cursor(listing);
        let up = |at: Timestamp| {
            at.as_micros().div_euclid(MICROS_PER_MINUTE)
                + i64::from(at.as_micros().rem_euclid(MICROS_PER_MINUTE) != 0)
        };
        let open = now.as_micros().div_euclid(MICROS_PER_MINUTE);
        let first = up(from);
        let closed_end = up(to).min(open).min(first.saturating_add(most as i64));
        let bars: Vec<Bar> = (first..closed_end).filter_map(|m| self.bar(&mut cursor, m, now)).collect();
        let forming =
            (first <= open && open < up(to) && bars.len() < most).then(|| self.bar(&mut cursor, open, now));
        (bars, forming.flatten())
    }
}

#[cfg(test)]
mod tests;
