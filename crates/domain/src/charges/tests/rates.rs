//! Rates by date, exercise, DP days, warnings and operators' rows.

use super::*;

fn option() -> Instrument {
    instrument(Exchange::Nse, Segment::Derivatives, CALL, "NIFTY")
}

fn future() -> Instrument {
    instrument(Exchange::Nse, Segment::Derivatives, FUTURE, "NIFTY")
}

/// The days around the changes of STT.
const DAYS: [Date; 4] = [date(2024, 9, 30), date(2024, 10, 1), date(2026, 3, 31), date(2026, 4, 1)];

#[test]
fn stt_goes_by_the_trade_date() {
    let cases = [
        (option(), Product::Nrml, "6500", "7800", ["4.88", "7.80", "7.80", "11.70"]),
        (future(), Product::Nrml, "1495000", "1501500", ["187.69", "300.30", "300.30", "750.75"]),
        (share(), Product::Mis, "50000", "50500", ["12.63"; 4]),
    ];
    for (instrument, product, buy, sell, stt) in cases {
        let schedule = schedule("dhan", &instrument, product);
        for (day, stt) in DAYS.into_iter().zip(stt) {
            assert_eq!(round_trip(&schedule, day, buy, sell).by_kind().stt, money(stt), "{day}");
        }
    }
}

#[test]
fn exercise_is_taxed_on_the_holder() {
    let schedule = schedule("dhan", &option(), Product::Nrml);
    let exercise = |day, held| {
        let mut episode = EpisodeCharges::default();
        let booked = schedule.book_exercise(&mut episode, DayNumber::of(day), held, money("3250"));
        assert_eq!(booked, episode.total());
        assert_eq!(booked, episode.by_kind().stt);
        booked
    };
    for (day, stt) in DAYS.into_iter().zip(["4.06", "4.06", "4.06", "4.88"]) {
        assert_eq!(exercise(day, Side::Buy), money(stt), "{day}");
        assert_eq!(exercise(day, Side::Sell), Money::ZERO, "an assigned writer pays nothing");
    }
}

#[test]
fn exchange_charge_and_protection_fund_moved_together() {
    let schedule = schedule("dhan", &option(), Product::Nrml);
    let before = round_trip(&schedule, date(2026, 2, 28), "6500", "7800").by_kind();
    assert_eq!((before.exchange, before.ipft), (money("5.01"), money("0.07")));
    let after = round_trip(&schedule, date(2026, 3, 1), "6500", "7800").by_kind();
    assert_eq!((after.exchange, after.ipft), (money("5.08"), money("0.00")));
}

#[test]
fn an_episode_across_a_change_pays_each_fill_at_its_day() {
    let schedule = schedule("dhan", &future(), Product::Nrml);
    let mut episode = EpisodeCharges::default();
    schedule.book(&mut episode, &fill(date(2026, 3, 31), Side::Sell, money("1000000")));
    schedule.book(&mut episode, &fill(date(2026, 4, 1), Side::Sell, money("1000000")));
    assert_eq!(episode.by_kind().stt, money("700"), "200 at 0.02 % and 500 at 0.05 %");
}

#[test]
fn bse_options_go_by_underlying() {
    let exchange_charge = |name| {
        let option = instrument(Exchange::Bse, Segment::Derivatives, CALL, name);
        round_trip(&schedule("dhan", &option, Product::Nrml), DAYS[3], "100000", "100000").by_kind().exchange
    };
    assert_eq!(exchange_charge("SENSEX"), money("65"));
    assert_eq!(exchange_charge("BANKEX"), money("65"));
    assert_eq!(exchange_charge("SENSEX50"), money("10"));
    let future = instrument(Exchange::Bse, Segment::Derivatives, FUTURE, "SENSEX");
    let free = round_trip(&schedule("dhan", &future, Product::Nrml), DAYS[3], "100000", "100000");
    assert_eq!(free.by_kind().exchange, Money::ZERO);
}

#[test]
fn farm_produce_and_funds_pay_less_tax() {
    let cotton = instrument(Exchange::Mcx, Segment::Commodity, FUTURE, "COTTONCNDY");
    let kinds =
        round_trip(&schedule("dhan", &cotton, Product::Nrml), DAYS[3], "10000000", "10000000").by_kind();
    assert_eq!((kinds.stt, kinds.sebi), (Money::ZERO, money("2")));
    let fund = instrument(Exchange::Nse, Segment::Cash, Kind::Equity, "NIFTYBEES");
    let kinds = round_trip(&schedule("dhan", &fund, Product::Cnc), DAYS[3], "100000", "100000").by_kind();
    assert_eq!(kinds.stt, money("1"), "0.001 % of the sale only");
}

#[test]
fn sebi_halved_its_fee_for_a_while() {
    let schedule = schedule("dhan", &share(), Product::Mis);
    let fee = |day| round_trip(&schedule, day, "10000000", "10000000").by_kind().sebi;
    assert_eq!(fee(date(2020, 5, 29)), money("20"));
    assert_eq!(fee(date(2020, 6, 1)), money("10"));
    assert_eq!(fee(date(2021, 3, 31)), money("10"));
    assert_eq!(fee(date(2021, 4, 1)), money("20"));
}

#[test]
fn dp_is_charged_once_for_each_day_of_sales() {
    for (plan, once, small) in
        [("dhan", "14.75", "14.75"), ("fyers", "14.75", "14.75"), ("kotak-neo", "47.20", "23.60")]
    {
        let schedule = schedule(plan, &share(), Product::Cnc);
        let mut episode = EpisodeCharges::default();
        let dp_after = |episode: &mut EpisodeCharges, day, side, value| {
            schedule.book(episode, &fill(day, side, money(value)));
            episode.by_kind().dp
        };
        assert_eq!(dp_after(&mut episode, DAYS[2], Side::Buy, "200000"), Money::ZERO);
        dp_after(&mut episode, DAYS[2], Side::Sell, "60000");
        // 0.04 % of the day's 100,000 is 40, with GST 47.20, however it was cut.
        assert_eq!(dp_after(&mut episode, DAYS[2], Side::Sell, "40000"), money(once), "{plan}");
        let next = dp_after(&mut episode, DAYS[3], Side::Sell, "10000");
        assert_eq!(next, money(once) + money(small), "{plan}: another day, and no less than the minimum");
        assert_eq!(episode.by_kind().total(), episode.total());
    }
    let intraday = round_trip(&schedule("dhan", &share(), Product::Mis), DAYS[3], "50000", "50500");
    assert_eq!(intraday.by_kind().dp, Money::ZERO);
}

#[test]
fn a_reversal_is_one_order_in_two_episodes() {
    let schedule = schedule("dhan", &share(), Product::Mis);
    let (mut closed, mut opened) = (EpisodeCharges::default(), EpisodeCharges::default());
    let first = fill(DAYS[3], Side::Sell, money("50000"));
    schedule.book(&mut closed, &first);
    schedule.book(&mut opened, &ChargedFill { order_value_before: first.value, ..first });
    assert_eq!(closed.by_kind().brokerage, money("15"));
    assert_eq!(opened.by_kind().brokerage, money("5"), "the order's 20 are reached");
}

#[test]
fn a_percentage_is_taken_of_each_fill() {
    let schedule = schedule("pct=0.03", &share(), Product::Cnc);
    let mut episode = EpisodeCharges::default();
    let booked = schedule.book(&mut episode, &fill(DAYS[0], Side::Buy, money("1000.05")));
    assert_eq!(booked, money("0.3000"), "0.300015, to 1/10,000");
    let booked = schedule.book(&mut episode, &fill(DAYS[0], Side::Sell, money("0.1667")));
    assert_eq!(booked, money("0.0001"), "0.00005001, away from zero");
    assert_eq!(episode.by_kind(), ChargesByKind { percent: money("0.3001"), ..ChargesByKind::default() });
    assert_eq!(episode.total(), money("0.3001"));
    let huge = schedule
        .book(&mut EpisodeCharges::default(), &fill(DAYS[0], Side::Buy, Money::rupees(900_000_000_000_000)));
    assert_eq!(huge, money("270000000000"), "past 64 bits");
    assert!(schedule.warnings_for(DayNumber::of(date(1990, 1, 1))).is_empty());
}

#[test]
fn zero_is_free() {
    let episode = round_trip(&schedule("zero", &share(), Product::Cnc), DAYS[0], "50000", "50500");
    assert_eq!(episode, EpisodeCharges::default());
}

#[test]
fn makeshifts_are_told() {
    let index = instrument(Exchange::Nse, Segment::Cash, Kind::Index, "NIFTY50");
    let as_future = schedule("dhan", &index, Product::Mis);
    assert!(as_future.warnings()[0].contains("charged as futures of NSE"), "{:?}", as_future.warnings());
    let cost = |s: &Schedule| round_trip(s, DAYS[3], "1495000", "1501500").total();
    assert_eq!(cost(&as_future), cost(&schedule("dhan", &future(), Product::Nrml)));

    let carried = schedule("dhan", &share(), Product::Nrml);
    assert!(carried.warnings()[0].contains("charged as delivery"), "{:?}", carried.warnings());
    assert_eq!(cost(&carried), cost(&schedule("dhan", &share(), Product::Cnc)));

    let unknown = instrument(Exchange::Bse, Segment::Currency, FUTURE, "USDINR");
    assert!(
        schedule("dhan", &unknown, Product::Nrml).warnings()[0]
            .contains("no rate of `exchange` is known for currency-futures at dhan on BSE")
    );
    let gold = instrument(Exchange::Nse, Segment::Cash, Kind::Equity, "GOLDBEES");
    assert!(schedule("dhan", &gold, Product::Cnc).warnings()[0].contains("looks like a fund"));

    for (instrument, product) in [(share(), Product::Cnc), (share(), Product::Mis), (option(), Product::Nrml)]
    {
        assert!(schedule("dhan", &instrument, product).warnings_for(DayNumber::of(DAYS[3])).is_empty());
    }
}

#[test]
fn dates_before_the_first_row_use_it_and_say_so() {
    let schedule = schedule("dhan", &share(), Product::Mis);
    assert!(schedule.warnings_for(DayNumber::of(date(2024, 10, 1))).is_empty());
    assert_eq!(
        schedule.warnings_for(DayNumber::of(date(2024, 9, 30))),
        [
            "charges: no rates are known for brokerage, exchange, ipft before 2024-10-01; the first known ones are used"
        ]
    );
    let old = round_trip(&schedule, date(2001, 1, 1), "50000", "50500");
    let first = round_trip(&schedule, date(2019, 4, 1), "50000", "50500");
    assert_eq!(old, first);
    assert_eq!(first.by_kind().exchange, money("2.98"), "297 a crore");

    let doubtful = super::schedule("fyers", &share(), Product::Cnc).warnings_for(DayNumber::of(DAYS[3]));
    assert_eq!(doubtful, ["charges: rates of brokerage, dp are not confirmed by a primary source"]);
}

#[test]
fn operators_add_and_replace_rows() {
    let own = r#"
        [[brokerage]]
        broker = "dhan"
        on = ["intraday"]
        flat = "10"
        valid_from = 2026-04-02
        source = "letter of 2026-03-20"

        [[stamp]]
        on = ["intraday"]
        side = "buy"
        percent = "0.004"
        valid_from = 2020-07-01
        source = "corrected"
    "#;
    let table = ChargesTable::builtin().extended(own).unwrap();
    let schedule = table.schedule("dhan".parse().unwrap(), &share(), Product::Mis);
    let before = round_trip(&schedule, date(2026, 4, 1), "50000", "50500").by_kind();
    assert_eq!((before.brokerage, before.stamp), (money("30.15"), money("2")));
    let after = round_trip(&schedule, date(2026, 4, 2), "50000", "50500").by_kind();
    assert_eq!(after.brokerage, money("20"));
    let builtin = super::schedule("dhan", &share(), Product::Mis);
    assert_eq!(round_trip(&builtin, date(2026, 4, 2), "50000", "50500").by_kind().stamp, money("1.50"));
}

/// GST has never changed since it came, but when it does each fill's share keeps its own rate.
#[test]
fn gst_may_change_inside_an_episode() {
    let own = r#"gst = [{ on = ["intraday"], percent = "28", valid_from = 2026-04-02, source = "made up" }]"#;
    let table = ChargesTable::builtin().extended(own).unwrap();
    let schedule = table.schedule("dhan".parse().unwrap(), &share(), Product::Mis);
    let mut episode = EpisodeCharges::default();
    schedule.book(&mut episode, &fill(date(2026, 4, 1), Side::Buy, money("50000")));
    let base = |k: ChargesByKind| k.brokerage + k.exchange + k.ipft + k.sebi;
    let first = base(episode.by_kind());
    schedule.book(&mut episode, &fill(date(2026, 4, 2), Side::Sell, money("50500")));
    let second = base(episode.by_kind()) - first;
    assert_eq!((first, second), (money("16.58"), money("16.76")));
    assert_eq!(episode.by_kind().gst, money("7.68"), "2.9844 and 4.6928");
}

#[test]
fn errors_point_at_the_fault() {
    let row = |changed: &str| {
        let field = changed.split(" =").next().unwrap();
        let usual = [
            "on = [\"intraday\"]",
            "side = \"sell\"",
            "percent = \"0.1\"",
            "valid_from = 2026-04-01",
            "source = \"x\"",
        ];
        let kept = usual.iter().filter(|line| !line.starts_with(field));
        let lines: Vec<&str> = ["[[stt]]", changed].into_iter().chain(kept.copied()).collect();
        ChargesTable::builtin().extended(&lines.join("\n")).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(row("percent = \"0.2\""), Ok(()));
    for (changed, said) in [
        (
            "percent = \"0.1x\"",
            "line 2, column 11: percent `0.1x` is not a number; write it plainly, like \"0.05\"",
        ),
        ("percent = \"101\"", "line 2, column 11: percent `101` is too large; at most 100"),
        ("percent = \"0.00000001\"", "has more than 7 decimals"),
        (
            "on = [\"intraday\", \"dilevery\"]",
            "line 2, column 19: on `dilevery` is not known; use some of delivery, mtf",
        ),
        ("on = []", "line 1, column 1: an empty list"),
        ("side = \"seller\"", "line 2, column 8: side `seller` is not known; use buy, sell or both"),
        ("valid_from = 2026-02-30", "line 2, column 14"),
        ("valid_from = 2026-04-01T10:00:00", "line 2, column 14: `2026-04-01T10:00:00` is not a date"),
        ("exchange = [\"NSE\", \"NCDEX\"]", "column 20: exchange `NCDEX` is not known; use NSE, BSE or MCX"),
        ("flat = \"1\"", "stt has no flat"),
        ("per_crore = \"1\"", "a rate is either percent or per_crore"),
        ("broker = \"dhan\"", "stt is the same at every broker"),
        ("source = \" \"", "source is empty"),
        ("sauce = \"x\"", "line 2, column 1: unknown field `sauce`"),
    ] {
        let error = row(changed).unwrap_err();
        assert!(error.starts_with("charges data, line ") && error.contains(said), "{changed}: {error}");
    }
    let twice = "[[stt]]\non = [\"intraday\", \"intraday\"]\nside = \"sell\"\npercent = \"0.1\"\nvalid_from = 2026-04-01\nsource = \"x\"";
    let error = ChargesTable::builtin().extended(twice).unwrap_err().to_string();
    assert!(error.contains("a second stt row for intraday from 2026-04-01; keep one"), "{error}");
}
