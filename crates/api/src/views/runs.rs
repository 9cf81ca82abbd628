//! Runs: strategies that trade.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use desk::accounts::AccountView as Standing;
use domain::Money;
use serde::Serialize;
use store::runs::{RunMode, RunRecord, RunState};
use store::strategies::{self, StrategyRecord, VersionRecord};
use store::{Book, RunId, StrategyVersionId, books};
use strategy::SignalBits;
use utoipa::ToSchema;

use super::positions::{PositionView, ProfitView};
use super::run_settings::RunSettingsView;
use super::{Moment, ProductWord};
use crate::{AppState, Problem};

/// How a run stands. The socket's topic `runs` tells this alone while a run trades: its other fields stay as they were.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunFiguresView {
    pub id: i64,
    pub account_id: i64,
    /// Null if its account is not at work while it holds something.
    pub pnl: Option<ProfitView>,
    /// Units held, long or short, of all its instruments together.
    pub open_quantity: i64,
    /// Round trips closed today.
    pub trades_today: u32,
    /// Of its books.
    pub positions: Vec<PositionView>,
    /// What its strategy decided at its newest bar, whatever came of it; null before the first.
    pub last_decision: Option<DecisionView>,
}

/// A strategy's version that trades instruments in an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 9, "strategyId": 4, "strategy": "Averages", "version": 1, "accountId": 3, "instruments": ["NSE:RELIANCE-EQ"],
    "timeframe": "1m", "mode": "paper", "product": "MIS", "state": "running", "because": null,
    "createdAt": "2026-11-23T10:00:00+05:30", "startedAt": "2026-11-23T10:00:00+05:30", "endedAt": null,
    "squareOff": "15:10", "settings": {
        "side": "both", "sizing": { "quantity": 10, "equityPct": null, "riskPct": null, "volatilityPct": null },
        "parameters": { "fast": "5" }, "stop": "pct=1", "target": null, "trail": null,
        "limits": { "maxDailyLoss": null, "maxPosition": null, "maxTradesPerDay": 4, "maxCapital": null }
    },
    "pnl": { "realised": 0, "unrealised": 17, "charges": 4.1, "net": 12.9 }, "openQuantity": 10,
    "tradesToday": 0, "positions": [], "lastDecision": {
        "time": "2026-11-23T10:00:00+05:30", "at": "2026-11-23T10:01:00.4+05:30", "instrument": "NSE:RELIANCE-EQ",
        "signal": "enterLong"
    }
}))]
pub struct RunView {
    #[serde(flatten)]
    pub figures: RunFiguresView,
    pub strategy_id: i64,
    pub strategy: String,
    /// Number of the strategy's version, from 1.
    pub version: i64,
    pub instruments: Vec<String>,
    pub timeframe: String,
    /// paper or live.
    pub mode: &'static str,
    pub product: ProductWord,
    /// When it is flat each day, as 15:10; null: it carries positions.
    pub square_off: Option<String>,
    pub settings: RunSettingsView,
    /// starting, running, paused, stopping, stopped or failed.
    pub state: &'static str,
    /// Of one that failed: why.
    pub because: Option<String>,
    pub created_at: Moment,
    pub started_at: Option<Moment>,
    pub ended_at: Option<Moment>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    /// When the bar opened at whose close it was taken.
    pub time: Moment,
    /// When it was taken.
    pub at: Moment,
    pub instrument: String,
    /// enterLong, enterShort, exitLong, exitShort, exit (of either side) or hold.
    pub signal: &'static str,
}

impl RunFiguresView {
    pub fn of(run: RunId, standing: &Standing) -> RunFiguresView {
        let own = standing.of_run(run);
        let decided = own.clone().filter_map(|book| Some((book.decided?, book)));
        RunFiguresView {
            id: run.0,
            account_id: standing.account.0,
            pnl: Some(ProfitView::of_books(own.clone())),
            open_quantity: own.clone().map(|book| book.quantity.abs().raw()).sum(),
            trades_today: own.clone().map(|book| book.trades_today).sum(),
            positions: own
                .clone()
                .map(|book| PositionView::of(standing.account, book, standing.at))
                .collect(),
            last_decision: decided.max_by_key(|(decided, _)| decided.at).map(|(decided, book)| {
                DecisionView {
                    time: decided.bar.into(),
                    at: decided.at.into(),
                    instrument: book.instrument.to_string(),
                    signal: signal_word(decided.signals),
                }
            }),
        }
    }
}

/// An entry says more than the exit of the other side that goes with it.
fn signal_word(signals: SignalBits) -> &'static str {
    match (signals.enter_long, signals.enter_short, signals.exit_long, signals.exit_short) {
        (true, ..) => "enterLong",
        (_, true, ..) => "enterShort",
        (_, _, true, true) => "exit",
        (_, _, true, false) => "exitLong",
        (_, _, false, true) => "exitShort",
        _ => "hold",
    }
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
    let figures = match state.desk.account(user, record.account) {
        Ok(account) => RunFiguresView::of(record.id, &account.view()),
        Err(_) => RunFiguresView {
            id: record.id.0,
            account_id: record.account.0,
            pnl: stored_profit(state, &record).await?,
            open_quantity: 0,
            trades_today: 0,
            positions: Vec::new(),
            last_decision: None,
        },
    };
    Ok(RunView {
        square_off: state.desk.runs().square_off(&record, &settings).map(|time| time.to_string()),
        figures,
        strategy_id: strategy.id.0,
        strategy: strategy.name.clone(),
        version: version.number,
        instruments: record.instruments.iter().map(ToString::to_string).collect(),
        timeframe: record.timeframe.to_string(),
        mode: match record.mode {
            RunMode::Paper => "paper",
            RunMode::Live => "live",
        },
        product: settings.product.into(),
        settings: settings.into(),
        state: state_word(record.state),
        because: record.because,
        created_at: record.created_at.into(),
        started_at: record.started_at.map(Moment),
        ended_at: record.ended_at.map(Moment),
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
