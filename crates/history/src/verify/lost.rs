//! How much of a series is lost, beyond what rare trading explains: what a result over it should be judged by.

use domain::Date;

use super::Coverage;

/// So many of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    pub lost: usize,
    pub of: usize,
}

/// Trading days without bars that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    pub first: Date,
    pub last: Date,
    /// Trading days, and weekdays that the calendar does not know, from the first to the last.
    pub days: usize,
}

impl Share {
    /// In percent; nothing of nothing is 0.
    pub fn percent(self) -> f64 {
        if self.of == 0 { 0.0 } else { 100.0 * self.lost as f64 / self.of as f64 }
    }
}

impl Coverage {
    /// Trading days that are missing or suspected missing, of those that there should be. Where days on which next to
    /// nothing traded abound, as in a far contract, as many empty ones are taken for days without a trade.
    pub fn lost_days(&self) -> Share {
        let present = self.days_present + self.unknown_days.len();
        let missing = self.missing_days.len() + self.suspected_missing_days;
        let of = present + missing;
        let untraded = 2 * self.thin_days * of / present.max(1);
        Share { lost: missing.saturating_sub(untraded), of }
    }

    /// Bars that the days present lack, of those that there should be, without the gaps that rare trading explains.
    pub fn lost_bars(&self) -> Share {
        Share {
            lost: self.missing_bars - self.untraded_bars.min(self.missing_bars) + self.suspected_missing_bars,
            of: self.expected_bars + self.suspected_expected_bars,
        }
    }
}
