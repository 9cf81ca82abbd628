//! Orders by hand, and all orders there are.

mod batch;
mod list;
mod manual;
mod place;

use axum::Json;
use axum::extract::State;
use domain::OrderType;
use domain::order::OrderId;
use serde::{Deserialize, Serialize};
use store::AccountId;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Allowed, Body, PathText, Query, may};
use crate::views::orders::{OrderEventView, OrderView};
use crate::views::{Amount, List, price, quantity};
use crate::{AppState, Problem};

pub(super) use place::{orders_of, refused_or};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, place::place, cancel_all))
        .routes(routes!(batch::batch))
        .routes(routes!(manual::manual_trade))
        .routes(routes!(get, change, cancel))
        .routes(routes!(events))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "quantity": 5, "limitPrice": 1400 }))]
struct ChangeOrderBody {
    /// In all, with what is filled.
    quantity: Option<i64>,
    limit_price: Option<Amount>,
    trigger_price: Option<Amount>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct CancelQuery {
    /// One account; all of them unless said.
    account_id: Option<i64>,
}

/// Orders that were asked to be cancelled.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "cancelled": ["2611230A30000042"] }))]
struct CancelledView {
    cancelled: Vec<String>,
}

/// The order of a path.
fn order_id(text: &str) -> Result<OrderId, Problem> {
    text.parse().map_err(|why: domain::order::NotAnOrderId| Problem::not_found(why.to_string()))
}

/// One order.
#[utoipa::path(get, path = "/api/orders/{id}", tag = "orders", params(("id" = String, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = OrderView))
)]
async fn get(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    PathText(id): PathText,
) -> Result<Json<OrderView>, Problem> {
    Ok(Json(store::orders::get(state.access.store(), who.user, order_id(&id)?).await?.into()))
}

/// What happened to an order, oldest first.
#[utoipa::path(get, path = "/api/orders/{id}/events", tag = "orders", params(("id" = String, Path)),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<OrderEventView>))
)]
async fn events(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    PathText(id): PathText,
) -> Result<Json<List<OrderEventView>>, Problem> {
    let id = order_id(&id)?;
    let store = state.access.store();
    store::orders::get(store, who.user, id).await?;
    let events = store::orders::events(store, who.user, id).await?;
    Ok(Json(List::whole(events.into_iter().map(OrderEventView::from).collect())))
}

/// Ask for other terms of an open order. They hold once the exchange has confirmed them.
#[utoipa::path(patch, path = "/api/orders/{id}", tag = "orders", params(("id" = String, Path)),
    request_body = ChangeOrderBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = OK, body = OrderView))
)]
async fn change(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    PathText(id): PathText,
    Body(body): Body<ChangeOrderBody>,
) -> Result<Json<OrderView>, Problem> {
    let id = order_id(&id)?;
    let store = state.access.store();
    let order_type = store::orders::get(store, who.user, id).await?.order_type;
    let none = |field| Problem::validation(field, format!("a {order_type} order has none; leave it out"));
    if body.limit_price.is_some() && order_type == OrderType::Market {
        return Err(none("limitPrice"));
    }
    if body.trigger_price.is_some() && matches!(order_type, OrderType::Market | OrderType::Limit) {
        return Err(none("triggerPrice"));
    }
    let qty = body.quantity.map(|units| quantity("quantity", units)).transpose()?;
    let limit = body.limit_price.map(|amount| price("limitPrice", amount)).transpose()?;
    let trigger = body.trigger_price.map(|amount| price("triggerPrice", amount)).transpose()?;
    let done = state.desk.change(who.user, id, qty, limit, trigger).await;
    done.map_err(|why| place::blame(why.into(), &[("limitPrice", limit), ("triggerPrice", trigger)]))?;
    Ok(Json(store::orders::get(store, who.user, id).await?.into()))
}

/// Ask for an order to be cancelled. It is once the exchange has confirmed it.
#[utoipa::path(delete, path = "/api/orders/{id}", tag = "orders", params(("id" = String, Path)),
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = OK, body = OrderView))
)]
async fn cancel(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    PathText(id): PathText,
) -> Result<Json<OrderView>, Problem> {
    let id = order_id(&id)?;
    let store = state.access.store();
    store::orders::get(store, who.user, id).await?;
    state.desk.cancel(who.user, id).await?;
    Ok(Json(store::orders::get(store, who.user, id).await?.into()))
}

/// Ask for every open order by hand to be cancelled. Stops of positions stay.
#[utoipa::path(delete, path = "/api/orders", tag = "orders", params(CancelQuery),
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = OK, body = CancelledView))
)]
async fn cancel_all(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    Query(query): Query<CancelQuery>,
) -> Result<Json<CancelledView>, Problem> {
    let cancelled = state.desk.cancel_all(who.user, query.account_id.map(AccountId)).await?;
    Ok(Json(CancelledView { cancelled: cancelled.iter().map(ToString::to_string).collect() }))
}
