//! Orders: the row as it stands, its events (append-only, chained), its fills.
//!
//! A run's order carries the decision it came from (run, bar, leg, action), which is unique: a restarted run that sees
//! the bar again cannot order twice. Every change names the version that it was decided on; an order that somebody
//! else moved meanwhile is [`StoreError::Stale`].

mod events;
mod fills;
mod list;
mod record;

pub use events::{OrderEventRecord, events, record_event};
pub use fills::{Fill, FillRecord, fills, record_fill};
pub use list::{OrderFilter, list, of_run, unsettled};
pub use record::{Decision, NewOrder, OrderRecord, OrderTerms, OrderUpdate, Origin};

use domain::order::{OrderId, OrderState};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::entity::order;
use crate::words::state_word;
use crate::{Read, StoreError, Unit, UserId};

/// Writes a new order as pending, and the first event of its chain.
pub async fn insert(unit: &Unit, user: UserId, new: &NewOrder) -> Result<(), StoreError> {
    if new.id.account() != new.account.0 {
        return Err(StoreError::Unfit(format!(
            "order id {} was reserved for account {}, not for {}",
            new.id,
            new.id.account(),
            new.account
        )));
    }
    if new.decision.is_some() && new.book.run().is_none() {
        return Err(StoreError::Unfit(format!("order {} has a bar's decision but no run", new.id)));
    }
    order::Entity::insert(record::row(user, new)).exec_without_returning(&unit.transaction).await?;
    record_event(unit, user, new.id, OrderState::Pending, "created", &new.detail, new.at).await
}

pub async fn get(on: &impl Read, user: UserId, id: OrderId) -> Result<OrderRecord, StoreError> {
    let row = order::Entity::find()
        .filter(order::Column::OrderId.eq(id.to_string()))
        .filter(order::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.ok_or(StoreError::NotFound { what: "order" })?.try_into()
}

/// Moves an order on, with its event. `seen` is the version that the change was decided on.
pub async fn update(
    unit: &Unit,
    user: UserId,
    id: OrderId,
    seen: i64,
    update: &OrderUpdate,
) -> Result<(), StoreError> {
    let mut query = order::Entity::update_many()
        .col_expr(order::Column::State, Expr::value(state_word(update.state)))
        .col_expr(order::Column::FilledQuantity, Expr::value(update.filled_quantity.raw()))
        .col_expr(order::Column::FilledValue, Expr::value(update.filled_value.raw()))
        .col_expr(order::Column::IsOpen, Expr::value(!update.state.is_final()))
        .col_expr(order::Column::UpdatedAt, Expr::value(update.at.as_micros()))
        .col_expr(order::Column::Version, Expr::col(order::Column::Version).add(1));
    if let Some(broker) = &update.broker_order_id {
        query = query.col_expr(order::Column::BrokerOrderId, Expr::value(broker.as_str()));
    }
    if let Some(because) = &update.because {
        query = query.col_expr(order::Column::Because, Expr::value(because.as_str()));
    }
    if let Some(terms) = update.terms {
        query = query
            .col_expr(order::Column::Quantity, Expr::value(terms.quantity.raw()))
            .col_expr(order::Column::LimitPrice, Expr::value(terms.limit_price.map(domain::Price::raw)))
            .col_expr(order::Column::TriggerPrice, Expr::value(terms.trigger_price.map(domain::Price::raw)));
    }
    let changed = query
        .filter(order::Column::OrderId.eq(id.to_string()))
        .filter(order::Column::UserId.eq(user.0))
        .filter(order::Column::Version.eq(seen))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 {
        // Tells what is wrong: not this user's, or moved on.
        get(unit, user, id).await?;
        return Err(StoreError::Stale { what: "order" });
    }
    record_event(unit, user, id, update.state, &update.event, &update.detail, update.at).await
}
