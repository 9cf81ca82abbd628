//! The short order by hand: what it does not say stands in the user's trading config.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use back_office::preferences::{self, TradingConfig};
use desk::orders::{PlaceOrder, side_of};
use desk::path::Particulars;
use domain::OrderType;
use domain::trade::Direction;
use serde::{Deserialize, Serialize};
use store::{AccountId, UserId};
use utoipa::ToSchema;

use super::place::send;
use crate::extract::{Allowed, IdempotencyKey, Idempotent, may};
use crate::views::orders::OrdersView;
use crate::views::{Amount, OrderTypeWord, ProductWord, instrument, price, quantity};
use crate::{AppState, Problem};

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum DirectionWord {
    Buy,
    Sell,
    Long,
    Short,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "instrument": "NSE:RELIANCE-EQ", "direction": "LONG", "quantity": 10, "stopLoss": 1395 }))]
pub(super) struct ManualTradeBody {
    instrument: String,
    /// LONG is BUY, SHORT is SELL.
    direction: DirectionWord,
    quantity: i64,
    stop_loss: Option<Amount>,
    target_price: Option<Amount>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ManualTradeView {
    #[serde(flatten)]
    placed: OrdersView,
    filled_in: FilledInView,
}

/// What came from the trading config.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "accountId": 3, "product": "MIS", "type": "MARKET" }))]
struct FilledInView {
    account_id: i64,
    product: ProductWord,
    #[serde(rename = "type")]
    order_type: OrderTypeWord,
}

/// Place an order whose account, product and type stand in the trading config.
#[utoipa::path(post, path = "/api/manual-trade", tag = "orders", params(IdempotencyKey),
    request_body = ManualTradeBody,
    security(("bearer" = ["orders.write"]), ("apiKey" = ["orders.write"])),
    responses((status = CREATED, body = ManualTradeView))
)]
pub(super) async fn manual_trade(
    State(state): State<AppState>,
    who: Allowed<may::PlaceOrders>,
    request: Idempotent<ManualTradeBody>,
) -> Result<Response, Problem> {
    let (user, desk) = (who.user, state.clone());
    let work = move |body: ManualTradeBody| async move {
        let config = preferences::trading_config(&desk.access, user).await?;
        let account = account_of(&desk, user, config)?;
        if config.order_type != OrderType::Market {
            let words = format!(
                "the trading config says {}, which needs a price that this request has no field for; choose MARKET \
                 under PUT /api/trading-config, or use POST /api/orders",
                config.order_type
            );
            return Err(Problem::validation("orderType", words));
        }
        let direction = match body.direction {
            DirectionWord::Buy | DirectionWord::Long => Direction::Long,
            DirectionWord::Sell | DirectionWord::Short => Direction::Short,
        };
        let wish = PlaceOrder {
            account,
            instrument: instrument("instrument", &body.instrument)?,
            product: config.product,
            side: side_of(direction),
            order_type: config.order_type,
            qty: quantity("quantity", body.quantity)?,
            limit_price: None,
            trigger_price: None,
            stop_loss: body.stop_loss.map(|amount| price("stopLoss", amount)).transpose()?,
            target_price: body.target_price.map(|amount| price("targetPrice", amount)).transpose()?,
            chase: false,
            particulars: Particulars::default(),
        };
        let placed = send(&desk, user, &wish).await?;
        let filled_in = FilledInView {
            account_id: account.0,
            product: config.product.into(),
            order_type: config.order_type.into(),
        };
        Ok((StatusCode::CREATED, ManualTradeView { placed, filled_in }))
    };
    request.once(&state, user, work).await
}

/// The chosen account; without a choice the only one.
fn account_of(state: &AppState, user: UserId, config: TradingConfig) -> Result<AccountId, Problem> {
    if let Some(account) = config.account {
        return Ok(account);
    }
    match state.desk.accounts(user).as_slice() {
        [only] => Ok(only.id),
        accounts => Err(Problem::validation(
            "accountId",
            format!(
                "the trading config names no account, and there are {}; choose one under PUT /api/trading-config",
                accounts.len()
            ),
        )),
    }
}
