//! Fills from bars, ticks and quotes, order by order.

use domain::order::{InstrumentKey, OrderKey, Terms, Ticket, Timing};
use domain::time::Span;
use domain::{Price, Qty, Side, Tick, Timestamp};
use proptest::prelude::*;

use crate::{Exchange, FillRules, NEVER_ABOVE, NEVER_BELOW, News, Quote, Report, Slippage};

const HERE: InstrumentKey = InstrumentKey(0);

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn market() -> Terms {
    Terms::Marketable { limit: Price::rupees(1) }
}

fn limit(at: &str) -> Terms {
    Terms::Limit { price: price(at) }
}

fn stop(at: &str) -> Terms {
    Terms::Stop { trigger: price(at), limit: Price::rupees(1) }
}

/// An exchange of one instrument that keeps what it said.
struct Floor {
    exchange: Exchange,
    said: Vec<Report>,
    orders: u32,
    now: Timestamp,
}

impl Floor {
    fn new(rules: FillRules) -> Floor {
        let mut exchange = Exchange::new(rules);
        exchange.list(Tick::DEFAULT);
        Floor { exchange, said: Vec::new(), orders: 0, now: Timestamp::from_micros(0) }
    }

    fn ticket(key: u32, side: Side, qty: i64, terms: Terms) -> Ticket {
        let (key, qty) = (OrderKey(key), Qty::units(qty));
        let (instrument, filled, timing) = (HERE, Qty::ZERO, Timing::Next);
        Ticket { key, instrument, side, qty, filled, terms, timing, change: 0 }
    }

    fn submit(&mut self, side: Side, qty: i64, terms: Terms) -> u32 {
        let key = self.orders;
        self.orders += 1;
        self.exchange.submit(self.now, &Floor::ticket(key, side, qty, terms), &mut self.said);
        key
    }

    fn modify(&mut self, key: u32, side: Side, qty: i64, terms: Terms) {
        self.exchange.modify(&Floor::ticket(key, side, qty, terms), &mut self.said);
    }

    fn cancel(&mut self, key: u32) {
        self.exchange.cancel(HERE, OrderKey(key), &mut self.said);
    }

    fn tick(&mut self, at: &str) {
        self.exchange.tick(self.now, HERE, price(at), false, &mut self.said);
    }

    fn quote(&mut self, bid: &str, ask: &str, qty: i64) {
        let (bid_qty, ask_qty) = (Qty::units(qty), Qty::units(qty));
        let quote = Quote { bid: price(bid), ask: price(ask), bid_qty, ask_qty };
        self.exchange.quote(self.now, HERE, quote, &mut self.said);
    }

    /// A whole bar: open, range, close.
    fn bar(&mut self, open: &str, high: &str, low: &str, close: &str, volume: Option<i64>) {
        self.exchange.open(HERE, price(open), volume.map(Qty::units), &mut self.said);
        self.exchange.range(HERE, price(high), price(low), &mut self.said);
        self.exchange.close(HERE, price(close));
        self.exchange.between(HERE);
    }

    /// The fills since the last time, as `key qty @ price`, and what else was said but for acceptances.
    fn heard(&mut self) -> Vec<String> {
        let told = |r: &Report| match r.news {
            News::Accepted => None,
            News::Modified { .. } => Some(format!("{} Modified", r.key.0)),
            News::Filled { qty, price } => Some(format!("{} {qty} @ {price}", r.key.0)),
            other => Some(format!("{} {other:?}", r.key.0)),
        };
        let heard = self.said.iter().filter_map(told).collect();
        self.said.clear();
        heard
    }
}

fn floor() -> Floor {
    Floor::new(FillRules::default())
}

#[test]
fn a_bar_is_told_open_range_close() {
    let mut f = floor();
    f.submit(Side::Buy, 10, market());
    f.submit(Side::Sell, 10, limit("105"));
    f.submit(Side::Sell, 10, stop("95"));
    f.bar("100", "105.05", "95", "100", None);
    assert_eq!(f.heard(), ["0 10 @ 100.00", "1 10 @ 105.00", "2 10 @ 95.00"]);
}

#[test]
fn gaps_get_the_open() {
    let mut f = floor();
    f.submit(Side::Buy, 10, limit("105"));
    f.submit(Side::Sell, 10, limit("95"));
    f.submit(Side::Buy, 10, stop("95"));
    f.submit(Side::Sell, 10, stop("105"));
    f.bar("100", "101", "99", "100", None);
    assert_eq!(f.heard(), ["0 10 @ 100.00", "1 10 @ 100.00", "2 10 @ 100.00", "3 10 @ 100.00"]);
}

#[test]
fn limits_need_a_tick_through_and_stops_a_touch() {
    let mut f = floor();
    for (side, at) in [(Side::Buy, "99"), (Side::Sell, "101")] {
        f.submit(side, 10, limit(at));
    }
    f.bar("100", "101", "99", "100", None);
    assert!(f.heard().is_empty());
    f.submit(Side::Buy, 10, stop("101"));
    f.submit(Side::Sell, 10, stop("99"));
    f.bar("100", "101", "99", "100", None);
    assert_eq!(f.heard(), ["2 10 @ 101.00", "3 10 @ 99.00"]);
}

#[test]
fn slippage_goes_against_the_trader_and_spares_limits() {
    let mut f = Floor::new(FillRules { slippage: Slippage::Ticks(2), ..FillRules::default() });
    f.submit(Side::Buy, 1, market());
    f.submit(Side::Sell, 1, market());
    f.submit(Side::Buy, 1, stop("101"));
    f.submit(Side::Sell, 1, stop("99"));
    f.submit(Side::Buy, 1, limit("99.05"));
    f.bar("100", "101", "99", "100", None);
    assert_eq!(f.heard(), ["0 1 @ 100.10", "1 1 @ 99.90", "2 1 @ 101.10", "3 1 @ 98.90", "4 1 @ 99.05"]);
}

#[test]
fn an_order_that_comes_inside_a_bar_is_judged_against_what_is_on() {
    let mut f = floor();
    f.exchange.open(HERE, price("100"), None, &mut f.said);
    f.submit(Side::Buy, 1, market());
    f.exchange.range(HERE, price("102"), price("98"), &mut f.said);
    f.submit(Side::Sell, 1, stop("98"));
    f.submit(Side::Sell, 1, market());
    f.exchange.close(HERE, price("101"));
    f.submit(Side::Sell, 1, stop("98"));
    f.exchange.between(HERE);
    assert_eq!(f.heard(), ["0 1 @ 100.00", "1 1 @ 98.00"]);
    f.bar("103", "103", "103", "103", None);
    assert_eq!(f.heard(), ["2 1 @ 103.00"]);
}

#[test]
fn only_orders_for_this_close_trade_at_it() {
    let mut f = Floor::new(FillRules { slippage: Slippage::Ticks(1), ..FillRules::default() });
    f.exchange.close(HERE, price("101"));
    f.submit(Side::Sell, 1, market());
    let ticket = Ticket { timing: Timing::ThisClose, ..Floor::ticket(7, Side::Sell, 1, market()) };
    f.exchange.submit(f.now, &ticket, &mut f.said);
    assert_eq!(f.heard(), ["7 1 @ 100.95"]);
}

#[test]
fn orders_share_the_volume_in_the_order_in_which_they_came() {
    let mut f = Floor::new(FillRules { participation: Some(1_000), ..FillRules::default() });
    f.submit(Side::Buy, 6, market());
    f.submit(Side::Buy, 6, market());
    f.bar("100", "101", "99", "100", Some(89));
    assert_eq!(f.heard(), ["0 6 @ 100.00", "1 2 @ 100.00"]);
    f.bar("102", "103", "101", "102", Some(9));
    assert!(f.heard().is_empty());
    f.bar("103", "104", "102", "103", None);
    assert_eq!(f.heard(), ["1 4 @ 103.00"]);
}

#[test]
fn a_stop_triggers_though_nobody_is_there_to_trade_with() {
    let mut f = Floor::new(FillRules { participation: Some(1_000), ..FillRules::default() });
    f.submit(Side::Sell, 5, stop("95"));
    f.bar("100", "101", "94", "100", Some(5));
    assert_eq!(f.heard(), ["0 Triggered"]);
    // Too late for another trigger.
    f.modify(0, Side::Sell, 5, stop("90"));
    f.bar("100", "101", "99", "100", Some(30));
    assert_eq!(f.heard(), ["0 Modified", "0 3 @ 100.00"]);
    f.bar("101", "101", "101", "101", Some(1_000));
    assert_eq!(f.heard(), ["0 2 @ 101.00"]);
}

#[test]
fn what_is_gone_is_not_found() {
    let mut f = floor();
    f.submit(Side::Buy, 1, market());
    f.bar("100", "101", "99", "100", None);
    f.modify(0, Side::Buy, 1, limit("90"));
    f.cancel(0);
    assert_eq!(f.heard(), ["0 1 @ 100.00", "0 NotFound", "0 NotFound"]);
    let resting = f.submit(Side::Buy, 1, limit("90"));
    f.cancel(resting);
    assert_eq!(f.heard(), ["1 Cancelled"]);
    assert!(!f.exchange.is_resting(HERE));
}

#[test]
fn wake_levels_are_the_nearest_on_both_sides() {
    let mut f = floor();
    assert_eq!(f.exchange.wake_levels(HERE), (NEVER_BELOW, NEVER_ABOVE));
    f.submit(Side::Sell, 1, stop("95"));
    f.submit(Side::Buy, 1, limit("96"));
    f.submit(Side::Sell, 1, limit("110"));
    f.submit(Side::Buy, 1, stop("105"));
    assert_eq!(f.exchange.wake_levels(HERE), (price("96"), price("105")));
    assert!(!f.exchange.has_queued(HERE));
    f.submit(Side::Buy, 1, market());
    assert!(f.exchange.has_queued(HERE));
}

#[test]
fn ticks_fill_market_stop_and_limit_orders() {
    let mut f = Floor::new(FillRules { slippage: Slippage::Ticks(1), ..FillRules::default() });
    f.submit(Side::Buy, 1, market());
    f.submit(Side::Sell, 1, stop("95"));
    f.submit(Side::Sell, 1, limit("105"));
    f.tick("100");
    assert_eq!(f.heard(), ["0 1 @ 100.05"]);
    f.tick("105");
    assert!(f.heard().is_empty());
    f.tick("105.05");
    assert_eq!(f.heard(), ["2 1 @ 105.00"]);
    // A stop gets the print, which may be beyond its trigger.
    f.tick("94");
    assert_eq!(f.heard(), ["1 1 @ 93.95"]);
}

#[test]
fn a_limit_that_comes_through_the_market_gets_the_market() {
    let mut f = floor();
    f.tick("100");
    f.submit(Side::Buy, 1, limit("110"));
    f.submit(Side::Buy, 1, limit("100.05"));
    f.submit(Side::Buy, 1, limit("98"));
    f.tick("100.05");
    assert_eq!(f.heard(), ["0 1 @ 100.05"]);
    // What rests by then gets its own price.
    f.tick("97");
    assert_eq!(f.heard(), ["1 1 @ 100.05", "2 1 @ 98.00"]);
}

#[test]
fn the_first_tick_of_a_session_is_a_gap() {
    let mut f = floor();
    f.submit(Side::Sell, 1, limit("105"));
    f.exchange.tick(f.now, HERE, price("108"), true, &mut f.said);
    assert_eq!(f.heard(), ["0 1 @ 108.00"]);
}

#[test]
fn an_order_changed_to_the_price_that_stands_trades_at_once() {
    // A target taken on a tick: the stop becomes a limit that has just been traded through.
    let mut f = floor();
    f.submit(Side::Sell, 1, stop("95"));
    f.tick("105.05");
    f.modify(0, Side::Sell, 1, limit("105"));
    assert_eq!(f.heard(), ["0 Modified", "0 1 @ 105.00"]);
}

#[test]
fn latency_keeps_an_order_out_of_the_book_for_a_while() {
    let mut f = Floor::new(FillRules { latency: Span::micros(100), ..FillRules::default() });
    f.submit(Side::Buy, 1, market());
    f.now = Timestamp::from_micros(99);
    f.tick("100");
    assert!(f.heard().is_empty());
    f.now = Timestamp::from_micros(100);
    f.tick("101");
    assert_eq!(f.heard(), ["0 1 @ 101.00"]);
}

#[test]
fn quotes_fill_what_the_other_side_shows() {
    let mut f = floor();
    f.quote("99.95", "100.05", 6);
    f.submit(Side::Buy, 10, market());
    f.submit(Side::Sell, 4, limit("99.90"));
    f.quote("100", "100.10", 50);
    assert_eq!(f.heard(), ["0 6 @ 100.05", "1 4 @ 99.95"]);
    f.quote("100", "100.10", 50);
    assert_eq!(f.heard(), ["0 4 @ 100.10"]);
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let at = || (1_900i64..2_100).prop_map(|ticks| Price::ZERO.offset(ticks, Tick::DEFAULT));
    prop_oneof![
        Just(market()),
        at().prop_map(|price| Terms::Limit { price }),
        at().prop_map(|trigger| Terms::Stop { trigger, limit: Price::rupees(1) }),
    ]
}

proptest! {
    /// No order trades more than it is for, nobody more than the volume's share, and a limit never at a worse price.
    #[test]
    fn fills_keep_within_order_volume_and_limit(
        orders in prop::collection::vec((any::<bool>(), 1i64..50, any_terms()), 1..12),
        bars in prop::collection::vec((1_900i64..2_100, 0i64..60, 0i64..60, 0i64..400), 1..12),
    ) {
        let mut f = Floor::new(FillRules { participation: Some(2_500), ..FillRules::default() });
        for &(buy, qty, terms) in &orders {
            f.submit(if buy { Side::Buy } else { Side::Sell }, qty, terms);
        }
        let mut filled = vec![0i64; orders.len()];
        for (open, up, down, volume) in bars {
            let at = |ticks| Price::ZERO.offset(ticks, Tick::DEFAULT);
            f.said.clear();
            f.exchange.open(HERE, at(open), Some(Qty::units(volume)), &mut f.said);
            f.exchange.range(HERE, at(open + up), at(open - down), &mut f.said);
            f.exchange.between(HERE);
            let mut traded = 0;
            for report in &f.said {
                let News::Filled { qty, price } = report.news else { continue };
                let i = report.key.0 as usize;
                traded += qty.raw();
                filled[i] += qty.raw();
                prop_assert!(qty > Qty::ZERO && filled[i] <= orders[i].1);
                prop_assert!(at(open - down) <= price && price <= at(open + up), "outside the bar without slippage");
                if let Terms::Limit { price: limit } = orders[i].2 {
                    let fair = if orders[i].0 { price <= limit } else { price >= limit };
                    prop_assert!(fair, "a limit at a worse price");
                }
            }
            prop_assert!(traded <= volume / 4);
        }
    }
}

#[test]
fn less_than_a_lot_never_trades() {
    let mut f = Floor::new(FillRules { participation: Some(1_000), ..FillRules::default() });
    f.exchange = Exchange::new(f.exchange.rules);
    f.exchange.list_in_lots(Tick::DEFAULT, Qty::units(75));
    f.submit(Side::Buy, 225, market());
    f.bar("100", "101", "99", "100", Some(1_990));
    assert_eq!(f.heard(), ["0 150 @ 100.00"]);
    f.bar("100", "101", "99", "100", Some(740));
    assert!(f.heard().is_empty());
    f.bar("101", "101", "101", "101", Some(1_490));
    assert_eq!(f.heard(), ["0 75 @ 101.00"]);
    f.quote("99.95", "100.05", 100);
    f.submit(Side::Buy, 150, market());
    f.quote("99.95", "100.05", 100);
    assert_eq!(f.heard(), ["1 75 @ 100.05"]);
}

fn stop_limit(trigger: &str, limit: &str) -> Terms {
    Terms::Stop { trigger: price(trigger), limit: price(limit) }
}

#[test]
fn a_stop_trades_within_its_limit_and_rests_there_beyond() {
    let mut f = Floor::new(FillRules { slippage: Slippage::Ticks(4), ..FillRules::default() });
    f.tick("104");
    f.submit(Side::Buy, 1, stop_limit("105", "105"));
    f.submit(Side::Buy, 1, stop_limit("105", "107.10"));
    f.tick("107");
    // Slippage stops at the limit.
    assert_eq!(f.heard(), ["0 Triggered", "1 1 @ 107.10"]);
    f.tick("105");
    assert!(f.heard().is_empty(), "it rests: the market must trade through it");
    f.tick("104");
    assert_eq!(f.heard(), ["0 1 @ 105.00"]);
    f.submit(Side::Sell, 1, stop_limit("100", "99.50"));
    f.tick("99");
    f.tick("99.60");
    assert_eq!(f.heard(), ["2 Triggered", "2 1 @ 99.50"]);
}

#[test]
fn a_triggered_stop_takes_a_new_limit_and_no_new_trigger() {
    let mut f = floor();
    f.submit(Side::Sell, 1, stop_limit("100", "99.50"));
    f.tick("98");
    f.modify(0, Side::Sell, 1, stop_limit("95", "98.50"));
    f.tick("98.60");
    assert_eq!(f.heard(), ["0 Triggered", "0 Modified", "0 1 @ 98.50"]);
    // Chased, it gets the market.
    f.submit(Side::Sell, 1, stop_limit("98", "97.50"));
    f.tick("96");
    f.modify(1, Side::Sell, 1, market());
    f.tick("95");
    assert_eq!(f.heard(), ["1 Triggered", "1 Modified", "1 1 @ 96.00"]);
}

#[test]
fn quotes_beyond_a_stops_limit_leave_it_resting() {
    let mut f = floor();
    f.quote("107", "107.05", 5);
    f.submit(Side::Buy, 4, stop_limit("105", "105.50"));
    f.submit(Side::Buy, 8, stop_limit("105", "108"));
    f.quote("105.20", "105.25", 5);
    assert_eq!(f.heard(), ["0 Triggered", "1 Triggered", "1 5 @ 107.05"]);
    f.quote("105", "105.05", 9);
    assert_eq!(f.heard(), ["0 4 @ 105.25", "1 1 @ 105.25"]);
}

#[test]
fn what_found_nobody_left_to_trade_with_still_gets_the_market() {
    let mut f = floor();
    let both = [f.submit(Side::Buy, 5, limit("110")), f.submit(Side::Sell, 5, stop_limit("101", "90"))];
    for at in ["100", "100.05"] {
        f.exchange.venues[0].volume_left = Some(Qty::units(3));
        f.tick(at);
        f.exchange.venues[0].volume_left = None;
    }
    assert_eq!(both, [0, 1]);
    let told = ["0 3 @ 100.00", "1 Triggered", "0 2 @ 100.05", "1 1 @ 100.05"];
    assert_eq!(f.heard(), told);
    f.tick("99");
    assert_eq!(f.heard(), ["1 4 @ 99.00"]);
}
