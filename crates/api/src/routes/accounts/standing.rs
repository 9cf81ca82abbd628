//! How an account stands: its money, what it holds for delivery, its connection.

use axum::Json;
use axum::extract::State;
use back_office::accounts;
use desk::DeskError;
use desk::accounts::{Account, AccountState};
use domain::Product;
use serde::Serialize;
use store::AccountId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Id, may};
use crate::views::List;
use crate::views::accounts::AccountView;
use crate::views::positions::{FundsView, HoldingView};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(funds))
        .routes(routes!(holdings))
        .routes(routes!(test))
        .routes(routes!(connect))
        .routes(routes!(disconnect))
}

/// What trying an account came to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "ok": true, "detail": "connected to the paper exchange" }))]
struct TestView {
    ok: bool,
    detail: String,
}

/// The account at work, if it is this user's and is at work.
async fn at_work(state: &AppState, who: &back_office::access::Caller, id: i64) -> Result<Account, Problem> {
    let record = accounts::get(&state.access, who, AccountId(id)).await?;
    if let Some(at) = record.closed_at {
        return Err(Problem::conflict(format!("account {id} was closed at {at}; use another")));
    }
    state.desk.account(who.user, record.id).map_err(|_| {
        Problem::conflict(format!("account {id} is not at work; POST /api/accounts/{id}/connect tries again"))
    })
}

/// The money of an account.
#[utoipa::path(get, path = "/api/accounts/{id}/funds", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = FundsView))
)]
async fn funds(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Id(id): Id,
) -> Result<Json<FundsView>, Problem> {
    Ok(Json(FundsView::from(&*at_work(&state, &who, id).await?.view())))
}

/// What an account holds for delivery (CNC).
#[utoipa::path(get, path = "/api/accounts/{id}/holdings", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<HoldingView>))
)]
async fn holdings(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Id(id): Id,
) -> Result<Json<List<HoldingView>>, Problem> {
    let standing = at_work(&state, &who, id).await?.view();
    let held = standing.books.iter().filter(|b| b.product == Product::Cnc && !b.quantity.is_zero());
    Ok(Json(List::whole(held.map(|book| HoldingView::of(standing.account, book)).collect())))
}

/// Whether the account's broker answers.
#[utoipa::path(post, path = "/api/accounts/{id}/test", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = OK, body = TestView))
)]
async fn test(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    Id(id): Id,
) -> Result<Json<TestView>, Problem> {
    let (ok, detail) = match &at_work(&state, &who, id).await?.view().state {
        AccountState::Connected => (true, "connected to the paper exchange".to_owned()),
        AccountState::Disconnected(why) | AccountState::Failed(why) => (false, why.clone()),
    };
    Ok(Json(TestView { ok, detail }))
}

/// Bring an account to work that is not. One that is stays as it is: its connection is kept up by itself.
#[utoipa::path(post, path = "/api/accounts/{id}/connect", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = OK, body = AccountView))
)]
async fn connect(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    Id(id): Id,
) -> Result<Json<AccountView>, Problem> {
    let record = accounts::get(&state.access, &who, AccountId(id)).await?;
    if let Some(at) = record.closed_at {
        return Err(Problem::conflict(format!("account {id} was closed at {at}; open another")));
    }
    if let Err(DeskError::NotFound { .. }) = state.desk.account(who.user, record.id) {
        state.desk.take_up(record.clone()).await?;
    }
    Ok(Json(AccountView::of(record, &state.desk)))
}

/// A paper account has nothing to disconnect from: this is refused, with what to do instead.
#[utoipa::path(post, path = "/api/accounts/{id}/disconnect", tag = "accounts", params(("id" = i64, Path)),
    security(("bearer" = ["accounts.write"]), ("apiKey" = ["accounts.write"])),
    responses((status = OK, body = AccountView))
)]
async fn disconnect(
    State(state): State<AppState>,
    who: Allowed<may::ManageAccounts>,
    Id(id): Id,
) -> Result<Json<AccountView>, Problem> {
    at_work(&state, &who, id).await?;
    Err(Problem::conflict(format!(
        "account {id} is a paper account, whose exchange is part of the server; POST /api/risk/kill-switch stops its \
         trading, DELETE /api/accounts/{id} closes it"
    )))
}
