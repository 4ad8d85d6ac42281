//! Records become columns of typed values, batch by batch.

use std::array;
use std::io::Write;

use parquet::errors::Result;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;

use super::column::Column;
use super::names::{Dictionaries, reason_place, status_place};
use super::press::Press;
use super::values::{Numbers, Values};
use crate::measure::outcome::ReplicationRow;
use crate::measure::record::{AppliedTags, ReplicationRecord};
use crate::measure::table::{self, Kind, Moment, Table};
use crate::report::replications::texts::Texts;
use crate::report::replications::values::{applied, spans, times, usd};
use crate::simulation::names::Names;
use crate::units::{SimDuration, SimTime};

const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A page ends after so many rows, or a few more: large enough to compress well, small enough to stay in the cache, all
/// columns of it.
const PAGE_ROWS: usize = 16_384;

/// Or after so many bytes of text in one of its columns.
const PAGE_TEXT_BYTES: usize = 1_048_576;

/// Records that stay in the nearest cache while their values go to one column after the other.
const TOGETHER: usize = 128;

/// The columns of a row group, and what makes their values of records.
pub struct Columns<'a> {
    texts: Texts<'a>,
    start: Start,
    dictionaries: Dictionaries,
    columns: [Column; ReplicationRow::COLUMNS.len()],
    press: Press,
    page_rows: usize,
    /// Text that is being made.
    scratch: Vec<u8>,
}

/// The moment of simulated time 0: whole milliseconds since 1970, and what remains.
#[derive(Clone, Copy)]
struct Start {
    millis: i64,
    rest_nanos: u64,
}

impl<'a> Columns<'a> {
    /// Prepares `names` for a file of `schema`; times count from `start`.
    ///
    /// # Errors
    /// If there is no memory.
    pub fn new(names: &'a Names, start: Moment, schema: &SchemaDescriptor) -> Result<Self> {
        let dictionaries = Dictionaries::new(names);
        let column = |place: usize| {
            let values = values(&ReplicationRow::COLUMNS[place], &dictionaries);
            Column::new(schema.column(place), values)
        };
        Ok(Self {
            texts: Texts::new(names),
            start: Start::new(start),
            columns: array::from_fn(column),
            dictionaries,
            press: Press::new()?,
            page_rows: 0,
            scratch: Vec::new(),
        })
    }

    /// Takes records.
    ///
    /// # Errors
    /// If a number does not fit.
    pub fn take(&mut self, records: &[ReplicationRecord]) -> Result<()> {
        for records in records.chunks(TOGETHER) {
            self.take_values(records);
            self.take_texts(records);
        }
        self.page_rows += records.len();
        let waiting_bytes = self.columns.iter().map(Column::waiting_text_bytes).max();
        if self.page_rows >= PAGE_ROWS || waiting_bytes >= Some(PAGE_TEXT_BYTES) {
            self.end_page()?;
        }
        Ok(())
    }

    /// Ends the row group, writes it to `file`, and begins the next one.
    ///
    /// # Errors
    /// If a number does not fit, or the file refuses.
    pub fn end_group<W: Write + Send>(&mut self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        if self.page_rows > 0 {
            self.end_page()?;
        }
        let mut group = file.next_row_group()?;
        for column in &mut self.columns {
            let (chunk, closed) = column.end_group()?;
            group.append_column(&chunk, closed)?;
        }
        group.close().map(|_| ())
    }

    fn end_page(&mut self) -> Result<()> {
        self.page_rows = 0;
        self.columns
            .iter_mut()
            .try_for_each(|column| column.end_page(&mut self.press))
    }

    /// Takes all but texts.
    fn take_values(&mut self, records: &[ReplicationRecord]) {
        let (start, at) = (self.start, &self.dictionaries);
        let moment = |record: &ReplicationRecord, place: usize| {
            times(record)[place].map(|time| start.after(time))
        };
        let span = |record: &ReplicationRecord, place: usize| spans(record)[place].map(seconds);
        let whole = |number: u64| i64::try_from(number).ok();
        let [
            id,
            push,
            source,
            destination,
            repository,
            _,
            _,
            pushed_at,
            eligible_at,
            started_at,
            ended_at,
            status,
            reason,
            latency_s,
            queue_s,
            transfer_s,
            stall_s,
            image_bytes,
            moved_bytes,
            attempts,
            _,
            usd_,
        ] = &mut self.columns;
        let rows = records.iter();
        id.whole(rows.clone().map(|record| whole(record.id)));
        push.whole(rows.clone().map(|record| whole(record.push)));
        source.names(rows.clone().map(|record| at.lanes[record.lane as usize].0));
        destination.names(rows.clone().map(|record| at.lanes[record.lane as usize].1));
        repository.names(
            rows.clone()
                .map(|record| at.repositories[record.repository as usize]),
        );
        for (place, column) in [pushed_at, eligible_at, started_at, ended_at]
            .into_iter()
            .enumerate()
        {
            column.whole(rows.clone().map(|record| moment(record, place)));
        }
        status.names(rows.clone().map(|record| status_place(record.status)));
        reason.names(rows.clone().map(|record| reason_place(record.status)));
        for (place, column) in [latency_s, queue_s, transfer_s, stall_s]
            .into_iter()
            .enumerate()
        {
            column.real(rows.clone().map(|record| span(record, place)));
        }
        image_bytes.whole(rows.clone().map(|record| whole(record.image_bytes)));
        moved_bytes.whole(rows.clone().map(|record| whole(record.moved_bytes)));
        attempts.whole(rows.clone().map(|record| Some(record.attempts.into())));
        usd_.real(rows.map(usd));
    }

    /// Takes digests and tags.
    fn take_texts(&mut self, records: &[ReplicationRecord]) {
        let [
            _,
            _,
            _,
            _,
            _,
            digest,
            tags,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            tags_applied,
            _,
        ] = &mut self.columns;
        for record in records {
            self.scratch.clear();
            self.texts.digest(record.digest, &mut self.scratch);
            digest.text(&self.scratch);
            self.scratch.clear();
            self.texts
                .tags(record.tags, &AppliedTags::All, &mut self.scratch);
            tags.text(&self.scratch);
            // Mostly they are all of them, which are then not made again.
            if *applied(record) != AppliedTags::All {
                self.scratch.clear();
                self.texts
                    .tags(record.tags, applied(record), &mut self.scratch);
            }
            tags_applied.text(&self.scratch);
        }
    }
}

/// Returns an empty page for a column.
fn values(column: &table::Column, dictionaries: &Dictionaries) -> Values {
    match column.kind {
        Kind::Whole | Kind::Moment => Values::Whole(Numbers::default()),
        Kind::Real => Values::Real(Numbers::default()),
        Kind::Text => match dictionaries.of(column.name) {
            Some(dictionary) => Values::Names(dictionary, Vec::new()),
            None => Values::Texts(Default::default()),
        },
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

/// Returns the number nearest to the exact decimal seconds.
fn seconds(span: SimDuration) -> f64 {
    const EXACT_NANOS: u64 = 1 << f64::MANTISSA_DIGITS;
    match span.as_nanos() {
        // Both are exact, so that the quotient is rounded once.
        nanos @ ..=EXACT_NANOS => nanos as f64 / NANOS_PER_SECOND as f64,
        nanos => many_seconds(nanos),
    }
}

/// The same for a span of months.
#[cold]
fn many_seconds(nanos: u64) -> f64 {
    let (whole, rest) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    let text = format!("{whole}.{rest:09}");
    text.parse().expect("digits and a point are a number")
}
