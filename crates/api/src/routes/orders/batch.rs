//! Baskets: several orders in one request.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::orders::PlaceOrder;
use desk::path::Door;
use serde::{Deserialize, Serialize};
use store::UserId;
use utoipa::ToSchema;

use super::place::{PlaceBody, send};
use crate::extract::{Allowed, IdempotencyKey, Idempotent, may};
use crate::views::orders::OrdersView;
use crate::{AppState, Problem};

/// Orders of one basket.
const MOST: usize = 100;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "orders": [{
        "accountId": 3, "instrument": "NSE:RELIANCE-EQ", "side": "BUY", "type": "MARKET", "product": "MIS", "quantity": 10
    }],
    "allOrNone": true
}))]
pub(super) struct BatchBody {
    /// 1 to 100, placed in this order.
    orders: Vec<PlaceBody>,
    /// Whether none is placed if one of them cannot be. What risk or the exchange refuse of an order, once others are
    /// placed, is reported and takes nothing back.
    #[serde(default)]
    all_or_none: bool,
}

/// What became of each order, in the basket's order.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchView {
    results: Vec<BatchResultView>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "orders": [], "waitingQuantity": 0, "refused": [],
    "error": { "code": "risk_refused", "detail": "quantity 7 is not a multiple of the lot 65", "field": "quantity", "rule": "quantity" }
}))]
pub(super) struct BatchResultView {
    /// Several if it was cut at the freeze quantity; none if it was not placed.
    #[serde(flatten)]
    placed: OrdersView,
    /// Why it was not placed.
    error: Option<BatchErrorView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct BatchErrorView {
    code: &'static str,
    detail: String,
    field: Option<String>,
    rule: Option<String>,
}

impl From<&Problem> for BatchErrorView {
    fn from(problem: &Problem) -> BatchErrorView {
        BatchErrorView {
            code: problem.code(),
            detail: problem.detail().to_owned(),
            field: problem.field().map(str::to_owned),
            rule: problem.rule().map(str::to_owned),
        }
    }
}

/// Place a basket. Each order is reported; the answer is 200 if none was placed.
#[utoipa::path(post, path = "/api/orders/batch", tag = "orders", params(IdempotencyKey), request_body = BatchBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = CREATED, body = BatchView), (status = OK, body = BatchView, description = "none was placed"))
)]
pub(super) async fn batch(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    request: Idempotent<BatchBody>,
) -> Result<Response, Problem> {
    let (user, desk) = (who.user, state.clone());
    request.once(&state, user, move |body: BatchBody| async move { work(&desk, user, body).await }).await
}

async fn work(state: &AppState, user: UserId, body: BatchBody) -> Result<(StatusCode, BatchView), Problem> {
    let count = body.orders.len();
    if !(1..=MOST).contains(&count) {
        return Err(Problem::validation(
            "orders",
            format!("{count} orders are not 1 to {MOST}; send so many"),
        ));
    }
    let judged = body.orders.into_iter().map(|order| {
        let wish = order.wish(Door::Batch)?;
        if body.all_or_none {
            state.desk.check_terms(user, &wish)?;
        } else {
            state.desk.check(user, &wish)?;
        }
        Ok(wish)
    });
    let judged: Vec<Result<PlaceOrder, Problem>> = judged.collect();
    let hold_back = body.all_or_none && judged.iter().any(Result::is_err);
    let mut results = Vec::with_capacity(count);
    for wish in judged {
        let outcome = match wish {
            Err(problem) => Err(problem),
            Ok(_) if hold_back => Err(Problem::conflict(
                "not placed: another order of the basket cannot be, and allOrNone was asked for",
            )),
            Ok(wish) => send(state, user, &wish).await,
        };
        results.push(match outcome {
            Ok(placed) => BatchResultView { placed, error: None },
            Err(problem) => {
                if let Some(cause) = problem.cause() {
                    tracing::error!(cause, "an order of a basket failed: {cause}");
                }
                BatchResultView { placed: OrdersView::default(), error: Some(BatchErrorView::from(&problem)) }
            }
        });
    }
    let placed = results.iter().any(|result| result.error.is_none());
    Ok((if placed { StatusCode::CREATED } else { StatusCode::OK }, BatchView { results }))
}
