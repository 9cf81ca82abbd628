//! What can be said of days that the calendar does not know: only what nothing else explains.

use domain::{Date, Timeframe};
use jiff::civil::Weekday;

use super::{Coverage, Day, Share, ShortDay, Stretch};

/// Weekdays in a row on which NSE was closed, at most: 2014-10-02, 03 and 06 (daily bars of 2000 to 2026).
const LONGEST_CLOSURE: usize = 3;
/// Weekdays of a calendar year on which it was closed, at most: 19, in 2009 (the same bars); one is added for elections.
const MOST_CLOSED: usize = 20;
/// Closures come in clusters: of a part of a year with n weekdays, at most this number and a twelfth of n.
const CLUSTER: usize = 5;
/// How many days around a day say what it should hold, half of them before it.
const AROUND: usize = 20;
/// A day with less than this share of the bars of the days around it, in percent, is short. A day halted by the index
/// circuit breaker for an hour has more.
const SHORT: usize = 75;
/// Days around must hold at least this share of what their hours have room for, in percent, to say anything.
const DENSE: usize = 75;

impl Coverage {
    /// Days without bars in a row, and those of unknown time that cannot all have been holidays.
    pub(super) fn find_stretches(&mut self, days: &[(Date, Day)]) {
        let mut run: Option<(Stretch, Vec<Date>)> = None;
        let mut years: Vec<Year> = Vec::new();
        for &(date, day) in days {
            let unknown = matches!(day, Day::Unknown { .. } | Day::Unjudged);
            if unknown && is_weekday(date) {
                let year = Year::of(&mut years, date);
                year.weekdays += 1;
                year.empty += usize::from(day == Day::Unjudged);
            }
            match day {
                Day::Missing | Day::Unjudged if day == Day::Missing || is_weekday(date) => {
                    let (stretch, unjudged) =
                        run.get_or_insert_with(|| (Stretch { first: date, last: date, days: 0 }, Vec::new()));
                    stretch.last = date;
                    stretch.days += 1;
                    if day == Day::Unjudged {
                        unjudged.push(date);
                    }
                }
                Day::Present | Day::Unknown { .. } => self.end_stretch(run.take(), &mut years),
                Day::Closed | Day::Missing | Day::Unjudged => {}
            }
        }
        self.end_stretch(run, &mut years);
        self.suspected_missing_days = years.iter().map(Year::suspected).sum();
    }

    fn end_stretch(&mut self, run: Option<(Stretch, Vec<Date>)>, years: &mut Vec<Year>) {
        let Some((stretch, unjudged)) = run else { return };
        let suspect = stretch.days > LONGEST_CLOSURE && !unjudged.is_empty();
        if !suspect && unjudged.len() == stretch.days {
            return;
        }
        if suspect {
            self.suspected_stretches.push(stretch);
            for date in unjudged {
                Year::of(years, date).in_stretches += 1;
            }
        }
        if self.longest_stretch.is_none_or(|longest| longest.days < stretch.days) {
            self.longest_stretch = Some(stretch);
        }
    }

    /// Unknown days with far fewer bars than the days around them.
    pub(super) fn suspect_short_days(&mut self, days: &[(Date, Day)], timeframe: Timeframe) {
        if !timeframe.is_intraday() {
            return;
        }
        let unknown: Vec<(Date, usize, usize, bool)> = days
            .iter()
            .filter_map(|&(date, day)| match day {
                Day::Unknown { bars, slots, usual } => Some((date, bars, slots, usual)),
                _ => None,
            })
            .collect();
        let room: usize = unknown.iter().filter(|u| is_weekday(u.0)).map(|u| u.2).sum();
        let held: usize = unknown.iter().filter(|u| is_weekday(u.0)).map(|u| u.1).sum();
        if held * 100 < room * DENSE {
            self.sparse_unknown = Some(Share { lost: room - held, of: room });
        }
        // Nothing to compare with that is shorter: the usual case costs one look.
        let most = unknown.iter().map(|u| u.1).max().unwrap_or(0);
        self.suspected_expected_bars = unknown.iter().map(|u| u.1).sum();
        if unknown.iter().all(|u| u.1 * 100 >= most * SHORT) {
            return;
        }
        for (i, &(date, bars, slots, usual)) in unknown.iter().enumerate() {
            // Weekends trade by special arrangement, an evening alone is muhurat.
            if !usual || !is_weekday(date) {
                continue;
            }
            let from = i.saturating_sub(AROUND / 2).min(unknown.len().saturating_sub(AROUND + 1));
            let around = &unknown[from..unknown.len().min(from + AROUND + 1)];
            let mut counts: Vec<usize> = around.iter().map(|u| u.1).collect();
            counts.sort_unstable();
            let median = counts[counts.len() / 2];
            if bars * 100 < median * SHORT && median * 100 >= slots * DENSE {
                self.suspected_short_days.push(ShortDay { date, expected: median, present: bars });
                self.suspected_missing_bars += median - bars;
            }
        }
        self.suspected_expected_bars += self.suspected_missing_bars;
    }
}

fn is_weekday(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Unknown weekdays of a calendar year.
struct Year {
    number: i16,
    weekdays: usize,
    /// Without bars.
    empty: usize,
    /// Of those, in stretches longer than any closure.
    in_stretches: usize,
}

impl Year {
    /// The year of a date; years are asked for in order, or again.
    fn of(years: &mut Vec<Year>, date: Date) -> &mut Year {
        let at = years.iter().rposition(|y| y.number == date.year()).unwrap_or_else(|| {
            years.push(Year { number: date.year(), weekdays: 0, empty: 0, in_stretches: 0 });
            years.len() - 1
        });
        &mut years[at]
    }

    /// The least number of its empty days that were none of holidays.
    fn suspected(&self) -> usize {
        let holidays = MOST_CLOSED.min(CLUSTER + self.weekdays / 12);
        self.in_stretches.max(self.empty.saturating_sub(holidays))
    }
}
