//! Runs: which version trades which instruments in which account, how far it has come, and its snapshots.

mod snapshots;

pub use snapshots::{Snapshot, latest_snapshot, save_snapshot};

use domain::instrument::InstrumentId;
use domain::{Timeframe, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use crate::entity::strategy_run;
use crate::page::newest_first;
use crate::words::{self, Word as _};
use crate::{AccountId, Page, PageRequest, Read, RunId, StoreError, StrategyVersionId, Unit, UserId};

const TABLE: &str = "strategy_runs";

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RunMode {
    Paper,
    Live,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RunState {
    Created,
    Running,
    Paused,
    /// To be stopped once what it holds is out.
    Stopping,
    Stopped,
    /// It stopped alone, for the reason that its row gives.
    Failed,
}

words::words! {
    RunMode { RunMode::Paper => "paper", RunMode::Live => "live", }
    RunState {
        RunState::Created => "created",
        RunState::Running => "running",
        RunState::Paused => "paused",
        RunState::Stopping => "stopping",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
    }
}

impl RunState {
    /// Whether it will never trade again.
    pub fn is_final(self) -> bool {
        matches!(self, RunState::Stopped | RunState::Failed)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewRun {
    pub account: AccountId,
    pub strategy_version: StrategyVersionId,
    pub mode: RunMode,
    pub timeframe: Timeframe,
    pub instruments: Vec<InstrumentId>,
    /// Sizing, stops, limits: the caller's JSON.
    pub config: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunRecord {
    pub id: RunId,
    pub user: UserId,
    pub account: AccountId,
    pub strategy_version: StrategyVersionId,
    pub mode: RunMode,
    pub timeframe: Timeframe,
    pub instruments: Vec<InstrumentId>,
    pub config: String,
    pub state: RunState,
    pub because: Option<String>,
    /// Events that it has digested.
    pub event_cursor: i64,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub version: i64,
}

pub async fn create(unit: &Unit, user: UserId, new: &NewRun, at: Timestamp) -> Result<RunId, StoreError> {
    let instruments: Vec<&str> = new.instruments.iter().map(InstrumentId::as_str).collect();
    let row = strategy_run::ActiveModel {
        user_id: Set(user.0),
        account_id: Set(new.account.0),
        strategy_version_id: Set(new.strategy_version.0),
        mode: Set(new.mode.word().to_owned()),
        timeframe: Set(new.timeframe.to_string()),
        // No id holds a blank.
        instruments: Set(instruments.join(" ")),
        config: Set(new.config.clone()),
        state: Set(RunState::Created.word().to_owned()),
        event_cursor: Set(0),
        created_at: Set(at.as_micros()),
        version: Set(1),
        ..Default::default()
    };
    Ok(RunId(strategy_run::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

pub async fn get(on: &impl Read, user: UserId, id: RunId) -> Result<RunRecord, StoreError> {
    let row = strategy_run::Entity::find_by_id(id.0)
        .filter(strategy_run::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.ok_or(StoreError::NotFound { what: "run" })?.try_into()
}

pub async fn list(
    on: &impl Read,
    user: UserId,
    account: Option<AccountId>,
    page: PageRequest,
) -> Result<Page<RunRecord>, StoreError> {
    list_in(on, user, account, None, page).await
}

/// Runs in a state, or in any.
pub async fn list_in(
    on: &impl Read,
    user: UserId,
    account: Option<AccountId>,
    state: Option<RunState>,
    page: PageRequest,
) -> Result<Page<RunRecord>, StoreError> {
    let mut select = strategy_run::Entity::find().filter(strategy_run::Column::UserId.eq(user.0));
    if let Some(account) = account {
        select = select.filter(strategy_run::Column::AccountId.eq(account.0));
    }
    if let Some(state) = state {
        select = select.filter(strategy_run::Column::State.eq(state.word()));
    }
    newest_first(select, strategy_run::Column::Id, page, on.connection(), |row| row.id, RunRecord::try_from)
        .await
}

/// Every run of an account that may still trade, oldest first: what a start must bring back.
pub async fn unfinished(
    on: &impl Read,
    user: UserId,
    account: AccountId,
) -> Result<Vec<RunRecord>, StoreError> {
    let rows = strategy_run::Entity::find()
        .filter(strategy_run::Column::AccountId.eq(account.0))
        .filter(strategy_run::Column::UserId.eq(user.0))
        .filter(strategy_run::Column::State.is_not_in([RunState::Stopped.word(), RunState::Failed.word()]))
        .order_by_asc(strategy_run::Column::Id)
        .all(on.connection())
        .await?;
    rows.into_iter().map(RunRecord::try_from).collect()
}

/// Moves a run to another state; `seen` is the version that was read.
pub async fn set_state(
    unit: &Unit,
    user: UserId,
    id: RunId,
    seen: i64,
    state: RunState,
    because: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut query = strategy_run::Entity::update_many()
        .col_expr(strategy_run::Column::State, Expr::value(state.word()))
        .col_expr(strategy_run::Column::Because, Expr::value(because))
        .col_expr(strategy_run::Column::Version, Expr::col(strategy_run::Column::Version).add(1));
    if state == RunState::Running {
        let first = Expr::col(strategy_run::Column::StartedAt).if_null(at.as_micros());
        query = query.col_expr(strategy_run::Column::StartedAt, first);
    }
    if state.is_final() {
        query = query.col_expr(strategy_run::Column::EndedAt, Expr::value(at.as_micros()));
    }
    let changed = query
        .filter(strategy_run::Column::Id.eq(id.0))
        .filter(strategy_run::Column::UserId.eq(user.0))
        .filter(strategy_run::Column::Version.eq(seen))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 {
        get(unit, user, id).await?;
        return Err(StoreError::Stale { what: "run" });
    }
    Ok(())
}

/// Moves the run's cursor on, in the unit of what the events did. It never goes back: an event that was digested
/// already is [`StoreError::Stale`], and the whole unit must be dropped.
pub async fn advance(unit: &Unit, user: UserId, id: RunId, from: i64, to: i64) -> Result<(), StoreError> {
    if to <= from {
        return Err(StoreError::Unfit(format!("event cursor {to} is not after {from}")));
    }
    let changed = strategy_run::Entity::update_many()
        .col_expr(strategy_run::Column::EventCursor, Expr::value(to))
        .filter(strategy_run::Column::Id.eq(id.0))
        .filter(strategy_run::Column::UserId.eq(user.0))
        .filter(strategy_run::Column::EventCursor.eq(from))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 {
        get(unit, user, id).await?;
        return Err(StoreError::Stale { what: "event cursor of the run" });
    }
    Ok(())
}

impl TryFrom<strategy_run::Model> for RunRecord {
    type Error = StoreError;

    fn try_from(row: strategy_run::Model) -> Result<RunRecord, StoreError> {
        Ok(RunRecord {
            id: RunId(row.id),
            user: UserId(row.user_id),
            account: AccountId(row.account_id),
            strategy_version: StrategyVersionId(row.strategy_version_id),
            mode: RunMode::read(TABLE, "mode", &row.mode)?,
            timeframe: words::timeframe(TABLE, &row.timeframe)?,
            instruments: row
                .instruments
                .split(' ')
                .filter(|text| !text.is_empty())
                .map(|text| words::instrument(TABLE, text))
                .collect::<Result<_, _>>()?,
            config: row.config,
            state: RunState::read(TABLE, "state", &row.state)?,
            because: row.because,
            event_cursor: row.event_cursor,
            created_at: Timestamp::from_micros(row.created_at),
            started_at: row.started_at.map(Timestamp::from_micros),
            ended_at: row.ended_at.map(Timestamp::from_micros),
            version: row.version,
        })
    }
}
