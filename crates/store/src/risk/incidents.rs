//! Incidents: what a person must look at, open until somebody says what became of it.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Set};

use crate::entity::incident;
use crate::page::newest_first;
use crate::{AccountId, IncidentId, Page, PageRequest, Read, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewIncident {
    pub account: AccountId,
    /// At most 32 characters.
    pub kind: String,
    /// The order, position or run that it is about; at most 96 characters.
    pub subject: String,
    pub detail: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentRecord {
    pub id: IncidentId,
    pub incident: NewIncident,
    pub opened_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    /// `None` while it is open, or when it resolved itself.
    pub resolved_by: Option<UserId>,
    pub resolution: Option<String>,
}

pub async fn open_incident(
    unit: &Unit,
    user: UserId,
    new: &NewIncident,
    at: Timestamp,
) -> Result<IncidentId, StoreError> {
    let row = incident::ActiveModel {
        user_id: Set(user.0),
        account_id: Set(new.account.0),
        kind: Set(new.kind.clone()),
        subject: Set(new.subject.clone()),
        detail: Set(new.detail.clone()),
        opened_at: Set(at.as_micros()),
        ..Default::default()
    };
    Ok(IncidentId(incident::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

pub async fn resolve_incident(
    unit: &Unit,
    user: UserId,
    id: IncidentId,
    by: Option<UserId>,
    resolution: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let changed = incident::Entity::update_many()
        .col_expr(incident::Column::ResolvedAt, Expr::value(at.as_micros()))
        .col_expr(incident::Column::ResolvedBy, Expr::value(by.map(|by| by.0)))
        .col_expr(incident::Column::Resolution, Expr::value(resolution))
        .filter(incident::Column::Id.eq(id.0))
        .filter(incident::Column::UserId.eq(user.0))
        .filter(incident::Column::ResolvedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::NotFound { what: "open incident" }) } else { Ok(()) }
}

/// How many are open, of all users.
pub async fn open_incidents(on: &impl Read) -> Result<u64, StoreError> {
    let open = incident::Entity::find().filter(incident::Column::ResolvedAt.is_null());
    Ok(open.count(on.connection()).await?)
}

/// A user's incidents, newest first.
pub async fn incidents(
    on: &impl Read,
    user: UserId,
    only_open: bool,
    page: PageRequest,
) -> Result<Page<IncidentRecord>, StoreError> {
    let mut select = incident::Entity::find().filter(incident::Column::UserId.eq(user.0));
    if only_open {
        select = select.filter(incident::Column::ResolvedAt.is_null());
    }
    newest_first(
        select,
        incident::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        |row| {
            Ok(IncidentRecord {
                id: IncidentId(row.id),
                incident: NewIncident {
                    account: AccountId(row.account_id),
                    kind: row.kind,
                    subject: row.subject,
                    detail: row.detail,
                },
                opened_at: Timestamp::from_micros(row.opened_at),
                resolved_at: row.resolved_at.map(Timestamp::from_micros),
                resolved_by: row.resolved_by.map(UserId),
                resolution: row.resolution,
            })
        },
    )
    .await
}
