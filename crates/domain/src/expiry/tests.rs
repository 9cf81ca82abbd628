use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn list(exchange: Exchange, underlying: &str, from: &str, to: &str) -> Vec<String> {
    ExpiryRules::builtin()
        .between(exchange, underlying, from.parse().unwrap()..=to.parse().unwrap(), Calendar::builtin())
        .unwrap()
        .iter()
        .map(|e| {
            let cycle = if e.cycle == Cycle::Monthly { " M" } else { "" };
            format!("{}{cycle}{}", e.date, if e.certain { "" } else { " ?" })
        })
        .collect()
}

#[test]
fn contracts_of_2026_expire_as_listed() {
    // The expiries of the end-of-day contract files of February and March 2026.
    assert_eq!(
        list(Exchange::Nse, "NIFTY", "2026-02-16", "2026-05-05"),
        [
            "2026-02-17",
            "2026-02-24 M",
            "2026-03-02",
            "2026-03-10",
            "2026-03-17",
            "2026-03-24",
            "2026-03-30 M",
            "2026-04-07",
            "2026-04-13",
            "2026-04-21",
            "2026-04-28 M",
            "2026-05-05",
        ]
    );
    let monthly = ["2026-02-24 M", "2026-03-30 M", "2026-04-28 M", "2026-05-26 M"];
    for underlying in ["BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "NIFTYNXT50", "RELIANCE"] {
        assert_eq!(list(Exchange::Nse, underlying, "2026-02-16", "2026-06-01"), monthly, "{underlying}");
    }
    // BSE moved 26 Mar 2026 to 25 Mar.
    assert_eq!(
        list(Exchange::Bse, "SENSEX", "2026-03-16", "2026-04-03"),
        ["2026-03-19", "2026-03-25 M", "2026-04-02"]
    );
    assert_eq!(list(Exchange::Bse, "BANKEX", "2026-03-01", "2026-03-31"), ["2026-03-25 M"]);
}

#[test]
fn far_contracts_expire_on_the_last_tuesday_but_are_not_certain() {
    assert_eq!(
        list(Exchange::Nse, "NIFTY", "2028-06-21", "2028-06-30"),
        ["2028-06-27 M ?"],
        "as listed in 2026"
    );
    assert_eq!(list(Exchange::Nse, "NIFTY", "2030-12-31", "2030-12-31"), ["2030-12-31 M ?"]);
}

#[test]
fn bank_nifty_went_through_five_rules() {
    let list = |from, to| list(Exchange::Nse, "BANKNIFTY", from, to);
    assert_eq!(
        list("2023-08-20", "2023-09-30"),
        ["2023-08-24 ?", "2023-08-31 M ?", "2023-09-06", "2023-09-13", "2023-09-20", "2023-09-28 M"]
    );
    // The weekly of a month's last Wednesday fell in the week of the Thursday monthly, unless Thursday was next month's.
    assert_eq!(list("2024-01-15", "2024-02-01"), ["2024-01-17", "2024-01-25 M", "2024-01-31"]);
    assert_eq!(list("2024-03-18", "2024-03-31"), ["2024-03-20 ?", "2024-03-27 M ?"]);
    assert_eq!(
        list("2024-11-01", "2025-02-28"),
        ["2024-11-06 ?", "2024-11-13 ?", "2024-11-27 M", "2024-12-24 M", "2025-01-30 M", "2025-02-27 M",]
    );
    assert_eq!(list("2025-08-01", "2025-10-31"), ["2025-08-28 M", "2025-09-30 M", "2025-10-28 M"]);
}

#[test]
fn other_indices_changed_days_too() {
    assert_eq!(
        list(Exchange::Nse, "MIDCPNIFTY", "2023-08-14", "2023-09-01"),
        ["2023-08-16", "2023-08-21", "2023-08-28 M"]
    );
    // Monday 22 Jan 2024 became a holiday at short notice; both moved to the Saturday that traded in full.
    assert_eq!(list(Exchange::Nse, "MIDCPNIFTY", "2024-01-16", "2024-01-24"), ["2024-01-20"]);
    assert_eq!(list(Exchange::Bse, "BANKEX", "2024-01-16", "2024-01-24"), ["2024-01-20"]);
    assert_eq!(list(Exchange::Bse, "BANKEX", "2023-10-07", "2023-10-17"), ["2023-10-13", "2023-10-16"]);
    assert_eq!(
        list(Exchange::Bse, "BANKEX", "2024-11-15", "2025-01-31"),
        ["2024-11-18", "2024-11-25 M", "2024-12-30 M", "2025-01-28 M",]
    );
    assert_eq!(
        list(Exchange::Bse, "SENSEX", "2024-12-26", "2025-01-10"),
        ["2024-12-27 M", "2025-01-03", "2025-01-07"]
    );
    assert_eq!(
        list(Exchange::Bse, "SENSEX", "2025-08-20", "2025-09-12"),
        ["2025-08-26 M", "2025-09-04", "2025-09-11"]
    );
    assert_eq!(
        list(Exchange::Nse, "NIFTYNXT50", "2024-12-01", "2025-01-31"),
        ["2024-12-27 M", "2025-01-30 M"]
    );
    assert_eq!(
        list(Exchange::Nse, "FINNIFTY", "2024-11-18", "2025-01-31"),
        ["2024-11-19 ?", "2024-11-26 M", "2024-12-31 M", "2025-01-30 M",]
    );
}

#[test]
fn nothing_expires_on_a_muhurat_holiday() {
    assert_eq!(list(Exchange::Nse, "NIFTY", "2025-10-15", "2025-10-22"), ["2025-10-20"]);
    assert_eq!(list(Exchange::Bse, "SENSEX", "2024-10-30", "2024-11-02"), ["2024-10-31"]);
}

#[test]
fn the_next_expiry_is_found_on_its_own_day_and_after() {
    let (rules, calendar) = (ExpiryRules::builtin(), Calendar::builtin());
    let nse = Exchange::Nse;
    let weekly = |name, on| rules.next_weekly(nse, name, on, calendar).unwrap().map(|e| e.date);
    let monthly = |name, on| rules.next_monthly(nse, name, on, calendar).unwrap().map(|e| e.date);
    assert_eq!(weekly("NIFTY", date(2026, 3, 2)), Some(date(2026, 3, 2)));
    assert_eq!(weekly("NIFTY", date(2026, 3, 3)), Some(date(2026, 3, 10)));
    assert_eq!(
        weekly("NIFTY", date(2026, 3, 25)),
        Some(date(2026, 3, 30)),
        "the monthly is that week's contract"
    );
    assert_eq!(monthly("NIFTY", date(2026, 3, 2)), Some(date(2026, 3, 30)));
    assert_eq!(monthly("nifty", date(2026, 3, 31)), Some(date(2026, 4, 28)));
    assert_eq!(weekly("BANKNIFTY", date(2024, 11, 12)), Some(date(2024, 11, 13)));
    assert_eq!(weekly("BANKNIFTY", date(2024, 11, 14)), None, "the last weekly was 13 Nov 2024");
    assert_eq!(monthly("SBIN", date(2025, 8, 1)), Some(date(2025, 8, 28)));
    assert_eq!(weekly("SBIN", date(2026, 3, 2)), None);
    let next = rules.next(nse, "BANKNIFTY", date(2026, 3, 2), calendar).unwrap().unwrap();
    assert_eq!(
        (next.date, next.scheduled, next.cycle, next.certain),
        (date(2026, 3, 30), date(2026, 3, 31), Cycle::Monthly, true)
    );
}

#[test]
fn rupee_pairs_end_two_business_days_before_the_months_last() {
    // Fyers' currency master of 25 Aug 2026. No holidays of currencies are known, so nothing is certain.
    assert_eq!(
        list(Exchange::Nse, "USDINR", "2026-08-20", "2026-09-11"),
        ["2026-08-21 ?", "2026-08-27 M ?", "2026-09-04 ?", "2026-09-11 ?"]
    );
    let closure = "classes = [\"currencies\"]\nclosed = [{ date = 2026-08-28, name = \"x\" }]\n\
                   [[coverage]]\nfrom = 2026-08-01\nto = 2026-08-31";
    let calendar = Calendar::builtin().extended(closure).unwrap();
    let found = ExpiryRules::builtin().of_month(Exchange::Bse, "EURUSD", (2026, 8), &calendar);
    let (date, scheduled) = (date(2026, 8, 26), date(2026, 8, 27));
    assert_eq!(
        found,
        Some(MonthExpiry::Ruled(Expiry { date, cycle: Cycle::Monthly, scheduled, certain: true }))
    );
}

#[test]
fn shares_of_bse_ended_on_second_thursdays_for_a_year() {
    assert_eq!(
        list(Exchange::Bse, "SBIN", "2024-05-01", "2024-09-01"),
        ["2024-05-30 M ?", "2024-06-27 M ?", "2024-07-11 M", "2024-08-08 M"]
    );
    assert_eq!(list(Exchange::Bse, "SBIN", "2025-08-01", "2025-09-30"), ["2025-08-14 M", "2025-09-25 M"]);
}

#[test]
fn a_months_contract_has_a_last_day_even_where_no_rule_is_known() {
    let of_month =
        |exchange, name, month| ExpiryRules::builtin().of_month(exchange, name, month, Calendar::builtin());
    let at_most = |y, m, d| Some(MonthExpiry::AtMost(date(y, m, d)));
    assert_eq!(of_month(Exchange::Mcx, "CRUDEOIL", (2026, 8)), at_most(2026, 8, 31));
    assert_eq!(of_month(Exchange::Mcx, "GOLD", (2025, 8)), at_most(2025, 8, 29));
    assert_eq!(of_month(Exchange::Nse, "GOLD", (2026, 10)), at_most(2026, 10, 30));
    assert_eq!(of_month(Exchange::Nse, "NIFTY", (1999, 3)), at_most(1999, 3, 31));
    assert_eq!(of_month(Exchange::Nse, "NIFTY", (2026, 13)), None);
    match of_month(Exchange::Nse, "NIFTY", (2026, 3)) {
        Some(MonthExpiry::Ruled(e)) => {
            assert_eq!((e.date, e.scheduled, e.certain), (date(2026, 3, 30), date(2026, 3, 31), true));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_table_does_not_know_it_says() {
    let (rules, calendar) = (ExpiryRules::builtin(), Calendar::builtin());
    let ask = |exchange, name, on| rules.next(exchange, name, on, calendar).unwrap_err().to_string();
    assert_eq!(
        ask(Exchange::Mcx, "GOLD", date(2026, 3, 2)),
        "MCX GOLD has no expiry rules; take its expiries from the contract master"
    );
    assert!(ask(Exchange::Nse, "SILVER", date(2026, 3, 2)).starts_with("NSE SILVER has no expiry rules"));
    assert!(
        ask(Exchange::Bse, "BANKEX", date(2023, 3, 3))
            .starts_with("expiries of BSE BANKEX are known from 2023-05-15, not from 2023-03-03")
    );
}

#[test]
fn an_operator_adds_a_rule() {
    let row = "[[underlying]]\nexchange = \"NSE\"\nnames = [\"nifty\"]\n\
               rules = [{ from = 2026-10-01, weekly = \"monday\", monthly = \"last monday\", source = \"x\" }]";
    let rules = ExpiryRules::builtin().extended(row).unwrap();
    let days = date(2026, 9, 25)..=date(2026, 10, 12);
    let found = rules.between(Exchange::Nse, "NIFTY", days, Calendar::builtin()).unwrap();
    let dates: Vec<Date> = found.iter().map(|e| e.date).collect();
    assert_eq!(dates, [date(2026, 9, 29), date(2026, 10, 5), date(2026, 10, 12)]);

    for (wrong, right, says) in [
        ("\"mon\"", "\"monday\"", "line 4, column 40: weekly `mon` is not known; use monday, tuesday"),
        (
            "\"monday\", source",
            "\"last monday\", source",
            "line 4, column 60: monthly `monday` is not known; use `last tuesday`",
        ),
        ("NYSE", "NSE", "line 2, column 12: exchange `NYSE` is not known; use NSE, BSE or MCX"),
        ("names = []", "names = [\"nifty\"]", "line 1, column 1: an empty list is about nothing"),
        ("class = \"share\"\nrules = []\nx = [", "rules = [", "line 6, column 1: unknown field `x`"),
        ("rules = []\n#", "rules = ", "line 1, column 1: `rules` is empty"),
        (
            "class = \"shares\"\nrules",
            "rules",
            "line 4, column 9: class `shares` is not known; use one of index, ",
        ),
        (
            "rules = [{ from = 2026-10-01, source = \"x\" }, ",
            "rules = [",
            "line 4, column 56: the rule from 2026-10-01 follows",
        ),
    ] {
        let error = ExpiryRules::builtin().extended(&row.replace(right, wrong)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("expiry data, {says}")), "{error}\n{says}");
    }
}

#[test]
fn every_rule_names_its_source() {
    for underlying in &ExpiryRules::builtin().underlyings {
        assert!(underlying.rules.iter().all(|rule| !rule.source.is_empty()), "{underlying:?}");
        assert!(underlying.rules.windows(2).all(|w| w[0].from < w[1].from), "{underlying:?}");
    }
}

proptest! {
    #[test]
    fn expiries_are_trading_days_in_order(start in 19_500i32..20_800, length in 0i32..200, which in 0usize..8) {
        let (exchange, name) = [
            (Exchange::Nse, "NIFTY"), (Exchange::Nse, "BANKNIFTY"), (Exchange::Nse, "SBIN"),
            (Exchange::Nse, "MIDCPNIFTY"), (Exchange::Bse, "SENSEX"), (Exchange::Bse, "BANKEX"),
            (Exchange::Nse, "USDINR"), (Exchange::Bse, "SBIN"),
        ][which];
        let day = |n| crate::time::DayNumber::from_days(n).date();
        let (from, to) = (day(start.max(19_600)), day(start.max(19_600) + length));
        let calendar = Calendar::builtin();
        let expiries = ExpiryRules::builtin().between(exchange, name, from..=to, calendar).unwrap();
        prop_assert!(expiries.windows(2).all(|w| w[0].date < w[1].date));
        for e in &expiries {
            prop_assert!(from <= e.date && e.date <= to && e.date <= e.scheduled);
            let class = if name == "USDINR" { TradingClass::Currency } else { TradingClass::EquityDerivative };
            prop_assert!(calendar.can_expire(class, e.date));
        }
        // A part of a range holds exactly the expiries of the whole that lie in it.
        let middle = day(start.max(19_600) + length / 2);
        let mut parts = ExpiryRules::builtin().between(exchange, name, from..=middle, calendar).unwrap();
        if let Ok(after) = middle.tomorrow() {
            parts.extend(ExpiryRules::builtin().between(exchange, name, after..=to, calendar).unwrap());
        }
        prop_assert_eq!(parts, expiries);
    }
}
