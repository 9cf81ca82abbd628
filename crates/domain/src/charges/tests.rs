//! Golden round trips, dated rates and the laws of booking.

mod examples;
mod laws;
mod rates;

use jiff::civil::date;

use super::*;
use crate::calendar::TradingClass;
use crate::instrument::{Instrument, Kind, OptionSide, Segment};
use crate::{Date, Exchange, Price, Product, Qty};

pub(super) const EXPIRY: Date = date(2026, 4, 28);
pub(super) const FUTURE: Kind = Kind::Future { expiry: EXPIRY };
pub(super) const CALL: Kind =
    Kind::Option { expiry: EXPIRY, strike: Price::rupees(23_000), side: OptionSide::Call };

/// Charges look at exchange, segment, kind and underlying; the rest is filler.
pub(super) fn instrument(exchange: Exchange, segment: Segment, kind: Kind, underlying: &str) -> Instrument {
    Instrument {
        id: "NSE:SBIN-EQ".parse().unwrap(),
        exchange,
        segment,
        kind,
        underlying: underlying.to_owned(),
        class: TradingClass::Share,
        tick: None,
        lot: Qty::units(1),
        freeze: None,
    }
}

pub(super) fn share() -> Instrument {
    instrument(Exchange::Nse, Segment::Cash, Kind::Equity, "SBIN")
}

pub(super) fn schedule(plan: &str, instrument: &Instrument, product: Product) -> Schedule {
    ChargesTable::builtin().schedule(plan.parse().unwrap(), instrument, product)
}

pub(super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// A whole order in one fill.
pub(super) fn fill(day: Date, side: Side, value: Money) -> ChargedFill {
    ChargedFill { day: DayNumber::of(day), side, value, order_value_before: Money::ZERO }
}

/// Buys and sells, each one order in one fill, on one day.
pub(super) fn round_trip(schedule: &Schedule, day: Date, buy: &str, sell: &str) -> EpisodeCharges {
    let mut episode = EpisodeCharges::default();
    schedule.book(&mut episode, &fill(day, Side::Buy, money(buy)));
    schedule.book(&mut episode, &fill(day, Side::Sell, money(sell)));
    episode
}
