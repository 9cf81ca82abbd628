//! Between the wire's words and the domain's. What cannot be read is [`Failure::Garbled`], never a guess.

use broker::{
    BookReading, BrokerPosition, BrokerTrade, ChangeOrder, Failure, Funds, MarketUpdate, OrderRow,
    PlaceOrder, Quote, RefusedCause, RowStatus, TradePhase,
};
use domain::bars::Bar;
use domain::instrument::InstrumentId;
use domain::order::{self, OrderId, Timing};
use domain::{Money, Product, Qty, Side, Timestamp, Validity};

use super::wire::{self, Ask, BarRow, Named, PhaseText, PlaceInBar, Status, Text};
use super::{PaperInstrument, Phase};

pub(super) fn unexpected() -> Failure {
    Failure::Garbled("the answer is not of the kind that was asked for".to_owned())
}

/// More units than an account could ever hold: beyond it sums could overflow.
const MOST_UNITS: i64 = 1_000_000_000_000;
/// 1990 to 2099, in microseconds since 1970.
const YEARS: std::ops::Range<i64> = 631_152_000_000_000..4_102_444_800_000_000;

fn units(raw: i64) -> Result<Qty, Failure> {
    let within = (-MOST_UNITS..=MOST_UNITS).contains(&raw);
    within.then_some(Qty::units(raw)).ok_or_else(|| garbled(format!("quantity {raw} cannot be")))
}

pub(super) fn instant(micros: i64) -> Result<Timestamp, Failure> {
    let within = YEARS.contains(&micros);
    within
        .then_some(Timestamp::from_micros(micros))
        .ok_or_else(|| garbled(format!("time {micros} cannot be")))
}

fn garbled(error: impl std::fmt::Display) -> Failure {
    Failure::Garbled(error.to_string().chars().take(200).collect())
}

pub(super) fn place(order: &PlaceOrder) -> Ask {
    Ask::Place(wire::Place {
        tag: order.id.to_string(),
        instrument: order.instrument.to_string(),
        lane: order.lane,
        product: order.product.name(),
        side: match order.side {
            Side::Buy => "BUY",
            Side::Sell => "SELL",
        },
        qty: order.qty.raw(),
        terms: terms(order.terms),
        timing: timing(order.timing),
        validity: match order.validity {
            Validity::Day => "DAY",
            Validity::Ioc => "IOC",
            Validity::Gtt => "GTT",
        },
        disclosed_qty: order.disclosed.raw(),
    })
}

pub(super) fn change(order: &ChangeOrder) -> Ask {
    Ask::Change {
        order: named(order.broker_id.as_ref(), order.id),
        change: order.change,
        qty: order.qty.raw(),
        terms: terms(order.terms),
        timing: timing(order.timing),
    }
}

pub(super) fn named(broker_id: Option<&String>, id: OrderId) -> Named {
    broker_id.map_or_else(|| Named::Tag(id.to_string()), |broker_id| Named::BrokerId(broker_id.clone()))
}

fn terms(terms: order::Terms) -> wire::Terms {
    match terms {
        order::Terms::Marketable { limit } => wire::Terms::Marketable { limit: Text(limit) },
        order::Terms::Limit { price } => wire::Terms::Limit { price: Text(price) },
        order::Terms::Stop { trigger, limit } => {
            wire::Terms::Stop { trigger: Text(trigger), limit: Text(limit) }
        }
    }
}

fn terms_of(terms: wire::Terms) -> order::Terms {
    match terms {
        wire::Terms::Marketable { limit } => order::Terms::Marketable { limit: limit.0 },
        wire::Terms::Limit { price } => order::Terms::Limit { price: price.0 },
        wire::Terms::Stop { trigger, limit } => order::Terms::Stop { trigger: trigger.0, limit: limit.0 },
    }
}

const fn timing(timing: Timing) -> &'static str {
    match timing {
        Timing::Next => "next",
        Timing::ThisClose => "thisClose",
    }
}

pub(super) fn phase(phase: Phase) -> PhaseText {
    match phase {
        Phase::Begin { volume } => PhaseText::Begin { volume: volume.map(Qty::raw) },
        Phase::Open { price } => PhaseText::Open { price: Text(price) },
        Phase::Range { high, low } => PhaseText::Range { high: Text(high), low: Text(low) },
        Phase::Close { price } => PhaseText::Close { price: Text(price) },
        Phase::Between => PhaseText::Between,
    }
}

fn side(side: wire::Side) -> Side {
    match side {
        wire::Side::Buy => Side::Buy,
        wire::Side::Sell => Side::Sell,
    }
}

fn instrument_id(text: &str) -> Result<InstrumentId, Failure> {
    text.parse().map_err(garbled)
}

fn product(text: &str) -> Result<Product, Failure> {
    text.parse().map_err(garbled)
}

pub(super) fn row(row: &wire::Row) -> Result<OrderRow, Failure> {
    Ok(OrderRow {
        id: row.tag.parse().ok(),
        broker_id: row.broker_id.clone(),
        instrument: instrument_id(&row.instrument)?,
        product: product(&row.product)?,
        side: side(row.side),
        qty: units(row.qty)?,
        filled: units(row.filled)?,
        terms: terms_of(row.terms),
        triggered: row.triggered,
        status: match row.status {
            Status::Working => RowStatus::Working,
            Status::Filled => RowStatus::Filled,
            Status::Cancelled => RowStatus::Cancelled,
            Status::Rejected => RowStatus::Rejected,
            Status::Expired => RowStatus::Expired,
        },
        because: row.because.clone(),
    })
}

pub(super) fn trade(deal: &wire::Deal) -> Result<BrokerTrade, Failure> {
    Ok(BrokerTrade {
        order: deal.tag.parse().ok(),
        number: deal.number,
        instrument: instrument_id(&deal.instrument)?,
        side: side(deal.side),
        qty: units(deal.qty)?,
        price: deal.price.0,
        at: instant(deal.at)?,
        phase: match deal.place {
            PlaceInBar::Open => TradePhase::AtOpenOrTick,
            PlaceInBar::Inside => TradePhase::InsideBar,
            PlaceInBar::Close => TradePhase::AtClose,
        },
    })
}

pub(super) fn book(orders: &[wire::Row], trades: &[wire::Deal]) -> Result<BookReading, Failure> {
    Ok(BookReading {
        orders: orders.iter().map(row).collect::<Result<_, _>>()?,
        trades: trades.iter().map(trade).collect::<Result<_, _>>()?,
    })
}

pub(super) fn positions(positions: &[wire::Position]) -> Result<Vec<BrokerPosition>, Failure> {
    let position = |p: &wire::Position| {
        Ok(BrokerPosition {
            instrument: instrument_id(&p.instrument)?,
            product: product(&p.product)?,
            qty: units(p.qty)?,
            average_price: p.average_price.0,
        })
    };
    positions.iter().map(position).collect()
}

pub(super) fn funds(cash: Money, margin_used: Money) -> Funds {
    Funds { cash, margin_used }
}

pub(super) fn tick(tick: &wire::Tick) -> Result<MarketUpdate, Failure> {
    Ok(MarketUpdate::Tick {
        instrument: instrument_id(&tick.instrument)?,
        at: instant(tick.at)?,
        price: tick.price.0,
        volume: units(tick.volume)?,
    })
}

pub(super) fn quote(tick: &wire::Tick) -> Result<Option<MarketUpdate>, Failure> {
    let Some(best) = &tick.best else { return Ok(None) };
    let quote = Quote {
        bid: best.bid.0,
        bid_qty: units(best.bid_qty)?,
        ask: best.ask.0,
        ask_qty: units(best.ask_qty)?,
    };
    let (instrument, at) = (instrument_id(&tick.instrument)?, instant(tick.at)?);
    Ok(Some(MarketUpdate::Quote { instrument, at, quote }))
}

pub(super) fn instrument(listed: &wire::Listed) -> Result<PaperInstrument, Failure> {
    Ok(PaperInstrument {
        id: instrument_id(&listed.instrument)?,
        tick: domain::Tick::new(listed.tick.0).ok_or_else(|| garbled("a tick size is not positive"))?,
        lot: units(listed.lot)?,
        freeze: listed.freeze.map(units).transpose()?,
        tradable: listed.tradable,
    })
}

pub(super) fn bar(row: BarRow) -> Result<Bar, Failure> {
    let (time, open, high, low, close, volume) = row;
    let bar = Bar {
        time: instant(time)?,
        open: open.0,
        high: high.0,
        low: low.0,
        close: close.0,
        volume: units(volume)?,
    };
    bar.check().map_err(garbled)?;
    Ok(bar)
}

pub(super) fn refused(code: String, words: String) -> Failure {
    let cause = match code.as_str() {
        "NOT_WORKING" => RefusedCause::NotWorking,
        "BUSY" | "UNREADABLE" => RefusedCause::Busy,
        "PRICE_BAND" => RefusedCause::PriceBand,
        "MARGIN" => RefusedCause::Margin,
        "TRIGGER_CROSSED" => RefusedCause::TriggerCrossed,
        "THROTTLED" => RefusedCause::Throttled,
        _ => RefusedCause::Other,
    };
    Failure::Refused { cause, code, words }
}
