use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;
use crate::expiry::ExpiryRules;

fn tables() -> &'static InstrumentTables {
    InstrumentTables::builtin()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn resolve(id: &str, on: Date) -> Instrument {
    tables().resolve(&id.parse().unwrap(), on, None).unwrap()
}

/// One line per contract: id, day of trading, lot.
fn check_lots(lines: &str) {
    for line in lines.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [id, on, lot] = words[..] else { panic!("{line}") };
        let on: Date = on.parse().unwrap();
        let found = resolve(id, on);
        assert_eq!(found.lot, lot.parse().unwrap(), "{line}");
    }
}

#[test]
fn lots_follow_the_contract_not_only_the_day() {
    check_lots(
        "
        NSE:NIFTY21JUL15000CE       2021-07-05  50
        NSE:NIFTY24502FUT           2024-04-25  50
        NSE:NIFTY2450222500CE       2024-04-25  50
        NSE:NIFTY2450222500CE       2024-04-26  25
        NSE:NIFTY24APR22500CE       2024-04-24  50
        NSE:FINNIFTY24JUNFUT        2024-06-20  40
        NSE:FINNIFTY24JULFUT        2024-06-20  25
        NSE:MIDCPNIFTY24JULFUT      2024-06-20  50
        NSE:NIFTY24D1924500CE       2024-12-10  25
        NSE:NIFTY2510224500CE       2024-12-10  75
        NSE:NIFTY25JAN24500CE       2025-01-02  25
        NSE:NIFTY2510924500CE       2025-01-02  75
        NSE:NIFTY25FEB24500CE       2025-01-02  75
        NSE:NIFTY25MAR24500CE       2024-12-26  25
        NSE:NIFTY25MAR24500CE       2024-12-27  75
        NSE:BANKNIFTY25JANFUT       2025-01-02  15
        NSE:BANKNIFTY25FEBFUT       2025-01-02  30
        NSE:BANKNIFTY25MAR50000CE   2024-12-24  15
        NSE:BANKNIFTY25MAR50000CE   2025-01-02  30
        NSE:BANKNIFTY25JUNFUT       2025-06-10  30
        NSE:BANKNIFTY25JULFUT       2025-06-10  35
        NSE:BANKNIFTY25SEP50000CE   2025-04-24  30
        NSE:BANKNIFTY25SEP50000CE   2025-04-25  35
        NSE:MIDCPNIFTY25JULFUT      2025-06-10  140
        NSE:NIFTY25D2326000CE       2025-12-10  75
        NSE:NIFTY25DECFUT           2025-12-10  75
        NSE:NIFTY2610626000CE       2025-12-10  65
        NSE:NIFTY26JANFUT           2025-11-17  65
        NSE:NIFTY26MAR26000CE       2025-12-30  75
        NSE:NIFTY26MAR26000CE       2025-12-31  65
        NSE:NIFTY30DEC26000CE       2026-03-02  65
        NSE:BANKNIFTY26JANFUT       2025-11-17  30
        NSE:BANKNIFTY26MAR60000CE   2025-12-30  35
        NSE:FINNIFTY26APRFUT        2026-03-02  60
        NSE:MIDCPNIFTY26JANFUT      2025-11-17  120
        NSE:NIFTYNXT5025DECFUT      2025-11-17  25
        BSE:SENSEX24DECFUT          2024-12-10  10
        BSE:SENSEX25FEBFUT          2025-02-10  20
        BSE:SENSEX2640975000CE      2026-04-01  20
        NSE:RELIANCE26MARFUT        2026-03-24  500
        NSE:SBIN26APR1000CE         2026-03-24  750
        NSE:KPITTECH25DECFUT        2025-11-17  400
        NSE:KPITTECH26JANFUT        2025-11-17  425
        NSE:USDINR26AUGFUT          2026-08-20  1000
        MCX:CRUDEOIL26AUGFUT        2026-08-10  100
        MCX:GOLD26DECFUT            2026-08-10  100
        MCX:NATURALGAS26AUG250CE    2026-08-10  1250
        NSE:SBIN-EQ                 2026-03-24  1
        NSE:NIFTY50-INDEX           2026-03-24  1
        ",
    );
}

#[test]
fn freezes_follow_the_month_and_slice_whole_lots() {
    let nifty = resolve("NSE:NIFTY26MARFUT", date(2026, 3, 2));
    assert_eq!((nifty.freeze, nifty.largest_order()), (Some(Qty::units(1800)), Some(Qty::units(1755))));
    let slices: Vec<i64> = nifty.slices(Qty::units(65 * 60)).map(Qty::raw).collect();
    assert_eq!(slices, [1755, 1755, 390]);
    for (id, on, freeze) in [
        ("NSE:BANKNIFTY25SEPFUT", date(2025, 8, 29), 600),
        ("NSE:BANKNIFTY25SEPFUT", date(2025, 9, 1), 900),
        ("NSE:BANKNIFTY25NOVFUT", date(2025, 11, 3), 600),
        ("NSE:FINNIFTY26JANFUT", date(2026, 1, 1), 1200),
        ("NSE:FINNIFTY26FEBFUT", date(2026, 2, 2), 1800),
        ("NSE:FINNIFTY26APRFUT", date(2026, 4, 1), 1200),
        ("NSE:BANKNIFTY26JUNFUT", date(2026, 5, 4), 900),
        ("NSE:BANKNIFTY26AUGFUT", date(2026, 8, 3), 600),
    ] {
        assert_eq!(resolve(id, on).freeze, Some(Qty::units(freeze)), "{id} {on}");
    }
    assert_eq!(resolve("NSE:NIFTY25JULFUT", date(2025, 7, 31)).freeze, None);
    assert_eq!(resolve("NSE:SBIN-EQ", date(2026, 3, 2)).slices(Qty::units(1_000_000)).count(), 1);
}

#[test]
fn a_part_of_a_lot_is_refused_with_the_way_out() {
    let nifty = resolve("NSE:NIFTY25DECFUT", date(2025, 12, 10));
    assert_eq!(nifty.check_quantity(Qty::units(150)), Ok(()));
    let refused = |units| nifty.check_quantity(Qty::units(units)).unwrap_err().to_string();
    assert_eq!(refused(70), "quantity 70 is not a multiple of lot size 75; use 75 or 150");
    assert_eq!(refused(160), "quantity 160 is not a multiple of lot size 75; use 150 or 225");
    assert_eq!(refused(0), "quantity 0 of NSE:NIFTY25DECFUT is not positive; the smallest is 75");
    assert!(nifty.check_quantity(Qty::units(i64::MAX)).is_err());
    assert!(nifty.check_quantity(Qty::units(i64::MIN)).is_err());
}

#[test]
fn ticks_follow_price_and_day() {
    let tick = |id: &str, on: Date, last: Option<&str>| {
        tables().resolve(&id.parse().unwrap(), on, last.map(price)).unwrap().tick.map(|t| t.to_string())
    };
    let day = date(2026, 3, 24);
    for (last, wanted) in [
        ("249.99", "0.01"),
        ("250", "0.05"),
        ("1000", "0.05"),
        ("1000.05", "0.10"),
        ("5000", "0.10"),
        ("5000.10", "0.50"),
        ("10000.50", "1.00"),
        ("20001", "5.00"),
    ] {
        assert_eq!(tick("NSE:SBIN-EQ", day, Some(last)).as_deref(), Some(wanted), "{last}");
    }
    assert_eq!(tick("NSE:SBIN-EQ", day, None), None);
    assert_eq!(tick("NSE:SBIN-EQ", date(2021, 6, 10), None).as_deref(), Some("0.05"));
    assert_eq!(tick("NSE:SBIN-EQ", date(2024, 6, 10), Some("100")).as_deref(), Some("0.01"));
    assert_eq!(tick("NSE:SBIN-EQ", date(2025, 4, 14), Some("1500")).as_deref(), Some("0.05"));
    assert_eq!(tick("NSE:SBIN24JULFUT", date(2024, 7, 5), Some("100")).as_deref(), Some("0.05"));
    assert_eq!(tick("NSE:RELIANCE26MARFUT", day, Some("1400")).as_deref(), Some("0.10"));
    assert_eq!(tick("NSE:NIFTY26MARFUT", day, Some("23000")).as_deref(), Some("0.10"));
    assert_eq!(tick("NSE:BANKNIFTY26MARFUT", day, Some("60000")).as_deref(), Some("0.20"));
    assert_eq!(tick("NSE:NIFTY26MAR23000CE", day, None).as_deref(), Some("0.05"));
    assert_eq!(tick("NSE:USDINR26AUGFUT", day, None).as_deref(), Some("0.0025"));
    assert_eq!(tick("MCX:CRUDEOIL26AUGFUT", day, None).as_deref(), Some("1.00"));
    assert_eq!(tick("MCX:CRUDEOIL26AUG5600CE", day, None), None);
    assert_eq!(tick("NSE:NIFTY50-INDEX", day, Some("23000")), None);
    assert_eq!(tick("BSE:SBIN-A", day, Some("800")), None);
}

#[test]
fn expiries_follow_the_rule_of_their_time() {
    let expiry = |id: &str| resolve(id, date(2024, 12, 2)).expiry().unwrap();
    for (id, day) in [
        ("NSE:NIFTY25JANFUT", date(2025, 1, 30)),
        ("NSE:NIFTY25AUG24500CE", date(2025, 8, 28)),
        ("NSE:NIFTY25SEP24500CE", date(2025, 9, 30)),
        ("NSE:RELIANCE26APRFUT", date(2026, 4, 28)),
        // 31 Mar 2026 was a holiday: the contract ended on Monday the 30th.
        ("NSE:NIFTY26MAR23000CE", date(2026, 3, 30)),
        ("NSE:RELIANCE26MARFUT", date(2026, 3, 30)),
        ("BSE:SENSEX26MAR75000CE", date(2026, 3, 25)),
        ("NSE:NIFTY2640723000CE", date(2026, 4, 7)),
        // Christmas was a Wednesday.
        ("NSE:BANKNIFTY24DECFUT", date(2024, 12, 24)),
        ("NSE:FINNIFTY24DECFUT", date(2024, 12, 31)),
        ("NSE:MIDCPNIFTY24DECFUT", date(2024, 12, 30)),
        ("BSE:SENSEX24DECFUT", date(2024, 12, 27)),
        ("BSE:SENSEX25JANFUT", date(2025, 1, 28)),
        ("BSE:SENSEX25SEPFUT", date(2025, 9, 25)),
        ("NSE:USDINR26AUGFUT", date(2026, 8, 27)),
        ("NSE:USDINR26904FUT", date(2026, 9, 4)),
        // No rule, so the last day it can be.
        ("MCX:CRUDEOIL26AUGFUT", date(2026, 8, 31)),
        ("MCX:CRUDEOIL26OCTFUT", date(2026, 10, 30)),
        ("NCO:GOLD26OCTFUT", date(2026, 10, 30)),
        ("NSE:MIDCPNIFTY23FEBFUT", date(2023, 2, 28)),
        ("BSE:SBIN25FEBFUT", date(2025, 2, 13)),
        ("BSE:SBIN25OCTFUT", date(2025, 10, 30)),
    ] {
        assert_eq!(expiry(id), day, "{id}");
    }
    let april = resolve("NSE:NIFTY26APRFUT", date(2026, 4, 1));
    assert!(!april.has_expired(date(2026, 4, 28)) && april.has_expired(date(2026, 4, 29)));
}

#[test]
fn an_operators_closure_and_rule_move_an_expiry() {
    let closure = "classes = [\"equity\"]\nclosed = [{ date = 2026-08-25, name = \"election\" }]";
    let calendar = Calendar::builtin().extended(closure).unwrap();
    let rule = "[[underlying]]\nexchange = \"NSE\"\nnames = [\"NIFTY\"]\n\
                rules = [{ from = 2026-09-01, monthly = \"last monday\", source = \"x\" }]";
    let rules = ExpiryRules::builtin().extended(rule).unwrap();
    let on = date(2026, 8, 3);
    for (id, builtin, own) in [
        ("NSE:NIFTY26AUGFUT", date(2026, 8, 25), date(2026, 8, 24)),
        ("NSE:NIFTY26SEPFUT", date(2026, 9, 29), date(2026, 9, 28)),
        ("NSE:SBIN26SEPFUT", date(2026, 9, 29), date(2026, 9, 29)),
    ] {
        assert_eq!(resolve(id, on).expiry(), Some(builtin), "{id}");
        let found = tables().resolve_in(&id.parse().unwrap(), on, None, &calendar, &rules).unwrap();
        assert_eq!(found.expiry(), Some(own), "{id}");
    }
}

#[test]
fn classes_choose_the_clock() {
    use TradingClass as C;
    for (id, on, segment, class) in [
        ("NSE:RELIANCE-EQ", date(2026, 8, 10), Segment::Cash, C::ShareWithDerivatives),
        ("NSE:M&M-EQ", date(2026, 8, 10), Segment::Cash, C::ShareWithDerivatives),
        ("NSE:20MICRONS-EQ", date(2026, 8, 10), Segment::Cash, C::Share),
        ("NSE:HFCL-EQ", date(2025, 12, 30), Segment::Cash, C::ShareWithDerivatives),
        ("NSE:HFCL-EQ", date(2026, 8, 10), Segment::Cash, C::Share),
        ("NSE:SWIGGY-EQ", date(2025, 12, 30), Segment::Cash, C::Share),
        ("NSE:SWIGGY-EQ", date(2026, 8, 10), Segment::Cash, C::ShareWithDerivatives),
        ("NSE:NIFTY50-INDEX", date(2026, 8, 10), Segment::Cash, C::Index),
        ("NSE:NIFTY26AUGFUT", date(2026, 8, 10), Segment::Derivatives, C::EquityDerivative),
        ("CDS:USDINR26AUGFUT", date(2026, 8, 10), Segment::Currency, C::Currency),
        ("NSE:EURUSD26AUGFUT", date(2026, 8, 10), Segment::Currency, C::CrossCurrency),
        ("MCX:GOLD26OCTFUT", date(2026, 8, 10), Segment::Commodity, C::Commodity),
        ("MCX:SOMETHINGNEW26OCTFUT", date(2026, 8, 10), Segment::Commodity, C::Commodity),
        ("NCO:GOLD26OCTFUT", date(2026, 8, 10), Segment::Commodity, C::Commodity),
        ("MCX:KAPAS26NOVFUT", date(2026, 8, 10), Segment::Commodity, C::AgriInternational),
        ("MCX:MENTHAOIL26AUGFUT", date(2026, 8, 10), Segment::Commodity, C::Agri),
    ] {
        let found = resolve(id, on);
        assert_eq!((found.segment, found.class), (segment, class), "{id} {on}");
    }
}

#[test]
fn an_index_carries_the_name_of_its_contracts() {
    let underlying = |id: &str| resolve(id, date(2026, 3, 24)).underlying;
    assert_eq!(underlying("NSE:NIFTY50-INDEX"), "NIFTY");
    assert_eq!(underlying("NSE:NIFTYBANK-INDEX"), "BANKNIFTY");
    assert_eq!(underlying("BSE:SENSEX-INDEX"), "SENSEX");
    assert_eq!(underlying("NSE:NIFTYMIDCAP150-INDEX"), "NIFTYMIDCAP150");
    assert_eq!(underlying("NSE:BAJAJ-AUTO-EQ"), "BAJAJ-AUTO");
}

#[test]
fn of_two_readings_the_known_and_listed_one_is_taken() {
    let call = |id: &str, on| match resolve(id, on) {
        Instrument { underlying, kind: Kind::Option { expiry, strike, .. }, .. } => {
            (underlying, expiry, strike)
        }
        other => panic!("{other:?}"),
    };
    let on = date(2026, 4, 1);
    assert_eq!(call("NSE:NIFTY2640723000CE", on), ("NIFTY".into(), date(2026, 4, 7), Price::rupees(23_000)));
    // SENSEX 50 in December 2021, or SENSEX in February 2050: one of them could be listed.
    assert_eq!(call("BSE:SENSEX5021D0225000CE", date(2021, 11, 1)).0, "SENSEX50");
    assert_eq!(call("BSE:SENSEX502121525000CE", date(2021, 2, 1)).0, "SENSEX50");
    // 30 Feb 2026 does not exist, and nobody lists NIFTY2 for 2062.
    let error =
        tables().resolve(&"NSE:NIFTY2623023000CE".parse().unwrap(), on, None).unwrap_err().to_string();
    assert!(error.contains("NIFTY2 2062-03-02") && error.contains("years ahead"), "{error}");
    // Two unknown names, neither with weekly contracts: refused, both named.
    let id = "NSE:AB252126121000CE".parse().unwrap();
    let error = tables().resolve(&id, date(2026, 1, 5), None).unwrap_err().to_string();
    assert!(
        error.contains("can be read as AB 2025-02-12") && error.contains("and as AB252 2012-06-12"),
        "{error}"
    );
}

#[test]
fn an_operators_rows_win_and_their_faults_have_a_line() {
    let own = "
[[lot]]
exchange = \"NSE\"
valid_from = 2026-09-01
source = \"circular of 1 Sep 2026\"
quantity = { NIFTY = 70 }

[[shares_with_derivatives]]
exchange = \"NSE\"
source = \"me\"
names = [\"20MICRONS\"]
";
    let tables = tables().extended(own).unwrap();
    let lot = |on| tables.resolve(&"NSE:NIFTY26SEPFUT".parse().unwrap(), on, None).unwrap().lot;
    assert_eq!((lot(date(2026, 8, 31)), lot(date(2026, 9, 1))), (Qty::units(65), Qty::units(70)));
    assert!(tables.has_derivatives(Exchange::Nse, "20MICRONS", date(2026, 8, 10)));

    for (fault, says) in [
        (
            "[[lot]]\nexchange = \"NSE\"\nsource = \"x\"\nquantity = { NIFTY = 0 }",
            "line 1, column 1: [[lot]]: lot 0 of NIFTY",
        ),
        (
            "\n\n[[lot]]\nexchange = \"NSX\"\nsource = \"x\"\nquantity = {}",
            "line 4, column 12: exchange `NSX` is not known; use NSE, BSE or MCX",
        ),
        ("[[lot]]\nexchange = \"NSE\"\nquantity = {}", "missing field `source`"),
        ("[[lots]]\nx = 1", "line 1, column 3: unknown field `lots`"),
        (
            "[[lot]]\nexchange = \"NSE\"\nvalid_from = 2026-02-02\nvalid_to = 2026-02-01\nsource = \"x\"\nquantity = {}",
            "ends on 2026-02-01, before it begins on 2026-02-02",
        ),
        (
            "[[lot]]\nexchange = \"NSE\"\nvalid_from = 2026-02-02T09:15:00\nsource = \"x\"\nquantity = {}",
            "line 3, column 14: `2026-02-02T09:15:00` is not a date",
        ),
        (
            "[[tick]]\nexchange = \"NSE\"\nmarket = \"shares\"\nsource = \"x\"\nslabs = [{ tick = \"0\" }]",
            "line 1, column 1: [[tick]]: tick 0 is not positive",
        ),
        (
            "[[tick]]\nexchange = \"NSE\"\nmarket = \"shares\"\nsource = \"x\"\nslabs = [{ below = \"2\", tick = \"1\" }, { up_to = \"1\", tick = \"1\" }]",
            "slab 2 does not lie above",
        ),
        (
            "[[trading_class]]\nexchange = \"NSE\"\nclass = \"agri-local\"\nsource = \"x\"\nnames = [\"A\"]",
            "class `agri-local` is not known; use one of index,",
        ),
        ("[[shares_with_derivatives]]\nexchange = \"NSE\"\nsource = \"x\"\nnames = []", "`names` is empty"),
        ("= 1", "line 1"),
    ] {
        let error = tables.extended(fault).unwrap_err().to_string();
        assert!(error.starts_with("instrument data, line") && error.contains(says), "{says}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

proptest! {
    #[test]
    fn slices_add_up_and_none_is_frozen(lot in 1i64..500, freeze in 1i64..10_000, units in 1i64..100_000) {
        let mut future = resolve("NSE:NIFTY26MARFUT", date(2026, 3, 2));
        (future.lot, future.freeze) = (Qty::units(lot), Some(Qty::units(freeze)));
        let quantity = Qty::units(units - units % lot);
        let slices: Vec<Qty> = future.slices(quantity).collect();
        prop_assert_eq!(slices.iter().copied().sum::<Qty>(), quantity);
        for slice in slices {
            prop_assert_eq!(future.check_quantity(slice), Ok(()));
            prop_assert!(slice.raw() <= freeze.max(lot));
        }
    }

    #[test]
    fn a_refused_quantity_comes_with_two_that_pass(lot in 2i64..5_000, units in 1i64..1_000_000) {
        let mut future = resolve("NSE:NIFTY26MARFUT", date(2026, 3, 2));
        future.lot = Qty::units(lot);
        if let Err(InstrumentError(text)) = future.check_quantity(Qty::units(units)) {
            let offered = text.rsplit_once("use ").unwrap().1.split_once(" or ").unwrap();
            for offer in [offered.0, offered.1] {
                prop_assert_eq!(future.check_quantity(offer.parse().unwrap()), Ok(()));
            }
        } else {
            prop_assert_eq!(units % lot, 0);
        }
    }

    #[test]
    fn whatever_reads_resolves_without_panic(
        text in "(NSE|BSE|MCX):[A-Z0-9&-]{1,10}[0-9]{1,8}(JAN|MAR|DEC|)[0-9.]{0,7}(CE|PE|FUT|-EQ|-INDEX)",
        days in -20_000i32..40_000,
        raw in proptest::option::of(0i64..1_000_000_000_000),
    ) {
        if let Ok(id) = text.parse::<InstrumentId>() {
            let on = crate::time::DayNumber::from_days(days).date();
            if let Ok(found) = tables().resolve(&id, on, raw.map(Price::from_raw)) {
                prop_assert!(found.lot > Qty::ZERO);
                let _ = tables().doubts(&found, on);
            }
        }
    }
}
