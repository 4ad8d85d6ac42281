//! Records become columns of typed values, batch by batch.

use std::iter;
use std::slice;

use bytes::Bytes;
use parquet::column::writer::{ColumnWriter, get_typed_column_writer_mut};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};

use crate::measure::record::{AppliedTags, ReplicationRecord};
use crate::measure::table::Moment;
use crate::report::replications::texts::Texts;
use crate::report::replications::values::{applied, reason, spans, times, usd};
use crate::simulation::names::Names;
use crate::units::{SimDuration, SimTime};

const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A text; nothing if it is empty.
type Text = Option<ByteArray>;

/// Names by id, prepared once, and the run's start.
pub struct Columns<'a> {
    texts: Texts<'a>,
    start: Start,
    /// Source and destination by lane id.
    lanes: Vec<(Text, Text)>,
    /// Repository by id.
    repositories: Vec<Text>,
}

/// The moment of simulated time 0: whole milliseconds since 1970, and what remains.
#[derive(Clone, Copy)]
struct Start {
    millis: i64,
    rest_nanos: u64,
}

/// A column's part of a batch.
struct Values<T: DataType> {
    /// The values that there are.
    present: Vec<T::T>,
    /// For each row 1 if it has a value, else 0.
    levels: Vec<i16>,
}

/// The column writers of a row group, which take their part of a batch in the order of the table's columns.
struct Batch<'a, 'w> {
    records: &'a [ReplicationRecord],
    writers: slice::IterMut<'a, ColumnWriter<'w>>,
}

impl<'a> Columns<'a> {
    /// Prepares `names`; times count from `start`.
    pub fn new(names: &'a Names, start: Moment) -> Self {
        let registry = |id: u32| text(&names.registries[id as usize]);
        let lane = |&(source, destination): &(u32, u32)| (registry(source), registry(destination));
        Self {
            texts: Texts::new(names),
            start: Start::new(start),
            lanes: names.lanes.iter().map(lane).collect(),
            repositories: names.repositories.iter().map(|name| text(name)).collect(),
        }
    }

    /// Writes `records` to `writers`, one for each column of the table.
    ///
    /// # Errors
    /// If a number does not fit.
    pub fn write(&self, records: &[ReplicationRecord], writers: &mut [ColumnWriter]) -> Result<()> {
        let mut batch = Batch {
            records,
            writers: writers.iter_mut(),
        };
        batch.whole(|record| record.id)?;
        batch.whole(|record| record.push)?;
        let tags = self.names(&mut batch)?;
        for place in 0..4 {
            batch.put::<Int64Type>(|record| {
                times(record)[place].map(|time| self.start.after(time))
            })?;
        }
        batch.text(|record| word(record.status.name()))?;
        batch.text(|record| word(reason(record.status)))?;
        for place in 0..4 {
            batch.put::<DoubleType>(|record| spans(record)[place].map(seconds))?;
        }
        batch.whole(|record| record.image_bytes)?;
        batch.whole(|record| record.moved_bytes)?;
        batch.whole(|record| record.attempts.into())?;
        self.tags_applied(tags, &mut batch)?;
        batch.put::<DoubleType>(usd)?;
        assert!(batch.writers.next().is_none(), "every column is written");
        Ok(())
    }

    /// Writes who, where and what, and returns the tags.
    fn names(&self, batch: &mut Batch) -> Result<Values<ByteArrayType>> {
        batch.text(|record| self.lanes[record.lane as usize].0.clone())?;
        batch.text(|record| self.lanes[record.lane as usize].1.clone())?;
        batch.text(|record| self.repositories[record.repository as usize].clone())?;
        let digests = side_by_side(batch.records, |record, out| {
            self.texts.digest(record.digest, out);
        });
        batch.write(&digests)?;
        let tags = side_by_side(batch.records, |record, out| {
            self.texts.tags(record.tags, &AppliedTags::All, out);
        });
        batch.write(&tags)?;
        Ok(tags)
    }

    /// Writes the tags after arrival; mostly they are all of the tags, which are then not made again.
    fn tags_applied(&self, tags: Values<ByteArrayType>, batch: &mut Batch) -> Result<()> {
        let has_all = |record| *applied(record) == AppliedTags::All;
        if batch.records.iter().all(has_all) {
            return batch.write(&tags);
        }
        batch.write(&side_by_side(batch.records, |record, out| {
            self.texts.tags(record.tags, applied(record), out);
        }))
    }
}

impl Start {
    fn new(start: Moment) -> Self {
        let nanos = start.0.as_nanosecond();
        let per_milli = i128::from(NANOS_PER_MILLI);
        Self {
            millis: i64::try_from(nanos.div_euclid(per_milli))
                .expect("a timestamp's milliseconds fit into 64 bits"),
            rest_nanos: u64::try_from(nanos.rem_euclid(per_milli)).expect("a rest is not negative"),
        }
    }

    /// Returns the millisecond of `time`, cut as in the CSV file.
    const fn after(self, time: SimTime) -> i64 {
        let nanos = time.as_nanos();
        let carried = (self.rest_nanos + nanos % NANOS_PER_MILLI) / NANOS_PER_MILLI;
        self.millis + (nanos / NANOS_PER_MILLI + carried) as i64
    }
}

impl Batch<'_, '_> {
    /// Writes the next column.
    fn put<T: DataType>(
        &mut self,
        value: impl FnMut(&ReplicationRecord) -> Option<T::T>,
    ) -> Result<()> {
        self.write::<T>(&self.records.iter().map(value).collect())
    }

    fn whole(&mut self, value: impl Fn(&ReplicationRecord) -> u64) -> Result<()> {
        self.put::<Int64Type>(|record| value(record).try_into().ok())
    }

    fn text(&mut self, value: impl Fn(&ReplicationRecord) -> Text) -> Result<()> {
        self.put::<ByteArrayType>(value)
    }

    /// Writes `values` as the next column.
    fn write<T: DataType>(&mut self, values: &Values<T>) -> Result<()> {
        let writer = self.writers.next().expect("the table has this column");
        let writer = get_typed_column_writer_mut::<T>(writer);
        let (present, levels) = (&values.present, &values.levels);
        let column = writer.get_descriptor();
        if column.max_def_level() > 0 {
            writer.write_batch(present, Some(levels), None)?;
        } else if present.len() == levels.len() {
            writer.write_batch(present, None, None)?;
        } else {
            let message = format!("a value of `{}` is beyond 2^63 - 1", column.name());
            return Err(ParquetError::General(message));
        }
        Ok(())
    }
}

impl<T: DataType> FromIterator<Option<T::T>> for Values<T> {
    fn from_iter<I: IntoIterator<Item = Option<T::T>>>(values: I) -> Self {
        let values = values.into_iter();
        let mut present = Vec::with_capacity(values.size_hint().0);
        let mut levels = Vec::with_capacity(values.size_hint().0);
        for value in values {
            levels.push(i16::from(value.is_some()));
            present.extend(value);
        }
        Self { present, levels }
    }
}

/// Returns a copy of `text`.
fn text(text: &str) -> Text {
    (!text.is_empty()).then(|| text.into())
}

/// Returns `word` without copying it.
fn word(word: &'static str) -> Text {
    (!word.is_empty()).then(|| Bytes::from_static(word.as_bytes()).into())
}

/// Returns the texts that `put` makes of `records`, in one allocation.
fn side_by_side(
    records: &[ReplicationRecord],
    put: impl Fn(&ReplicationRecord, &mut Vec<u8>),
) -> Values<ByteArrayType> {
    let mut bytes = Vec::new();
    let mut end = |record| {
        put(record, &mut bytes);
        bytes.len()
    };
    let ends: Vec<usize> = records.iter().map(&mut end).collect();
    let bytes = Bytes::from(bytes);
    let begins = iter::once(0).chain(ends.iter().copied());
    begins
        .zip(&ends)
        .map(|(begin, &end)| (begin < end).then(|| bytes.slice(begin..end).into()))
        .collect()
}

/// Returns the number nearest to the exact decimal seconds.
fn seconds(span: SimDuration) -> f64 {
    const EXACT_NANOS: u64 = 1 << f64::MANTISSA_DIGITS;
    let nanos = span.as_nanos();
    if nanos <= EXACT_NANOS {
        // Both are exact, so that the quotient is rounded once.
        return nanos as f64 / NANOS_PER_SECOND as f64;
    }
    let text = format!(
        "{}.{:09}",
        nanos / NANOS_PER_SECOND,
        nanos % NANOS_PER_SECOND
    );
    text.parse().expect("digits and a point are a number")
}
