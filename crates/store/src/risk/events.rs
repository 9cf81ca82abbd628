//! What a rule refused, with the figures that failed: append-only, one chain for each account.

use domain::Timestamp;
use domain::instrument::InstrumentId;
use domain::order::OrderId;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::audit::{self, ChainId, Record};
use crate::entity::risk_event;
use crate::page::newest_first;
use crate::{AccountId, Page, PageRequest, Read, RunId, StoreError, Unit, UserId, words};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RiskEvent {
    pub account: AccountId,
    pub run: Option<RunId>,
    /// The order that was refused, where it had an id already.
    pub order: Option<OrderId>,
    pub rule: String,
    pub instrument: Option<InstrumentId>,
    /// The figures, as the caller's JSON.
    pub detail: String,
    pub at: Timestamp,
}

pub async fn record_risk_event(unit: &Unit, user: UserId, event: &RiskEvent) -> Result<(), StoreError> {
    let mut row = risk_event::Model {
        id: 0,
        chain: event.account.0,
        place: 0,
        user_id: user.0,
        run_id: event.run.map(|run| run.0),
        order_id: event.order.map(|order| order.to_string()),
        rule: event.rule.clone(),
        instrument: event.instrument.as_ref().map(|id| id.as_str().to_owned()),
        detail: event.detail.clone(),
        at: event.at.as_micros(),
        link: String::new(),
    };
    let chain = ChainId { record: Record::RiskEvents, account: event.account.0 };
    let next = audit::next(unit, chain, &row.fields()).await?;
    (row.place, row.link) = (next.place, next.link);
    let mut row: risk_event::ActiveModel = row.into();
    row.id = sea_orm::NotSet;
    risk_event::Entity::insert(row.reset_all()).exec_without_returning(&unit.transaction).await?;
    Ok(())
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RiskEventRecord {
    /// Counts all risk events of the database.
    pub id: i64,
    pub event: RiskEvent,
}

/// A user's risk events, newest first.
pub async fn risk_events(
    on: &impl Read,
    user: UserId,
    run: Option<RunId>,
    page: PageRequest,
) -> Result<Page<RiskEventRecord>, StoreError> {
    let mut select = risk_event::Entity::find().filter(risk_event::Column::UserId.eq(user.0));
    if let Some(run) = run {
        select = select.filter(risk_event::Column::RunId.eq(run.0));
    }
    newest_first(
        select,
        risk_event::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        |row| {
            let event = RiskEvent {
                account: AccountId(row.chain),
                run: row.run_id.map(RunId),
                order: row.order_id.map(|id| words::order_id("risk_events", &id)).transpose()?,
                rule: row.rule,
                instrument: row.instrument.map(|text| words::instrument("risk_events", &text)).transpose()?,
                detail: row.detail,
                at: Timestamp::from_micros(row.at),
            };
            Ok(RiskEventRecord { id: row.id, event })
        },
    )
    .await
}
