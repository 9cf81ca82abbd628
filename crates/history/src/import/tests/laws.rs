//! Laws: no bytes panic; books balance (checked by `import` itself); order and repetition of rows do not matter.

use ::parquet::data_type::{DoubleType, Int64Type};
use proptest::collection::vec;
use proptest::prelude::*;

use super::parquet_tables::{column, table};
use super::*;

/// A sound row: minute of the session, prices in paise, volume.
type Drawn = (u16, [i64; 4], u32);

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let row = (0u16..375, [1i64..10_000, 1..10_000, 1..10_000, 1..10_000], any::<u32>());
    vec(row, 1..40).prop_map(|mut rows| {
        rows.sort_by_key(|(minute, ..)| *minute);
        rows.dedup_by_key(|(minute, ..)| *minute);
        rows
    })
}

fn line((minute, [open, a, b, close], volume): &Drawn) -> String {
    let at = 555 + minute;
    let (high, low) = (a.max(b), a.min(b));
    let rupees = |paise: i64| format!("{}.{:02}", paise / 100, paise % 100);
    let (o, h, l, c) = (rupees(*open), rupees(*high), rupees(*low), rupees(*close));
    format!("2024-01-01 {:02}:{:02},{o},{h},{l},{c},{volume}\n", at / 60, at % 60)
}

const HEADER: &str = "date,open,high,low,close,volume\n";

fn csv(rows: &[Drawn]) -> String {
    rows.iter().map(line).fold(HEADER.to_owned(), |text, line| text + &line)
}

fn parquet_file() -> Vec<u8> {
    let schema = "message m {
        optional int64 ts (TIMESTAMP(MILLIS,true)); required double open; required double high;
        required double low; required double close; required int64 volume;
    }";
    table(schema, |g| {
        let times: Vec<i64> = (0..200).map(|i| (1_704_080_700 + 60 * i) * 1_000).collect();
        column!(g, Int64Type, times, Some(&[1; 200]));
        for price in [100.0, 101.0, 99.0, 100.5] {
            column!(g, DoubleType, [price; 200]);
        }
        column!(g, Int64Type, [5; 200]);
    })
}

/// Whatever comes back, it came back.
fn survives(name: &str, content: &[u8]) {
    let file = file(name, content);
    for symbol in ["NSE:SBIN-EQ", "all"] {
        for timeframe in ["1m", "1d"] {
            let _ = import(&[&file.path], &options(symbol, timeframe));
        }
    }
}

/// One edit of a file: where, and what to do there.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    vec((any::<prop::sample::Index>(), 0u8..4, any::<u8>()), 1..6)
}

fn edited(mut content: Vec<u8>, edits: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (at, what, byte) in edits {
        if content.is_empty() {
            break;
        }
        let at = at.index(content.len());
        match what {
            0 => content[at] = *byte,
            1 => content.insert(at, *byte),
            2 => drop(content.remove(at)),
            _ => content.truncate(at + 1),
        }
    }
    content
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic(content in vec(any::<u8>(), 0..400)) {
        survives("data", &content);
    }

    #[test]
    fn no_table_of_nonsense_panics(lines in vec("[-0-9a-zA-Z:./,; \"']{0,40}", 0..20)) {
        survives("data.csv", format!("{HEADER}{}", lines.join("\n")).as_bytes());
        survives("op17112025.csv", format!("INSTRUMENT,SYMBOL,EXP_DATE,STR_PRICE,OPT_TYPE,OPEN_PRICE,HI_PRICE,LO_PRICE,CLOSE_PRICE\n{}", lines.join("\n")).as_bytes());
        survives("ticks.csv", format!("timestamp,ltp,volume\n{}", lines.join("\n")).as_bytes());
    }

    #[test]
    fn no_edited_table_panics(rows in drawn(), edits in edits()) {
        survives("data.csv", &edited(csv(&rows).into_bytes(), &edits));
    }

    #[test]
    fn no_edited_gzip_panics(rows in drawn(), edits in edits()) {
        survives("data.csv.gz", &edited(gzip(csv(&rows)), &edits));
    }

    #[test]
    fn no_edited_parquet_panics(edits in edits()) {
        survives("data.parquet", &edited(parquet_file(), &edits));
    }

    /// Every drawn row comes out: as it stands, or widened.
    #[test]
    fn sound_rows_come_out_unchanged(rows in drawn()) {
        let options = ImportOptions { timeframe: Timeframe::MINUTE, ..options("NSE:SBIN-EQ", "1m") };
        let file = file("data.csv", csv(&rows));
        // Rows that all happen to lie in a coarser grid are refused as such.
        let Ok(imported) = import(&[&file.path], &options) else { return Ok(()) };
        let bars = bars(&imported);
        prop_assert_eq!(bars.len(), rows.len());
        for (bar, (_, [open, a, b, close], volume)) in bars.iter().zip(&rows) {
            prop_assert_eq!((bar.open.raw(), bar.close.raw()), (open * 100, close * 100));
            prop_assert_eq!(bar.high.raw(), 100 * open.max(a).max(b).max(close));
            prop_assert_eq!(bar.low.raw(), 100 * open.min(a).min(b).min(close));
            prop_assert_eq!(bar.volume.raw(), i64::from(*volume));
        }
    }

    #[test]
    fn any_order_and_repetition_of_rows_gives_the_same_bars(
        (rows, shuffled) in drawn().prop_flat_map(|rows| {
            let twice: Vec<Drawn> = rows.iter().chain(&rows).copied().collect();
            (Just(rows), Just(twice).prop_shuffle())
        })
    ) {
        let plain = import_text(csv(&rows), &options("NSE:SBIN-EQ", "1m"));
        let other = import_text(csv(&shuffled), &options("NSE:SBIN-EQ", "1m"));
        match (plain, other) {
            (Ok(plain), Ok(other)) => {
                prop_assert_eq!(&plain.series, &other.series);
                prop_assert_eq!(other.report.count(Defect::ExactDuplicate), rows.len() as u64);
            }
            (plain, other) => prop_assert!(plain.is_err() && other.is_err()),
        }
    }

    /// Ticks of one time and volume but other prices are in conflict; all others may come in any order.
    #[test]
    fn any_order_of_ticks_gives_the_same_bars(
        (ticks, shuffled) in vec((0u32..3_600, 1i64..9_999), 1..60).prop_flat_map(|mut ticks| {
            ticks.sort_unstable();
            ticks.dedup_by_key(|(second, _)| *second);
            (Just(ticks.clone()), Just(ticks).prop_shuffle())
        })
    ) {
        let text = |ticks: &[(u32, i64)]| ticks.iter().fold("timestamp,ltp,volume\n".to_owned(), |text, (second, price)| {
            let at = 9 * 3_600 + 15 * 60 + second;
            text + &format!("2024-01-01 {:02}:{:02}:{:02},{price},{}\n", at / 3_600, at / 60 % 60, at % 60, second * 10)
        });
        let one = import_text(text(&ticks), &options("NSE:SBIN-EQ", "1m")).unwrap();
        let other = import_text(text(&shuffled), &options("NSE:SBIN-EQ", "1m")).unwrap();
        prop_assert_eq!(&one.series, &other.series);
        let total: domain::Qty = bars(&one).volumes().iter().copied().sum();
        prop_assert_eq!(total.raw(), i64::from(ticks.last().unwrap().0) * 10);
    }
}
