//! The list of orders, which screens and programs ask for all the time.

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use desk::hub::Topic;
use serde::Deserialize;
use store::orders::OrderFilter;
use store::{AccountId, RunId};
use utoipa::IntoParams;

use crate::extract::{Allowed, Query, may, page_of};
use crate::views::orders::OrderView;
use crate::views::{List, instrument};
use crate::{AppState, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct OrdersQuery {
    /// Whether something is still expected of them.
    open: Option<bool>,
    account_id: Option<i64>,
    instrument: Option<String>,
    run_id: Option<i64>,
    /// Rows of the page, 1 to 500; 100 unless said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One's orders, newest first.
#[utoipa::path(get, path = "/api/orders", tag = "orders", params(OrdersQuery),
    security(("bearer" = ["desk.read"]), ("apiKey" = ["desk.read"])),
    responses((status = OK, body = List<OrderView>))
)]
pub(super) async fn list(
    State(state): State<AppState>,
    who: Allowed<may::ReadDesk>,
    RawQuery(text): RawQuery,
    Query(query): Query<OrdersQuery>,
) -> Result<Response, Problem> {
    let text = text.unwrap_or_default();
    let is_first = query.cursor.is_none();
    let topic = Topic::Orders(who.user);
    let kept = |version| state.order_pages.get(who.user, &text, version).filter(|_| is_first);
    if let Some(page) = kept(state.desk.hub().last(&topic)) {
        return Ok(json(page));
    }
    let _turn = if is_first { Some(state.order_pages.turn(who.user, &text).await) } else { None };
    // Read before the orders are: a change meanwhile makes the page old at once.
    let version = state.desk.hub().last(&topic);
    if let Some(page) = kept(version) {
        return Ok(json(page));
    }
    let filter = OrderFilter {
        account: query.account_id.map(AccountId),
        run: query.run_id.map(RunId),
        instrument: query.instrument.as_deref().map(|name| instrument("instrument", name)).transpose()?,
        open: query.open,
    };
    let page = page_of(query.limit, query.cursor.as_deref())?;
    let page = store::orders::list(state.access.store(), who.user, &filter, page).await?;
    let page = serde_json::to_vec(&List::of(page, OrderView::from))
        .map_err(|why| Problem::internal(format!("orders cannot be written: {why}")))?;
    let page = Bytes::from(page);
    if is_first {
        state.order_pages.put(who.user, &text, version, page.clone());
    }
    Ok(json(page))
}

fn json(text: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
