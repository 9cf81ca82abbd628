//! Why something was refused, with the figures that failed and a way out.

use domain::order::{InstrumentKey, OrderKey, OrderState};
use domain::time::Span;
use domain::trade::{BookId, Direction};
use domain::{Money, Price, Qty, Timestamp};

use crate::LockScope;

/// Why an order was refused, with the figures that failed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Breach {
    BelowOneLot {
        lot: Qty,
    },
    NotALotMultiple {
        qty: Qty,
        lot: Qty,
    },
    ValueTooLarge {
        qty: Qty,
        price: Price,
    },
    /// The stop is counted in average true ranges, which are not known yet.
    NoStopDistance,
    OppositeBook {
        other: BookId,
    },
    MaxPosition {
        qty: Qty,
        limit: Qty,
    },
    MaxOpenPositions {
        limit: u32,
    },
    MaxTradesPerDay {
        limit: u32,
    },
    MaxOrderQty {
        qty: Qty,
        limit: Qty,
    },
    MaxOrderValue {
        value: Money,
        limit: Money,
    },
    MaxCapital {
        used: Money,
        limit: Money,
    },
    MaxCapitalOfBook {
        used: Money,
        limit: Money,
    },
    /// The daily loss reached its limit.
    LockedForTheDay {
        lost: Money,
        limit: Money,
    },
    /// The loss since the highest equity reached its limit.
    Drawdown {
        lost: Money,
        limit: Money,
    },
    KillSwitch {
        scope: LockScope,
    },
    /// An entry of the book's other side is working.
    OppositeOrder {
        order: OrderKey,
    },
    /// Outside the book's session; `None` where its hours are not known.
    MarketClosed {
        hours: Option<(Timestamp, Timestamp)>,
    },
    InstrumentNotAllowed {
        instrument: InstrumentKey,
    },
    FarFromLast {
        limit: Price,
        last: Price,
        lowest: Price,
        highest: Price,
    },
    Duplicate {
        within: Span,
    },
    TooManyOrders {
        sent: i64,
        limit: u32,
    },
    /// The book is not traded any more, or never was.
    NoBook {
        book: BookId,
    },
    /// No price of the instrument is known yet.
    NoPrice,
    NotAPrice {
        price: Price,
    },
    OffTick {
        price: Price,
        below: Price,
        above: Price,
    },
    /// A trigger that has traded already, a stop beyond the price, a target behind it.
    WrongSide {
        price: Price,
        last: Price,
    },
    LimitBehindTrigger {
        trigger: Price,
        limit: Price,
    },
    /// A change for less than has traded.
    BelowFilled {
        qty: Qty,
        filled: Qty,
    },
    /// A change cannot slice.
    AboveFreeze {
        qty: Qty,
        freeze: Qty,
    },
    /// An exit for more than is held and not on its way out.
    MoreThanHeld {
        qty: Qty,
        held: Qty,
    },
    /// There is no position to guard.
    NothingHeld,
    /// The position has a stop: a second exit beside it could fill too.
    Guarded,
    /// The order has ended, or is of a kind that is not a person's to change.
    NotChangeable {
        order: OrderKey,
        state: OrderState,
    },
    /// The stop's quantity and price are those of the position.
    FollowsPosition {
        order: OrderKey,
    },
    TooManyChanges {
        order: OrderKey,
        limit: u8,
    },
    /// While the fate of an order is not known, no other may grow.
    Unsettled {
        order: OrderKey,
    },
    /// It waited for another order's end, and another wish took its place.
    Superseded,
    BuyingPower {
        needed: Money,
        available: Money,
    },
}

/// An order that was refused.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Refusal {
    pub at: Timestamp,
    pub book: BookId,
    pub direction: Direction,
    pub qty: Qty,
    pub breach: Breach,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Breach::BelowOneLot { lot } => write!(f, "the size comes to less than one lot of {lot}"),
            Breach::NotALotMultiple { qty, lot } => {
                let below = qty.floor_to_lot(*lot);
                write!(f, "quantity {qty} is not a multiple of lot size {lot}; use ")?;
                if !below.is_zero() {
                    write!(f, "{below} or ")?;
                }
                write!(f, "{}", below + *lot)
            }
            Breach::ValueTooLarge { qty, price } => write!(f, "{qty} at {price} is too large to be counted"),
            Breach::NoStopDistance => f.write_str("the stop is in average true ranges, which need 15 bars"),
            Breach::OppositeBook { other } => {
                write!(f, "book {} holds the other side of this instrument", other.0)
            }
            Breach::MaxPosition { qty, limit } => {
                write!(f, "position of {qty} would pass the limit of {limit}")
            }
            Breach::MaxOpenPositions { limit } => write!(f, "{limit} positions are open, the limit"),
            Breach::MaxTradesPerDay { limit } => write!(f, "{limit} trades were made today, the limit"),
            Breach::MaxOrderQty { qty, limit } => write!(f, "an order of {qty} would pass the limit of {limit}"),
            Breach::MaxOrderValue { value, limit } => {
                write!(f, "the order is worth ₹{value}, the limit of one order is ₹{limit}")
            }
            Breach::MaxCapital { used, limit } => {
                write!(f, "₹{used} of the account's capital would be at work, the limit is ₹{limit}")
            }
            Breach::MaxCapitalOfBook { used, limit } => {
                write!(f, "₹{used} of capital would be at work in this run, its limit is ₹{limit}")
            }
            Breach::LockedForTheDay { lost, limit } => {
                write!(f, "₹{lost} were lost today, the limit is ₹{limit}; entries resume the next day")
            }
            Breach::Drawdown { lost, limit } => {
                write!(f, "₹{lost} were lost since the highest equity, the limit is ₹{limit}; unlock the account to go on")
            }
            Breach::KillSwitch { scope } => {
                let whose = match scope {
                    LockScope::Book(_) => "this run",
                    LockScope::Account => "this account",
                    LockScope::User => "this user",
                    LockScope::Everyone => "everyone",
                };
                write!(f, "the kill switch of {whose} is on; unlock it to go on")
            }
            Breach::OppositeOrder { order } => {
                write!(f, "order {} of the other side is working in this book; cancel it first", order.0)
            }
            Breach::MarketClosed { hours: None } => {
                f.write_str("the market's hours of today are not known; send it in the next session")
            }
            Breach::MarketClosed { hours: Some((open, close)) } => {
                write!(f, "the market is open from {open} to {close}; send it then")
            }
            Breach::InstrumentNotAllowed { .. } => {
                f.write_str("the account's list of instruments does not have this one; add it there first")
            }
            Breach::FarFromLast { limit, last, lowest, highest } => {
                write!(f, "limit {limit} is far from the last price {last}; use one from {lowest} to {highest}")
            }
            Breach::Duplicate { within } => {
                let seconds = within.as_micros() / 1_000_000;
                write!(f, "the same order was made less than {seconds} s ago; send it again later if it is meant")
            }
            Breach::TooManyOrders { sent, limit } => {
                write!(f, "{sent} orders within a second would pass the limit of {limit}; send it a second later, or in parts")
            }
            Breach::NoBook { book } => write!(f, "book {} is not traded here; use a book that is open", book.0),
            Breach::NoPrice => f.write_str("no price of the instrument is known yet; send a limit order, or wait for its first trade"),
            Breach::NotAPrice { price } => write!(f, "price {price} is not between 0 and {}", Price::MAX),
            Breach::OffTick { price, below, above } => {
                write!(f, "price {price} is not a multiple of the tick; use ")?;
                if *below > Price::ZERO {
                    write!(f, "{below} or ")?;
                }
                write!(f, "{above}")
            }
            Breach::WrongSide { price, last } => {
                write!(f, "price {price} is on the wrong side of {last}: it would act at once; use one on the other side")
            }
            Breach::LimitBehindTrigger { trigger, limit } => {
                write!(f, "limit {limit} lies behind trigger {trigger} and could not trade; use the trigger or a price beyond it")
            }
            Breach::BelowFilled { qty, filled } => {
                write!(f, "quantity {qty} is not above the {filled} that have traded; cancel the order to keep those")
            }
            Breach::AboveFreeze { qty, freeze } => {
                write!(f, "quantity {qty} is above the freeze quantity {freeze} of one order; send another order for the rest")
            }
            Breach::MoreThanHeld { qty, held } => {
                write!(f, "{qty} is more than the {held} held that are not on their way out already; use {held} or less")
            }
            Breach::NothingHeld => f.write_str("the book holds nothing; give stop and target with the order instead"),
            Breach::Guarded => f.write_str(
                "the position has a stop, and of two resting exits both could fill; set the target or move the stop instead, or cancel the stop first",
            ),
            Breach::NotChangeable { order, state } => {
                write!(f, "order {} is {state} and cannot be changed or cancelled; send another order", order.0)
            }
            Breach::FollowsPosition { order } => {
                write!(f, "order {} protects the position, quantity and limit follow it; change its trigger only", order.0)
            }
            Breach::TooManyChanges { order, limit } => {
                write!(f, "order {} was changed {limit} times, the most that brokers allow; cancel it and send another", order.0)
            }
            Breach::Unsettled { order } => {
                write!(f, "order {} may not grow or become dearer while another order's fate is not known; try again in a few seconds", order.0)
            }
            Breach::Superseded => f.write_str(
                "it waited for another order's end, and did not go before another wish or the day's end; send it again if it is still wanted",
            ),
            Breach::BuyingPower { needed, available } => {
                write!(f, "needs ₹{needed} of margin, ₹{available} is available")
            }
        }
    }
}

impl Breach {
    /// A short stable name, for records and scripts.
    pub fn rule(&self) -> &'static str {
        match self {
            Breach::BelowOneLot { .. }
            | Breach::NotALotMultiple { .. }
            | Breach::ValueTooLarge { .. }
            | Breach::BelowFilled { .. }
            | Breach::AboveFreeze { .. }
            | Breach::MoreThanHeld { .. } => "quantity",
            Breach::NoStopDistance => "stopDistance",
            Breach::OppositeBook { .. } => "oppositeBooks",
            Breach::MaxPosition { .. } => "maxPosition",
            Breach::MaxOpenPositions { .. } => "maxOpenPositions",
            Breach::MaxTradesPerDay { .. } => "maxTradesPerDay",
            Breach::MaxOrderQty { .. } => "orderSize",
            Breach::MaxOrderValue { .. } => "orderValue",
            Breach::MaxCapital { .. } => "capitalAllocation",
            Breach::MaxCapitalOfBook { .. } => "strategyCap",
            Breach::LockedForTheDay { .. } => "maxDailyLoss",
            Breach::Drawdown { .. } => "maxDrawdown",
            Breach::KillSwitch { .. } => "killSwitch",
            Breach::OppositeOrder { .. } => "oppositeOrder",
            Breach::MarketClosed { .. } => "marketHours",
            Breach::InstrumentNotAllowed { .. } => "instrumentAllowed",
            Breach::FarFromLast { .. } => "priceBand",
            Breach::Duplicate { .. } => "duplicateOrder",
            Breach::TooManyOrders { .. } => "ordersPerSecond",
            Breach::NoBook { .. } => "book",
            Breach::NoPrice
            | Breach::NotAPrice { .. }
            | Breach::OffTick { .. }
            | Breach::WrongSide { .. }
            | Breach::LimitBehindTrigger { .. } => "price",
            Breach::NothingHeld => "position",
            Breach::Guarded => "oneExit",
            Breach::NotChangeable { .. }
            | Breach::FollowsPosition { .. }
            | Breach::TooManyChanges { .. }
            | Breach::Unsettled { .. } => "change",
            Breach::Superseded => "superseded",
            Breach::BuyingPower { .. } => "buyingPower",
        }
    }
}
