//! One class's day: what is known of it, its sessions, and the bars that fit into them.

use std::fmt;

use crate::Timeframe;
use crate::time::MinuteOfDay;

/// What is known of a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DayStatus {
    Open,
    /// Open against the weekly rule or at unusual hours, with its name.
    Special(String),
    Closed(String),
    /// The data does not cover the day: the hours given are the usual ones of that time, whether it traded is not known.
    Unknown,
}

/// A stretch of trading, from its first minute to the minute at which it is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    pub open: MinuteOfDay,
    pub close: MinuteOfDay,
}

/// One class's day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TradingDay {
    pub status: DayStatus,
    /// Continuous sessions in order; the usual ones of that time for an unknown day, none for a closed one.
    pub sessions: Vec<Session>,
    /// The closing auction, where there is one: from the end of continuous trading to its last possible print.
    pub closing_auction: Option<Session>,
    /// From the first order of the opening auction to the start of continuous trading, where there is one.
    pub pre_open: Option<Session>,
    /// Whether the hours (or the closure) are certain enough to judge a bar by. False for an unknown day, for a muhurat
    /// session whose time was never confirmed, and for a closure from a weak source.
    pub hours_known: bool,
}

impl Session {
    /// Midnight to midnight.
    pub(super) const DAY: Session = match (MinuteOfDay::new(0, 0), MinuteOfDay::new(24, 0)) {
        (Some(open), Some(close)) => Session { open, close },
        _ => unreachable!(),
    };

    /// Whether a bar that opens at `minute` opens inside; one that opens at the close does not.
    pub fn holds(self, minute: MinuteOfDay) -> bool {
        self.open <= minute && minute < self.close
    }

    /// How long it lasts.
    pub const fn minutes(self) -> u16 {
        self.close.minutes().saturating_sub(self.open.minutes())
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.open, self.close)
    }
}

impl TradingDay {
    pub(super) fn closed(name: &str) -> TradingDay {
        TradingDay {
            status: DayStatus::Closed(name.to_owned()),
            sessions: Vec::new(),
            closing_auction: None,
            pre_open: None,
            hours_known: true,
        }
    }

    /// Whether the day's status is known to be open.
    pub fn is_open(&self) -> bool {
        matches!(self.status, DayStatus::Open | DayStatus::Special(_))
    }

    /// Whether a bar that opens at `minute` lies in a session or in the closing auction.
    ///
    /// The auction's print may be stamped at its very last minute (15:35), which counts. Where the hours are not known
    /// any minute may have traded: the answer is yes. The pre-open is not part of the day's bars.
    pub fn holds(&self, minute: MinuteOfDay) -> bool {
        !self.hours_known
            || self.sessions.iter().any(|s| s.holds(minute))
            || self.closing_auction.is_some_and(|a| a.open <= minute && minute <= a.close)
    }

    /// When continuous trading begins; `None` on a closed day.
    pub fn open(&self) -> Option<MinuteOfDay> {
        self.sessions.first().map(|s| s.open)
    }

    /// When the last continuous session is over; `None` on a closed day.
    pub fn close(&self) -> Option<MinuteOfDay> {
        self.sessions.last().map(|s| s.close)
    }

    /// When the last trade of the day can be stamped: the end of the closing auction, or else of continuous trading.
    pub fn last_print(&self) -> Option<MinuteOfDay> {
        self.closing_auction.map(|a| a.close).or_else(|| self.close())
    }

    /// Minutes of continuous trading: 375 on a usual day of NSE until July 2026.
    pub fn minutes(&self) -> u16 {
        self.sessions.iter().map(|s| s.minutes()).sum()
    }

    /// When the bars of the continuous sessions open, if each has a trade. An auction may add one more.
    pub fn bar_opens(&self, timeframe: Timeframe) -> Vec<MinuteOfDay> {
        match timeframe {
            Timeframe::Day => self.open().into_iter().collect(),
            Timeframe::Minutes(n) => self
                .sessions
                .iter()
                .flat_map(|s| (s.open.minutes()..s.close.minutes()).step_by(usize::from(n.max(1))))
                .filter_map(MinuteOfDay::from_minutes)
                .collect(),
        }
    }

    /// How many bars the continuous sessions make: 375 of one minute, 7 of one hour, 1 of a day.
    pub fn expected_bars(&self, timeframe: Timeframe) -> usize {
        match timeframe {
            Timeframe::Day => usize::from(!self.sessions.is_empty()),
            Timeframe::Minutes(n) => {
                self.sessions.iter().map(|s| usize::from(s.minutes().div_ceil(n.max(1)))).sum()
            }
        }
    }
}
