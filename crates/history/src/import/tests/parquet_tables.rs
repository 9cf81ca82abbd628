//! Parquet in the shapes that other programs write.

use std::sync::Arc;

use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

use super::*;

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// A file of one row group; `fill` writes its columns in order.
pub(super) fn table(schema: &str, fill: impl FnOnce(&mut Group<'_>)) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::default())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    fill(&mut group);
    group.close().unwrap();
    writer.into_inner().unwrap()
}

macro_rules! column {
    ($group:expr, $kind:ty, $values:expr) => {
        column!($group, $kind, $values, None)
    };
    ($group:expr, $kind:ty, $values:expr, $levels:expr) => {{
        let mut column = $group.next_column().unwrap().unwrap();
        column.typed::<$kind>().write_batch(&$values, $levels, None).unwrap();
        column.close().unwrap();
    }};
}
pub(super) use column;

const OPEN: i64 = 1_704_080_700; // 2024-01-01 09:15 IST

fn two_bars(content: Vec<u8>, symbol: &str) -> Imported {
    let imported = import(&[&file("data.parquet", content).path], &options(symbol, "1m")).unwrap();
    assert_eq!(bars(&imported).times(), [ist("2024-01-01 9:15"), ist("2024-01-01 9:16")]);
    assert_eq!(values(bars(&imported), "2024-01-01 9:15"), "100.05 102.10 99.95 101.25 1500");
    imported
}

#[test]
fn decimals_and_microseconds() {
    let schema = "message m {
        required int64 ts (TIMESTAMP(MICROS,true));
        required int64 open (DECIMAL(18,4)); required int64 high (DECIMAL(18,4));
        required int64 low (DECIMAL(18,4)); required int64 close (DECIMAL(18,4)); required int64 volume;
    }";
    two_bars(
        table(schema, |g| {
            column!(g, Int64Type, [OPEN * 1_000_000, (OPEN + 60) * 1_000_000]);
            for price in [1_000_500, 1_021_000, 999_500, 1_012_500] {
                column!(g, Int64Type, [price, price]);
            }
            column!(g, Int64Type, [1500, 1]);
        }),
        "NSE:SBIN-EQ",
    );
}

#[test]
fn naive_milliseconds_floats_and_labels() {
    let schema = "message m {
        required binary symbol (UTF8); required int64 timestamp (TIMESTAMP(MILLIS,false));
        required float open; required float high; required float low; required float close; required double volume;
    }";
    let imported = two_bars(
        table(schema, |g| {
            column!(g, ByteArrayType, [ByteArray::from("SBIN"), ByteArray::from("SBIN")]);
            let wall = (OPEN + 19_800) * 1_000;
            column!(g, Int64Type, [wall, wall + 60_000]);
            for price in [100.05f32, 102.1, 99.95, 101.25] {
                column!(g, FloatType, [price, price]);
            }
            column!(g, DoubleType, [1500.0, 1.0]);
        }),
        "NSE:SBIN-EQ",
    );
    assert!(imported.report.files[0].notes.iter().any(|n| n.contains("no zone")));
}

#[test]
fn text_columns_and_nulls() {
    let schema = "message m {
        required binary date (UTF8); optional double open; required double high; required double low;
        required double close; optional int64 volume;
    }";
    let content = table(schema, |g| {
        let times = ["2024-01-01 09:15", "2024-01-01 09:16", "2024-01-01 09:17"].map(ByteArray::from);
        column!(g, ByteArrayType, times);
        column!(g, DoubleType, [100.05, 1.0], Some(&[1, 1, 0]));
        column!(g, DoubleType, [102.1, 1.0, 1.0]);
        column!(g, DoubleType, [99.95, 1.0, 1.0]);
        column!(g, DoubleType, [101.25, 1.0, f64::NAN]);
        column!(g, Int64Type, [1500, 9], Some(&[1, 0, 1]));
    });
    let imported = two_bars(content, "NSE:SBIN-EQ");
    assert_eq!(imported.report.count(Defect::MissingPrice), 1);
    assert_eq!(bars(&imported).volumes()[1].raw(), 0);
    assert_eq!(imported.report.files[0].findings[0].examples[0].line, 3);
}

#[test]
fn daily_bars_by_date() {
    let schema = "message m { required int32 date (DATE); required double open; required double high; required double low; required double close; }";
    let content = table(schema, |g| {
        column!(g, Int32Type, [19_723, 19_724]);
        for _ in 0..4 {
            column!(g, DoubleType, [1.0, 2.0]);
        }
    });
    let file = file("data.parquet", content);
    let imported = import(&[&file.path], &options("NSE:SBIN-EQ", "1d")).unwrap();
    assert_eq!(bars(&imported).times(), [ist("2024-01-01 9:15"), ist("2024-01-02 9:15")]);
    let error = import(&[&file.path], &options("NSE:SBIN-EQ", "1m")).unwrap_err().to_string();
    assert!(error.ends_with("use --timeframe 1d"), "{error}");
}

#[test]
fn tables_without_prices_are_refused() {
    let content = table("message m { required int64 id; }", |g| column!(g, Int64Type, [1]));
    let error = import(&[&file("x", content).path], &options("NSE:SBIN-EQ", "1m")).unwrap_err().to_string();
    assert!(error.contains("has no columns of a price table"), "{error}");
}

#[test]
fn a_cut_file_is_damaged() {
    let schema = "message m { required int32 date (DATE); required double open; required double high; required double low; required double close; }";
    let content = table(schema, |g| {
        column!(g, Int32Type, [19_723]);
        for _ in 0..4 {
            column!(g, DoubleType, [1.0]);
        }
    });
    for length in [4, 12, content.len() / 2, content.len() - 1] {
        let cut = file("x", &content[..length]);
        let error = import(&[&cut.path], &options("NSE:SBIN-EQ", "1d")).unwrap_err().to_string();
        assert!(error.contains("the Parquet file is cut off or damaged"), "{error}");
    }
}
