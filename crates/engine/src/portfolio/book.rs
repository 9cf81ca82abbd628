//! A virtual book: the position, episode and protection of one run (or person) in one instrument and product.

use domain::charges::ChargedFill;
use domain::lots::Lots;
use domain::order::{OrderKey, Terms};
use domain::time::DayNumber;
use domain::trade::{BookId, Direction, ExitReason, Trade};
use domain::{Money, Price, Qty, Side, Timestamp};
use serde::{Deserialize, Serialize};
use strategy::{Distances, Strategy};
use thiserror::Error;

use super::{Account, BookFill, Episode, LastEntry, OpenPosition, Pending, Waiting};
use crate::orders::protective_stop;
use crate::protect::Bracket;
use crate::{BookLimits, BookSpec, Decision, Protection};

/// One book.
#[derive(Serialize, Deserialize)]
pub struct Book {
    /// Not kept in a snapshot, nor the strategy: the shell hands both in again.
    #[serde(skip, default = "BookSpec::to_come")]
    pub(crate) spec: BookSpec,
    #[serde(skip)]
    pub(crate) strategy: Option<Box<dyn Strategy>>,
    pub(crate) lots: Lots,
    pub(crate) episode: Episode,
    pub(crate) mark: Price,
    /// A price has come since the start: `mark` is none of before.
    #[serde(default)]
    pub(crate) priced: bool,
    pub(crate) blocked: Money,
    /// Entry orders not yet done.
    pub(crate) entries: Vec<OrderKey>,
    /// What those entries will open, once for all of them.
    pub(crate) pending: Option<Pending>,
    /// Protective stops resting (one, or its slices).
    pub(crate) stops: Vec<OrderKey>,
    /// Exits on their way.
    pub(crate) exits: Vec<OrderKey>,
    /// Orders unlisted above whose end the exchange has not confirmed: they may still trade.
    pub(crate) leftovers: Vec<OrderKey>,
    /// It is to be flat, and one of those leftovers may still open something: that is closed again.
    #[serde(default)]
    pub(crate) flat_for: Option<ExitReason>,
    /// More should be closed than may be yet: a leftover, or a change on its way, could still close it too.
    pub(crate) starved: bool,
    /// How the position is to be closed once it may be.
    pub(crate) leaving: Option<(Terms, ExitReason)>,
    /// Units that a person wants sold (or bought back) once they may be.
    pub(crate) hand_exit: Qty,
    /// An entry that waits until nothing is in doubt.
    pub(crate) waiting: Option<Waiting>,
    /// Rejections in a row of orders that close.
    pub(crate) rejected: u8,
    pub(crate) stop: Option<Price>,
    pub(crate) target: Option<Price>,
    pub(crate) trailed: bool,
    /// The position was entered inside the bar that is on.
    pub(crate) entered_inside: bool,
    pub(crate) square_off: Option<Timestamp>,
    /// When the day's last bar closed; `None` before that.
    pub(crate) day_ended: Option<Timestamp>,
    pub(crate) trades_today: u32,
    pub(crate) entries_made: u32,
    /// When the last trade that lost money was closed.
    pub(crate) last_loss: Option<Timestamp>,
    /// What the newest entry brought.
    pub(crate) distances: Distances,
    pub(crate) paused: bool,
    /// An entry on this side was refused, and the wish still stands: it is tried again, but not counted again.
    pub(crate) refused: Option<Direction>,
    #[serde(with = "bits")]
    pub(crate) atr: f64,
    #[serde(with = "bits")]
    pub(crate) volatility: f64,
    /// What the newest order of a person brought.
    pub(crate) bracket: Bracket,
    /// The entry that opened the position.
    pub(crate) opener: Option<OrderKey>,
    /// The decision that made orders last, and how many it made: of bars, of other events.
    pub(crate) legs: [(Decision, u16); 2],
    pub(crate) limits: BookLimits,
    /// When its exchange opens and closes today.
    pub(crate) hours: Option<(Timestamp, Timestamp)>,
    /// The lowest and highest price that its exchange takes today.
    pub(crate) circuit: Option<(Price, Price)>,
    /// Best bid and ask.
    pub(crate) quote: Option<(Price, Price)>,
    pub(crate) day: DayNumber,
    /// What it had made when its day began, after charges.
    pub(crate) day_base: Money,
    /// The newest entry, where the same one may not follow at once.
    pub(crate) last_entry: Option<LastEntry>,
    /// Not traded any more.
    pub(crate) retired: bool,
    /// Made by all that was closed, before charges.
    pub(crate) realised: Money,
    /// Of all episodes.
    pub(crate) charged: Money,
    /// Books in the same instrument.
    pub(crate) siblings: Vec<BookId>,
}

/// Why a book cannot be ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum RetireError {
    #[error("the book holds {0}; close the position first")]
    Holds(Qty),
    #[error("{0} orders of the book have not ended; cancel them first")]
    Works(usize),
}

impl Book {
    pub(crate) fn new(spec: BookSpec, strategy: Option<Box<dyn Strategy>>) -> Book {
        Book {
            spec,
            strategy,
            lots: Lots::default(),
            episode: Episode::default(),
            mark: Price::ZERO,
            priced: false,
            blocked: Money::ZERO,
            entries: Vec::with_capacity(2),
            pending: None,
            stops: Vec::with_capacity(2),
            exits: Vec::with_capacity(2),
            leftovers: Vec::with_capacity(2),
            flat_for: None,
            starved: false,
            leaving: None,
            hand_exit: Qty::ZERO,
            waiting: None,
            rejected: 0,
            stop: None,
            target: None,
            trailed: false,
            entered_inside: false,
            square_off: None,
            day_ended: None,
            trades_today: 0,
            entries_made: 0,
            last_loss: None,
            distances: Distances::default(),
            paused: false,
            refused: None,
            atr: f64::NAN,
            volatility: f64::NAN,
            bracket: Bracket::default(),
            opener: None,
            legs: [(Decision::Bar(Timestamp::MIN), 0), (Decision::Event(Timestamp::MIN), 0)],
            limits: BookLimits::default(),
            hours: None,
            circuit: None,
            quote: None,
            day: DayNumber::from_days(i32::MIN),
            day_base: Money::ZERO,
            last_entry: None,
            retired: false,
            realised: Money::ZERO,
            charged: Money::ZERO,
            siblings: Vec::new(),
        }
    }

    /// Numbers the next order of a decision.
    #[inline]
    pub(crate) fn next_leg(&mut self, decision: Decision) -> u16 {
        let (last, made) = &mut self.legs[usize::from(matches!(decision, Decision::Event(_)))];
        if *last != decision {
            (*last, *made) = (decision, 0);
        }
        *made += 1;
        *made - 1
    }

    /// The order that opened the position; of the last one while it is flat.
    pub fn opener(&self) -> Option<OrderKey> {
        self.opener
    }

    /// Last price that is known; zero before the first.
    pub fn mark(&self) -> Price {
        self.mark
    }

    /// Average price of the units held, first in first out: with [`Book::unrealised`] it is the mark's difference.
    pub fn held_price(&self) -> Option<Price> {
        self.episode.open_cost.per_unit(self.position().abs())
    }

    /// Units of a person's that open once what goes before them is done.
    pub fn waits(&self) -> Qty {
        let by_hand = self.waiting.filter(|waiting| waiting.by_hand.is_some());
        by_hand.and_then(|waiting| waiting.entry.quantity).unwrap_or_default()
    }

    /// Whether something may still be opened: an entry works or waits, or an order's end is not confirmed.
    pub fn may_open(&self) -> bool {
        !self.entries.is_empty() || !self.leftovers.is_empty() || self.waiting.is_some()
    }

    /// What all closed units have made, before charges.
    pub fn realised(&self) -> Money {
        self.realised
    }

    /// What the units held would make at the last price, before charges.
    pub fn unrealised(&self) -> Money {
        let held = Money::from_raw(self.position().abs().raw() * self.mark.raw());
        match Direction::of(self.position()) {
            Some(direction) => Money::from_raw(direction.sign() * (held - self.episode.open_cost).raw()),
            None => Money::ZERO,
        }
    }

    /// What the book has made, held units at the last price, after charges.
    pub fn net(&self) -> Money {
        self.realised + self.unrealised() - self.charged
    }

    pub fn limits(&self) -> &BookLimits {
        &self.limits
    }

    /// A computed limit, cut to what the exchange takes today.
    #[inline]
    pub(crate) fn within_circuit(&self, limit: Price) -> Price {
        let Some((lowest, highest)) = self.circuit else { return limit };
        let tick = self.spec.contract.tick;
        limit.max(lowest.ceil_to(tick)).min(highest.floor_to(tick))
    }

    /// The stop as it is sent for a level.
    #[inline]
    pub(crate) fn stop_terms(&self, side: Side, level: Price) -> Terms {
        match protective_stop(side, level, self.spec.contract.tick) {
            Terms::Stop { trigger, limit } => Terms::Stop { trigger, limit: self.within_circuit(limit) },
            terms => terms,
        }
    }

    /// Charges of all fills so far.
    pub fn charges(&self) -> Money {
        self.charged
    }

    /// Margin that the position blocks.
    pub fn margin(&self) -> Money {
        self.blocked
    }

    /// No new entries until resumed.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    pub fn is_retired(&self) -> bool {
        self.retired
    }

    /// Ends the book: it stays known by its id, and takes nothing any more.
    pub(crate) fn retire(&mut self) -> Result<(), RetireError> {
        let working = self.entries.len() + self.stops.len() + self.exits.len() + self.leftovers.len();
        if !self.position().is_zero() {
            return Err(RetireError::Holds(self.position()));
        }
        if working > 0 || self.waiting.is_some() {
            return Err(RetireError::Works(working));
        }
        (self.retired, self.paused, self.strategy) = (true, true, None);
        Ok(())
    }

    /// Signed units held.
    #[inline]
    pub fn position(&self) -> Qty {
        self.lots.position()
    }

    pub fn spec(&self) -> &BookSpec {
        &self.spec
    }

    /// Average entry of the position; `None` when flat.
    #[inline]
    pub fn entry_price(&self) -> Option<Price> {
        if self.position().is_zero() {
            None
        } else {
            self.episode.entry_value.per_unit(self.episode.entry_qty)
        }
    }

    /// What guards the position, or the entry on its way: the run's settings before what the entry brought.
    #[inline]
    pub(crate) fn protection(&self) -> Protection {
        self.spec.protection.with(self.distances)
    }

    /// Whether closed bars pull the stop along.
    #[inline]
    pub(crate) fn trails(&self) -> bool {
        self.protection().trail.is_some()
    }

    /// The protective stop in force.
    pub fn stop(&self) -> Option<Price> {
        self.stop
    }

    /// The target that is watched.
    pub fn target(&self) -> Option<Price> {
        self.target
    }

    /// Takes a fill that opens, adds or closes (a reversal is two): position, cash, charges, margin. Gives the trade
    /// if the book went flat.
    #[inline]
    pub(crate) fn take(&mut self, id: BookId, fill: &BookFill, account: &mut Account) -> Option<Trade> {
        let signed = Qty::units(fill.side.sign() * fill.qty.raw());
        let value = Money::from_raw(fill.price.raw() * fill.qty.raw());
        let before = self.position();
        let opening = before.signum() * signed.signum() >= 0;

        if before.is_zero() {
            self.episode = Episode { opened: fill.at, ..Episode::default() };
            account.open_positions += 1;
        }
        let charge = self.spec.charges.book(
            &mut self.episode.charges,
            &ChargedFill {
                day: fill.at.day(),
                side: fill.side,
                value,
                order_value_before: fill.executed_before,
            },
        );
        let realised = self.lots.take(signed, fill.price);
        self.episode.total_charges += charge;
        self.episode.realised += realised;
        self.realised += realised;
        self.charged += charge;
        if opening {
            self.episode.entry_qty += fill.qty;
            self.episode.entry_value += value;
            self.episode.open_cost += value;
        } else {
            self.episode.exit_qty += fill.qty;
            self.episode.exit_value += value;
            self.episode.open_cost -= value - Money::from_raw(before.signum() * realised.raw());
        }

        let after = self.position();
        account.cash -= Money::from_raw(signed.raw() * fill.price.raw()) + charge;
        account.marked += Money::from_raw(after.raw() * fill.price.raw() - before.raw() * self.mark.raw());
        self.mark = fill.price;
        account.settled += realised - charge;

        let blocked = match Direction::of(after) {
            Some(direction) => self.spec.margin(direction, self.episode.open_cost, after.abs()),
            None => Money::ZERO,
        };
        account.blocked += blocked - self.blocked;
        self.blocked = blocked;

        if !after.is_zero() {
            return None;
        }
        account.open_positions -= 1;
        Some(self.close(id, fill, Direction::of(before)?))
    }

    /// A part of the entries has been filled: the position blocks from now on what was held for it.
    pub(crate) fn release(&mut self, filled: Qty, blocked: Money, account: &mut Account) {
        let Some(pending) = &mut self.pending else { return };
        let freed = blocked.max(Money::ZERO).min(pending.margin);
        pending.qty = (pending.qty - filled).max(Qty::ZERO);
        pending.margin -= freed;
        account.reserved -= freed;
        account.opening -= u32::from(std::mem::take(&mut pending.opens));
    }

    fn close(&self, id: BookId, fill: &BookFill, direction: Direction) -> Trade {
        let e = &self.episode;
        Trade {
            book: id,
            product: self.spec.product,
            direction,
            entry_time: e.opened,
            entry_price: e.entry_value.per_unit(e.entry_qty).unwrap_or_default(),
            exit_time: fill.at,
            exit_price: e.exit_value.per_unit(e.exit_qty).unwrap_or_default(),
            stop_loss: e.stop_loss,
            target_price: e.target_price,
            quantity: e.exit_qty,
            gross_pnl: Money::from_raw(direction.sign() * (e.exit_value - e.entry_value).raw()),
            charges: e.charges.by_kind(),
            total_charges: e.total_charges,
            exit_reason: fill.reason,
        }
    }

    /// The position as it stands at `mark`; `None` when flat.
    pub fn open_position(&self, id: BookId) -> Option<OpenPosition> {
        let position = self.position();
        let direction = Direction::of(position)?;
        let e = &self.episode;
        let held = Money::from_raw(position.abs().raw() * self.mark.raw());
        Some(OpenPosition {
            book: id,
            product: self.spec.product,
            direction,
            entry_time: e.opened,
            entry_price: self.entry_price()?,
            quantity: position.abs(),
            mark: self.mark,
            realised: e.realised,
            unrealised: Money::from_raw(direction.sign() * (e.exit_value + held - e.entry_value).raw()),
            charges: e.charges.by_kind(),
            total_charges: e.total_charges,
            stop_loss: self.stop.or(e.stop_loss),
            target_price: self.target,
        })
    }
}

/// Floats to the bit: JSON knows no NaN.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    pub fn serialize<S: Serializer>(value: &f64, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u64(value.to_bits())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}
