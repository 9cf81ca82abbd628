//! The instruments of a backtest: their bars, and the facts that orders obey.

use ::backtest::LaneSpec;
use ::backtest::metrics::Held;
use domain::calendar::{Calendar, TradingClass};
use domain::charges::Schedule;
use domain::instrument::{Instrument, InstrumentId, InstrumentTables, Kind};
use domain::order::InstrumentKey;
use domain::time::DayNumber;
use domain::{Bars, Date, Product, Tick, Timeframe, Timestamp};
use engine::{BookSpec, Contract, Sizing};
use history::{Store, StoreError};

use super::coverage::Judged;
use super::{Settings, coverage, until};
use crate::failure::Failure;
use crate::tables::Tables;

/// One instrument, ready to be traded.
pub struct Series {
    pub id: InstrumentId,
    pub instrument: Instrument,
    pub charges: Schedule,
    pub bars: Bars,
    /// The stored timeframe that the bars come from.
    pub source: Timeframe,
    /// Shorter bars that settle stop against target.
    pub finer: Option<(Timeframe, Bars)>,
    pub class: TradingClass,
    pub tick: Tick,
    /// The first bar that may trade.
    pub start: Timestamp,
    pub key: InstrumentKey,
    /// What the stored bars lack over the span that may trade.
    pub judged: Judged,
    pub warnings: Vec<String>,
}

pub fn load(settings: &Settings, store: &Store, tables: &Tables) -> Result<Vec<Series>, Failure> {
    let one =
        |(i, id): (usize, &InstrumentId)| load_one(settings, store, tables, id, InstrumentKey(i as u32));
    let series: Vec<Series> = settings.symbols.iter().enumerate().map(one).collect::<Result<_, _>>()?;
    coverage::refuse_holes(settings, &series)?;
    Ok(series)
}

fn load_one(
    settings: &Settings,
    store: &Store,
    tables: &Tables,
    id: &InstrumentId,
    key: InstrumentKey,
) -> Result<Series, Failure> {
    let (instruments, calendar) = (&tables.instruments, &tables.calendar);
    let end = settings.to.map_or(Timestamp::MAX, |date| DayNumber::of(date).next().start());
    let start = settings.from.map_or(Timestamp::MIN, |date| DayNumber::of(date).start());
    // Hours differ by class, and the class by date: the last day asked for is the one that matters to new rules.
    let stored = store.series(id).unwrap_or_default();
    let last_day = |timeframe: Option<Timeframe>| {
        let last = stored.iter().filter(|s| timeframe.is_none_or(|t| s.timeframe == t)).map(|s| s.last).max();
        last.map_or(jiff::civil::date(2026, 1, 1), Timestamp::date)
    };
    let asked = settings.to.or(settings.from).unwrap_or_else(|| last_day(None));
    let Instrument { class, kind, .. } = instruments.resolve(id, asked, None).map_err(Failure::usage)?;
    let see =
        |bars: &Bars, source| Judged::of((id, kind), settings, bars, source, tables, last_day(Some(source)));
    let (loaded, judged) = store
        .load_and_see(id, settings.timeframe, Timestamp::MIN..end, calendar, class, see)
        .map_err(|error| match error {
            StoreError::NotStored { .. } | StoreError::Unknown { .. } => Failure::usage(error),
            other => Failure::failed(other),
        })?;
    let bars = until(loaded.bars, end);
    let first = bars.first_at_or_after(start);
    if first == bars.len() {
        return Err(no_bars(settings, id, &bars));
    }
    let day = bars.times()[first].date();
    let price = bars.closes()[first.saturating_sub(1)];
    let instrument = instruments.resolve(id, day, Some(price)).map_err(Failure::usage)?;
    let finer = finer(settings, store, calendar, (id, class), (start, end));
    let mut series = Series {
        id: id.clone(),
        tick: settings.tick.or(instrument.tick).unwrap_or(Tick::DEFAULT),
        charges: tables.charges.schedule(settings.charges, &instrument, settings.product),
        instrument,
        bars,
        source: loaded.from,
        finer,
        class,
        start,
        key,
        judged,
        warnings: Vec::new(),
    };
    series.warnings = series.doubts(settings, instruments, first);
    Ok(series)
}

fn no_bars(settings: &Settings, id: &InstrumentId, bars: &Bars) -> Failure {
    let asked = |date: Option<Date>, open: &str| date.map_or(open.to_owned(), |d| d.to_string());
    let stored = match (bars.times().first(), bars.times().last()) {
        (Some(first), Some(last)) => format!("up to then it has {} to {}", first.date(), last.date()),
        _ => "it has none so early".to_owned(),
    };
    Failure::failed(format!(
        "{id} has no {} bars from {} to {}; {stored}",
        settings.timeframe,
        asked(settings.from, "the first"),
        asked(settings.to, "the last"),
    ))
}

/// Bars of the shortest stored timeframe, if one bar of the run could reach both a stop and a target.
fn finer(
    settings: &Settings,
    store: &Store,
    calendar: &Calendar,
    (id, class): (&InstrumentId, TradingClass),
    (start, end): (Timestamp, Timestamp),
) -> Option<(Timeframe, Bars)> {
    let guarded = settings.protection.stop.or(settings.protection.trail).is_some()
        || settings.stop_at_entry
        || settings.trail_at_close;
    let aims = settings.protection.target.is_some() || settings.target_at_entry;
    if !guarded || !aims {
        return None;
    }
    let stored = store.series(id).ok()?;
    let finest = stored.iter().map(|s| s.timeframe).min()?;
    if finest >= settings.timeframe {
        return None;
    }
    let loaded = store.load_or_resample(id, finest, start..end, calendar, class).ok()?;
    Some((finest, loaded.bars))
}

impl Series {
    pub fn sizing(&self, settings: &Settings) -> Sizing {
        settings.sizing.unwrap_or(Sizing::Fixed(self.instrument.lot))
    }

    /// How the instrument is traded.
    pub fn book(&self, settings: &Settings) -> BookSpec {
        let strike = match self.instrument.kind {
            Kind::Option { strike, .. } => Some(strike),
            _ => None,
        };
        BookSpec {
            instrument: self.key,
            contract: Contract {
                tick: self.tick,
                lot: self.instrument.lot,
                freeze: self.instrument.freeze,
                strike,
            },
            product: settings.product,
            sides: settings.sides,
            sizing: self.sizing(settings),
            protection: settings.protection,
            margin: settings.margin,
            charges: self.charges.clone(),
            fill_at_close: settings.fill_at_close,
            daily_bars: !settings.timeframe.is_intraday(),
        }
    }

    pub fn lane(&self, settings: &Settings) -> Result<LaneSpec<'_>, Failure> {
        Ok(LaneSpec {
            book: self.book(settings),
            strategy: settings.strategy.build(&settings.values).map_err(Failure::usage)?,
            bars: &self.bars,
            timeframe: settings.timeframe,
            finer: self.finer.as_ref().map(|(_, bars)| bars),
            class: self.class,
            time_exit: settings.time_exit,
            start: self.start,
        })
    }

    /// What buy-and-hold is measured on.
    pub fn held(&self) -> Held<'_> {
        Held { instrument: self.key, bars: &self.bars, start: self.start }
    }

    /// What of the instrument is otherwise on the last day: one backtest takes the facts of its first.
    fn changes(&self, settings: &Settings, instruments: &InstrumentTables) -> Vec<String> {
        let (Some(time), Some(&close)) = (self.bars.times().last(), self.bars.closes().last()) else {
            return Vec::new();
        };
        let Ok(last) = instruments.resolve(&self.id, time.date(), Some(close)) else { return Vec::new() };
        let first = &self.instrument;
        let mut changes = Vec::new();
        let mut note = |what: &str, first: Option<String>, last: Option<String>| {
            if let (Some(first), Some(last)) = (first, last)
                && first != last
            {
                changes.push(format!(
                    "its {what} is {first} on the first day and {last} on {}: {first} is taken throughout",
                    time.date()
                ));
            }
        };
        let tick = |tick: Option<Tick>| tick.filter(|_| settings.tick.is_none()).map(|t| t.to_string());
        note("tick size", tick(first.tick), tick(last.tick));
        note("lot", Some(first.lot.to_string()), Some(last.lot.to_string()));
        note("freeze quantity", first.freeze.map(|q| q.to_string()), last.freeze.map(|q| q.to_string()));
        changes
    }

    fn doubts(&self, settings: &Settings, instruments: &InstrumentTables, first: usize) -> Vec<String> {
        let (id, day) = (&self.id, self.bars.times()[first].date());
        let mut doubts: Vec<String> = instruments.doubts(&self.instrument, day);
        doubts.extend(self.charges.warnings_for(DayNumber::of(day)));
        if settings.tick.is_none() && self.instrument.tick.is_none() {
            doubts.push(format!("no tick size is known: {} is taken; --tick sets another", self.tick));
        }
        doubts.extend(self.changes(settings, instruments));
        if settings.product == Product::Nrml && matches!(self.instrument.kind, Kind::Equity | Kind::Index) {
            doubts.push(
                "NRML is for derivatives: on a share or an index it is research, not a trade to be had"
                    .into(),
            );
        } else if self.instrument.kind == Kind::Index {
            doubts.push("an index cannot be traded: its future is, at another price".into());
        }
        if settings.product == Product::Cnc && !matches!(self.instrument.kind, Kind::Equity) {
            doubts.push("CNC is for shares".into());
        }
        let strategy = settings.strategy.build(&settings.values);
        if strategy.is_ok_and(|s| s.inputs().volume) && !self.bars.has_volume() {
            doubts
                .push(format!("{} needs volume, and there is none: it cannot trade", settings.strategy.name));
        }
        let unknown = self.judged.coverage.unknown_days.len();
        if unknown > 0 {
            doubts.push(format!(
                "{unknown} days are not in the calendar's data: their usual hours are assumed"
            ));
        }
        doubts.into_iter().map(|doubt| format!("{id}: {doubt}")).collect()
    }
}
