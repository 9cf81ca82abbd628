//! Orders, what happened to them, and the trades that they closed.

use desk::path::{Refused, state_name};
use domain::Money;
use domain::trade::{Direction, ExitReason};
use serde::Serialize;
use serde_json::Value;
use store::Book;
use store::books::TradeRecord;
use store::orders::{OrderEventRecord, OrderRecord, Origin};
use utoipa::ToSchema;

use super::{Amount, Moment, OrderTypeWord, ProductWord, SideWord, ValidityWord};

/// An order as it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "2611230A30000042", "accountId": 3, "book": "manual", "runId": null, "parentId": null, "origin": "manual",
    "instrument": "NSE:RELIANCE-EQ", "side": "BUY", "type": "LIMIT", "product": "MIS", "validity": "DAY", "quantity": 10,
    "disclosedQuantity": 0, "filledQuantity": 0, "averagePrice": null, "limitPrice": 1401.5, "triggerPrice": null, "state": "open",
    "because": null, "tag": null, "createdAt": "2026-11-23T10:00:00.25+05:30", "updatedAt": "2026-11-23T10:00:00.31+05:30"
}))]
pub struct OrderView {
    pub id: String,
    pub account_id: i64,
    /// manual, run, or outside for what was traded at the broker's own terminal.
    pub book: &'static str,
    pub run_id: Option<i64>,
    /// Of a slice: the order that was cut. Of an exit: the entry of the position that it closes.
    pub parent_id: Option<String>,
    /// manual, strategy, schedule, batch, risk or webhook.
    pub origin: &'static str,
    pub instrument: String,
    pub side: SideWord,
    #[serde(rename = "type")]
    pub order_type: OrderTypeWord,
    pub product: ProductWord,
    pub validity: ValidityWord,
    pub quantity: i64,
    /// Units that the market is shown at a time; 0: all.
    pub disclosed_quantity: i64,
    pub filled_quantity: i64,
    /// Of its fills; null before the first.
    pub average_price: Option<Amount>,
    pub limit_price: Option<Amount>,
    pub trigger_price: Option<Amount>,
    /// pending, submitted, open, triggered, partiallyFilled, pendingModify, pendingCancel, unknown, filled, rejected,
    /// cancelled, expired or neverArrived.
    pub state: &'static str,
    /// Why it is so, where there is a reason.
    pub because: Option<String>,
    pub tag: Option<String>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl From<OrderRecord> for OrderView {
    fn from(order: OrderRecord) -> OrderView {
        OrderView {
            average_price: order.filled_value.per_unit(order.filled_quantity).map(Amount::from),
            id: order.id.to_string(),
            account_id: order.account.0,
            book: book_word(order.book),
            run_id: order.book.run().map(|run| run.0),
            parent_id: order.parent.map(|id| id.to_string()),
            origin: origin_word(order.origin),
            instrument: order.instrument.to_string(),
            side: order.side.into(),
            order_type: order.order_type.into(),
            product: order.product.into(),
            validity: order.validity.into(),
            quantity: order.quantity.raw(),
            disclosed_quantity: order.disclosed_quantity.raw(),
            filled_quantity: order.filled_quantity.raw(),
            limit_price: order.limit_price.map(Amount::from),
            trigger_price: order.trigger_price.map(Amount::from),
            state: state_name(order.state),
            because: order.because,
            tag: order.tag,
            created_at: order.created_at.into(),
            updated_at: order.updated_at.into(),
        }
    }
}

pub fn book_word(book: Book) -> &'static str {
    match book {
        Book::Manual => "manual",
        Book::Outside => "outside",
        Book::Run(_) => "run",
    }
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Strategy => "strategy",
        Origin::Manual => "manual",
        Origin::Schedule => "schedule",
        Origin::Batch => "batch",
        Origin::Risk => "risk",
        Origin::Webhook => "webhook",
    }
}

/// Something that happened to an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "at": "2026-11-23T10:00:00.25+05:30", "kind": "created", "state": "pending", "detail": {}
}))]
pub struct OrderEventView {
    pub at: Moment,
    pub kind: String,
    /// The state that it led to.
    pub state: String,
    pub detail: Value,
}

impl From<OrderEventRecord> for OrderEventView {
    fn from(event: OrderEventRecord) -> OrderEventView {
        OrderEventView {
            at: event.at.into(),
            kind: event.kind,
            state: camel(&event.state),
            detail: serde_json::from_str(&event.detail).unwrap_or(Value::Null),
        }
    }
}

/// `partially-filled` as `partiallyFilled`.
fn camel(word: &str) -> String {
    let mut parts = word.split('-');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}

/// Orders that a request made: several if cut at the freeze quantity, none while it waits for an order before it.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "orders": [], "waitingQuantity": 10, "refused": []
}))]
pub struct OrdersView {
    pub orders: Vec<OrderView>,
    /// Units that are opened once what is on its way out has traded, those of earlier requests among them: the second
    /// half of an order that turns a position round.
    pub waiting_quantity: i64,
    /// Parts that rules refused while others went out.
    pub refused: Vec<RefusedView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "rule": "quantity", "detail": "15 is more than the 10 held that are not on their way out already; use 10 or less",
    "quantity": 5
}))]
pub struct RefusedView {
    pub rule: &'static str,
    pub detail: String,
    pub quantity: i64,
}

impl From<&Refused> for RefusedView {
    fn from(refused: &Refused) -> RefusedView {
        RefusedView {
            rule: refused.refusal.breach.rule(),
            detail: refused.why.clone(),
            quantity: refused.refusal.qty.raw(),
        }
    }
}

/// A closed round trip.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "tradeId": "2611230A30000043", "instrument": "NSE:RELIANCE-EQ", "timeframe": "manual", "tradeType": "Manual",
    "direction": "Long", "entryTime": "2026-11-23T10:00:00.31+05:30", "entryPrice": 1401.5,
    "exitTime": "2026-11-23T10:20:00.12+05:30", "exitPrice": 1406, "stopLoss": 1395, "targetPrice": null, "quantity": 10,
    "pnl": 31.62, "holdingTimeSeconds": 1199, "status": "Win", "accountId": 3, "runId": null, "grossPnl": 45,
    "charges": 13.38, "chargesByKind": { "stt": 3.52 }, "exitReason": "manual", "product": "MIS"
}))]
pub struct TradeView {
    /// The order that closed it.
    pub trade_id: String,
    pub instrument: String,
    /// Of the run, or manual.
    pub timeframe: String,
    /// Manual or Automated.
    pub trade_type: &'static str,
    /// Long or Short.
    pub direction: &'static str,
    pub entry_time: Moment,
    pub entry_price: Amount,
    pub exit_time: Moment,
    pub exit_price: Amount,
    pub stop_loss: Option<Amount>,
    pub target_price: Option<Amount>,
    pub quantity: i64,
    /// After charges.
    pub pnl: Amount,
    pub holding_time_seconds: i64,
    /// Win, Loss or Breakeven.
    pub status: &'static str,
    pub account_id: i64,
    pub run_id: Option<i64>,
    pub gross_pnl: Amount,
    pub charges: Amount,
    pub charges_by_kind: Value,
    /// signal, stop, target, trailingStop, squareOff, spanEnd, risk or manual.
    pub exit_reason: &'static str,
    pub product: ProductWord,
}

impl From<TradeRecord> for TradeView {
    fn from(record: TradeRecord) -> TradeView {
        let trade = record.trade;
        let pnl: Money = trade.pnl();
        TradeView {
            trade_id: trade.closing_order.to_string(),
            timeframe: trade.timeframe.map_or_else(|| "manual".to_owned(), |t| t.to_string()),
            trade_type: if trade.book.run().is_some() { "Automated" } else { "Manual" },
            direction: match trade.direction {
                Direction::Long => "Long",
                Direction::Short => "Short",
            },
            entry_time: trade.entry_time.into(),
            entry_price: trade.entry_price.into(),
            exit_time: trade.exit_time.into(),
            exit_price: trade.exit_price.into(),
            stop_loss: trade.stop_loss.map(Amount::from),
            target_price: trade.target_price.map(Amount::from),
            quantity: trade.quantity.raw(),
            pnl: pnl.into(),
            holding_time_seconds: (trade.exit_time - trade.entry_time).as_seconds(),
            status: match pnl.signum() {
                1 => "Win",
                -1 => "Loss",
                _ => "Breakeven",
            },
            account_id: trade.account.0,
            run_id: trade.book.run().map(|run| run.0),
            gross_pnl: trade.gross_pnl.into(),
            charges: trade.charges.into(),
            charges_by_kind: serde_json::from_str(&trade.charges_by_kind).unwrap_or(Value::Null),
            exit_reason: match trade.exit_reason {
                ExitReason::Signal => "signal",
                ExitReason::Stop => "stop",
                ExitReason::Target => "target",
                ExitReason::TrailingStop => "trailingStop",
                ExitReason::SquareOff => "squareOff",
                ExitReason::SpanEnd => "spanEnd",
                ExitReason::Risk => "risk",
                ExitReason::Manual => "manual",
            },
            product: trade.product.into(),
            instrument: trade.instrument.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn stored_words_become_the_words_of_answers() {
        assert_eq!(camel("never-arrived"), "neverArrived");
        assert_eq!(camel("open"), "open");
    }
}
