//! Trades, open positions and refused orders.

use std::io::{self, Write};

use domain::trade::{Direction, ExitReason, Trade, TradeStatus};
use domain::{Money, Price, Product, Timeframe, Timestamp};
use engine::{OpenPosition, Refusal};
use serde::Serialize;

use crate::view::{money, price, price_or_null, text, time};

/// A closed trade: the fields of the trade log, and what it cost.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TradeView<'a> {
    #[serde(serialize_with = "text")]
    pub trade_id: TradeId,
    pub instrument: &'a str,
    #[serde(serialize_with = "text")]
    pub timeframe: Timeframe,
    pub trade_type: &'static str,
    pub direction: &'static str,
    #[serde(serialize_with = "time")]
    pub entry_time: Timestamp,
    #[serde(serialize_with = "price")]
    pub entry_price: Price,
    #[serde(serialize_with = "time")]
    pub exit_time: Timestamp,
    #[serde(serialize_with = "price")]
    pub exit_price: Price,
    #[serde(serialize_with = "price_or_null")]
    pub stop_loss: Option<Price>,
    #[serde(serialize_with = "price_or_null")]
    pub target_price: Option<Price>,
    pub quantity: i64,
    #[serde(serialize_with = "money")]
    pub pnl: Money,
    #[serde(serialize_with = "money")]
    pub gross_pnl: Money,
    #[serde(serialize_with = "money")]
    pub charges: Money,
    pub holding_time_seconds: i64,
    pub status: &'static str,
    pub exit_reason: &'static str,
    #[serde(serialize_with = "text")]
    pub product: Product,
}

/// A position that is open at the end, valued at the last close.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenView<'a> {
    pub instrument: &'a str,
    #[serde(serialize_with = "text")]
    pub timeframe: Timeframe,
    pub direction: &'static str,
    #[serde(serialize_with = "time")]
    pub entry_time: Timestamp,
    #[serde(serialize_with = "price")]
    pub entry_price: Price,
    #[serde(serialize_with = "price")]
    pub last_price: Price,
    pub quantity: i64,
    /// Of the whole episode at the last price, before charges.
    #[serde(serialize_with = "money")]
    pub unrealised: Money,
    /// The part that closed units have made.
    #[serde(serialize_with = "money")]
    pub realised: Money,
    #[serde(serialize_with = "money")]
    pub charges: Money,
    #[serde(serialize_with = "price_or_null")]
    pub stop_loss: Option<Price>,
    #[serde(serialize_with = "price_or_null")]
    pub target_price: Option<Price>,
    #[serde(serialize_with = "text")]
    pub product: Product,
}

/// An order that a rule refused.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedView<'a> {
    #[serde(serialize_with = "time")]
    pub time: Timestamp,
    pub instrument: &'a str,
    pub direction: &'static str,
    pub quantity: i64,
    pub rule: &'static str,
    pub reason: String,
}

/// `T1`, `T2`, … in the order of closing.
pub struct TradeId(usize);

impl std::fmt::Display for TradeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "T{}", self.0)
    }
}

impl<'a> TradeView<'a> {
    pub fn new(number: usize, trade: &Trade, instrument: &'a str, timeframe: Timeframe) -> TradeView<'a> {
        TradeView {
            trade_id: TradeId(number),
            instrument,
            timeframe,
            trade_type: "Automated",
            direction: direction(trade.direction),
            entry_time: trade.entry_time,
            entry_price: trade.entry_price,
            exit_time: trade.exit_time,
            exit_price: trade.exit_price,
            stop_loss: trade.stop_loss,
            target_price: trade.target_price,
            quantity: trade.quantity.raw(),
            pnl: trade.pnl(),
            gross_pnl: trade.gross_pnl,
            charges: trade.total_charges,
            holding_time_seconds: trade.holding().as_seconds(),
            status: match trade.status() {
                TradeStatus::Win => "Win",
                TradeStatus::Loss => "Loss",
                TradeStatus::Breakeven => "Breakeven",
            },
            exit_reason: exit_reason(trade.exit_reason),
            product: trade.product,
        }
    }
}

impl<'a> OpenView<'a> {
    pub fn new(position: &OpenPosition, instrument: &'a str, timeframe: Timeframe) -> OpenView<'a> {
        OpenView {
            instrument,
            timeframe,
            direction: direction(position.direction),
            entry_time: position.entry_time,
            entry_price: position.entry_price,
            last_price: position.mark,
            quantity: position.quantity.raw(),
            unrealised: position.unrealised,
            realised: position.realised,
            charges: position.total_charges,
            stop_loss: position.stop_loss,
            target_price: position.target_price,
            product: position.product,
        }
    }
}

impl<'a> RefusedView<'a> {
    pub fn new(refusal: &Refusal, instrument: &'a str) -> RefusedView<'a> {
        RefusedView {
            time: refusal.at,
            instrument,
            direction: direction(refusal.direction),
            quantity: refusal.qty.raw(),
            rule: refusal.breach.rule(),
            reason: refusal.breach.to_string(),
        }
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Long => "Long",
        Direction::Short => "Short",
    }
}

fn exit_reason(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Signal => "Signal",
        ExitReason::Stop => "Stop",
        ExitReason::Target => "Target",
        ExitReason::TrailingStop => "TrailingStop",
        ExitReason::SquareOff => "SquareOff",
        ExitReason::SpanEnd => "SpanEnd",
        ExitReason::Risk => "Risk",
        ExitReason::Manual => "Manual",
    }
}

const CSV_HEADER: &str = "tradeId,instrument,timeframe,tradeType,direction,entryTime,entryPrice,exitTime,exitPrice,\
stopLoss,targetPrice,quantity,pnl,grossPnl,charges,holdingTimeSeconds,status,exitReason,product";

/// The trades with the columns of the JSON. No field can hold a comma or a quote: symbols are checked when read.
pub fn write_trades_csv<'a>(
    out: &mut dyn Write,
    trades: impl Iterator<Item = TradeView<'a>>,
) -> io::Result<()> {
    let level = |price: Option<Price>| price.map_or(String::new(), |p| p.to_string());
    writeln!(out, "{CSV_HEADER}")?;
    for t in trades {
        write!(out, "{},{},{},{},{},", t.trade_id, t.instrument, t.timeframe, t.trade_type, t.direction)?;
        write!(out, "{},{},{},{},", t.entry_time, t.entry_price, t.exit_time, t.exit_price)?;
        write!(out, "{},{},{},", level(t.stop_loss), level(t.target_price), t.quantity)?;
        write!(out, "{},{},{},{},", t.pnl, t.gross_pnl, t.charges, t.holding_time_seconds)?;
        writeln!(out, "{},{},{}", t.status, t.exit_reason, t.product)?;
    }
    Ok(())
}
