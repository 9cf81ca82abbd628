use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::Timeframe;

fn at(text: &str) -> MinuteOfDay {
    text.parse().unwrap()
}

fn day(class: TradingClass, text: &str) -> TradingDay {
    Calendar::builtin().day(class, text.parse().unwrap())
}

/// `status | sessions | closing auction`, the way a person would note a day down.
fn note(class: TradingClass, date: &str) -> String {
    let day = day(class, date);
    let sessions: Vec<String> = day.sessions.iter().map(ToString::to_string).collect();
    let auction = day.closing_auction.map(|a| format!(" auction {a}")).unwrap_or_default();
    let certain = if day.hours_known { "" } else { " ?" };
    let status = match &day.status {
        DayStatus::Special(name) => format!("special: {name}"),
        DayStatus::Closed(name) => format!("closed: {name}"),
        other => format!("{other:?}").to_lowercase(),
    };
    format!("{status}{certain} {}{auction}", sessions.join(" ")).trim_end().to_owned()
}

#[test]
fn days_are_as_the_market_had_them() {
    use TradingClass::*;
    for (class, date, expected) in [
        // The opening moved twice in 2010; no holiday list of that time.
        (Index, "2009-06-01", "unknown ? 09:55-15:30"),
        (Share, "2010-01-03", "unknown ? 09:55-15:30"),
        (Share, "2010-01-04", "unknown ? 09:00-15:30"),
        (EquityDerivative, "2010-10-15", "unknown ? 09:00-15:30"),
        (EquityDerivative, "2010-10-18", "unknown ? 09:15-15:30"),
        (Index, "2022-12-30", "unknown ? 09:15-15:30"),
        (Index, "2023-01-02", "open 09:15-15:30"),
        (Index, "2027-01-01", "unknown ? 09:15-15:30 auction 15:30-15:35"),
        // Weekends and holidays.
        (Share, "2024-01-13", "closed: Saturday"),
        (Share, "2024-01-14", "closed: Sunday"),
        (Share, "2024-01-22", "closed: Ayodhya consecration"),
        (EquityDerivative, "2026-01-15", "closed: Maharashtra municipal elections"),
        (Index, "2026-12-25", "closed: Christmas"),
        // Saturdays and a Sunday that traded.
        (Index, "2020-02-01", "special: Union Budget 09:15-15:30"),
        (Index, "2024-01-20", "special: full Saturday session 09:15-15:30"),
        (Index, "2024-03-02", "special: disaster-recovery drill 09:15-10:00 11:30-12:30"),
        (Share, "2024-05-18", "special: disaster-recovery drill 09:15-10:00 11:30-12:30"),
        (Share, "2025-02-01", "special: Union Budget 09:15-15:30"),
        (Share, "2026-02-01", "special: Union Budget 09:15-15:30"),
        // Muhurat sessions: the only one whose hours are certain is that of 2025.
        (Index, "2023-11-12", "special: Diwali muhurat ? 18:15-19:15"),
        (Index, "2024-11-01", "special: Diwali muhurat ? 18:00-19:00"),
        (Index, "2025-10-21", "special: Diwali muhurat 13:45-14:45"),
        (Index, "2026-11-08", "special: Diwali muhurat ? 18:00-19:00"),
        // The closing auction of 3 Aug 2026 gives each class its own clock.
        (ShareWithDerivatives, "2026-07-31", "open 09:15-15:30"),
        (ShareWithDerivatives, "2026-08-03", "open 09:15-15:15 auction 15:15-15:35"),
        (Share, "2026-08-03", "open 09:15-15:30"),
        (Index, "2026-08-03", "open 09:15-15:30 auction 15:30-15:35"),
        (EquityDerivative, "2026-07-31", "open 09:15-15:30"),
        (EquityDerivative, "2026-08-03", "open 09:15-15:40"),
        // Commodities close with the American clock; nothing is covered.
        (Commodity, "2018-12-28", "unknown ? 10:00-23:30"),
        (Commodity, "2019-11-01", "unknown ? 09:00-23:30"),
        (Commodity, "2019-11-04", "unknown ? 09:00-23:55"),
        (Commodity, "2024-03-08", "unknown ? 09:00-23:55"),
        (Commodity, "2024-03-11", "unknown ? 09:00-23:30"),
        (Commodity, "2026-10-30", "unknown ? 09:00-23:30"),
        (Commodity, "2026-11-02", "unknown ? 09:00-23:55"),
        (AgriInternational, "2026-11-02", "unknown ? 09:00-21:00"),
        (Agri, "2026-11-02", "unknown ? 09:00-17:00"),
        (Commodity, "2024-10-02", "closed: Gandhi Jayanti"),
        (Commodity, "2026-10-02", "closed: Gandhi Jayanti ?"),
        // Evening only: the close is that of the season, and farm goods that stop at 17:00 do not open.
        (Commodity, "2026-03-03", "special: Holi, evening only ? 17:00-23:55"),
        (Commodity, "2026-05-01", "special: Maharashtra Day, evening only ? 17:00-23:30"),
        (AgriInternational, "2026-05-01", "special: Maharashtra Day, evening only ? 17:00-21:00"),
        (Agri, "2026-05-01", "closed: Maharashtra Day, evening only ?"),
        (Commodity, "2026-01-01", "special: New Year's Day, morning only ? 09:00-17:00"),
        (Currency, "2026-05-01", "unknown ? 09:00-17:00"),
        (CrossCurrency, "2026-05-04", "unknown ? 09:00-19:30"),
    ] {
        assert_eq!(note(class, date), expected, "{class} {date}");
    }
}

#[test]
fn a_bar_is_held_by_its_session_or_by_the_auction() {
    let drill = day(TradingClass::Index, "2024-03-02");
    let held =
        |day: &TradingDay, minutes: &[&str]| minutes.iter().map(|m| day.holds(at(m))).collect::<Vec<_>>();
    assert_eq!(
        held(&drill, &["09:14", "09:15", "09:59", "10:00", "11:29", "11:30", "12:29", "12:30"]),
        [false, true, true, false, false, true, true, false]
    );
    let auction = day(TradingClass::ShareWithDerivatives, "2026-08-03");
    assert_eq!(
        held(&auction, &["15:14", "15:15", "15:30", "15:35", "15:36"]),
        [true, true, true, true, false]
    );
    assert_eq!(held(&day(TradingClass::Share, "2026-08-03"), &["15:29", "15:30"]), [true, false]);
    assert_eq!(held(&day(TradingClass::EquityDerivative, "2026-08-03"), &["15:39", "15:40"]), [true, false]);
    // The evening rows of that Saturday are a defect of the source: its hours are certain, so they are left out.
    assert_eq!(
        held(&day(TradingClass::Index, "2024-01-20"), &["15:29", "15:30", "18:16"]),
        [true, false, false]
    );
}

#[test]
fn nothing_is_refused_on_the_word_of_unverified_data() {
    for (class, date) in [
        (TradingClass::Index, "2009-05-18"),
        (TradingClass::Index, "2023-11-12"),
        (TradingClass::Index, "2026-11-08"),
        (TradingClass::Share, "2019-10-27"),
        (TradingClass::Commodity, "2026-03-03"),
        (TradingClass::Commodity, "2026-10-02"),
        (TradingClass::Agri, "2026-05-01"),
        (TradingClass::Currency, "2024-01-26"),
        (TradingClass::Commodity, "2014-03-08"),
    ] {
        let day = day(class, date);
        assert!((0..1_440).filter_map(MinuteOfDay::from_minutes).all(|m| day.holds(m)), "{class} {date}");
    }
    assert!(!day(TradingClass::Index, "2025-10-21").holds(at("18:15")), "the hours of 2025 are certain");
}

#[test]
fn a_day_counts_its_bars() {
    let tf = |text: &str| text.parse::<Timeframe>().unwrap();
    let usual = day(TradingClass::Index, "2024-01-01");
    for (timeframe, bars) in [("1m", 375), ("5m", 75), ("10m", 38), ("1h", 7), ("2h", 4), ("1d", 1)] {
        assert_eq!(usual.expected_bars(tf(timeframe)), bars, "{timeframe}");
        assert_eq!(usual.bar_opens(tf(timeframe)).len(), bars, "{timeframe}");
    }
    assert_eq!(usual.bar_opens(tf("1h")).last(), Some(&at("15:15")));
    assert_eq!((usual.open(), usual.close(), usual.minutes()), (Some(at("09:15")), Some(at("15:30")), 375));

    let drill = day(TradingClass::Index, "2024-05-18");
    assert_eq!((drill.minutes(), drill.expected_bars(tf("10m"))), (105, 5 + 6));
    assert_eq!(drill.bar_opens(tf("30m")), ["09:15", "09:45", "11:30", "12:00"].map(at));

    let auction = day(TradingClass::ShareWithDerivatives, "2026-08-03");
    assert_eq!((auction.close(), auction.last_print()), (Some(at("15:15")), Some(at("15:35"))));
    let closed = day(TradingClass::Index, "2024-01-26");
    assert_eq!((closed.open(), closed.expected_bars(tf("1d")), closed.minutes()), (None, 0, 0));
}

#[test]
fn trading_days_are_those_of_the_index() {
    let calendar = Calendar::builtin();
    let days = |from, to| calendar.trading_days(TradingClass::Index, from..=to).count();
    // Counted in daily bars of NIFTY.
    assert_eq!(days(date(2023, 1, 1), date(2023, 12, 31)), 246);
    assert_eq!(days(date(2024, 1, 1), date(2024, 12, 31)), 249);
    assert_eq!(days(date(2025, 1, 1), date(2025, 12, 31)), 249);
    assert_eq!(days(date(2026, 1, 1), date(2026, 7, 16)), 132);
    assert_eq!(days(date(2024, 1, 5), date(2024, 1, 4)), 0);

    let class = TradingClass::Index;
    assert_eq!(calendar.next_trading_day(class, date(2024, 1, 19)), Some(date(2024, 1, 20)));
    assert_eq!(calendar.next_trading_day(class, date(2024, 1, 20)), Some(date(2024, 1, 23)));
    assert_eq!(calendar.previous_trading_day(class, date(2026, 2, 2)), Some(date(2026, 2, 1)));
    assert_eq!(
        calendar.previous_trading_day(class, date(2022, 12, 26)),
        Some(date(2022, 12, 23)),
        "unknown weekend"
    );
    assert_eq!(calendar.next_trading_day(class, Date::MAX), None);
    assert_eq!(calendar.previous_trading_day(class, Date::MIN), None);
}

#[test]
fn squares_off_at_ten_past_three_or_a_quarter_before_the_close() {
    use TradingClass::*;
    for (class, date, time) in [
        (Share, "2009-06-01", "15:10"),
        (Share, "2024-01-01", "15:10"),
        (ShareWithDerivatives, "2026-08-03", "15:10"),
        (EquityDerivative, "2026-08-03", "15:10"),
        (Index, "2024-01-26", "15:10"),
        (Index, "2024-03-02", "15:10"),
        (Index, "2025-10-21", "15:10"),
        (Index, "2024-11-01", "18:45"),
        (Commodity, "2026-10-30", "23:15"),
        (Commodity, "2026-11-02", "23:40"),
        (Commodity, "2026-01-01", "16:45"),
        (AgriInternational, "2026-11-02", "20:45"),
        (Agri, "2026-11-02", "16:45"),
        (Currency, "2026-11-02", "16:45"),
        (CrossCurrency, "2026-11-02", "19:15"),
    ] {
        assert_eq!(Calendar::builtin().square_off(class, date.parse().unwrap()), at(time), "{class} {date}");
    }
}

#[test]
fn every_class_has_hours_and_a_source_for_each() {
    for class in TradingClass::ALL {
        let rows = &Calendar::builtin().classes[class as usize];
        assert!(!rows.hours.is_empty() && !rows.square_off.is_empty(), "{class}");
        assert!(rows.hours.iter().all(|(_, h)| !h.source.is_empty()), "{class}");
        assert!(rows.days.values().all(|d| !d.source.is_empty() && !d.name.is_empty()), "{class}");
    }
    let source = Calendar::builtin().source(TradingClass::ShareWithDerivatives, date(2026, 8, 3));
    assert!(source.contains("74466"), "{source}");
}

#[test]
fn an_operator_adds_a_closure_and_hours_at_run_time() {
    let calendar = Calendar::builtin()
        .extended(
            r#"
            classes = ["equity"]
            closed = [{ date = 2026-08-27, name = "municipal elections" }]
            special = [
              { date = 2026-10-20, name = "Dussehra, but open" },
              { date = "2026-11-08", name = "Diwali muhurat", sessions = ["18:15 - 19:15"], holiday = true },
            ]
            [[hours]]
            from = 2026-09-07
            classes = ["share"]
            sessions = ["09:20-15:30"]
            [[coverage]]
            classes = ["commodities"]
            from = 2026-01-01
            to = 2026-12-31
            "#,
        )
        .unwrap();
    let day = |class, m, d| calendar.day(class, date(2026, m, d));
    assert_eq!(day(TradingClass::Index, 8, 27).status, DayStatus::Closed("municipal elections".into()));
    assert!(!day(TradingClass::Index, 8, 27).holds(at("10:00")));
    assert!(
        day(TradingClass::ShareWithDerivatives, 10, 20).closing_auction.is_some(),
        "the usual hours of the time"
    );
    assert!(!day(TradingClass::Index, 11, 8).holds(at("18:14")), "announced hours are certain");
    assert_eq!(day(TradingClass::Share, 9, 8).open(), Some(at("09:20")));
    assert_eq!(day(TradingClass::Share, 9, 4).open(), Some(at("09:15")));
    assert_eq!(day(TradingClass::Index, 9, 8).open(), Some(at("09:15")));
    assert_eq!(day(TradingClass::Commodity, 8, 24).status, DayStatus::Open);
    assert_eq!(day(TradingClass::Commodity, 8, 22).status, DayStatus::Closed("Saturday".into()));
    assert!(
        Calendar::builtin().day(TradingClass::Index, date(2026, 8, 27)).is_open(),
        "the original is untouched"
    );
}

#[test]
fn errors_name_the_place_and_the_way_out() {
    for (toml, expected) in [
        (
            "closed = [{ date = 2026-08-27, name = \"x\" }]",
            "line 1, column 20: the row names no classes; add classes = [\"equity\"]",
        ),
        (
            "classes = [\"equty\"]\nclosed = [{ date = 2026-08-27, name = \"x\" }]",
            "line 1, column 12: classes `equty` is not known; use a group (equity, currencies, commodities) or a class (index,",
        ),
        (
            "classes = [\"equity\"]\nclosed = [\n  { date = \"27-08-2026\", name = \"x\" }]",
            "line 3, column 12: `27-08-2026` is not a date; write it as 2026-08-27",
        ),
        (
            "classes = [\"share\"]\nclosed = [\n  { date = 2026-08-27, name = \"x\" },\n  { date = 2026-08-27, name = \"y\" }]",
            "line 4, column 12: 2026-08-27 is already listed for share on line 3; keep one of the two rows",
        ),
        (
            "classes = [\"equity\"]\n[[hours]]\nfrom = 2027-01-01\nsessions = [\"15:30-09:15\"]",
            "line 4, column 13: sessions \"15:30-09:15\" ends before it begins; write hh:mm-hh:mm",
        ),
        (
            "classes = [\"equity\"]\n[[hours]]\nfrom = 2027-01-01\nsessions = [\"09:15 to 15:30\"]",
            "line 4, column 13: sessions \"09:15 to 15:30\" is not a stretch of time; write hh:mm-hh:mm",
        ),
        (
            "classes = [\"equity\"]\n[[hours]]\nfrom = 2027-01-01\nsessions = [\"09:15-12:00\", \"11:00-15:30\"]",
            "line 4, column 28: session 11:00-15:30 begins before 09:15-12:00 ends; list sessions in order",
        ),
        (
            "classes = [\"equity\"]\n[[hours]]\nfrom = 2027-01-01\nsessions = []",
            "line 3, column 8: `sessions` is empty",
        ),
        (
            "classes = [\"equity\"]\n[[hours]]\nfrom = 2027-01-01\nsessions = [\"09:15-15:15\"]\nclosing_auction = \"15:00-15:35\"",
            "line 5, column 19: closing_auction 15:00-15:35 begins before session 09:15-15:15 ends",
        ),
        (
            "classes = [\"equity\"]\n[[hours]]\nfrom = 2027-01-01\nsessions = [\"09:15-15:15\"]\npre_open = \"09:00-09:20\"",
            "line 5, column 12: pre_open 09:00-09:20 ends after session 09:15-15:15 begins",
        ),
        (
            "classes = [\"equity\"]\n[[square_off]]\nfrom = 2027-01-01\nat = \"25:00\"",
            "line 4, column 6: at `25:00` is not a time of day; write hh:mm, for example 15:10",
        ),
        (
            "classes = [\"equity\"]\n[[square_off]]\nfrom = 2027-01-01",
            "line 3, column 8: a square_off row has one of `at` and `before_close`",
        ),
        (
            "classes = [\"equity\"]\n[[coverage]]\nfrom = 2027-12-31\nto = 2027-01-01",
            "line 4, column 6: coverage to 2027-01-01 ends before it begins at 2027-12-31",
        ),
        (
            "classes = [\"equity\"]\nspecial = [{ date = 2026-08-29, name = \"x\", opens = \"17:00\", sessions = [\"09:15-15:30\"] }]",
            "line 2, column 53: `opens` and `closes` cut the usual hours; leave them out beside `sessions`",
        ),
        ("classes = [\"equity\"]\nclosd = []", "line 2, column 1: unknown field `closd`"),
        ("closed = [", "line 1, column "),
        ("classes = [\"equity\"]\nclosed = [{ date = 2026-02-30, name = \"x\" }]", "line 2, column 20: "),
    ] {
        let error = Calendar::builtin().extended(toml).unwrap_err().to_string();
        let expected = format!("calendar data, {expected}");
        assert!(error.starts_with(&expected), "{toml}\n   gives {error}\nexpected {expected}");
    }
}

proptest! {
    #[test]
    fn a_day_is_consistent(days in 0i32..30_000, class in 0usize..9) {
        let (class, date) = (TradingClass::ALL[class], crate::time::DayNumber::from_days(days).date());
        let day = Calendar::builtin().day(class, date);
        prop_assert_eq!(day.sessions.is_empty(), matches!(day.status, DayStatus::Closed(_)));
        prop_assert!(day.sessions.windows(2).all(|w| w[0].close <= w[1].open));
        prop_assert!(day.sessions.iter().all(|s| day.holds(s.open) && s.open < s.close));
        prop_assert!(day.status != DayStatus::Unknown || !day.hours_known);
        let held = (0..1_440).filter_map(MinuteOfDay::from_minutes).filter(|&m| day.holds(m)).count();
        prop_assert!(held >= usize::from(day.minutes()));
        if let Some(next) = Calendar::builtin().next_trading_day(class, date) {
            let back = Calendar::builtin().previous_trading_day(class, next).unwrap();
            prop_assert!(back <= date && (back == date) == Calendar::builtin().is_trading_day(class, date));
        }
    }

    #[test]
    fn no_text_panics(text in "(classes = \\[\"equity\"\\]\n)?[a-z\\[\\]{}=\", 0-9:\n-]{0,60}") {
        let _ = Calendar::builtin().extended(&text);
    }
}
