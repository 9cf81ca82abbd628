//! Broker accounts. Today all of them are paper accounts.

mod standing;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use back_office::accounts;
use desk::DeskError;
use serde::Deserialize;
use store::AccountId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, Id, IdempotencyKey, Idempotent, Paging, Query, may};
use crate::views::accounts::AccountView;
use crate::views::{Amount, List};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, open))
        .routes(routes!(get, rename, close))
        .merge(standing::routes())
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum BrokerWord {
    Paper,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Paper", "broker": "paper", "initialCash": 1_000_000 }))]
struct OpenBody {
    /// 1 to 64 characters; no two accounts of a user have the same.
    name: String,
    #[expect(dead_code, reason = "there is one broker; another word is refused")]
    broker: Option<BrokerWord>,
    /// Rupees above 0; ten lakh unless said.
    initial_cash: Option<Amount>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Paper, options" }))]
struct RenameBody {
    name: String,
}

/// One's accounts, the newest first, closed ones too.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts", params(Paging),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<AccountView>))
)]
async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<AccountView>>, Problem> {
    let page = accounts::list(&state.access, &who, paging.request()?).await?;
    Ok(Json(List::of(page, |record| AccountView::of(record, &state.desk))))
}

/// Open a paper account and bring it to work.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = OpenBody, params(IdempotencyKey),
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = CREATED, body = AccountView))
)]
async fn open(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    request: Idempotent<OpenBody>,
) -> Result<Response, Problem> {
    let (app, caller) = (state.clone(), who.clone());
    request
        .once(&state, who.user, async move |body| {
            let cash = body.initial_cash.map_or(accounts::USUAL_CASH, Amount::money);
            let account = accounts::open(&app.access, &caller, &body.name, cash).await?;
            // It exists now, whatever becomes of this: its state says how it is, and it can be tried again.
            if let Err(why) = app.desk.take_up(account.clone()).await {
                tracing::error!(account.id = %account.id, "account {} cannot be brought to work: {why}", account.id);
            }
            Ok((StatusCode::CREATED, AccountView::of(account, &app.desk)))
        })
        .await
}

/// One account.
#[utoipa::path(get, path = "/api/accounts/{id}", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = AccountView))
)]
async fn get(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Id(id): Id,
) -> Result<Json<AccountView>, Problem> {
    let record = accounts::get(&state.access, &who, AccountId(id)).await?;
    Ok(Json(AccountView::of(record, &state.desk)))
}

/// Rename an account.
#[utoipa::path(patch, path = "/api/accounts/{id}", tag = "accounts", params(("id" = i64, Path)),
    request_body = RenameBody,
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = OK, body = AccountView))
)]
async fn rename(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    Id(id): Id,
    Body(body): Body<RenameBody>,
) -> Result<Json<AccountView>, Problem> {
    let record = accounts::rename(&state.access, &who, AccountId(id), &body.name).await?;
    Ok(Json(AccountView::of(record, &state.desk)))
}

/// Close an account that neither trades nor holds anything. Its orders and trades can still be read.
#[utoipa::path(delete, path = "/api/accounts/{id}", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = NO_CONTENT, description = "closed"))
)]
async fn close(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let record = accounts::get(&state.access, &who, AccountId(id)).await?;
    // First its work ends: what is not busy now cannot become so.
    match state.desk.put_down(who.user, record.id).await {
        Ok(()) | Err(DeskError::NotFound { .. }) => {}
        Err(why) => return Err(why.into()),
    }
    if let Err(why) = accounts::close(&state.access, &who, record.id).await {
        if record.closed_at.is_none()
            && let Err(why) = state.desk.take_up(record).await
        {
            tracing::error!(account.id = id, "account {id} stays open but cannot go on: {why}");
        }
        return Err(why.into());
    }
    // Somebody may have connected it in between; from now on nobody can.
    match state.desk.put_down(who.user, AccountId(id)).await {
        Ok(()) | Err(DeskError::NotFound { .. }) => {}
        Err(why) => tracing::error!(account.id = id, "account {id} was closed while it came to work: {why}"),
    }
    Ok(StatusCode::NO_CONTENT)
}
