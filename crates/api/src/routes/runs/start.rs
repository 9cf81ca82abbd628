//! Starting a run.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use back_office::access::Caller;
use desk::runs::{RunSettings, StartRun};
use serde::Deserialize;
use serde_json::Value;
use store::{AccountId, StrategyId};
use utoipa::ToSchema;

use super::answered;
use crate::extract::{Allowed, Id, IdempotencyKey, Idempotent, may};
use crate::views::run_settings::{RunLimitsBody, SidesWord, SizingBody};
use crate::views::runs::RunView;
use crate::views::{ProductWord, instrument, timeframe};
use crate::{AppState, Problem};

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RunModeWord {
    Paper,
    Live,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "accountId": 3, "instruments": ["NSE:RELIANCE-EQ"], "timeframe": "1m", "product": "MIS", "side": "both",
    "sizing": { "quantity": 10 }, "parameters": { "fast": 5 }, "stop": "pct=1", "squareOff": "15:10"
}))]
pub(super) struct StartBody {
    account_id: i64,
    instruments: Vec<String>,
    /// 1m to 240m, 1h to 4h, or 1d.
    timeframe: String,
    /// paper unless said; live is not offered yet.
    mode: Option<RunModeWord>,
    /// MIS unless said.
    product: Option<ProductWord>,
    /// Unless said, what the strategy's rules enter; long for CNC.
    side: Option<SidesWord>,
    /// Unless said, what the strategy's rules say; one lot if they say nothing.
    sizing: Option<SizingBody>,
    /// Of the strategy, by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: BTreeMap<String, Value>,
    /// `pct=1`, `points=20` or `atr=3` from the entry; unless said, what the strategy's rules say. So too the next three
    /// and maxTradesPerDay of the limits.
    stop: Option<String>,
    target: Option<String>,
    trail: Option<String>,
    /// When it is flat each day, as 15:10. Unless said, MIS is squared off at 15:10 at NSE and BSE and 15 minutes before
    /// the close elsewhere, in live trading and replays; never in the simulated market, which trades at any hour.
    square_off: Option<String>,
    #[serde(default)]
    limits: RunLimitsBody,
    /// Id of the strategy's version; the newest unless said.
    version_id: Option<i64>,
    /// Of POST /api/live/start; the path of the other route names it.
    strategy_id: Option<i64>,
}

/// Start a run of a strategy. It judges the next bar that closes.
#[utoipa::path(post, path = "/api/strategies/{id}/runs", tag = "runs",
    params(("id" = i64, Path), IdempotencyKey), request_body = StartBody,
    security(("bearer" = ["runs.write"]), ("apiKey" = ["runs.write"])),
    responses((status = CREATED, body = RunView))
)]
pub(super) async fn start(
    State(state): State<AppState>,
    who: Allowed<may::ControlRuns>,
    Id(id): Id,
    request: Idempotent<StartBody>,
) -> Result<Response, Problem> {
    let (app, caller) = (state.clone(), (*who).clone());
    let work = move |body: StartBody| async move {
        match body.strategy_id {
            Some(other) if other != id => Err(Problem::validation(
                "strategyId",
                format!("{other} is not the {id} of the path; leave it out"),
            )),
            _ => work(&app, &caller, id, body).await,
        }
    };
    request.once(&state, who.user, work).await
}

/// Start a run: the same as POST /api/strategies/{id}/runs.
#[utoipa::path(post, path = "/api/live/start", tag = "runs", params(IdempotencyKey), request_body = StartBody,
    security(("bearer" = ["runs.write"]), ("apiKey" = ["runs.write"])),
    responses((status = CREATED, body = RunView))
)]
pub(super) async fn start_live(
    State(state): State<AppState>,
    who: Allowed<may::ControlRuns>,
    request: Idempotent<StartBody>,
) -> Result<Response, Problem> {
    let (app, caller) = (state.clone(), (*who).clone());
    let work = move |body: StartBody| async move {
        let missing = || Problem::validation("strategyId", "`strategyId` is missing; add it");
        let strategy = body.strategy_id.ok_or_else(missing)?;
        work(&app, &caller, strategy, body).await
    };
    request.once(&state, who.user, work).await
}

async fn work(
    state: &AppState,
    caller: &Caller,
    strategy: i64,
    body: StartBody,
) -> Result<(StatusCode, RunView), Problem> {
    // Whose strategy it is comes before what is wrong with the rest.
    store::strategies::get(state.access.store(), caller.user, StrategyId(strategy)).await?;
    let account = AccountId(body.account_id);
    let at_work = state.desk.account(caller.user, account)?;
    let record = store::accounts::get(state.access.store(), caller.user, account).await?;
    let wish = body.wish(StrategyId(strategy), desk::charges_of(&record))?;
    let permitted = state.desk.limits(caller.user, account).await?.instruments;
    if let Some(i) = wish.instruments.iter().position(|id| !permitted.permit(id)) {
        let words = format!(
            "account {account} may not enter {}; see allowedInstruments and blockedInstruments of its limits",
            wish.instruments[i]
        );
        return Err(Problem::validation(format!("instruments[{i}]"), words));
    }
    let run = state.desk.runs().start(caller.user, &at_work, wish).await?;
    let (_, view) = answered(state, caller, "run.started", run).await?;
    Ok((StatusCode::CREATED, view))
}

impl StartBody {
    fn wish(self, strategy: StrategyId, charges: String) -> Result<StartRun, Problem> {
        if let Some(RunModeWord::Live) = self.mode {
            return Err(Problem::validation("mode", "live runs are not offered yet; send paper"));
        }
        let instruments = self.instruments.iter().enumerate();
        let instruments = instruments.map(|(i, name)| instrument(&format!("instruments[{i}]"), name));
        let square_off = self.square_off.map(|text| {
            let shown: String = text.chars().take(40).collect();
            text.parse().map_err(|_| {
                Problem::validation("squareOff", format!("`{shown}` is no time of day; write it as 15:10"))
            })
        });
        let parameters = self.parameters.into_iter().map(|(name, value)| {
            let text = match value {
                Value::Number(number) => number.to_string(),
                Value::String(text) => text,
                other => {
                    let shown: String = other.to_string().chars().take(40).collect();
                    let words = format!("{shown} is no value of a parameter; send a number");
                    return Err(Problem::validation(format!("parameters.{name}"), words));
                }
            };
            Ok((name, text))
        });
        Ok(StartRun {
            strategy,
            version: self.version_id,
            account: AccountId(self.account_id),
            instruments: instruments.collect::<Result<_, _>>()?,
            timeframe: timeframe("timeframe", &self.timeframe)?,
            settings: RunSettings {
                product: self.product.unwrap_or(ProductWord::Mis).into(),
                sides: self.side.map(|side| side.name().to_owned()),
                size: self.sizing.map(SizingBody::size).transpose()?,
                parameters: parameters.collect::<Result<_, _>>()?,
                stop: self.stop,
                target: self.target,
                trail: self.trail,
                square_off: square_off.transpose()?,
                charges,
                limits: self.limits.limits()?,
            },
        })
    }
}
