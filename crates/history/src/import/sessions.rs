//! One instrument's trading days, looked up once a day.

use std::collections::HashMap;
use std::rc::Rc;

use domain::calendar::{Calendar, DayStatus, TradingClass, TradingDay};
use domain::instrument::InstrumentId;
use domain::time::{DayNumber, MinuteOfDay};
use domain::{Date, Timeframe, Timestamp};

/// Gives the clock that an instrument follows on a day.
pub type ClassOf<'a> = &'a dyn Fn(&InstrumentId, Date) -> TradingClass;

/// The sessions of an instrument by day.
pub(super) struct Sessions<'a> {
    calendar: &'a Calendar,
    class_of: ClassOf<'a>,
    instrument: &'a InstrumentId,
    days: HashMap<DayNumber, Rc<Day>>,
    last: Option<(DayNumber, Rc<Day>)>,
}

/// One day of one instrument.
pub(super) struct Day {
    number: DayNumber,
    trading: TradingDay,
    fallback_open: MinuteOfDay,
}

impl<'a> Sessions<'a> {
    pub(super) fn new(
        calendar: &'a Calendar,
        class_of: ClassOf<'a>,
        instrument: &'a InstrumentId,
    ) -> Sessions<'a> {
        Sessions { calendar, class_of, instrument, days: HashMap::new(), last: None }
    }

    pub(super) fn day(&mut self, number: DayNumber) -> Rc<Day> {
        if let Some((last, day)) = &self.last
            && *last == number
        {
            return Rc::clone(day);
        }
        let day = self.days.entry(number).or_insert_with(|| {
            let date = number.date();
            let class = (self.class_of)(self.instrument, date);
            Rc::new(Day { number, trading: self.calendar.day(class, date), fallback_open: usual_open(class) })
        });
        self.last = Some((number, Rc::clone(day)));
        Rc::clone(day)
    }
}

/// Where a day that had no session is stamped if its bar is kept all the same: 09:15 in the equity segments, 09:00 in
/// currencies and commodities (`markets.md` §1).
fn usual_open(class: TradingClass) -> MinuteOfDay {
    let minutes = match class {
        TradingClass::Index
        | TradingClass::Share
        | TradingClass::ShareWithDerivatives
        | TradingClass::EquityDerivative => 555,
        _ => 540,
    };
    MinuteOfDay::from_minutes(minutes).unwrap_or_else(|| Timestamp::default().minute_of_day())
}

impl Day {
    /// Whether the calendar cannot judge a row of the day: it does not cover it, or is not sure of its hours.
    pub(super) fn is_unknown(&self) -> bool {
        !self.trading.hours_known
    }

    pub(super) fn is_open(&self) -> bool {
        self.trading.is_open()
    }

    /// Whether a bar or tick of this minute is kept: days whose hours the calendar does not know hold everything.
    #[inline]
    pub(super) fn holds(&self, minute: MinuteOfDay) -> bool {
        self.is_unknown() || self.trading.holds(minute)
    }

    /// Whether the minute lies in the continuous session, the usual one if the day is unknown.
    pub(super) fn in_usual_hours(&self, minute: MinuteOfDay) -> bool {
        self.trading.sessions.iter().any(|s| s.open <= minute && minute < s.close)
    }

    /// Where a daily bar is stamped.
    pub(super) fn stamp(&self) -> Timestamp {
        self.number.at(self.trading.sessions.first().map_or(self.fallback_open, |s| s.open))
    }

    /// The start of the bar that a minute falls into, counted from the open of its session.
    pub(super) fn bar_start(&self, minute: MinuteOfDay, timeframe: Timeframe) -> Timestamp {
        let Timeframe::Minutes(length) = timeframe else { return self.stamp() };
        let sessions = &self.trading.sessions;
        let own = sessions.iter().find(|s| s.open <= minute && minute < s.close);
        let open = own.or(sessions.first()).map_or(self.fallback_open, |s| s.open);
        let since = i64::from(minute.minutes()) - i64::from(open.minutes());
        let start = i64::from(open.minutes()) + since.div_euclid(i64::from(length)) * i64::from(length);
        // A bar of ticks before the open may reach back before midnight; it is stamped at midnight then.
        let start = u16::try_from(start).ok().and_then(MinuteOfDay::from_minutes);
        start.map_or(self.number.start(), |start| self.number.at(start))
    }

    /// Why a row of the day lies outside, for messages.
    pub(super) fn why_outside(&self, time: Timestamp) -> String {
        if let DayStatus::Closed(name) = &self.trading.status {
            return format!("{} is closed ({name})", time.date());
        }
        let hours: Vec<String> =
            self.trading.sessions.iter().map(|s| format!("{}–{}", s.open, s.close)).collect();
        format!("{} {} is outside {}", time.date(), time.minute_of_day(), hours.join(", "))
    }
}
