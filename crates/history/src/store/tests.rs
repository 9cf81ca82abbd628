mod atomicity;
mod corruption;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use domain::bars::Bar;
use domain::calendar::{Calendar, TradingClass};
use domain::instrument::InstrumentId;
use domain::time::{MinuteOfDay, Span};
use domain::{Bars, Price, Qty, Timeframe, Timestamp};
use jiff::civil::date;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Loaded, MergeReport, Store, StoreError};

const ALL: std::ops::Range<Timestamp> = Timestamp::MIN..Timestamp::MAX;
const MINUTE: Timeframe = Timeframe::MINUTE;

fn id(text: &str) -> InstrumentId {
    text.parse().unwrap()
}

fn sbin() -> InstrumentId {
    id("NSE:SBIN-EQ")
}

/// 2023-12-29 15:00 IST: a series that starts here soon crosses a year's end.
fn start() -> Timestamp {
    Timestamp::ist(date(2023, 12, 29), MinuteOfDay::new(15, 0).unwrap())
}

fn bar(time: Timestamp, seed: i64) -> Bar {
    let open = 1_000_000 + seed.rem_euclid(977) * 50;
    Bar {
        time,
        open: Price::from_raw(open),
        high: Price::from_raw(open + 700),
        low: Price::from_raw(open - 350),
        close: Price::from_raw(open + 350),
        volume: Qty::units(seed.rem_euclid(5_003)),
    }
}

/// Bars every `minutes`, `n` of them.
fn series(n: usize, minutes: i64, seed: i64) -> Bars {
    Bars::collect((0..n as i64).map(|i| bar(start() + Span::minutes(i * minutes), seed + i * 31))).unwrap()
}

fn store() -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    fn walk(folder: &std::path::Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(folder.path(), &mut found);
    found.sort();
    found
}

fn candle_files(folder: &TempDir) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|f| f.extension().is_some_and(|e| e == "parquet")).collect()
}

fn counts(report: &MergeReport) -> (usize, usize, usize) {
    (report.added, report.replaced, report.unchanged)
}

fn load_or_build(
    store: &Store,
    timeframe: Timeframe,
    range: std::ops::Range<Timestamp>,
    build: impl Fn(&Bars) -> Bars,
) -> Result<Loaded, StoreError> {
    store.load_or_build(&sbin(), timeframe, range, build, |_, _| ()).map(|(loaded, ())| loaded)
}

#[test]
fn what_is_merged_is_read_back() {
    let (folder, store) = store();
    let bars = series(2_000, 10, 1);
    let reports = store.merge_from("sbin.csv", vec![(sbin(), MINUTE, bars.clone())]).unwrap();
    assert_eq!(counts(&reports[0]), (2_000, 0, 0));
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap(), bars);

    let info = &store.list().unwrap()[0];
    assert_eq!((info.id.as_str(), info.timeframe, info.rows), ("NSE:SBIN-EQ", MINUTE, 2_000));
    assert_eq!((info.first, info.last), (bars.times()[0], bars.times()[1_999]));
    assert_eq!(info.sources, ["sbin.csv"]);
    let on_disk: u64 = candle_files(&folder).iter().map(|f| fs::metadata(f).unwrap().len()).sum();
    assert_eq!(info.bytes, on_disk);

    // One file a year, in the folder that the documentation promises.
    let names: Vec<String> = candle_files(&folder)
        .iter()
        .map(|f| f.strip_prefix(folder.path()).unwrap().to_str().unwrap().replace('\\', "/"))
        .collect();
    assert_eq!(names.len(), 2);
    assert!(names[0].starts_with("history/NSE/SBIN-EQ/1m/2023-"), "{names:?}");
    assert!(names[1].starts_with("history/NSE/SBIN-EQ/1m/2024-"), "{names:?}");
    store.merge(vec![(id("NSE:M&M-EQ"), Timeframe::Minutes(60), bars)]).unwrap();
    assert!(folder.path().join("history/NSE/M&M-EQ/1h").is_dir());
}

#[test]
fn an_unused_store_makes_nothing_on_disk() {
    let (folder, store) = store();
    assert!(store.list().unwrap().is_empty());
    assert!(store.series(&sbin()).unwrap().is_empty());
    assert!(matches!(store.load(&sbin(), MINUTE, ALL), Err(StoreError::NotStored { .. })));
    assert!(matches!(store.remove(&sbin(), None), Err(StoreError::Unknown { .. })));
    assert_eq!(counts(&store.merge(vec![(sbin(), MINUTE, Bars::new())]).unwrap()[0]), (0, 0, 0));
    assert!(files(&folder).is_empty());
}

#[test]
fn merging_the_same_again_touches_nothing() {
    let (folder, store) = store();
    let changes =
        vec![(sbin(), MINUTE, series(900, 10, 1)), (id("MCX:GOLD25AUGFUT"), MINUTE, series(40, 10, 2))];
    store.merge_from("first", changes.clone()).unwrap();
    let before: Vec<_> = files(&folder)
        .iter()
        .map(|f| (f.clone(), fs::read(f).unwrap(), fs::metadata(f).unwrap().modified().unwrap()))
        .collect();
    let reports = store.merge_from("second", changes).unwrap();
    assert_eq!(reports.iter().map(counts).collect::<Vec<_>>(), [(0, 0, 900), (0, 0, 40)]);
    let after: Vec<_> = files(&folder)
        .iter()
        .map(|f| (f.clone(), fs::read(f).unwrap(), fs::metadata(f).unwrap().modified().unwrap()))
        .collect();
    assert!(before == after);
}

#[test]
fn later_data_wins_and_old_files_go() {
    let (folder, store) = store();
    let old = series(10, 10, 1);
    store.merge(vec![(sbin(), MINUTE, old.clone())]).unwrap();
    let first = candle_files(&folder);
    // Two changes of one series in one call: the later wins there too.
    let better = Bars::collect([bar(old.times()[3], 500), bar(old.times()[4], 501)]).unwrap();
    let best =
        Bars::collect([bar(old.times()[4], 777), bar(old.times()[9] + Span::minutes(1), 778)]).unwrap();
    let reports = store.merge(vec![(sbin(), MINUTE, better), (sbin(), MINUTE, best)]).unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!(counts(&reports[0]), (1, 2, 0));
    let now = store.load(&sbin(), MINUTE, ALL).unwrap();
    assert_eq!(now.len(), 11);
    assert_eq!((now.get(3), now.get(4)), (bar(old.times()[3], 500), bar(old.times()[4], 777)));
    assert_eq!(now.get(5), old.get(5));
    let second = candle_files(&folder);
    assert_eq!(second.len(), 1);
    assert_ne!(first, second);
}

#[test]
fn only_the_years_that_change_are_written() {
    let (folder, store) = store();
    store.merge_from("a", vec![(sbin(), MINUTE, series(2_000, 10, 1))]).unwrap();
    let before = candle_files(&folder);
    let last = store.list().unwrap()[0].last;
    store.merge_from("b", vec![(sbin(), MINUTE, Bars::collect([bar(last, -9)]).unwrap())]).unwrap();
    let after = candle_files(&folder);
    assert_eq!(before[0], after[0]);
    assert_ne!(before[1], after[1]);
    assert_eq!(store.list().unwrap()[0].sources, ["a", "b"]);
}

#[test]
fn a_range_reads_no_other_year() {
    let (folder, store) = store();
    let bars = series(2_000, 10, 1);
    store.merge(vec![(sbin(), MINUTE, bars.clone())]).unwrap();
    let in_2024 = Timestamp::ist(date(2024, 1, 2), MinuteOfDay::new(0, 0).unwrap());
    fs::write(&candle_files(&folder)[0], b"ruined").unwrap();
    let rows = bars.first_at_or_after(in_2024)..bars.len();
    assert_eq!(store.load(&sbin(), MINUTE, in_2024..Timestamp::MAX).unwrap(), bars.slice(rows));
    assert!(matches!(store.load(&sbin(), MINUTE, ALL), Err(StoreError::Corrupt { .. })));
    // Nothing at all is wanted of it: an empty or inverted range, or one beyond the series.
    let beyond = Timestamp::ist(date(2030, 1, 1), MinuteOfDay::new(0, 0).unwrap());
    assert!(store.load(&sbin(), MINUTE, beyond..Timestamp::MAX).unwrap().is_empty());
    assert!(store.load(&sbin(), MINUTE, Timestamp::MAX..Timestamp::MIN).unwrap().is_empty());
}

#[test]
fn several_row_groups_are_one_series() {
    // MCX trades 870 minutes a day: its year is longer than a row group.
    let (_folder, store) = store();
    let bars = series(300_000, 1, 7);
    store.merge(vec![(sbin(), MINUTE, bars.clone())]).unwrap();
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap(), bars);
    for rows in [0..1, 140_000..140_010, 131_071..131_073, 250_000..300_000, 5_000..262_145] {
        let end = bars.times()[rows.end - 1] + Span::micros(1);
        let read = store.load(&sbin(), MINUTE, bars.times()[rows.start]..end).unwrap();
        assert_eq!(read, bars.slice(rows));
    }
}

#[test]
fn removing_leaves_the_rest() {
    let (folder, store) = store();
    let day = Timeframe::Day;
    store
        .merge(vec![
            (sbin(), MINUTE, series(50, 10, 1)),
            (sbin(), day, series(3, 1_440, 1)),
            (id("NSE:TCS-EQ"), MINUTE, series(50, 10, 2)),
        ])
        .unwrap();
    let gone = store.remove(&sbin(), Some(day)).unwrap();
    assert_eq!(gone.iter().map(|g| (g.timeframe, g.rows)).collect::<Vec<_>>(), [(day, 3)]);
    assert!(matches!(store.remove(&sbin(), Some(day)), Err(StoreError::NotStored { .. })));
    assert_eq!(store.series(&sbin()).unwrap().len(), 1);
    store.remove(&sbin(), None).unwrap();
    assert_eq!(store.list().unwrap().iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), ["NSE:TCS-EQ"]);
    assert!(!folder.path().join("history/NSE/SBIN-EQ").exists());
    assert_eq!(store.load(&id("NSE:TCS-EQ"), MINUTE, ALL).unwrap(), series(50, 10, 2));
}

#[test]
fn times_in_the_wrong_unit_are_refused() {
    let (folder, store) = store();
    let seconds = Bars::collect([bar(Timestamp::from_micros(1_704_080_700_000_000_000), 1)]).unwrap();
    let error = store.merge(vec![(sbin(), MINUTE, seconds)]).unwrap_err();
    assert!(error.to_string().contains("check the unit"), "{error}");
    for time in [Timestamp::MIN, Timestamp::MAX] {
        let bars = Bars::collect([bar(time, 1)]).unwrap();
        assert!(matches!(store.merge(vec![(sbin(), MINUTE, bars)]), Err(StoreError::Refused { .. })));
    }
    let mut huge = bar(start(), 1);
    huge.high = Price::from_raw(i64::MAX);
    let huge = Bars::collect([huge]).unwrap();
    assert!(matches!(store.merge(vec![(sbin(), MINUTE, huge)]), Err(StoreError::Refused { .. })));
    assert!(files(&folder).is_empty());
}

#[test]
fn one_writer_at_a_time() {
    let (folder, store) = store();
    store.merge(vec![(sbin(), MINUTE, series(5, 10, 1))]).unwrap();
    let lock = fs::File::options().write(true).open(folder.path().join("history/write.lock")).unwrap();
    lock.lock().unwrap();
    let error = store.merge(vec![(sbin(), MINUTE, series(9, 10, 1))]).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }));
    assert!(error.to_string().ends_with("is held by another import; wait until it is done, then try again"));
    assert_eq!(store.load(&sbin(), MINUTE, ALL).unwrap().len(), 5, "readers do not wait");
    drop(lock);
    store.merge(vec![(sbin(), MINUTE, series(9, 10, 1))]).unwrap();
}

#[test]
fn a_reader_survives_the_sweep() {
    let (_folder, store) = store();
    store.merge(vec![(sbin(), MINUTE, series(2_000, 10, 0))]).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for seed in 1..40 {
                store.merge(vec![(sbin(), MINUTE, series(2_000, 10, seed))]).unwrap();
            }
        });
        while !writer.is_finished() {
            let bars = store.load(&sbin(), MINUTE, ALL).unwrap();
            let seed = (0..40).find(|&seed| bar(start(), seed).open == bars.opens()[0]).unwrap();
            assert!(bars == series(2_000, 10, seed), "bars of two imports mixed");
        }
    });
}

#[test]
fn the_finest_stored_timeframe_that_divides_is_built_from() {
    let (_folder, store) = store();
    let tf = |minutes| Timeframe::Minutes(minutes);
    let three = series(2_000, 3, 1);
    store.merge(vec![(sbin(), tf(3), three.clone()), (sbin(), tf(5), series(2_000, 5, 2))]).unwrap();
    // Stored: as it is, no building, no widening.
    let from = three.times()[7];
    let same = load_or_build(&store, tf(3), from..Timestamp::MAX, |_| unreachable!()).unwrap();
    assert_eq!((same.from, same.bars), (tf(3), three.slice(7..2_000)));
    // 15 = 5 × 3: the finer of the two; whole days are handed over, and the result is cut to what was asked.
    let cut = start() + Span::minutes(1_440 + 100);
    let built = load_or_build(&store, tf(15), cut..cut + Span::minutes(30), |bars| {
        assert_eq!(bars.times()[0].minute_of_day().minutes(), 0);
        assert_eq!(bars.len(), 480, "one whole day of three-minute bars");
        bars.clone()
    })
    .unwrap();
    assert_eq!((built.from, built.bars.len()), (tf(3), 10));
    assert!(built.bars.times().iter().all(|t| (cut..cut + Span::minutes(30)).contains(t)));
    // Nothing divides.
    let error = load_or_build(&store, tf(7), ALL, Bars::clone).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no 7m bars of NSE:SBIN-EQ in the store; stored: 3m, 5m; import it, or ask for a multiple of a stored timeframe"
    );
    let outside = load_or_build(&store, tf(15), Timestamp::MAX..Timestamp::MAX, Bars::clone).unwrap();
    assert!(outside.bars.is_empty());
}

#[test]
fn a_cut_in_the_middle_of_a_bar_leaves_it_whole() {
    let (_folder, store) = store();
    let open = Timestamp::ist(date(2024, 1, 1), MinuteOfDay::new(9, 15).unwrap());
    let minutes = Bars::collect((0..375).map(|i| bar(open + Span::minutes(i), i * 13))).unwrap();
    store.merge(vec![(id("NSE:NIFTY50-INDEX"), MINUTE, minutes.clone())]).unwrap();
    let five = Timeframe::Minutes(5);
    let load = |range| {
        store
            .load_or_resample(&id("NSE:NIFTY50-INDEX"), five, range, Calendar::builtin(), TradingClass::Index)
            .unwrap()
            .bars
    };
    let all = load(ALL);
    assert_eq!(all.len(), 75);
    assert_eq!(all.opens()[0], minutes.opens()[0]);
    // From 09:22 to 09:31: the bars of 09:25 and 09:30, with all of their minutes.
    assert_eq!(load(open + Span::minutes(7)..open + Span::minutes(16)), all.slice(2..4));
}

fn some_bars() -> impl Strategy<Value = Bars> {
    // Times around a year's end, coarse enough that series overlap.
    prop::collection::btree_map(0i64..600, (0i64..20, 0i64..5), 0..80).prop_map(|rows| {
        Bars::collect(rows.iter().map(|(&hour, &(seed, volume))| {
            let mut bar = bar(start() + Span::minutes(hour * 60), seed);
            bar.volume = Qty::units(volume);
            bar
        }))
        .unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// STORE-1: merging is the union of maps from time to bar, the later winning; the counts say what it did.
    #[test]
    fn merging_is_the_union_with_later_wins(batches in prop::collection::vec(some_bars(), 1..5)) {
        let (_folder, store) = store();
        let mut model: BTreeMap<Timestamp, Bar> = BTreeMap::new();
        for bars in batches {
            let report = store.merge(vec![(sbin(), MINUTE, bars.clone())]).unwrap().remove(0);
            let (mut added, mut replaced, mut unchanged) = (0, 0, 0);
            for bar in bars.iter() {
                match model.insert(bar.time, bar) {
                    None => added += 1,
                    Some(old) if old == bar => unchanged += 1,
                    Some(_) => replaced += 1,
                }
            }
            prop_assert_eq!(counts(&report), (added, replaced, unchanged));
            let stored = if model.is_empty() { Bars::new() } else { store.load(&sbin(), MINUTE, ALL).unwrap() };
            prop_assert_eq!(stored, Bars::collect(model.values().copied()).unwrap());
        }
    }

    /// STORE-2: reading a range is reading all and keeping the bars inside it.
    #[test]
    fn reading_a_range_is_a_filter_of_all(bars in some_bars(), a in -50i64..650, b in -50i64..650) {
        prop_assume!(!bars.is_empty());
        let (_folder, store) = store();
        store.merge(vec![(sbin(), MINUTE, bars.clone())]).unwrap();
        let range = start() + Span::minutes(a * 60)..start() + Span::minutes(b * 60);
        let expected = Bars::collect(bars.iter().filter(|bar| range.contains(&bar.time))).unwrap();
        prop_assert_eq!(store.load(&sbin(), MINUTE, range).unwrap(), expected);
    }
}
