//! Sessions, API keys, invites, activity, audit.

use back_office::access::{IssuedInvite, IssuedKey};
use serde::Serialize;
use serde_json::Value;
use store::SessionId;
use store::activity::Activity;
use store::audit::ChainReport;
use store::sessions::SessionRecord;
use store::users::{ApiKeyRecord, InviteRecord};
use utoipa::ToSchema;

use super::Moment;

/// One log-in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: i64,
    pub address: String,
    /// The program, as it calls itself.
    pub agent: String,
    pub created_at: Moment,
    pub last_used_at: Moment,
    pub expires_at: Moment,
    pub revoked_at: Option<Moment>,
    pub revoked_because: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl SessionView {
    pub fn of(record: SessionRecord, current: Option<SessionId>) -> SessionView {
        SessionView {
            id: record.id.0,
            current: current == Some(record.id),
            address: record.address,
            agent: record.agent,
            created_at: record.created_at.into(),
            last_used_at: record.last_used_at.into(),
            expires_at: record.expires_at.into(),
            revoked_at: record.revoked_at.map(Moment),
            revoked_because: record.revoked_because,
        }
    }
}

/// An API key, without the key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    pub id: i64,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

/// A new API key. The key itself is not shown again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedKeyView {
    pub key: String,
    pub id: i64,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
}

impl From<ApiKeyRecord> for KeyView {
    fn from(record: ApiKeyRecord) -> KeyView {
        KeyView {
            id: record.id.0,
            name: record.name,
            scopes: record.scopes,
            created_at: record.created_at.into(),
            expires_at: record.expires_at.map(Moment),
            last_used_at: record.last_used_at.map(Moment),
            revoked_at: record.revoked_at.map(Moment),
        }
    }
}

impl From<IssuedKey> for IssuedKeyView {
    fn from(issued: IssuedKey) -> IssuedKeyView {
        let record = issued.record;
        IssuedKeyView {
            key: issued.key.expose().to_owned(),
            id: record.id.0,
            name: record.name,
            scopes: record.scopes,
            created_at: record.created_at.into(),
            expires_at: record.expires_at.map(Moment),
        }
    }
}

/// An invite, without its token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteView {
    pub id: i64,
    pub role: String,
    pub created_by: String,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub used_by: Option<String>,
    pub revoked_at: Option<Moment>,
}

/// A new invite. The token is not shown again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedInviteView {
    pub id: i64,
    /// What the invited person registers with, as `invite`.
    pub token: String,
    pub role: String,
    pub created_at: Moment,
    pub expires_at: Moment,
}

impl From<InviteRecord> for InviteView {
    fn from(record: InviteRecord) -> InviteView {
        InviteView {
            id: record.id.0,
            role: record.role.name().to_owned(),
            created_by: record.created_by.to_string(),
            created_at: record.created_at.into(),
            expires_at: record.expires_at.into(),
            used_by: record.used_by.map(|user| user.to_string()),
            revoked_at: record.revoked_at.map(Moment),
        }
    }
}

impl From<IssuedInvite> for IssuedInviteView {
    fn from(issued: IssuedInvite) -> IssuedInviteView {
        IssuedInviteView {
            id: issued.id.0,
            token: issued.token.expose().to_owned(),
            role: issued.role.name().to_owned(),
            created_at: issued.created_at.into(),
            expires_at: issued.expires_at.into(),
        }
    }
}

/// Something that was done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    pub at: Moment,
    /// `session.opened`, `key.issued`, `account.closed` …
    pub action: String,
    /// What it was done to.
    pub subject: String,
    pub detail: Value,
    pub session_id: Option<i64>,
    pub account_id: Option<i64>,
    pub address: String,
}

impl From<Activity> for ActivityView {
    fn from(done: Activity) -> ActivityView {
        ActivityView {
            at: done.at.into(),
            action: done.action,
            subject: done.subject,
            detail: serde_json::from_str(&done.detail).unwrap_or(Value::Null),
            session_id: done.session.map(|id| id.0),
            account_id: done.account.map(|id| id.0),
            address: done.address,
        }
    }
}

/// What became of one audit chain.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainView {
    /// order_events, risk_events or activity.
    pub table: String,
    /// 0: what belongs to no account.
    pub account_id: i64,
    /// Rows that are whole.
    pub rows: i64,
    pub whole: bool,
    /// `whole`, or where it breaks and how.
    pub verdict: String,
}

impl From<ChainReport> for ChainView {
    fn from(report: ChainReport) -> ChainView {
        ChainView {
            table: report.chain.record.name().to_owned(),
            account_id: report.chain.account,
            rows: report.rows,
            whole: report.is_whole(),
            verdict: report.verdict.to_string(),
        }
    }
}
