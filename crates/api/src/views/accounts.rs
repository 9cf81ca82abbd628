//! Accounts.

use desk::Desk;
use desk::accounts::AccountState as Standing;
use serde::Serialize;
use store::accounts::AccountRecord;
use utoipa::ToSchema;

use super::positions::FundsView;
use super::{Amount, Moment};

const NOT_AT_WORK: &str =
    "it could not be brought to work, the log says why; POST /api/accounts/{id}/connect tries again";

/// A broker account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 3, "name": "Paper", "broker": "paper", "relation": "self", "initialCash": 1_000_000, "state": "connected",
    "because": null, "funds": null, "createdAt": "2026-08-03T09:15:00+05:30", "closedAt": null
}))]
pub struct AccountView {
    pub id: i64,
    pub name: String,
    pub broker: String,
    /// What its owner at the broker is to the user: self, spouse, child or parent.
    pub relation: String,
    pub initial_cash: Amount,
    /// connected, disconnected, failed or closed.
    pub state: &'static str,
    /// Why it is not connected.
    pub because: Option<String>,
    /// Null while it is not at work.
    pub funds: Option<FundsView>,
    pub created_at: Moment,
    pub closed_at: Option<Moment>,
}

impl AccountView {
    /// `desk` is who trades it.
    pub fn of(record: AccountRecord, desk: &Desk) -> AccountView {
        let standing = desk.account(record.user, record.id).ok().map(|account| account.view());
        let (state, because) = match standing.as_ref().map(|standing| &standing.state) {
            _ if record.closed_at.is_some() => ("closed", None),
            Some(Standing::Connected) => ("connected", None),
            Some(Standing::Disconnected(why)) => ("disconnected", Some(why.clone())),
            Some(Standing::Failed(why)) => ("failed", Some(why.clone())),
            None => ("failed", Some(NOT_AT_WORK.to_owned())),
        };
        AccountView {
            id: record.id.0,
            name: record.name,
            broker: record.broker.name().to_owned(),
            relation: record.relation.name().to_owned(),
            initial_cash: record.initial_cash.into(),
            state,
            because,
            funds: standing.as_deref().map(FundsView::from),
            created_at: record.created_at.into(),
            closed_at: record.closed_at.map(Moment),
        }
    }
}
