//! Accounts.

use serde::Serialize;
use store::accounts::AccountRecord;
use utoipa::ToSchema;

use super::{Amount, Moment};

/// A broker account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 3, "name": "Paper", "broker": "paper", "relation": "self", "initialCash": 1_000_000, "state": "connected",
    "because": null, "createdAt": "2026-08-03T09:15:00+05:30", "closedAt": null
}))]
pub struct AccountView {
    pub id: i64,
    pub name: String,
    pub broker: String,
    /// What its owner at the broker is to the user: self, spouse, child or parent.
    pub relation: String,
    pub initial_cash: Amount,
    /// connected, disconnected, failed or closed.
    pub state: String,
    /// Why it is not connected.
    pub because: Option<String>,
    pub created_at: Moment,
    pub closed_at: Option<Moment>,
}

impl From<AccountRecord> for AccountView {
    /// A paper account in use is connected as long as the server runs.
    fn from(record: AccountRecord) -> AccountView {
        AccountView {
            id: record.id.0,
            name: record.name,
            broker: record.broker.name().to_owned(),
            relation: record.relation.name().to_owned(),
            initial_cash: record.initial_cash.into(),
            state: if record.closed_at.is_some() { "closed" } else { "connected" }.to_owned(),
            because: None,
            created_at: record.created_at.into(),
            closed_at: record.closed_at.map(Moment),
        }
    }
}
