//! What a person orders, and whether it can be an order at all: prices on the tick and on the right side, whole lots.

use domain::order::OrderKey;
use domain::trade::{BookId, Direction};
use domain::{Price, Qty, Side, Tick};
use serde::{Deserialize, Serialize};

use crate::protect::Level;
use crate::{Breach, Contract};

/// An order of a person, in any book. What reduces the book's position is an exit and is not held back by the rules of
/// entries; what goes beyond it opens.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ManualOrder {
    pub book: BookId,
    pub side: Side,
    /// Units, positive; above the freeze quantity it becomes several orders.
    pub qty: Qty,
    pub kind: ManualKind,
    /// Where the stop of the position that it opens stands; replaces the one of an entry before.
    pub stop: Option<Level>,
    pub target: Option<Level>,
    /// The engine may re-price it until it is done. Without it a limit is never moved.
    pub chase: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ManualKind {
    Market,
    Limit(Price),
    /// SL.
    StopLimit {
        trigger: Price,
        limit: Price,
    },
    /// SL-M: sent with a limit one band beyond the trigger.
    StopMarket {
        trigger: Price,
    },
}

/// A change of a person's own order; what is `None` stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Change {
    pub order: OrderKey,
    /// Units in all, traded and not.
    pub qty: Option<Qty>,
    /// Limit price.
    pub price: Option<Price>,
    pub trigger: Option<Price>,
}

impl ManualOrder {
    /// At the market, chased until done.
    pub const fn market(book: BookId, side: Side, qty: Qty) -> ManualOrder {
        ManualOrder { book, side, qty, kind: ManualKind::Market, stop: None, target: None, chase: true }
    }

    pub(crate) fn direction(&self) -> Direction {
        if self.side == Side::Buy { Direction::Long } else { Direction::Short }
    }

    /// Judges what can be judged without the book's position. `last` is zero while no price is known.
    ///
    /// # Errors
    /// What is wrong with quantity or prices.
    pub fn check(&self, contract: &Contract, last: Price) -> Result<(), Breach> {
        whole_lots(self.qty, contract.lot)?;
        check_terms(self.side, self.kind, contract.tick, last)?;
        if self.kind == ManualKind::Market && last <= Price::ZERO {
            return Err(Breach::NoPrice);
        }
        let entry = self.kind.price(self.side, last);
        for (level, stops) in [(self.stop, true), (self.target, false)] {
            let Some(Level::At(price)) = level else { continue };
            on_tick(price, contract.tick)?;
            let beyond = (price.raw() - entry.raw()) * self.side.sign();
            if (beyond >= 0) == stops {
                return Err(Breach::WrongSide { price, last: entry });
            }
        }
        Ok(())
    }
}

impl ManualKind {
    /// The limit that was said.
    pub(crate) fn limit(self) -> Option<Price> {
        match self {
            ManualKind::Limit(price) | ManualKind::StopLimit { limit: price, .. } => Some(price),
            ManualKind::Market | ManualKind::StopMarket { .. } => None,
        }
    }

    /// The price that a unit is expected to cost, or to fetch: a sale far below the market fetches the market's. `last`
    /// for a market order.
    pub(crate) fn price(self, side: Side, last: Price) -> Price {
        match (self, side) {
            (ManualKind::Market, _) => last,
            (ManualKind::Limit(price) | ManualKind::StopLimit { limit: price, .. }, Side::Buy) => price,
            (ManualKind::Limit(price), Side::Sell) => price.max(last),
            (ManualKind::StopLimit { trigger, limit }, Side::Sell) => trigger.max(limit),
            (ManualKind::StopMarket { trigger }, _) => trigger,
        }
    }
}

pub(crate) fn whole_lots(qty: Qty, lot: Qty) -> Result<(), Breach> {
    if qty <= Qty::ZERO {
        return Err(Breach::BelowOneLot { lot });
    }
    if qty.raw() % lot.raw() != 0 {
        return Err(Breach::NotALotMultiple { qty, lot });
    }
    Ok(())
}

/// Prices positive and on the tick, the limit not behind the trigger, the trigger not yet traded.
pub(crate) fn check_terms(side: Side, kind: ManualKind, tick: Tick, last: Price) -> Result<(), Breach> {
    let (trigger, limit) = match kind {
        ManualKind::Market => (None, None),
        ManualKind::Limit(price) => (None, Some(price)),
        ManualKind::StopLimit { trigger, limit } => (Some(trigger), Some(limit)),
        ManualKind::StopMarket { trigger } => (Some(trigger), None),
    };
    for price in trigger.iter().chain(&limit) {
        on_tick(*price, tick)?;
    }
    let Some(trigger) = trigger else { return Ok(()) };
    if let Some(limit) = limit.filter(|limit| (limit.raw() - trigger.raw()) * side.sign() < 0) {
        return Err(Breach::LimitBehindTrigger { trigger, limit });
    }
    if last > Price::ZERO && (trigger.raw() - last.raw()) * side.sign() <= 0 {
        return Err(Breach::WrongSide { price: trigger, last });
    }
    Ok(())
}

/// A person's price is taken as it was said, or not at all.
pub(crate) fn on_tick(price: Price, tick: Tick) -> Result<(), Breach> {
    if price <= Price::ZERO || price > Price::MAX {
        return Err(Breach::NotAPrice { price });
    }
    if price.raw() % tick.price().raw() != 0 {
        return Err(Breach::OffTick { price, below: price.floor_to(tick), above: price.ceil_to(tick) });
    }
    Ok(())
}
