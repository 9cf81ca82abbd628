//! Pre-trade risk: rules in order, the first that fails stops the order.
//!
//! Each rule is a small type in a file of its own; none keeps state. Only [`review`] can make an [`Approved`], and only an `Approved` can become an entry. What only reduces is not judged.

mod allocation;
mod breach;
mod buying_power;
mod duplicate_order;
mod instrument_allowed;
mod locks;
mod market_hours;
mod open_positions;
mod opposite_books;
mod order_size;
mod orders_per_second;
mod policy;
mod position_size;
mod price_band;
mod quantity;
mod trades_per_day;

use domain::trade::{BookId, Direction};
use domain::{Money, Price, Qty, Timestamp};
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

pub(crate) use allocation::at_work;
pub use breach::{Breach, Refusal};
pub(crate) use orders_per_second::SECOND;
pub use policy::{BookLimits, PolicyError, RiskPolicy};

use crate::locks::Locks;
use crate::portfolio::{Account, Book};

/// The limits of an account; `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AccountLimits {
    /// Rupees lost since the day began, realised and not, at which intraday and derivative books are flattened and the
    /// account is locked for the day.
    pub max_daily_loss: Option<Money>,
    /// Rupees lost since the highest equity, realised and not, at which the same is done until a person unlocks it.
    pub max_drawdown: Option<Money>,
    /// Units held by one book.
    pub max_position: Option<Qty>,
    /// Books that hold something at one time.
    pub max_open_positions: Option<u32>,
    /// Entries of one book in a day.
    pub max_trades_per_day: Option<u32>,
    /// Units of one entry.
    pub max_order_qty: Option<Qty>,
    /// Rupees that one entry is worth.
    pub max_order_value: Option<Money>,
    /// Margin of all positions and entries of the account, in rupees.
    pub max_capital: Option<Money>,
    /// The same of one book: the cap of one strategy's run.
    pub max_capital_per_book: Option<Money>,
    /// Lets two books hold opposite positions in one instrument. Off: each one's stop would be a naked new position at
    /// the broker.
    pub allow_opposite_books: bool,
}

impl AccountLimits {
    /// Whether the account's loss is limited.
    #[inline]
    pub fn judges_losses(&self) -> bool {
        self.max_daily_loss.is_some() || self.max_drawdown.is_some()
    }
}

/// Margin as a share of the position's value, in hundredths of a percent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MarginRates {
    pub cnc: u32,
    pub mis: u32,
    pub nrml: u32,
}

impl Default for MarginRates {
    /// 100 %, 20 %, 15 %.
    fn default() -> MarginRates {
        MarginRates { cnc: 10_000, mis: 2_000, nrml: 1_500 }
    }
}

/// An order before it exists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proposal {
    pub at: Timestamp,
    pub book: BookId,
    pub direction: Direction,
    /// Units to open; what a reversal closes is not counted.
    pub qty: Qty,
    /// What a unit is expected to cost.
    pub price: Price,
    /// The limit that was said; `None` at the market.
    pub limit: Option<Price>,
    /// Margin that the closing half of a reversal sets free.
    pub freed: Money,
}

/// An entry that passed every rule. It can be made nowhere else.
#[derive(Debug)]
pub(crate) struct Approved {
    direction: Direction,
    qty: Qty,
    /// What it needs beyond the margin that it sets free.
    margin: Money,
}

impl Approved {
    #[inline]
    pub fn qty(&self) -> Qty {
        self.qty
    }

    pub fn direction(&self) -> Direction {
        self.direction
    }

    pub fn margin(&self) -> Money {
        self.margin
    }
}

/// What a rule may look at.
pub(crate) struct View<'a> {
    pub account: &'a Account,
    pub limits: &'a AccountLimits,
    pub books: &'a [Book],
    pub locks: &'a Locks,
    pub rules: &'a Rules,
    pub policy: &'a RiskPolicy,
    /// When orders were sent within the last second, where that is limited.
    pub sent: &'a VecDeque<Timestamp>,
}

/// What a rule judges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Judges {
    /// What only reduces is never held back.
    Entries,
    /// A person's exit at a price too. The engine's own exits are not judged.
    All,
}

/// It keeps no state.
trait Rule: Sync {
    /// As a policy names it.
    fn name(&self) -> &'static str;

    fn judges(&self) -> Judges {
        Judges::Entries
    }

    /// Whether the settings ask for it: what is off costs nothing.
    fn is_on(&self, limits: &AccountLimits, policy: &RiskPolicy) -> bool;

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach>;
}

/// An entry of whole lots, and what it comes to.
struct Judged<'a> {
    proposal: &'a Proposal,
    book: &'a Book,
    value: Money,
    /// Margin that it will block.
    margin: Money,
}

/// In the order in which they are judged; before all of them comes [`quantity::value_of`].
const RULES: [&dyn Rule; 14] = [
    &locks::Locked,
    &market_hours::MarketHours,
    &instrument_allowed::InstrumentAllowed,
    &order_size::OrderSize,
    &order_size::OrderValue,
    &price_band::PriceBand,
    &duplicate_order::DuplicateOrder,
    &orders_per_second::OrdersPerSecond,
    &trades_per_day::TradesPerDay,
    &opposite_books::OppositeBooks,
    &position_size::PositionSize,
    &open_positions::OpenPositions,
    &allocation::Capital,
    &buying_power::BuyingPower,
];

/// The rules that are on.
#[derive(Default)]
pub(crate) struct Rules(Vec<&'static dyn Rule>);

impl Rules {
    pub fn new(limits: &AccountLimits, policy: &RiskPolicy) -> Rules {
        Rules(policy.ordered().into_iter().filter(|rule| rule.is_on(limits, policy)).collect())
    }
}

/// Judges an entry.
#[inline]
pub(crate) fn review(proposal: &Proposal, view: &View<'_>) -> Result<Approved, Breach> {
    let book = &view.books[proposal.book.0 as usize];
    let (direction, qty) = (proposal.direction, proposal.qty);
    let value = quantity::value_of(qty, proposal.price, book.spec.contract.lot)?;
    let margin = book.spec.margin(direction, value, qty);
    let judged = Judged { proposal, book, value, margin };
    for rule in &view.rules.0 {
        rule.judge(&judged, view)?;
    }
    Ok(Approved { direction, qty, margin: (margin - proposal.freed).max(Money::ZERO) })
}

/// Judges what only reduces, by the rules that judge every order.
pub(crate) fn review_exit(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    let book = &view.books[proposal.book.0 as usize];
    let value = quantity::value_of(proposal.qty, proposal.price, book.spec.contract.lot)?;
    let judged = Judged { proposal, book, value, margin: Money::ZERO };
    view.rules
        .0
        .iter()
        .filter(|rule| rule.judges() == Judges::All)
        .try_for_each(|rule| rule.judge(&judged, view))
}
