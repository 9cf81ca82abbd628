//! The worked examples: every component, both roundings, of trades on 15 April 2026.

use std::path::PathBuf;

use super::*;

const TRADED: Date = date(2026, 4, 15);

/// Id, then buy and sell value, brokerage, STT or CTT, exchange, IPFT, SEBI, stamp, GST, DP, total to the paisa, total
/// of the contract note.
const EXAMPLES: &str = "
E1  50000.00   50500.00   30.15 12.63  3.09  0.00 0.10 1.50  6.00  0.00  53.47  54.34
E2  50000.00   50500.00   0.00  100.50 3.09  0.00 0.10 7.50  0.57  14.75 126.51 127.51
E2f 50000.00   50500.00   40.00 100.50 3.09  0.00 0.10 7.50  7.77  14.75 173.71 174.71
E3  6500.00    7800.00    40.00 11.70  5.08  0.00 0.01 0.20  8.12  0.00  65.11  65.21
E4  1495000.00 1501500.00 40.00 750.75 54.83 0.00 3.00 29.90 17.61 0.00  896.09 896.44
E5  4000.00    4600.00    40.00 6.90   2.80  0.00 0.01 0.12  7.71  0.00  57.54  57.52
E6  560000.00  565000.00  40.00 56.50  23.63 0.00 1.13 11.20 11.66 0.00  144.12 144.42
E7  15000.00   17000.00   40.00 8.50   13.38 0.00 0.03 0.45  9.61  0.00  71.97  72.02
E8  88000.00   88100.00   40.00 0.00   0.62  0.00 0.18 0.09  7.34  0.00  48.23  48.14
";

/// The plan, instrument and product of an example.
fn terms(id: &str) -> (&'static str, Instrument, Product) {
    use Exchange::{Bse, Mcx, Nse};
    use Segment::{Commodity, Currency, Derivatives};
    let nrml =
        |exchange, segment, kind, name| ("dhan", instrument(exchange, segment, kind, name), Product::Nrml);
    match id {
        "E1" => ("dhan", share(), Product::Mis),
        "E2" => ("dhan", share(), Product::Cnc),
        "E2f" => ("fyers", share(), Product::Cnc),
        "E3" => nrml(Nse, Derivatives, CALL, "NIFTY"),
        "E4" => nrml(Nse, Derivatives, FUTURE, "NIFTY"),
        "E5" => nrml(Bse, Derivatives, CALL, "SENSEX"),
        "E6" => nrml(Mcx, Commodity, FUTURE, "CRUDEOIL"),
        "E7" => nrml(Mcx, Commodity, CALL, "CRUDEOIL"),
        "E8" => nrml(Nse, Currency, FUTURE, "USDINR"),
        other => panic!("example {other} has no terms here"),
    }
}

/// `numbers` as in [`EXAMPLES`], without the id.
fn check(id: &str, day: Date, numbers: &[&str]) {
    let (plan, instrument, product) = terms(id);
    let episode = round_trip(&schedule(plan, &instrument, product), day, numbers[0], numbers[1]);
    let kinds = episode.by_kind();
    let got = [
        kinds.brokerage,
        kinds.stt,
        kinds.exchange,
        kinds.ipft,
        kinds.sebi,
        kinds.stamp,
        kinds.gst,
        kinds.dp,
        episode.total(),
        episode.contract_note().total(),
    ];
    let expected: Vec<Money> = numbers[2..].iter().map(|text| money(text)).collect();
    assert_eq!(got.as_slice(), expected, "{id}");
    assert_eq!(kinds.total(), episode.total(), "{id}");
}

#[test]
fn worked_examples_cost_what_they_say() {
    let mut seen = 0;
    for line in EXAMPLES.lines().filter(|line| !line.is_empty()) {
        let (id, numbers) = line.split_once(' ').unwrap();
        check(id, TRADED, &numbers.split_whitespace().collect::<Vec<_>>());
        seen += 1;
    }
    assert_eq!(seen, 9);
}

#[test]
fn the_file_of_worked_examples_agrees() {
    let shared = std::env::var_os("SAUDA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = shared.join("reference/cost_examples.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        #[allow(clippy::print_stderr, reason = "says that the check did not run")]
        {
            eprintln!("skipped: no worked examples at {}", path.display());
        }
        return;
    };
    let mut seen = 0;
    for line in text.lines().skip(1) {
        let (id, rest) = line.split_once(',').unwrap();
        // The quoted description holds commas.
        let (_, rest) = rest.split_once("\",").unwrap();
        let (day, numbers) = rest.split_once(',').unwrap();
        check(id, day.parse().unwrap(), &numbers.split(',').collect::<Vec<_>>());
        seen += 1;
    }
    assert_eq!(seen, 9);
}

#[test]
fn fyers_costs_the_same_as_dhan_but_for_delivery() {
    for id in ["E1", "E3", "E4", "E5", "E6", "E7", "E8"] {
        let (_, instrument, product) = terms(id);
        let total =
            |plan| round_trip(&schedule(plan, &instrument, product), TRADED, "50000", "50500").total();
        assert_eq!(total("fyers"), total("dhan"), "{id}");
    }
}

#[test]
fn kotak_neo_by_api_pays_only_the_levies() {
    let e1 = round_trip(&schedule("kotak-neo", &share(), Product::Mis), TRADED, "50000", "50500");
    assert_eq!(e1.by_kind().brokerage, Money::ZERO);
    assert_eq!(e1.by_kind().gst, money("0.57"));
    assert_eq!(e1.total(), money("17.89"));
}

/// A public web calculator: buy and sell 500 at 1,000, rates of 1 October 2024 to 31 March 2026, then later ones.
#[test]
fn public_calculators_agree() {
    let derivative = |kind| instrument(Exchange::Nse, Segment::Derivatives, kind, "NIFTY");
    for (day, instrument, product, total) in [
        (date(2025, 6, 2), share(), Product::Mis, "224.61"),
        // The calculator leaves out the DP charge.
        (date(2025, 6, 2), share(), Product::Cnc, "1127.16"),
        (date(2025, 6, 2), derivative(FUTURE), Product::Nrml, "179.97"),
        (date(2025, 6, 2), derivative(CALL), Product::Nrml, "982.63"),
        (date(2026, 4, 1), derivative(FUTURE), Product::Nrml, "329.97"),
        (date(2026, 4, 1), derivative(CALL), Product::Nrml, "1232.63"),
    ] {
        let episode = round_trip(&schedule("dhan", &instrument, product), day, "500000", "500000");
        assert_eq!(episode.total(), money(total), "{} on {day}", episode.by_kind().stt);
    }
}
