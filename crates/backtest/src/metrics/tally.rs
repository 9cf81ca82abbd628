//! Everything that is counted over closed trades.

use domain::charges::ChargesByKind;
use domain::money::div_round;
use domain::time::DayNumber;
use domain::trade::Trade;
use domain::{Money, Timestamp};

use super::periods::TradeFigures;
use super::ratio;

/// When a trade ended, and with what.
#[derive(Clone, Copy)]
pub(super) struct Exit {
    pub at: Timestamp,
    pub pnl: Money,
}

/// What can be summed up while trades close, none of them kept.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    pub trades: u64,
    pub wins: u64,
    pub losses: u64,
    pub gross_pnl: Money,
    pub charges: Money,
    /// Σ P&L of wins and |Σ P&L of losses|, in 1/10,000 rupee.
    pub won: i128,
    pub lost: i128,
}

impl Sums {
    pub fn of(trades: &[Trade]) -> Sums {
        let mut sums = Sums::default();
        for trade in trades {
            sums.add(trade);
        }
        sums
    }

    pub fn add(&mut self, trade: &Trade) {
        let pnl = trade.pnl();
        self.trades += 1;
        self.gross_pnl += trade.gross_pnl;
        self.charges += trade.total_charges;
        if pnl > Money::ZERO {
            self.wins += 1;
            self.won += i128::from(pnl.raw());
        } else if pnl < Money::ZERO {
            self.losses += 1;
            self.lost -= i128::from(pnl.raw());
        }
    }

    pub fn profit_factor(&self) -> Option<f64> {
        ratio(self.won as f64, self.lost as f64)
    }
}

/// Sums over trades, from one pass.
#[derive(Default)]
pub(super) struct Tally {
    pub sums: Sums,
    pub charges_by_kind: ChargesByKind,
    held_micros: i128,
    pub by_weekday: [TradeFigures; 7],
    pub by_hour: [TradeFigures; 24],
    /// By time; of one instant in the order of closing.
    pub exits: Vec<Exit>,
}

impl Tally {
    pub fn of(trades: &[Trade]) -> Tally {
        let mut tally = Tally { exits: Vec::with_capacity(trades.len()), ..Tally::default() };
        for trade in trades {
            tally.add(trade);
        }
        // Books close side by side: a stop inside one's bar is stamped before another's close that came first.
        if !tally.exits.is_sorted_by_key(|exit| exit.at) {
            tally.exits.sort_by_key(|exit| exit.at);
        }
        tally
    }

    fn add(&mut self, trade: &Trade) {
        let pnl = trade.pnl();
        self.sums.add(trade);
        self.charges_by_kind += trade.charges;
        self.held_micros += i128::from(trade.holding().as_micros());
        self.by_weekday[weekday(trade.entry_time.day())].add(pnl);
        self.by_hour[usize::from(trade.entry_time.minute_of_day().minutes() / 60)].add(pnl);
        self.exits.push(Exit { at: trade.exit_time, pnl });
    }

    pub fn expectancy(&self) -> Option<Money> {
        let raw = i128::from((self.sums.gross_pnl - self.sums.charges).raw());
        (self.sums.trades > 0).then(|| Money::from_raw(div_round(raw, i128::from(self.sums.trades)) as i64))
    }

    pub fn average_holding_seconds(&self) -> Option<f64> {
        (self.sums.trades > 0).then(|| self.held_micros as f64 / 1e6 / self.sums.trades as f64)
    }

    pub fn longest_losing_streak(&self) -> u64 {
        let (mut longest, mut streak) = (0, 0);
        for exit in &self.exits {
            streak = if exit.pnl < Money::ZERO { streak + 1 } else { 0 };
            longest = longest.max(streak);
        }
        longest
    }
}

/// 0 is Monday.
fn weekday(day: DayNumber) -> usize {
    // 1970-01-01 was a Thursday.
    (day.as_days() + 3).rem_euclid(7) as usize
}
