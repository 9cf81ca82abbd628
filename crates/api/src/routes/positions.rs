//! Positions, trades, profit, and the red button.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::books::TradeFilter;
use store::{AccountId, RunId, UserId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::{orders_of, refused_or};
use crate::extract::{Allowed, IdempotencyKey, Idempotent, PathText, Query, may, page_of};
use crate::views::orders::{OrdersView, TradeView};
use crate::views::positions::{
    AccountProfitView, PnlView, PositionView, ProfitView, RunProfitView, position_id,
};
use crate::views::risk::LockView;
use crate::views::{List, moment};
use crate::{AppState, Problem};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(trades))
        .routes(routes!(positions))
        .routes(routes!(close))
        .routes(routes!(close_all))
        .routes(routes!(panic))
        .routes(routes!(pnl))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct TradesQuery {
    /// Closed at or after; ISO 8601 with its zone (`+` escaped) or a date.
    from: Option<String>,
    /// Closed before.
    to: Option<String>,
    account_id: Option<i64>,
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
struct PositionsQuery {
    account_id: Option<i64>,
    /// Whether only what is held now is wanted.
    open: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
struct NothingBody {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "accountId": 3 }))]
struct WhichAccountBody {
    /// All of one's accounts unless said.
    account_id: Option<i64>,
}

/// What the red button did.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "cancelled": ["2611230A30000042"], "exits": ["2611230A30000044"], "locks": [] }))]
struct PanicView {
    /// Orders that were asked to be cancelled.
    cancelled: Vec<String>,
    /// Orders that close positions.
    exits: Vec<String>,
    /// What is locked now.
    locks: Vec<LockView>,
}

/// Closed round trips, newest first.
#[utoipa::path(get, path = "/api/trades", tag = "orders", params(TradesQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<TradeView>))
)]
async fn trades(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(query): Query<TradesQuery>,
) -> Result<Json<List<TradeView>>, Problem> {
    let filter = TradeFilter {
        account: query.account_id.map(AccountId),
        run: query.run_id.map(RunId),
        from: query.from.as_deref().map(|text| moment("from", text)).transpose()?,
        to: query.to.as_deref().map(|text| moment("to", text)).transpose()?,
    };
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let page = store::books::trades_where(state.access.store(), who.user, &filter, page).await?;
    Ok(Json(List::of(page, TradeView::from)))
}

/// What the books of accounts at work hold or held.
#[utoipa::path(get, path = "/api/positions", tag = "orders", params(PositionsQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<PositionView>))
)]
async fn positions(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    Query(query): Query<PositionsQuery>,
) -> Result<Json<List<PositionView>>, Problem> {
    let accounts = match query.account_id {
        Some(id) => vec![state.desk.account(who.user, AccountId(id))?],
        None => state.desk.accounts(who.user),
    };
    let mut items = Vec::new();
    for account in accounts {
        items.extend(PositionView::all_of(&account.view()));
    }
    if let Some(open) = query.open {
        items.retain(|position| (position.quantity != 0) == open);
    }
    Ok(Json(List::whole(items)))
}

/// Close a position at the market.
#[utoipa::path(post, path = "/api/positions/{id}/close", tag = "orders",
    params(("id" = String, Path), IdempotencyKey), request_body = NothingBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = OK, body = OrdersView))
)]
async fn close(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    PathText(id): PathText,
    request: Idempotent<NothingBody>,
) -> Result<Response, Problem> {
    let (account, book) = position_id(&id)?;
    let (user, desk) = (who.user, state.clone());
    let work = move |NothingBody {}| async move {
        let done = refused_or(desk.desk.close_book(user, account, book).await?)?;
        Ok((StatusCode::OK, orders_of(&desk, user, &done).await?))
    };
    request.once(&state, user, work).await
}

/// Close every position at the market.
#[utoipa::path(post, path = "/api/positions/close-all", tag = "orders", params(IdempotencyKey),
    request_body = WhichAccountBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = OK, body = OrdersView))
)]
async fn close_all(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    request: Idempotent<WhichAccountBody>,
) -> Result<Response, Problem> {
    let (user, desk) = (who.user, state.clone());
    let work = move |body: WhichAccountBody| async move {
        let done = refused_or(desk.desk.close_all(user, body.account_id.map(AccountId)).await?)?;
        Ok((StatusCode::OK, orders_of(&desk, user, &done).await?))
    };
    request.once(&state, user, work).await
}

/// The red button: entries are cancelled and locked out, everything is closed at the market.
#[utoipa::path(post, path = "/api/panic", tag = "risk", params(IdempotencyKey), request_body = WhichAccountBody,
    security(("bearer" = ["risk.kill"]), ("apiKey" = ["risk.kill"])),
    responses((status = OK, body = PanicView))
)]
async fn panic(
    State(state): State<AppState>,
    who: Allowed<may::UseKillSwitch>,
    request: Idempotent<WhichAccountBody>,
) -> Result<Response, Problem> {
    let (user, app, caller) = (who.user, state.clone(), (*who).clone());
    let work = move |body: WhichAccountBody| async move {
        let account = body.account_id.map(AccountId);
        let done = app.desk.panic(user, account).await?;
        let detail = json!({ "cancelled": done.cancelled.len(), "exits": done.orders.len() });
        // What was done was done, also if it cannot be noted.
        if let Err(why) = app.access.note(&caller, "risk.panic", account, "panic", &detail).await {
            tracing::error!("the panic button was pressed, which could not be noted: {why}");
        }
        let locks = locks_of(&app, user).await?;
        let texts = |ids: &[domain::order::OrderId]| ids.iter().map(ToString::to_string).collect();
        let view = PanicView { cancelled: texts(&done.cancelled), exits: texts(&done.orders), locks };
        Ok((StatusCode::OK, view))
    };
    request.once(&state, user, work).await
}

pub(super) async fn locks_of(state: &AppState, user: UserId) -> Result<Vec<LockView>, Problem> {
    Ok(state.desk.locks(user).await?.into_iter().map(LockView::from).collect())
}

/// Profit of one's accounts at work and of runs that are not over.
#[utoipa::path(get, path = "/api/pnl", tag = "orders",
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = PnlView))
)]
async fn pnl(State(state): State<AppState>, who: Allowed<may::ReadDesk>) -> Json<PnlView> {
    let mut view = PnlView { accounts: Vec::new(), runs: Vec::new() };
    for account in state.desk.accounts(who.user) {
        let standing = account.view();
        view.accounts.push(AccountProfitView::from(&*standing));
        for run in state.desk.runs().of_account(account.id) {
            let own = standing.books.iter().filter(|book| book.run == Some(run.record.id.0));
            view.runs.push(RunProfitView {
                run_id: run.record.id.0,
                account_id: account.id.0,
                profit: ProfitView::of_books(own),
            });
        }
    }
    Json(view)
}
