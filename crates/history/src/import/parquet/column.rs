//! Decodes the wanted columns of a row group, a chunk of rows at a time.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::ColumnDescriptor;

/// Rows decoded at a time: a few MiB for the widest table.
const CHUNK: usize = 65_536;

/// What the numbers of a column mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Meaning {
    Plain,
    Days,
    /// Divided by `per_micro` when positive, multiplied by its negative: nanoseconds 1000, milliseconds −1000.
    Time {
        utc: bool,
        per_micro: i64,
    },
    Decimal {
        scale: i32,
    },
}

impl Meaning {
    pub(super) fn of(leaf: &ColumnDescriptor) -> Meaning {
        match leaf.logical_type_ref() {
            Some(LogicalType::Timestamp(t)) => {
                let per_micro = match t.unit {
                    TimeUnit::MILLIS => -1_000,
                    TimeUnit::MICROS => 1,
                    TimeUnit::NANOS => 1_000,
                };
                return Meaning::Time { utc: t.is_adjusted_to_u_t_c, per_micro };
            }
            Some(LogicalType::Date) => return Meaning::Days,
            Some(LogicalType::Decimal(d)) => return Meaning::Decimal { scale: d.scale },
            _ => {}
        }
        match leaf.converted_type() {
            ConvertedType::TIMESTAMP_MILLIS => Meaning::Time { utc: true, per_micro: -1_000 },
            ConvertedType::TIMESTAMP_MICROS => Meaning::Time { utc: true, per_micro: 1 },
            ConvertedType::DATE => Meaning::Days,
            ConvertedType::DECIMAL => Meaning::Decimal { scale: leaf.type_scale() },
            // Spark and Impala write wall-clock times in 96 bits.
            _ if leaf.physical_type() == Type::INT96 => Meaning::Time { utc: false, per_micro: 1 },
            _ => Meaning::Plain,
        }
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Meaning::Time { .. } | Meaning::Days)
    }
}

/// The wanted columns of one row group, a chunk of rows at a time.
pub(super) struct Table {
    /// By column of the file; `None` for columns that are not wanted.
    pub columns: Vec<Option<Column>>,
}

pub(super) struct Column {
    source: Source,
    pub values: Values,
    pub meaning: Meaning,
    optional: bool,
    levels: Vec<i16>,
    /// Position of each row's value, `ABSENT` for a null.
    slots: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

pub(super) enum Values {
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    /// 32-bit floats keep their own width: their shortest text is what was meant.
    Singles(Vec<f32>),
    Bytes(Vec<ByteArray>),
}

enum Source {
    Bool,
    Int32(ColumnReaderImpl<parquet::data_type::Int32Type>),
    Int64(ColumnReaderImpl<parquet::data_type::Int64Type>),
    Int96(ColumnReaderImpl<parquet::data_type::Int96Type>),
    Single(ColumnReaderImpl<parquet::data_type::FloatType>),
    Double(ColumnReaderImpl<parquet::data_type::DoubleType>),
    Bytes(ColumnReaderImpl<parquet::data_type::ByteArrayType>),
    Fixed(ColumnReaderImpl<parquet::data_type::FixedLenByteArrayType>),
}

impl Table {
    pub(super) fn open(
        group: &dyn RowGroupReader,
        width: usize,
        wanted: &[usize],
        meanings: &[Meaning],
    ) -> Result<Table, ParquetError> {
        let mut columns: Vec<Option<Column>> = (0..width).map(|_| None).collect();
        for &i in wanted {
            let optional = group.metadata().column(i).column_descr().max_def_level() > 0;
            let (source, values) = match group.get_column_reader(i)? {
                ColumnReader::BoolColumnReader(_) => (Source::Bool, Values::Ints(vec![])),
                ColumnReader::Int32ColumnReader(r) => (Source::Int32(r), Values::Ints(vec![])),
                ColumnReader::Int64ColumnReader(r) => (Source::Int64(r), Values::Ints(vec![])),
                ColumnReader::Int96ColumnReader(r) => (Source::Int96(r), Values::Ints(vec![])),
                ColumnReader::FloatColumnReader(r) => (Source::Single(r), Values::Singles(vec![])),
                ColumnReader::DoubleColumnReader(r) => (Source::Double(r), Values::Floats(vec![])),
                ColumnReader::ByteArrayColumnReader(r) => (Source::Bytes(r), Values::Bytes(vec![])),
                ColumnReader::FixedLenByteArrayColumnReader(r) => (Source::Fixed(r), Values::Bytes(vec![])),
            };
            let (levels, slots) = (Vec::new(), Vec::new());
            columns[i] = Some(Column { source, values, meaning: meanings[i], optional, levels, slots });
        }
        Ok(Table { columns })
    }

    /// Decodes the next rows of all columns; 0 at the end, `None` if columns differ in length.
    pub(super) fn advance(&mut self) -> Result<Option<usize>, ParquetError> {
        let mut rows = None;
        for column in self.columns.iter_mut().flatten() {
            column.advance()?;
            if *rows.get_or_insert(column.slots.len()) != column.slots.len() {
                return Ok(None);
            }
        }
        Ok(Some(rows.unwrap_or(0)))
    }
}

impl Column {
    fn advance(&mut self) -> Result<(), ParquetError> {
        let Column { source, values, levels, optional, .. } = self;
        levels.clear();
        let levels = optional.then_some(levels);
        let (rows, read) = match source {
            Source::Bool => return Err(ParquetError::General("a wanted column is of type BOOLEAN".into())),
            Source::Int32(r) => fill(r, levels, values, |v, out| widen(v, out, |x: i32| Some(i64::from(x))))?,
            Source::Int64(r) => fill(r, levels, values, |v, out| widen(v, out, Some))?,
            Source::Int96(r) => fill(r, levels, values, |v, out| widen(v, out, micros_of_96))?,
            Source::Single(r) => fill(r, levels, values, |v, out| *out = Values::Singles(v))?,
            Source::Double(r) => fill(r, levels, values, |v, out| *out = Values::Floats(v))?,
            Source::Bytes(r) => fill(r, levels, values, |v, out| *out = Values::Bytes(v))?,
            Source::Fixed(r) => fill(r, levels, values, |v, out| {
                *out = Values::Bytes(v.into_iter().map(Into::into).collect());
            })?,
        };
        self.slots.clear();
        if self.optional {
            let mut next = 0;
            self.slots.extend(self.levels.iter().take(rows).map(|&level| {
                if level == 0 {
                    return ABSENT;
                }
                next += 1;
                next - 1
            }));
            if next as usize != read || self.slots.len() != rows {
                return Err(ParquetError::General("levels and values disagree".into()));
            }
        } else {
            if read != rows {
                return Err(ParquetError::General("values are missing".into()));
            }
            self.slots.extend(0..rows as u32);
        }
        Ok(())
    }

    pub(super) fn slot(&self, at: usize) -> Option<usize> {
        self.slots.get(at).filter(|&&slot| slot != ABSENT).map(|&slot| slot as usize)
    }
}

fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    mut levels: Option<&mut Vec<i16>>,
    values: &mut Values,
    keep: impl FnOnce(Vec<T::T>, &mut Values),
) -> Result<(usize, usize), ParquetError> {
    let mut buffer: Vec<T::T> = Vec::new();
    let mut rows = 0;
    while rows < CHUNK {
        let (records, _, _) = reader.read_records(CHUNK - rows, levels.as_deref_mut(), None, &mut buffer)?;
        if records == 0 {
            break;
        }
        rows += records;
    }
    let read = buffer.len();
    keep(buffer, values);
    Ok((rows, read))
}

fn widen<T>(from: Vec<T>, into: &mut Values, each: impl Fn(T) -> Option<i64>) {
    // What does not fit becomes a time before 1990 and is refused there.
    *into = Values::Ints(from.into_iter().map(|x| each(x).unwrap_or(i64::MIN)).collect());
}

/// Nanoseconds of the day in 64 bits, Julian day in 32.
fn micros_of_96(x: Int96) -> Option<i64> {
    let &[low, high, julian] = x.data() else { return None };
    let nanos = i64::try_from(u64::from(high) << 32 | u64::from(low)).ok()?;
    let days = i64::from(julian) - 2_440_588;
    days.checked_mul(86_400_000_000)?.checked_add(nanos / 1_000)
}
