//! Speed of the candle store and of synthetic markets: `cargo bench -p history`.
//!
//! The bars are synthetic minutes (release profile of the repository). Targets: a million bars read in 50 ms, a year
//! of five symbols made in well under a second.

use divan::Bencher;
use domain::calendar::{Calendar, DayStatus, TradingClass, TradingDay};
use domain::instrument::InstrumentId;
use domain::time::{MinuteOfDay, Timestamp};
use domain::{Bars, Date, Price, Qty, Tick, Timeframe};
use history::Store;
use history::synthetic::{Market, SymbolSpec};
use history::verify::verify;
use jiff::civil::date;
use tempfile::TempDir;

const MILLION: usize = 1_000_000;

fn main() {
    divan::main();
}

fn symbol(text: &str, beta: f64, volume: i64) -> SymbolSpec {
    SymbolSpec {
        id: text.parse().expect("a symbol"),
        start_price: Price::rupees(1_500),
        annual_vol: 0.25,
        beta,
        tick: Tick::DEFAULT,
        base_volume: Qty::units(volume),
    }
}

/// Trading days of the built-in calendar from 2012 on.
fn days(n: usize) -> Vec<(Date, TradingDay)> {
    date(2012, 1, 1)
        .series(jiff::Span::new().days(1))
        .map(|d| (d, Calendar::builtin().day(TradingClass::Index, d)))
        .filter(|(_, day)| !matches!(day.status, DayStatus::Closed(_)))
        .take(n)
        .collect()
}

fn million() -> (InstrumentId, Bars) {
    let market = Market::new(1, vec![symbol("NSE:SBIN-EQ", 1.2, 15_000_000)]).expect("a market");
    let (id, bars) = market.bars(&days(2_700)).remove(0);
    (id, bars.slice(0..MILLION))
}

fn stored() -> (TempDir, Store, InstrumentId, Bars) {
    let folder = TempDir::new().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    let (id, bars) = million();
    store.merge(vec![(id.clone(), Timeframe::MINUTE, bars.clone())]).expect("merged");
    (folder, store, id, bars)
}

#[divan::bench(sample_count = 20)]
fn read_a_million_bars(bencher: Bencher<'_, '_>) {
    let (_folder, store, id, _) = stored();
    bencher.bench(|| store.load(&id, Timeframe::MINUTE, Timestamp::MIN..Timestamp::MAX).expect("bars"));
}

#[divan::bench(sample_count = 20)]
fn read_one_month_of_a_million_bars(bencher: Bencher<'_, '_>) {
    let (_folder, store, id, _) = stored();
    let midnight = MinuteOfDay::new(0, 0).expect("midnight");
    let range = Timestamp::ist(date(2018, 6, 1), midnight)..Timestamp::ist(date(2018, 7, 1), midnight);
    bencher.bench(|| store.load(&id, Timeframe::MINUTE, range.clone()).expect("bars"));
}

#[divan::bench(sample_count = 5)]
fn merge_a_million_new_bars(bencher: Bencher<'_, '_>) {
    let (id, bars) = million();
    bencher
        .with_inputs(|| {
            (TempDir::new().expect("a folder"), vec![(id.clone(), Timeframe::MINUTE, bars.clone())])
        })
        .bench_values(|(folder, changes)| {
            Store::open(folder.path()).and_then(|store| store.merge(changes)).expect("merged");
            folder
        });
}

#[divan::bench(sample_count = 5)]
fn merge_a_million_bars_again(bencher: Bencher<'_, '_>) {
    let (_folder, store, id, bars) = stored();
    bencher
        .with_inputs(|| vec![(id.clone(), Timeframe::MINUTE, bars.clone())])
        .bench_values(|changes| store.merge(changes).expect("merged"));
}

#[divan::bench(sample_count = 10)]
fn verify_a_million_bars(bencher: Bencher<'_, '_>) {
    let (_, bars) = million();
    bencher.bench(|| verify(&bars, Timeframe::MINUTE, TradingClass::Share, Calendar::builtin(), None));
}

#[divan::bench(sample_count = 10)]
fn make_a_year_of_five_symbols(bencher: Bencher<'_, '_>) {
    let symbols = ["NSE:NIFTY50-INDEX", "NSE:SBIN-EQ", "NSE:TCS-EQ", "NSE:INFY-EQ", "NSE:RELIANCE-EQ"];
    let market = Market::new(1, symbols.map(|s| symbol(s, 1.0, 1_000_000)).to_vec()).expect("a market");
    let days = days(250);
    bencher.bench(|| market.bars(&days));
}
