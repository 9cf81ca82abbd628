//! What an order is, to callers and as a row.

use domain::instrument::InstrumentId;
use domain::order::{OrderId, OrderState};
use domain::{Money, OrderType, Price, Product, Qty, Side, Timestamp, Validity};
use sea_orm::Set;

use crate::entity::order;
use crate::words::{self, Book, Word};
use crate::{AccountId, StoreError, StrategyVersionId, UserId};

const TABLE: &str = "orders";

/// Which door an order came through.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    Strategy,
    Manual,
    Schedule,
    Batch,
    Risk,
    Webhook,
}

words::words! {
    Origin {
        Origin::Strategy => "strategy",
        Origin::Manual => "manual",
        Origin::Schedule => "schedule",
        Origin::Batch => "batch",
        Origin::Risk => "risk",
        Origin::Webhook => "webhook",
    }
}

/// The decision of a run that an order carries out; unique within the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Open time of the bar that it was taken at.
    pub bar_open: Timestamp,
    /// Which order of several of one action: the leg, and the slice of it.
    pub leg: i64,
    /// `enter`, `exit`, `stop` and the like; at most 16 characters.
    pub action: String,
}

/// An order that is to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewOrder {
    pub id: OrderId,
    pub account: AccountId,
    pub book: Book,
    pub decision: Option<Decision>,
    pub parent: Option<OrderId>,
    pub strategy_version: Option<StrategyVersionId>,
    /// What the exchange registered the strategy as.
    pub algo_id: Option<String>,
    pub origin: Origin,
    pub instrument: InstrumentId,
    pub side: Side,
    pub order_type: OrderType,
    pub product: Product,
    pub validity: Validity,
    pub quantity: Qty,
    /// Zero: all of it is shown.
    pub disclosed_quantity: Qty,
    pub limit_price: Option<Price>,
    pub trigger_price: Option<Price>,
    pub after_market: bool,
    pub tag: Option<String>,
    /// What its first event records beside the row: the caller's JSON.
    pub detail: String,
    pub at: Timestamp,
}

/// A change of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderUpdate {
    pub state: OrderState,
    pub filled_quantity: Qty,
    pub filled_value: Money,
    /// New terms, once the broker confirmed them.
    pub terms: Option<OrderTerms>,
    /// `None` leaves what is there.
    pub broker_order_id: Option<String>,
    pub because: Option<String>,
    /// What happened, for the event: at most 24 characters.
    pub event: String,
    pub detail: String,
    pub at: Timestamp,
}

/// What a change of an order can change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderTerms {
    pub quantity: Qty,
    pub limit_price: Option<Price>,
    pub trigger_price: Option<Price>,
}

/// An order as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderRecord {
    pub id: OrderId,
    pub user: UserId,
    pub account: AccountId,
    pub book: Book,
    pub decision: Option<Decision>,
    pub parent: Option<OrderId>,
    pub strategy_version: Option<StrategyVersionId>,
    pub algo_id: Option<String>,
    pub origin: Origin,
    pub instrument: InstrumentId,
    pub side: Side,
    pub order_type: OrderType,
    pub product: Product,
    pub validity: Validity,
    pub quantity: Qty,
    pub disclosed_quantity: Qty,
    pub limit_price: Option<Price>,
    pub trigger_price: Option<Price>,
    pub after_market: bool,
    pub tag: Option<String>,
    pub state: OrderState,
    pub filled_quantity: Qty,
    /// Σ price × quantity of its fills.
    pub filled_value: Money,
    pub broker_order_id: Option<String>,
    pub because: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts its changes, from 1: hand it back with the next one.
    pub version: i64,
}

pub(super) fn row(user: UserId, new: &NewOrder) -> order::ActiveModel {
    let decision = new.decision.as_ref();
    order::ActiveModel {
        order_id: Set(new.id.to_string()),
        user_id: Set(user.0),
        account_id: Set(new.account.0),
        book: Set(new.book.word()),
        run_id: Set(new.book.run().map(|run| run.0)),
        bar_open: Set(decision.map(|d| d.bar_open.as_micros())),
        leg: Set(decision.map(|d| d.leg)),
        action: Set(decision.map(|d| d.action.clone())),
        parent_order_id: Set(new.parent.map(|id| id.to_string())),
        strategy_version_id: Set(new.strategy_version.map(|id| id.0)),
        algo_id: Set(new.algo_id.clone()),
        origin: Set(new.origin.word().to_owned()),
        instrument: Set(new.instrument.as_str().to_owned()),
        side: Set(new.side.word().to_owned()),
        order_type: Set(new.order_type.word().to_owned()),
        product: Set(new.product.word().to_owned()),
        validity: Set(new.validity.word().to_owned()),
        quantity: Set(new.quantity.raw()),
        disclosed_quantity: Set(new.disclosed_quantity.raw()),
        limit_price: Set(new.limit_price.map(Price::raw)),
        trigger_price: Set(new.trigger_price.map(Price::raw)),
        after_market: Set(new.after_market),
        tag: Set(new.tag.clone()),
        state: Set(words::state_word(OrderState::Pending).to_owned()),
        filled_quantity: Set(0),
        filled_value: Set(0),
        is_open: Set(true),
        created_at: Set(new.at.as_micros()),
        updated_at: Set(new.at.as_micros()),
        version: Set(1),
        ..Default::default()
    }
}

impl TryFrom<order::Model> for OrderRecord {
    type Error = StoreError;

    fn try_from(row: order::Model) -> Result<OrderRecord, StoreError> {
        let filled_quantity = Qty::from_raw(row.filled_quantity);
        let decision = match (row.bar_open, row.leg, row.action) {
            (Some(bar_open), Some(leg), Some(action)) => {
                Some(Decision { bar_open: Timestamp::from_micros(bar_open), leg, action })
            }
            _ => None,
        };
        Ok(OrderRecord {
            id: words::order_id(TABLE, &row.order_id)?,
            user: UserId(row.user_id),
            account: AccountId(row.account_id),
            book: Book::read(TABLE, &row.book)?,
            decision,
            parent: row.parent_order_id.map(|id| words::order_id(TABLE, &id)).transpose()?,
            strategy_version: row.strategy_version_id.map(StrategyVersionId),
            algo_id: row.algo_id,
            origin: Origin::read(TABLE, "origin", &row.origin)?,
            instrument: words::instrument(TABLE, &row.instrument)?,
            side: Side::read(TABLE, "side", &row.side)?,
            order_type: OrderType::read(TABLE, "order_type", &row.order_type)?,
            product: Product::read(TABLE, "product", &row.product)?,
            validity: Validity::read(TABLE, "validity", &row.validity)?,
            quantity: Qty::from_raw(row.quantity),
            disclosed_quantity: Qty::from_raw(row.disclosed_quantity),
            limit_price: row.limit_price.map(Price::from_raw),
            trigger_price: row.trigger_price.map(Price::from_raw),
            after_market: row.after_market,
            tag: row.tag,
            state: words::state(TABLE, &row.state, filled_quantity)?,
            filled_quantity,
            filled_value: Money::from_raw(row.filled_value),
            broker_order_id: row.broker_order_id,
            because: row.because,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            version: row.version,
        })
    }
}
