//! Broker accounts. Today all of them are paper accounts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use back_office::accounts;
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
    OpenApiRouter::new().routes(routes!(list, open)).routes(routes!(get, rename, close))
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
    Ok(Json(List::of(page, AccountView::from)))
}

/// Open a paper account.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = OpenBody, params(IdempotencyKey),
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = CREATED, body = AccountView))
)]
async fn open(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    request: Idempotent<OpenBody>,
) -> Result<Response, Problem> {
    let (access, caller) = (state.access.clone(), who.clone());
    request
        .once(&state, who.user, async move |body| {
            let cash = body.initial_cash.map_or(accounts::USUAL_CASH, Amount::money);
            let account = accounts::open(&access, &caller, &body.name, cash).await?;
            Ok((StatusCode::CREATED, AccountView::from(account)))
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
    Ok(Json(accounts::get(&state.access, &who, AccountId(id)).await?.into()))
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
    Ok(Json(accounts::rename(&state.access, &who, AccountId(id), &body.name).await?.into()))
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
    accounts::close(&state.access, &who, AccountId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
