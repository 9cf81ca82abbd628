//! Prices come in here once, and go to whoever needs them: accounts, candles, listeners.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use broker::Quote;
use domain::bars::{bar_end, bar_end_in_session, resample};
use domain::calendar::{Calendar, TradingClass};
use domain::instrument::{Instrument, InstrumentId};
use domain::time::{DayNumber, Span};
use domain::{Bars, Price, Qty, Timeframe, Timestamp};

use store::AccountId;

use super::series::Series;
use crate::DeskError;
use crate::accounts::Account;
use crate::hub::{Hub, Note, Topic};

/// The market. Cloned, it is the same one.
#[derive(Clone)]
pub struct Market {
    inner: Arc<Inner>,
}

struct Inner {
    listed: HashMap<InstrumentId, Listed>,
    order: Vec<InstrumentId>,
    calendar: &'static Calendar,
    keeps_hours: AtomicBool,
    state: Mutex<State>,
    hub: Hub,
}

#[derive(Default)]
struct State {
    series: HashMap<InstrumentId, (Series, Option<DayQuote>)>,
    best: HashMap<InstrumentId, (Timestamp, Quote)>,
    /// Instruments whose past was fetched: no run decides about another.
    has_past: HashSet<InstrumentId>,
    accounts: Vec<Account>,
}

/// An instrument that the feed has.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    pub instrument: Instrument,
    pub name: String,
}

/// The day of an instrument so far.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DayQuote {
    pub at: Timestamp,
    pub last: Price,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub previous_close: Option<Price>,
    pub volume: Qty,
}

/// How far back a forming candle can reach.
const LONGEST_CANDLE: Span = Span::minutes(1_440);

impl Market {
    pub fn new(listed: Vec<Listed>, calendar: &'static Calendar, hub: Hub) -> Market {
        let order = listed.iter().map(|l| l.instrument.id.clone()).collect();
        let listed = listed.into_iter().map(|l| (l.instrument.id.clone(), l)).collect();
        let keeps_hours = AtomicBool::new(false);
        Market {
            inner: Arc::new(Inner { listed, order, calendar, keeps_hours, state: Mutex::default(), hub }),
        }
    }

    /// The instruments of the feed, in its order.
    pub fn listed(&self) -> impl Iterator<Item = &Listed> + '_ {
        self.inner.order.iter().filter_map(|id| self.inner.listed.get(id))
    }

    pub fn find(&self, id: &InstrumentId) -> Result<&Listed, DeskError> {
        self.inner.listed.get(id).ok_or_else(|| {
            let names: Vec<&str> = self.inner.order.iter().map(InstrumentId::as_str).collect();
            DeskError::invalid("instrument", format!("the feed does not have {id}; use {}", names.join(", ")))
        })
    }

    pub(crate) fn add_account(&self, account: Account) {
        self.state().accounts.push(account);
    }

    pub(crate) fn remove_account(&self, id: AccountId) {
        self.state().accounts.retain(|account| account.id != id);
    }

    /// A price was heard.
    pub fn tick(&self, id: &InstrumentId, at: Timestamp, price: Price, volume: Qty) {
        if !self.inner.listed.contains_key(id) {
            return;
        }
        let mut state = self.state();
        let (series, day) = state.series.entry(id.clone()).or_default();
        let is_new_day = day.is_some_and(|quote| quote.at.day() != at.day());
        let previous_close = match day {
            Some(quote) if is_new_day => Some(quote.last),
            Some(quote) => quote.previous_close,
            None => close_before(series.minutes(), at.day()),
        };
        match day {
            Some(quote) if !is_new_day => {
                quote.at = quote.at.max(at);
                quote.last = price;
                quote.high = quote.high.max(price);
                quote.low = quote.low.min(price);
                quote.volume = Qty::from_raw(quote.volume.raw().saturating_add(volume.raw()));
            }
            _ => {
                let (open, high, low, traded) =
                    so_far(series.minutes(), at.day()).unwrap_or((price, price, price, Qty::ZERO));
                let volume = Qty::from_raw(traded.raw().saturating_add(volume.raw()));
                *day = Some(DayQuote {
                    at,
                    last: price,
                    open,
                    high: high.max(price),
                    low: low.min(price),
                    previous_close,
                    volume,
                });
            }
        }
        series.tick(at, price, volume);
        for account in &state.accounts {
            account.tick(id, price);
        }
        self.inner.hub.publish(&Topic::Ticks(id.clone()), Note::Tick { price, volume, at });
        for timeframe in self.inner.hub.candles_of(id) {
            let (series, _) = &state.series[id];
            let recent = series.with_forming(at + Span::micros(-LONGEST_CANDLE.as_micros()));
            if let Some(candle) = self.resampled(id, &recent, timeframe).iter().last() {
                self.inner.hub.publish(&Topic::Candles(id.clone(), timeframe), Note::Candle(candle));
            }
        }
    }

    /// What rests at the best prices.
    pub fn quoted(&self, id: &InstrumentId, at: Timestamp, quote: Quote) {
        if self.inner.listed.contains_key(id) {
            self.state().best.insert(id.clone(), (at, quote));
        }
    }

    /// The best of an instrument's book, where the feed tells it.
    pub fn best(&self, id: &InstrumentId) -> Option<(Timestamp, Quote)> {
        self.state().best.get(id).copied()
    }

    /// The day's figures of an instrument, once a price was heard.
    pub fn quote(&self, id: &InstrumentId) -> Option<DayQuote> {
        self.state().series.get(id).and_then(|(_, day)| *day)
    }

    /// Takes minutes that were fetched, all of them closed by `until`.
    pub fn settle(&self, id: &InstrumentId, fetched: &Bars, until: Timestamp) {
        self.state().series.entry(id.clone()).or_default().0.settle(fetched, until);
    }

    /// An instrument's past is settled. Prices may have come before it: the day's figures are made anew.
    pub(crate) fn past_is_there(&self, id: &InstrumentId) {
        let mut state = self.state();
        let (series, day) = state.series.entry(id.clone()).or_default();
        if let Some(quote) = day {
            let today = quote.at.day();
            quote.previous_close = quote.previous_close.or_else(|| close_before(series.minutes(), today));
            if let Some((open, high, low, volume)) = so_far(&series.with_forming(today.start()), today) {
                (quote.open, quote.volume) = (open, volume);
                (quote.high, quote.low) = (quote.high.max(high), quote.low.min(low));
            }
        }
        state.has_past.insert(id.clone());
    }

    pub(crate) fn has_past(&self, id: &InstrumentId) -> bool {
        self.state().has_past.contains(id)
    }

    /// The newest closed minute that was fetched, not built from ticks.
    pub(crate) fn newest_fetched(&self, id: &InstrumentId) -> Option<Timestamp> {
        self.state().series.get(id).and_then(|(series, _)| series.fetched())
    }

    /// Closed bars whose end is not after `until`, from what minutes are kept.
    pub fn closed(&self, id: &InstrumentId, timeframe: Timeframe, until: Timestamp) -> Bars {
        let minutes = self.state().series.get(id).map(|(s, _)| s.minutes().clone()).unwrap_or_default();
        self.ended(id, &self.resampled(id, &minutes, timeframe), timeframe, until)
    }

    /// Without what is on at `until`: nothing is decided about a bar before its close.
    pub(crate) fn ended(
        &self,
        id: &InstrumentId,
        bars: &Bars,
        timeframe: Timeframe,
        until: Timestamp,
    ) -> Bars {
        let is_on = |opened: &&Timestamp| self.bar_end(id, **opened, timeframe) > until;
        let on = bars.times().iter().rev().take_while(is_on).count();
        bars.slice(0..bars.len() - on)
    }

    /// When a bar is over: with its session, where the market keeps its hours.
    pub(crate) fn bar_end(&self, id: &InstrumentId, opened: Timestamp, timeframe: Timeframe) -> Timestamp {
        let Some(class) = self.class(id) else { return opened + timeframe.span() };
        let of = if self.inner.keeps_hours.load(Ordering::Relaxed) { bar_end_in_session } else { bar_end };
        of(opened, timeframe, self.inner.calendar, class)
    }

    /// Prices come in the calendar's hours, as at an exchange and not in a simulated market.
    pub(crate) fn keep_hours(&self) {
        self.inner.keeps_hours.store(true, Ordering::Relaxed);
    }

    /// All kept bars, the one that is on too.
    pub fn candles(&self, id: &InstrumentId, timeframe: Timeframe, from: Timestamp) -> Bars {
        let state = self.state();
        let minutes = state.series.get(id).map(|(s, _)| s.with_forming(from)).unwrap_or_default();
        drop(state);
        self.resampled(id, &minutes, timeframe)
    }

    pub fn class(&self, id: &InstrumentId) -> Option<TradingClass> {
        self.inner.listed.get(id).map(|l| l.instrument.class)
    }

    pub fn calendar(&self) -> &'static Calendar {
        self.inner.calendar
    }

    pub(crate) fn resampled(&self, id: &InstrumentId, minutes: &Bars, timeframe: Timeframe) -> Bars {
        match self.class(id) {
            Some(_) if timeframe == Timeframe::Minutes(1) => minutes.clone(),
            Some(class) => resample(minutes, timeframe, self.inner.calendar, class),
            None => Bars::new(),
        }
    }

    /// The open time of the oldest minute that is kept.
    pub(super) fn oldest_minute(&self, id: &InstrumentId) -> Option<Timestamp> {
        self.state().series.get(id).and_then(|(series, _)| series.minutes().times().first().copied())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Open, high, low and volume of a day's minutes.
fn so_far(minutes: &Bars, day: DayNumber) -> Option<(Price, Price, Price, Qty)> {
    let today = minutes.slice(minutes.first_at_or_after(day.start())..minutes.len());
    let open = *today.opens().first()?;
    let high = *today.highs().iter().max()?;
    let low = *today.lows().iter().min()?;
    Some((open, high, low, today.volumes().iter().copied().sum()))
}

fn close_before(minutes: &Bars, day: DayNumber) -> Option<Price> {
    let before = minutes.first_at_or_after(day.start()).checked_sub(1)?;
    Some(minutes.closes()[before])
}

#[cfg(test)]
mod tests {
    use domain::Date;
    use domain::bars::Bar;
    use domain::instrument::InstrumentTables;

    use super::*;

    #[test]
    fn a_past_that_comes_after_the_first_prices_makes_the_day_whole() {
        let today = DayNumber::of(Date::new(2026, 11, 23).unwrap()).start();
        let id: InstrumentId = "NSE:SBIN-EQ".parse().unwrap();
        let instrument = InstrumentTables::builtin().resolve(&id, today.date(), None).unwrap();
        let listed = vec![Listed { instrument, name: "SBIN".to_owned() }];
        let market = Market::new(listed, Calendar::builtin(), Hub::default());
        let price = Price::rupees;
        let bar = |minute, open, high, low| Bar {
            time: today + Span::minutes(minute),
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(open),
            volume: Qty::units(100),
        };
        market.tick(&id, today + Span::minutes(602), price(105), Qty::units(7));
        let seen = market.quote(&id).unwrap();
        assert_eq!((seen.open, seen.previous_close), (price(105), None));
        assert!(!market.has_past(&id));

        let past = Bars::collect([bar(-600, 90, 91, 89), bar(600, 100, 110, 99), bar(601, 101, 102, 98)]);
        market.settle(&id, &past.unwrap(), today + Span::minutes(602));
        market.past_is_there(&id);
        let whole = market.quote(&id).unwrap();
        assert_eq!((whole.open, whole.high, whole.low), (price(100), price(110), price(98)));
        assert_eq!((whole.last, whole.previous_close), (price(105), Some(price(90))));
        assert_eq!(whole.volume, Qty::units(207));
        assert!(market.has_past(&id));
    }
}
