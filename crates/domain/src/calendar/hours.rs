//! What rows make of a class's days: usual hours, squaring off, and days with a row of their own.

use super::day::{DayStatus, Session, TradingDay};
use crate::time::MinuteOfDay;

/// The hours of an ordinary day.
#[derive(Clone, Debug)]
pub(super) struct Hours {
    pub sessions: Vec<Session>,
    pub closing_auction: Option<Session>,
    pub pre_open: Option<Session>,
    pub verified: bool,
    pub source: String,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum SquareOff {
    At(MinuteOfDay),
    /// Minutes before the last session's close.
    BeforeClose(u16),
}

/// A day with a row of its own.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub name: String,
    pub plan: Plan,
    /// Nothing expires on it, though it trades.
    pub holiday: bool,
    pub verified: bool,
    pub source: String,
}

#[derive(Clone, Debug)]
pub(super) enum Plan {
    Closed,
    /// The usual hours as far as they lie within these.
    Usual(Session),
    Sessions(Hours),
}

impl Hours {
    pub fn day(&self, status: DayStatus, hours_known: bool) -> TradingDay {
        TradingDay {
            status,
            sessions: self.sessions.clone(),
            closing_auction: self.closing_auction,
            pre_open: self.pre_open,
            hours_known,
        }
    }

    /// What of the hours lies within `bounds`.
    pub fn within(&self, bounds: Session) -> Hours {
        let cut = |s: &Session| {
            let cut = Session { open: s.open.max(bounds.open), close: s.close.min(bounds.close) };
            (cut.open < cut.close).then_some(cut)
        };
        Hours {
            sessions: self.sessions.iter().filter_map(cut).collect(),
            closing_auction: self.closing_auction.as_ref().and_then(cut),
            pre_open: self.pre_open.as_ref().and_then(cut),
            verified: self.verified,
            source: self.source.clone(),
        }
    }
}

impl Listed {
    pub fn day(&self, usual: &Hours) -> TradingDay {
        let special = || DayStatus::Special(self.name.clone());
        match &self.plan {
            Plan::Closed => TradingDay { hours_known: self.verified, ..TradingDay::closed(&self.name) },
            Plan::Sessions(hours) => hours.day(special(), self.verified),
            Plan::Usual(within) => {
                let cut = usual.within(*within);
                if cut.sessions.is_empty() {
                    return TradingDay { hours_known: self.verified, ..TradingDay::closed(&self.name) };
                }
                cut.day(special(), self.verified && usual.verified)
            }
        }
    }
}
