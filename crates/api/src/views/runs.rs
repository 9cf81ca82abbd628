//! Runs: strategies that trade.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::Money;
use serde::Serialize;
use store::orders::{self, OrderFilter};
use store::runs::{RunMode, RunRecord, RunState};
use store::strategies::{self, StrategyRecord, VersionRecord};
use store::{Book, PageRequest, StrategyVersionId, books};
use utoipa::ToSchema;

use super::positions::{PositionView, ProfitView};
use super::{Moment, ProductWord};
use crate::{AppState, Problem};

/// A strategy's version that trades instruments in an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 9, "strategyId": 4, "strategy": "Averages", "version": 1, "accountId": 3, "instruments": ["NSE:RELIANCE-EQ"],
    "timeframe": "1m", "mode": "paper", "product": "MIS", "state": "running", "because": null,
    "createdAt": "2026-11-23T10:00:00+05:30", "startedAt": "2026-11-23T10:00:00+05:30", "endedAt": null,
    "pnl": { "realised": 0, "unrealised": 17, "charges": 4.1, "net": 12.9 }, "positions": [],
    "lastDecision": { "time": "2026-11-23T10:00:00+05:30", "instrument": "NSE:RELIANCE-EQ", "signal": "enter" }
}))]
pub struct RunView {
    pub id: i64,
    pub strategy_id: i64,
    pub strategy: String,
    /// Number of the strategy's version, from 1.
    pub version: i64,
    pub account_id: i64,
    pub instruments: Vec<String>,
    pub timeframe: String,
    /// paper or live.
    pub mode: &'static str,
    pub product: ProductWord,
    /// starting, running, paused, stopping, stopped or failed.
    pub state: &'static str,
    /// Of one that failed: why.
    pub because: Option<String>,
    pub created_at: Moment,
    pub started_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    /// Null if its account is not at work while it holds something.
    pub pnl: Option<ProfitView>,
    /// Of its books.
    pub positions: Vec<PositionView>,
    /// The newest decision that became an order.
    pub last_decision: Option<DecisionView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    /// When the bar opened at whose close it was taken.
    pub time: Moment,
    pub instrument: String,
    /// What the order does: enter, exit, stop and the like.
    pub signal: String,
}

/// All runs of a page, each with what it is a run of.
pub async fn runs(state: &AppState, records: Vec<RunRecord>) -> Result<Vec<RunView>, Problem> {
    let mut versions = HashMap::new();
    let mut views = Vec::with_capacity(records.len());
    for record in records {
        views.push(one(state, record, &mut versions).await?);
    }
    Ok(views)
}

pub async fn run(state: &AppState, record: RunRecord) -> Result<RunView, Problem> {
    one(state, record, &mut HashMap::new()).await
}

async fn one(
    state: &AppState,
    record: RunRecord,
    versions: &mut HashMap<StrategyVersionId, (StrategyRecord, VersionRecord)>,
) -> Result<RunView, Problem> {
    let store = state.access.store();
    let user = record.user;
    let (strategy, version) = match versions.entry(record.strategy_version) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let version = strategies::version(store, user, record.strategy_version).await?;
            let strategy = strategies::get(store, user, version.strategy).await?;
            place.insert((strategy, version))
        }
    };
    let settings: desk::runs::RunSettings = serde_json::from_str(&record.config).map_err(|why| {
        Problem::internal(format!("the settings of run {} cannot be read: {why}", record.id))
    })?;
    let (pnl, positions) = match state.desk.account(user, record.account) {
        Ok(account) => {
            let standing = account.view();
            let own = standing.books.iter().filter(|book| book.run == Some(record.id.0));
            let positions =
                own.clone().map(|book| PositionView::of(record.account, book, standing.at)).collect();
            (Some(ProfitView::of_books(own)), positions)
        }
        Err(_) => (stored_profit(state, &record).await?, Vec::new()),
    };
    let newest = OrderFilter { run: Some(record.id), ..OrderFilter::default() };
    let newest = orders::list(store, user, &newest, PageRequest::first(1)?).await?.rows.pop();
    let last_decision = newest.and_then(|order| {
        let instrument = order.instrument.to_string();
        order.decision.map(|d| DecisionView { time: d.bar_open.into(), instrument, signal: d.action })
    });
    Ok(RunView {
        id: record.id.0,
        strategy_id: strategy.id.0,
        strategy: strategy.name.clone(),
        version: version.number,
        account_id: record.account.0,
        instruments: record.instruments.iter().map(ToString::to_string).collect(),
        timeframe: record.timeframe.to_string(),
        mode: match record.mode {
            RunMode::Paper => "paper",
            RunMode::Live => "live",
        },
        product: settings.product.into(),
        state: state_word(record.state),
        because: record.because,
        created_at: record.created_at.into(),
        started_at: record.started_at.map(Moment),
        ended_at: record.ended_at.map(Moment),
        pnl,
        positions,
        last_decision,
    })
}

/// Of an account that is closed: what its books came to.
async fn stored_profit(state: &AppState, record: &RunRecord) -> Result<Option<ProfitView>, Problem> {
    let all = books::positions(state.access.store(), record.user, Some(record.account), false).await?;
    let own: Vec<_> =
        all.into_iter().map(|p| p.position).filter(|p| p.book == Book::Run(record.id)).collect();
    let flat = own.iter().all(|position| position.quantity.is_zero());
    let (realised, charges) = (own.iter().map(|p| p.realised).sum(), own.iter().map(|p| p.charges).sum());
    Ok(flat.then(|| ProfitView::new(realised, Money::ZERO, charges)))
}

fn state_word(state: RunState) -> &'static str {
    match state {
        RunState::Created => "starting",
        RunState::Running => "running",
        RunState::Paused => "paused",
        RunState::Stopping => "stopping",
        RunState::Stopped => "stopped",
        RunState::Failed => "failed",
    }
}
