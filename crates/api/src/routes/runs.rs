//! Runs: starting, looking, pausing, resuming, stopping.

mod start;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use back_office::access::Caller;
use desk::DeskError;
use desk::runs::Runs;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::runs::{RunRecord, RunState};
use store::{AccountId, RunId, UserId, runs};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Id, IdempotencyKey, Idempotent, Query, may, page_of};
use crate::views::runs::RunView;
use crate::views::{List, Moment};
use crate::{AppState, Problem, views};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(start::start))
        .routes(routes!(start::start_live))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(stop))
        .routes(routes!(stop_live))
        .routes(routes!(status))
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RunStateWord {
    Starting,
    Running,
    Paused,
    Stopping,
    Stopped,
    Failed,
}

impl From<RunStateWord> for RunState {
    fn from(word: RunStateWord) -> RunState {
        match word {
            RunStateWord::Starting => RunState::Created,
            RunStateWord::Running => RunState::Running,
            RunStateWord::Paused => RunState::Paused,
            RunStateWord::Stopping => RunState::Stopping,
            RunStateWord::Stopped => RunState::Stopped,
            RunStateWord::Failed => RunState::Failed,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct RunsQuery {
    /// starting, running, paused, stopping, stopped or failed.
    #[param(inline)]
    state: Option<RunStateWord>,
    account_id: Option<i64>,
    /// Rows of the page, 1 to 500; 100 unless said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
struct NoSettingsBody {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "squareOff": true }))]
struct StopBody {
    /// Whether its positions are closed first. Without it they stay, guarded by their stops.
    #[serde(default)]
    square_off: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "runId": 9, "squareOff": true }))]
struct StopLiveBody {
    run_id: i64,
    /// Whether its positions are closed first. Without it they stay, guarded by their stops.
    #[serde(default)]
    square_off: bool,
}

/// What trades now.
#[derive(Serialize, ToSchema)]
struct StatusView {
    /// paper, replay or live.
    mode: &'static str,
    feed: FeedStatusView,
    /// Those that are not over, the newest first.
    runs: Vec<RunView>,
}

#[derive(Serialize, ToSchema)]
struct FeedStatusView {
    speed: u32,
    now: Moment,
}

/// One's runs, the newest first.
#[utoipa::path(get, path = "/api/runs", tag = "runs", params(RunsQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<RunView>))
)]
async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(query): Query<RunsQuery>,
) -> Result<Json<List<RunView>>, Problem> {
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let (account, wanted) = (query.account_id.map(AccountId), query.state.map(RunState::from));
    let page = runs::list_in(state.access.store(), who.user, account, wanted, page).await?;
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(Json(List { items: views::runs::runs(&state, page.rows).await?, next }))
}

/// One run.
#[utoipa::path(get, path = "/api/runs/{id}", tag = "runs", params(("id" = i64, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = RunView))
)]
async fn get(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Id(id): Id,
) -> Result<Json<RunView>, Problem> {
    let record = runs::get(state.access.store(), who.user, RunId(id)).await?;
    Ok(Json(views::runs::run(&state, record).await?))
}

/// No new entries until it is resumed; stops stay.
#[utoipa::path(post, path = "/api/runs/{id}/pause", tag = "runs", params(("id" = i64, Path), IdempotencyKey),
    request_body = NoSettingsBody,
    security(("bearer" = ["runs.write"]), ("apiKey" = ["runs.write"])),
    responses((status = OK, body = RunView))
)]
async fn pause(
    State(state): State<AppState>,
    who: Allowed<may::ControlRuns>,
    Id(id): Id,
    request: Idempotent<NoSettingsBody>,
) -> Result<Response, Problem> {
    control(&state, &who, request, "run.paused", move |runs, user, _| async move {
        runs.pause(user, RunId(id)).await
    })
    .await
}

/// Let a paused run enter again.
#[utoipa::path(post, path = "/api/runs/{id}/resume", tag = "runs", params(("id" = i64, Path), IdempotencyKey),
    request_body = NoSettingsBody,
    security(("bearer" = ["runs.write"]), ("apiKey" = ["runs.write"])),
    responses((status = OK, body = RunView))
)]
async fn resume(
    State(state): State<AppState>,
    who: Allowed<may::ControlRuns>,
    Id(id): Id,
    request: Idempotent<NoSettingsBody>,
) -> Result<Response, Problem> {
    control(&state, &who, request, "run.resumed", move |runs, user, _| async move {
        runs.resume(user, RunId(id)).await
    })
    .await
}

/// End a run.
#[utoipa::path(post, path = "/api/runs/{id}/stop", tag = "runs", params(("id" = i64, Path), IdempotencyKey),
    request_body = StopBody,
    security(("bearer" = ["runs.write"]), ("apiKey" = ["runs.write"])),
    responses((status = OK, body = RunView))
)]
async fn stop(
    State(state): State<AppState>,
    who: Allowed<may::ControlRuns>,
    Id(id): Id,
    request: Idempotent<StopBody>,
) -> Result<Response, Problem> {
    control(&state, &who, request, "run.stopped", move |runs, user, body: StopBody| async move {
        runs.stop(user, RunId(id), body.square_off).await
    })
    .await
}

/// End a run: the same as POST /api/runs/{id}/stop.
#[utoipa::path(post, path = "/api/live/stop", tag = "runs", params(IdempotencyKey), request_body = StopLiveBody,
    security(("bearer" = ["runs.write"]), ("apiKey" = ["runs.write"])),
    responses((status = OK, body = RunView))
)]
async fn stop_live(
    State(state): State<AppState>,
    who: Allowed<may::ControlRuns>,
    request: Idempotent<StopLiveBody>,
) -> Result<Response, Problem> {
    control(&state, &who, request, "run.stopped", move |runs, user, body: StopLiveBody| async move {
        runs.stop(user, RunId(body.run_id), body.square_off).await
    })
    .await
}

/// What trades now.
#[utoipa::path(get, path = "/api/live/status", tag = "runs",
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = StatusView))
)]
async fn status(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
) -> Result<Json<StatusView>, Problem> {
    let live = state.desk.runs().live().into_iter().map(|run| run.record);
    let mut own: Vec<RunRecord> = live.filter(|record| record.user == who.user).collect();
    own.reverse();
    Ok(Json(StatusView {
        mode: state.desk.mode().name(),
        feed: FeedStatusView { speed: state.settings.feed_speed, now: state.desk.now().into() },
        runs: views::runs::runs(&state, own).await?,
    }))
}

/// Does something with a run, once for its key.
async fn control<B, F>(
    state: &AppState,
    caller: &Caller,
    request: Idempotent<B>,
    action: &'static str,
    work: impl FnOnce(Runs, UserId, B) -> F + Send + 'static,
) -> Result<Response, Problem>
where
    B: Send + 'static,
    F: Future<Output = Result<RunRecord, DeskError>> + Send + 'static,
{
    let (app, caller) = (state.clone(), caller.clone());
    let user = caller.user;
    let work = move |body: B| async move {
        let record = work(app.desk.runs().clone(), user, body).await?;
        answered(&app, &caller, action, record).await
    };
    request.once(state, user, work).await
}

/// Notes what was done, and shows the run. What was done was done, also if it cannot be noted.
async fn answered(
    state: &AppState,
    caller: &Caller,
    action: &'static str,
    record: RunRecord,
) -> Result<(StatusCode, RunView), Problem> {
    let (account, subject) = (Some(record.account), record.id.to_string());
    if let Err(why) = state.access.note(caller, action, account, &subject, &json!({})).await {
        tracing::error!(run.id = subject, "{action} of run {subject} could not be noted: {why}");
    }
    Ok((StatusCode::OK, views::runs::run(state, record).await?))
}
