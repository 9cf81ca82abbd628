//! Placing an order.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::accounts::Done;
use desk::orders::PlaceOrder;
use desk::path::{Door, Particulars};
use domain::{Price, Qty, Validity};
use serde::Deserialize;
use store::{AccountId, UserId};
use utoipa::ToSchema;

use crate::extract::{Allowed, IdempotencyKey, Idempotent, may};
use crate::views::orders::{OrderView, OrdersView, RefusedView};
use crate::views::{Amount, OrderTypeWord, ProductWord, SideWord, ValidityWord, instrument, price, quantity};
use crate::{AppState, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "accountId": 3, "instrument": "NSE:RELIANCE-EQ", "side": "BUY", "type": "LIMIT", "product": "MIS", "quantity": 10,
    "limitPrice": 1401.5, "stopLoss": 1395
}))]
pub(super) struct PlaceBody {
    account_id: i64,
    instrument: String,
    side: SideWord,
    #[serde(rename = "type")]
    order_type: OrderTypeWord,
    product: ProductWord,
    /// DAY unless said. IOC for a LIMIT order that is not chased; GTT lies at a broker, paper has none.
    validity: Option<ValidityWord>,
    /// Units, a multiple of the lot. Above the freeze quantity it is cut into several orders.
    quantity: i64,
    /// Of LIMIT and SL.
    limit_price: Option<Amount>,
    /// Of SL and SL-M.
    trigger_price: Option<Amount>,
    /// Units that the market sees, at least a tenth; all unless said.
    disclosed_quantity: Option<i64>,
    /// A resting stop for the position that it opens.
    stop_loss: Option<Amount>,
    /// Where the position that it opens is closed with a gain.
    target_price: Option<Amount>,
    /// Whether the desk may re-price it until it is done.
    #[serde(default)]
    chase: bool,
    /// A word of the caller's own, kept with the order: up to 40 characters of ASCII.
    tag: Option<String>,
}

impl PlaceBody {
    pub(super) fn wish(self, door: Door) -> Result<PlaceOrder, Problem> {
        let amount = |field, given: Option<Amount>| given.map(|amount| price(field, amount)).transpose();
        let disclosed = self.disclosed_quantity.map(|units| quantity("disclosedQuantity", units));
        Ok(PlaceOrder {
            account: AccountId(self.account_id),
            instrument: instrument("instrument", &self.instrument)?,
            product: self.product.into(),
            side: self.side.into(),
            order_type: self.order_type.into(),
            qty: quantity("quantity", self.quantity)?,
            limit_price: amount("limitPrice", self.limit_price)?,
            trigger_price: amount("triggerPrice", self.trigger_price)?,
            stop_loss: amount("stopLoss", self.stop_loss)?,
            target_price: amount("targetPrice", self.target_price)?,
            chase: self.chase,
            particulars: Particulars {
                door,
                validity: self.validity.map_or(Validity::Day, Into::into),
                disclosed: disclosed.transpose()?.unwrap_or(Qty::ZERO),
                tag: self.tag,
            },
        })
    }
}

/// Place an order. What is answered is durable; what the exchange makes of it comes later.
#[utoipa::path(post, path = "/api/orders", tag = "orders", params(IdempotencyKey), request_body = PlaceBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = CREATED, body = OrdersView))
)]
pub(super) async fn place(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    request: Idempotent<PlaceBody>,
) -> Result<Response, Problem> {
    let (user, desk) = (who.user, state.clone());
    let work = move |body: PlaceBody| async move {
        let wish = body.wish(Door::Manual)?;
        Ok((StatusCode::CREATED, send(&desk, user, &wish).await?))
    };
    request.once(&state, user, work).await
}

/// Places it, and shapes what came of it.
pub(super) async fn send(state: &AppState, user: UserId, wish: &PlaceOrder) -> Result<OrdersView, Problem> {
    let done = state.desk.place(user, wish).await.map_err(|why| blame_wish(why.into(), wish))?;
    orders_of(state, user, &done).await
}

/// What risk says about a price, at the field that holds the price.
pub(super) fn blame_wish(problem: Problem, wish: &PlaceOrder) -> Problem {
    let prices = [
        ("limitPrice", wish.limit_price),
        ("triggerPrice", wish.trigger_price),
        ("stopLoss", wish.stop_loss),
        ("targetPrice", wish.target_price),
    ];
    blame(problem, &prices)
}

pub(super) fn blame(problem: Problem, prices: &[(&str, Option<Price>)]) -> Problem {
    if problem.rule() != Some("price") {
        return problem;
    }
    let detail = problem.detail();
    let says = |price: &Price| {
        ["price", "limit"].iter().any(|word| {
            let named = format!("{word} {price}");
            // Not the beginning of a longer number.
            let ends = |at: usize| !detail[at + named.len()..].starts_with(|c: char| c.is_ascii_digit());
            detail.match_indices(&named).any(|(at, _)| ends(at))
        })
    };
    let field = prices.iter().find(|(_, price)| price.as_ref().is_some_and(says)).map(|(field, _)| *field);
    match field {
        Some(field) => problem.with_field(field),
        None => problem,
    }
}

/// The orders as they stand now.
pub(in crate::routes) async fn orders_of(
    state: &AppState,
    user: UserId,
    done: &Done,
) -> Result<OrdersView, Problem> {
    let mut orders = Vec::with_capacity(done.orders.len());
    for id in &done.orders {
        orders.push(OrderView::from(store::orders::get(state.access.store(), user, *id).await?));
    }
    let refused = done.refused.iter().map(RefusedView::from).collect();
    Ok(OrdersView { orders, waiting_quantity: done.waits.raw(), refused })
}

/// What was decided, or the first refusal if that was nothing.
pub(in crate::routes) fn refused_or(done: Done) -> Result<Done, Problem> {
    match done.refused.first() {
        Some(refused) if done.orders.is_empty() && done.cancelled.is_empty() && done.changed.is_empty() => {
            Err(Problem::refused(refused.refusal.breach.rule(), refused.why.clone()))
        }
        _ => Ok(done),
    }
}
