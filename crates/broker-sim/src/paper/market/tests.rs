use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 11, 23);

fn market(interval_ms: i64) -> Market {
    Market::new(7, Listing::usual(TODAY), Span::micros(interval_ms * 1_000)).unwrap()
}

fn noon() -> Timestamp {
    DayNumber::of(TODAY).start() + Span::minutes(720)
}

#[test]
fn the_usual_market_has_an_index_its_future_and_shares() {
    let market = market(250);
    let ids: Vec<&str> = market.listings().iter().map(|l| l.id.as_str()).collect();
    assert_eq!(ids[0], "NSE:NIFTY50-INDEX");
    assert!(!market.listings()[0].tradable);
    assert!(ids.contains(&"NSE:SBIN-EQ") && ids.last().unwrap().ends_with("FUT"), "{ids:?}");
    assert!(market.listings().last().unwrap().lot > Qty::units(1));
}

#[test]
fn another_process_shows_the_same_market() {
    let (one, other) = (market(250), market(250));
    let (bars, forming) =
        one.bars(2, (noon(), noon() + Span::minutes(30)), noon() + Span::minutes(90), 1_000);
    assert_eq!((bars.len(), forming), (30, None));
    let again = other.bars(
        2,
        (noon() + Span::minutes(10), noon() + Span::minutes(20)),
        noon() + Span::minutes(91),
        1_000,
    );
    assert_eq!(bars[10..20], again.0);
    // Kept for ever: another price here is another market for everyone.
    assert_eq!(bars[0].open.to_string(), "769.90");
}

#[test]
fn bars_are_made_of_the_ticks_that_were_shown() {
    let market = market(250);
    let mut cursor = market.cursor(1);
    let first = market.tick_at(noon());
    let prints: Vec<Print> = (first..first + 240).map(|n| market.print(&mut cursor, n)).collect();
    let (bars, forming) =
        market.bars(1, (noon(), noon() + Span::minutes(2)), noon() + Span::minutes(1) + Span::micros(1), 10);
    let bar = bars[0];
    assert_eq!(bar.open, prints[0].price);
    assert_eq!(bar.high, prints.iter().map(|p| p.price).max().unwrap());
    assert_eq!(bar.low, prints.iter().map(|p| p.price).min().unwrap());
    assert_eq!(bar.close, prints[239].price);
    assert_eq!(bar.volume, prints.iter().map(|p| p.volume).sum());
    assert!(bar.high > bar.low, "240 ticks move: {bar:?}");
    assert_eq!(
        forming.map(|b| (b.time, b.open)),
        Some((noon() + Span::minutes(1), market.print(&mut cursor, first + 240).price))
    );
}

#[test]
fn it_looks_like_a_market() {
    let market = market(1_000);
    let sbin = market.position(&"NSE:SBIN-EQ".parse().unwrap()).unwrap();
    let start = DayNumber::of(TODAY).start();
    let (bars, _) =
        market.bars(sbin, (start, start + Span::minutes(5 * 1_440)), start + Span::minutes(9_000), 100_000);
    let returns: Vec<f64> =
        bars.windows(2).map(|w| w[1].close.to_f64() / w[0].close.to_f64() - 1.0).collect();
    let variance = |of: &[f64]| of.iter().map(|r| r * r).sum::<f64>() / of.len() as f64;
    let daily = (variance(&returns) * 1_440.0).sqrt();
    assert!((0.008..0.025).contains(&daily), "a day moves {daily}");
    // Big moves follow big moves.
    let squares: Vec<f64> = returns.iter().map(|r| r * r).collect();
    let mean = variance(&returns);
    let follows = squares.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>()
        / squares.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>();
    assert!(follows > 0.03, "autocorrelation of squares {follows}");
    let volume = |from: usize| bars[from..from + 120].iter().map(|b| b.volume.raw()).sum::<i64>();
    assert!(volume(0) > volume(660) && volume(1_320) > volume(660), "the U of a day");
    let jump = returns.iter().fold(0.0_f64, |m, r| m.max(r.abs()));
    assert!(jump < 0.01, "no minute jumps, midnight neither: {jump}");
}

#[test]
fn the_future_stays_with_its_index() {
    let market = market(250);
    let (mut index, mut future) = (market.cursor(0), market.cursor(market.listings().len() - 1));
    for minutes in [0, 500, 1_500, 4_000] {
        let number = market.tick_at(noon() + Span::minutes(minutes));
        let basis = market.print(&mut future, number).price.to_f64()
            / market.print(&mut index, number).price.to_f64();
        assert!((1.0..1.012).contains(&basis), "{basis}");
    }
}

#[test]
fn what_cannot_be_a_market_is_refused() {
    let listing = Listing::usual(TODAY).remove(1);
    let refuse =
        |listings, ms: i64| Market::new(1, listings, Span::micros(ms * 1_000)).unwrap_err().to_string();
    assert!(refuse(vec![listing.clone(), listing.clone()], 250).contains("listed once"));
    assert!(refuse(vec![Listing { beta: f64::NAN, ..listing.clone() }], 250).contains("beta"));
    assert!(refuse(vec![listing], 5).contains("tick interval"));
}

proptest! {
    /// Whatever instant is asked for, and in whatever order, the print is the same and on the tick.
    #[test]
    fn any_instant_can_be_asked(minutes in -20_000_000i64..40_000_000, steps in prop::collection::vec(-5_000i64..5_000, 1..6)) {
        let market = market(250);
        let mut wandering = market.cursor(1);
        for step in steps {
            let number = market.tick_at(Timestamp::from_micros(minutes * MICROS_PER_MINUTE)) + step;
            let print = market.print(&mut wandering, number);
            prop_assert_eq!(print, market.print(&mut market.cursor(1), number));
            let tick = market.listings()[1].tick;
            prop_assert!(print.price.is_on(tick));
            let bid = print.bid.unwrap();
            prop_assert!(bid.is_on(tick) && bid <= print.price && print.price <= bid + tick.price());
            prop_assert!(market.resting(1, number).iter().all(|units| *units >= market.listings()[1].lot));
            prop_assert!(print.price > Price::rupees(50) && print.price < Price::rupees(40_000));
        }
    }
}
