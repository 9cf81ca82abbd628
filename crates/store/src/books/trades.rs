//! Closed round trips. An order closes at most one: a replay cannot write a trade twice.

use domain::instrument::InstrumentId;
use domain::order::OrderId;
use domain::trade::{Direction, ExitReason};
use domain::{Money, Price, Product, Qty, Timeframe, Timestamp};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::entity::trade;
use crate::page::newest_first;
use crate::words::{self, Book, Word as _};
use crate::{AccountId, Page, PageRequest, Read, RunId, StoreError, Unit, UserId};

const TABLE: &str = "trades";

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClosedTrade {
    pub account: AccountId,
    pub book: Book,
    /// The order whose fill closed it.
    pub closing_order: OrderId,
    pub instrument: InstrumentId,
    pub product: Product,
    /// Of the run; a person trades in none.
    pub timeframe: Option<Timeframe>,
    pub direction: Direction,
    pub entry_time: Timestamp,
    pub entry_price: Price,
    pub exit_time: Timestamp,
    pub exit_price: Price,
    pub stop_loss: Option<Price>,
    pub target_price: Option<Price>,
    pub quantity: Qty,
    pub gross_pnl: Money,
    pub charges: Money,
    /// The caller's JSON.
    pub charges_by_kind: String,
    pub exit_reason: ExitReason,
}

impl ClosedTrade {
    /// After charges.
    pub fn pnl(&self) -> Money {
        self.gross_pnl - self.charges
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TradeRecord {
    /// Counts all trades of the database, in the order that they were written.
    pub id: i64,
    pub trade: ClosedTrade,
}

pub async fn record_trade(unit: &Unit, user: UserId, new: &ClosedTrade) -> Result<(), StoreError> {
    let row = trade::ActiveModel {
        user_id: Set(user.0),
        account_id: Set(new.account.0),
        book: Set(new.book.word()),
        run_id: Set(new.book.run().map(|run| run.0)),
        closing_order_id: Set(new.closing_order.to_string()),
        instrument: Set(new.instrument.as_str().to_owned()),
        product: Set(new.product.word().to_owned()),
        timeframe: Set(new.timeframe.map(|timeframe| timeframe.to_string())),
        direction: Set(new.direction.word().to_owned()),
        entry_time: Set(new.entry_time.as_micros()),
        entry_price: Set(new.entry_price.raw()),
        exit_time: Set(new.exit_time.as_micros()),
        exit_price: Set(new.exit_price.raw()),
        stop_loss: Set(new.stop_loss.map(Price::raw)),
        target_price: Set(new.target_price.map(Price::raw)),
        quantity: Set(new.quantity.raw()),
        gross_pnl: Set(new.gross_pnl.raw()),
        charges: Set(new.charges.raw()),
        charges_by_kind: Set(new.charges_by_kind.clone()),
        exit_reason: Set(new.exit_reason.word().to_owned()),
        ..Default::default()
    };
    trade::Entity::insert(row).exec_without_returning(&unit.transaction).await?;
    Ok(())
}

/// A user's trades, of one run or of all, newest first.
pub async fn trades(
    on: &impl Read,
    user: UserId,
    run: Option<RunId>,
    page: PageRequest,
) -> Result<Page<TradeRecord>, StoreError> {
    trades_where(on, user, &TradeFilter { run, ..TradeFilter::default() }, page).await
}

/// Which trades; what is `None` does not matter.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct TradeFilter {
    pub account: Option<AccountId>,
    pub run: Option<RunId>,
    /// Closed at or after.
    pub from: Option<Timestamp>,
    /// Closed before.
    pub to: Option<Timestamp>,
}

/// A user's trades, newest first.
pub async fn trades_where(
    on: &impl Read,
    user: UserId,
    filter: &TradeFilter,
    page: PageRequest,
) -> Result<Page<TradeRecord>, StoreError> {
    let mut select = trade::Entity::find().filter(trade::Column::UserId.eq(user.0));
    if let Some(account) = filter.account {
        select = select.filter(trade::Column::AccountId.eq(account.0));
    }
    if let Some(run) = filter.run {
        select = select.filter(trade::Column::RunId.eq(run.0));
    }
    if let Some(from) = filter.from {
        select = select.filter(trade::Column::ExitTime.gte(from.as_micros()));
    }
    if let Some(to) = filter.to {
        select = select.filter(trade::Column::ExitTime.lt(to.as_micros()));
    }
    newest_first(select, trade::Column::Id, page, on.connection(), |row| row.id, TradeRecord::try_from).await
}

impl TryFrom<trade::Model> for TradeRecord {
    type Error = StoreError;

    fn try_from(row: trade::Model) -> Result<TradeRecord, StoreError> {
        let trade = ClosedTrade {
            account: AccountId(row.account_id),
            book: Book::read(TABLE, &row.book)?,
            closing_order: words::order_id(TABLE, &row.closing_order_id)?,
            instrument: words::instrument(TABLE, &row.instrument)?,
            product: Product::read(TABLE, "product", &row.product)?,
            timeframe: row.timeframe.map(|text| words::timeframe(TABLE, &text)).transpose()?,
            direction: Direction::read(TABLE, "direction", &row.direction)?,
            entry_time: Timestamp::from_micros(row.entry_time),
            entry_price: Price::from_raw(row.entry_price),
            exit_time: Timestamp::from_micros(row.exit_time),
            exit_price: Price::from_raw(row.exit_price),
            stop_loss: row.stop_loss.map(Price::from_raw),
            target_price: row.target_price.map(Price::from_raw),
            quantity: Qty::from_raw(row.quantity),
            gross_pnl: Money::from_raw(row.gross_pnl),
            charges: Money::from_raw(row.charges),
            charges_by_kind: row.charges_by_kind,
            exit_reason: ExitReason::read(TABLE, "exit_reason", &row.exit_reason)?,
        };
        Ok(TradeRecord { id: row.id, trade })
    }
}
