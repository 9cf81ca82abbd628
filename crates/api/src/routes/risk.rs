//! Limits, what rules refused, locks, the kill switch, incidents.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use back_office::access::{Caller, Permission};
use desk::Whom;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{AccountId, IncidentId, RunId, UserId, risk};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::positions::locks_of;
use crate::extract::{Allowed, Body, Id, IdempotencyKey, Idempotent, Query, may, page_of};
use crate::views::List;
use crate::views::risk::{IncidentView, LimitsView, LockView, RiskEventView};
use crate::{AppState, Problem};

/// Characters of a reason.
const LONGEST: usize = 500;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(limits, set_limits))
        .routes(routes!(events))
        .routes(routes!(locks))
        .routes(routes!(kill))
        .routes(routes!(unlock))
        .routes(routes!(incidents))
        .routes(routes!(resolve))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct LimitsQuery {
    account_id: i64,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    run_id: Option<i64>,
    /// Rows of the page, 1 to 500; 100 unless said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct IncidentsQuery {
    /// Whether only those are wanted that are not resolved.
    #[serde(default)]
    open: bool,
    /// Rows of the page, 1 to 500; 100 unless said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Whom a switch or a lock is about.
#[derive(Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ScopeWord {
    Run,
    Account,
    User,
    Everyone,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "scope": "account", "id": 3, "flatten": true, "reason": "news" }))]
struct KillBody {
    scope: ScopeWord,
    /// Of the run or account; left out for user (oneself) and everyone.
    id: Option<i64>,
    /// Whether what is open is closed too.
    flatten: bool,
    /// Kept with the lock.
    reason: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "scope": "account", "id": 3, "reason": "the feed is back" }))]
struct UnlockBody {
    scope: ScopeWord,
    /// Of the run, account or user, anybody's; for user oneself unless said; left out for everyone.
    id: Option<i64>,
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "resolution": "the order was found at the broker and cancelled there" }))]
struct ResolveBody {
    resolution: String,
}

/// What the kill switch did.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "cancelled": ["2611230A30000042"], "exits": [], "locks": [] }))]
struct KillView {
    /// Orders that were asked to be cancelled.
    cancelled: Vec<String>,
    /// Orders that close positions.
    exits: Vec<String>,
    /// What is locked now.
    locks: Vec<LockView>,
}

/// The limits of an account.
#[utoipa::path(get, path = "/api/risk/limits", tag = "risk", params(LimitsQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = LimitsView))
)]
async fn limits(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(query): Query<LimitsQuery>,
) -> Result<Json<LimitsView>, Problem> {
    Ok(Json(state.desk.limits(who.user, AccountId(query.account_id)).await?.into()))
}

/// Set all limits of an account; what is left out is not limited. What is open stays open.
#[utoipa::path(put, path = "/api/risk/limits", tag = "risk", params(LimitsQuery), request_body = LimitsView,
    security(("bearer" = ["risk.limits"]), ("apiKey" = ["risk.limits"])),
    responses((status = OK, body = LimitsView))
)]
async fn set_limits(
    State(state): State<AppState>,
    who: Allowed<may::SetRiskLimits>,
    Query(query): Query<LimitsQuery>,
    Body(body): Body<LimitsView>,
) -> Result<Json<LimitsView>, Problem> {
    let account = AccountId(query.account_id);
    let limits = body.limits()?;
    state.desk.set_limits(who.user, account, limits.clone()).await?;
    let view = LimitsView::from(limits);
    let detail = json!({ "limits": view });
    state.access.note(&who, "risk.limits", Some(account), &account.to_string(), &detail).await?;
    Ok(Json(view))
}

/// What rules refused and did, newest first.
#[utoipa::path(get, path = "/api/risk/events", tag = "risk", params(EventsQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<RiskEventView>))
)]
async fn events(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<List<RiskEventView>>, Problem> {
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let page = risk::risk_events(state.access.store(), who.user, query.run_id.map(RunId), page).await?;
    Ok(Json(List::of(page, RiskEventView::from)))
}

/// The locks that hold one now.
#[utoipa::path(get, path = "/api/risk/locks", tag = "risk",
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<LockView>))
)]
async fn locks(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
) -> Result<Json<List<LockView>>, Problem> {
    Ok(Json(List::whole(locks_of(&state, who.user).await?)))
}

/// Stop new entries until it is unlocked. `everyone` needs the permission system.write.
#[utoipa::path(post, path = "/api/risk/kill-switch", tag = "risk", params(IdempotencyKey), request_body = KillBody,
    security(("bearer" = ["risk.kill"]), ("apiKey" = ["risk.kill"])),
    responses((status = OK, body = KillView))
)]
async fn kill(
    State(state): State<AppState>,
    who: Allowed<may::UseKillSwitch>,
    request: Idempotent<KillBody>,
) -> Result<Response, Problem> {
    let (app, caller) = (state.clone(), (*who).clone());
    let work = move |body: KillBody| async move {
        let whom = whom(body.scope, body.id)?;
        if whom == Whom::Everyone {
            caller.needs(Permission::OperateSystem)?;
        }
        let reason = body.reason.as_deref().map(|text| words("reason", text)).transpose()?;
        let done = app
            .desk
            .kill(caller.user, whom, body.flatten, reason.as_deref().unwrap_or("a person threw the switch"))
            .await?;
        note(&app, &caller, "risk.killed", (whom, caller.user), reason.as_deref()).await;
        let texts = |ids: &[domain::order::OrderId]| ids.iter().map(ToString::to_string).collect();
        let locks = locks_of(&app, caller.user).await?;
        let view = KillView { cancelled: texts(&done.cancelled), exits: texts(&done.orders), locks };
        Ok((StatusCode::OK, view))
    };
    request.once(&state, who.user, work).await
}

/// Lift the locks of a run, account, user or of everyone, whoever's they are; answered with what still holds the owner.
#[utoipa::path(post, path = "/api/risk/unlock", tag = "risk", params(IdempotencyKey), request_body = UnlockBody,
    security(("bearer" = ["risk.unlock"]), ("apiKey" = ["risk.unlock"])),
    responses((status = OK, body = List<LockView>))
)]
async fn unlock(
    State(state): State<AppState>,
    who: Allowed<may::Unlock>,
    request: Idempotent<UnlockBody>,
) -> Result<Response, Problem> {
    let (app, caller) = (state.clone(), (*who).clone());
    let work = move |body: UnlockBody| async move {
        let reason = words("reason", &body.reason)?;
        let (whom, owner) = match (body.scope, body.id) {
            (ScopeWord::User, id) => (Whom::User, id.map_or(caller.user, UserId)),
            (scope, id) => {
                let whom = whom(scope, id)?;
                (whom, app.desk.owner(whom).unwrap_or(caller.user))
            }
        };
        if whom == Whom::Everyone {
            caller.needs(Permission::OperateSystem)?;
        }
        app.desk.unlock(owner, caller.user, whom).await?;
        note(&app, &caller, "risk.unlocked", (whom, owner), Some(&reason)).await;
        Ok((StatusCode::OK, List::whole(locks_of(&app, owner).await?)))
    };
    request.once(&state, who.user, work).await
}

/// What a person must look at, newest first.
#[utoipa::path(get, path = "/api/incidents", tag = "risk", params(IncidentsQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<IncidentView>))
)]
async fn incidents(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(query): Query<IncidentsQuery>,
) -> Result<Json<List<IncidentView>>, Problem> {
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let page = risk::incidents(state.access.store(), who.user, query.open, page).await?;
    Ok(Json(List::of(page, IncidentView::from)))
}

/// Say how an incident was resolved.
#[utoipa::path(post, path = "/api/incidents/{id}/resolve", tag = "risk", params(("id" = i64, Path)),
    request_body = ResolveBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = NO_CONTENT, description = "resolved"))
)]
async fn resolve(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    Id(id): Id,
    Body(body): Body<ResolveBody>,
) -> Result<StatusCode, Problem> {
    let resolution = words("resolution", &body.resolution)?;
    let unit = state.access.store().begin().await?;
    let by = Some(who.user);
    risk::resolve_incident(&unit, who.user, IncidentId(id), by, &resolution, state.access.now()).await?;
    unit.commit().await?;
    let detail = json!({ "resolution": resolution });
    state.access.note(&who, "incident.resolved", None, &id.to_string(), &detail).await?;
    let topic = desk::hub::Topic::Risk(who.user);
    state.desk.hub().publish(&topic, desk::hub::Note::RiskChanged);
    Ok(StatusCode::NO_CONTENT)
}

fn whom(scope: ScopeWord, id: Option<i64>) -> Result<Whom, Problem> {
    match (scope, id) {
        (ScopeWord::Run, Some(id)) => Ok(Whom::Run(RunId(id))),
        (ScopeWord::Account, Some(id)) => Ok(Whom::Account(AccountId(id))),
        (ScopeWord::User, None) => Ok(Whom::User),
        (ScopeWord::Everyone, None) => Ok(Whom::Everyone),
        (ScopeWord::Run | ScopeWord::Account, None) => {
            Err(Problem::validation("id", "`id` is missing; send the id of the run or account"))
        }
        (ScopeWord::User | ScopeWord::Everyone, Some(id)) => Err(Problem::validation(
            "id",
            format!("{id} names nobody here: this scope needs no id; leave it out"),
        )),
    }
}

/// Words that a person answers for.
fn words(field: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let length = text.chars().count();
    if !(1..=LONGEST).contains(&length) {
        let words = format!("{length} characters say nothing or too much; write 1 to {LONGEST}");
        return Err(Problem::validation(field, words));
    }
    Ok(text.to_owned())
}

/// Into the activity log; what was done was done, also if it cannot be noted.
async fn note(
    state: &AppState,
    caller: &Caller,
    action: &'static str,
    (whom, owner): (Whom, UserId),
    reason: Option<&str>,
) {
    let subject = match whom {
        Whom::Run(id) => format!("run {id}"),
        Whom::Account(id) => format!("account {id}"),
        Whom::User => format!("user {owner}"),
        Whom::Everyone => "everyone".to_owned(),
    };
    let account = match whom {
        Whom::Account(id) if owner == caller.user => Some(id),
        _ => None,
    };
    if let Err(why) = state.access.note(caller, action, account, &subject, &json!({ "reason": reason })).await
    {
        tracing::error!("{action} of {subject} could not be noted: {why}");
    }
}
