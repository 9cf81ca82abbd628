//! Positions, one for each book, instrument and product of an account.

use domain::instrument::InstrumentId;
use domain::{Money, Price, Product, Qty, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use crate::entity::position;
use crate::words::{self, Book, Word as _};
use crate::{AccountId, Read, StoreError, Unit, UserId};

const TABLE: &str = "positions";

/// What a book holds of an instrument.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Position {
    pub account: AccountId,
    pub book: Book,
    pub instrument: InstrumentId,
    pub product: Product,
    /// Signed; zero once it is flat.
    pub quantity: Qty,
    pub average_price: Price,
    /// Before charges.
    pub realised: Money,
    pub charges: Money,
    pub stop_loss: Option<Price>,
    pub target_price: Option<Price>,
    /// The open lots, as the caller writes them.
    pub lots: String,
    pub updated_at: Timestamp,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PositionRecord {
    pub position: Position,
    pub version: i64,
}

/// Writes a position. `seen` is the version that the change was decided on; `None`: there was none.
pub async fn save_position(
    unit: &Unit,
    user: UserId,
    new: &Position,
    seen: Option<i64>,
) -> Result<(), StoreError> {
    let Some(seen) = seen else {
        let row = position::ActiveModel {
            user_id: Set(user.0),
            account_id: Set(new.account.0),
            book: Set(new.book.word()),
            run_id: Set(new.book.run().map(|run| run.0)),
            instrument: Set(new.instrument.as_str().to_owned()),
            product: Set(new.product.word().to_owned()),
            quantity: Set(new.quantity.raw()),
            average_price: Set(new.average_price.raw()),
            realised: Set(new.realised.raw()),
            charges: Set(new.charges.raw()),
            stop_loss: Set(new.stop_loss.map(Price::raw)),
            target_price: Set(new.target_price.map(Price::raw)),
            lots: Set(new.lots.clone()),
            updated_at: Set(new.updated_at.as_micros()),
            version: Set(1),
            ..Default::default()
        };
        position::Entity::insert(row).exec_without_returning(&unit.transaction).await?;
        return Ok(());
    };
    let changed = position::Entity::update_many()
        .col_expr(position::Column::Quantity, Expr::value(new.quantity.raw()))
        .col_expr(position::Column::AveragePrice, Expr::value(new.average_price.raw()))
        .col_expr(position::Column::Realised, Expr::value(new.realised.raw()))
        .col_expr(position::Column::Charges, Expr::value(new.charges.raw()))
        .col_expr(position::Column::StopLoss, Expr::value(new.stop_loss.map(Price::raw)))
        .col_expr(position::Column::TargetPrice, Expr::value(new.target_price.map(Price::raw)))
        .col_expr(position::Column::Lots, Expr::value(new.lots.as_str()))
        .col_expr(position::Column::UpdatedAt, Expr::value(new.updated_at.as_micros()))
        .col_expr(position::Column::Version, Expr::col(position::Column::Version).add(1))
        .filter(position::Column::UserId.eq(user.0))
        .filter(position::Column::AccountId.eq(new.account.0))
        .filter(position::Column::Book.eq(new.book.word()))
        .filter(position::Column::Instrument.eq(new.instrument.as_str()))
        .filter(position::Column::Product.eq(new.product.word()))
        .filter(position::Column::Version.eq(seen))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::Stale { what: "position" }) } else { Ok(()) }
}

pub async fn position(
    on: &impl Read,
    user: UserId,
    account: AccountId,
    book: Book,
    instrument: &InstrumentId,
    product: Product,
) -> Result<Option<PositionRecord>, StoreError> {
    let row = position::Entity::find()
        .filter(position::Column::UserId.eq(user.0))
        .filter(position::Column::AccountId.eq(account.0))
        .filter(position::Column::Book.eq(book.word()))
        .filter(position::Column::Instrument.eq(instrument.as_str()))
        .filter(position::Column::Product.eq(product.word()))
        .one(on.connection())
        .await?;
    row.map(PositionRecord::try_from).transpose()
}

/// A user's positions, of one account or of all, oldest first: there are as many as there are books and instruments.
pub async fn positions(
    on: &impl Read,
    user: UserId,
    account: Option<AccountId>,
    only_open: bool,
) -> Result<Vec<PositionRecord>, StoreError> {
    let mut select = position::Entity::find().filter(position::Column::UserId.eq(user.0));
    if let Some(account) = account {
        select = select.filter(position::Column::AccountId.eq(account.0));
    }
    if only_open {
        select = select.filter(position::Column::Quantity.ne(0));
    }
    let rows = select.order_by_asc(position::Column::Id).all(on.connection()).await?;
    rows.into_iter().map(PositionRecord::try_from).collect()
}

impl TryFrom<position::Model> for PositionRecord {
    type Error = StoreError;

    fn try_from(row: position::Model) -> Result<PositionRecord, StoreError> {
        let position = Position {
            account: AccountId(row.account_id),
            book: Book::read(TABLE, &row.book)?,
            instrument: words::instrument(TABLE, &row.instrument)?,
            product: Product::read(TABLE, "product", &row.product)?,
            quantity: Qty::from_raw(row.quantity),
            average_price: Price::from_raw(row.average_price),
            realised: Money::from_raw(row.realised),
            charges: Money::from_raw(row.charges),
            stop_loss: row.stop_loss.map(Price::from_raw),
            target_price: row.target_price.map(Price::from_raw),
            lots: row.lots,
            updated_at: Timestamp::from_micros(row.updated_at),
        };
        Ok(PositionRecord { position, version: row.version })
    }
}
