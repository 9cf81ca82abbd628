//! What holds for any fills: splits and order do not matter, differences sum to the total, nothing books negative.

use proptest::prelude::*;

use super::*;

/// An executed order: its day (of two, across a change of rates), side, and the values of its fills in 1/10,000.
type Order = (bool, Side, Vec<i64>);

fn days() -> [DayNumber; 2] {
    [DayNumber::of(date(2026, 2, 27)), DayNumber::of(date(2026, 4, 1))]
}

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let fills = prop::collection::vec(0i64..50_000_000_000, 1..6);
    prop::collection::vec((any::<bool>(), side, fills), 1..8)
}

fn dealt() -> impl Strategy<Value = Schedule> {
    let what = prop_oneof![
        Just((Exchange::Nse, Segment::Cash, Kind::Equity)),
        Just((Exchange::Nse, Segment::Derivatives, FUTURE)),
        Just((Exchange::Bse, Segment::Derivatives, CALL)),
        Just((Exchange::Mcx, Segment::Commodity, CALL)),
        Just((Exchange::Nse, Segment::Currency, FUTURE)),
    ];
    let product = prop_oneof![Just(Product::Cnc), Just(Product::Mis), Just(Product::Mtf)];
    let plan = prop_oneof![Just("dhan"), Just("fyers"), Just("kotak-neo"), Just("zero")];
    (what, product, plan).prop_map(|((exchange, segment, kind), product, plan)| {
        schedule(plan, &instrument(exchange, segment, kind, "SENSEX"), product)
    })
}

/// The fills of each order, one order after the other.
fn fills(orders: &[Order]) -> Vec<Vec<ChargedFill>> {
    let of = |(late, side, values): &Order| {
        let mut before = Money::ZERO;
        let next = |raw: &i64| {
            let fill = ChargedFill {
                day: days()[usize::from(*late)],
                side: *side,
                value: Money::from_raw(*raw),
                order_value_before: before,
            };
            before += fill.value;
            fill
        };
        values.iter().map(next).collect()
    };
    orders.iter().map(of).collect()
}

fn booked<'a>(schedule: &Schedule, fills: impl IntoIterator<Item = &'a ChargedFill>) -> EpisodeCharges {
    let mut episode = EpisodeCharges::default();
    for fill in fills {
        schedule.book(&mut episode, fill);
    }
    episode
}

proptest! {
    #[test]
    fn differences_are_never_negative_and_sum_to_the_total(schedule in dealt(), orders in orders()) {
        let mut episode = EpisodeCharges::default();
        let mut sum = Money::ZERO;
        for fill in fills(&orders).iter().flatten() {
            let difference = schedule.book(&mut episode, fill);
            prop_assert!(difference >= Money::ZERO);
            sum += difference;
            prop_assert_eq!(sum, episode.total());
            prop_assert_eq!(sum, episode.by_kind().total());
        }
    }

    #[test]
    fn partial_fills_cost_what_the_whole_order_costs(schedule in dealt(), mut orders in orders()) {
        orders.sort_by_key(|(late, ..)| *late);
        let split = booked(&schedule, fills(&orders).iter().flatten());
        let whole: Vec<Order> =
            orders.iter().map(|(late, side, values)| (*late, *side, vec![values.iter().sum()])).collect();
        prop_assert_eq!(split, booked(&schedule, fills(&whole).iter().flatten()));
    }

    #[test]
    fn the_order_of_fills_in_a_day_does_not_matter(
        schedule in dealt(),
        (orders, shuffled) in orders().prop_flat_map(|orders| {
            let one_day: Vec<Order> = orders.into_iter().map(|(_, side, values)| (true, side, values)).collect();
            let all = fills(&one_day).concat();
            (Just(all.clone()), Just(all).prop_shuffle())
        }),
    ) {
        let (straight, mixed) = (booked(&schedule, &orders), booked(&schedule, &shuffled));
        prop_assert_eq!(straight.by_kind(), mixed.by_kind());
        prop_assert_eq!(straight.contract_note(), mixed.contract_note());
    }

    /// The definition, written out again in rupees per crore, for an intraday share on one day.
    #[test]
    fn a_day_of_intraday_agrees_with_the_definition(values in prop::collection::vec((0i64..50_000_000_000, any::<bool>()), 1..10)) {
        let orders: Vec<Order> = values
            .iter()
            .map(|(value, buy)| (true, if *buy { Side::Buy } else { Side::Sell }, vec![*value]))
            .collect();
        let episode = booked(&schedule("dhan", &share(), Product::Mis), fills(&orders).iter().flatten());

        let sum = |wanted: Option<bool>| -> i128 {
            values.iter().filter(|(_, buy)| wanted.is_none_or(|w| w == *buy)).map(|(v, _)| i128::from(*v)).sum()
        };
        // Half up to the paisa, then back to 1/10,000 rupee.
        let to_paisa = |n: i128, d: i128| Money::from_raw(((2 * n + 100 * d).div_euclid(200 * d) * 100) as i64);
        let brokerage: i128 = values.iter().map(|(v, _)| (i128::from(*v) * 3).min(200_000 * 10_000)).sum();
        let mut expected = ChargesByKind {
            brokerage: to_paisa(brokerage, 10_000),
            stt: to_paisa(sum(Some(false)) * 25, 100_000),
            exchange: to_paisa(sum(None) * 30_699, 1_000_000_000),
            ipft: to_paisa(sum(None), 1_000_000_000),
            sebi: to_paisa(sum(None) * 10, 10_000_000),
            stamp: to_paisa(sum(Some(true)) * 3, 100_000),
            ..ChargesByKind::default()
        };
        let base = expected.brokerage + expected.exchange + expected.ipft + expected.sebi;
        expected.gst = to_paisa(i128::from(base.raw()) * 18, 100);
        prop_assert_eq!(episode.by_kind(), expected);
        prop_assert_eq!(episode.total(), expected.total());
    }

    #[test]
    fn no_table_panics(text in ".*", value in ".*", digits in "[0-9.-]{0,25}") {
        let _ = ChargesTable::builtin().extended(&text);
        for value in [format!("{value:?}"), format!("\"{digits}\""), digits] {
            let row = format!("[[dp]]\nbroker = \"dhan\"\non = [\"mtf\"]\nsource = \"x\"\nvalid_from = 2026-04-01\nflat = {value}");
            let _ = ChargesTable::builtin().extended(&row);
        }
    }
}

#[test]
fn kinds_are_named_and_add_up() {
    let mut sum =
        round_trip(&schedule("dhan", &share(), Product::Cnc), date(2026, 4, 15), "50000", "50500").by_kind();
    sum += ChargesByKind { percent: money("1"), ..sum };
    assert_eq!(sum.total(), money("254.02"));
    let names: Vec<&str> = sum.entries().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["brokerage", "stt", "exchange", "ipft", "sebi", "stamp", "gst", "dp", "percent"]);
    assert_eq!(sum.entries()[7].1, money("29.50"));
}
