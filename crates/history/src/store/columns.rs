//! Bars as a Parquet file and back: the one place that knows the schema.
//!
//! Six required INT64 columns: `ts` TIMESTAMP(MICROS, UTC), the bar's open time; `open high low close`
//! DECIMAL(18,4) rupees; `volume` units. Zstandard level 1 over DELTA_BINARY_PACKED without dictionary, row groups
//! of 131,072: a third smaller and twice as fast to read as plain 64-bit floats (measured on 1M real minutes).

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use domain::bars::BarError;
use domain::{Bars, Price, Qty, Timestamp};
use parquet::basic::{Compression, Encoding, Repetition, Type as Physical, ZstdLevel};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::Int64Type;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Rows of a row group: a million decoded values of all columns together stay inside the second-level cache's reach,
/// and one year of minutes is one group.
const ROW_GROUP: usize = 131_072;
/// Below this many rows a second thread costs more than it saves.
const WORTH_A_THREAD: usize = 20_000;
const NAMES: [&str; 6] = ["ts", "open", "high", "low", "close", "volume"];
const SCHEMA: &str = "message bars {
    required int64 ts (timestamp(micros,true));
    required int64 open (decimal(18,4));
    required int64 high (decimal(18,4));
    required int64 low (decimal(18,4));
    required int64 close (decimal(18,4));
    required int64 volume;
}";

/// The largest raw price that DECIMAL(18,4) holds.
pub(crate) const LARGEST_PRICE: i64 = 999_999_999_999_999_999;

/// A Parquet file of `bars`. The same bars give the same bytes (with one version of the library).
pub(crate) fn encode(bars: &Bars) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_created_by("sauda".to_owned())
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BINARY_PACKED)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut values = Vec::with_capacity(ROW_GROUP.min(bars.len()));
    for start in (0..bars.len()).step_by(ROW_GROUP) {
        let rows = start..(start + ROW_GROUP).min(bars.len());
        let mut group = writer.next_row_group()?;
        for (column, name) in NAMES.iter().enumerate() {
            values.clear();
            match column {
                0 => values.extend(bars.times()[rows.clone()].iter().map(|t| t.as_micros())),
                1 => values.extend(bars.opens()[rows.clone()].iter().map(|p| p.raw())),
                2 => values.extend(bars.highs()[rows.clone()].iter().map(|p| p.raw())),
                3 => values.extend(bars.lows()[rows.clone()].iter().map(|p| p.raw())),
                4 => values.extend(bars.closes()[rows.clone()].iter().map(|p| p.raw())),
                _ => values.extend(bars.volumes()[rows.clone()].iter().map(|q| q.raw())),
            }
            let Some(mut writer) = group.next_column()? else {
                return Err(ParquetError::General(format!("the schema lacks column {name}")));
            };
            writer.typed::<Int64Type>().write_batch(&values, None, None)?;
            writer.close()?;
        }
        group.close()?;
    }
    writer.into_inner()
}

/// Raw columns under construction: files are decoded onto their ends, then they become [`Bars`] in place.
#[derive(Default)]
pub(crate) struct Columns([Vec<i64>; 6]);

impl Columns {
    pub(crate) fn with_capacity(rows: usize) -> Columns {
        Columns(std::array::from_fn(|_| Vec::with_capacity(rows)))
    }

    pub(crate) fn len(&self) -> usize {
        self.0[0].len()
    }

    /// Decodes from a file the bars whose time lies in `range` and appends them. The file must hold `rows` bars.
    pub(crate) fn append(
        &mut self,
        file: Bytes,
        rows: usize,
        range: &Range<Timestamp>,
    ) -> Result<(), String> {
        let reader = SerializedFileReader::new(file).map_err(|e| e.to_string())?;
        check_schema(reader.metadata(), rows)?;
        let before = self.0[0].len();
        let groups: Vec<usize> = (0..reader.num_row_groups())
            .filter(|&g| may_hold(reader.metadata().row_group(g), range))
            .collect();
        let wanted: usize = groups.iter().map(|&g| group_rows(reader.metadata().row_group(g))).sum();
        for column in &mut self.0 {
            column.reserve(wanted);
        }
        let (left, right) = self.0.split_at_mut(3);
        if wanted < WORTH_A_THREAD {
            decode(&reader, &groups, 0, left)?;
            decode(&reader, &groups, 3, right)?;
        } else {
            std::thread::scope(|scope| {
                let other = scope.spawn(|| decode(&reader, &groups, 3, right));
                let own = decode(&reader, &groups, 0, left);
                // The decoder does not panic on bytes whose checksum held; if it does, the file is at fault.
                other.join().map_err(|_| "the Parquet decoder gave up".to_owned())?.and(own)
            })?;
        }
        self.keep(before, range)
    }

    /// Drops what lies outside `range` among the rows from `start` on.
    fn keep(&mut self, start: usize, range: &Range<Timestamp>) -> Result<(), String> {
        let times = &self.0[0][start..];
        if !times.is_sorted() {
            return Err("times are not in order".to_owned());
        }
        let from = times.partition_point(|&t| t < range.start.as_micros());
        let to = times.partition_point(|&t| t < range.end.as_micros()).max(from);
        for column in &mut self.0 {
            column.truncate(start + to);
            column.drain(start..start + from);
        }
        Ok(())
    }

    /// The bars, without a copy: each vector is mapped into its own allocation.
    pub(crate) fn into_bars(self) -> Result<Bars, (usize, BarError)> {
        let [mut time, mut open, mut high, mut low, mut close, mut volume] = self.0;
        for column in [&mut time, &mut open, &mut high, &mut low, &mut close, &mut volume] {
            // A day out of a year's file would keep the year's memory.
            if column.len() < column.capacity() / 2 {
                column.shrink_to_fit();
            }
        }
        Bars::from_columns(
            time.into_iter().map(Timestamp::from_micros).collect(),
            open.into_iter().map(Price::from_raw).collect(),
            high.into_iter().map(Price::from_raw).collect(),
            low.into_iter().map(Price::from_raw).collect(),
            close.into_iter().map(Price::from_raw).collect(),
            volume.into_iter().map(Qty::from_raw).collect(),
        )
    }
}

/// Decodes columns `first..first + into.len()` of the given row groups onto the ends of `into`.
fn decode(
    reader: &SerializedFileReader<Bytes>,
    groups: &[usize],
    first: usize,
    into: &mut [Vec<i64>],
) -> Result<(), String> {
    for &g in groups {
        let group = reader.get_row_group(g).map_err(|e| e.to_string())?;
        let rows = group_rows(group.metadata());
        for (offset, values) in into.iter_mut().enumerate() {
            let column = group.get_column_reader(first + offset).map_err(|e| e.to_string())?;
            let mut column = get_typed_column_reader::<Int64Type>(column);
            let mut left = rows;
            while left > 0 {
                let (read, _, _) =
                    column.read_records(left, None, None, values).map_err(|e| e.to_string())?;
                if read == 0 {
                    return Err(format!(
                        "column {} ends {left} rows early in row group {g}",
                        NAMES[first + offset]
                    ));
                }
                left -= read;
            }
        }
    }
    Ok(())
}

/// A typed column reader panics on another type, so the schema is proven first.
fn check_schema(metadata: &ParquetMetaData, rows: usize) -> Result<(), String> {
    let columns = metadata.file_metadata().schema_descr().columns();
    let ours = columns.len() == NAMES.len()
        && columns.iter().zip(NAMES).all(|(column, name)| {
            column.path().string() == name
                && column.physical_type() == Physical::INT64
                && column.self_type().get_basic_info().repetition() == Repetition::REQUIRED
        });
    if !ours {
        let found: Vec<String> =
            columns.iter().map(|c| format!("{} {}", c.path().string(), c.physical_type())).collect();
        return Err(format!(
            "its columns are ({}), not the store's ({} as required INT64): a file from elsewhere",
            found.join(", "),
            NAMES.join(", ")
        ));
    }
    let found = metadata.file_metadata().num_rows();
    if usize::try_from(found).ok() != Some(rows) {
        return Err(format!("it holds {found} bars where the manifest says {rows}"));
    }
    Ok(())
}

fn group_rows(group: &RowGroupMetaData) -> usize {
    usize::try_from(group.num_rows()).unwrap_or(0)
}

/// Whether a row group can hold bars of `range`; one without statistics can.
fn may_hold(group: &RowGroupMetaData, range: &Range<Timestamp>) -> bool {
    let Some(Statistics::Int64(times)) = group.column(0).statistics() else { return true };
    let (Some(&first), Some(&last)) = (times.min_opt(), times.max_opt()) else { return true };
    first < range.end.as_micros() && last >= range.start.as_micros()
}
